package chat

import (
	"context"
	"crypto/rand"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/files"
	"tincan/internal/invite"
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
	connection
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

func (c stuck) Path(ctx context.Context) peer.Path {
	c.asked.Add(1)
	if c.wait(ctx) != nil {
		return peer.PathUnknown
	}
	return peer.PathDirect
}

func (stuck) Open(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func (c stuck) Accept(ctx context.Context, _ string) error { return c.wait(ctx) }
func (stuck) Files() files.Channel                         { return noFiles{} }
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
				assert.LessOrEqual(t, time.Since(closed), usual.goodbye+usual.tick)
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

// waitingOver is an inviter in its loop over an engine that takes its time, and what makes
// replies to it.
func waitingOver(t *testing.T, conn connection) (r *running, reply func() string) {
	t.Helper()
	r = &running{facing: faceOver(t, seal.Inviter, conn)}
	r.stream.handshake, r.phase, r.work = nil, making, newWork()
	r.enter(waiting, time.Now())
	r.meet.invite = invite.Code("an invite")
	d := candidates("192.0.2.7 5000 typ host")
	d.Ufrag, d.Password = "abcd", "abcdefghijklmnopqrstuvwx"
	r.run(t)
	return r, func() string {
		keys, err := seal.GenerateKeyPair(rand.Reader)
		require.NoError(t, err)
		code, handshake, err := seal.SealReply(rand.Reader, keys, r.meet.secret, r.meet.keys.PublicKey(), r.meet.invite, invite.AnswerBytes(d))
		require.NoError(t, err)
		handshake.Close()
		return invite.Code(code).LinkText()
	}
}

// handIn hands a reply in and returns where the answer will be.
func (r *running) handIn(reply string) <-chan error {
	answer := make(chan error, 1)
	go func() { answer <- r.Accept(reply, false) }()
	synctest.Wait()
	return answer
}

// TestUnitSlowAccept: an engine that takes its time with a reply holds up nobody but who
// handed it in, and leaving ends the wait.
func TestUnitSlowAccept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, reply := waitingOver(t, stuck{answers: 10 * time.Second, asked: new(atomic.Int64)})
		first, second := reply(), reply()
		answer := r.handIn(first)
		assert.Equal(t, CodeNotOpen, CodeOf(r.Verify(true)), "others are answered meanwhile")
		assert.Equal(t, CodeAlreadyUsed, CodeOf(<-r.handIn(first)), "pressed twice")
		other, again := r.handIn(second), r.handIn(second)
		assert.Empty(t, answer)
		assert.Empty(t, other)
		time.Sleep(10*time.Second + time.Millisecond)
		synctest.Wait()
		require.Len(t, answer, 1)
		assert.NoError(t, <-answer)
		assert.Equal(t, CodeSecondReply, CodeOf(<-other), "what came meanwhile had to wait for the first")
		assert.Equal(t, CodeSecondReply, CodeOf(<-again))
		assert.Equal(t, CodeAlreadyUsed, CodeOf(<-r.handIn(first)))
		assert.Equal(t, []State{StateWaiting, StateConnecting}, r.states())
	})
	t.Run("closed meanwhile", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r, reply := waitingOver(t, stuck{answers: time.Hour, asked: new(atomic.Int64)})
			answer := r.handIn(reply())
			held := r.handIn(reply())
			began := time.Now()
			require.NoError(t, r.Close())
			synctest.Wait()
			assert.Equal(t, began, time.Now(), "at once")
			assert.Equal(t, CodeEnded, CodeOf(<-answer))
			assert.Equal(t, CodeEnded, CodeOf(<-held))
		})
	})
	t.Run("refused, and the one that waited is taken", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r, reply := waitingOver(t, choosy{stuck{answers: time.Second, asked: new(atomic.Int64)}, new(atomic.Int64)})
			bad, good := r.handIn(reply()), r.handIn(reply())
			time.Sleep(3 * time.Second)
			synctest.Wait()
			assert.Equal(t, CodeMalformed, CodeOf(<-bad))
			assert.NoError(t, <-good)
		})
	})
	t.Run("ten that are refused at once", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			refused := new(atomic.Int64)
			refused.Store(-100)
			r, reply := waitingOver(t, choosy{stuck{answers: time.Second, asked: new(atomic.Int64)}, refused})
			var answers []<-chan error
			for range maxTries {
				answers = append(answers, r.handIn(reply()))
			}
			time.Sleep(time.Minute)
			synctest.Wait()
			for i, answer := range answers {
				want := CodeMalformed
				if i == maxTries-1 {
					want = CodeTries
				}
				assert.Equal(t, want, CodeOf(<-answer), i)
			}
		})
	})
}

// choosy is an engine that refuses replies until so many have been refused.
type choosy struct {
	stuck
	refused *atomic.Int64
}

func (c choosy) Accept(ctx context.Context, _ string) error {
	if err := c.wait(ctx); err != nil {
		return err
	}
	if c.refused.Add(1) <= 1 {
		return peer.ErrDescription
	}
	return nil
}
