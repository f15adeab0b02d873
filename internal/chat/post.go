package chat

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"tincan/internal/mailbox"
	"tincan/internal/seal"
)

// post is one side's part in the reply's way through the mailbox. Its methods say when to
// go there and what to make of what comes back; none of them waits.
type post interface {
	// start begins: the link has been made.
	start(now time.Time)
	// due tells whether it is time to go.
	due(now time.Time) bool
	// brought takes in what an errand brought. A reply that is returned is to be tried.
	brought(r returned, now time.Time) (reply []byte, ok bool)
	// plan follows brought, and says where to go next and when.
	plan(r returned, now time.Time)
	// meet is for the moment when the two know each other.
	meet(now time.Time)
	// road is what both sides have.
	road() *errands
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

// place is where in the mailbox the reply waits, and what makes it the inviter's.
type place struct {
	client *mailbox.Client
	slot   mailbox.Slot
	claim  mailbox.Claim
}

// errands go to the mailbox: one at a time, each in a goroutine that only carries.
type errands struct {
	place
	mail   *schedule
	back   chan returned
	onRoad sync.WaitGroup

	next   errand
	at     time.Time // when to go
	away   bool      // one is on the road
	hurry  bool      // the next one is to go as soon as that is back
	began  time.Time // what ages are counted from
	asked  time.Time // went last
	failed int       // in a row
	met    bool      // the two know each other

	state MailboxState
	news  []MailboxState // since they were last told
}

// newErrands asks the mailbox at origin; see mailbox.NewClient for anywhere.
func newErrands(origin string, anywhere bool, secret seal.LinkSecret, mail *schedule) *errands {
	e := &errands{
		place: place{client: mailbox.NewClient(origin, anywhere), slot: mailbox.Slot(seal.MailboxSlot(secret))},
		mail:  mail,
		back:  make(chan returned, 1), // never more than one is on the road
	}
	e.newClaim()
	return e
}

func (e *errands) newClaim() { rand.Read(e.claim[:]) } // never fails: it would end the program

func (e *errands) road() *errands { return e }

// tell notes how the mailbox stands.
func (e *errands) tell(state MailboxState) {
	if e.state != state {
		e.state = state
		e.news = append(e.news, state)
	}
}

// due tells whether there is something to do there, now, and nobody on the road.
func (e *errands) due(now time.Time) bool {
	return !e.away && e.next != errandNone && !now.Before(e.at)
}

// send has the next errand done. reply is what may be left there.
func (e *errands) send(ctx context.Context, now time.Time, reply []byte) {
	e.away, e.asked = true, now
	going := e.next
	e.onRoad.Go(func() { e.back <- e.run(ctx, going, reply) })
}

func (e *errands) run(ctx context.Context, going errand, reply []byte) returned {
	r := returned{errand: going}
	switch going {
	case errandPut:
		r.err = e.client.Put(ctx, e.slot, reply)
	case errandDrop:
		r.err = e.client.Drop(ctx, e.slot, e.claim)
	default:
		r.reply, r.err = e.client.Take(ctx, e.slot, e.claim)
	}
	return r
}

// returns counts what came of an errand, and tells of a mailbox that does not answer.
func (e *errands) returns(r returned) {
	e.away = false
	if !errors.Is(r.err, mailbox.ErrSilent) {
		e.failed = 0
	} else if e.failed++; (e.failed > 1 || mailbox.RetryAfter(r.err) > e.mail.often) && !e.met {
		e.tell(MailboxSilent)
	}
}

// later goes on with the same errand at its next age, but not before wait is over, until
// half an hour is.
func (e *errands) later(now time.Time, wait time.Duration) {
	if next := e.mail.next(now.Sub(e.began) + wait); next > 0 {
		e.at = e.began.Add(next)
		return
	}
	e.next = errandNone
	if e.state != MailboxOccupied {
		e.tell(MailboxOver)
	}
}

// wanted: a person who has come back waits for this errand.
func (e *errands) wanted() bool { return e.next != errandNone && e.next != errandWatch }

// askNow is for a person who has come back, or a network.
func (e *errands) askNow(now time.Time) {
	if !e.wanted() {
		return
	}
	// One that has been on the road for long may have been cut off with the network.
	soon := now.Sub(e.asked) >= e.mail.again
	e.hurry = e.away && soon
	if soon && now.Before(e.at) {
		e.at = now
	}
}

// hurried goes at once where somebody asked for it while an errand was on the road.
func (e *errands) hurried(now time.Time) {
	if e.hurry && e.wanted() {
		e.at = now
	}
	e.hurry = false
}

// close returns when nobody is on the road any more.
func (e *errands) close() {
	e.onRoad.Wait()
	e.client.Close()
}

// leaver leaves our reply in the mailbox, for who joined.
type leaver struct {
	*errands
	left time.Time // the reply has lain there since
}

func (l *leaver) start(now time.Time) {
	l.began, l.failed = now, 0
	l.next, l.at = errandPut, now
	l.tell(MailboxLeaving)
}

// due tells, besides, that what lay there has expired. Once the two have met there is
// nothing to do: the reply has been fetched, or came by hand.
func (l *leaver) due(now time.Time) bool {
	if l.met {
		return false
	}
	if !l.left.IsZero() && now.Sub(l.left) >= l.mail.gone {
		l.left = time.Time{}
		l.tell(MailboxExpired)
	}
	return l.errands.due(now)
}

func (l *leaver) brought(r returned, now time.Time) ([]byte, bool) {
	l.returns(r)
	if r.err == nil {
		l.left = now
	}
	return nil, false
}

func (l *leaver) plan(r returned, now time.Time) {
	switch {
	case l.met:
		l.next = errandNone // the mailbox concerns nobody any more
	case r.err == nil:
		l.next = errandNone
		l.tell(MailboxLeft)
	case errors.Is(r.err, mailbox.ErrOccupied):
		// When what is there has expired, this one is left after all: an inviter who
		// has met somebody else is warned by it.
		l.tell(MailboxOccupied)
		l.later(now, l.mail.gone)
	default:
		l.later(now, mailbox.RetryAfter(r.err))
	}
	l.hurried(now)
}

func (l *leaver) meet(time.Time) { l.met = true }

// again leaves the reply once more, unless it lies there still or is on its way.
func (l *leaver) again(now time.Time) {
	if !l.met && l.left.IsZero() && !l.away {
		l.start(now)
	}
}

// withdraw is for who leaves before anybody came: it takes the reply back, else the inviter
// would accept that of somebody who is gone. Once a claim has it that is then forgotten,
// nobody else gets it. It begins at once, for a page that is being closed has no time.
func (l *leaver) withdraw() {
	if l.met || l.left.IsZero() && l.failed == 0 && !l.away {
		return
	}
	cut := l.away
	l.onRoad.Go(func() {
		if cut {
			<-l.back // it may have arrived all the same
		}
		ctx, cancel := context.WithTimeout(context.Background(), l.mail.away)
		defer cancel()
		if _, err := l.client.Take(ctx, l.slot, l.claim); err == nil {
			_ = l.client.Drop(ctx, l.slot, l.claim) // or it expires by itself
		}
	})
}

// fetcher asks the mailbox for the reply, for the inviter. It goes on asking, rarely, when
// the two have met, until the safety words have been compared: the reply that is here may be
// that of somebody else who had the link, and the one who is meant may come later.
type fetcher struct {
	*errands
	foreign  []byte // what did not open
	verified bool   // nobody else can be the one who is meant
}

func (f *fetcher) start(now time.Time) {
	f.began, f.failed = now, 0
	f.next, f.at = errandTake, now.Add(f.mail.next(0))
	f.tell(MailboxAsked)
}

func (f *fetcher) brought(r returned, _ time.Time) ([]byte, bool) {
	f.returns(r)
	if r.errand == errandDrop {
		return nil, false
	}
	if errors.Is(r.err, mailbox.ErrNone) && !f.met {
		f.tell(MailboxAsked)
	}
	return r.reply, r.err == nil
}

// isForeign tells that this reply has been tried, and did not open.
func (f *fetcher) isForeign(reply []byte) bool { return bytes.Equal(f.foreign, reply) }

// tried is for when it is known whether what lay there can be used: used tells that it is
// the reply with which the two have met.
func (f *fetcher) tried(reply []byte, used bool) {
	switch {
	case !f.met:
		f.foreign = reply
		f.tell(MailboxForeign)
	case used && f.next == errandClear && !f.away:
		f.next = errandDrop // it has been taken just now
	}
}

func (f *fetcher) plan(r returned, now time.Time) {
	wait, none := mailbox.RetryAfter(r.err), errors.Is(r.err, mailbox.ErrNone)
	switch {
	case !f.met:
		f.later(now, wait)
	case r.errand != errandDrop && r.err == nil:
		f.next, f.at = errandDrop, now // it is of no more use there
	case r.errand == errandWatch || r.errand != errandTake && (r.err == nil || none || f.failed >= 3):
		if r.errand == errandDrop {
			f.newClaim() // what it was drawn for is gone
		}
		f.keepWatch(now, wait) // what may be left there expires by itself
	case r.errand == errandTake && none:
		f.next, f.at = errandClear, now // it was on the road when the reply came by hand
	default:
		f.at = now.Add(max(f.mail.again, wait))
	}
	f.hurried(now)
}

// keepWatch has the mailbox asked on, rarely.
func (f *fetcher) keepWatch(now time.Time, wait time.Duration) {
	f.next = errandNone
	if next := f.mail.nextEvery(f.mail.less, now.Sub(f.began)+wait); next > 0 && !f.verified {
		f.next, f.at = errandWatch, f.began.Add(next)
	}
}

// meet has the reply in the mailbox, if there is any, fetched to be dropped: one has come
// by hand.
func (f *fetcher) meet(now time.Time) {
	f.met = true
	if f.next == errandTake {
		f.next, f.at, f.failed = errandClear, now, 0
	}
}

// verify is for the moment when the safety words have been compared.
func (f *fetcher) verify() {
	f.verified = true
	if f.next == errandWatch {
		f.next = errandNone
	}
}
