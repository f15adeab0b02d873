package chat

import (
	"context"
	"encoding/binary"
	"slices"

	"tincan/internal/seal"
)

// Limits of PROTOCOL.md §4.4.
const (
	maxEdits = 100 // of one message
	refSize  = 1 + 8
)

// Said names a message, a text or a file, of this chat: whose it is, and its id in that direction.
type Said struct {
	Ours bool
	ID   uint64
}

// TalkKind is what is done with a message, or with all of them.
type TalkKind string

// The kinds of talk.
const (
	TalkAnswer   TalkKind = "answer"   // Text answers About
	TalkEdit     TalkKind = "edit"     // Text stands in place of that of About
	TalkUnsend   TalkKind = "unsend"   // About is taken back
	TalkReaction TalkKind = "reaction" // Text, an emoji, is what its person has to About; empty takes it back
	TalkTimer    TalkKind = "timer"    // its person wants messages to go after Seconds; 0 is never
)

// Talk is what people do with messages that were said.
type Talk struct {
	Kind    TalkKind
	About   Said
	Text    string
	Seconds uint32
}

// Talked tells what the other person does. An answer comes as a Message. ID numbers it among their messages.
type Talked struct {
	ID   uint64
	Talk Talk
}

// Can tells, when the other side is there and when it is back, what its program understands.
type Can struct{ Files, Talk bool }

// Presence tells that the other person looks at the chat, or does not. They chose to show it.
type Presence struct{ Here bool }

// Read tells that the other person has seen our messages up to this one. They chose to show it.
type Read struct{ ID uint64 }

func (Talked) event()   {}
func (Can) event()      {}
func (Presence) event() {}
func (Read) event()     {}

// talkKinds are the kinds in the order of the types of their last frames, from typeAnswer on.
var talkKinds = []TalkKind{TalkAnswer, TalkEdit, TalkUnsend, TalkReaction, TalkTimer}

// frameType is the type of the last frame of a kind, 0 if there is no such kind.
func (k TalkKind) frameType() byte {
	if i := slices.Index(talkKinds, k); i >= 0 {
		return typeAnswer + byte(i)
	}
	return 0
}

// The times after which messages may go, in seconds.
var timers = []uint32{0, 5 * 60, 60 * 60, 24 * 60 * 60}

// Talk tells the other person of t and returns its number, as Send does. The number is 0 where there is nothing to tell:
// what it was about had not gone yet, and now is another or gone. Only a text of ours is edited, and only a message
// of ours taken back: of any other, and one that cannot be named any more, it is CodeNoMessage.
func (s *Session) Talk(ref string, t Talk) (id uint64, err error) {
	err = s.call(func(context.Context) error {
		id, err = s.queueTalk(ref, t)
		return err
	})
	return id, err
}

// Presence tells the other person that this one looks at the chat, or does not. Something is sent at most every 30 s, and
// what is over by then is not told.
func (s *Session) Presence(here bool) {
	_ = s.call(func(context.Context) error {
		s.signs.here = presenceAway
		if here {
			s.signs.here = presenceHere
		}
		return nil
	})
}

// Read tells the other person that this one has seen their messages up to that with this id. Something is sent at most every 4 s.
func (s *Session) Read(id uint64) {
	_ = s.call(func(context.Context) error {
		if id > s.in.base && id <= s.in.received {
			s.signs.read = max(s.signs.read, id-s.in.base)
		}
		return nil
	})
}

// queueTalk puts t into the outbox.
func (s *Session) queueTalk(ref string, t Talk) (uint64, error) {
	m := &outgoing{ref: ref, kind: t.Kind.frameType(), about: t.About, text: t.Text}
	if !m.about.Ours {
		m.about.ID -= s.in.base
	}
	own := m.kind == typeEdit || m.kind == typeUnsend
	switch m.kind {
	case typeAnswer, typeEdit:
		text, err := s.sendable(t.Text)
		if err != nil {
			return 0, err
		}
		m.text = text
	case typeReaction:
		if t.Text != "" && !isEmoji(t.Text) {
			return 0, fail(CodeNoEmoji, nil)
		}
	case typeTimer:
		m.text, m.about = string(binary.BigEndian.AppendUint32(nil, t.Seconds)), Said{}
	}
	switch err := s.takes(len(m.text)); {
	case CodeOf(err) == CodeTooManyWaiting && m.kind == typeUnsend && t.About.Ours && s.out.find(t.About.ID) >= 0 && s.change(m):
		return 0, nil // that makes room
	case err != nil:
		return 0, err
	case s.stream.frames.Received() > 0 && !s.stream.peerCan(featureTalk):
		return 0, fail(CodeNoTalk, nil) // before its first frame the other side may still say that it understands it
	case m.kind == typeTimer && slices.Contains(timers, t.Seconds):
		return s.out.push(*m), nil
	case own && t.About.Ours && s.change(m):
		return 0, nil
	case own && !t.About.Ours, m.kind == 0, m.kind == typeTimer, !s.known(m):
		return 0, fail(CodeNoMessage, nil)
	}
	return s.out.push(*m), nil
}

// change edits or takes back a message that has not gone yet, and tells whether there is such a one.
func (s *Session) change(m *outgoing) bool {
	if f := s.files.find(true, m.about.ID); f != nil && m.kind == typeUnsend {
		s.stopFile(f, fileByPerson, FileWithdrawn)
		return f.wire == 0
	}
	return s.out.change(m)
}

// known tells whether what m is about can be named, or can be by the time that it goes.
func (s *Session) known(m *outgoing) bool {
	return m.kind != typeEdit && m.about.Ours && s.out.find(m.about.ID) >= 0 || s.out.sayable(m, s.in.said)
}

// holds tells whether what is to be said next has to wait: the other side, which is here or back since just now, has not said
// yet whether it understands that. If it does not, what waits of it is over, but for answers, which are texts then.
func (s *Session) holds() bool {
	for len(s.out.parts) == 0 && len(s.out.waiting) > 0 {
		m := &s.out.waiting[0]
		switch {
		case m.kind == typeText, m.file != nil && s.canFiles():
			return false
		case s.stream.frames.Received() == 0:
			return true
		case m.file != nil:
			file := m.file
			s.out.take(file)
			s.dropFile(file, FileRefused)
		case s.stream.peerCan(featureTalk) && s.out.sayable(m, s.in.said):
			return false
		case m.kind == typeAnswer:
			m.kind, m.about = typeText, Said{}
		default:
			s.events.push(Failed{m.ref, m.id, CodeNoMessage})
			s.out.remove(0)
		}
	}
	return false
}

// takeTalk takes a message of the other side that is neither a plain text nor a file.
func (s *Session) takeTalk(kind byte, id uint64, content []byte) error {
	t := Talk{Kind: talkKinds[kind-typeAnswer]}
	ok, told := true, true
	switch kind {
	case typeAnswer, typeReaction:
		t.About, ok = s.about(content)
		told, content = t.About.ID > 0, content[refSize:]
	case typeEdit, typeUnsend:
		wire := binary.BigEndian.Uint64(content)
		t.About.ID, content = s.in.base+wire, content[8:]
		ok = s.in.said.change(kind, wire)
	case typeTimer:
		t.Seconds, content = binary.BigEndian.Uint32(content), nil
		ok = slices.Contains(timers, t.Seconds)
	}
	t.Text = string(content)
	switch {
	case !ok, kind == typeReaction && t.Text != "" && !isEmoji(t.Text):
		return errFrame
	case kind == typeAnswer && !told:
		s.events.push(Message{ID: id, Text: t.Text})
	case kind == typeAnswer:
		s.events.push(Message{ID: id, Text: t.Text, Answers: t.About})
	case told:
		if f := s.files.find(false, t.About.ID); f != nil && kind == typeUnsend {
			s.dropFile(f, FileWithdrawn)
		}
		s.events.push(Talked{id, t})
	}
	return nil
}

// about reads which message an answer or a reaction names. The id is 0 for one of ours that was taken back, which the other
// side need not have known. Nothing else that cannot be named is named by who follows the protocol.
func (s *Session) about(content []byte) (about Said, ok bool) {
	whose, wire := seal.Role(content[0]), binary.BigEndian.Uint64(content[1:])
	switch {
	case whose == s.meet.role && s.out.said.at(wire) == saidGone:
		return Said{}, true
	case whose == s.meet.role && s.out.said.at(wire).named():
		return Said{Ours: true, ID: s.out.ids[wire-1]}, true
	}
	return Said{ID: s.in.base + wire}, whose == s.meet.role.Other() && s.in.said.at(wire).named()
}

// takeSign takes what the other person shows of what they do.
func (s *Session) takeSign(f frame) error {
	if !s.stream.peerCan(featureTalk) {
		return errFrame
	}
	if f.kind == typePresence {
		if f.content[0] != presenceHere && f.content[0] != presenceAway {
			return errFrame
		}
		s.events.push(Presence{f.content[0] == presenceHere})
		return nil
	}
	wire := binary.BigEndian.Uint64(f.content)
	if wire <= s.signs.theirs || wire > s.stream.frames.Said() {
		return errFrame
	}
	s.signs.theirs = wire
	s.events.push(Read{s.out.ids[wire-1]})
	return nil
}

// showSigns is called at each tick of the clock.
func (s *Session) showSigns() {
	if s.phase == open && s.stream.peerCan(featureTalk) {
		s.stream.control = append(s.stream.control, s.signs.tick()...)
	}
}
