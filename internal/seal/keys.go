package seal

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"io"

	"golang.org/x/crypto/nacl/sign"
)

// The types of secrets hold a pointer to it. So copying the value does not copy the secret,
// printing it shows an address at most, and comparing with == does not compile.
type unprintable = [0]func()

// LinkSecret is S, the 16 random bytes in the link.
type LinkSecret struct {
	_ unprintable
	b *[16]byte
}

// GenerateLinkSecret draws a secret for one invite.
func GenerateLinkSecret(random io.Reader) (LinkSecret, error) {
	var b [16]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return LinkSecret{}, err
	}
	return LinkSecret{b: &b}, nil
}

// NewLinkSecret makes a LinkSecret of the bytes that an invite carries.
func NewLinkSecret(b [16]byte) LinkSecret { return LinkSecret{b: &b} }

// Bytes returns the secret for the invite, the only place where it may go.
func (s LinkSecret) Bytes() [16]byte { return *s.b }

// String hides the secret.
func (s LinkSecret) String() string { return "seal.LinkSecret" }

// Wipe overwrites the secret, in every copy of the value.
func (s LinkSecret) Wipe() {
	if s.b != nil {
		wipe(s.b[:])
	}
}

// PublicKey is A or B: an X25519 public key (RFC 7748).
type PublicKey [32]byte

// VerifyKey is vI or vJ: an Ed25519 public key (RFC 8032).
type VerifyKey [32]byte

// Signature is an Ed25519 signature.
type Signature [64]byte

// KeyPair is what one side makes for one chat: an X25519 key to agree on
// secrets and an Ed25519 key to sign. Neither outlives the chat.
type KeyPair struct {
	_         unprintable
	agreement *[32]byte
	signing   *[64]byte
	public    PublicKey
	verify    VerifyKey
}

// GenerateKeyPair makes both keys from 64 random bytes. It fails only if
// random does.
func GenerateKeyPair(random io.Reader) (*KeyPair, error) {
	var agreement, seed [32]byte
	defer wipe(seed[:])
	if _, err := io.ReadFull(random, agreement[:]); err != nil {
		return nil, err
	}
	if _, err := io.ReadFull(random, seed[:]); err != nil {
		return nil, err
	}
	private, err := ecdh.X25519().NewPrivateKey(agreement[:])
	if err != nil {
		return nil, ErrInvalidKey
	}
	signing := ed25519.NewKeyFromSeed(seed[:])
	k := &KeyPair{
		agreement: &agreement,
		signing:   (*[64]byte)(signing),
		public:    PublicKey(private.PublicKey().Bytes()),
		verify:    VerifyKey(signing.Public().(ed25519.PublicKey)),
	}
	return k, nil
}

// PublicKey is the X25519 half that goes into the invite or reply.
func (k *KeyPair) PublicKey() PublicKey { return k.public }

// VerifyKey is the Ed25519 half that goes into the handshake.
func (k *KeyPair) VerifyKey() VerifyKey { return k.verify }

// String hides the secrets.
func (k *KeyPair) String() string { return "seal.KeyPair" }

// Wipe overwrites both secret keys. Whatever needs them fails with ErrInvalidKey
// afterwards.
func (k *KeyPair) Wipe() {
	wipe(k.agreement[:])
	wipe(k.signing[:])
}

// reduced tells whether the low 255 bits of b, a little-endian number, are below 2^255-19.
// Only then is b the one encoding of its coordinate, on either curve.
func reduced(b [32]byte) bool {
	if b[31] != 0x7F {
		return b[31] < 0x7F
	}
	for _, x := range b[1:31] {
		if x != 0xFF {
			return true
		}
	}
	return b[0] < 0xED
}

// valid tells whether the key is the one encoding of its coordinate. X25519 itself would
// mask the top bit and reduce the rest, so that one point would have several keys.
func (p PublicKey) valid() bool { return reduced(p) }

// The y coordinates of the points whose order divides 8, except 1, 0 and -1, which valid
// recognises by itself. The top bit of an encoding says which of two x belongs to it.
var smallOrder = [2][32]byte{
	{0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98, 0xF0,
		0xD5, 0xDF, 0xAC, 0x05, 0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53, 0xFC, 0x05},
	{0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10, 0x67, 0x0F,
		0x2A, 0x20, 0x53, 0xFA, 0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC, 0x03, 0x7A},
}

// valid tells whether the key can be somebody's. Under a key of small order there are
// signatures that fit any message and that nobody made. A coordinate has only one encoding.
func (v VerifyKey) valid() bool {
	y := [32]byte(v)
	y[31] &= 0x7F
	if !reduced(y) || y == smallOrder[0] || y == smallOrder[1] {
		return false
	}
	one, minusOne := [32]byte{1}, [32]byte{0xEC, 31: 0x7F}
	for i := 1; i < 31; i++ {
		minusOne[i] = 0xFF
	}
	return y != [32]byte{} && y != one && y != minusOne
}

// agree computes X25519. The package ecdh refuses an all-zero result, which is what points of
// low order give; nacl/box would accept it.
func (k *KeyPair) agree(peer PublicKey) (*[32]byte, error) {
	if isZero(k.agreement[:]) || peer == k.public || !peer.valid() {
		return nil, ErrInvalidKey
	}
	private, err := ecdh.X25519().NewPrivateKey(k.agreement[:])
	if err != nil {
		return nil, ErrInvalidKey
	}
	public, err := ecdh.X25519().NewPublicKey(peer[:])
	if err != nil {
		return nil, ErrInvalidKey
	}
	dh, err := private.ECDH(public)
	if err != nil {
		return nil, ErrInvalidKey
	}
	return (*[32]byte)(dh), nil
}

// SignMessage signs a message for one place: the chat, the direction, the message's number and
// its kind. The signature is worth nothing anywhere else.
func SignMessage(key *KeyPair, place, message []byte) (Signature, error) {
	if isZero(key.signing[:]) {
		return Signature{}, ErrInvalidKey
	}
	digest := transcriptHash("message", place, message)
	return Signature(sign.Sign(nil, digest[:], key.signing)[:sign.Overhead]), nil
}

// VerifySignature checks what SignMessage made. It returns ErrSignature for
// anything else, and ErrInvalidKey for a key that was never set.
func VerifySignature(key VerifyKey, place, message []byte, signature Signature) error {
	if key == (VerifyKey{}) {
		return ErrInvalidKey
	}
	digest := transcriptHash("message", place, message)
	signed := append(signature[:], digest[:]...)
	if _, ok := sign.Open(nil, signed, (*[32]byte)(&key)); !ok {
		return ErrSignature
	}
	return nil
}

// isZero tells whether a key has been wiped. How long it takes depends on the length alone.
func isZero(b []byte) bool {
	var any byte
	for _, x := range b {
		any |= x
	}
	return any == 0
}
