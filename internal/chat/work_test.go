package chat

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/peer"
	"tincan/internal/seal"
)

// runJobs does what the loop has the engine do, and carries out what comes of it.
func (s *Session) runJobs(t testing.TB) error {
	t.Helper()
	jobs := s.work.asked
	s.work.asked = nil
	for _, do := range jobs {
		if err := do(t.Context())(); err != nil {
			return err
		}
	}
	return nil
}

// stuck is a connection of an engine that answers nothing for so long, and lets go
// when it is told to.
type stuck struct {
	peer.Conn
	answers time.Duration
	asked   *atomic.Int64 // for the path
}

func (c stuck) wait(ctx context.Context) error {
	select {
	case <-time.After(c.answers):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c stuck) Path(ctx context.Context) Path {
	c.asked.Add(1)
	if c.wait(ctx) != nil {
		return peer.PathUnknown
	}
	return PathDirect
}

func (c stuck) Accept(ctx context.Context, _ string) error { return c.wait(ctx) }
func (stuck) Findings() peer.Findings                      { return peer.Findings{} }

// TestUnitSlowPath: an engine that does not tell the path holds nothing up: the chat
// opens, texts go and come, Close says goodbye.
func TestUnitSlowPath(t *testing.T) {
	f := faceOver(t, seal.Joiner, stuck{answers: time.Hour, asked: new(atomic.Int64)})
	require.NoError(t, f.hand(t, "M2"), "and it returns")

	for name, c := range map[string]struct {
		answers time.Duration
		want    []Path // of Opened, then those that follow
	}{
		"at once":       {0, []Path{PathDirect}},
		"within 900 ms": {900 * time.Millisecond, []Path{"", PathDirect}},
		"never":         {time.Hour, []Path{""}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var asked atomic.Int64
				r := runFaced(t, stuck{answers: c.answers, asked: &asked})
				r.open(t)
				for range 10 {
					began := time.Now()
					_, err := r.Send("", "hello")
					require.NoError(t, err)
					r.say(t, "\x01hello yourself")
					synctest.Wait()
					require.Equal(t, began, time.Now(), "no time has passed")
					time.Sleep(time.Second)
				}
				var paths []Path
				messages := 0
				r.events.mu.Lock()
				for _, e := range r.events.list {
					switch e := e.(type) {
					case Opened:
						paths = append(paths, e.Path)
					case PathChanged:
						paths = append(paths, e.Path)
					case Message:
						messages++
					}
				}
				r.events.mu.Unlock()
				assert.Equal(t, c.want, paths)
				assert.Equal(t, 10, messages)
				assert.Less(t, asked.Load(), int64(12), "not more often than once a second")
				closed := time.Now()
				require.NoError(t, r.Close())
				assert.LessOrEqual(t, time.Since(closed), timing.goodbye+timing.tick)
			})
		})
	}
}

// TestUnitCloseWhileTheEngineIsAsked: leaving lets go of what waits for the engine, when
// it begins and not when it has ended.
func TestUnitCloseWhileTheEngineIsAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := runFaced(t, unconnected{})
		r.open(t)
		released := false
		require.NoError(t, r.call(func(context.Context) error {
			r.work.ask(func(ctx context.Context) func() error {
				<-ctx.Done()
				released = true
				return func() error { panic("nobody is interested any more") }
			})
			return nil
		}))
		time.Sleep(time.Minute)
		require.False(t, released)
		go func() { _ = r.Close() }()
		synctest.Wait()
		assert.True(t, released, "while the goodbye is on its way")
	})
}
