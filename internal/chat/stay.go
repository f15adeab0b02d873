package chat

import (
	"time"

	"tincan/internal/invite"
	"tincan/internal/seal"
)

// way is how a return comes: by the mailbox, under the ticket of the chat or the one before, or by hand.
type way int

const byHand way = 2

// comeBack answers a return of the other side, at the side that has the chat still. Ours goes by the way by which that came. While
// the line carries, the return is only held: nobody may cut a healthy chat. If its page was
// reloaded, the other side is heard no more, and the chat is apart soon.
func (s *Session) comeBack(code invite.Code, now time.Time, by way) error {
	r := &s.meet.returns
	if err := r.seen(code); err != nil {
		return err
	}
	b := &back{ticket: s.stream.frames.Ticket()}
	theirs, err := b.open(&s.meet, code)
	if CodeOf(err) == CodeWrongChat && r.before.Kept() {
		b.ticket.Wipe()
		b.ticket = r.before.Copy()
		theirs, err = b.open(&s.meet, code)
	}
	if err == nil && !theirs.fresh() {
		err = fail(CodeAlreadyUsed, nil) // it answers one of before
	}
	if err != nil || !s.phase.broken() {
		b.wipe()
		if err == nil {
			r.held, r.heldAt = code, now
		}
		return err
	}
	s.wake(now)
	r.used = append(r.used, code)
	r.used = r.used[max(0, len(r.used)-maxReturns):]
	s.makeCard(0, now, func(l *line) {
		if l == nil {
			b.wipe()
			r.forget(code)
			return
		}
		l.back = b
		err := s.sealReturn(b, l, theirs)
		if err == nil {
			b.stream, err = b.pair(s.meet.role, theirs, s.stream.can.ours)
		}
		if err != nil || !s.phase.broken() {
			s.lines.drop(l)
			r.forget(code)
			return
		}
		for _, old := range s.lines.spares {
			if old.back != nil && old != l {
				s.lines.drop(old) // the other page has been reloaded again
				break
			}
		}
		s.diary.note("the other side comes back")
		s.try(l, theirs.card, time.Now())
		if by == byHand {
			s.events.push(Repair{newLink(s.lines.hand.site, b.code)})
		} else {
			s.lines.courier.answers[by], s.lines.courier.due = b.code.InMailbox(), time.Now()
			s.sendCourier(time.Now())
		}
	})
	return nil
}

// keepReturns does what is due: it takes a return that was held once the chat is apart, and lets the
// last ticket go when the other side has the next for certain.
func (s *Session) keepReturns(now time.Time) {
	r := &s.meet.returns
	if r.held != nil && (s.phase.broken() || now.Sub(r.heldAt) >= 2*s.timing.silence) {
		code := r.held
		r.held = nil
		if s.phase.broken() {
			_ = s.comeBack(code, now, byHand)
		}
	}
	switch {
	case s.stream.acks.acked == 0:
	case r.known.IsZero():
		r.known = now
	case now.Sub(r.known) >= s.timing.lines.ticket:
		r.before.Wipe()
		r.before = seal.Ticket{}
	}
}

// arriveBack handles what comes by the line of a return, at the side that has the chat still. Nothing of it
// changes the chat before the other side has proved to have its ticket.
func (s *Session) arriveBack(a arrival, now time.Time) {
	l := a.line
	switch {
	case !s.phase.broken(): // nobody is gone
	case a.opened:
		l.opened = now
		l.back.stream.begin(now)
		return
	case a.message != nil:
		done, err := l.back.stream.shake(a.message, now)
		if err == nil && done {
			s.changeChat(l, now)
			return
		} else if err == nil {
			return
		}
		s.diary.note("who comes back is not the other side")
	}
	s.lines.drop(l)
}

// changeChat goes over to the line of a return with new keys.
func (s *Session) changeChat(l *line, now time.Time) {
	old, b := s.stream, l.back
	s.stream, l.back, l.resumed = *b.stream, nil, true
	old.wipe()
	s.lines.change(l)
	if s.lines.before != nil {
		s.lines.drop(s.lines.before)
	}
	s.out.again(s.again(s.out.rest()))
	s.in.anew()
	s.signs.anew()
	s.together(now)
	s.lines.renew()
	s.cameBack(b, now)
	s.carryFiles(l)
	s.askPath(now)
}

// cameBack is called when the handshake of a return is done, at either side.
func (s *Session) cameBack(b *back, now time.Time) {
	r := &s.meet.returns
	if r.mail.client != nil {
		s.lines.courier.client = r.mail.client
	}
	r.before.Wipe()
	*r = returns{before: b.ticket, untold: true, anew: r.now != nil || r.anew, used: r.used, read: r.read}
	s.look.openedAt = now
}

// tellBack tells the person that the two are back, when the first frame with the new keys has come. Before that
// the other side may have stayed where it was: it would not know the new ticket.
func (s *Session) tellBack() {
	r := &s.meet.returns
	if !r.untold {
		return
	}
	if r.anew {
		s.events.push(Opened{Path: s.look.path(), SAS: s.stream.frames.SAS()})
	}
	s.events.push(Back{Path: s.look.path(), SAS: s.stream.frames.SAS()})
	r.untold, r.anew = false, false
}

// returning is the line of a return that has something to send.
func (ls *lines) returning() (l *line, to chan<- []byte, wire []byte) {
	for _, l := range ls.spares {
		if l.back != nil && l.back.stream != nil && l.back.stream.wire != nil {
			return l, l.out, l.back.stream.wire
		}
	}
	return nil, nil, nil
}
