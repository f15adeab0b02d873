package chat

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"tincan/internal/invite"
	"tincan/internal/mailbox"
)

// courier passes repairs through the mailbox while the two are apart (PROTOCOL.md §2.7). Each side
// leaves a fresh card there, takes that of the other, and tries the one with the other.
type courier struct {
	client *mailbox.Client // nil where the two have not met by way of the mailbox
	claim  mailbox.Claim
	began  time.Time // since when it is asked; zero while it is not
	due    time.Time // when it is asked next
	away   bool      // it is being asked, or a card is being made for it

	line    *line       // behind our card that is left there
	code    invite.Code // with that card
	left    time.Time   // since when it lies there; zero before
	after   time.Time   // before this, what we left earlier occupies the place
	returns uint32      // how many returns of the other side have been taken
	other   card        // of the other side, not tried yet
}

// courierFrom is the mailbox by which the two have met: its inviter has got the reply there, its joiner has left it there.
func (s *Session) courierFrom() *mailbox.Client {
	switch p := s.post.(type) {
	case *fetcher:
		if p.got {
			return p.client
		}
	case *leaver:
		if !p.left.IsZero() {
			return p.client
		}
	}
	return nil
}

// sendCourier asks the mailbox if it is time.
func (s *Session) sendCourier(now time.Time) {
	c := &s.lines.courier
	wait := s.timing.lines.mail
	if s.lines.now == nil {
		wait = 0 // the channel was closed: the other page may have been reloaded
	}
	if c.client == nil || now.Sub(s.since) < wait {
		return
	}
	if c.began.IsZero() {
		c.began, c.due = now, now
		rand.Read(c.claim[:]) // never fails: it would end the program
	}
	if c.line != nil && c.line.ready && c.line.tried.IsZero() && !c.line.gone && c.other.n != 0 {
		other := c.other
		c.other = card{}
		s.try(c.line, other, now)
	}
	if c.away || now.Before(c.due) {
		return
	}
	c.away = true
	expired := !c.left.IsZero() && !now.Before(c.after)
	switch {
	case c.line == nil, c.line.gone, !c.line.tried.IsZero() && (expired || c.other.n != 0):
		s.makeCourierCard(now)
	case expired:
		c.left = time.Time{}
		fallthrough
	default:
		s.askCourier(now)
	}
}

// makeCourierCard makes a card to be left in the mailbox.
func (s *Session) makeCourierCard(now time.Time) {
	c := &s.lines.courier
	then := func(l *line) {
		c.away, c.due = false, now.Add(s.timing.mail.often)
		if l == nil || !s.phase.broken() {
			return
		}
		code, err := s.sealRepair(l, 0, false)
		if err != nil {
			s.lines.drop(l)
			return
		}
		c.line, c.code, c.left, c.due = l, code, time.Time{}, now
	}
	if n, ok := s.lines.number(); ok {
		s.makeCard(n, now, then)
	} else {
		then(nil)
	}
}

// askCourier leaves our card, if it does not lie there, and takes that of the other side.
func (s *Session) askCourier(now time.Time) {
	c := &s.lines.courier
	client, claim := c.client, c.claim
	own := mailbox.Slot(s.stream.frames.CardSlot(true, s.lines.void+1))
	theirs := mailbox.Slot(s.stream.frames.CardSlot(false, s.lines.void+1))
	var put []byte
	if c.left.IsZero() && !now.Before(c.after) {
		put = c.code.InMailbox()
	}
	ticket := s.stream.frames.Ticket()
	ours, away := (&back{ticket: ticket}).slots(s.meet.role, c.returns)
	ticket.Wipe()
	s.work.ask(func(ctx context.Context) func() error {
		var left error
		if put != nil {
			left = client.Put(ctx, own, put)
		}
		taken, err := fetch(ctx, client, theirs, claim)
		back, _ := fetch(ctx, client, away, claim)
		return func() error {
			s.courierBack(put != nil, left, taken, err)
			s.courierReturn(back, ours)
			return nil
		}
	})
}

// fetch takes what lies in a slot, and drops it there.
func fetch(ctx context.Context, client *mailbox.Client, slot mailbox.Slot, claim mailbox.Claim) ([]byte, error) {
	taken, err := client.Take(ctx, slot, claim)
	if err == nil {
		_ = client.Drop(ctx, slot, claim) // if this fails, it expires by itself
	}
	return taken, err
}

// courierReturn answers a return of the other side, which has nothing left of the chat.
func (s *Session) courierReturn(taken []byte, ours mailbox.Slot) {
	code, ok := invite.FromMailbox(taken)
	if !ok || !s.phase.broken() {
		return
	}
	c := &s.lines.courier
	c.returns++
	c.due = time.Now() // it may be one that another reload has made useless
	err := s.comeBack(code, time.Now(), func(own invite.Code) {
		client, answer := c.client, own.InMailbox()
		s.work.ask(func(ctx context.Context) func() error {
			_ = client.Put(ctx, ours, answer) // where this fails, the two come back by hand
			return func() error { return nil }
		})
	})
	if err != nil {
		s.diary.note("a return came by the mailbox, and is none")
	}
}

// courierBack takes what the mailbox has answered.
func (s *Session) courierBack(put bool, left error, taken []byte, err error) {
	c, now := &s.lines.courier, time.Now()
	c.away = false
	if next := s.timing.mail.next(now.Sub(c.began) + mailbox.RetryAfter(err)); next > 0 {
		c.due = c.began.Add(next)
	} else {
		c.due = now.Add(s.timing.lines.pause)
	}
	switch {
	case !put:
	case left == nil:
		c.left, c.after = now, now.Add(s.timing.mail.gone)
	case errors.Is(left, mailbox.ErrOccupied):
		c.after = now.Add(s.timing.mail.gone) // an older one of ours lies there, or did
	}
	if err != nil || !s.phase.broken() {
		return
	}
	if code, ok := invite.FromMailbox(taken); ok {
		if other, _, err := s.openRepair(code); err == nil {
			s.diary.note("a card came by the mailbox")
			c.other = other
			s.sendCourier(now)
		}
	}
}
