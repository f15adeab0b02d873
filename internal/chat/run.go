package chat

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"tincan/internal/seal"
)

// run is the goroutine of a session. It returns when loop has returned and every goroutine
// that it started has ended.
func (s *Session) run(ctx context.Context, cancel context.CancelFunc) {
	if s.meet.role == seal.Joiner && s.meet.returns.now == nil {
		s.lines.carry(s.lines.now)
	}
	reason := s.loop(ctx)
	s.endFiles()
	for _, m := range s.out.rest() {
		if m.file != nil {
			continue // its end is told
		}
		s.events.push(Failed{Ref: m.ref, ID: m.id, Code: CodeEnded})
	}
	s.wipe()
	cancel()
	if l, ok := s.post.(*leaver); ok {
		l.withdraw()
	}
	s.diary.note("ended: " + string(reason))
	s.lines.close()
	s.events.push(Closed{reason})
	if s.post != nil {
		s.post.road().close()
	}
	close(s.ended)
}

func (s *Session) wipe() {
	s.meet.wipe()
	s.stream.wipe()
}

// loop waits for whatever comes first and acts on it, until something ends
// the session.
func (s *Session) loop(ctx context.Context) Reason {
	staying, leave := context.WithCancel(ctx)
	defer leave()
	s.lookAtMailbox(ctx, time.Now())
	s.sendReturn(time.Now())
	s.lines.changed()
	s.stream.silence.until, s.stream.unheard.until = time.Now(), time.Now()
	clock := time.NewTicker(s.timing.tick)
	defer clock.Stop()
	var ack <-chan time.Time
	for {
		if err := s.fillWire(); err != nil {
			return ReasonInternal
		}
		if s.phase == leaving {
			leave() // nothing that the engine may still answer holds up our goodbye
		}
		s.lines.begin(ctx)
		s.files.begin(ctx, &s.lines)
		s.work.begin(staying, s.lines.running)
		if s.stream.acks.soon && ack == nil {
			ack = time.After(s.timing.ack)
		}
		from := s.lines.in
		var to chan<- []byte
		if s.stream.wire != nil && s.lines.now != nil {
			to = s.lines.now.out
		}
		back, toBack, backWire := s.lines.returning()
		var room <-chan struct{}
		if s.events.full() {
			from, room = nil, s.events.shrunk // whoever reads our events is slow: read no more frames until there is room
		}
		if len(s.work.back) > 0 {
			from = nil // the engine has answered before this message came, so its answer is handled first
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
		case a := <-from:
			err = s.arrive(a, len(s.lines.in) > 0)
		case to <- s.stream.wire:
			s.stream.sent(time.Now())
		case toBack <- backWire:
			back.back.stream.wire = nil
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
			s.stream.acks.waited()
		case <-room:
		case <-s.files.mover.Told():
			s.filesEnded()
		case now := <-clock.C:
			if len(s.lines.in) == 0 {
				s.stream.readAll()
			}
			s.notice(now)
			s.lookAtMailbox(ctx, now)
			s.stream.listened(now, from != nil && len(s.lines.in) == 0, s.timing.silence/3)
			err = s.watch(now)
		}
		if end, ok := err.(stop); ok {
			return end.reason
		}
	}
}

// queue puts a text into the outbox: Send, inside run. fillWire takes it from there.
func (s *Session) queue(ref, text string) (uint64, error) {
	text, err := s.sendable(text)
	if err != nil {
		return 0, err
	}
	return s.out.push(outgoing{ref: ref, kind: typeText, text: text}), nil
}

// sendable is a text as it can be sent, if it can.
func (s *Session) sendable(text string) (string, error) {
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	switch err := s.takes(len(text)); {
	case CodeOf(err) == CodeNotOpen, CodeOf(err) == CodeEnded:
		return "", err
	case text == "":
		return "", fail(CodeMessageEmpty, nil)
	case len(text) > MaxText:
		return "", fail(CodeMessageTooLong, nil)
	case err != nil:
		return "", err
	case s.meet.isSecond(text):
		return "", fail(CodeSecondReply, nil)
	}
	return text, nil
}

// takes tells why the outbox takes no message of n bytes now, if it does not.
func (s *Session) takes(n int) error {
	switch {
	case !s.phase.opened():
		return fail(CodeNotOpen, nil)
	case s.phase == leaving:
		return fail(CodeEnded, nil)
	case !s.out.room(n):
		return fail(CodeTooManyWaiting, nil)
	}
	return nil
}

// fillWire seals the next frame if the last one has been sent and there is one that may
// be sent now.
func (s *Session) fillWire() error {
	if !s.phase.opened() || !s.lines.carries() || s.stream.again() {
		return nil
	}
	if s.phase.broken() && s.repairs() && s.stream.silence.lost(s.timing.silence) {
		return nil // what is sealed now would only have to be sent again
	}
	// Where the line carries one way only, the other side is still told what has come.
	few := s.phase == leaving || s.phase.broken() && s.repairs() || s.holds()
	if l := s.lines.untold(); l != nil && !few {
		s.stream.control, l.told = append(s.stream.control, cardFrame(l.own)), true
	}
	control := s.stream.control
	kind, err := s.stream.fill(&s.out, &s.typing, few)
	if kind == typeCard {
		s.lines.framed(control[0].number(), s.stream.frames.Sent()-1)
	}
	if kind == typeBye && s.ending == ReasonDiffer {
		s.wipe() // somebody may be listening in, so nothing more is opened
	}
	return err
}

// arrive handles what carryIn brings. more says that the next message has arrived already, so
// that one ack can serve for both.
func (s *Session) arrive(a arrival, more bool) error {
	now := time.Now()
	s.notice(now)
	switch {
	case a.line != s.lines.now:
		return s.arriveElsewhere(a, now)
	case a.foreign && a.line.resumed: // before that, it may be anybody
		return stop{reason: ReasonUntrusted}
	case a.ended && s.phase == leaving:
		return stop{reason: s.ending}
	case s.ending == ReasonDiffer:
		return nil
	case a.ended && s.phase == looking:
		return stop{reason: ReasonUnreachable}
	case a.ended && s.phase.opened() && s.repairs() && !s.meet.returns.anew:
		s.loseLine(now)
		return nil
	case a.ended:
		return stop{reason: ReasonLost}
	case !a.line.resumed:
		return s.arriveResume(a.message, now)
	}
	if a.opened {
		s.stream.begin(now)
		s.enter(shaking, now)
		if l, ok := s.post.(*leaver); ok {
			l.meet(now)
		}
		s.askPath(now)
		return nil
	}
	s.stream.came(now)
	if s.phase == shaking {
		return s.shake(a.message, now)
	}
	if err := s.handle(a.message); err != nil {
		return err
	}
	s.tellBack()
	if !s.silent() {
		s.together(now)
	}
	s.stream.acks.gather(more)
	return nil
}

// shake takes a message of the handshake.
func (s *Session) shake(message []byte, now time.Time) error {
	s.since = now
	done, err := s.stream.shake(message, now)
	if err != nil {
		return stop{reason: ReasonUntrusted}
	}
	if !done {
		return nil
	}
	s.meet.done()
	s.carryFiles(s.lines.now)
	s.lines.courier.client = s.courierFrom()
	s.enter(open, now)
	// The path was asked for when the channel opened. Where the engine is slow to tell,
	// PathChanged follows.
	s.look.openedAt = now
	if b := s.meet.returns.now; b != nil {
		s.cameBack(b, now)
	} else {
		s.events.push(Opened{Path: s.look.path(), SAS: s.stream.frames.SAS()})
	}
	return nil
}

// handle opens a frame and acts on it.
func (s *Session) handle(wire []byte) error {
	f, ok := s.stream.open(wire)
	if !ok {
		return stop{reason: ReasonUntrusted}
	}
	s.lines.agreed = s.lines.void
	if s.stream.frames.Received() == 1 {
		s.events.push(Can{Files: s.canFiles(), Talk: s.stream.peerCan(featureTalk)})
	}
	switch {
	case f.kind == typeMore, f.signed():
		if s.phase == open {
			s.stream.unheard.broken(s.stream.silence.heard) // what the other side has heard may be on its way behind much that it says
		}
		return untrusted(s.takeMessage(f))
	case f.kind >= typeWant && f.kind <= typeDiffers:
		return untrusted(s.takeFileFrame(f))
	case f.kind == typePresence, f.kind == typeRead:
		return untrusted(s.takeSign(f))
	case f.saysArrived():
		next := f.next()
		for id, ok := s.out.delivered(next); ok; id, ok = s.out.delivered(next) {
			s.events.push(Delivered{id})
		}
	case f.kind == typeCard:
		return s.takeCard(f)
	case f.kind == typeTyping:
		if s.typing.heard() {
			s.events.push(Typing{})
		}
	case f.kind == typeBye:
		if s.phase == leaving {
			return stop{reason: s.ending}
		}
		return stop{reason: f.farewell()}
	}
	return nil
}

// untrusted ends the chat where a frame was refused.
func untrusted(err error) error {
	if err != nil {
		return stop{reason: ReasonUntrusted}
	}
	return nil
}

// takeMessage takes a frame of what the other person says or does.
func (s *Session) takeMessage(f frame) error {
	if f.kind == typeFile && !s.canFiles() || f.kind >= typeAnswer && !s.stream.peerCan(featureTalk) {
		return errFrame
	}
	id, message, err := s.in.add(f, s.stream.frames)
	switch {
	case err != nil, id == 0:
		return err
	case f.kind == typeFile:
		err = s.takeFile(id, message)
	case f.kind == typeText:
		s.events.push(Message{ID: id, Text: string(message)})
	default:
		err = s.takeTalk(f.kind, id, message)
	}
	s.in.said = append(s.in.said, saidBy(f.kind))
	return err
}

// silent tells whether the line in use counts as lost. That the other side is heard is not
// enough where another line can be made: a line may carry one way only.
func (s *Session) silent() bool {
	return s.stream.silence.lost(s.timing.silence) || s.repairs() && s.stream.unheard.lost(s.timing.silence)
}

// watch does what is due at this time, once in each tick of the clock.
func (s *Session) watch(now time.Time) error {
	waited := now.Sub(s.since)
	s.sendReturn(now)
	switch s.phase {
	case leaving:
		if waited >= s.timing.goodbye {
			return stop{reason: s.ending}
		}
	case open, apart, paused:
		if s.lines.changed() {
			s.move(now)
		}
		s.typing.tick()
		s.showSigns()
		s.tellProgress()
		if !s.stream.silence.lost(s.timing.mute) {
			s.stream.say(now, s.timing.heard)
		}
		if s.silent() && s.phase == open {
			s.enter(apart, now)
		}
		s.keepReturns(now)
		s.tend(now)
		if s.stream.silence.absent(s.timing.absent) {
			s.events.push(Absent{s.stream.silence.heard})
		}
		if s.look.pathDue(now) {
			s.askPath(now)
		}
	case waiting:
		for _, code := range s.look.waiting(now, s.lines.now.conn.Findings()) {
			s.problem(code)
		}
	case shaking:
		if waited >= s.timing.handshake {
			return stop{reason: ReasonLost}
		}
		if waited >= s.timing.slow {
			s.problem(CodeUnreachable)
		}
	case looking:
		if waited >= s.timing.giveUp {
			return stop{reason: ReasonUnreachable}
		}
		if waited >= s.timing.slow {
			s.problem(s.look.stuck(s.since, s.lines.now.conn.Findings()))
		}
	}
	return nil
}
