package seal

import (
	"math/bits"

	"golang.org/x/crypto/nacl/secretbox"
)

// MaxBody is the largest body of a frame: its type, a signature and 16,000 bytes.
const MaxBody = 1 + 64 + 16000

// The smallest and largest frame on the wire.
const (
	MinFrame = 256 + secretbox.Overhead
	MaxFrame = 16384 + secretbox.Overhead
)

// MessageKey encrypts one message and is wiped.
type MessageKey struct {
	_ unprintable
	b *[32]byte
}

// newMessageKey makes a key of b, which belongs to the key from then on.
func newMessageKey(b []byte) MessageKey { return MessageKey{b: (*[32]byte)(b)} }

// NewMessageKey makes a key of 32 bytes from elsewhere; other lengths are ErrInvalidKey.
func NewMessageKey(b []byte) (MessageKey, error) {
	if len(b) != 32 || isZero(b) {
		return MessageKey{}, ErrInvalidKey
	}
	return newMessageKey(append([]byte(nil), b...)), nil
}

// String hides the key.
func (k MessageKey) String() string { return "seal.MessageKey" }

// Wipe overwrites the key, in every copy of the value.
func (k MessageKey) Wipe() {
	if k.b != nil {
		wipe(k.b[:])
	}
}

func (k MessageKey) usable() bool { return k.b != nil && !isZero(k.b[:]) }

// Nonce is the nonce of XSalsa20. As a key here encrypts only once, the nonce need not be
// random: it binds the direction and the number of the frame (PROTOCOL.md §4).
type Nonce [24]byte

// EncryptMessage pads plaintext to a length that tells little and encrypts it.
// The key must never be used again. ErrInvalidKey: the key was wiped. ErrSize:
// plaintext is longer than a frame holds.
func EncryptMessage(key MessageKey, nonce Nonce, plaintext []byte) ([]byte, error) {
	if len(plaintext) > MaxBody {
		return nil, ErrSize
	}
	return encrypt(key, nonce, pad(plaintext, framePadding(len(plaintext))))
}

// DecryptMessage opens what EncryptMessage made. ErrDecrypt: it was made with another key or
// nonce, or has been changed. ErrPadding: it is not padded as the protocol says.
func DecryptMessage(key MessageKey, nonce Nonce, box []byte) ([]byte, error) {
	if len(box) < MinFrame || len(box) > MaxFrame {
		return nil, ErrSize
	}
	padded, err := decrypt(key, nonce, box)
	if err != nil {
		return nil, err
	}
	return unpad(padded, framePadding)
}

func encrypt(key MessageKey, nonce Nonce, padded []byte) ([]byte, error) {
	if !key.usable() {
		return nil, ErrInvalidKey
	}
	defer wipe(padded)
	return secretbox.Seal(nil, padded, (*[24]byte)(&nonce), key.b), nil
}

func decrypt(key MessageKey, nonce Nonce, box []byte) ([]byte, error) {
	if !key.usable() {
		return nil, ErrInvalidKey
	}
	padded, ok := secretbox.Open(nil, box, (*[24]byte)(&nonce), key.b)
	if !ok {
		return nil, ErrDecrypt
	}
	return padded, nil
}

// pad appends 0x80 and zeros up to length, which must be larger than b.
func pad(b []byte, length int) []byte {
	out := make([]byte, length)
	copy(out, b)
	out[len(b)] = 0x80
	return out
}

// unpad removes the padding. It refuses whatever pad would not have made: the length must be
// the one that padding gives for the content.
func unpad(padded []byte, padding func(int) int) ([]byte, error) {
	end := len(padded) - 1
	for end >= 0 && padded[end] == 0 {
		end--
	}
	if end < 0 || padded[end] != 0x80 || padding(end) != len(padded) {
		return nil, ErrPadding
	}
	return padded[:end], nil
}

// framePadding is the padded length of n bytes in a frame: 256, above that Padmé
// (Nikitin et al., "Reducing metadata leakage from encrypted files", 2019),
// which tells at most the order of magnitude and costs 12 % at most.
func framePadding(n int) int {
	length := n + 1
	if length <= 256 {
		return 256
	}
	e := bits.Len(uint(length)) - 1
	s := bits.Len(uint(e))
	mask := 1<<(e-s) - 1
	return (length + mask) &^ mask
}

// replyPadding is the padded length of an answer of n bytes, or 0 if it is too long.
func replyPadding(n int) int {
	for _, length := range [...]int{128, 192, 256} {
		if n < length {
			return length
		}
	}
	return 0
}
