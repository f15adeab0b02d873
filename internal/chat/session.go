// Package chat is one chat between two people: START HERE.
//
// Create makes an invite and waits for its reply, Join answers an invite.
// Both give a Session: Send and Close go in, Next brings events out. What is
// in between is one goroutine, run, that owns the keys and decides everything;
// it reads and writes the peer connection through two more that only carry.
//
//	Create ── invite ──▶ Join        by hand: link, QR code
//	Accept ◀── reply ── Join
//	   └── peer: data channel ──┘    M1 M2 M3, then frames (PROTOCOL.md §3, §4)
package chat

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"tincan/internal/invite"
	"tincan/internal/peer"
	"tincan/internal/sdp"
	"tincan/internal/seal"
)

// Limits of PROTOCOL.md §5.
const (
	maxTries    = 10  // different replies that cannot be used
	maxTold     = 32  // replies of others that are warned of, one by one
	maxUnacked  = 64  // frames under way without an ack
	ackEvery    = 16  // frames received before an ack must go out
	maxIdle     = 256 // pings, typing and frames to ignore before we have caught up
	maxWaiting  = 1024
	maxOutgoing = 4 << 20 // bytes of messages that wait for their turn
)

// Config says where links lead and how addresses are found. The zero value
// makes bare codes and asks no server.
type Config struct {
	// Site is what links begin with, up to the "#"; empty for bare codes.
	Site string
	// Network says which ways are tried.
	Network Network
	// Mailbox is the origin, such as https://chat.example, whose mailbox the reply may
	// wait in; empty for by hand alone, as with ModeLocal. An inviter's is where Site
	// leads to. A joiner's is used only if the invite says that there is one, and if it
	// is neither this computer nor what is nearest to it, unless Loopback says so.
	Mailbox string
	// Loopback offers and accepts loopback addresses too: the page is served on one.
	Loopback bool
	// LoopbackOnly offers, and of what it accepts tries, loopback addresses alone, and has
	// no packet leave the computer. Browsers can't.
	LoopbackOnly bool
	// Diary, if set, is written.
	Diary *Diary

	// For tests: another network than this computer's, and another timing than the usual.
	dial   func(peer.Config) (connection, error)
	timing *timing
}

// connect makes this end of a connection.
func (c Config) connect(way peer.Config) (connection, error) {
	if c.dial != nil {
		return c.dial(way)
	}
	conn, err := peer.New(way)
	if err != nil {
		return nil, err
	}
	return conn, nil
}

// Session is one chat, from the invite to the end. Its methods may be called
// from any goroutine.
type Session struct {
	link   Link
	events *eventQueue
	calls  chan request // carried out inside run, which alone touches what follows
	ended  chan struct{}

	// Below here: run's alone.

	stage
	timing *timing
	diary  *Diary
	meet   meeting
	post   post // nil where the reply goes by hand alone
	line   line
	out    outbox
	in     inbox
	look   outlook
	typing typing
	work   work
}

// Create makes an invite. It takes as long as finding an address does, at most
// about two seconds. ctx ends the attempt, not the session.
func Create(ctx context.Context, config Config) (*Session, error) {
	s, err := newSession(config, seal.Inviter)
	if err != nil {
		return nil, err
	}
	if err := s.makeInvite(ctx, config); err != nil {
		s.abandon()
		return nil, asError(err)
	}
	s.begin()
	return s, nil
}

// Join answers an invite, given as text in any form Find takes. The reply is
// in Link; nothing is sent to anybody before it reaches the inviter.
func Join(ctx context.Context, config Config, text string) (*Session, error) {
	code, err := invite.Find(text)
	if err != nil {
		return nil, textError(err)
	}
	if !code.IsInvite() {
		return nil, fail(CodeWantInvite, nil)
	}
	inv, err := invite.ParseInvite(code, config.Loopback || config.LoopbackOnly)
	if err != nil {
		return nil, textError(err)
	}
	s, err := newSession(config, seal.Joiner)
	if err != nil {
		return nil, err
	}
	s.meet.invite, s.meet.secret = code, seal.NewLinkSecret(inv.Secret.Bytes())
	inv.Secret.Wipe()
	if err := s.makeReply(ctx, config, inv); err != nil {
		s.abandon()
		if errors.Is(err, seal.ErrInvalidKey) {
			return nil, fail(CodeMalformed, err)
		}
		return nil, asError(err)
	}
	s.begin()
	return s, nil
}

func newSession(config Config, role seal.Role) (*Session, error) {
	config.Loopback = config.Loopback || config.LoopbackOnly
	way, err := config.Network.peerConfig()
	if err != nil {
		return nil, err
	}
	keys, err := seal.GenerateKeyPair(rand.Reader)
	if err != nil {
		return nil, fail(CodeInternal, err)
	}
	if config.Network.Mode == "" {
		config.Network.Mode = ModeAll
	}
	if config.timing == nil {
		config.timing = &usual
	}
	if config.Diary == nil {
		config.Diary = NewDiary()
	}
	config.Diary.begin(role, config.Network)
	way.Loopback, way.LoopbackOnly, way.Note = config.Loopback, config.LoopbackOnly, config.Diary.note
	conn, err := config.connect(way)
	if errors.Is(err, peer.ErrUnavailable) {
		return nil, fail(CodeNoWebRTC, err)
	} else if err != nil {
		return nil, fail(CodeInternal, err)
	}
	return &Session{
		timing: config.timing, diary: config.Diary, line: line{conn: conn},
		meet:   meeting{role: role, keys: keys, loopback: config.Loopback, confined: config.LoopbackOnly},
		look:   newOutlook(config.Network, config.timing),
		work:   newWork(),
		events: newEventQueue(), calls: make(chan request), ended: make(chan struct{}),
	}, nil
}

func (s *Session) makeInvite(ctx context.Context, config Config) error {
	text, err := s.line.conn.Offer(ctx)
	if err != nil {
		return err
	}
	mailbox := config.Site != "" && config.usesMailbox() // a bare code does not say where
	offer, err := s.meet.offer(text, mailbox)
	if err != nil {
		return err
	}
	if mailbox {
		s.post = &fetcher{errands: newErrands(config.Mailbox, true, s.meet.secret, &s.timing.mail)}
	}
	s.link = newLink(config.Site, s.meet.invite)
	if offer.Public() {
		s.link.GoodFor = s.line.conn.Findings().GoodFor
	}
	return s.checkAddresses(offer)
}

func (s *Session) makeReply(ctx context.Context, config Config, inv invite.Invite) error {
	text, err := s.line.conn.Answer(ctx, s.meet.tried(inv.Offer).SDP(sdp.Offer, "0"))
	if err != nil {
		return err
	}
	answer, handshake, err := s.meet.answer(text, inv)
	if err != nil {
		return err
	}
	s.line.handshake = handshake
	// Made now, while there is nothing to do but wait, and not when the channel opens.
	if s.line.first, err = handshake.Start(); err != nil {
		return err
	}
	if inv.Mailbox && config.usesMailbox() {
		s.post = &leaver{errands: newErrands(config.Mailbox, s.meet.loopback, s.meet.secret, &s.timing.mail)}
	}
	s.link = newLink(config.Site, s.meet.reply)
	s.look.remote, s.look.lonely = inv.Offer, s.post == nil // else the mailbox's line says that nobody has come
	s.diary.candidates("the invite's", inv.Offer)
	return s.checkAddresses(answer)
}

// checkAddresses warns when the other side will have nothing to reach us by.
// It is no failure: an end without addresses can still reach one that has
// some, unless all it may do is ask a relay that isn't there.
func (s *Session) checkAddresses(d sdp.Description) error {
	s.look.began, s.look.goodFor = time.Now(), s.link.GoodFor
	s.diary.note("link made, candidates in it: " + count(d.Candidates))
	switch {
	case len(d.Candidates) > 0:
	case s.look.network.Mode == ModeRelay:
		return fail(CodeRelaySilent, nil)
	default:
		s.problem(CodeNoAddresses)
	}
	return nil
}

// abandon is for a session that never began.
func (s *Session) abandon() {
	s.wipe()
	_ = s.line.conn.Close()
}

func (s *Session) begin() {
	ctx, cancel := context.WithCancel(context.Background())
	now := time.Now()
	s.enter(waiting, now)
	s.startMail(now)
	go s.run(ctx, cancel)
}

// Link is the invite, or for who joined the reply, to hand over.
func (s *Session) Link() Link { return s.link }

// Next waits for the next event. It returns false after Closed, or when ctx is done.
func (s *Session) Next(ctx context.Context) (Event, bool) { return s.events.next(ctx) }

// Accept applies the reply to our invite. With offered, the reply came from
// elsewhere and may belong to anybody: one that cannot be used is not counted, and
// CodeSecondReply comes as an event too, once for each reply. Any error leaves
// everything as it was, but for the tenth different reply that could not be used.
func (s *Session) Accept(text string, offered bool) error {
	answer := make(chan error, 1)
	err := s.call(func(context.Context) error { return s.accept(text, offered, func(err error) { answer <- err }) })
	if err != errLater {
		return err
	}
	select {
	case err = <-answer:
		return err
	case <-s.ended:
	}
	select {
	case err = <-answer: // it was what ended the session
		return err
	default:
		return fail(CodeEnded, nil)
	}
}

// Send takes a text of 1 to MaxText bytes of UTF-8 and returns its number.
// Delivered or Failed follow, the latter with ref. Another reply to our invite is not
// sent: CodeSecondReply.
func (s *Session) Send(ref, text string) (id uint64, err error) {
	err = s.call(func(context.Context) error {
		id, err = s.queue(ref, text)
		return err
	})
	return id, err
}

// Typing tells the other person that this one is writing. What is sooner than 4 s after
// the last, or would have to wait for anything, is dropped.
func (s *Session) Typing() {
	_ = s.call(func(context.Context) error {
		if s.phase == open && s.line.quiet() {
			s.typing.write()
		}
		return nil
	})
}

// Verify records the comparison of the safety words; false wipes the keys and ends the chat
// as soon as the other side knows why, or could have known. With true
// nobody else can be the one who is meant, and the mailbox is not watched any longer.
func (s *Session) Verify(match bool) error {
	return s.call(func(context.Context) error {
		switch {
		case !s.phase.opened():
			return fail(CodeNotOpen, nil)
		case !match:
			return s.goodbye(ReasonDiffer, byeDiffer)
		}
		if f, ok := s.post.(*fetcher); ok {
			f.verify()
		}
		return nil
	})
}

// Leave ends the session because its person leaves: it says goodbye and returns when
// nothing of it runs any more, within 3 s. A second call does not wait for the other side.
func (s *Session) Leave() error { return s.end(byeLeft) }

// Close is Leave because the page or the program is closed.
func (s *Session) Close() error { return s.end(byeClosed) }

func (s *Session) end(why byte) error {
	_ = s.call(func(context.Context) error { return s.goodbye(ReasonClosed, why) })
	<-s.ended
	return nil
}

// goodbye has our bye sent, or ends the session where there is nobody to say it to, or it
// is said already. The other side closes the connection when it has it.
func (s *Session) goodbye(reason Reason, why byte) error {
	if s.phase == leaving {
		return stop{reason: s.ending}
	}
	if !s.phase.opened() {
		return stop{reason: reason}
	}
	s.ending = reason
	s.enter(leaving, time.Now())
	s.line.bye(why)
	return nil
}

// stop is an error that also ends the session. err, which may be nil, goes to
// the caller.
type stop struct {
	reason Reason
	err    error
}

func (s stop) Error() string { return "chat: " + string(s.reason) }

// request is a call of a method, carried out by run.
type request struct {
	do     func(context.Context) error
	result chan error
}

func (s *Session) call(do func(context.Context) error) error {
	r := request{do: do, result: make(chan error, 1)}
	select {
	case s.calls <- r:
		return <-r.result
	case <-s.ended:
		return fail(CodeEnded, nil)
	}
}
