package chat

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"tincan/internal/invite"
	"tincan/internal/mailbox"
	"tincan/internal/seal"
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

var mailboxSentences = map[MailboxState]string{
	MailboxAsked:    "The reply comes back by itself. One that is sent by hand works as well.",
	MailboxForeign:  "What lies in the mailbox does not fit this invite, so somebody else may have the link. Have the reply sent to you by hand.",
	MailboxOver:     "The mailbox is not asked any longer. Let the reply go by hand, or make a new link.",
	MailboxLeaving:  "The reply is being left in the mailbox.",
	MailboxLeft:     "The reply lies in the mailbox, sealed, for 5 minutes. The other end fetches it from there by itself.",
	MailboxExpired:  "Five minutes are over without a connection, and the reply is gone from the mailbox. The other end may be closed, or somebody else may have answered first. Ask, then leave it again or send it by hand.",
	MailboxOccupied: "Another reply was left in the mailbox before this one: one of yours, or somebody else has the link. Send this one by hand.",
	MailboxSilent:   "The mailbox does not answer as it should. It is tried again; meanwhile the reply can be sent by hand.",
}

// Sentence says to a person how it stands and what to do.
func (s MailboxState) Sentence() string { return mailboxSentences[s] }

// mailTiming is a variable so that tests need not wait for minutes.
var mailTiming = struct {
	first []time.Duration // ages of the link at which it is asked first
	often time.Duration   // then so often,
	until time.Duration   // up to this age,
	less  time.Duration   // then so often,
	over  time.Duration   // up to this one
	again time.Duration   // between two questions at least
	away  time.Duration   // for taking a reply back, at most
	gone  time.Duration   // after this a reply has expired for certain
}{
	first: []time.Duration{1 * time.Second, 2 * time.Second, 3 * time.Second, 5 * time.Second},
	often: 5 * time.Second, until: 5 * time.Minute, less: 15 * time.Second, over: 30 * time.Minute,
	again: time.Second, away: 2 * time.Second, gone: mailbox.Lifetime + 2*time.Second,
}

// nextAsk is the age at which the mailbox is asked next, 0 for never more.
func nextAsk(age time.Duration) time.Duration {
	for _, at := range mailTiming.first {
		if at > age {
			return at
		}
	}
	if age < mailTiming.until {
		return nextEvery(mailTiming.often, age)
	}
	return nextEvery(mailTiming.less, age)
}

// nextEvery is the next age of those that are so far apart, 0 for never more.
func nextEvery(every, age time.Duration) time.Duration {
	if next := (age/every + 1) * every; next <= mailTiming.over {
		return next
	}
	return 0
}

// errand is what is to be done at the mailbox.
type errand int

const (
	errandNone  errand = iota
	errandPut          // leave our reply
	errandTake         // ask for the reply
	errandClear        // take once more, to drop it: the reply came another way
	errandDrop
	errandWatch // ask for another reply: whoever left it had the link, too
)

// returned is what a goroutine brings back from an errand.
type returned struct {
	errand errand
	reply  []byte
	err    error
}

// courier goes to the mailbox for a session: one errand at a time, each in a
// goroutine that only carries. When to go, and what to make of what comes back,
// run decides. None of its failures ends a chat.
type courier struct {
	client *mailbox.Client
	slot   mailbox.Slot
	claim  mailbox.Claim
	back   chan returned
	onRoad sync.WaitGroup

	next    errand
	at      time.Time // when to go
	away    bool      // one is on the road
	hurry   bool      // the next one is to go as soon as that is back
	began   time.Time // what ages are counted from
	asked   time.Time // went last
	failed  int       // in a row
	left    time.Time // joiner: the reply has lain there since
	foreign []byte    // what did not open
	state   MailboxState
}

// newCourier asks the mailbox at origin; see mailbox.NewClient for anywhere.
func newCourier(origin string, anywhere bool, secret seal.LinkSecret) *courier {
	c := &courier{
		client: mailbox.NewClient(origin, anywhere), slot: mailbox.Slot(seal.MailboxSlot(secret)),
		back: make(chan returned, 1), // never more than one is on the road
	}
	rand.Read(c.claim[:]) // never fails: it would end the program
	return c
}

// usesMailbox: the person wants it, and lets servers be asked.
func (c Config) usesMailbox() bool { return c.Mailbox != "" && c.Network.Mode != ModeLocal }

// mailed is where errands come back; nil, for ever silent, without a mailbox.
func (s *Session) mailed() <-chan returned {
	if s.courier == nil {
		return nil
	}
	return s.courier.back
}

// sendCourier begins: the link has been made.
func (s *Session) sendCourier(now time.Time) {
	if s.courier == nil {
		return
	}
	c := s.courier
	c.began, c.failed = now, 0
	if s.role == seal.Joiner {
		c.next, c.at = errandPut, now
		s.setMailbox(MailboxLeaving)
	} else {
		c.next, c.at = errandTake, now.Add(nextAsk(0))
		s.setMailbox(MailboxAsked)
	}
}

func (s *Session) setMailbox(state MailboxState) {
	if s.courier.state != state {
		s.courier.state = state
		s.diary.note("mailbox: " + string(state))
		s.events.push(MailboxChanged{state})
	}
}

// lookAtMailbox goes when it is time.
func (s *Session) lookAtMailbox(ctx context.Context, now time.Time) {
	c := s.courier
	if c == nil {
		return
	}
	if s.role == seal.Joiner && s.phase.met() {
		return // they have met: the reply has been fetched, or came by hand
	}
	if !c.left.IsZero() && now.Sub(c.left) >= mailTiming.gone {
		c.left = time.Time{}
		s.setMailbox(MailboxExpired)
	}
	if !c.due(now) {
		return
	}
	c.away, c.asked = true, now
	going, reply := c.next, s.reply
	c.onRoad.Go(func() { c.back <- c.run(ctx, going, reply) })
}

// due: it is at home, and it is time to go.
func (c *courier) due(now time.Time) bool {
	return !c.away && c.next != errandNone && !now.Before(c.at)
}

// wanted: a person who has come back waits for this errand.
func (c *courier) wanted() bool { return c.next != errandNone && c.next != errandWatch }

func (c *courier) run(ctx context.Context, going errand, reply []byte) returned {
	r := returned{errand: going}
	switch going {
	case errandPut:
		r.err = c.client.Put(ctx, c.slot, reply)
	case errandDrop:
		r.err = c.client.Drop(ctx, c.slot, c.claim)
	default:
		r.reply, r.err = c.client.Take(ctx, c.slot, c.claim)
	}
	return r
}

// takeMail makes something of what an errand brought. The error is a stop where
// the connection could not be begun.
func (s *Session) takeMail(r returned, now time.Time) error {
	c := s.courier
	c.away = false
	wait := mailbox.RetryAfter(r.err)
	if !errors.Is(r.err, mailbox.ErrSilent) {
		c.failed = 0
	} else if c.failed++; (c.failed > 1 || wait > mailTiming.often) && !s.phase.met() {
		s.setMailbox(MailboxSilent)
	}
	var end error
	switch r.errand {
	case errandPut:
		if r.err == nil {
			c.left = now
		}
		if s.phase.met() {
			c.next = errandNone // they have met: the mailbox concerns nobody any more
			return nil
		}
		switch {
		case r.err == nil:
			c.next = errandNone
			s.setMailbox(MailboxLeft)
			return nil
		case errors.Is(r.err, mailbox.ErrOccupied):
			// When what is there has expired, this one is left after all: an inviter who
			// has met somebody else is warned by it.
			s.setMailbox(MailboxOccupied)
			wait = mailTiming.gone
		}
	case errandTake, errandClear, errandWatch:
		if r.err == nil {
			end = s.takeReply(r.reply)
		} else if errors.Is(r.err, mailbox.ErrNone) && !s.phase.met() {
			s.setMailbox(MailboxAsked)
		}
	}
	s.planErrand(r, now, wait)
	if c.hurry && c.wanted() {
		c.at = now
	}
	c.hurry = false
	return end
}

// takeReply tries what lay in the mailbox. Whoever has the link can put anything
// there, so what cannot be used is not counted as a try, and told once.
func (s *Session) takeReply(reply []byte) error {
	if bytes.Equal(s.reply, reply) || s.attempt != nil && bytes.Equal(s.attempt.code, reply) {
		return nil // it came by hand as well
	}
	if !bytes.Equal(s.courier.foreign, reply) {
		code, err := invite.NewCode(reply)
		if err == nil && code.IsReply() {
			err = s.acceptReply(handedIn{code, true, func(error) { s.triedReply(reply) }})
		}
		if end, ok := err.(stop); ok {
			return end
		}
		if err == errLater {
			return nil
		}
	}
	s.triedReply(reply)
	return nil
}

// triedReply is for when it is known whether what lay in the mailbox can be used.
func (s *Session) triedReply(reply []byte) {
	c := s.courier
	switch {
	case s.reply == nil:
		c.foreign = reply
		s.setMailbox(MailboxForeign)
	case bytes.Equal(s.reply, reply) && c.next == errandClear && !c.away:
		c.next = errandDrop // it has been taken just now
	}
}

// planErrand says where to go next, and when: not before the mailbox wants to be asked.
func (s *Session) planErrand(r returned, now time.Time, wait time.Duration) {
	c := s.courier
	met := s.role == seal.Inviter && s.reply != nil
	switch {
	case met && r.errand != errandDrop && r.err == nil:
		c.next, c.at = errandDrop, now // it is of no more use there
	case met && (r.errand == errandWatch || r.errand != errandTake && (r.err == nil || errors.Is(r.err, mailbox.ErrNone) || c.failed >= 3)):
		if r.errand == errandDrop {
			rand.Read(c.claim[:]) // what it was drawn for is gone
		}
		s.keepWatch(now, wait) // what may be left there expires by itself
	case met && r.errand == errandTake && errors.Is(r.err, mailbox.ErrNone):
		c.next, c.at = errandClear, now // it was on the road when the reply came by hand
	case met:
		c.at = now.Add(max(mailTiming.again, wait))
	default:
		next := nextAsk(now.Sub(c.began) + wait)
		if next == 0 {
			c.next = errandNone
			if c.state != MailboxOccupied {
				s.setMailbox(MailboxOver)
			}
			return
		}
		c.at = c.began.Add(next)
	}
}

// keepWatch has the mailbox asked on, rarely, while nobody has compared the safety words:
// the reply that is here may be that of somebody else who had the link, and the one
// who is meant may come later.
func (s *Session) keepWatch(now time.Time, wait time.Duration) {
	c := s.courier
	c.next = errandNone
	if next := nextEvery(mailTiming.less, now.Sub(c.began)+wait); next > 0 && !s.verified {
		c.next, c.at = errandWatch, c.began.Add(next)
	}
}

// endWatch is for the moment when the safety words have been compared.
func (s *Session) endWatch() {
	if c := s.courier; c != nil && c.next == errandWatch {
		c.next = errandNone
	}
}

// recallCourier is for the moment when the reply has come by hand: the one in the
// mailbox, if there is any, is fetched to be dropped.
func (s *Session) recallCourier() {
	if c := s.courier; c != nil && c.next == errandTake {
		c.next, c.at, c.failed = errandClear, time.Now(), 0
	}
}

// Put leaves our reply in the mailbox again. It does nothing where there is no
// mailbox, or the reply lies there still.
func (s *Session) Put() error {
	return s.call(func(ctx context.Context) error {
		if c := s.courier; c != nil && s.role == seal.Joiner && !s.phase.met() && c.left.IsZero() && !c.away {
			s.sendCourier(time.Now())
			s.lookAtMailbox(ctx, time.Now())
		}
		return nil
	})
}

// Take goes to the mailbox at once: the person has come back, or the network. It
// does nothing where there is no mailbox or nothing to do there.
func (s *Session) Take() error {
	return s.call(func(ctx context.Context) error {
		now := time.Now()
		if c := s.courier; c != nil && c.wanted() {
			// One that has been on the road for long may have been cut off with the network.
			soon := now.Sub(c.asked) >= mailTiming.again
			c.hurry = c.away && soon
			if soon && now.Before(c.at) {
				c.at = now
			}
		}
		s.lookAtMailbox(ctx, now)
		return nil
	})
}

// withdraw is for a joiner that leaves before anybody came: it takes its reply back,
// else the inviter would accept that of somebody who is gone. Once a claim has it that
// is then forgotten, nobody else gets it. It begins at once, for a page that is being
// closed has no time.
func (s *Session) withdraw() {
	c := s.courier
	if c == nil || s.role != seal.Joiner || s.phase.met() || c.left.IsZero() && c.failed == 0 && !c.away {
		return
	}
	cut := c.away
	c.onRoad.Go(func() {
		if cut {
			<-c.back // it may have arrived all the same
		}
		ctx, cancel := context.WithTimeout(context.Background(), mailTiming.away)
		defer cancel()
		if _, err := c.client.Take(ctx, c.slot, c.claim); err == nil {
			_ = c.client.Drop(ctx, c.slot, c.claim) // or it expires by itself
		}
	})
}

// dismiss returns when the courier is back.
func (s *Session) dismiss() {
	if c := s.courier; c != nil {
		c.onRoad.Wait()
		c.client.Close()
	}
}
