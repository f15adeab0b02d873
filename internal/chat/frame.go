package chat

import (
	"encoding/binary"
	"errors"
	"unicode/utf8"

	"tincan/internal/seal"
)

// Frame types (PROTOCOL.md §4).
const (
	typeText  = 0x01
	typeMore  = 0x02
	typeAck   = 0x03
	typeHeard = 0x04
	typeBye   = 0x05

	typeFile     = 0x10 // there is a file for the other side
	typeWant     = 0x11 // it may come
	typeRefuse   = 0x12 // it is not to come, or not any more
	typeWithdraw = 0x13 // there is no such file any more
	typeWhole    = 0x14 // all of it is here
	typeDiffers  = 0x15 // it begins otherwise than what the other side has of it

	typeTyping = 0x40
	typeCan    = 0x41
	typeCard   = 0x42

	// What a bye says of why its side goes. Any other is read as byeLeft.
	byeLeft   = 1 // the person left
	byeDiffer = 2 // the person says that the safety words differ
	byeClosed = 3 // the page or the program was closed

	flagNow = 1 // of a card

	lastUnknown = 0x7E // from 0x43 on: authenticated, counted, ignored
)

const (
	// MaxText is the longest message, in bytes of UTF-8.
	MaxText = 65536
	// partSize is the content of every part of a message but the last.
	partSize = 16000
)

// errFrame: a frame that opened, but that nobody following the protocol sends.
var errFrame = errors.New("chat: a frame against the protocol")

// A frame is the body of a sealed frame: its type, for the last frame of what a person
// said the signature over all of it, and content.
type frame struct {
	kind      byte
	signature seal.Signature
	content   []byte
}

func (f frame) body() []byte {
	b := make([]byte, 0, 1+len(f.signature)+len(f.content))
	b = append(b, f.kind)
	if f.signed() {
		b = append(b, f.signature[:]...)
	}
	return append(b, f.content...)
}

// signed tells whether a frame carries a signature. Acks and the like do not: they are
// known to be the other side's because they open.
func (f frame) signed() bool { return f.kind == typeText || f.kind == typeFile }

// saysArrived tells whether a frame says which of the other side's frames have arrived.
func (f frame) saysArrived() bool { return f.kind == typeAck || f.kind == typeHeard }

// wantsAck tells whether a frame is to be acked. Acks and heards are not, or two ends would
// never fall silent. That somebody is typing, or what a side understands, is not worth an ack.
func (f frame) wantsAck() bool {
	return f.kind != typeAck && f.kind != typeHeard && f.kind != typeBye && f.kind != typeTyping && f.kind != typeCan
}

// parseFrame checks type and length. Whether the content makes sense at this moment is
// checked where it is used.
func parseFrame(body []byte) (frame, error) {
	if len(body) == 0 {
		return frame{}, errFrame
	}
	f := frame{kind: body[0], content: body[1:]}
	if f.signed() {
		if len(f.content) < len(f.signature) {
			return frame{}, errFrame
		}
		f.signature, f.content = seal.Signature(f.content), f.content[len(f.signature):]
	}
	ok := false
	switch n := len(f.content); {
	case f.kind == typeText:
		ok = n >= 1 && n <= partSize
	case f.kind == typeMore:
		ok = n == partSize
	case f.kind == typeAck, f.kind == typeHeard:
		ok = n == 8
	case f.kind == typeTyping:
		ok = n == 0
	case f.kind == typeBye:
		ok = n == 1
	case f.kind == typeFile:
		ok = n >= fileHead && n <= fileHead+maxName+maxKind
	case f.kind == typeWant:
		ok = n == wantSize
	case f.kind == typeRefuse, f.kind == typeWithdraw:
		ok = n == 8+1
	case f.kind == typeWhole, f.kind == typeDiffers:
		ok = n == 8
	case f.kind == typeCan:
		ok = n >= 8
	case f.kind == typeCard:
		ok = n > 4
	case f.kind > typeCard && f.kind <= lastUnknown:
		ok = true
	}
	if !ok {
		return frame{}, errFrame
	}
	return f, nil
}

func ackFrame(next uint64) frame {
	return frame{kind: typeAck, content: binary.BigEndian.AppendUint64(nil, next)}
}

func heardFrame(next uint64) frame {
	return frame{kind: typeHeard, content: binary.BigEndian.AppendUint64(nil, next)}
}

func cardFrame(c card) frame {
	return frame{kind: typeCard, content: append(binary.BigEndian.AppendUint32(nil, c.n), c.packed...)}
}

// number is that of the card which a frame tells of.
func (f frame) number() uint32 { return binary.BigEndian.Uint32(f.content) }

func byeFrame(why byte) frame { return frame{kind: typeBye, content: []byte{why}} }

// farewell is the reason for which a bye ends the chat at the side that receives it.
func (f frame) farewell() Reason {
	switch f.content[0] {
	case byeDiffer:
		return ReasonOtherDiffer
	case byeClosed:
		return ReasonOtherClosed
	}
	return ReasonLeft
}

// next is the number in an ack or a heard: every frame before it has arrived.
func (f frame) next() uint64 { return binary.BigEndian.Uint64(f.content) }

// cutText makes the frames of one message. The last carries the signature over all of it.
func cutText(text []byte, signature seal.Signature) []frame {
	var frames []frame
	for len(text) > partSize {
		frames = append(frames, frame{kind: typeMore, content: text[:partSize]})
		text = text[partSize:]
	}
	return append(frames, frame{typeText, signature, text})
}

// assembly collects the parts of the one message that may be under way.
type assembly struct{ parts []byte }

// add takes a text or more frame. With the last part it returns the message,
// whose signature is still to be checked.
func (a *assembly) add(f frame) (message []byte, err error) {
	if len(a.parts)+len(f.content) > MaxText {
		return nil, errFrame
	}
	message = f.content
	if f.kind == typeMore || a.parts != nil {
		a.parts = append(a.parts, f.content...)
		message = a.parts
	}
	if f.kind == typeMore {
		return nil, nil
	}
	if !utf8.Valid(message) {
		return nil, errFrame
	}
	a.parts = nil
	return message, nil
}
