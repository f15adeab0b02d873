// Package invite turns descriptions of connections into codes that people can carry
// and back: an invite is 148 characters for one public address, a reply 237
// (PROTOCOL.md §2). It is pure: no network, no clock, no randomness.
//
//	sdp.Description ⇄ bytes ⇄ text           Find: the one code in pasted text
//
// Everything it parses was written by somebody else.
package invite

import (
	"errors"

	"tincan/internal/sdp"
)

// The errors of this package. Each has a code in internal/chat, for which there is a sentence.
var (
	// ErrEmpty: there is nothing but white space.
	ErrEmpty = errors.New("invite: the text is empty")
	// ErrTooLong: more text than a pasted message has.
	ErrTooLong = errors.New("invite: the text is too long")
	// ErrNoCode: there is no code in the text, and nothing that looks like a damaged one.
	ErrNoCode = errors.New("invite: there is no code in the text")
	// ErrSeveral: two different codes in one text.
	ErrSeveral = errors.New("invite: there are several codes in the text")
	// ErrCut: a code whose end is missing.
	ErrCut = errors.New("invite: the code was cut")
	// ErrVersion: a code of another version of the protocol.
	ErrVersion = errors.New("invite: the code is of another version")
	// ErrMalformed: a damaged code, or one that nobody makes who follows the protocol.
	ErrMalformed = errors.New("invite: the code is malformed")
)

// First bytes: six bits kind, two bits version (PROTOCOL.md §2).
const (
	kindMask    = 0xFC
	version1    = 0x01
	inviteFirst = 0x88 | version1
	replyFirst  = 0xAC | version1
	// A repair, and one that answers one.
	repairFirst = 0xA0 | version1
	answerFirst = 0x68 | version1
)

// Sizes of codes in bytes, checked before anything else.
const (
	minInvite = 50 + 20 + 32
	maxInvite = 50 + 98 + 32 + sdp.MaxCandidates*19
	maxCode   = maxInvite
)

// sealedSizes are those of replies and repairs: 1 + 32 + 16 and one of the three padded lengths.
var sealedSizes = [...]int{177, 241, 305}

// MinReplyText is the length of the shortest text in which Find can find a reply: base64url
// and the letter at its end. All other spellings are longer.
const MinReplyText = (177*8+5)/6 + 1

const (
	flagMailbox = 1 << 0
	formatShift = 2
	formatMask  = 3 << formatShift
)

// Secret is the link secret S as an invite carries it. It prints nothing and
// cannot be compared with ==.
type Secret struct {
	_ [0]func()
	b *[16]byte
}

// NewSecret makes the Secret of an invite from S.
func NewSecret(b [16]byte) Secret { return Secret{b: &b} }

// Bytes returns S, for seal.NewLinkSecret.
func (s Secret) Bytes() [16]byte { return *s.b }

// String hides the secret.
func (s Secret) String() string { return "invite.Secret" }

// Wipe overwrites the secret, in every copy of the value.
func (s Secret) Wipe() {
	if s.b != nil {
		clear(s.b[:])
	}
}

// Invite is what a link says.
type Invite struct {
	// Mailbox says that there is a mailbox at the origin of the link.
	Mailbox bool
	Secret  Secret
	// Key is A, the inviter's X25519 public key.
	Key   [32]byte
	Offer sdp.Description
}

// Bytes are the invite on the wire.
func (i Invite) Bytes() []byte {
	flags := byte(formatOf(i.Offer)) << formatShift
	if i.Mailbox {
		flags |= flagMailbox
	}
	b := make([]byte, 0, maxInvite) // growing would leave pieces of S behind
	b = append(b, inviteFirst, flags)
	b = append(b, i.Secret.b[:]...)
	b = append(b, i.Key[:]...)
	return appendDescription(b, i.Offer)
}

// ParseInvite reads the bytes of an invite. loopback accepts loopback
// addresses: only where both ends are told to run on one computer.
func ParseInvite(b []byte, loopback bool) (Invite, error) {
	if len(b) < minInvite || len(b) > maxInvite {
		return Invite{}, ErrMalformed
	}
	if b[0] != inviteFirst {
		return Invite{}, kindError(b[0])
	}
	flags := b[1]
	if flags&^(flagMailbox|formatMask) != 0 {
		return Invite{}, ErrMalformed
	}
	offer, err := parseDescription(b[50:], int(flags&formatMask)>>formatShift, loopback)
	if err != nil {
		return Invite{}, err
	}
	return Invite{
		Mailbox: flags&flagMailbox != 0,
		Secret:  NewSecret([16]byte(b[2:18])),
		Key:     [32]byte(b[18:50]),
		Offer:   offer,
	}, nil
}

// An answer is what a reply seals: a flags byte with the format of the credentials, and the description.

// maxAnswer is the length of the longest answer that fits into a reply, beside at least one
// byte of padding.
const maxAnswer = 255

// AnswerBytes makes an answer with as many of the candidates as fit, the first ones first:
// if the credentials are long, not all eight fit.
func AnswerBytes(d sdp.Description) []byte { return answerOf(d, maxAnswer) }

func answerOf(d sdp.Description, most int) []byte {
	for {
		b := appendDescription([]byte{byte(formatOf(d)) << formatShift}, d)
		if len(b) <= most || len(d.Candidates) == 0 {
			return b
		}
		d.Candidates = d.Candidates[:len(d.Candidates)-1]
	}
}

// ParseAnswer reads an answer.
func ParseAnswer(b []byte, loopback bool) (sdp.Description, error) {
	if len(b) == 0 || b[0]&^formatMask != 0 {
		return sdp.Description{}, ErrMalformed
	}
	return parseDescription(b[1:], int(b[0])>>formatShift, loopback)
}

// kindError is ErrVersion for another version of a code, or for another kind of code than was
// asked for, ErrMalformed for anything else.
func kindError(first byte) error {
	if known(first&kindMask | version1) {
		return ErrVersion
	}
	return ErrMalformed
}
