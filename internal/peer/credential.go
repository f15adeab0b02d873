package peer

import (
	"crypto/rand"
	"encoding/base64"
)

// credential returns random bytes as the base64 browsers write into ICE
// credentials, four characters for three bytes.
func credential(size int) string {
	b := make([]byte, size)
	rand.Read(b) // never fails: it would end the program
	return base64.StdEncoding.EncodeToString(b)
}
