package chat

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"time"

	"tincan/internal/invite"
	"tincan/internal/sdp"
	"tincan/internal/seal"
)

// repairs tells whether another line can be made when the one in use breaks.
func (s *Session) repairs() bool { return s.stream.peerCan(featureCards) }

// tend is called at each tick while the chat is open or apart. It makes cards while the line
// carries, tries them while it does not, and gives up what has waited too long.
func (s *Session) tend(now time.Time) {
	if !s.repairs() {
		return
	}
	s.giveUp(now)
	switch {
	case s.phase == paused:
		return
	case s.phase == apart && now.Sub(s.since) >= s.timing.lines.pause:
		s.pause(now)
		return
	case s.phase == apart:
		s.answerLate(now)
		s.sendCourier(now)
		s.tryNext(now, s.timing.lines.pair)
		s.tellState()
		return
	}
	if !s.lines.carries() || now.Sub(s.look.openedAt) < s.timing.lines.card {
		return
	}
	s.lines.learn(s.stream.acks.acked)
	if line := s.lines.outdated(s.stream.acks.acked); line != nil {
		s.lines.drop(line)
	}
	if line, other, ok := s.lines.urgent(); ok {
		s.try(line, other, now)
	}
	due, ok := s.lines.due(now)
	if asked, is := s.lines.asked(); is {
		s.makeCard(asked, now, urgent)
	} else if next, is := s.lines.number(); is && s.lines.moved && len(s.lines.made) < maxMade {
		s.lines.moved = false
		s.makeCard(next, now, urgent)
	} else if ok {
		s.makeCard(due, now, func(*line) {})
	}
}

// tryNext tries the next pair of cards, if there is one and the last was tried long enough ago.
func (s *Session) tryNext(now time.Time, every time.Duration) {
	if line, other, ok := s.lines.pair(now, every, s.timing.lines.last); ok {
		s.try(line, other, now)
	}
}

// urgent has a card tried as soon as the other side has made its like.
func urgent(l *line) {
	if l != nil {
		l.own.now = true
		l.own.packed[0] |= flagNow
	}
}

// triedAgain is how often a card by a new network is followed by another when nothing comes of it.
const triedAgain = 2

// move is called when this computer may have come to another network. While the old one still carries, a line is
// made by the new one as well.
func (s *Session) move(now time.Time) {
	s.diary.note("perhaps another network")
	s.lines.moved, s.lines.again = s.phase == open, triedAgain
	if l := s.lines.hand.line; l != nil && l.tried.IsZero() {
		s.lines.hand.line = nil // the next repair names our new addresses
		s.lines.drop(l)
	}
}

// pause ends the search for another line, which costs packets, until the person comes back. The
// line in use is left as it is, and what comes by it is read.
func (s *Session) pause(now time.Time) {
	for _, l := range slices.Clone(s.lines.spares) {
		if !l.tried.IsZero() {
			s.lines.drop(l)
		}
	}
	s.lines.courier.began = time.Time{}
	s.enter(paused, now)
}

// notice finds out whether we were asleep until now. It is asked before anything is read that came meanwhile: that may have
// come over a line that the other side has given up since.
func (s *Session) notice(now time.Time) {
	if since(s.stream.silence.until, now) >= s.timing.silence*2/3 {
		s.wake(now)
		s.stream.silence.until = now
	}
}

// wake is called when the person has come back, the network has, or we were asleep. What has been
// silent for long is lost sooner, and a search that is paused goes on. Where it has been silent for so long that the other
// side has lost us, and tries its cards, one of ours is tried at once.
func (s *Session) wake(now time.Time) {
	if quiet := since(s.stream.silence.heard, now); s.phase == open && quiet >= s.timing.woken {
		s.stream.silence.woken(s.timing.silence, s.timing.woken)
		if quiet >= 2*s.timing.silence {
			s.tryNext(now, 0)
		}
	}
	if s.phase == paused {
		s.lines.triedAt = time.Time{}
		s.enter(apart, now)
		s.tend(now)
	}
}

// giveUp drops lines that have led to nothing: those over which no resume came in time, and,
// when the old line has long healed, or has not been lost, those that are of no use any more.
func (s *Session) giveUp(now time.Time) {
	late := func(since time.Time) bool { return !since.IsZero() && now.Sub(since) >= s.timing.lines.resume }
	if l := s.lines.now; l != nil && !l.resumed && late(l.opened) {
		s.loseLine(now)
	}
	healed := s.phase == open && late(s.since)
	for _, l := range slices.Clone(s.lines.spares) {
		if late(l.opened) || healed && late(l.tried) && (l.own.n != l.other.n || l.own.now || l.other.now) {
			if l.own.now && l.opened.IsZero() && s.lines.again > 0 {
				s.lines.again, s.lines.moved = s.lines.again-1, true
			}
			s.lines.drop(l)
		}
	}
}

// makeCard has the engine make another end, whose description is our card of that number. then is
// called with its line, or nil if it could not be made.
func (s *Session) makeCard(n uint32, now time.Time, then func(*line)) {
	conn, err := s.lines.dial()
	if err != nil {
		s.diary.note("no other connection can be made")
		s.lines.made = append(s.lines.made, now)
		then(nil)
		return
	}
	l := s.lines.add(conn, n, now)
	s.work.ask(func(ctx context.Context) func() error {
		text, err := conn.Offer(ctx)
		return func() error {
			if err == nil {
				err = l.describe(text, s.meet.loopback)
			}
			if err != nil {
				s.diary.note("a card could not be made")
				s.lines.unmake(l)
			}
			if l.gone {
				l = nil
			}
			then(l)
			return nil
		}
	})
}

// describe makes our card of the engine's description.
func (l *line) describe(text string, loopback bool) error {
	description, err := sdp.Parse(text, loopback)
	if err != nil {
		return err
	}
	if len(description.Candidates) == 0 {
		return fail(CodeNoAddresses, nil) // nobody could find it
	}
	l.mediaID, l.own.packed, l.own.description, l.ready = sdp.MediaID(text), invite.CardBytes(description), description, true
	return nil
}

// try has the engine look for the other side with one of its cards.
func (s *Session) try(l *line, other card, now time.Time) {
	s.diary.note("card " + strconv.Itoa(int(other.n)) + " is tried, candidates: " + count(other.description.Candidates))
	if old := s.lines.crowded(); old != nil {
		s.lines.drop(old) // what a person has brought, or the other side has just told, is newer
	}
	s.lines.use(l, other, now)
	text := l.answer(s.meet.role, s.meet.tried(other.description))
	s.work.ask(func(ctx context.Context) func() error {
		err := l.conn.Accept(ctx, text)
		return func() error {
			switch {
			case l.gone:
			case err != nil:
				s.diary.note("a card was refused by the engine")
				s.lines.drop(l)
			default:
				s.lines.carry(l)
			}
			return nil
		}
	})
}

// takeCard keeps a card of the other side.
func (s *Session) takeCard(f frame) error {
	c := card{n: f.number(), packed: f.content[4:], now: f.content[4]&flagNow != 0}
	plain := bytes.Clone(c.packed)
	plain[0] &^= flagNow
	var err error
	if c.description, err = invite.ParseCard(plain, s.meet.loopback); err != nil || !s.lines.take(c) {
		return stop{reason: ReasonUntrusted}
	}
	s.diary.note("card " + strconv.Itoa(int(s.lines.seen)) + " of the other side")
	return nil
}

// arriveElsewhere handles what comes by a line that does not carry the chat. Nothing of it ends
// the chat, but for a resume that proves itself and asks for what is not there.
func (s *Session) arriveElsewhere(a arrival, now time.Time) error {
	l := a.line
	switch {
	case l.gone || l == s.lines.before || s.phase == leaving:
		return nil
	case l.back != nil:
		s.arriveBack(a, now)
		return nil
	case a.opened:
		l.opened = now
		if s.meet.role == seal.Inviter && (s.lines.now == nil || s.lines.now.resumed) {
			s.changeLine(l)
		}
		return nil
	case a.message != nil && s.meet.role == seal.Joiner:
		if ok, err := s.stream.takeResume(l, s.meet.role, a.message); ok || err != nil {
			s.changeLine(l)
			s.resumed(l, now)
			return err
		}
		s.diary.note("another line is none of the other side's")
	}
	s.lines.drop(l)
	return nil
}

// changeLine goes over to a line. Our resume is the first that is sent there. It tells what has
// come, so nothing may come by another line any more.
func (s *Session) changeLine(l *line) {
	s.lines.change(l)
	s.stream.wire = s.stream.resume(l, s.meet.role)
}

// arriveResume handles the first message of the other side at an inviter that has gone over to
// this line.
func (s *Session) arriveResume(message []byte, now time.Time) error {
	ok, err := s.stream.takeResume(s.lines.now, s.meet.role, message)
	if err != nil {
		return err
	}
	if !ok {
		s.diary.note("another line is none of the other side's")
		s.loseLine(now)
		return nil
	}
	s.resumed(s.lines.now, now)
	return nil
}

// resumed is called when both sides have sent resume, or are about to: the line carries the chat.
func (s *Session) resumed(l *line, now time.Time) {
	s.lines.settle(l)
	s.diary.note("line " + strconv.Itoa(int(s.lines.void)) + " carries the chat")
	s.stream.came(now)
	s.stream.unheard.broken(now)
	s.together(now)
	s.carryFiles(l)
	s.askPath(now)
}

// together is called when the chat goes on, over the old line or another.
func (s *Session) together(now time.Time) {
	if s.phase.broken() {
		s.enter(open, now)
		s.toldRepair(Link{}, fail(CodeNoRepair, nil))
		s.lines.hand = hand{site: s.lines.hand.site, own: s.lines.hand.own}
		c := s.lines.courier
		s.lines.courier = courier{client: c.client, own: c.own, their: c.their}
	}
}

// loseLine lets the line in use go, which has broken, and has the others tried.
func (s *Session) loseLine(now time.Time) {
	s.lines.drop(s.lines.now)
	if s.lines.before != nil {
		s.lines.drop(s.lines.before)
	}
	s.stream.wire = nil
	if s.phase == open {
		s.enter(apart, now)
	}
	s.tend(now)
}
