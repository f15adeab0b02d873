package chat

import (
	"time"

	"tincan/internal/seal"
)

// stream is the frames of a chat in both directions: the keys for them, and the account of what
// has arrived. It seals and opens frames, and knows nothing of the line that carries them. The
// outbox gives it what to seal, and run acts on what it has opened.
type stream struct {
	handshake *seal.Handshake // until both have the same keys
	first     []byte          // M1 at the joiner, until the channel is open
	frames    *seal.Frames    // nil until then

	kept    kept
	wire    []byte    // what is to be sent next: of the handshake, a resume, or a frame of kept
	control []frame   // cards, and our bye
	heard   bool      // a heard is to be sent
	saidBye bool      // our bye is sealed, and nothing may follow it
	saying  bool      // the sealed frame is an ack or a heard
	saidAt  time.Time // when the last of these was sent

	silence silence // of the other side
	unheard silence // how long the other side has shown of no frame of ours that it arrived, and has said nothing
	acks    acks
	idle    int // frames that say nothing, since we had last read all that had come; below 0, so many more may come
	can     abilities
}

// begin is called when the channel has opened. The joiner sends M1.
func (s *stream) begin(now time.Time) {
	s.silence.broken(now)
	s.unheard.broken(now)
	s.wire, s.first = s.first, nil
}

// came is called when anything comes from the other side, before it is read. While nothing can
// come, or we are frozen, an honest side goes on saying what it has heard. All of that comes at
// once later, and is no flood: each second in which nothing came allows for a frame.
func (s *stream) came(now time.Time) {
	gap := max(since(s.silence.heard, now), 0)
	s.idle = max(s.idle-int(min(gap/time.Second, maxHeldUp)), -maxHeldUp)
	s.silence.broken(now)
}

// listened is called at each tick of the clock, as silence.listened.
func (s *stream) listened(now time.Time, reading bool, most time.Duration) {
	s.silence.listened(now, reading, most)
	if len(s.kept.frames) == 0 {
		s.unheard.broken(now) // there is nothing of which it could show that
	}
	s.unheard.listened(now, reading, most)
}

// readAll is called when all that has come is read, so that it was no flood.
func (s *stream) readAll() { s.idle = min(s.idle, 0) }

// shake takes a message of the handshake, and tells whether both have the same keys now.
func (s *stream) shake(message []byte, now time.Time) (done bool, err error) {
	reply, frames, err := s.handshake.Handle(message)
	if err != nil {
		return false, err
	}
	s.wire = reply
	if frames == nil {
		return false, nil
	}
	s.frames, s.handshake, s.saidAt = frames, nil, now
	return true, nil
}

// again has a frame that was sealed before sent on the line in use, if there is one, and tells
// whether anything is to be sent already.
func (s *stream) again() bool {
	if s.wire == nil {
		s.wire = s.kept.next()
	}
	return s.wire != nil
}

// fill seals the next frame and returns its kind, if there is a frame that may go now and
// carryOut has taken the one before: frames are sent in the order in which they are sealed.
// few says that no further part of a message goes, and no card.
func (s *stream) fill(out *outbox, typing *typing, few bool) (kind byte, err error) {
	if s.again() {
		return 0, nil
	}
	f, ok, err := s.next(out, typing, few)
	if !ok || err != nil {
		return 0, err
	}
	n := s.frames.Sent()
	s.acks.framed(f, n)
	out.framed(f, n)
	s.saidBye, s.saying = f.kind == typeBye, f.saysArrived()
	sealed, err := s.frames.Seal(f.body())
	if err != nil {
		return 0, err
	}
	s.kept.add(sealed)
	s.again()
	return f.kind, nil
}

func (s *stream) next(out *outbox, typing *typing, few bool) (f frame, ok bool, err error) {
	switch {
	case s.saidBye:
		return frame{}, false, nil
	case s.frames.Sent() == 0:
		return canFrame(s.can.ours), true, nil
	case s.acks.due:
		s.heard = false // an ack says as much
		return s.acks.next(s.frames.Received()), true, nil
	case len(s.control) > 0 && !s.control[0].wantsAck():
		f, s.control = s.control[0], s.control[1:]
		return f, true, nil
	case s.heard && !s.kept.full():
		s.heard = false
		return s.acks.heard(s.frames.Received()), true, nil
	case typing.goes():
		return frame{kind: typeTyping}, true, nil
	case few, s.acks.full(), s.kept.full(), len(s.control) == 0 && out.empty():
		return frame{}, false, nil
	case s.acks.mustShow():
		return s.acks.next(s.frames.Received()), true, nil
	}
	if len(s.control) > 0 {
		f, s.control = s.control[0], s.control[1:]
		return f, true, nil
	}
	f, err = out.next(s.frames)
	return f, err == nil, err
}

// sent is called when carryOut has taken the sealed frame.
func (s *stream) sent(now time.Time) {
	if s.saying {
		s.saying, s.saidAt = false, now
	}
	s.wire = nil
}

// open opens a frame. ok is false for everything that nobody who follows the protocol sends.
// No reason is given: the person is told the same for all of it.
func (s *stream) open(wire []byte) (f frame, ok bool) {
	body, err := s.frames.Open(wire)
	if err != nil {
		return frame{}, false
	}
	if f, err = parseFrame(body); err != nil {
		return frame{}, false
	}
	if f.wantsAck() && !s.acks.asked(s.frames.Received()-1) {
		return frame{}, false
	}
	if f.idle() {
		if s.idle++; s.idle > maxIdle {
			return frame{}, false // a flood of frames that say nothing
		}
	}
	switch f.kind {
	case typeAck, typeHeard:
		news := f.next() > s.acks.acked
		if !s.acks.arrived(f, s.frames.Sent()) {
			return frame{}, false
		}
		if s.kept.drop(f.next()); news {
			s.unheard.broken(s.silence.heard)
		}
	case typeCan:
		if s.frames.Received() != 1 {
			return frame{}, false // only the first frame may be one
		}
		s.can.theirs = f.features()
	}
	return f, true
}

// quiet tells whether all that we sent has arrived.
func (s *stream) quiet() bool { return s.wire == nil && s.acks.settled() }

// say has a heard sent if for so long we have not said what has arrived.
func (s *stream) say(now time.Time, after time.Duration) {
	s.heard = s.heard || now.Sub(s.saidAt) >= after && s.wire == nil
}

// bye queues our bye, behind an ack of all that has arrived.
func (s *stream) bye(why byte) {
	s.acks.hasten()
	s.control = []frame{byeFrame(why)} // nobody needs our cards any more
}

// wipe forgets the keys.
func (s *stream) wipe() {
	if s.handshake != nil {
		s.handshake.Close()
	}
	if s.frames != nil {
		s.frames.Close()
	}
}
