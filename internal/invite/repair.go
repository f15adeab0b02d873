package invite

import (
	"encoding/binary"

	"tincan/internal/sdp"
)

// A card is told to the other side as an answer is: flags and description. It is at most
// maxAnswer long with the two numbers that stand before it in a repair.
const maxCard = maxAnswer - 8

// CardBytes makes a card with as many of the candidates as fit, the first ones first. A card has
// these bytes wherever it is told.
func CardBytes(d sdp.Description) []byte { return answerOf(d, maxCard) }

// ParseCard reads a card.
func ParseCard(b []byte, loopback bool) (sdp.Description, error) {
	if len(b) > maxCard {
		return sdp.Description{}, ErrMalformed
	}
	return ParseAnswer(b, loopback)
}

// Repair is what a repair seals (PROTOCOL.md §2.7).
type Repair struct {
	// N is the number of the card, Meets that of the other side's card with which it makes a line:
	// 0 if the other side is to answer with one.
	N, Meets uint32
	Card     sdp.Description
}

// Bytes are what is sealed, at most 255 bytes.
func (r Repair) Bytes() []byte {
	b := binary.BigEndian.AppendUint32(make([]byte, 0, maxAnswer), r.N)
	return append(binary.BigEndian.AppendUint32(b, r.Meets), CardBytes(r.Card)...)
}

// NewRepair makes the code of what was sealed. answers says that it answers a repair.
func NewRepair(answers bool, tag [32]byte, box []byte) Code {
	first := byte(repairFirst)
	if answers {
		first = answerFirst
	}
	return append(append(Code{first}, tag[:]...), box...)
}

// InMailbox are the bytes that are left in a mailbox: those of a reply, for all that one can see.
func (c Code) InMailbox() []byte { return append([]byte{replyFirst}, c[1:]...) }

// FromMailbox is the repair whose bytes were left in a mailbox.
func FromMailbox(b []byte) (Code, bool) {
	if len(b) == 0 || b[0] != replyFirst || !sealedSize(len(b)) {
		return nil, false
	}
	return append(Code{repairFirst}, b[1:]...), true
}

// Sealed takes a repair apart: it tells by the tag whose it is, and the box is to be opened.
// Any other code has neither.
func (c Code) Sealed() (tag [32]byte, box []byte) {
	if !c.IsRepair() || !c.rightSize() {
		return tag, nil
	}
	return [32]byte(c[1:33]), c[33:]
}

// ParseRepair reads what code sealed, which was opened as the card n of the other side.
func ParseRepair(code Code, n uint32, b []byte, loopback bool) (Repair, error) {
	if len(b) < 8 {
		return Repair{}, ErrMalformed
	}
	r := Repair{N: binary.BigEndian.Uint32(b), Meets: binary.BigEndian.Uint32(b[4:])}
	if r.N == 0 || r.N != n || code.AnswersRepair() && r.Meets == 0 {
		return Repair{}, ErrMalformed
	}
	var err error
	if r.Card, err = ParseCard(b[8:], loopback); err != nil {
		return Repair{}, err
	}
	return r, nil
}
