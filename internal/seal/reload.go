package seal

import (
	"encoding/binary"
	"io"
)

// Ticket is what is kept of a chat to come back to it after a reload (PROTOCOL.md §3.2). Nothing
// that was said in the chat can be read with it.
type Ticket struct {
	_ unprintable
	b *[32]byte
}

// NewTicket makes a Ticket of the bytes that were kept.
func NewTicket(b [32]byte) Ticket { return Ticket{b: &b} }

// Bytes returns the ticket for where it is kept, the only place where it may go.
func (t Ticket) Bytes() [32]byte { return *t.b }

// Copy is to be wiped on its own.
func (t Ticket) Copy() Ticket { return NewTicket(*t.b) }

// Kept tells whether there is a ticket.
func (t Ticket) Kept() bool { return t.b != nil }

// String hides the secret.
func (t Ticket) String() string { return "seal.Ticket" }

// Wipe overwrites the secret, in every copy of the value.
func (t Ticket) Wipe() {
	if t.b != nil {
		wipe(t.b[:])
	}
}

// Ticket is that of this chat. It is all zeros after Close.
func (f *Frames) Ticket() Ticket { return NewTicket(*f.ticket) }

// SealReturn seals what one side tells to come back, with a key pair made for this alone. It
// returns the public key that stands before the box. ErrSize: plain is longer than 255 bytes.
func SealReturn(role Role, ticket Ticket, own *KeyPair, plain []byte) (x PublicKey, box []byte, err error) {
	length := replyPadding(len(plain))
	if length == 0 {
		return x, nil, ErrSize
	}
	x = own.PublicKey()
	key := returnKey(ticket, role, x)
	defer key.Wipe()
	// The key belongs to a key pair that seals only once, so the zero nonce is used once.
	box, err = encrypt(key, Nonce{}, pad(plain, length))
	return x, box, err
}

// OpenReturn opens what the other side of role sealed with SealReturn. It changes nothing.
// ErrSize, ErrDecrypt and ErrPadding mean that it belongs to another chat.
func OpenReturn(role Role, ticket Ticket, x PublicKey, box []byte) ([]byte, error) {
	if !isSealed(len(box)) {
		return nil, ErrSize
	}
	key := returnKey(ticket, role.Other(), x)
	defer key.Wipe()
	return openSealed(key, box)
}

// NewReturn is the handshake with which two sides come back. x is the other side's key, codeI and
// codeJ are what inviter and joiner told each other: key and box. It takes over the key pair
// own. ErrInvalidKey: x is a point of low order, not reduced, or our own.
func NewReturn(random io.Reader, role Role, ticket Ticket, own *KeyPair, x PublicKey, codeI, codeJ []byte) (*Handshake, error) {
	dh, err := own.agree(x)
	if err != nil {
		return nil, err
	}
	return &Handshake{
		role: role, random: random, own: own, secret: nextSecret(ticket), dh: dh, nonce: new([32]byte),
		transcript: transcriptHash("again", codeI, codeJ),
	}, nil
}

// ReturnSlot is the place in the mailbox where what role tells waits, in the five minutes k.
func ReturnSlot(ticket Ticket, role Role, k uint32) [16]byte {
	return [16]byte(expand(ticket.b[:], "slot", binary.BigEndian.AppendUint32([]byte{byte(role)}, k), 16))
}

// ReturnClaim is that with which role takes what the other side has left there: the same after each reload.
func ReturnClaim(ticket Ticket, role Role) [16]byte {
	return [16]byte(expand(ticket.b[:], "claim", []byte{byte(role)}, 16))
}

func returnKey(ticket Ticket, role Role, x PublicKey) MessageKey {
	return newMessageKey(expand(ticket.b[:], "box", append([]byte{byte(role)}, x[:]...), 32))
}

func nextSecret(ticket Ticket) LinkSecret {
	return NewLinkSecret([16]byte(expand(ticket.b[:], "next S", nil, 16)))
}

func ticketKey(root *[32]byte, t3 [32]byte) *[32]byte {
	return (*[32]byte)(expand(root[:], "ticket", t3[:], 32))
}
