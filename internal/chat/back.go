package chat

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"slices"
	"time"

	"tincan/internal/invite"
	"tincan/internal/mailbox"
	"tincan/internal/seal"
)

// maxReturns is how many of one side there are under one ticket in the mailbox, and of a side that has nothing left.
const maxReturns = 8

// maxRead is how many returns are remembered that have lain in the mailbox: all that can lie there at one time, under
// two tickets, and as many that have expired.
const maxRead = 4 * maxReturns

// Saved is what a page keeps of a chat, to come back to it after a reload. Who has it may do so as well.
type Saved struct {
	Ticket  string // base64url of 32 bytes
	Inviter bool
	Mailbox bool // the two have met by way of the mailbox
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

// returns is what a chat knows of coming back (PROTOCOL.md §4.2): both sides tell each other a card
// and a key, and shake hands anew on the line of the two cards. One of them may have nothing left
// of the chat but its ticket. It makes no other line before it is back, so what it does is that of
// any chat before it is open. The other goes on with the chat as it was, beside all this.
type returns struct {
	now  *back // ours, at a side that has nothing left
	next *told // of the other side, for which another of ours is being made; nil while none is
	mail returnMail

	before seal.Ticket // of the session before, until the other side is certain to have the one of this
	known  time.Time   // since when it is
	untold bool        // the other side has not shown that it is back, so the person is not told
	anew   bool        // and this chat was not open before

	own    []invite.Code
	used   []invite.Code // those of the other side
	read   []invite.Code // those that have lain in the mailbox
	held   invite.Code   // one that came while the line carries
	heldAt time.Time
}

// back is a return of ours, on the line of its card.
type back struct {
	ticket seal.Ticket
	keys   *seal.KeyPair
	code   invite.Code // kind, key and box
	theirs *told       // what it is paired with; nil while it waits
	stream *stream     // at a side that has the chat still: the frames of the line
}

// told is a return of the other side that could be opened.
type told struct {
	code  invite.Code
	names []byte // how the key of the one that it answers begins
	card  card
}

// fresh tells whether it answers none.
func (t *told) fresh() bool { return string(t.names) == string(make([]byte, namesSize)) }

// answers tells whether it answers that one of ours.
func (t *told) answers(own invite.Code) bool { return bytes.HasPrefix(own[1:], t.names) }

func (b *back) wipe() {
	b.ticket.Wipe()
	if b.keys != nil {
		b.keys.Wipe()
	}
	if b.stream != nil {
		b.stream.wipe()
	}
}

func (r *returns) wipe() {
	if r.now != nil {
		r.now.wipe()
	}
	r.before.Wipe()
}

// Saved is what to keep of this chat. There is nothing before it is open.
func (s *Session) Saved() (saved Saved, err error) {
	err = s.call(func(context.Context) error {
		switch {
		case s.stream.frames == nil:
			return fail(CodeNotOpen, nil)
		case s.phase == leaving:
			return fail(CodeEnded, nil)
		}
		ticket := s.stream.frames.Ticket()
		defer ticket.Wipe()
		secret := ticket.Bytes()
		if s.meet.returns.untold {
			secret = s.meet.returns.before.Bytes() // the other side may not have the next
		}
		saved = Saved{ticketText.EncodeToString(secret[:]), s.meet.role == seal.Inviter, s.lines.courier.client != nil}
		return nil
	})
	return saved, err
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
	s.meet.returns.now = &back{ticket: ticket}
	if err := s.makeReturn(ctx, config, saved.Mailbox); err != nil {
		s.abandon()
		return nil, asError(err)
	}
	s.begin()
	return s, nil
}

// makeReturn makes the return of a side that has nothing left of the chat.
func (s *Session) makeReturn(ctx context.Context, config Config, mailed bool) error {
	b, l := s.meet.returns.now, s.lines.now
	if mailed && config.usesMailbox() {
		s.meet.returns.mail = returnMail{client: mailbox.NewClient(config.Mailbox, true), began: time.Now()}
	}
	text, err := l.conn.Offer(ctx)
	if err != nil {
		return err
	}
	if err := l.describe(text, s.meet.loopback); err != nil {
		return err
	}
	if err := s.sealReturn(b, l, nil); err != nil {
		return err
	}
	s.link = newLink(config.Site, b.code)
	s.link.GoodFor = l.conn.Findings().GoodFor
	return s.checkAddresses(l.own.description)
}

// namesSize is the length of what a return says of the one that it answers: how that one's key begins.
const namesSize = 8

// sealReturn makes our return, in answer to that of the other side or to none. A key pair seals one alone, and
// another is made where its text would end in a mark.
func (s *Session) sealReturn(b *back, l *line, theirs *told) error {
	names := make([]byte, namesSize)
	if theirs != nil {
		x, _ := theirs.code.Sealed()
		copy(names, x[:])
	}
	for {
		var err error
		if b.keys, err = seal.GenerateKeyPair(rand.Reader); err != nil {
			return err
		}
		x, box, err := seal.SealReturn(s.meet.role, b.ticket, b.keys, append(names[:namesSize:namesSize], l.own.packed...))
		if err != nil {
			return err
		}
		if b.code = invite.NewRepair(theirs != nil, x, box); !b.code.EndsInMark() {
			s.meet.returns.own = append(s.meet.returns.own, b.code)
			return nil
		}
		b.keys.Wipe()
	}
}

// open opens a return of the other side.
func (b *back) open(m *meeting, code invite.Code) (*told, error) {
	x, box := code.Sealed()
	plain, err := seal.OpenReturn(m.role, b.ticket, x, box)
	if err != nil {
		return nil, fail(CodeWrongChat, err)
	}
	if len(plain) <= namesSize {
		return nil, fail(CodeMalformed, nil)
	}
	t := &told{code: code, names: plain[:namesSize], card: card{packed: plain[namesSize:]}}
	if t.card.description, err = invite.ParseCard(t.card.packed, m.loopback); err != nil {
		return nil, fail(CodeMalformed, err)
	}
	return t, nil
}

// pair begins the handshake of our return with one of the other side.
func (b *back) pair(role seal.Role, theirs *told, ours feature) (*stream, error) {
	codeI, codeJ := b.code, theirs.code
	if role == seal.Joiner {
		codeI, codeJ = theirs.code, b.code
	}
	x, _ := theirs.code.Sealed()
	// Without the kind, which is another in a mailbox.
	handshake, err := seal.NewReturn(rand.Reader, role, b.ticket, b.keys, x, codeI[1:], codeJ[1:])
	if err != nil {
		return nil, fail(CodeMalformed, err)
	}
	b.theirs = theirs
	next := &stream{handshake: handshake, can: abilities{ours, featureCards | featureReload}}
	next.first, err = handshake.Start() // nil for the inviter
	return next, err
}

// seen says what is wrong with a return that is ours, or was taken. By the mailbox its kind is another than by hand.
func (r *returns) seen(code invite.Code) error {
	is := func(c invite.Code) bool { return bytes.Equal(c[1:], code[1:]) }
	if slices.ContainsFunc(r.own, is) {
		return fail(CodeOwnRepair, nil)
	}
	if slices.ContainsFunc(r.used, is) {
		return fail(CodeAlreadyUsed, nil)
	}
	return nil
}

// forget has a return of the other side count as never taken, since nothing could be made of it.
func (r *returns) forget(code invite.Code) {
	r.used, r.read = without(r.used, code), without(r.read, code)
}

// acceptReturn takes a return of the other side, at a side that has nothing left of the chat. void says that a newer one
// is there, so that it counts only if it answers ours. If it returns errLater, answer is called later.
func (s *Session) acceptReturn(code invite.Code, void bool, answer func(error)) error {
	if !code.IsRepair() {
		return fail(CodeWantRepair, nil)
	}
	r, b := &s.meet.returns, s.meet.returns.now
	if err := r.seen(code); err != nil {
		return err
	}
	theirs, err := b.open(&s.meet, code)
	switch {
	case err != nil:
		return err
	case theirs.fresh() && void:
		return fail(CodeAlreadyUsed, nil)
	case b.theirs == nil && (theirs.fresh() || theirs.answers(b.code)):
		return s.meetAgain(theirs, answer)
	case !theirs.fresh() && (b.theirs == nil || !slices.ContainsFunc(r.own, theirs.answers)):
		return fail(CodeAlreadyUsed, nil) // it answers one that we have lost with an earlier reload, or given up
	case r.mail.client == nil || len(r.own) >= maxReturns:
		return stop{ReasonLost, fail(CodeAlreadyUsed, nil)} // our card is used up, and nobody would bring another
	}
	s.returnAgain(theirs)
	return nil
}

// meetAgain looks for the other side with its return and ours.
func (s *Session) meetAgain(theirs *told, answer func(error)) error {
	r, b, l := &s.meet.returns, s.meet.returns.now, s.lines.now
	next, err := b.pair(s.meet.role, theirs, s.stream.can.ours)
	if err != nil {
		return err
	}
	r.used = append(r.used, theirs.code)
	text := l.answer(s.meet.role, s.meet.tried(theirs.card.description))
	s.work.ask(func(ctx context.Context) func() error {
		err := l.conn.Accept(ctx, text)
		return func() error {
			switch {
			case l.gone: // another return has taken its place
				next.wipe()
			case err != nil:
				next.wipe()
				return answerTo(handedIn{answer: answer}, stop{ReasonLost, fail(CodeMalformed, err)})
			default:
				s.stream, s.look.remote = *next, theirs.card.description
				s.lines.carry(l)
				s.enter(looking, time.Now())
			}
			answer(nil)
			return nil
		}
	})
	return errLater
}

// returnAgain makes another return at a side that has nothing left of the chat, and whose card is used up: the other side
// was reloaded since, or has paired its own otherwise. Ours answers theirs if that is fresh, and is fresh otherwise. A
// newer one that comes meanwhile takes the place of theirs.
func (s *Session) returnAgain(theirs *told) {
	r, b := &s.meet.returns, s.meet.returns.now
	making := r.next != nil
	if r.next = theirs; making {
		return
	}
	s.makeCard(0, time.Now(), func(l *line) {
		if r.now != b { // the two are back already
			if l != nil {
				s.lines.drop(l)
			}
			return
		}
		theirs, answered := r.next, r.next
		if r.next = nil; !theirs.fresh() {
			answered = nil
		}
		if l == nil || s.sealReturn(b, l, answered) != nil {
			r.forget(theirs.code)
			return
		}
		now, old := time.Now(), s.stream
		s.lines.drop(s.lines.now)
		s.lines.change(l)
		l.resumed, b.theirs, s.stream = true, nil, stream{can: abilities{ours: old.can.ours}}
		old.wipe()
		if answered == nil || s.meetAgain(answered, func(error) {}) != errLater {
			s.enter(waiting, now)
		}
		s.diary.note("another return is made")
		r.mail.began, r.mail.due, r.mail.left = now, now, time.Time{}
		s.sendReturn(now)
	})
}
