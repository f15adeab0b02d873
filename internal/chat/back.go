package chat

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"time"

	"tincan/internal/invite"
	"tincan/internal/mailbox"
	"tincan/internal/peer"
	"tincan/internal/sdp"
	"tincan/internal/seal"
)

// Saved is what a page keeps of a chat, to come back to it after a reload. Who has it may do so as well.
type Saved struct {
	Ticket  string // base64url of 32 bytes
	Inviter bool
	Mailbox bool // the two have met by way of the mailbox
}

// back is a return to a chat whose page was reloaded (PROTOCOL.md §4.2): both sides tell each
// other a card and a key, and shake hands anew. One of them has nothing left of the chat but its ticket.
type back struct {
	ticket seal.Ticket
	keys   *seal.KeyPair
	code   invite.Code // our return
	used   invite.Code // the other side's

	mail   errandBack // at the side that has nothing left
	line   *line      // at the side that has the chat still: the line of the return,
	before *stream    // and its frames until the new ones carry the chat
}

// Saved is what to keep of this chat. There is nothing before it is open.
func (s *Session) Saved() (saved Saved, err error) {
	err = s.call(func(context.Context) error {
		if s.stream.frames == nil {
			return fail(CodeNotOpen, nil)
		}
		ticket := s.stream.frames.Ticket()
		defer ticket.Wipe()
		secret := ticket.Bytes()
		saved = Saved{ticketText.EncodeToString(secret[:]), s.meet.role == seal.Inviter, s.lines.courier.client != nil}
		return nil
	})
	return saved, err
}

var ticketText = base64.RawURLEncoding.Strict()

// ticket is the one that was kept, or CodeMalformed.
func (saved Saved) ticket() (seal.Ticket, error) {
	secret, err := ticketText.DecodeString(saved.Ticket)
	if err != nil || len(secret) != 32 {
		return seal.Ticket{}, fail(CodeMalformed, nil)
	}
	return seal.NewTicket([32]byte(secret)), nil
}

// Return comes back to a chat of which a page has kept saved. Link is what the other side is to
// be sent, unless it comes by the mailbox, and Accept takes what they send back. Back follows on
// Opened. What cannot be a ticket is CodeMalformed.
func Return(ctx context.Context, config Config, saved Saved) (*Session, error) {
	role := seal.Joiner
	if saved.Inviter {
		role = seal.Inviter
	}
	ticket, err := saved.ticket()
	if err != nil {
		return nil, err
	}
	s, err := newSession(config, role)
	if err != nil {
		return nil, err
	}
	if err := s.makeReturn(ctx, config, ticket, saved.Mailbox); err != nil {
		s.abandon()
		return nil, asError(err)
	}
	s.begin()
	return s, nil
}

// makeReturn makes the return of a side that has nothing left of the chat.
func (s *Session) makeReturn(ctx context.Context, config Config, ticket seal.Ticket, mailed bool) error {
	b := &back{ticket: ticket, keys: s.meet.keys}
	s.meet.back = b
	if mailed && config.usesMailbox() {
		b.mail.client, b.mail.began = mailbox.NewClient(config.Mailbox, true), time.Now()
		rand.Read(b.mail.claim[:]) // never fails: it would end the program
	}
	text, err := s.lines.now.conn.Offer(ctx)
	if err != nil {
		return err
	}
	if err := s.lines.now.describe(text, s.meet.loopback); err != nil {
		return err
	}
	if err := s.meet.back.seal(s.meet.role, s.lines.now.own.packed, false); err != nil {
		return err
	}
	s.link = newLink(config.Site, s.meet.back.code)
	s.link.GoodFor = s.lines.now.conn.Findings().GoodFor
	return nil
}

// errandBack passes returns through the mailbox. Each side leaves its own in the place of a number, which both count: a
// place may be taken by a return that its side has lost by another reload.
type errandBack struct {
	client *mailbox.Client // nil where it goes by hand alone
	claim  mailbox.Claim
	k      uint32
	began  time.Time
	due    time.Time
	left   time.Time // since when ours lies there; zero before
	away   bool
}

// sendReturn leaves our return in the mailbox and asks for the other side's.
func (s *Session) sendReturn(now time.Time) {
	b := s.meet.back
	m := &b.mail
	if m.client == nil || m.away || now.Before(m.due) {
		return
	}
	m.away = true
	put := m.left.IsZero() || now.Sub(m.left) >= s.timing.mail.gone
	own, theirs := b.slots(s.meet.role, m.k)
	client, claim, code := m.client, m.claim, b.code.InMailbox()
	s.work.ask(func(ctx context.Context) func() error {
		var left error
		if put {
			left = client.Put(ctx, own, code)
		}
		taken, err := fetch(ctx, client, theirs, claim)
		return func() error {
			now := time.Now()
			m.away = false
			switch {
			case put && left == nil:
				m.left = now
			case errors.Is(left, mailbox.ErrOccupied) && m.k < maxReturns:
				m.k++
				return nil // at once at the next tick
			}
			if next := s.timing.mail.next(now.Sub(m.began) + mailbox.RetryAfter(err)); next > 0 {
				m.due = m.began.Add(next)
			} else {
				m.client = nil
			}
			if code, ok := invite.FromMailbox(taken); ok && s.phase == waiting {
				if end, is := s.acceptReturn(code, func(error) {}).(stop); is {
					return end
				}
			}
			return nil
		}
	})
}

// slots are the places of our return and of the other side's.
func (b *back) slots(role seal.Role, k uint32) (own, theirs mailbox.Slot) {
	return mailbox.Slot(seal.ReturnSlot(b.ticket, role, k)), mailbox.Slot(seal.ReturnSlot(b.ticket, seal.Inviter+seal.Joiner-role, k))
}

// seal makes our return. A key pair seals one alone, so another is made if its text ended in a mark.
func (b *back) seal(role seal.Role, packed []byte, answers bool) error {
	for {
		x, box, err := seal.SealReturn(role, b.ticket, b.keys, append(make([]byte, 8), packed...))
		if err != nil {
			return err
		}
		if b.code = invite.NewRepair(answers, x, box); !b.code.EndsInMark() {
			return nil
		}
		b.keys.Wipe()
		pair, err := seal.GenerateKeyPair(rand.Reader)
		if err != nil {
			return err
		}
		*b.keys = *pair
	}
}

// open opens a return of the other side.
func (b *back) open(role seal.Role, code invite.Code, loopback bool) (sdp.Description, error) {
	x, box := code.Sealed()
	plain, err := seal.OpenReturn(role, b.ticket, x, box)
	if err != nil || len(plain) < 9 || !bytes.Equal(plain[:8], make([]byte, 8)) {
		return sdp.Description{}, fail(CodeWrongChat, err)
	}
	description, err := invite.ParseCard(plain[8:], loopback)
	if err != nil {
		return sdp.Description{}, textError(err)
	}
	return description, nil
}

// handshake begins when both returns are there.
func (b *back) handshake(role seal.Role, code invite.Code) (*seal.Handshake, error) {
	codeI, codeJ := b.code, code
	if role == seal.Joiner {
		codeI, codeJ = code, b.code
	}
	x, _ := code.Sealed()
	// Without the kind, which is another in a mailbox.
	return seal.NewReturn(rand.Reader, role, b.ticket, b.keys, x, codeI[1:], codeJ[1:])
}

// acceptReturn takes the other side's return, at a side that has nothing left of the chat.
func (s *Session) acceptReturn(code invite.Code, answer func(error)) error {
	b := s.meet.back
	switch {
	case !code.IsRepair():
		return fail(CodeWantRepair, nil)
	case bytes.Equal(b.code, code):
		return fail(CodeOwnRepair, nil)
	case bytes.Equal(b.used, code):
		return fail(CodeAlreadyUsed, nil)
	}
	description, err := b.open(s.meet.role, code, s.meet.loopback)
	if err != nil {
		return err
	}
	stream, err := b.begin(s.meet.role, code)
	if err != nil {
		return err
	}
	l := s.lines.now
	text := l.answer(s.meet.role, s.meet.tried(description))
	b.used = code
	s.work.ask(func(ctx context.Context) func() error {
		err := l.conn.Accept(ctx, text)
		return func() error {
			switch {
			case errors.Is(err, peer.ErrDescription):
				b.used = nil
				stream.wipe()
				answer(fail(CodeMalformed, err))
				return nil
			case err != nil:
				return answerTo(handedIn{answer: answer}, stop{ReasonInternal, fail(CodeInternal, err)})
			}
			s.stream, s.look.remote = *stream, description
			s.lines.carry(l)
			s.enter(looking, time.Now())
			answer(nil)
			return nil
		}
	})
	return errLater
}

// begin is the stream of a chat come back to, before its handshake.
func (b *back) begin(role seal.Role, code invite.Code) (*stream, error) {
	handshake, err := b.handshake(role, code)
	if err != nil {
		return nil, fail(CodeMalformed, err)
	}
	next := &stream{handshake: handshake}
	next.first, err = handshake.Start() // nil for the inviter
	return next, err
}

// maxReturns is how often in a row a page may be reloaded before it has come back.
const maxReturns = 8

// comeBack answers the return of the other side, which has nothing left of the chat. answer is
// called with ours.
func (s *Session) comeBack(code invite.Code, now time.Time, answer func(invite.Code)) error {
	b := &back{ticket: s.stream.frames.Ticket()}
	description, err := b.open(s.meet.role, code, s.meet.loopback)
	if err != nil {
		return err
	}
	if b.keys, err = seal.GenerateKeyPair(rand.Reader); err != nil {
		return fail(CodeInternal, err)
	}
	n, ok := s.lines.number()
	if !ok {
		return fail(CodeInternal, nil)
	}
	s.wake(now)
	s.lines.hand.used = append(s.lines.hand.used, code)
	s.meet.back = b
	s.makeCard(n, now, func(l *line) {
		if l == nil || s.meet.back != b || !s.phase.broken() {
			return
		}
		err := b.seal(s.meet.role, l.own.packed, true)
		var next *stream
		if err == nil {
			next, err = b.begin(s.meet.role, code)
		}
		if err != nil {
			s.lines.drop(l)
			return
		}
		b.line, l.again = l, next
		s.diary.note("the other side comes back")
		s.try(l, card{packed: code, description: description}, time.Now())
		answer(b.code)
	})
	return nil
}

// shakeAgain goes over to the line of a return, whose channel is open.
func (s *Session) shakeAgain(l *line, now time.Time) {
	old := s.stream
	s.meet.back.before = &old
	s.lines.change(l)
	if s.lines.before != nil {
		s.lines.drop(s.lines.before)
	}
	l.resumed = true // no resume is sent here
	s.stream = *l.again
	s.stream.begin(now)
	s.enter(shaking, now)
}

// stayApart goes back to the frames of before when a return has failed.
func (s *Session) stayApart(now time.Time) {
	s.stream.wipe()
	s.stream, s.meet.back = *s.meet.back.before, nil
	s.stream.wire = nil
	s.lines.drop(s.lines.now)
	s.enter(apart, now)
}

// returns tells whether a failure now leaves the chat as it was before the return.
func (s *Session) returns() bool {
	return s.phase == shaking && s.meet.back != nil && s.meet.back.before != nil
}

// cameBack is called when the handshake of a return is done, and does nothing in a chat that is new.
// What was said and not acked is said again.
func (s *Session) cameBack() {
	b := s.meet.back
	if b == nil {
		s.events.push(Opened{Path: s.look.path(), SAS: s.stream.frames.SAS()})
		return
	}
	if b.before != nil {
		b.before.wipe()
	} else {
		s.events.push(Opened{Path: s.look.path(), SAS: s.stream.frames.SAS()})
	}
	s.events.push(Back{Path: s.look.path(), SAS: s.stream.frames.SAS()})
	b.ticket.Wipe()
	if b.mail.client != nil {
		s.lines.courier.client = b.mail.client
	}
	s.meet.back = nil
	s.out.again()
	s.in.incoming = assembly{}
	s.lines.renew()
}
