package chat

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"tincan/internal/sdp"
)

// Limits of PROTOCOL.md §4.1.
const (
	wantedCards = 2  // of ours that wait for a silence
	maxCards    = 4  // of either side that wait, while newer ones are on their way
	maxTried    = 3  // lines that are tried at one time
	maxMade     = 16 // cards of ours in a minute
	maxSkipped  = 32 // by how much the number of a card may grow
)

// card is one side's description of a connection that has made an offer and waits.
type card struct {
	n           uint32
	packed      []byte // flags and description, as they are sent
	now         bool   // it is to be tried at once: its maker may have come to another network
	description sdp.Description
}

// lines are the connections of a chat: the one that carries it, and those that may carry it
// when that one breaks. They only decide: what the engine has to be asked, run asks.
//
// Both sides pair cards by their number, so neither has to tell the other which it tries.
type lines struct {
	dial   func() (connection, error) // makes our end of another line
	wanted int                        // how many cards of ours are to wait
	in     chan arrival               // from all lines
	now    *line                      // it carries the chat, or will when both have sent resume; nil while there is none
	before *line                      // what carried it before: closed when both have sent resume, and not read any more
	spares []*line                    // those with a card of ours that the chat has not gone over to, by its number
	theirs []card                     // the newest of the other side that we have not tried, by number
	numbers
	triedAt time.Time   // when a pair was last tried
	made    []time.Time // when our last cards were made
	opening []*line     // to be carried, as soon as the loop comes round
	running *sync.WaitGroup
	hand    hand
	courier courier
	routes
}

// routes is this computer's way into networks.
type routes struct {
	ask   func() string // peer.Routes; nil where nobody can tell
	said  string        // what it last said
	again int           // how often another card is made there if nothing comes of one
	moved bool          // we may have come to another network, and have not made a card there yet
}

// changed asks whether the way is another than when it was last asked.
func (r *routes) changed() bool {
	if r.ask == nil {
		return false
	}
	was := r.said
	r.said = r.ask()
	return r.said != was
}

// numbers are those of cards.
type numbers struct {
	last   uint32 // of our newest
	known  uint32 // of ours, the newest that the other side is known to have been told
	seen   uint32 // of the other side's, the last that it has told
	void   uint32 // cards of either side up to this one are of no use any more
	agreed uint32 // what void was when the other side last showed that it is so there: a line may have broken before
	spent  uint32 // cards of either side up to this one may have been used for a repair, and their maker does not know
}

func newLines(dial func() (connection, error), first connection, wanted int) lines {
	l := newLine(first)
	l.resumed = true
	return lines{
		dial: dial, wanted: wanted, in: make(chan arrival, ackEvery), now: l, running: new(sync.WaitGroup),
	}
}

// carry has messages carried over a line, from the moment at which its channel opens.
func (ls *lines) carry(l *line) { ls.opening = append(ls.opening, l) }

// begin starts the goroutines of the lines that are to be carried.
func (ls *lines) begin(ctx context.Context) {
	for _, l := range ls.opening {
		ls.running.Go(func() { l.carryIn(ctx, ls.in) })
		ls.running.Go(func() { l.carryOut(ctx) })
	}
	ls.opening = nil
}

// carries tells whether frames can be sent.
func (ls *lines) carries() bool { return ls.now != nil && ls.now.resumed }

// drop closes a line, whichever it is. What it still brings counts for nothing.
func (ls *lines) drop(l *line) {
	if l.gone {
		return
	}
	l.gone = true
	if l.back != nil {
		l.back.wipe()
	}
	close(l.out)
	ls.running.Go(func() { _ = l.conn.Close() })
	ls.forget(l)
}

func (ls *lines) forget(l *line) {
	ls.spares = slices.DeleteFunc(ls.spares, func(s *line) bool { return s == l })
	switch l {
	case ls.now:
		ls.now = nil
	case ls.before:
		ls.before = nil
	}
}

// change makes a line the one in use, and the only one that is read.
func (ls *lines) change(l *line) {
	ls.forget(l)
	if ls.now != nil {
		ls.before = ls.now
	}
	ls.now = l
}

// close ends all connections and returns when no goroutine is left that waits for one.
func (ls *lines) close() {
	for _, l := range append([]*line{ls.now, ls.before}, ls.spares...) {
		if l != nil {
			ls.drop(l)
		}
	}
	ls.running.Wait()
}

// take keeps a card of the other side, unless it was on its way while a line opened that it is
// too old for. It returns false if it has a number that none can have.
func (ls *lines) take(c card) bool {
	if c.n <= ls.seen || c.n > max(ls.seen, ls.void)+maxSkipped {
		return false
	}
	if ls.seen = c.n; c.n <= ls.void {
		return true
	}
	ls.theirs = append(ls.theirs, c)
	ls.theirs = ls.theirs[max(0, len(ls.theirs)-maxCards):]
	return true
}

// theirCard is the card of the other side with that number.
func (ls *lines) theirCard(n uint32) (card, bool) {
	i, ok := slices.BinarySearchFunc(ls.theirs, n, func(c card, n uint32) int { return cmp.Compare(c.n, n) })
	if !ok {
		return card{}, false
	}
	return ls.theirs[i], true
}

// floor is the lowest number for which a card of ours can still find its like: the other side
// tells of a card when it has need of one, and needs no more than wantedCards.
func (ls *lines) floor() uint32 {
	low := max(ls.void, ls.spent) + 1
	if n := len(ls.theirs); n >= wantedCards {
		return max(low, ls.theirs[n-wantedCards].n)
	}
	return low
}

// due returns the number of the card that is to be made now.
func (ls *lines) due(now time.Time) (n uint32, ok bool) {
	for len(ls.made) > 0 && now.Sub(ls.made[0]) >= time.Minute {
		ls.made = ls.made[1:]
	}
	fresh, waiting := 0, ls.waiting()
	for _, l := range waiting {
		if !l.ready {
			return 0, false // one after the other
		}
		if ls.fresh(l) {
			fresh++
		}
	}
	if n, ok = ls.number(); !ok || fresh >= ls.wanted || len(waiting) >= maxCards || len(ls.made) >= maxMade {
		return 0, false
	}
	return n, true
}

// waiting are the lines that have not been tried.
func (ls *lines) waiting() (list []*line) {
	for _, l := range ls.spares {
		if l.tried.IsZero() {
			list = append(list, l)
		}
	}
	return list
}

// fresh tells whether a card of ours that waits is one of the newest of which the other side has the like, or will have.
func (ls *lines) fresh(l *line) bool { return l.own.n >= ls.floor() && !ls.alone(l) }

// alone tells whether a card of ours gets no like any more: the other side has told newer ones, and its like was
// never told or was used for a repair. Of those that were there when a repair was tried, nobody can know.
func (ls *lines) alone(l *line) bool {
	_, ok := ls.theirCard(l.own.n)
	return l.own.n <= ls.spent || !ok && l.own.n <= ls.seen
}

// number is that of our next card, false if the other side would not take it.
func (ls *lines) number() (n uint32, ok bool) {
	n = max(ls.last+1, ls.floor())
	return n, n <= ls.limit()
}

// limit is the highest number of a card of ours that the other side is certain to take.
func (ls *lines) limit() uint32 { return max(ls.known, ls.void) + maxSkipped }

// learn notes which of our cards the other side is known to have. acked is the number in its last ack.
func (ls *lines) learn(acked uint64) {
	for _, l := range ls.spares {
		if l.frame != 0 && l.frame < acked {
			ls.known = max(ls.known, l.own.n)
		}
	}
}

// add adds a line that waits, whose card of that number is about to be made. That of a return has none: 0.
func (ls *lines) add(conn connection, n uint32, now time.Time) *line {
	l := newLine(conn)
	l.own.n = n
	ls.last, ls.made, ls.spares = max(ls.last, n), append(ls.made, now), append(ls.spares, l)
	return l
}

// unmake drops a line whose card could not be made. The number, which nobody knows, is free again
// if it was the last: else one that fails often would use up those that the other side takes.
func (ls *lines) unmake(l *line) {
	if !l.gone && l.own.n == ls.last && ls.last > 0 {
		ls.last--
	}
	ls.drop(l)
}

// renumber gives a line that waits, and whose card has not been told, the next number.
func (ls *lines) renumber(l *line) bool {
	n, ok := ls.number()
	if ok {
		ls.forget(l)
		ls.last, l.own.n, ls.spares = n, n, append(ls.spares, l)
	}
	return ok
}

// untold returns the line whose card is to be told next. Cards are told by their numbers, so one
// that the engine is still at holds up those behind it.
func (ls *lines) untold() *line {
	for _, l := range ls.waiting() {
		if !l.told {
			if l.ready {
				return l
			}
			return nil
		}
	}
	return nil
}

// framed notes the number of the frame that tells of the card n.
func (ls *lines) framed(n uint32, number uint64) {
	for _, l := range ls.spares {
		if l.own.n == n {
			l.frame = number
		}
	}
}

// outdated returns the oldest line that nobody needs: of both sides two newer cards are there,
// and ours have been acked. acked is the number in the last ack of the other side. One that was
// tried is kept as long, since the other side, which may not have tried it, would try it first.
// One that can get no like any more goes when it takes the place of others.
func (ls *lines) outdated(acked uint64) *line {
	newer := 0
	if waiting := ls.waiting(); len(waiting) >= maxCards {
		if i := slices.IndexFunc(waiting, ls.alone); i >= 0 {
			return waiting[i]
		}
	}
	for _, l := range slices.Backward(ls.spares) {
		if newer >= wantedCards && l.opened.IsZero() {
			return l
		}
		if _, ok := ls.theirCard(l.own.n); ok && l.tried.IsZero() && l.told && l.frame != 0 && l.frame < acked {
			newer++
		}
	}
	return nil
}

// paired are our lines that wait and whose like of the other side we have.
func (ls *lines) paired() (list []*line) {
	for _, l := range ls.spares {
		if _, ok := ls.theirCard(l.own.n); ok && l.told && l.tried.IsZero() {
			list = append(list, l)
		}
	}
	return list
}

// urgent returns a pair that is to be tried at once.
func (ls *lines) urgent() (*line, card, bool) {
	for _, l := range ls.paired() {
		if other, _ := ls.theirCard(l.own.n); l.own.now || other.now {
			return l, other, true
		}
	}
	return nil, card{}, false
}

// asked is the number of a card that the other side wants to try at once, and whose like we have to make. One that the
// other side would not take of us is none.
func (ls *lines) asked() (n uint32, ok bool) {
	for _, c := range ls.theirs {
		if c.now && c.n > ls.last && c.n <= ls.limit() && len(ls.made) < maxMade {
			return c.n, true
		}
	}
	return 0, false
}

// tried counts the lines that are being tried.
func (ls *lines) tried() (n int) {
	for _, l := range ls.spares {
		if !l.tried.IsZero() {
			n++
		}
	}
	return n
}

// crowded returns the line that has been tried for longest, if there is no place for another.
func (ls *lines) crowded() *line {
	if ls.tried() < maxTried {
		return nil
	}
	var oldest *line
	for _, l := range ls.spares {
		if !l.tried.IsZero() && (oldest == nil || l.tried.Before(oldest.tried)) {
			oldest = l
		}
	}
	return oldest
}

// pair returns the line to try next and the card to try it with: that with the lowest number of
// which both sides have a card, every some seconds one more. The last is kept for a repair, for a while where nothing
// else is left to try, and for four times as long where something is being tried that may still lead somewhere.
func (ls *lines) pair(now time.Time, every, last time.Duration) (*line, card, bool) {
	list, tried, wait := ls.paired(), ls.tried(), every
	if len(list) == 1 {
		wait = last
		if tried > 0 {
			wait = 4 * last
		}
	}
	if len(list) == 0 || tried == maxTried || now.Sub(ls.triedAt) < wait {
		return nil, card{}, false
	}
	ls.triedAt = now
	other, _ := ls.theirCard(list[0].own.n)
	return list[0], other, true
}

// use notes that a line is tried with a card of the other side, which is none for another then.
func (ls *lines) use(l *line, other card, now time.Time) {
	l.other, l.tried = other, now
	if l.own.n != other.n {
		ls.spent = max(ls.last, ls.seen)
	}
	ls.theirs = slices.DeleteFunc(ls.theirs, func(c card) bool { return c.n == other.n })
}

// renew forgets all cards, since the chat has new keys.
func (ls *lines) renew() {
	for _, l := range slices.Clone(ls.spares) {
		ls.drop(l)
	}
	ls.numbers, ls.theirs, ls.moved = numbers{}, nil, false
	ls.hand, ls.courier = hand{site: ls.hand.site}, courier{client: ls.courier.client}
}

// settle makes a line the one that carries the chat. Older cards cannot be used any more, and
// whatever else was tried is given up.
func (ls *lines) settle(l *line) {
	l.resumed = true
	if ls.before != nil {
		ls.drop(ls.before)
	}
	ls.void = max(l.own.n, l.other.n)
	ls.last = max(ls.last, ls.void)
	for _, spare := range slices.Clone(ls.spares) {
		if spare.own.n <= ls.void || !spare.tried.IsZero() {
			ls.drop(spare)
		}
	}
	ls.theirs = slices.DeleteFunc(ls.theirs, func(c card) bool { return c.n <= ls.void })
}
