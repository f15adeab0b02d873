// Package chat is one chat between two people: START HERE.
//
// Create makes an invite and waits for its reply; Join answers an invite.
// Both return a Session, which has methods such as Send and Close, and tells what
// happens as events, which Next returns. Inside it one goroutine, run, owns the keys
// and takes all decisions; two more carry messages between run and the connection.
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
	maxTold     = 32  // different second replies that the person is warned of
	maxUnacked  = 64  // frames under way without an ack
	ackEvery    = 16  // frames received before an ack must go out
	maxIdle     = 256 // frames that say nothing (heards, typing, unknown types) in a row, while more wait unread
	maxWaiting  = 1024
	maxOutgoing = 4 << 20 // bytes of messages that wait for their turn

	// maxHeldUp is by how much silence raises maxIdle at most, one for each second of it. No honest
	// side has more of these frames under way: a channel takes 1 MiB, and none is below 272 bytes.
	maxHeldUp = 4096
)

// Config says where links lead and how addresses are found. The zero value
// makes bare codes and asks no server.
type Config struct {
	// Site is what links begin with, up to the "#"; empty for bare codes.
	Site string
	// Network says which ways are tried.
	Network Network
	// Mailbox is the origin, such as https://chat.example, of a mailbox in which the reply
	// may wait. If it is empty, or the mode is ModeLocal, the reply is passed on by hand.
	// An inviter gives the origin that Site leads to. A joiner's mailbox is used only if the
	// invite says that there is one. Loopback and link-local addresses are refused to a
	// joiner unless Loopback is set, because somebody else chose the link.
	Mailbox string
	// Loopback offers and accepts loopback addresses too: the page is served on one.
	Loopback bool
	// LoopbackOnly offers loopback addresses alone, tries no others of those that the other
	// side names, and lets no packet leave this computer. Browsers cannot do this.
	LoopbackOnly bool
	// Files says that the front can send and keep files. Without it nobody offers one to us.
	Files bool
	// Diary, if it is set, gets a line for each step on the way to the other person.
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
	return twoChannels{conn}, nil
}

// understands is what this side says that it understands.
func (c Config) understands() feature {
	if c.Files {
		return ourFeatures | featureFiles
	}
	return ourFeatures
}

// cards is how many cards wait. One with a relay keeps a place there, so that is one alone.
func (c Config) cards() int {
	if len(c.Network.TURN) > 0 {
		return 1
	}
	return wantedCards
}

// Session is one chat, from the invite to the end. Its methods may be called
// from any goroutine.
type Session struct {
	link   Link
	events *eventQueue
	calls  chan request // what the methods ask for, carried out inside run
	ended  chan struct{}

	// The fields below belong to run: no other goroutine reads or writes them.

	stage
	timing *timing
	diary  *Diary
	meet   meeting
	post   post // nil where the reply goes by hand alone
	lines  lines
	stream stream
	texts
	look   outlook
	typing typing
	work   work
}

// Create makes an invite. It takes as long as finding an address does, at most
// about two seconds. ctx limits Create alone: the session goes on after it.
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

// Join answers an invite, given as text in any form that Find reads. The reply is
// what Link returns. The inviter hears nothing of it before the reply arrives there.
func Join(ctx context.Context, config Config, text string) (*Session, error) {
	code, err := invite.Find(text)
	if err != nil {
		return nil, textError(err)
	}
	switch {
	case code.IsRepair():
		return nil, fail(CodeWrongChat, nil)
	case !code.IsInvite():
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
	waits := way
	waits.Waits = true
	conn, err := config.connect(way)
	if errors.Is(err, peer.ErrUnavailable) {
		return nil, fail(CodeNoWebRTC, err)
	} else if err != nil {
		return nil, fail(CodeInternal, err)
	}
	s := &Session{
		timing: config.timing, diary: config.Diary, lines: newLines(func() (connection, error) { return config.connect(waits) }, conn, config.cards()),
		meet:   meeting{role: role, keys: keys, loopback: config.Loopback, confined: config.LoopbackOnly},
		look:   newOutlook(config.Network, config.timing),
		work:   newWork(),
		stream: stream{can: abilities{ours: config.understands()}},
		texts:  newTexts(role),
		events: newEventQueue(), calls: make(chan request), ended: make(chan struct{}),
	}
	s.lines.hand.site = config.Site
	if config.dial == nil {
		s.lines.ask = peer.Routes
	}
	return s, nil
}

func (s *Session) makeInvite(ctx context.Context, config Config) error {
	text, err := s.lines.now.conn.Offer(ctx)
	if err != nil {
		return err
	}
	mailbox := config.Site != "" && config.usesMailbox() // a bare code does not say where a mailbox is
	offer, err := s.meet.offer(text, mailbox)
	if err != nil {
		return err
	}
	if mailbox {
		s.post = &fetcher{errands: newErrands(config.Mailbox, true, s.meet.secret, &s.timing.mail)}
	}
	s.link = newLink(config.Site, s.meet.invite)
	if offer.Public() {
		s.link.GoodFor = s.lines.now.conn.Findings().GoodFor
	}
	return s.checkAddresses(offer)
}

func (s *Session) makeReply(ctx context.Context, config Config, inv invite.Invite) error {
	text, err := s.lines.now.conn.Answer(ctx, s.meet.tried(inv.Offer).SDP(sdp.Offer, "0"))
	if err != nil {
		return err
	}
	answer, handshake, err := s.meet.answer(text, inv)
	if err != nil {
		return err
	}
	s.stream.handshake = handshake
	// Making M1 takes time, of which there is plenty now, and none when the channel opens.
	if s.stream.first, err = handshake.Start(); err != nil {
		return err
	}
	if inv.Mailbox && config.usesMailbox() {
		s.post = &leaver{errands: newErrands(config.Mailbox, s.meet.loopback, s.meet.secret, &s.timing.mail)}
	}
	s.link = newLink(config.Site, s.meet.reply)
	s.look.remote, s.look.lonely = inv.Offer, s.post == nil // with a mailbox, its state tells that nobody has come
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

// abandon lets go of a session whose invite or reply could not be made.
func (s *Session) abandon() {
	s.wipe()
	s.lines.close()
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

// Accept applies the reply to our invite. offered says that the person has not handed
// the reply in here: it came from another tab, say, and may belong to anybody. Such a reply
// is not counted as a try if it cannot be used, and if it is a second reply, a Problem with
// CodeSecondReply follows, once for each. After an error everything is as it was, except
// that the tenth different reply that a person hands in and that cannot be used ends the
// session.
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

// Send takes a text of 1 to MaxText bytes of UTF-8 and returns its number. Delivered
// follows with this number, or Failed with ref. A text that holds another reply to our
// invite is refused with CodeSecondReply: it was meant for Accept, not for the other person.
func (s *Session) Send(ref, text string) (id uint64, err error) {
	err = s.call(func(context.Context) error {
		id, err = s.queue(ref, text)
		return err
	})
	return id, err
}

// Typing tells the other person that this one is writing. It does nothing within 4 s after
// the last time, or while frames of ours are still under way.
func (s *Session) Typing() {
	_ = s.call(func(context.Context) error {
		if s.phase == open && s.stream.quiet() {
			s.typing.write()
		}
		return nil
	})
}

// Verify records what came of comparing the safety words. If they differ, the other side
// is told why the chat ends, the keys are wiped as soon as that is sealed, and the session
// ends. If they match, nobody else can be the person who is meant, so the mailbox is not
// watched for second replies any longer.
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

// Leave ends the session because its person leaves. It says goodbye, and returns when no
// goroutine of the session is left, within 3 s. A second call ends it without waiting for
// the other side.
func (s *Session) Leave() error { return s.end(byeLeft) }

// Close is Leave because the page or the program is closed.
func (s *Session) Close() error { return s.end(byeClosed) }

func (s *Session) end(why byte) error {
	_ = s.call(func(context.Context) error { return s.goodbye(ReasonClosed, why) })
	<-s.ended
	return nil
}

// goodbye has our bye sent; the other side closes the connection when it has it. If there
// is nobody to say goodbye to yet, or it has been said, the session ends at once.
func (s *Session) goodbye(reason Reason, why byte) error {
	if s.phase == leaving {
		return stop{reason: s.ending}
	}
	if !s.phase.opened() || s.lines.now == nil {
		return stop{reason: reason}
	}
	s.ending = reason
	s.enter(leaving, time.Now())
	s.stream.bye(why)
	return nil
}

// stop is an error that ends the session. The caller of the method in which it happened
// gets err, which may be nil.
type stop struct {
	reason Reason
	err    error
}

func (s stop) Error() string { return "chat: " + string(s.reason) }

// request is what a method asks run to do.
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
