package seal

import (
	"crypto/mlkem"
	"crypto/mlkem/mlkemtest"
	"io"
)

// FixEncapsulation draws ML-KEM's randomness from the handshake's own reader,
// so that a whole run follows from one seed. The returned function undoes it.
func FixEncapsulation() (undo func()) {
	was := encapsulate
	encapsulate = func(key *mlkem.EncapsulationKey768, random io.Reader) (secret, ciphertext []byte) {
		var m [32]byte
		if _, err := io.ReadFull(random, m[:]); err != nil {
			panic(err)
		}
		secret, ciphertext, err := mlkemtest.Encapsulate768(key, m[:])
		if err != nil {
			panic(err)
		}
		return secret, ciphertext
	}
	return func() { encapsulate = was }
}

// Owned lists the secret bytes that a session, a key pair or a handshake
// owns: all zero once it is closed.
func (f *Frames) Owned() [][]byte {
	return append(f.own.Owned(), f.send.key[:], f.recv.key[:], f.relink[:], f.ticket[:], f.id[:])
}

func (k *KeyPair) Owned() [][]byte { return [][]byte{k.agreement[:], k.signing[:]} }

func (h *Handshake) Owned() [][]byte {
	owned := [][]byte{h.dh[:], h.nonce[:]}
	if h.root != nil {
		owned = append(owned, h.root[:])
	}
	return owned
}

func FramePadding(n int) int { return framePadding(n) }
func ReplyPadding(n int) int { return replyPadding(n) }

// SealPadded seals a frame whose padding is the caller's, as only a broken or
// hostile peer does.
func (f *Frames) SealPadded(body []byte, padTo func(body []byte) []byte) []byte {
	key, next := step(f.send.key, byte(f.send.dir))
	frame, err := encrypt(key, f.send.nonce(), padTo(append([]byte(nil), body...)))
	if err != nil {
		panic(err)
	}
	f.send.advance(next)
	return frame
}

// SignAs makes the session sign with another key, as if the symmetric key
// alone had leaked.
func (f *Frames) SignAs(k *KeyPair) { f.own = k }

// Valid opens what the handshake asks of a key.
func (v VerifyKey) Valid() bool { return v.valid() }
func (p PublicKey) Valid() bool { return p.valid() }
