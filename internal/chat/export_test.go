package chat

import (
	"context"
	"strings"
	"time"

	"tincan/internal/invite"
	"tincan/internal/peer"
	"tincan/internal/seal"
)

// Speaker seals and opens the other end's frames. Tests give and get bodies without signatures: the
// last frame of a message gets the right one here, and loses it again once it is checked.
type Speaker struct {
	*seal.Frames
	said, heard []byte // of the message that is under way
	signatures  map[string]seal.Signature
}

// NewSpeaker takes the frames over; nil for nil.
func NewSpeaker(s *seal.Frames) *Speaker {
	if s == nil {
		return nil
	}
	return &Speaker{Frames: s, signatures: map[string]seal.Signature{}}
}

// Seal signs what is to be signed; Frames.Seal does not.
func (s *Speaker) Seal(body []byte) ([]byte, error) {
	if len(body) > 0 && (body[0] == typeMore || frame{kind: body[0]}.signed()) {
		s.said = append(s.said, body[1:]...)
	}
	if len(body) > 0 && (frame{kind: body[0]}).signed() {
		signature, err := s.Sign(body[0], s.said)
		if err != nil {
			return nil, err
		}
		s.signatures[string(s.said)], s.said = signature, nil
		body = append(append([]byte{body[0]}, signature[:]...), body[1:]...)
	}
	return s.Frames.Seal(body)
}

// Open returns a body without its signature, which was right.
func (s *Speaker) Open(wire []byte) ([]byte, error) {
	body, err := s.Frames.Open(wire)
	if err != nil {
		return nil, err
	}
	f, err := parseFrame(body)
	if err != nil {
		return nil, err
	}
	if f.kind == typeMore || f.signed() {
		s.heard = append(s.heard, f.content...)
	}
	if f.signed() {
		if err := s.Verify(f.kind, s.heard, f.signature); err != nil {
			return nil, err
		}
		s.heard = nil
	}
	return append([]byte{f.kind}, f.content...), nil
}

// Vanish ends a session as a reload does: its channel closes, and nobody says goodbye.
func (s *Session) Vanish() {
	_ = s.call(func(context.Context) error { return stop{reason: ReasonClosed} })
	<-s.ended
}

// mangler changes what it sends.
type mangler struct {
	connection
	mangle func([]byte) []byte
}

func (m mangler) Send(ctx context.Context, message []byte) error {
	if message = m.mangle(message); message == nil {
		return nil
	}
	return m.connection.Send(ctx, message)
}

// Mangling has a session send other messages than it would: none where mangle returns nil. Other changes go before it.
func Mangling(mangle func([]byte) []byte) Change {
	return func(c *Config) {
		dial := c.dial
		c.dial = func(way peer.Config) (connection, error) {
			conn, err := dial(way)
			return mangler{conn, mangle}, err
		}
	}
}

// A Change makes a Config that of a test.
type Change func(*Config)

// LinkPrefixes are what a link and its QR text begin with.
func LinkPrefixes(site string) (link, qr string) {
	code := invite.Code{0x89}
	l := newLink(site, code)
	return strings.TrimSuffix(l.Link, code.LinkText()), strings.TrimSuffix(l.QR, code.QRText())
}

// MailClock says how mailboxes are asked in a test.
type MailClock struct {
	Rarely bool          // a session has no reason of its own to ask for minutes
	Over   time.Duration // ask up to this age of the link
	Gone   time.Duration // replies have expired after this
	AtOnce bool          // AskNow waits for nothing but what is on the road
}

// Clock makes seconds at the mailbox pass in fiftieths.
func (m MailClock) Clock(c *Config) {
	fast := usual
	fast.tick = 10 * time.Millisecond
	fast.mail.first = []time.Duration{20 * time.Millisecond}
	fast.mail.often, fast.mail.less, fast.mail.again = 40*time.Millisecond, 40*time.Millisecond, 5*time.Millisecond
	if m.Rarely {
		fast.mail.first, fast.mail.often = nil, 10*time.Minute
	}
	if m.Over > 0 {
		fast.mail.over = m.Over
	}
	if m.Gone > 0 {
		fast.mail.gone = m.Gone
	}
	if m.AtOnce {
		fast.mail.again = 0
	}
	c.timing = &fast
}

// Visits are the ages of the link at which a mailbox is asked on that answers each
// time with err, delay after it was asked, up to an hour. The session has met the
// other one if met. Its clock ticks late by so much.
func Visits(role seal.Role, met bool, err error, delay, late time.Duration) (ages []time.Duration) {
	e := newErrands("http://192.0.2.1", true, seal.NewLinkSecret([16]byte{1}), &usual.mail)
	var p post = &leaver{errands: e}
	if role == seal.Inviter {
		p = &fetcher{errands: e}
	}
	p.start(began)
	if met {
		p.meet(began)
		p.(*fetcher).keepWatch(began, 0)
	}
	var back time.Time
	visit := func(now time.Time) {
		if p.due(now) {
			ages = append(ages, now.Sub(began))
			e.away, back = true, now.Add(delay)
		}
	}
	visit(began)
	for tick := began.Add(usual.tick + late); tick.Before(began.Add(time.Hour)); tick = tick.Add(usual.tick) {
		for e.away && !back.After(tick) {
			at, r := back, returned{errand: e.next, err: err}
			p.brought(r, at)
			p.plan(r, at)
			visit(at)
		}
		visit(tick)
	}
	return ages
}

// NextAsk is the schedule.
func NextAsk(age time.Duration) time.Duration { return usual.mail.next(age) }

// Quick makes a second of the usual timing a fiftieth of one.
func Quick(c *Config) {
	quick := usual
	for _, d := range []*time.Duration{
		&quick.tick, &quick.ack, &quick.heard, &quick.silence, &quick.lines.card, &quick.lines.pair, &quick.lines.last, &quick.lines.stale, &quick.lines.answer, &quick.lines.mail, &quick.lines.pause, &quick.lines.ticket,
		&quick.mail.often, &quick.mail.until, &quick.mail.less, &quick.mail.over, &quick.mail.again, &quick.mail.away, &quick.mail.gone, &quick.mail.span,
	} {
		*d /= 50
	}
	quick.lines.resume /= 10 // pion needs as long for its first packets, whatever the time
	quick.mail.first = []time.Duration{20 * time.Millisecond, 40 * time.Millisecond, 60 * time.Millisecond}
	c.timing = &quick
}
