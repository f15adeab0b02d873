package seal

import (
	"crypto/hmac"
	"crypto/mlkem"
	"crypto/subtle"
	"io"
)

// Role is the side of a chat. Its number is the direction byte of what it sends.
type Role byte

// The inviter makes the link; the joiner speaks first, with M1.
const (
	Inviter Role = 1
	Joiner  Role = 2
)

// Other is the role of the other side.
func (r Role) Other() Role { return Inviter + Joiner - r }

// Sizes of the three handshake messages.
const (
	M1Size = mlkem.EncapsulationKeySize768 + 32 + 32
	M2Size = mlkem.CiphertextSize768 + 32 + 32 + 32
	M3Size = 32 + 32
)

// Handshake is one side of the handshake of PROTOCOL.md §3. Handle takes it one step further.
// Any error wipes it, and it cannot go on.
//
//	J                                   I
//	M1: ek, vJ, commit(nJ)      ──▶
//	                            ◀──     M2: ct, nI, vI, macI
//	M3: nJ, macJ                ──▶
type Handshake struct {
	role   Role
	step   int // messages seen so far, sent or received
	random io.Reader
	own    *KeyPair
	peer   VerifyKey
	secret LinkSecret
	dh     *[32]byte
	root   *[32]byte

	transcript [32]byte // h1, then t2, then t3
	m1         []byte
	commitment [32]byte

	kem   *mlkem.DecapsulationKey768 // joiner
	nonce *[32]byte                  // nJ, joiner: secret until M3
}

func newHandshake(role Role, random io.Reader, own *KeyPair, dh *[32]byte, secret LinkSecret, invite, reply, answer []byte) *Handshake {
	return &Handshake{
		role: role, random: random, own: own, secret: secret, dh: dh, nonce: new([32]byte),
		transcript: transcriptHash("bootstrap", invite, reply, answer),
	}
}

// String hides the secrets.
func (h *Handshake) String() string { return "seal.Handshake" }

// Start returns the message to send first, nil for the inviter, who waits.
func (h *Handshake) Start() ([]byte, error) {
	if h.step != 0 || h.m1 != nil {
		return nil, h.fail(ErrOrder)
	}
	if h.role == Inviter {
		return nil, nil
	}
	// The seed makes the key; FIPS 203 calls it d ‖ z.
	var seed [mlkem.SeedSize]byte
	defer wipe(seed[:])
	if _, err := io.ReadFull(h.random, seed[:]); err != nil {
		return nil, h.fail(err)
	}
	if _, err := io.ReadFull(h.random, h.nonce[:]); err != nil {
		return nil, h.fail(err)
	}
	kem, err := mlkem.NewDecapsulationKey768(seed[:])
	if err != nil {
		return nil, h.fail(ErrInvalidKey)
	}
	h.kem = kem
	h.commitment = transcriptHash("commit", h.nonce[:])
	verify := h.own.VerifyKey()
	h.m1 = join(kem.EncapsulationKey().Bytes(), verify[:], h.commitment[:])
	h.step = 1
	return append([]byte(nil), h.m1...), nil
}

// Handle takes the other side's next message. It returns the message to send back, if any, and
// at the end of the handshake the Frames. If the message has another size than the one that
// is expected now, the error is ErrOrder.
func (h *Handshake) Handle(message []byte) (send []byte, frames *Frames, err error) {
	switch {
	case h.role == Inviter && h.step == 0 && len(message) == M1Size:
		send, err = h.answerM1(message)
	case h.role == Joiner && h.step == 1 && len(message) == M2Size:
		send, frames, err = h.answerM2(message)
	case h.role == Inviter && h.step == 2 && len(message) == M3Size:
		frames, err = h.checkM3(message)
	default:
		err = ErrOrder
	}
	if err != nil {
		return nil, nil, h.fail(err)
	}
	return send, frames, nil
}

func (h *Handshake) answerM1(m1 []byte) (m2 []byte, err error) {
	const ek, v = mlkem.EncapsulationKeySize768, mlkem.EncapsulationKeySize768 + 32
	key, err := mlkem.NewEncapsulationKey768(m1[:ek])
	if err != nil {
		return nil, ErrInvalidKey
	}
	if err := h.meet(m1[ek:v]); err != nil {
		return nil, err
	}
	h.commitment = [32]byte(m1[v:])
	h.m1 = append([]byte(nil), m1...)
	var nonce [32]byte
	if _, err := io.ReadFull(h.random, nonce[:]); err != nil {
		return nil, err
	}
	kemSS, ct := encapsulate(key, h.random)
	verify := h.own.VerifyKey()
	open := join(ct, nonce[:], verify[:])
	h.agree(open, kemSS)
	h.step = 2
	return join(open, confirmation(h.root, Inviter, h.transcript)), nil
}

func (h *Handshake) answerM2(m2 []byte) (m3 []byte, frames *Frames, err error) {
	const ct, n, v = mlkem.CiphertextSize768, mlkem.CiphertextSize768 + 32, mlkem.CiphertextSize768 + 64
	kemSS, err := h.kem.Decapsulate(m2[:ct])
	if err != nil {
		return nil, nil, ErrInvalidKey
	}
	if err := h.meet(m2[n:v]); err != nil {
		return nil, nil, err
	}
	h.agree(m2[:v], kemSS)
	// nJ is revealed only to an other end that has dh, the link secret and
	// the same transcript.
	if !hmac.Equal(m2[v:], confirmation(h.root, Inviter, h.transcript)) {
		return nil, nil, ErrConfirm
	}
	h.transcript = transcriptHash("t3", h.transcript[:], h.nonce[:])
	m3 = join(h.nonce[:], confirmation(h.root, Joiner, h.transcript))
	return m3, h.finish(), nil
}

func (h *Handshake) checkM3(m3 []byte) (*Frames, error) {
	revealed := transcriptHash("commit", m3[:32])
	if subtle.ConstantTimeCompare(revealed[:], h.commitment[:]) != 1 {
		return nil, ErrCommitment
	}
	h.transcript = transcriptHash("t3", h.transcript[:], m3[:32])
	if !hmac.Equal(m3[32:], confirmation(h.root, Joiner, h.transcript)) {
		return nil, ErrConfirm
	}
	return h.finish(), nil
}

// meet takes the verify key of the other side. It must be a valid key, and not ours.
func (h *Handshake) meet(verify []byte) error {
	h.peer = VerifyKey(verify)
	if !h.peer.valid() || h.peer == h.own.VerifyKey() {
		return ErrInvalidKey
	}
	return nil
}

// agree computes t2 over M1 and the part of M2 before its MAC, and derives the root key.
func (h *Handshake) agree(m2Open, kemSS []byte) {
	h.transcript = transcriptHash("t2", h.transcript[:], h.m1, m2Open)
	h.root = rootKey(h.transcript, kemSS, h.dh, h.secret)
	wipe(kemSS)
}

// finish turns the root key into the keys of the two chains and of later lines, and wipes what led there.
// Frames takes the key pair over, as it still signs with it.
func (h *Handshake) finish() *Frames {
	t3 := h.transcript
	f := &Frames{
		role: h.role, own: h.own, peer: h.peer,
		id: sessionID(h.root, t3), sas: SAS(sasBytes(h.root, t3)),
		send:   chain{dir: h.role, key: chainKey(h.root, h.role, t3)},
		recv:   chain{dir: h.role.Other(), key: chainKey(h.root, h.role.Other(), t3)},
		relink: relinkKey(h.root, t3), ticket: ticketKey(h.root, t3),
	}
	h.Close()
	return f
}

func (h *Handshake) fail(err error) error {
	h.Close()
	return err
}

// Close wipes the secrets of an unfinished handshake; it may be called twice.
// The key pair and the link secret belong to the caller.
func (h *Handshake) Close() {
	h.step = -1
	wipe(h.dh[:])
	if h.root != nil {
		wipe(h.root[:])
	}
	wipe(h.nonce[:])
	h.kem = nil
}

// encapsulate is a variable only so that the test vectors can fix its randomness.
var encapsulate = func(key *mlkem.EncapsulationKey768, _ io.Reader) (secret, ciphertext []byte) {
	return key.Encapsulate()
}
