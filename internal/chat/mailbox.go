package chat

import (
	"bytes"
	"context"
	"time"

	"tincan/internal/invite"
)

// MailboxState says how far the reply has come on its way through the mailbox. Whatever it
// is, the reply can be passed on by hand.
type MailboxState string

// The states. Each is told to one side or to both.
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

// MailboxChanged tells a new state of the mailbox.
type MailboxChanged struct{ State MailboxState }

func (MailboxChanged) event() {}

// usesMailbox tells whether there is a mailbox and the mode allows to ask a server.
func (c Config) usesMailbox() bool { return c.Mailbox != "" && c.Network.Mode != ModeLocal }

// mailed is the channel on which errands return. Without a mailbox it is nil, on which
// nothing ever comes.
func (s *Session) mailed() <-chan returned {
	if s.post == nil {
		return nil
	}
	return s.post.road().back
}

// startMail begins with the mailbox, if there is one, when the link has been made.
func (s *Session) startMail(now time.Time) {
	if s.post != nil {
		s.post.start(now)
		s.tellMailbox()
	}
}

// tellMailbox tells the states of the mailbox that are new.
func (s *Session) tellMailbox() {
	for _, state := range s.post.road().news {
		s.diary.note("mailbox: " + string(state))
		s.events.push(MailboxChanged{state})
	}
	s.post.road().news = nil
}

// lookAtMailbox makes the next request if it is due.
func (s *Session) lookAtMailbox(ctx context.Context, now time.Time) {
	if s.post == nil {
		return
	}
	if s.post.due(now) {
		s.post.road().send(ctx, now, s.meet.reply)
	}
	s.tellMailbox()
}

// takeMail handles the result of an errand. end is a stop if a reply that it brought ends the
// session.
func (s *Session) takeMail(r returned, now time.Time) (end error) {
	if reply, ok := s.post.brought(r, now); ok {
		end = s.takeReply(reply)
	}
	s.post.plan(r, now)
	s.tellMailbox()
	return end
}

// takeReply tries what lay in the mailbox. Whoever has the link can put anything there, so
// what cannot be used is told once, and is not counted as a try.
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

// LeaveAgain leaves our reply in the mailbox again. It does nothing if there is no mailbox or
// if the reply still lies there.
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

// Moved is called when this computer may have come to another network.
func (s *Session) Moved() error {
	return s.call(func(context.Context) error {
		now := time.Now()
		s.move(now)
		s.wake(now)
		return nil
	})
}

// AskNow is called when the person has come back, or the network has. It makes the next request
// to the mailbox at once, if there is one to make, and looks for the other side again where a
// chat is paused.
func (s *Session) AskNow() error {
	return s.call(func(ctx context.Context) error {
		now := time.Now()
		if s.post != nil {
			s.post.road().askNow(now)
		}
		s.meet.returns.mail.due = now
		s.wake(now)
		s.lookAtMailbox(ctx, now)
		return nil
	})
}
