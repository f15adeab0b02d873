package chat

import (
	"bytes"
	"context"
	"errors"
	"time"

	"tincan/internal/invite"
	"tincan/internal/mailbox"
	"tincan/internal/seal"
)

// box is the mailbox; *mailbox.Client is one, and says what each method promises.
type box interface {
	Put(ctx context.Context, slot mailbox.Slot, reply []byte) error
	Take(ctx context.Context, slot mailbox.Slot, claim mailbox.Claim) ([]byte, error)
	Drop(ctx context.Context, slot mailbox.Slot, claim mailbox.Claim) error
}

// returnMail passes the return of a side that has nothing left through the mailbox.
type returnMail struct {
	client box       // nil where it goes by hand alone
	began  time.Time // when our newest was made
	due    time.Time
	left   time.Time // since when ours lies there; zero before
	away   bool
}

// sendReturn leaves our return in the mailbox and asks for the other side's.
func (s *Session) sendReturn(now time.Time) {
	m, b := &s.meet.returns.mail, s.meet.returns.now
	if m.client == nil || m.away || now.Before(m.due) {
		return
	}
	m.away = true
	e := returnErrand{client: m.client}
	e.at(b.ticket, s.meet.role)
	if m.left.IsZero() || now.Sub(m.left) >= s.timing.mail.gone {
		e.put = b.code.InMailbox()
	}
	s.work.ask(func(ctx context.Context) func() error {
		left, taken, err := e.run(ctx)
		return func() error {
			now := time.Now()
			m.away = false
			if left == nil && bytes.Equal(e.put, b.code.InMailbox()) { // otherwise another was made meanwhile
				m.left = now
			}
			if next := s.timing.mail.next(now.Sub(m.began) + mailbox.RetryAfter(err)); next > 0 {
				m.due = m.began.Add(next)
			} else {
				m.due = now.Add(s.timing.lines.pause)
			}
			return s.useReturns(taken, 0)
		}
	})
}

// returnErrand is a walk to the mailbox. Each side has places there under one ticket, of which it takes the first
// that is free. All that lie there are read each time, by the same claim after each reload: where one has expired,
// another may lie.
type returnErrand struct {
	client      box
	own, theirs [maxReturns]mailbox.Slot
	claim       mailbox.Claim
	put         []byte // nil for nothing
}

func (e *returnErrand) at(ticket seal.Ticket, role seal.Role) {
	for k := range e.own {
		e.own[k] = mailbox.Slot(seal.ReturnSlot(ticket, role, uint32(k)))
		e.theirs[k] = mailbox.Slot(seal.ReturnSlot(ticket, seal.Inviter+seal.Joiner-role, uint32(k)))
	}
	e.claim = mailbox.Claim(seal.ReturnClaim(ticket, role))
}

func (e *returnErrand) run(ctx context.Context) (left error, taken [][]byte, err error) {
	if e.put != nil {
		for _, slot := range e.own {
			if left = e.client.Put(ctx, slot, e.put); !errors.Is(left, mailbox.ErrOccupied) {
				break
			}
		}
	}
	for _, slot := range e.theirs {
		bytes, err := e.client.Take(ctx, slot, e.claim)
		if err != nil {
			return left, taken, err
		}
		taken = append(taken, bytes)
	}
	return left, taken, nil
}

// useReturns uses the newest return that it can, of those that have not been read before. The other side has lost the
// older ones, or made others in their place. The error is nil or a stop.
func (s *Session) useReturns(taken [][]byte, by way) error {
	r := &s.meet.returns
	if r.now == nil && !s.phase.broken() {
		return nil
	}
	var list []invite.Code
	for _, text := range taken {
		if code, ok := invite.FromMailbox(text); ok && !known(r.read, code) {
			list = append(list, code)
		}
	}
	r.read = append(r.read, list...)
	r.read = r.read[max(0, len(r.read)-maxRead):]
	void := false
	for n := len(list) - 1; n >= 0; n-- {
		code, err := list[n], error(nil)
		if r.now != nil {
			err = s.acceptReturn(code, void, func(error) {})
		} else {
			err = s.comeBack(code, time.Now(), by)
		}
		if _, ends := err.(stop); ends {
			return err
		}
		if err == nil || err == errLater {
			return nil
		}
		void = void || CodeOf(err) == CodeAlreadyUsed
	}
	return nil
}
