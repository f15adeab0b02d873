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

	typeAnswer   = 0x44 // a text that answers a message
	typeEdit     = 0x45 // a text in place of one
	typeUnsend   = 0x46 // a message is taken back
	typeReaction = 0x47 // an emoji that a person has to a message
	typeTimer    = 0x48 // after how long messages are to go
	typePresence = 0x49 // whether the person looks at the chat
	typeRead     = 0x4A // up to where the person has read

	// What a bye says of why its side goes. Any other is read as byeLeft.
	byeLeft   = 1 // the person left
	byeDiffer = 2 // the person says that the safety words differ
	byeClosed = 3 // the page or the program was closed

	flagNow = 1 // of a card

	lastUnknown = 0x7E // 0x43, and from 0x4B on: authenticated, counted, ignored
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
func (f frame) signed() bool {
	return f.kind == typeText || f.kind == typeFile || f.kind >= typeAnswer && f.kind <= typeTimer
}

// spoken tells whether a frame is the last of a message that may have several.
func (f frame) spoken() bool { return f.kind == typeText || f.kind == typeAnswer || f.kind == typeEdit }

// idle tells whether a frame says nothing for which anybody waits, so that a flood of it is none of a person's doing.
func (f frame) idle() bool {
	return f.kind == typeHeard || f.kind >= typeTyping && (f.kind < typeAnswer || f.kind > typeRead)
}

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
	case f.spoken():
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
	case f.kind == typeUnsend, f.kind == typeRead:
		ok = n == 8
	case f.kind == typeReaction:
		ok = n >= refSize && n <= refSize+maxEmoji
	case f.kind == typeTimer:
		ok = n == 4
	case f.kind == typePresence:
		ok = n == 1
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

// cut makes the frames of one message. The last carries its type, and the signature over all of it.
func cut(kind byte, message []byte, signature seal.Signature) []frame {
	var frames []frame
	for len(message) > partSize {
		frames = append(frames, frame{kind: typeMore, content: message[:partSize]})
		message = message[partSize:]
	}
	return append(frames, frame{kind, signature, message})
}

// assembly collects the parts of the one message that may be under way.
type assembly struct{ parts []byte }

// add takes a frame of a message. With the last part it returns the whole, whose signature
// is still to be checked.
func (a *assembly) add(f frame) (message []byte, err error) {
	if len(a.parts)+len(f.content) > refSize+MaxText || a.parts != nil && f.kind != typeMore && !f.spoken() {
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
	if head := textBegins(f.kind); head >= 0 && (len(message) <= head || len(message) > head+MaxText || !utf8.Valid(message[head:])) {
		return nil, errFrame
	}
	a.parts = nil
	return message, nil
}

// textBegins is where the text begins in a message whose last frame has this type, below 0 in one without a text.
func textBegins(kind byte) int {
	switch kind {
	case typeText:
		return 0
	case typeAnswer:
		return refSize
	case typeEdit:
		return 8
	}
	return -1
}
