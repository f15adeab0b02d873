package chat

// A said is what a message counts for that may be named later: an answer, a reaction and the like name one.
type said byte

// What a message counts for. Above saidText it is a text that was edited so many times.
const (
	saidTalk said = iota // it is something that is done with others, and cannot be named
	saidGone             // it was taken back
	saidFile
	saidText
)

// named tells whether something can be said of it.
func (s said) named() bool { return s >= saidFile }

// saidBy is what a message with a last frame of this type counts for.
func saidBy(kind byte) said {
	switch kind {
	case typeText, typeAnswer:
		return saidText
	case typeFile:
		return saidFile
	}
	return saidTalk
}

// saids are the messages of one direction since the last handshake, by their numbers on the wire, from 1.
type saids []said

// at is what the message of this number counts for; saidTalk where there is none.
func (list saids) at(wire uint64) said {
	if wire == 0 || wire > uint64(len(list)) {
		return saidTalk
	}
	return list[wire-1]
}

// change edits or takes back a message as a frame of this type says, and tells whether that can be.
func (list saids) change(kind byte, wire uint64) bool {
	was := list.at(wire)
	switch {
	case kind == typeUnsend && was.named():
		list[wire-1] = saidGone
	case kind == typeEdit && was >= saidText && was < saidText+maxEdits:
		list[wire-1]++
	default:
		return false
	}
	return true
}
