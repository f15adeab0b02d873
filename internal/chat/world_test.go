package chat

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tincan/internal/peer"
	"tincan/internal/sdp"
	"tincan/internal/seal"
)

// world is two whole sessions and the network between them, in fake time. No session has a
// goroutine of its own: the test does what run would do, and decides what the engines and the
// network do, so that every run can be had again.
type world struct {
	t     testing.TB
	ends  [2]*end
	up    [2]bool // what goes to that end arrives
	made  int     // sockets
	lines int     // that came to carry the chat
	log   []string
}

// end is one side.
type end struct {
	*Session
	w       *world
	n       int
	other   *end
	sockets []*socket
	jobs    []job // what the engine was asked and has not answered
	slow    bool  // it answers when it is told to
	carries *line // of the lines that carried the chat, the last
	links   []Link
	said    []string
	heard   int // messages of the other side
	known   int // messages of ours that are known to have arrived
	over    Reason
}

// socket is one end of a connection. It finds its like if each was told of the other.
type socket struct {
	connection
	end         *end
	own, remote string // ufrags
	line        *line
	carried     bool // run waits for its channel, and reads what comes
	opened      bool
	dead        bool     // nothing passes any more, and nobody tells
	ended       bool     // the end was told
	in          [][]byte // on the way to it, or arrived and not read; nil says that the other end was closed
	lost        int      // sent and never to arrive
	shut        bool
	closed      atomic.Bool
}

// window is how many messages a connection takes that do not arrive.
const window = 200

func (s *socket) description() sdp.Description {
	d := sdp.Description{Ufrag: s.own, Password: strings.Repeat(s.own, 6)}
	copy(d.Fingerprint[:], s.own)
	d.Candidates = []sdp.Candidate{{Type: sdp.Host, Address: sdp.Address{Kind: sdp.IPv4, Bytes: [16]byte{192, 168, 1, 2}}, Port: 5000}}
	return d
}

func (s *socket) Offer(ctx context.Context) (string, error) {
	if s.closed.Load() {
		return "", peer.ErrClosed
	}
	return s.description().SDP(sdp.Offer, "0"), ctx.Err()
}

func (s *socket) Accept(_ context.Context, answer string) error {
	if s.closed.Load() {
		return peer.ErrClosed
	}
	_, rest, ok := strings.Cut(answer, "a=ice-ufrag:")
	if !ok {
		return errors.New("no description")
	}
	s.remote, _, _ = strings.Cut(rest, "\r\n")
	return nil
}

func (s *socket) Path(context.Context) peer.Path { return peer.PathLocal }
func (s *socket) Close() error                   { s.closed.Store(true); return nil }

func (e *end) socket() *socket {
	e.w.made++
	s := &socket{end: e, own: fmt.Sprintf("%04d", e.w.made)}
	e.sockets = append(e.sockets, s)
	return s
}

// like is the other end of the connection, if there is one.
func (s *socket) like() *socket {
	if s.remote == "" {
		return nil
	}
	for _, o := range s.end.other.sockets {
		if o.own == s.remote && o.remote == s.own {
			return o
		}
	}
	return nil
}

// passes tells whether what is sent to it arrives.
func (s *socket) passes() bool { return !s.dead && s.end.w.up[s.end.n] }

// canOpen tells whether the channel can open at this end now.
func (s *socket) canOpen() bool {
	o := s.like()
	return o != nil && s.carried && !s.opened && !s.ended && !s.line.gone && !o.shut && s.passes() && o.passes()
}

// newWorld are two sides that have just met, whose engines answer at once.
func newWorld(t testing.TB) *world {
	t.Helper()
	f := face(t, seal.Inviter)
	f.shakeHands(t)
	f.stream.wire = nil
	w := &world{t: t, up: [2]bool{true, true}}
	keys, err := seal.GenerateKeyPair(rand.Reader)
	require.NoError(t, err)
	secret, err := seal.GenerateLinkSecret(rand.Reader)
	require.NoError(t, err)
	j := &Session{
		meet: meeting{role: seal.Joiner, keys: keys, secret: secret}, stream: stream{frames: f.other.Frames, can: abilities{ours: ourFeatures}, saidAt: time.Now()}, texts: newTexts(seal.Joiner),
		stage: stage{phase: open, since: time.Now(), told: StateOpen}, timing: &usual, events: newEventQueue(), diary: NewDiary(), look: newOutlook(Network{}, &usual), work: newWork(),
	}
	w.ends = [2]*end{{Session: f.Session, w: w, n: 0}, {Session: j, w: w, n: 1}}
	for n, e := range w.ends {
		e.other = w.ends[1-n]
		s := e.socket()
		e.lines = newLines(func() (connection, error) { return e.socket(), nil }, s, wantedCards)
		s.line, s.carried, s.opened, e.carries = e.lines.now, true, true, e.lines.now
		e.stream.silence.broken(time.Now())
		e.stream.unheard.broken(time.Now())
	}
	a, b := w.ends[0].sockets[0], w.ends[1].sockets[0]
	a.remote, b.remote = b.own, a.own
	for _, e := range w.ends {
		e.pump()
	}
	w.flow(false) // each says that it understands cards
	return w
}

func (w *world) note(format string, args ...any) {
	w.log = append(w.log, time.Now().Format("04:05 ")+fmt.Sprintf(format, args...))
}

// story is what has happened, for who reads why a test failed.
func (w *world) story() string {
	text := ""
	for _, line := range w.log[max(0, len(w.log)-150):] {
		text += line + "\n"
	}
	for _, e := range w.ends {
		text += e.diary.Text() + fmt.Sprintf("phase %d now %v numbers %+v sent %d received %d kept %d first %d at %d acked %d unacked %d\n",
			e.phase, e.lines.now != nil, e.lines.numbers, e.stream.frames.Sent(), e.stream.frames.Received(), len(e.stream.kept.frames), e.stream.kept.first, e.stream.kept.at, e.stream.acks.acked, len(e.stream.acks.unacked))
		for _, l := range e.lines.spares {
			text += fmt.Sprintf("  spare %d, tried with %d, ready %v told %v in %d, tried %v, opened %v\n", l.own.n, l.other.n, l.ready, l.told, l.frame, !l.tried.IsZero(), !l.opened.IsZero())
		}
		for _, c := range e.lines.theirs {
			text += fmt.Sprintf("  their card %d\n", c.n)
		}
	}
	return text
}

func (e *end) now() time.Time { return time.Now() }

// after takes what a session's function has returned, and does what its loop would do next.
func (e *end) after(err error) {
	if e.over != "" {
		return
	}
	if stopped, ok := err.(stop); ok {
		e.over = stopped.reason
		e.w.note("%d ended: %s", e.n, e.over)
		e.close()
	}
	e.pump()
}

// pump seals and sends as long as something can be sent.
func (e *end) pump() {
	for e.over == "" {
		if err := e.fillWire(); err != nil {
			require.NoError(e.w.t, err)
		}
		for _, l := range e.lines.opening {
			l.conn.(*socket).carried = true
		}
		e.lines.opening = nil
		for _, l := range e.lines.spares {
			l.conn.(*socket).line = l
		}
		e.jobs, e.work.asked = append(e.jobs, e.work.asked...), nil
		if !e.slow && len(e.jobs) > 0 {
			e.answer(0)
			return
		}
		if e.stream.wire == nil || e.lines.now == nil || !e.lines.now.conn.(*socket).take(e.stream.wire) {
			break
		}
		e.stream.sent(time.Now())
	}
	e.look()
}

// take sends a message.
func (s *socket) take(message []byte) bool {
	if !s.opened || s.lost == window {
		return false
	}
	if o := s.like(); o == nil || o.dead || o.ended {
		s.lost++
	} else if len(o.in) == window {
		return false
	} else {
		o.in = append(o.in, message)
	}
	return true
}

// look reads the events, and what was closed.
func (e *end) look() {
	t := e.w.t
	for _, event := range e.events.list {
		switch event := event.(type) {
		case Message:
			require.Less(t, e.heard, len(e.other.said))
			require.Equal(t, e.other.said[e.heard], event.Text)
			e.heard++
		case Delivered:
			e.known++
			require.Equal(t, uint64(e.known), event.ID)
			require.LessOrEqual(t, e.known, e.other.heard, "delivered, and not arrived")
		case StateChanged:
			e.w.note("%d is %s", e.n, event.State)
		case Repair:
			e.links = append(e.links, event.Link)
		}
	}
	e.events.list, e.events.bytes = nil, 0
	if e.over == "" && e.lines.carries() && e.lines.now != e.carries {
		if e.carries = e.lines.now; e.n == 1 {
			e.w.lines++
		}
	}
	live, left := 0, make([]*socket, 0, len(e.sockets))
	for _, s := range e.sockets {
		o := s.like()
		if !s.shut && (s.line != nil && s.line.gone || e.over != "") {
			if s.shut = true; o != nil && !o.ended {
				o.in = append(o.in, nil)
			}
		}
		if !s.shut {
			live++
		}
		if !s.shut || len(s.in) > 0 || o != nil && !o.shut {
			left = append(left, s)
		}
	}
	e.sockets = left
	if e.over == "" && (live > 2+maxCards+maxTried+2 || e.stream.kept.bytes > maxKept || len(e.lines.theirs) > maxCards) {
		require.Fail(t, "too much is kept", "%d connections, %d bytes, %d cards\n%s", live, e.stream.kept.bytes, len(e.lines.theirs), e.w)
	}
}

func (w *world) String() string { return w.story() }

// answer has the engine answer one of the jobs.
func (e *end) answer(n int) {
	do := e.jobs[n]
	e.jobs = append(e.jobs[:n:n], e.jobs[n+1:]...)
	e.after(do(context.Background())())
}

// opens has a channel open at this end.
func (s *socket) opens() {
	s.opened = true
	s.end.w.note("%d opens %s–%s", s.end.n, s.own, s.remote)
	s.end.after(s.end.arrive(arrival{line: s.line, opened: true}, false))
}

// fails has the engine of this end give a connection up.
func (s *socket) fails() {
	s.dead, s.ended, s.in = true, true, nil
	s.end.w.note("%d sees the end of %s–%s", s.end.n, s.own, s.remote)
	s.end.after(s.end.arrive(arrival{line: s.line, ended: true}, false))
}

// reads hands over the next of what has come.
func (s *socket) reads() bool {
	if s.end.over != "" || len(s.in) == 0 || s.line == nil || s.ended || !s.passes() {
		return false
	}
	message := s.in[0]
	if message != nil && !s.opened {
		return false
	}
	if s.in = s.in[1:]; message == nil {
		s.fails()
		return true
	}
	err := s.end.arrive(arrival{line: s.line, message: message}, len(s.in) > 0 && s.in[0] != nil)
	if stopped, ok := err.(stop); ok {
		require.Contains(s.end.w.t, []Reason{ReasonLeft, ReasonClosed}, stopped.reason, "an honest side is refused:\n%s", s.end.w)
	}
	s.end.after(err)
	return true
}

// flow delivers all that can be delivered; with opening, channels open as well.
func (w *world) flow(opening bool) {
	for moved := true; moved; {
		moved = false
		for _, e := range w.ends {
			for _, s := range e.sockets {
				for e.over == "" && opening && s.canOpen() {
					s.opens()
					moved = true
				}
				for s.reads() {
					moved = true
				}
			}
		}
	}
}

// wait has a second pass at a time, in which what can be delivered is.
func (w *world) wait(seconds int, opening bool) {
	for range seconds {
		w.flow(opening)
		for _, e := range w.ends {
			if e.over == "" {
				e.stream.acks.waited()
				e.pump()
			}
		}
		w.flow(opening)
		time.Sleep(time.Second)
		for _, e := range w.ends {
			e.ticks()
		}
	}
	w.flow(opening)
}

// ticks is what the loop does at each tick.
func (e *end) ticks() {
	if e.over != "" {
		return
	}
	e.stream.readAll()
	e.notice(time.Now())
	e.stream.listened(time.Now(), true, e.timing.silence/3)
	e.after(e.watch(time.Now()))
}

// says puts a message into the outbox.
func (e *end) says(size int) {
	if e.over != "" || e.phase == leaving {
		return
	}
	text := fmt.Sprint(len(e.said), " ", strings.Repeat("x", size))
	if _, err := e.queue("", text); err == nil {
		e.said = append(e.said, text)
	}
	e.pump()
}

// makes asks for a repair link.
func (e *end) makes() {
	if e.over != "" || !e.phase.broken() || !e.repairs() {
		return
	}
	e.wake(time.Now())
	e.repairLink(func(link Link, err error) {
		e.w.note("%d has a repair: %v", e.n, err)
		if err == nil {
			e.links = append(e.links, link)
		}
	})
	e.pump()
}

// accepts takes the newest link of the other side.
func (e *end) accepts(link Link) {
	if e.over != "" {
		return
	}
	err := e.accept(link.Link, false, func(error) {})
	e.w.note("%d accepts a repair: %v", e.n, err)
	e.after(err)
}

// whole tells whether both sides are open over one line and nothing waits.
func (w *world) whole() bool {
	for _, e := range w.ends {
		if e.phase != open || !e.lines.carries() || e.heard != len(e.other.said) || e.known != len(e.said) {
			return false
		}
	}
	a, b := w.ends[0].lines.now.conn.(*socket), w.ends[1].lines.now.conn.(*socket)
	return a.like() == b && b.like() == a && !a.dead && !b.dead
}

// hope tells whether the two must find each other again without anybody's help: over the line
// that they have, or with a pair of cards.
func (w *world) hope() bool {
	i, j := w.ends[0], w.ends[1]
	if i.lines.carries() && j.lines.carries() {
		a, b := i.lines.now.conn.(*socket), j.lines.now.conn.(*socket)
		if a.like() == b && !a.dead && !b.dead && !a.ended && !b.ended {
			return true
		}
	}
	if !i.lines.carries() && i.lines.now != nil || !j.lines.carries() && j.lines.now != nil {
		return false
	}
	ready := func(e *end, l *line) bool {
		_, ok := e.lines.theirCard(l.own.n)
		s := l.conn.(*socket)
		list, tried := e.lines.paired(), e.lines.tried()
		if l.tried.IsZero() && (tried == maxTried || len(list) > 0 && list[len(list)-1] == l && len(list)+tried > 1) {
			return false // it is kept for a repair
		}
		return l.told && !l.gone && !s.ended && !s.opened && (ok && l.tried.IsZero() || !l.tried.IsZero() && l.other.n == l.own.n)
	}
	for _, a := range i.lines.spares {
		for _, b := range j.lines.spares {
			if a.own.n == b.own.n && ready(i, a) && ready(j, b) && !a.conn.(*socket).dead && !b.conn.(*socket).dead {
				return true
			}
		}
	}
	return false
}

// mends brings the network back, and sees to it that the chat goes on: alone where it can, else
// by hand. It returns whether a hand was needed.
func (w *world) mends() (byHand bool) {
	w.up = [2]bool{true, true}
	w.note("the network is back")
	for _, e := range w.ends {
		e.slow = false
		e.pump()
		e.wake(time.Now())
		e.pump()
	}
	hope := w.hope()
	for range 100 {
		if w.wait(1, true); w.whole() {
			break
		}
	}
	if !w.whole() {
		require.False(w.t, hope, "they could find each other:\n%s", w)
		byHand = true
		from := w.ends[0]
		for range 6 {
			for _, e := range w.ends {
				e.pump()
			}
			if !from.phase.broken() {
				from = from.other
			}
			from.links = nil
			from.makes()
			require.NotEmpty(w.t, from.links, "no link:\n%s", w)
			from.other.accepts(from.links[len(from.links)-1])
			for range 30 {
				if w.wait(1, true); w.whole() {
					return true
				}
			}
			from = from.other
		}
		require.Fail(w.t, "no repair by hand helps", "%s", w)
	}
	return byHand
}

// settles is mends, and what must be so in the end.
func (w *world) settles() (byHand bool) {
	byHand = w.mends()
	for _, e := range w.ends {
		e.says(1)
		e.says(1)
	}
	prepared := func() bool {
		for _, e := range w.ends {
			if len(e.lines.paired()) < wantedCards || len(e.lines.hand.wait) > 0 {
				return false
			}
		}
		return w.whole()
	}
	for range 80 {
		if w.wait(1, true); prepared() {
			return byHand
		}
	}
	require.Fail(w.t, "not all has arrived, or there are no cards for the next time", "%s", w)
	return byHand
}

// close ends a session as run does. No connection of it stays open.
func (e *end) close() {
	e.lines.close()
	e.wipe()
	for _, s := range e.sockets {
		require.True(e.w.t, s.closed.Load(), "a connection was left open")
	}
}

// close ends both sessions.
func (w *world) close() {
	for _, e := range w.ends {
		if e.over == "" {
			e.over = ReasonClosed
			e.close()
		}
	}
}
