package seal_test

import (
	"bytes"
	"errors"
	"fmt"

	"tincan/internal/seal"
)

// fixed stands for crypto/rand.Reader, so that the examples have an output.
func fixed(b byte) *bytes.Reader { return bytes.NewReader(bytes.Repeat([]byte{b}, 256)) }

func ExampleGenerateKeyPair() {
	keys, err := seal.GenerateKeyPair(fixed(7)) // crypto/rand.Reader
	if err != nil {
		panic(err)
	}
	public, verify := keys.PublicKey(), keys.VerifyKey()
	fmt.Printf("X25519 %x…\nEd25519 %x…\n", public[:4], verify[:4])
	fmt.Println(keys)
	keys.Wipe()
	_, err = seal.SignMessage(keys, nil, []byte("too late"))
	fmt.Println(errors.Is(err, seal.ErrInvalidKey))
	// Output:
	// X25519 13be4fea…
	// Ed25519 ea4a6c63…
	// seal.KeyPair
	// true
}

func ExampleEncryptMessage() {
	key, err := seal.NewMessageKey(bytes.Repeat([]byte{1}, 32))
	if err != nil {
		panic(err)
	}
	defer key.Wipe()
	box, err := seal.EncryptMessage(key, seal.Nonce{0: 1}, []byte("hello"))
	fmt.Println(len(box), err)
	_, err = seal.NewMessageKey([]byte("short"))
	fmt.Println(errors.Is(err, seal.ErrInvalidKey))
	// Output:
	// 272 <nil>
	// true
}

func ExampleDecryptMessage() {
	key, _ := seal.NewMessageKey(bytes.Repeat([]byte{1}, 32))
	box, _ := seal.EncryptMessage(key, seal.Nonce{0: 1}, []byte("hello"))
	text, err := seal.DecryptMessage(key, seal.Nonce{0: 1}, box)
	fmt.Printf("%s %v\n", text, err)
	_, err = seal.DecryptMessage(key, seal.Nonce{0: 2}, box)
	fmt.Println(errors.Is(err, seal.ErrDecrypt))
	// Output:
	// hello <nil>
	// true
}

func ExampleSignMessage() {
	keys, _ := seal.GenerateKeyPair(fixed(7))
	signature, err := seal.SignMessage(keys, []byte("this chat, direction 1, number 0"), []byte("hello"))
	fmt.Println(len(signature), err)
	// Output: 64 <nil>
}

func ExampleVerifySignature() {
	keys, _ := seal.GenerateKeyPair(fixed(7))
	here, elsewhere := []byte("this chat, direction 1, number 0"), []byte("this chat, direction 1, number 1")
	signature, _ := seal.SignMessage(keys, here, []byte("hello"))
	fmt.Println(seal.VerifySignature(keys.VerifyKey(), here, []byte("hello"), signature))
	err := seal.VerifySignature(keys.VerifyKey(), elsewhere, []byte("hello"), signature)
	fmt.Println(errors.Is(err, seal.ErrSignature))
	// Output:
	// <nil>
	// true
}
