package chat

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"tincan/internal/peer"
)

// arrival is what the reading goroutine brings: first that the channel is
// open, then its messages, or that the other side did what nothing of ours does.
type arrival struct {
	opened  bool
	message []byte
	foreign bool
}

// run is the session. It ends when loop does; what runs beside it ends with it.
func (s *Session) run(ctx context.Context) {
	in, out := make(chan arrival, ackEvery), make(chan []byte)
	var carriers sync.WaitGroup
	reason := s.loop(ctx, in, out, &carriers, func() {
		carriers.Go(func() { s.carryIn(ctx, in) })
		carriers.Go(func() { s.carryOut(ctx, out) })
	})
	for _, m := range s.out.rest() {
		s.events.push(Failed{Ref: m.ref, ID: m.id, Code: CodeEnded})
	}
	s.wipe()
	s.cancel()
	if l, ok := s.post.(*leaver); ok {
		l.withdraw()
	}
	s.diary.note("ended: " + string(reason))
	_ = s.conn.Close()
	close(out)
	carriers.Wait()
	s.events.push(Closed{reason})
	if s.post != nil {
		s.post.road().close()
	}
	close(s.ended)
}

func (s *Session) wipe() {
	s.meet.wipe()
	if s.handshake != nil {
		s.handshake.Close()
	}
	if s.seal != nil {
		s.seal.Close()
	}
}

// carryIn waits for the channel to open and hands over what comes. It closes
// in at the end of the connection.
func (s *Session) carryIn(ctx context.Context, in chan<- arrival) {
	defer close(in)
	next := arrival{opened: true}
	err := s.conn.Open(ctx)
	for err == nil {
		select {
		case in <- next:
		case <-ctx.Done():
			return
		}
		next = arrival{}
		next.message, err = s.conn.Receive(ctx)
	}
	if errors.Is(err, peer.ErrForeign) {
		select {
		case in <- arrival{foreign: true}:
		case <-ctx.Done():
		}
	}
}

// carryOut sends what run hands over. A channel that takes no more is at its
// end, which carryIn then tells.
func (s *Session) carryOut(ctx context.Context, out <-chan []byte) {
	for message := range out {
		if s.conn.Send(ctx, message) != nil {
			_ = s.conn.Close()
		}
	}
}

// loop waits for whatever comes first and acts on it, until something ends
// the session. connect starts the goroutines that carry messages; workers counts those
// that wait for the engine.
func (s *Session) loop(ctx context.Context, in <-chan arrival, out chan<- []byte, workers *sync.WaitGroup, connect func()) Reason {
	staying, leave := context.WithCancel(ctx)
	defer leave()
	s.lookAtMailbox(ctx, time.Now())
	connected := false
	s.silence.until = time.Now()
	clock := time.NewTicker(timing.tick)
	defer clock.Stop()
	var ack <-chan time.Time
	for {
		if !connected && s.handshake != nil {
			connected = true
			connect()
		}
		if err := s.fillWire(); err != nil {
			return ReasonInternal
		}
		if s.phase == leaving {
			leave() // our goodbye waits for no engine
		}
		s.work.begin(staying, workers)
		if s.acks.soon && ack == nil {
			ack = time.After(timing.ack)
		}
		from, to := in, out
		var room <-chan struct{}
		if s.events.full() {
			from, room = nil, s.events.shrunk // the reader of events is slow; so is the sender, then
		}
		if !connected {
			from = nil
		}
		if len(s.work.back) > 0 {
			from = nil // the engine's answer was there first
		}
		if s.wire == nil {
			to = nil
		}
		var err error
		select {
		case r := <-s.calls:
			err = r.do(ctx)
			if end, ok := err.(stop); ok {
				r.result <- end.err
			} else {
				r.result <- err
				err = nil
			}
		case a, ok := <-from:
			err = s.arrive(a, ok, len(in) > 0)
		case to <- s.wire:
			s.wire = nil
			s.lastSent = time.Now()
		case then := <-s.work.back:
			if err = then(); err == nil {
				s.lookAtMailbox(ctx, time.Now())
			}
		case r := <-s.mailed():
			if err = s.takeMail(r, time.Now()); err == nil {
				s.lookAtMailbox(ctx, time.Now())
			}
		case <-ack:
			ack = nil
			s.acks.waited()
		case <-room:
		case now := <-clock.C:
			if len(in) == 0 {
				s.idle = 0 // caught up: what came was no flood
			}
			s.lookAtMailbox(ctx, now)
			s.silence.listened(now, from != nil && len(in) == 0)
			err = s.watch(now)
		}
		if end, ok := err.(stop); ok {
			return end.reason
		}
	}
}

// queue is Send, inside run.
func (s *Session) queue(ref, text string) (uint64, error) {
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	switch {
	case !s.phase.opened():
		return 0, fail(CodeNotOpen, nil)
	case s.phase == leaving:
		return 0, fail(CodeEnded, nil)
	case text == "":
		return 0, fail(CodeMessageEmpty, nil)
	case len(text) > MaxText:
		return 0, fail(CodeMessageTooLong, nil)
	case !s.out.room(len(text)):
		return 0, fail(CodeTooManyWaiting, nil)
	}
	if s.meet.isSecond(text) {
		return 0, fail(CodeSecondReply, nil)
	}
	return s.out.push(ref, text), nil
}

// fillWire seals the next frame, if there is one that may go and the writer
// has taken the one before. Sealed order is sent order.
func (s *Session) fillWire() error {
	if s.wire != nil || !s.phase.opened() {
		return nil
	}
	f, ok, err := s.nextFrame()
	if !ok || err != nil {
		return err
	}
	n := s.seal.Sent()
	s.acks.framed(f, n)
	s.out.framed(f, n)
	wire, err := s.seal.Seal(f.body())
	s.wire = wire
	if f.kind == typeBye {
		s.saidBye = true
		if s.ending == ReasonDiffer {
			s.wipe() // there may be somebody in between: nothing more is read
		}
	}
	return err
}

func (s *Session) nextFrame() (f frame, ok bool, err error) {
	switch {
	case s.saidBye:
		return frame{}, false, nil
	case s.seal.Sent() == 0:
		return canFrame(ourFeatures), true, nil
	case s.acks.due:
		return s.acks.next(s.seal.Received()), true, nil
	case len(s.control) > 0:
		f, s.control = s.control[0], s.control[1:]
		return f, true, nil
	case s.typing.take():
		return frame{kind: typeTyping}, true, nil
	case s.phase == leaving, s.acks.full(), s.out.empty():
		return frame{}, false, nil
	case s.acks.mustShow():
		return s.acks.next(s.seal.Received()), true, nil
	}
	f, err = s.out.next(s.seal)
	return f, err == nil, err
}

// arrive takes what the connection brings. more tells that something else has
// arrived already, so that one ack can serve for both.
func (s *Session) arrive(a arrival, ok, more bool) error {
	switch {
	case a.foreign:
		return stop{reason: ReasonUntrusted}
	case !ok && s.phase == leaving:
		return stop{reason: s.ending}
	case s.ending == ReasonDiffer:
		return nil
	case !ok && s.phase == looking:
		return stop{reason: ReasonUnreachable}
	case !ok:
		return stop{reason: ReasonLost}
	}
	now := time.Now()
	s.silence.broken(now)
	if a.opened {
		s.enter(shaking, now)
		if l, ok := s.post.(*leaver); ok {
			l.meet(now)
		}
		s.askPath(now)
		s.wire, s.first = s.first, nil
		return nil
	}
	if s.phase == shaking {
		s.since = now
		return s.shake(a.message)
	}
	if err := s.open(a.message); err != nil {
		return err
	}
	if s.phase == apart {
		s.enter(open, now)
	}
	s.acks.gather(more)
	return nil
}

// shake takes a message of the handshake.
func (s *Session) shake(message []byte) error {
	reply, session, err := s.handshake.Handle(message)
	if err != nil {
		return stop{reason: ReasonUntrusted}
	}
	s.wire = reply
	if session == nil {
		return nil
	}
	s.seal, s.handshake = session, nil
	s.meet.done()
	s.lastSent = time.Now()
	s.enter(open, s.silence.heard)
	// The path was asked for when the channel opened. Where the engine is slow to tell,
	// PathChanged follows.
	s.look.openedAt = s.silence.heard
	s.events.push(Opened{Path: s.look.path(), SAS: session.SAS()})
	return nil
}

// open takes a frame. Whatever is wrong with it, the person reads the same.
func (s *Session) open(wire []byte) error {
	untrusted := stop{reason: ReasonUntrusted}
	body, err := s.seal.Open(wire)
	if err != nil {
		return untrusted
	}
	f, err := parseFrame(body)
	if err != nil {
		return untrusted
	}
	if f.wantsAck() && !s.acks.asked(s.seal.Received()-1) {
		return untrusted
	}
	if f.kind == typePing || f.kind >= typeTyping {
		if s.idle++; s.idle > maxIdle {
			return untrusted // a flood that says nothing
		}
	}
	switch f.kind {
	case typeText, typeMore:
		message, whole, err := s.in.take(f, s.seal)
		if err != nil {
			return untrusted
		}
		if whole {
			s.events.push(message)
		}
	case typeAck:
		next := f.ackNext()
		if !s.acks.take(next, s.seal.Sent()) {
			return untrusted
		}
		for id, ok := s.out.delivered(next); ok; id, ok = s.out.delivered(next) {
			s.events.push(Delivered{id})
		}
	case typeTyping:
		if s.typing.heard() {
			s.events.push(Typing{})
		}
	case typeCan:
		if s.seal.Received() != 1 {
			return untrusted // it is the first frame or none
		}
		s.theirFeatures = f.features()
	case typeBye:
		if s.phase == leaving {
			return stop{reason: s.ending}
		}
		return stop{reason: f.farewell()}
	}
	return nil
}

// watch looks at the clock.
func (s *Session) watch(now time.Time) error {
	waited := now.Sub(s.since)
	switch s.phase {
	case leaving:
		if waited >= timing.goodbye {
			return stop{reason: s.ending}
		}
	case open, apart:
		s.typing.tick()
		if now.Sub(s.lastSent) >= timing.ping && len(s.control) == 0 && s.wire == nil {
			s.control = append(s.control, frame{kind: typePing})
		}
		if s.silence.lost() && s.phase == open {
			s.enter(apart, now)
		}
		if s.silence.absent() {
			s.events.push(Absent{s.silence.heard})
		}
		if s.look.pathDue(now) {
			s.askPath(now)
		}
	case waiting:
		for _, code := range s.look.waiting(now, s.conn.Findings()) {
			s.problem(code)
		}
	case shaking:
		if waited >= timing.handshake {
			return stop{reason: ReasonLost}
		}
	case looking:
		if waited >= timing.giveUp {
			return stop{reason: ReasonUnreachable}
		}
		if waited >= timing.slow {
			s.problem(s.look.stuck(s.since, s.conn.Findings()))
		}
	}
	return nil
}
