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

// post is one side's part in passing the reply through the mailbox: leaver is the joiner's,
// fetcher the inviter's. Its methods decide when a request is made and what follows from the
// answer; none of them waits.
type post interface {
	// start is called when the link has been made.
	start(now time.Time)
	// due tells whether it is time for a request.
	due(now time.Time) bool
	// brought takes the result of a request. If it returns a reply, that is to be tried.
	brought(r returned, now time.Time) (reply []byte, ok bool)
	// plan is called after brought, and decides on the next request and its time.
	plan(r returned, now time.Time)
	// meet is called when the two sides know each other.
	meet(now time.Time)
	// road is the part that both kinds of post have.
	road() *errands
}

// errand is a request to the mailbox.
type errand int

const (
	errandNone  errand = iota
	errandPut          // leave our reply
	errandTake         // ask for the reply
	errandClear        // take what may lie there, to drop it: the reply has come another way
	errandDrop
	errandWatch // ask for a second reply, which somebody else who has the link may leave
)

// returned is the result of an errand.
type returned struct {
	errand errand
	reply  []byte
	err    error
}

// place is where in which mailbox the reply waits, and the claim with which it is taken.
type place struct {
	client *mailbox.Client
	slot   mailbox.Slot
	claim  mailbox.Claim
}

// errands makes the requests to the mailbox, one at a time, each in a goroutine that does
// nothing else.
type errands struct {
	place
	mail   *schedule
	back   chan returned
	onRoad sync.WaitGroup

	next   errand
	at     time.Time // when the next one is to be made
	away   bool      // one is being made
	hurry  bool      // the next one is to follow as soon as that one has returned
	began  time.Time // the ages of the schedule are counted from here
	asked  time.Time // when the last one was made
	failed int       // how many in a row have failed
	met    bool      // the two sides know each other

	state MailboxState
	news  []MailboxState // states that the person has not been told of yet
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

// tell notes a state that the person is to be told of.
func (e *errands) tell(state MailboxState) {
	if e.state != state {
		e.state = state
		e.news = append(e.news, state)
	}
}

// due tells whether it is time for the next errand, and none is being made.
func (e *errands) due(now time.Time) bool {
	return !e.away && e.next != errandNone && !now.Before(e.at)
}

// send begins the next errand. reply is ours, for errandPut.
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

// returns notes that an errand has come back, counts failures, and tells of a mailbox that
// does not answer.
func (e *errands) returns(r returned) {
	e.away = false
	if !errors.Is(r.err, mailbox.ErrSilent) {
		e.failed = 0
	} else if e.failed++; (e.failed > 1 || mailbox.RetryAfter(r.err) > e.mail.often) && !e.met {
		e.tell(MailboxSilent)
	}
}

// later has the same errand made again at its next time by the schedule, but not before wait
// is over. After half an hour there is no next time.
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

// wanted tells whether the next errand is one that a person who has come back waits for.
func (e *errands) wanted() bool { return e.next != errandNone && e.next != errandWatch }

// askNow is called when the person has come back, or the network has.
func (e *errands) askNow(now time.Time) {
	if !e.wanted() {
		return
	}
	// A request that takes long may have been cut off together with the network.
	soon := now.Sub(e.asked) >= e.mail.again
	e.hurry = e.away && soon
	if soon && now.Before(e.at) {
		e.at = now
	}
}

// hurried makes the next errand due at once if askNow was called while one was being made.
func (e *errands) hurried(now time.Time) {
	if e.hurry && e.wanted() {
		e.at = now
	}
	e.hurry = false
}

// close returns when no request is being made any more.
func (e *errands) close() {
	e.onRoad.Wait()
	e.client.Close()
}

// leaver leaves our reply in the mailbox, for who joined.
type leaver struct {
	*errands
	left time.Time // since when the reply lies there
}

func (l *leaver) start(now time.Time) {
	l.began, l.failed = now, 0
	l.next, l.at = errandPut, now
	l.tell(MailboxLeaving)
}

// due also notices that the reply has expired in the mailbox. Once the two have met, nothing
// is left to do: the reply has been fetched, or it came by hand.
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
		l.next = errandNone // how the mailbox stands concerns nobody any more
	case r.err == nil:
		l.next = errandNone
		l.tell(MailboxLeft)
	case errors.Is(r.err, mailbox.ErrOccupied):
		// Try again when what lies there has expired: our reply warns an inviter who has
		// met somebody else by then.
		l.tell(MailboxOccupied)
		l.later(now, l.mail.gone)
	default:
		l.later(now, mailbox.RetryAfter(r.err))
	}
	l.hurried(now)
}

func (l *leaver) meet(time.Time) { l.met = true }

// again has the reply left once more, unless it still lies there or is on its way.
func (l *leaver) again(now time.Time) {
	if !l.met && l.left.IsZero() && !l.away {
		l.start(now)
	}
}

// withdraw is called when the joiner leaves before the two have met. It takes the reply back,
// or the inviter would accept the reply of somebody who is gone: what has been taken under
// one claim, nobody gets under another. The request is sent at once, because a page that is
// being closed has no time.
func (l *leaver) withdraw() {
	if l.met || l.left.IsZero() && l.failed == 0 && !l.away {
		return
	}
	cut := l.away
	l.onRoad.Go(func() {
		if cut {
			<-l.back // it was cut off, but may have arrived all the same
		}
		ctx, cancel := context.WithTimeout(context.Background(), l.mail.away)
		defer cancel()
		if _, err := l.client.Take(ctx, l.slot, l.claim); err == nil {
			_ = l.client.Drop(ctx, l.slot, l.claim) // if this fails, it expires by itself
		}
	})
}

// fetcher asks the mailbox for the reply, for the inviter. After the two have met it goes on
// asking, less often, until the safety words have been compared: the reply that was accepted
// may be that of somebody else who has the link, and that of the right person may come later.
type fetcher struct {
	*errands
	foreign  []byte // what lay there and could not be used
	got      bool   // the reply with which the two have met came from there
	verified bool   // the safety words match: nobody else can be the one who is meant
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

// isForeign tells whether this reply has been tried already and could not be used.
func (f *fetcher) isForeign(reply []byte) bool { return bytes.Equal(f.foreign, reply) }

// tried is called when it is known what came of the reply that lay there. used says that it
// is the one with which the two have met.
func (f *fetcher) tried(reply []byte, used bool) {
	f.got = f.got || used
	switch {
	case !f.met:
		f.foreign = reply
		f.tell(MailboxForeign)
	case used && f.next == errandClear && !f.away:
		f.next = errandDrop // it has just been taken, so it need not be taken again
	}
}

func (f *fetcher) plan(r returned, now time.Time) {
	wait, none := mailbox.RetryAfter(r.err), errors.Is(r.err, mailbox.ErrNone)
	switch {
	case !f.met:
		f.later(now, wait)
	case r.errand != errandDrop && r.err == nil:
		f.next, f.at = errandDrop, now // nobody needs it there any more
	case r.errand == errandWatch || r.errand != errandTake && (r.err == nil || none || f.failed >= 3):
		if r.errand == errandDrop {
			f.newClaim() // the reply that this claim had taken is gone
		}
		f.keepWatch(now, wait) // anything that is left there expires by itself
	case r.errand == errandTake && none:
		f.next, f.at = errandClear, now // this errand was being made when the reply came by hand
	default:
		f.at = now.Add(max(f.mail.again, wait))
	}
	f.hurried(now)
}

// keepWatch has the mailbox asked for a second reply, at the slowest pace.
func (f *fetcher) keepWatch(now time.Time, wait time.Duration) {
	f.next = errandNone
	if next := f.mail.nextEvery(f.mail.less, now.Sub(f.began)+wait); next > 0 && !f.verified {
		f.next, f.at = errandWatch, f.began.Add(next)
	}
}

// meet is called when the two have met. If the reply came by hand, the one in the mailbox is
// still to be taken and dropped.
func (f *fetcher) meet(now time.Time) {
	f.met = true
	if f.next == errandTake {
		f.next, f.at, f.failed = errandClear, now, 0
	}
}

// verify is called when the safety words match.
func (f *fetcher) verify() {
	f.verified = true
	if f.next == errandWatch {
		f.next = errandNone
	}
}
