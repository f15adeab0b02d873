package seal

import (
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"io"
	"slices"

	"golang.org/x/crypto/nacl/sign"
)

// What follows opens single steps of the package to the proofs: copies of a
// state, so that thousands of changes start from the same one; the primitives
// as the package calls them; and a peer that holds the right keys but breaks a rule.

func copied(b *[32]byte) *[32]byte {
	if b == nil {
		return nil
	}
	c := *b
	return &c
}

// Clone shares no secret with the original, so that wiping one leaves the other.
func (k *KeyPair) Clone() *KeyPair {
	c := *k
	signing := *k.signing
	c.agreement, c.signing = copied(k.agreement), &signing
	return &c
}

// Clone copies the state of a handshake. The copy draws from random.
func (h *Handshake) Clone(random io.Reader) *Handshake {
	c := *h
	c.random, c.own, c.dh, c.root, c.nonce = random, h.own.Clone(), copied(h.dh), copied(h.root), copied(h.nonce)
	return &c
}

// Clone copies the keys and numbers.
func (f *Frames) Clone() *Frames {
	c := *f
	c.own = f.own.Clone()
	c.send.key, c.recv.key, c.relink = copied(f.send.key), copied(f.recv.key), copied(f.relink)
	c.ticket = copied(f.ticket)
	c.sealed = slices.Clone(f.sealed)
	return &c
}

// Agree is X25519 as the package does it, with a private key from elsewhere.
func Agree(private [32]byte, peer PublicKey) ([]byte, error) {
	key, err := ecdh.X25519().NewPrivateKey(private[:])
	if err != nil {
		return nil, err
	}
	own := &KeyPair{agreement: &private, public: PublicKey(key.PublicKey().Bytes())}
	dh, err := own.agree(peer)
	if err != nil {
		return nil, err
	}
	return dh[:], nil
}

// The calls inside the wrappers that add our labels, so that vectors without
// our labels reach them. TestUnitWrappers ties each to its wrapper.
func Extract(salt, ikm []byte) []byte { return extract(salt, ikm) }

func ExpandRaw(prk []byte, info string, n int) ([]byte, error) {
	return hkdf.Expand(sha256.New, prk, info, n)
}

func VerifyRaw(key VerifyKey, message []byte, signature Signature) bool {
	_, ok := sign.Open(nil, append(signature[:], message...), (*[32]byte)(&key))
	return ok
}

func MACRaw(key, message []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(message)
	return mac.Sum(nil)
}

func Expand(prk []byte, label string, context []byte, n int) []byte {
	return expand(prk, label, context, n)
}

func TranscriptHash(label string, parts ...[]byte) [32]byte { return transcriptHash(label, parts...) }

func RootKey(t2 [32]byte, kemSS []byte, dh [32]byte, secret LinkSecret) [32]byte {
	return *rootKey(t2, kemSS, &dh, secret)
}

func Confirmation(root [32]byte, role Role, transcript [32]byte) []byte {
	return confirmation(&root, role, transcript)
}

func ChainKey(root [32]byte, role Role, t3 [32]byte) [32]byte { return *chainKey(&root, role, t3) }
func RelinkKey(root, t3 [32]byte) [32]byte                    { return *relinkKey(&root, t3) }
func ProofKey(relink [32]byte, role Role) []byte              { return proofKey(&relink, role) }
func CardKey(relink [32]byte, role Role, n uint32) MessageKey { return cardKey(&relink, role, n) }
func CardTag(relink [32]byte, role Role, n uint32) [32]byte   { return cardTag(&relink, role, n) }
func CardSlot(relink [32]byte, role Role, n uint32) [16]byte  { return cardSlot(&relink, role, n) }
func SessionID(root, t3 [32]byte) [16]byte                    { return sessionID(&root, t3) }
func SASBytes(root, t3 [32]byte) [8]byte                      { return sasBytes(&root, t3) }
func NextSecret(ticket Ticket) LinkSecret                     { return nextSecret(ticket) }

// ReturnBoxKey is the key of the return that role makes with x.
func ReturnBoxKey(ticket Ticket, role Role, x PublicKey) MessageKey {
	return returnKey(ticket, role, x)
}

// Encrypt and Decrypt are the box alone, without padding.
func Encrypt(key MessageKey, nonce Nonce, padded []byte) ([]byte, error) {
	return encrypt(key, nonce, append([]byte(nil), padded...))
}
func Decrypt(key MessageKey, nonce Nonce, box []byte) ([]byte, error) {
	return decrypt(key, nonce, box)
}

// NewHandshake begins a handshake from ingredients that need not fit together.
func NewHandshake(role Role, random io.Reader, own *KeyPair, dh [32]byte, secret LinkSecret, invite, reply, answer []byte) *Handshake {
	return newHandshake(role, random, own.Clone(), &dh, secret, invite, reply, answer)
}

// SecretOf is dh with the peer.
func (k *KeyPair) SecretOf(peer PublicKey) [32]byte {
	dh, err := k.agree(peer)
	if err != nil {
		panic(err)
	}
	return *dh
}

// Transcript and Root are the state in between.
func (h *Handshake) Transcript() [32]byte { return h.transcript }
func (h *Handshake) Root() [32]byte       { return *h.root }

// Cheat is the joiner's end in hostile hands: it has M2, and is free in the
// nonce that it reveals.
type Cheat struct {
	h *Handshake
}

// Cheat takes M2 without checking it and without answering.
func (h *Handshake) Cheat(m2 []byte) *Cheat {
	const ct, n, v = 1088, 1088 + 32, 1088 + 64
	kemSS, err := h.kem.Decapsulate(m2[:ct])
	if err != nil {
		panic(err)
	}
	h.peer = VerifyKey(m2[n:v])
	h.agree(m2[:v], kemSS)
	return &Cheat{h}
}

// Nonce is the one that the commitment in M1 was made for.
func (c *Cheat) Nonce() [32]byte { return *c.h.nonce }

// SAS is what the other side will see if nonce is revealed.
func (c *Cheat) SAS(nonce [32]byte) SAS {
	return SAS(sasBytes(c.h.root, transcriptHash("t3", c.h.transcript[:], nonce[:])))
}

// M3 reveals nonce, with the confirmation that belongs to it.
func (c *Cheat) M3(nonce [32]byte) []byte {
	return join(nonce[:], confirmation(c.h.root, Joiner, transcriptHash("t3", c.h.transcript[:], nonce[:])))
}

// Next is the key and the nonce of the next frame sent.
func (f *Frames) Next() (MessageKey, Nonce) {
	key, _ := step(f.send.key, byte(f.send.dir))
	return key, f.send.nonce()
}

// ReplyKey is the key that seals a reply.
func ReplyKey(dh [32]byte, secret LinkSecret, invite []byte, b PublicKey) MessageKey {
	return replyKey(&dh, secret, invite, b)
}

// Bytes lets a test compare keys.
func (k MessageKey) Bytes() [32]byte { return *k.b }

// A Lie is a place that a signature claims instead of its own.
type Lie struct {
	ID   [16]byte
	Dir  Role
	N    uint64 // the message's
	Kind byte
}

// Place is where the next text of ours belongs.
func (f *Frames) Place() Lie { return Lie{f.id, f.send.dir, f.send.messages + 1, 1} }

// SignLying signs a message for another place.
func (f *Frames) SignLying(message []byte, lie Lie) Signature {
	elsewhere := &Frames{id: lie.ID}
	signature, err := SignMessage(f.own, elsewhere.place(&chain{dir: lie.Dir, messages: lie.N - 1}, lie.Kind), message)
	if err != nil {
		panic(err)
	}
	return signature
}

// SealNumbered seals the frame with this session's next key under the number of another.
func (f *Frames) SealNumbered(body []byte, n uint64) []byte {
	was := f.send.n
	f.send.n = n
	frame, err := f.Seal(body)
	if err != nil {
		panic(err)
	}
	f.send.n = was + 1
	return frame
}

// Chains are the two chain keys.
func (f *Frames) Chains() (send, recv [32]byte) { return *f.send.key, *f.recv.key }

// Relink is kR.
func (f *Frames) Relink() [32]byte { return *f.relink }

// ID is sid.
func (f *Frames) ID() [16]byte { return f.id }

// SignAs makes M1 or M2 name another verify key.
func (h *Handshake) SignAs(k *KeyPair) { h.own = k }
