package chat

import "encoding/binary"

// Ticks of the clock that must pass between two frames of a kind. The first tick may come at once, so there is one more
// than the seconds of PROTOCOL.md §4.4.
const (
	presenceTicks = 31
	readTicks     = 5
)

// What a presence says.
const (
	presenceHere = 1
	presenceAway = 2
)

// signs keeps account of what this person shows of what they do: whether they look at the chat, and what they have seen.
type signs struct {
	here, hereSaid byte   // 0 for nothing
	read, readSaid uint64 // by the number on the wire
	hereRest       int    // ticks until another frame may go
	readRest       int
	theirs         uint64 // up to where the other person has read
}

// tick is called at each tick of the clock, and returns what is to be said.
func (s *signs) tick() (list []frame) {
	s.hereRest, s.readRest = max(s.hereRest-1, 0), max(s.readRest-1, 0)
	if s.here != s.hereSaid && s.hereRest == 0 {
		s.hereSaid, s.hereRest = s.here, presenceTicks
		list = append(list, frame{kind: typePresence, content: []byte{s.here}})
	}
	if s.read > s.readSaid && s.readRest == 0 {
		s.readSaid, s.readRest = s.read, readTicks
		list = append(list, frame{kind: typeRead, content: binary.BigEndian.AppendUint64(nil, s.read)})
	}
	return list
}

// anew has everything said again to a page that was reloaded, but for what it has lost.
func (s *signs) anew() { *s = signs{here: s.here} }
