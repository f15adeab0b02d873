package chat

import (
	"context"
	"errors"
	"time"

	"tincan/internal/invite"
	"tincan/internal/seal"
)

// hand is what goes by hand while the two are apart (PROTOCOL.md §2.7): repairs, of which each
// tells a fresh card of its maker.
type hand struct {
	site   string              // what links begin with
	line   *line               // behind our newest repair
	link   Link                // our newest repair
	making *repairJob          // the repair that is being made
	wait   []func(Link, error) // who waits until it is
	own    []invite.Code       // all of ours
	used   []invite.Code       // those of the other side that were tried
	last   card                // the card in the newest of them,
	lastAt time.Time           // and when it was tried; zero when it has been answered
}

// repairJob is a repair that is being made.
type repairJob struct {
	meets   card // of the other side; n 0: its newest
	answers bool
	to      invite.Code // the repair of the other side that it answers; nil: none
}

// RepairLink makes a link with which the other side finds this one again, to be handed over by
// any way there is. It stays the same until something comes of it, or should have. Where nothing needs repair
// the error is CodeNoRepair.
func (s *Session) RepairLink() (Link, error) {
	type made struct {
		link Link
		err  error
	}
	answer := make(chan made, 1)
	err := s.call(func(context.Context) error {
		if !s.phase.broken() || !s.repairs() {
			return fail(CodeNoRepair, nil)
		}
		s.wake(time.Now())
		s.repairLink(func(link Link, err error) { answer <- made{link, err} })
		return nil
	})
	if err != nil {
		return Link{}, err
	}
	select {
	case m := <-answer:
		return m.link, m.err
	case <-s.ended:
		return Link{}, fail(CodeEnded, nil)
	}
}

// repairLink calls answer with our repair as soon as there is one.
func (s *Session) repairLink(answer func(Link, error)) {
	h, now := &s.lines.hand, time.Now()
	switch {
	case h.line != nil && !h.line.gone && (h.line.tried.IsZero() || now.Sub(h.line.tried) < s.timing.lines.stale):
		answer(h.link, nil)
	case len(h.wait) > 0:
		h.wait = append(h.wait, answer)
	default:
		h.wait = append(h.wait, answer)
		s.makeRepair(repairJob{}, now)
	}
}

// makeRepair makes a repair. It meets the card of the other side that is given, or else the newest
// that it has told, which waits there for a repair. Where we have used that it asks for a fresh one:
// older ones may be gone, and each that is named in vain would cost the two people a link.
func (s *Session) makeRepair(job repairJob, now time.Time) {
	h := &s.lines.hand
	if job.meets.n == 0 && h.line != nil && !h.line.gone && h.line.tried.IsZero() {
		s.toldRepair(h.link, nil) // it asks already
		return
	}
	if h.making != nil {
		if job.answers {
			*h.making = job // one that answers does what the other one would
		}
		return
	}
	n, ok := s.lines.number()
	if !ok {
		s.noRepair(job, fail(CodeInternal, nil))
		return
	}
	made := &job
	h.making = made
	s.makeCard(n, now, func(l *line) {
		if h.making != made {
			return // the chat has gone on meanwhile
		}
		h.making = nil
		switch {
		case !s.phase.broken():
			return // the line, if there is one, waits for the next time
		case l == nil:
			s.noRepair(job, fail(CodeNoAddresses, nil))
			return
		}
		meets := job.meets
		if meets.n == 0 {
			meets, _ = s.lines.theirCard(s.lines.seen)
		}
		code, err := s.sealRepair(l, meets.n, job.answers && meets.n != 0)
		if err != nil {
			s.lines.drop(l)
			s.noRepair(job, asError(err))
			return
		}
		h.line, h.link, h.own = l, newLink(h.site, code), append(h.own, code)
		s.diary.note("a repair is made")
		if meets.n != 0 {
			s.try(l, meets, time.Now())
		}
		s.toldRepair(h.link, nil)
	})
}

// noRepair says that none could be made. What it was to answer counts as never taken, so that it can be opened again.
func (s *Session) noRepair(job repairJob, err error) {
	if job.to != nil {
		s.lines.hand.used = without(s.lines.hand.used, job.to)
	}
	s.toldRepair(Link{}, err)
}

// toldRepair answers those who wait for a repair. If nobody does, the person is told of it.
func (s *Session) toldRepair(link Link, err error) {
	h := &s.lines.hand
	if len(h.wait) == 0 && err == nil {
		s.events.push(Repair{link})
	}
	for _, answer := range h.wait {
		answer(link, err)
	}
	h.wait = nil
}

// sealRepair seals our card. If its text ended in a mark, the card takes the next number.
func (s *Session) sealRepair(l *line, meets uint32, answers bool) (invite.Code, error) {
	description, err := invite.ParseCard(l.own.packed, s.meet.loopback)
	if err != nil {
		return nil, err
	}
	for {
		told := invite.Repair{N: l.own.n, Meets: meets, Card: description}
		tag, box, err := s.stream.frames.SealCard(l.own.n, told.Bytes())
		if err != nil {
			return nil, err
		}
		if code := invite.NewRepair(answers, tag, box); !code.EndsInMark() {
			return code, nil
		}
		if !s.lines.renumber(l) {
			return nil, fail(CodeInternal, nil)
		}
	}
}

// acceptRepair takes a repair of the other side, and tries the card in it.
func (s *Session) acceptRepair(code invite.Code, now time.Time) error {
	h := &s.lines.hand
	needless := !s.phase.broken() || !s.repairs()
	own := known(h.own, code)
	switch {
	case own && needless:
		return fail(CodeNoRepair, nil)
	case own:
		return fail(CodeOwnRepair, nil)
	case known(h.used, code):
		return fail(CodeAlreadyUsed, nil)
	}
	other, meets, err := s.openRepair(code)
	switch {
	case CodeOf(err) == CodeWrongChat:
		return s.comeBack(code, now, byHand)
	case err != nil:
		return err
	case needless:
		return fail(CodeNoRepair, nil)
	}
	s.wake(now)
	h.used = append(h.used, code)
	h.last, h.lastAt = other, now
	if meets == 0 {
		h.lastAt = time.Time{}
		s.makeRepair(repairJob{h.last, true, code}, now)
		return nil
	}
	for _, l := range s.lines.spares {
		if l.own.n == meets && l.ready && l.tried.IsZero() {
			s.try(l, h.last, now)
			return nil
		}
	}
	h.lastAt = time.Time{}
	s.makeRepair(repairJob{answers: true, to: code}, now)
	return nil
}

// openRepair opens a repair of the other side. One whose card has long been void is told apart from those of other chats.
func (s *Session) openRepair(code invite.Code) (other card, meets uint32, err error) {
	tag, box := code.Sealed()
	from := max(s.lines.seen, s.lines.agreed)
	n, plain, err := s.stream.frames.OpenCard(tag, box, from+1, from+maxSkipped)
	if errors.Is(err, seal.ErrTag) && from > 0 {
		if _, _, old := s.stream.frames.OpenCard(tag, box, max(from, maxSkipped)-maxSkipped+1, from); old == nil {
			return card{}, 0, fail(CodeAlreadyUsed, nil)
		}
	}
	switch {
	case errors.Is(err, seal.ErrTag):
		return card{}, 0, fail(CodeWrongChat, err)
	case err != nil:
		return card{}, 0, fail(CodeMalformed, err)
	}
	repair, err := invite.ParseRepair(code, n, plain, s.meet.loopback)
	if err != nil {
		return card{}, 0, fail(CodeMalformed, err)
	}
	return card{n: n, packed: plain[8:], description: repair.Card}, repair.Meets, nil
}

// answerLate answers a repair with which no line has opened: our addresses may have changed, too.
func (s *Session) answerLate(now time.Time) {
	h := &s.lines.hand
	if !h.lastAt.IsZero() && now.Sub(h.lastAt) >= s.timing.lines.answer {
		h.lastAt = time.Time{}
		s.makeRepair(repairJob{answers: true}, now)
	}
}
