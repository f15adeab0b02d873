package seal

import (
	"io"

	"golang.org/x/crypto/nacl/secretbox"
)

// replyKind is kind and version of a reply (PROTOCOL.md §2).
const replyKind = 0xAD

// SealReply answers an invite. It seals answer for whoever made the invite, and returns the
// reply and the joiner's side of the handshake, which takes over the key pair own.
// ErrInvalidKey: the inviter's key is a point of low order, or our own. ErrSize: the answer
// is longer than 255 bytes.
func SealReply(random io.Reader, own *KeyPair, secret LinkSecret, inviter PublicKey, invite, answer []byte) (reply []byte, h *Handshake, err error) {
	length := replyPadding(len(answer))
	if length == 0 {
		return nil, nil, ErrSize
	}
	dh, err := own.agree(inviter)
	if err != nil {
		return nil, nil, err
	}
	b := own.PublicKey()
	key := replyKey(dh, secret, invite, b)
	defer key.Wipe()
	// The key is derived from a key pair that seals only one reply, so the zero nonce is used once.
	box, err := encrypt(key, Nonce{}, pad(answer, length))
	if err != nil {
		return nil, nil, err
	}
	reply = append(append([]byte{replyKind}, b[:]...), box...)
	return reply, newHandshake(Joiner, random, own, dh, secret, invite, reply, answer), nil
}

// OpenReply opens a reply to the invite that own and secret belong to. It does not change
// them: after a reply that does not open the invite can still be answered, and a second reply
// that opens can be recognised. The handshake that it returns uses own and secret without
// wiping them; their owner does that. ErrSize, ErrInvalidKey, ErrDecrypt and ErrPadding mean
// that it is no reply to this invite.
func OpenReply(random io.Reader, own *KeyPair, secret LinkSecret, invite, reply []byte) (answer []byte, h *Handshake, err error) {
	const head = 1 + len(PublicKey{})
	if !isSealed(len(reply)-head) || reply[0] != replyKind {
		return nil, nil, ErrSize
	}
	b := PublicKey(reply[1:head])
	dh, err := own.agree(b)
	if err != nil {
		return nil, nil, err
	}
	key := replyKey(dh, secret, invite, b)
	defer key.Wipe()
	if answer, err = openSealed(key, reply[head:]); err != nil {
		wipe(dh[:])
		return nil, nil, err
	}
	return answer, newHandshake(Inviter, random, own, dh, secret, invite, reply, answer), nil
}

// isSealed tells whether a box of so many bytes can be that of a reply or a card.
func isSealed(n int) bool {
	switch n - secretbox.Overhead {
	case 128, 192, 256:
		return true
	}
	return false
}

// openSealed opens the box of a reply or a card, which is the only one of its key.
func openSealed(key MessageKey, box []byte) ([]byte, error) {
	padded, err := decrypt(key, Nonce{}, box)
	if err != nil {
		return nil, err
	}
	return unpad(padded, replyPadding)
}
