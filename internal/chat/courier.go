package chat

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"time"

	"tincan/internal/invite"
	"tincan/internal/mailbox"
	"tincan/internal/seal"
)

// courier passes repairs through the mailbox while the two are apart (PROTOCOL.md §2.6). A side leaves
// a fresh card there, or one that answers the other's, which is tried with that by both.
type courier struct {
	client box // nil where the two have not met by way of the mailbox
	claim  mailbox.Claim
	began  time.Time // since when it is asked; zero while it is not
	due    time.Time // when it is asked next
	away   bool      // it is being asked, or a card is being made for it

	line    *line           // behind our card that is left there
	code    invite.Code     // with that card
	lies    bool            // it lies in our place
	other   *card           // the newest of the other side that answers none of ours, and that we have not answered
	met     *card           // of the other side, the one that ours answers
	own     courierPlace    // of ours that is free, or where it lies
	their   [2]courierPlace // of the other side's, the first that we have not emptied, in each of two spans
	turns   int             // how often it was asked
	answers [2][]byte       // returns of ours that are to be left, under each of the tickets
}

// courierPlace is where in the mailbox a card lies: places are counted anew in each span of time.
type courierPlace struct{ span, k uint32 }

// maxPlaces is how many places a side has in a span.
const maxPlaces = 16

// number is what tells the place from all others of its side.
func (p courierPlace) number() uint32 { return p.span*maxPlaces + p.k }

// spanOf returns the span of a time, and the next one to it.
func spanOf(now time.Time, length time.Duration) (own, next uint32) {
	n := now.UnixNano()
	own, next = uint32(n/int64(length)), uint32(n/int64(length))+1
	if n%int64(length) < int64(length)/2 {
		next -= 2
	}
	return own, next
}

// courierFrom is the mailbox by which the two have met: its inviter has got the reply there, its joiner has left it there.
func (s *Session) courierFrom() box {
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
	if c.client == nil || s.phase != apart || now.Sub(s.since) < wait {
		return
	}
	if c.began.IsZero() {
		c.began, c.due, c.turns = now, now, 0
		rand.Read(c.claim[:]) // never fails: it would end the program
	}
	if c.away || now.Before(c.due) {
		return
	}
	if c.turns > 0 && s.prepareCourier(now) {
		return
	}
	c.away = true
	s.askCourier(now)
}

// prepareCourier has a card made to be left in the mailbox where one is needed, and returns whether it does. Where each
// side has left one before it saw the other's, the joiner answers with its own, and the inviter waits for that.
func (s *Session) prepareCourier(now time.Time) bool {
	c := &s.lines.courier
	l := c.line
	switch {
	case l == nil, l.gone, !l.tried.IsZero() && (c.other != nil || now.Sub(l.tried) >= s.timing.lines.answer):
		s.makeCourierCard(now)
		return true
	case l.tried.IsZero() && c.other != nil && s.meet.role == seal.Joiner:
		if s.lines.renumber(l) {
			s.sealCourier(l, now)
			return true
		}
	}
	return false
}

// makeCourierCard makes a card to be left in the mailbox.
func (s *Session) makeCourierCard(now time.Time) {
	c := &s.lines.courier
	c.away = true
	then := func(l *line) {
		c.away, c.due = false, now.Add(s.timing.mail.often)
		if l != nil && s.phase.broken() {
			s.sealCourier(l, now)
		}
	}
	if n, ok := s.lines.number(); ok {
		s.makeCard(n, now, then)
	} else {
		then(nil)
	}
}

// sealCourier makes what is left in the mailbox of a line's card. It answers the card of the other side, if there is one, and is
// tried with it.
func (s *Session) sealCourier(l *line, now time.Time) {
	c := &s.lines.courier
	if c.other == nil && !c.lies {
		c.other = c.met // nobody has seen that we answered it
	}
	other, meets := c.other, uint32(0)
	if other != nil {
		meets = other.n
	}
	code, err := s.sealRepair(l, meets, false)
	if err != nil {
		s.lines.drop(l)
		return
	}
	if c.lies {
		c.own.k++
	}
	c.line, c.code, c.lies, c.other, c.met, c.due = l, code, false, nil, other, now
	if other != nil {
		s.try(l, *other, now)
	}
	s.sendCourier(now)
}

// askCourier leaves our card, if it does not lie there, and takes what the other side has left. Its clock may go
// otherwise than ours, so every other time it is the span next to ours that is looked through.
func (s *Session) askCourier(now time.Time) {
	c := &s.lines.courier
	client, claim := c.client, c.claim
	span, next := spanOf(now, s.timing.mail.span)
	if c.own.span != span {
		c.own, c.lies = courierPlace{span: span}, false
	}
	c.turns++
	if c.turns%2 == 0 {
		span = next
	}
	their := c.from(span)
	var put []byte
	own := s.courierSlot(true, c.own)
	if l := c.line; l != nil && !l.gone && !c.lies && c.own.k < maxPlaces {
		put = c.code.InMailbox()
	}
	slots := make([]mailbox.Slot, 0, maxPlaces)
	for p := *their; p.k < maxPlaces; p.k++ {
		slots = append(slots, s.courierSlot(false, p))
	}
	ticket := s.stream.frames.Ticket()
	away := []returnErrand{{client: client, put: c.answers[0]}}
	away[0].at(ticket, s.meet.role)
	ticket.Wipe()
	if before := s.meet.returns.before; before.Kept() {
		away = append(away, returnErrand{client: client, put: c.answers[1]})
		away[1].at(before, s.meet.role)
	}
	s.work.ask(func(ctx context.Context) func() error {
		var left, err error
		if put != nil {
			left = client.Put(ctx, own, put)
		}
		var taken [][]byte
		for _, slot := range slots {
			var reply []byte
			if reply, err = fetch(ctx, client, slot, claim); err != nil {
				break
			}
			taken = append(taken, reply)
		}
		var returned [2][][]byte
		var done [2]bool // otherwise the answer is left the next time
		for i := range away {
			if mailbox.RetryAfter(err) > 0 {
				break
			}
			var unanswered error
			unanswered, returned[i], _ = away[i].run(ctx)
			done[i] = unanswered == nil || errors.Is(unanswered, mailbox.ErrOccupied)
		}
		return func() error {
			if their.span == span {
				their.k += uint32(len(taken))
			}
			s.courierBack(put != nil, left, taken, err)
			for i, e := range away {
				if done[i] && bytes.Equal(c.answers[i], e.put) {
					c.answers[i] = nil
				}
				_ = s.useReturns(returned[i], way(i))
			}
			return nil
		}
	})
}

// fetch takes what lies in a slot, and drops it there.
func fetch(ctx context.Context, client box, slot mailbox.Slot, claim mailbox.Claim) ([]byte, error) {
	taken, err := client.Take(ctx, slot, claim)
	if err == nil {
		_ = client.Drop(ctx, slot, claim) // if this fails, it expires by itself
	}
	return taken, err
}

// from is the first place of the other side in a span that we have not emptied.
func (c *courier) from(span uint32) *courierPlace {
	p := &c.their[span%2]
	if p.span != span {
		*p = courierPlace{span: span}
	}
	return p
}

func (s *Session) courierSlot(own bool, p courierPlace) mailbox.Slot {
	return mailbox.Slot(s.stream.frames.CardSlot(own, p.number()))
}

// courierBack takes what the mailbox has answered.
func (s *Session) courierBack(put bool, left error, taken [][]byte, err error) {
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
		c.lies = true
	case errors.Is(left, mailbox.ErrOccupied):
		c.own.k++ // an older one of ours lies there, or did
		c.due = now
	}
	if !s.phase.broken() {
		return
	}
	for _, text := range taken {
		code, ok := invite.FromMailbox(text)
		if !ok {
			continue
		}
		if other, meets, err := s.openRepair(code); err == nil {
			s.diary.note("a card came by the mailbox")
			s.takeCourier(&other, meets, now)
		}
	}
	if s.phase == apart && mailbox.RetryAfter(err) == 0 {
		s.prepareCourier(now)
	}
}

// takeCourier keeps a card of the other side to be answered, or tries it if it answers ours. One that answers an older one of ours,
// and is newer than what ours is tried with, tells that the other side has given that up.
func (s *Session) takeCourier(other *card, meets uint32, now time.Time) {
	c, l := &s.lines.courier, s.lines.courier.line
	switch {
	case meets == 0:
		if (c.other == nil || other.n > c.other.n) && (l == nil || other.n > l.other.n) {
			c.other = other
		}
	case l == nil:
	case meets == l.own.n && l.tried.IsZero() && !l.gone:
		c.other = nil
		s.try(l, *other, now)
	case !l.tried.IsZero() && other.n > l.other.n:
		c.line = nil // another card is made
	}
}
