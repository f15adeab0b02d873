package files

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"tincan/internal/seal"
)

// gate is a sink that stands still while it is shut, as a disk does whose cache is full.
type gate struct {
	mu   sync.Mutex
	n    int
	shut chan struct{} // nil while it is open
}

func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = make(chan struct{})
}

func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	close(g.shut)
	g.shut = nil
}

func (g *gate) Write(ctx context.Context, p []byte) error {
	g.mu.Lock()
	shut := g.shut
	g.mu.Unlock()
	if shut != nil {
		select {
		case <-shut:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.n += len(p)
	return nil
}

func (g *gate) Restart(context.Context) error { return nil }
func (g *gate) Finish(context.Context) error  { return nil }

func (g *gate) kept() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.n
}

// honest: neither side was refused on any line.
func (p *pair) honest(t *testing.T) {
	t.Helper()
	for {
		select {
		case err := <-p.ends:
			require.NoError(t, err)
		default:
			return
		}
	}
}

// again has a file go on over another line.
func (p *pair) again(t *testing.T, id uint64, size int64, source Source, attempt uint32) {
	t.Helper()
	key := newKey(t)
	if offset, ok := p.theirs.Again(id, attempt, key); ok {
		p.ours.Send(id, size, source, attempt, offset, key)
	}
}

// zeros is a large file, and fills the window.
type zeros struct{}

func (zeros) Read(context.Context, []byte, int64) error { return nil }

// stuck has a large file go, until as much of it waits as may be, before a sink that stands still.
func (p *pair) stuck(t *testing.T, id uint64, size int64) *gate {
	t.Helper()
	sink, key := new(gate), newKey(t)
	p.theirs.Keep(id, size, sink, 1, 0, key)
	p.ours.Send(id, size, zeros{}, 1, 0, key)
	time.Sleep(5 * time.Second)
	sink.close()
	time.Sleep(time.Second)
	return sink
}

// TestUnitSlowSinkOverLines: where much waits to be stored, or a sink is a little slow, a file goes on over the next line.
func TestUnitSlowSinkOverLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPair(t)
		p.line(t, 20<<20, time.Millisecond)
		const size = 200 << 20
		sink := p.stuck(t, 1, size)
		for attempt := uint32(2); attempt < 5; attempt++ {
			p.line(t, 20<<20, time.Millisecond)
			p.again(t, 1, size, zeros{}, attempt)
			time.Sleep(time.Second)
			p.honest(t)
		}
		sink.open()
		require.Equal(t, News{ID: 1}, over(t, p.theirs))
		require.Equal(t, size, sink.kept())
		p.honest(t)
	})
	synctest.Test(t, func(t *testing.T) {
		p := newPair(t)
		p.line(t, 0, time.Millisecond)
		content, sink := random(4<<20), &buffer{slow: 20 * time.Millisecond}
		p.goes(t, 1, content, sink, 0)
		for attempt := uint32(2); attempt < 8; attempt++ {
			time.Sleep(300 * time.Millisecond)
			p.line(t, 0, time.Millisecond)
			p.again(t, 1, int64(len(content)), memory(content), attempt)
		}
		require.Equal(t, News{ID: 1}, over(t, p.theirs))
		require.Equal(t, content, sink.Bytes())
		p.honest(t)
	})
}

// TestUnitRoomOfAnother: a file that is withdrawn makes room for another at once, before the other side knows of it.
func TestUnitRoomOfAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPair(t)
		p.line(t, 20<<20, time.Millisecond)
		const size = 200 << 20
		p.stuck(t, 1, size)
		sink, key := new(gate), newKey(t)
		p.theirs.Keep(2, size, sink, 1, 0, key)
		p.ours.Send(2, size, zeros{}, 1, 0, key)
		sink.close()
		p.ours.Stop(true, 1)
		time.Sleep(time.Second)
		p.theirs.Stop(false, 1)
		sink.open()
		require.Equal(t, News{ID: 2}, over(t, p.theirs))
		p.honest(t)
	})
}

// TestUnitOldLineSealsNothing: what carries over a line that has been given up seals nothing for the next one, nor reads
// what comes by it.
func TestUnitOldLineSealsNothing(t *testing.T) {
	m, key := New(seal.Joiner), newKey(t)
	defer m.Close()
	m.Keep(1, 10, new(buffer), 1, 0, key)
	m.keeps[0].report = true
	over, cancel := context.WithCancel(t.Context())
	cancel()
	require.Nil(t, m.report(over, nil))
	stranger := part(t, newKey(t), seal.Attempt{Sender: seal.Inviter, ID: 9, Number: 1}, 0, "x")
	require.NoError(t, m.arrive(over, stranger))
	require.NotNil(t, m.report(t.Context(), nil))
	require.ErrorIs(t, m.arrive(t.Context(), stranger), ErrBreach)
}

// TestUnitNewsAfterStop: of a file that is stopped nothing is told any more, though it was over just before.
func TestUnitNewsAfterStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPair(t)
		p.line(t, 0, 0)
		p.goes(t, 1, random(10), new(buffer), 0)
		synctest.Wait()
		p.theirs.Stop(false, 1)
		require.Empty(t, p.theirs.News())
	})
}

// TestFunctionalSmallParts: a file in parts of one byte takes no more memory than one in large ones.
func TestFunctionalSmallParts(t *testing.T) {
	m, sink, key := New(seal.Joiner), new(gate), newKey(t)
	defer m.Close()
	sink.close()
	m.Keep(1, 1<<30, sink, 1, 0, key)
	box := key.Box(kindPart, seal.Attempt{Sender: seal.Inviter, ID: 1, Number: 1})
	held := func() uint64 {
		var stats runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&stats)
		return stats.HeapAlloc
	}
	before := held()
	for range 1 << 20 {
		message, err := box.Seal(head{kindPart, 1, 1}.append(nil), []byte{flagAsks, 'x'})
		require.NoError(t, err)
		require.NoError(t, m.arrive(t.Context(), message))
	}
	require.Less(t, held()-before, uint64(4<<20))
	runtime.KeepAlive(m)
}
