package chat

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"tincan/internal/peer"
)

// pending is a connection whose engine answers when the test lets it.
type pending struct {
	*socket
	let    <-chan struct{}
	once   sync.Once
	closes chan struct{}
}

func (p *pending) Offer(ctx context.Context) (string, error) {
	select {
	case <-p.let:
		return p.socket.Offer(ctx)
	case <-p.closes:
		return "", peer.ErrClosed
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func (p *pending) Close() error {
	p.once.Do(func() { close(p.closes) })
	return p.socket.Close()
}

// TestUnitMakingRepair: all who ask for a repair while the engine is at it get the same, or are told why there is none:
// the old line heals, or the session ends. No goroutine is left, or synctest fails the test.
func TestUnitMakingRepair(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(s *Session, let chan struct{})
		want Code
	}{
		"the engine answers": {func(_ *Session, let chan struct{}) { close(let) }, ""},
		"the old line heals": {func(s *Session, _ chan struct{}) {
			_ = s.call(func(context.Context) error { s.together(time.Now()); return nil })
		}, CodeNoRepair},
		"the person leaves": {func(s *Session, _ chan struct{}) { _ = s.Leave() }, CodeEnded},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.ends[1].over = ReasonClosed
				w.ends[1].close()
				e := w.ends[0]
				e.lines.now.conn.(*socket).fails()
				require.Equal(t, apart, e.phase)
				e.calls, e.ended = make(chan request), make(chan struct{})
				let := make(chan struct{})
				var made []*pending
				e.lines.dial = func() (connection, error) {
					p := &pending{socket: e.socket(), let: let, closes: make(chan struct{})}
					made = append(made, p)
					return p, nil
				}
				s := e.Session
				ctx, cancel := context.WithCancel(context.Background())
				go s.run(ctx, cancel)
				links, errs := make(chan Link, 50), make(chan error, 50)
				for range 50 {
					go func() {
						link, err := s.RepairLink()
						links <- link
						errs <- err
					}()
				}
				synctest.Wait()
				c.do(s, let)
				var first Link
				for n := range 50 {
					link, err := <-links, <-errs
					if c.want != "" {
						require.Error(t, err)
						require.Equal(t, c.want, CodeOf(err))
						continue
					}
					require.NoError(t, err)
					require.NotEmpty(t, link.Link)
					if n == 0 {
						first = link
					}
					require.Equal(t, first, link)
				}
				require.Len(t, made, 1, "one card for all")
				require.NoError(t, s.Close())
				for _, p := range made {
					require.True(t, p.closed.Load())
				}
			})
		})
	}
}
