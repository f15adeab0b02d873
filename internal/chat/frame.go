package chat

import (
	"encoding/binary"
	"errors"
	"unicode/utf8"
)

// Frame types (PROTOCOL.md §4).
const (
	typeText = 0x01
	typeMore = 0x02
	typeAck  = 0x03
	typePing = 0x04
	typeBye  = 0x05

	typeTyping = 0x40

	lastUnknown = 0x7E // from 0x41 on: authenticated, counted, ignored
)

const (
	// MaxText is the longest message, in bytes of UTF-8.
	MaxText = 65536
	// partSize is the content of every part of a message but the last.
	partSize = 16000
)

// errFrame: a frame that opened, but that nobody following the protocol sends.
var errFrame = errors.New("chat: a frame against the protocol")

// A frame is the body of a sealed frame: its type and content.
type frame struct {
	kind    byte
	content []byte
}

func (f frame) body() []byte { return append([]byte{f.kind}, f.content...) }

// wantsAck: acks and pings do not, or two ends would never fall silent; that
// somebody is typing is not worth one.
func (f frame) wantsAck() bool {
	return f.kind != typeAck && f.kind != typePing && f.kind != typeBye && f.kind != typeTyping
}

// parseFrame checks type and length. What the content means in its place, the
// session checks.
func parseFrame(body []byte) (frame, error) {
	if len(body) == 0 {
		return frame{}, errFrame
	}
	f := frame{kind: body[0], content: body[1:]}
	ok := false
	switch n := len(f.content); {
	case f.kind == typeText:
		ok = n >= 1 && n <= partSize
	case f.kind == typeMore:
		ok = n == partSize
	case f.kind == typeAck:
		ok = n == 8
	case f.kind == typePing, f.kind == typeBye, f.kind == typeTyping:
		ok = n == 0
	case f.kind > typeTyping && f.kind <= lastUnknown:
		ok = true
	}
	if !ok {
		return frame{}, errFrame
	}
	return f, nil
}

func ackFrame(next uint64) frame {
	return frame{typeAck, binary.BigEndian.AppendUint64(nil, next)}
}

func (f frame) ackNext() uint64 { return binary.BigEndian.Uint64(f.content) }

// cutText makes the frames of one message.
func cutText(text string) []frame {
	var frames []frame
	for len(text) > partSize {
		frames = append(frames, frame{typeMore, []byte(text[:partSize])})
		text = text[partSize:]
	}
	return append(frames, frame{typeText, []byte(text)})
}

// assembly collects the parts of the one message that may be under way.
type assembly struct{ parts []byte }

// add takes a text or more frame. whole is true with the last part.
func (a *assembly) add(f frame) (text string, whole bool, err error) {
	if len(a.parts)+len(f.content) > MaxText {
		return "", false, errFrame
	}
	a.parts = append(a.parts, f.content...)
	if f.kind == typeMore {
		return "", false, nil
	}
	if !utf8.Valid(a.parts) {
		return "", false, errFrame
	}
	text, a.parts = string(a.parts), nil
	return text, true, nil
}
