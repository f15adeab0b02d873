// Package seal is the cryptography of tincan: it turns a link secret and two
// public keys into a sealed reply, a handshake of three messages and a chain
// of frames that only the two ends can read, write or reorder (PROTOCOL.md
// §2.3, §3, §4).
//
//	SealReply ── reply ──▶ OpenReply        the answer, readable with the link
//	Handshake ── M1 M2 M3 ── Handshake      ML-KEM, commitment, confirmation
//	Frames    ── frames ──▶ Frames          a key per frame, signed, padded
//
// It is the only package that names a primitive, and it has no state outside
// its values. Nothing here logs, and no error tells more than its kind.
package seal

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
)

// prefix begins every label, so that no hash or key of ours means anything in
// another protocol or version (PROTOCOL.md §1).
const prefix = "tincan/v1 "

// The kinds of failure. Once the channel is open, each of them ends the chat, and the person
// is told the same sentence for all of them.
var (
	// ErrInvalidKey: a key of the wrong length, a point of low order, our
	// own public key sent back to us, or a key that has been wiped.
	ErrInvalidKey = errors.New("seal: the key is not valid")
	// ErrDecrypt: the box was not made with this key, nonce and content.
	ErrDecrypt = errors.New("seal: the message does not open")
	// ErrSignature: the signature is not the expected sender's.
	ErrSignature = errors.New("seal: the signature is not valid")
	// ErrPadding: the box opened, but its content is not padded as the protocol says.
	ErrPadding = errors.New("seal: the padding is not valid")
	// ErrSize: more or fewer bytes than the protocol allows here.
	ErrSize = errors.New("seal: the size is not valid")
	// ErrOrder: a handshake message that is not expected now.
	ErrOrder = errors.New("seal: not expected now")
	// ErrCommitment: the joiner revealed another nonce than it had committed to.
	ErrCommitment = errors.New("seal: the commitment was not kept")
	// ErrConfirm: the two ends do not hold the same transcript and keys.
	ErrConfirm = errors.New("seal: the keys do not agree")
	// ErrTag: it is none of the cards looked for: one of another chat, or out of date.
	ErrTag = errors.New("seal: the tag of another card")
	// ErrClosed: the keys have been wiped, by Close or by an earlier failure.
	ErrClosed = errors.New("seal: the session is closed")
)

// transcriptHash is TH of PROTOCOL.md §1. Each part is hashed with its length
// before it, so that no two lists of parts give the same bytes.
func transcriptHash(label string, parts ...[]byte) [32]byte {
	h := sha256.New()
	writePart(h, []byte(prefix+label))
	for _, p := range parts {
		writePart(h, p)
	}
	var sum [32]byte
	h.Sum(sum[:0])
	return sum
}

func writePart(h hash.Hash, p []byte) {
	var length [8]byte
	binary.BigEndian.PutUint64(length[:], uint64(len(p)))
	h.Write(length[:])
	h.Write(p)
}

// extract and expand are EXT and EXP of PROTOCOL.md §1. They fail only for
// lengths that do not occur here.
func extract(salt, keyMaterial []byte) []byte {
	prk, err := hkdf.Extract(sha256.New, keyMaterial, salt)
	if err != nil {
		panic("seal: extract: " + err.Error())
	}
	return prk
}

func expand(prk []byte, label string, context []byte, length int) []byte {
	out, err := hkdf.Expand(sha256.New, prk, prefix+label+"\x00"+string(context), length)
	if err != nil {
		panic("seal: expand: " + err.Error())
	}
	return out
}

// From here on: one function for each derived key, with its label.

// replyKey is the key under which the answer is sealed. The shared key dh proves nothing about
// the joiner, as anybody can make one; the secret proves that the joiner has the link.
func replyKey(dh *[32]byte, secret LinkSecret, invite []byte, b PublicKey) MessageKey {
	material := join(dh[:], secret.b[:])
	defer wipe(material)
	prk := extract([]byte(prefix+"seal"), material)
	defer wipe(prk)
	bound := transcriptHash("invite", invite, b[:])
	return newMessageKey(expand(prk, "seal-key", bound[:], 32))
}

// rootKey is prk of PROTOCOL.md §3. Only whoever has kemSS, dh and the secret can derive it.
func rootKey(t2 [32]byte, kemSS []byte, dh *[32]byte, secret LinkSecret) *[32]byte {
	material := join(kemSS, dh[:], secret.b[:])
	defer wipe(material)
	prk := extract(t2[:], material)
	defer wipe(prk)
	return (*[32]byte)(append([]byte(nil), prk...))
}

// confirmation is macI for the inviter, macJ for the joiner. Two labels, so
// that neither can be sent back as the other.
func confirmation(root *[32]byte, role Role, transcript [32]byte) []byte {
	label := "confirm I"
	if role == Joiner {
		label = "confirm J"
	}
	key := expand(root[:], label, nil, 32)
	defer wipe(key)
	mac := hmac.New(sha256.New, key)
	mac.Write(transcript[:])
	return mac.Sum(nil)
}

// chainKey is the first key of the chain for the frames that role sends.
func chainKey(root *[32]byte, role Role, t3 [32]byte) *[32]byte {
	label := "chain I>J"
	if role == Joiner {
		label = "chain J>I"
	}
	return (*[32]byte)(expand(root[:], label, t3[:], 32))
}

// step derives the key of the next frame, and the chain key after it.
func step(chain *[32]byte, dir byte) (key MessageKey, next *[32]byte) {
	out := expand(chain[:], "step", []byte{dir}, 64)
	defer wipe(out)
	return newMessageKey(append([]byte(nil), out[:32]...)), (*[32]byte)(append([]byte(nil), out[32:]...))
}

// relinkKey is kR, from which the keys of later lines come. It lives as long as the chat does,
// and opens nothing that is said in it.
func relinkKey(root *[32]byte, t3 [32]byte) *[32]byte {
	return (*[32]byte)(expand(root[:], "relink", t3[:], 32))
}

// proofKey is the key of the proofs that role sends. One key for each direction, so that no
// proof can be sent back.
func proofKey(relink *[32]byte, role Role) []byte {
	return expand(relink[:], "proof", []byte{byte(role)}, 32)
}

// cardKey is the key that seals the card n of role, once. cardTag tells whose it is, cardSlot
// where in the mailbox it lies; neither tells anything of the key, nor of each other.
func cardKey(relink *[32]byte, role Role, n uint32) MessageKey {
	return newMessageKey(expand(relink[:], "card", cardContext(role, n), 32))
}

func cardTag(relink *[32]byte, role Role, n uint32) [32]byte {
	return [32]byte(expand(relink[:], "tag", cardContext(role, n), 32))
}

func cardSlot(relink *[32]byte, role Role, n uint32) [16]byte {
	return [16]byte(expand(relink[:], "slot", cardContext(role, n), 16))
}

func cardContext(role Role, n uint32) []byte {
	return binary.BigEndian.AppendUint32([]byte{byte(role)}, n)
}

func sessionID(root *[32]byte, t3 [32]byte) [16]byte {
	return [16]byte(expand(root[:], "sid", t3[:], 16))
}

func sasBytes(root *[32]byte, t3 [32]byte) [8]byte {
	return [8]byte(expand(root[:], "sas", t3[:], 8))
}

// MailboxSlot is the place in the mailbox where a reply to the invite with this secret waits.
// The secret cannot be computed from it.
func MailboxSlot(secret LinkSecret) [16]byte {
	prk := extract([]byte(prefix+"slot"), secret.b[:])
	defer wipe(prk)
	return [16]byte(expand(prk, "slot-id", nil, 16))
}

// join copies its parts into one slice that the caller wipes. append
// on a growing slice would leave pieces behind.
func join(parts ...[]byte) []byte {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	out := make([]byte, 0, n)
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// wipe overwrites a secret. It cannot reach copies that the runtime or a
// primitive made; SECURITY.md says so.
func wipe(b []byte) {
	clear(b)
}
