package chat

import (
	"context"
	"errors"
	"time"

	"tincan/internal/peer"
	"tincan/internal/seal"
)

// connection is what a chat needs of the network; *peer.Conn is one, and says what each
// method promises.
type connection interface {
	Offer(ctx context.Context) (sdp string, err error)
	Answer(ctx context.Context, offer string) (sdp string, err error)
	Accept(ctx context.Context, answer string) error
	Open(ctx context.Context) error
	Send(ctx context.Context, message []byte) error
	Receive(ctx context.Context) ([]byte, error)
	Findings() peer.Findings
	Path(ctx context.Context) peer.Path
	Close() error
}

// line is the connection to the other side, the keys for what goes over it, and the account
// of what has arrived. It seals and opens frames. The outbox gives it what to seal, and run
// acts on what it has opened.
type line struct {
	conn      connection
	handshake *seal.Handshake // until both have the same keys
	first     []byte          // M1 at the joiner, until the channel is open
	frames    *seal.Frames    // nil until then

	wire    []byte    // sealed, and to be sent next
	control []frame   // our bye
	heard   bool      // a heard is to be sent
	saidBye bool      // our bye is sealed, and nothing may follow it
	saying  bool      // the sealed frame is an ack or a heard
	saidAt  time.Time // when the last of these was sent

	silence silence
	acks    acks
	idle    int     // frames that say nothing, since we had last read all that had come; below 0, so many more may come
	can     feature // what the other side understands
}

// begin is called when the channel has opened. The joiner sends M1.
func (l *line) begin(now time.Time) {
	l.silence.broken(now)
	l.wire, l.first = l.first, nil
}

// came is called when anything comes from the other side, before it is read. While nothing can
// come, or we are frozen, an honest side goes on saying what it has heard. All of that comes at
// once later, and is no flood: each second in which nothing came allows for a frame. The time is
// that of the calendar, as the other clock stands still while a computer sleeps.
func (l *line) came(now time.Time) {
	gap := max(now.Round(0).Sub(l.silence.heard.Round(0)), 0)
	l.idle = max(l.idle-int(min(gap/time.Second, maxHeldUp)), -maxHeldUp)
	l.silence.broken(now)
}

// readAll is called when all that has come is read, so that it was no flood.
func (l *line) readAll() { l.idle = min(l.idle, 0) }

// shake takes a message of the handshake, and tells whether both have the same keys now.
func (l *line) shake(message []byte, now time.Time) (done bool, err error) {
	reply, frames, err := l.handshake.Handle(message)
	if err != nil {
		return false, err
	}
	l.wire = reply
	if frames == nil {
		return false, nil
	}
	l.frames, l.handshake, l.saidAt = frames, nil, now
	return true, nil
}

// fill seals the next frame and returns its kind, if there is a frame that may go now and
// carryOut has taken the one before: frames are sent in the order in which they are sealed.
// last says that our bye is waiting, so that no further part of a message goes.
func (l *line) fill(out *outbox, typing *typing, last bool) (kind byte, err error) {
	if l.wire != nil {
		return 0, nil
	}
	f, ok, err := l.next(out, typing, last)
	if !ok || err != nil {
		return 0, err
	}
	n := l.frames.Sent()
	l.acks.framed(f, n)
	out.framed(f, n)
	l.saidBye, l.saying = f.kind == typeBye, f.saysArrived()
	l.wire, err = l.frames.Seal(f.body())
	return f.kind, err
}

func (l *line) next(out *outbox, typing *typing, last bool) (f frame, ok bool, err error) {
	switch {
	case l.saidBye:
		return frame{}, false, nil
	case l.frames.Sent() == 0:
		return canFrame(ourFeatures), true, nil
	case l.acks.due:
		l.heard = false // an ack says as much
		return l.acks.next(l.frames.Received()), true, nil
	case len(l.control) > 0:
		f, l.control = l.control[0], l.control[1:]
		return f, true, nil
	case l.heard:
		l.heard = false
		return l.acks.heard(l.frames.Received()), true, nil
	case typing.goes():
		return frame{kind: typeTyping}, true, nil
	case last, l.acks.full(), out.empty():
		return frame{}, false, nil
	case l.acks.mustShow():
		return l.acks.next(l.frames.Received()), true, nil
	}
	f, err = out.next(l.frames)
	return f, err == nil, err
}

// sent is called when carryOut has taken the sealed frame.
func (l *line) sent(now time.Time) {
	if l.saying {
		l.saying, l.saidAt = false, now
	}
	l.wire = nil
}

// open opens a frame. ok is false for everything that nobody who follows the protocol sends.
// No reason is given: the person is told the same for all of it.
func (l *line) open(wire []byte) (f frame, ok bool) {
	body, err := l.frames.Open(wire)
	if err != nil {
		return frame{}, false
	}
	if f, err = parseFrame(body); err != nil {
		return frame{}, false
	}
	if f.wantsAck() && !l.acks.asked(l.frames.Received()-1) {
		return frame{}, false
	}
	if f.kind == typeHeard || f.kind >= typeTyping {
		if l.idle++; l.idle > maxIdle {
			return frame{}, false // a flood of frames that say nothing
		}
	}
	switch f.kind {
	case typeAck, typeHeard:
		return f, l.acks.arrived(f, l.frames.Sent())
	case typeCan:
		if l.frames.Received() != 1 {
			return frame{}, false // only the first frame may be one
		}
		l.can = f.features()
	}
	return f, true
}

// quiet tells whether all that we sent has arrived.
func (l *line) quiet() bool { return l.wire == nil && l.acks.settled() }

// say has a heard sent if for so long we have not said what has arrived.
func (l *line) say(now time.Time, after time.Duration) {
	l.heard = l.heard || now.Sub(l.saidAt) >= after && l.wire == nil
}

// bye queues our bye, behind an ack of all that has arrived.
func (l *line) bye(why byte) {
	l.acks.hasten()
	l.control = append(l.control, byeFrame(why))
}

// wipe forgets the keys.
func (l *line) wipe() {
	if l.handshake != nil {
		l.handshake.Close()
	}
	if l.frames != nil {
		l.frames.Close()
	}
}

// arrival is what carryIn brings to run: first that the channel is open, then each message,
// and at the end possibly that the other side broke the rules of the connection itself.
type arrival struct {
	opened  bool
	message []byte
	foreign bool
}

// carryIn waits for the channel to open and hands over what comes. At the end of the
// connection it closes in.
func carryIn(ctx context.Context, conn connection, in chan<- arrival) {
	defer close(in)
	next := arrival{opened: true}
	err := conn.Open(ctx)
	for err == nil {
		select {
		case in <- next:
		case <-ctx.Done():
			return
		}
		next = arrival{}
		next.message, err = conn.Receive(ctx)
	}
	if errors.Is(err, peer.ErrForeign) {
		select {
		case in <- arrival{foreign: true}:
		case <-ctx.Done():
		}
	}
}

// carryOut sends what run hands over. If that fails, it closes the connection, so that
// carryIn tells run of the end.
func carryOut(ctx context.Context, conn connection, out <-chan []byte) {
	for message := range out {
		if conn.Send(ctx, message) != nil {
			_ = conn.Close()
		}
	}
}
