package chat

import (
	"bytes"
	"context"
	"time"

	"tincan/internal/invite"
)

// MailboxState is how the reply's way through the mailbox stands. The way by hand
// is open whatever it says.
type MailboxState string

// The states, of the inviter's side and of the joiner's.
const (
	MailboxAsked    MailboxState = "asked"    // inviter: it answers, and the reply is not there yet
	MailboxForeign  MailboxState = "foreign"  // inviter: what lies there is of no use
	MailboxLeaving  MailboxState = "leaving"  // joiner: the reply is on its way there
	MailboxLeft     MailboxState = "left"     // joiner: it lies there, for five minutes
	MailboxExpired  MailboxState = "expired"  // joiner: five minutes are over and nobody has come
	MailboxOccupied MailboxState = "occupied" // joiner: another reply was there first
	MailboxSilent   MailboxState = "silent"   // both: no answer that can be used; tried again
	MailboxOver     MailboxState = "over"     // both: half an hour is over
)

// MailboxChanged tells how the mailbox stands.
type MailboxChanged struct{ State MailboxState }

func (MailboxChanged) event() {}

// usesMailbox: the person wants it, and lets servers be asked.
func (c Config) usesMailbox() bool { return c.Mailbox != "" && c.Network.Mode != ModeLocal }

// mailed is where errands come back; nil, for ever silent, without a mailbox.
func (s *Session) mailed() <-chan returned {
	if s.post == nil {
		return nil
	}
	return s.post.road().back
}

// startMail begins: the link has been made.
func (s *Session) startMail(now time.Time) {
	if s.post != nil {
		s.post.start(now)
		s.tellMailbox()
	}
}

// tellMailbox tells how the mailbox stands, if that is news.
func (s *Session) tellMailbox() {
	for _, state := range s.post.road().news {
		s.diary.note("mailbox: " + string(state))
		s.events.push(MailboxChanged{state})
	}
	s.post.road().news = nil
}

// lookAtMailbox goes when it is time.
func (s *Session) lookAtMailbox(ctx context.Context, now time.Time) {
	if s.post == nil {
		return
	}
	if s.post.due(now) {
		s.post.road().send(ctx, now, s.meet.reply)
	}
	s.tellMailbox()
}

// takeMail makes something of what an errand brought. The error is a stop where
// the connection could not be begun.
func (s *Session) takeMail(r returned, now time.Time) (end error) {
	if reply, ok := s.post.brought(r, now); ok {
		end = s.takeReply(reply)
	}
	s.post.plan(r, now)
	s.tellMailbox()
	return end
}

// takeReply tries what lay in the mailbox. Whoever has the link can put anything
// there, so what cannot be used is not counted as a try, and told once.
func (s *Session) takeReply(reply []byte) error {
	if s.meet.isHere(reply) {
		return nil // it came by hand as well
	}
	f := s.post.(*fetcher)
	tried := func(error) {
		f.tried(reply, bytes.Equal(s.meet.reply, reply))
		s.tellMailbox()
	}
	if code, err := invite.NewCode(reply); err == nil && code.IsReply() && !f.isForeign(reply) {
		err = s.acceptReply(handedIn{code, true, tried})
		if end, ok := err.(stop); ok {
			return end
		}
		if err == errLater {
			return nil
		}
	}
	tried(nil)
	return nil
}

// LeaveAgain leaves our reply in the mailbox again. It does nothing where there is no
// mailbox, or the reply lies there still.
func (s *Session) LeaveAgain() error {
	return s.call(func(ctx context.Context) error {
		if l, ok := s.post.(*leaver); ok {
			now := time.Now()
			l.again(now)
			s.lookAtMailbox(ctx, now)
		}
		return nil
	})
}

// AskNow goes to the mailbox at once: the person has come back, or the network. It
// does nothing where there is no mailbox or nothing to do there.
func (s *Session) AskNow() error {
	return s.call(func(ctx context.Context) error {
		now := time.Now()
		if s.post != nil {
			s.post.road().askNow(now)
		}
		s.lookAtMailbox(ctx, now)
		return nil
	})
}
