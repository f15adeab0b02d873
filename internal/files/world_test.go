package files

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tincan/internal/seal"
)

// wire carries messages one way, in order, at a rate and with a delay. Everything that is sent waits in one queue, as
// in an engine.
type wire struct {
	rate  int           // bytes a second; 0 for any
	delay time.Duration // of each message
	queue chan timed
	mu    sync.Mutex
	free  time.Time // when all that was sent is through
	bytes int
}

type timed struct {
	message []byte
	at      time.Time
}

func newWire(rate int, delay time.Duration) *wire {
	return &wire{rate: rate, delay: delay, queue: make(chan timed, 4096)}
}

func (w *wire) Send(ctx context.Context, message []byte) error {
	w.mu.Lock()
	w.bytes += len(message)
	now := time.Now()
	if w.free.Before(now) {
		w.free = now
	}
	if w.rate > 0 {
		w.free = w.free.Add(time.Duration(len(message)) * time.Second / time.Duration(w.rate))
	}
	at := w.free.Add(w.delay)
	w.mu.Unlock()
	select {
	case w.queue <- timed{bytes.Clone(message), at}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// carried is how many bytes were sent.
func (w *wire) carried() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.bytes
}

// waits is for how long a message that is sent now waits behind others.
func (w *wire) waits() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return max(0, time.Until(w.free))
}

func (w *wire) Receive(ctx context.Context) ([]byte, error) {
	select {
	case t := <-w.queue:
		time.Sleep(time.Until(t.at))
		return t.message, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// end is a side's end of a line.
type end struct{ out, in *wire }

func (e end) Send(ctx context.Context, message []byte) error { return e.out.Send(ctx, message) }
func (e end) Receive(ctx context.Context) ([]byte, error)    { return e.in.Receive(ctx) }

// pair is two movers with a line between them.
type pair struct {
	ours, theirs *Mover
	there, back  *wire
	cut          context.CancelFunc
	carrying     sync.WaitGroup
	ends         chan error
}

func newPair(t *testing.T) *pair {
	p := &pair{ours: New(seal.Inviter), theirs: New(seal.Joiner), ends: make(chan error, 16), cut: func() {}}
	t.Cleanup(func() {
		p.cut()
		p.carrying.Wait()
		p.ours.Close()
		p.theirs.Close()
	})
	return p
}

// line connects the two by a new line. What was under way on the one before is lost.
func (p *pair) line(t *testing.T, rate int, delay time.Duration) {
	p.cut()
	p.carrying.Wait()
	p.ours.Hold()
	p.theirs.Hold()
	p.there, p.back = newWire(rate, delay), newWire(rate, delay)
	ctx, cancel := context.WithCancel(t.Context())
	p.cut = cancel
	p.carrying.Go(func() { p.ends <- p.ours.Carry(ctx, end{p.there, p.back}) })
	p.carrying.Go(func() { p.ends <- p.theirs.Carry(ctx, end{p.back, p.there}) })
}

func newKey(t *testing.T) seal.FileKey {
	t.Helper()
	key, err := seal.GenerateFileKey(rand.Reader)
	require.NoError(t, err)
	return key
}

// goes has a file of ours sent, from offset on.
func (p *pair) goes(t *testing.T, id uint64, content []byte, sink Sink, offset int64) {
	key := newKey(t)
	p.theirs.Keep(id, int64(len(content)), sink, 1, offset, key)
	p.ours.Send(id, int64(len(content)), memory(content), 1, offset, key)
}

// over waits until the mover tells that a file is over.
func over(t *testing.T, m *Mover) News {
	t.Helper()
	for {
		if list := m.News(); len(list) > 0 {
			require.Len(t, list, 1)
			return list[0]
		}
		<-m.Told()
	}
}

var errRead = errors.New("it cannot be read")

// memory is a file that is there whole.
type memory []byte

func (m memory) Read(_ context.Context, p []byte, offset int64) error {
	if offset+int64(len(p)) > int64(len(m)) {
		return errRead
	}
	copy(p, m[offset:])
	return nil
}

// buffer is a sink that keeps all in memory. It may be slow, or fail.
type buffer struct {
	bytes.Buffer
	finished bool
	slow     time.Duration
	fails    error
	stuck    bool // until ctx ends
}

func (b *buffer) Write(ctx context.Context, p []byte) error {
	if b.stuck {
		<-ctx.Done()
		return ctx.Err()
	}
	time.Sleep(b.slow)
	if b.fails != nil {
		return b.fails
	}
	_, err := b.Buffer.Write(p)
	return err
}

func (b *buffer) Restart(context.Context) error {
	b.Reset()
	return nil
}

func (b *buffer) Finish(context.Context) error {
	b.finished = true
	return nil
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}
