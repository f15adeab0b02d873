package files

import (
	"encoding/binary"

	"tincan/internal/seal"
)

// The kinds of message (PROTOCOL.md §4.3).
const (
	kindPart   = 1 // from who sends the file: some of what it holds
	kindStored = 2 // from who keeps it: how much of it is stored
)

const (
	headSize   = 1 + 8 + 4
	storedSize = 8
	flagAsks   = 1 // of a part: when it is stored, say so
)

// head is what stands before each box.
type head struct {
	kind    byte
	id      uint64
	attempt uint32
}

func (h head) append(to []byte) []byte {
	to = append(to, h.kind)
	to = binary.BigEndian.AppendUint64(to, h.id)
	return binary.BigEndian.AppendUint32(to, h.attempt)
}

// parse measures a message before it reads it.
func parse(message []byte) (h head, box []byte, ok bool) {
	if len(message) < headSize {
		return head{}, nil, false
	}
	h = head{message[0], binary.BigEndian.Uint64(message[1:]), binary.BigEndian.Uint32(message[9:])}
	box = message[headSize:]
	switch inside := len(box) - seal.FileBoxOverhead; h.kind {
	case kindPart:
		ok = inside > 1 && inside <= 1+MaxPart
	case kindStored:
		ok = inside == storedSize
	}
	return h, box, ok
}
