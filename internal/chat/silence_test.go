package chat

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"tincan/internal/seal"
)

// running is a session of ours in its loop, open, with an honest other end that
// speaks through channels in fake time.
type running struct {
	*facing
	line *line // the one in use

	drained atomic.Uint64 // frames of the session
}

// runFaced begins the loop of a joiner whose channel has just opened. It belongs into a
// bubble of synctest, and ends with the test.
func runFaced(t *testing.T, conn connection) *running {
	t.Helper()
	r := &running{facing: faceOver(t, seal.Joiner, conn)}
	r.run(t)
	return r
}

// open shakes hands, and has somebody take what the session sends from then on.
func (r *running) open(t *testing.T) {
	t.Helper()
	m2, _, err := r.handshake.Handle(<-r.line.out)
	require.NoError(t, err)
	synctest.Wait() // as the engine's answers are there before the other end's
	r.lines.in <- arrival{line: r.line, message: m2}
	_, other, err := r.handshake.Handle(<-r.line.out)
	require.NoError(t, err)
	r.other = NewSpeaker(other)
	go func() {
		for range r.line.out {
			r.drained.Add(1)
		}
	}()
	synctest.Wait()
}

// run begins the loop, which ends with the test.
func (r *running) run(t *testing.T) {
	s := r.Session
	r.line = s.lines.now
	s.calls, s.ended = make(chan request), make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		s.loop(ctx)
		cancel()
		close(r.line.out)
		s.lines.running.Wait()
		close(s.ended)
	}()
	t.Cleanup(func() { require.NoError(t, s.Close()) })
}

// say has the other end send a frame.
func (r *running) say(t *testing.T, body string) {
	t.Helper()
	frame, err := r.other.Seal([]byte(body))
	require.NoError(t, err)
	select {
	case r.lines.in <- arrival{line: r.line, message: frame}:
	case <-r.ended:
		require.Fail(t, "the session has ended")
	}
}

// states are those told so far.
func (r *running) states() (list []State) {
	r.events.mu.Lock()
	defer r.events.mu.Unlock()
	for _, e := range r.events.list {
		if c, is := e.(StateChanged); is {
			list = append(list, c.State)
		}
	}
	return list
}

// TestUnitSilence: silence is what would have been heard and was not. It is counted
// while the session reads, from the last frame on.
func TestUnitSilence(t *testing.T) {
	// The other end talks all the time to somebody who does not read: what it sent
	// waits, so that it is not silent.
	talk := func(t *testing.T, r *running, until time.Duration) {
		body := "\x01" + strings.Repeat("x", 16000)
		end := time.Now().Add(until)
		acked := uint64(0)
		for n := 1; time.Now().Before(end); n++ {
			next := []byte(body)
			if came := r.drained.Load(); n%16 == 0 && came > acked {
				acked = came
				next = ackFrame(came).body()
			}
			frame, err := r.other.Seal(next)
			require.NoError(t, err)
			for sent := false; !sent && time.Now().Before(end); {
				select {
				case r.lines.in <- arrival{line: r.line, message: frame}:
					sent = true
				case <-time.After(time.Second):
				}
			}
		}
	}
	for name, c := range map[string]struct {
		happens func(t *testing.T, r *running)
		want    []State
	}{
		"nothing for 14 s": {func(t *testing.T, r *running) { time.Sleep(14 * time.Second) }, nil},
		"nothing for 16 s": {func(t *testing.T, r *running) { time.Sleep(16100 * time.Millisecond) }, []State{StateLost}},
		"a heard just in time": {func(t *testing.T, r *running) {
			time.Sleep(14500 * time.Millisecond)
			r.say(t, heardNothing)
			time.Sleep(14500 * time.Millisecond)
		}, nil},
		"a heard too late": {func(t *testing.T, r *running) {
			time.Sleep(17 * time.Second)
			r.say(t, heardNothing)
		}, []State{StateLost, StateOpen}},
		"nobody reads the events for two minutes": {func(t *testing.T, r *running) { talk(t, r, 2*time.Minute) }, nil},
		"nobody reads, and then the other end is gone": {func(t *testing.T, r *running) {
			talk(t, r, time.Minute)
			go func() {
				for {
					if e, more := r.Next(t.Context()); !more {
						return
					} else if c, is := e.(StateChanged); is {
						r.events.push(c) // kept for states
						return
					}
				}
			}()
			time.Sleep(14 * time.Second)
			synctest.Wait()
			require.Empty(t, r.states(), "counted from when it was read again")
			time.Sleep(3 * time.Second)
		}, []State{StateLost}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := runFaced(t, unconnected{})
				r.open(t)
				require.Equal(t, open, r.phase)
				r.forgetEvents()
				c.happens(t, r)
				synctest.Wait()
				require.Equal(t, c.want, r.states())
			})
		})
	}
}

// TestUnitAbsent: a minute after the chat was lost the person is told since when nothing has
// come, once in each silence, and never of a silence in which this side did not listen.
func TestUnitAbsent(t *testing.T) {
	const quiet, late = 74500 * time.Millisecond, 76100 * time.Millisecond
	for name, c := range map[string]struct {
		silences []time.Duration // each ends with a heard, but for the last
		want     []int           // the silences of which it is told
	}{
		"not yet lost":             {[]time.Duration{14 * time.Second}, nil},
		"lost, but not for long":   {[]time.Duration{quiet}, nil},
		"a minute after":           {[]time.Duration{late}, []int{0}},
		"once, however long":       {[]time.Duration{time.Hour}, []int{0}},
		"in each silence":          {[]time.Duration{late, late, 5 * time.Second, 10 * time.Minute}, []int{0, 1, 3}},
		"short ones do not add up": {[]time.Duration{quiet, quiet, 14 * time.Second, quiet}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := runFaced(t, unconnected{})
				r.open(t)
				r.forgetEvents()
				var want []time.Time
				began := r.stream.silence.heard
				for i, d := range c.silences {
					if i > 0 {
						r.say(t, heardNothing)
						synctest.Wait()
						began = time.Now()
					}
					if slices.Contains(c.want, i) {
						want = append(want, began)
					}
					time.Sleep(d)
				}
				synctest.Wait()
				require.Equal(t, want, r.absences())
			})
		})
	}
}

// absences are those told so far.
func (r *running) absences() (list []time.Time) {
	r.events.mu.Lock()
	defer r.events.mu.Unlock()
	for _, e := range r.events.list {
		if a, is := e.(Absent); is {
			list = append(list, a.Since)
		}
	}
	return list
}

// forgetEvents empties the queue.
func (r *running) forgetEvents() {
	r.events.mu.Lock()
	defer r.events.mu.Unlock()
	r.events.list, r.events.bytes = nil, 0
}

// TestUnitSilenceOfAFrozenPage: what froze us does not count against the other end, and
// neither does what it said while we did not read.
func TestUnitSilenceOfAFrozenPage(t *testing.T) {
	now := began
	var s silence
	s.broken(now)
	for _, asleep := range []time.Duration{time.Second, time.Hour, time.Second, 24 * time.Hour} {
		now = now.Add(asleep)
		s.listened(now, true, usual.silence/3)
		require.False(t, s.lost(usual.silence))
	}
	for range 100 {
		now = now.Add(time.Second)
		s.listened(now, false, usual.silence/3)
		require.False(t, s.lost(usual.silence))
	}
	for second := 1; second <= 80; second++ {
		now = now.Add(time.Second)
		s.listened(now, true, usual.silence/3)
		// Two seconds and two thirds of what makes it lost have been counted above.
		require.Equal(t, second >= 3, s.lost(usual.silence), second)
		require.Equal(t, second == 63, s.absent(usual.absent), second)
	}
	require.Equal(t, began, s.heard)
	s.broken(now)
	require.False(t, s.lost(usual.silence))
	require.Equal(t, now, s.heard)
}

// TestUnitOldNews: what has waited for us while we were asleep does not keep us from looking for another line at once, where the
// other side has given up the one by which it came.
func TestUnitOldNews(t *testing.T) {
	hostile(t, func(t *testing.T, w *world, our, other *end) {
		for range 60 {
			time.Sleep(time.Second)
			other.ticks()
			other.pump()
		}
		line := our.lines.now.conn.(*socket)
		require.NotEmpty(t, line.in)
		require.Equal(t, apart, other.phase)
		for line.reads() {
			require.Equal(t, open, our.phase)
		}
		line.dead, line.like().dead = true, true
		w.flow(true)
		require.NotSame(t, line, our.lines.now.conn)
		require.True(t, w.whole(), "%s", w)
		require.NotContains(t, w.story(), fmt.Sprint(our.n, " is lost"))
	})
}

// TestUnitHeldUp: what an honest side says while nothing can come, or while we are frozen, comes
// at once when that is over, and is no flood.
func TestUnitHeldUp(t *testing.T) {
	for _, held := range []time.Duration{30 * time.Minute, 5 * time.Hour, 24 * time.Hour} {
		t.Run(held.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := runFaced(t, unconnected{})
				r.open(t)
				for range 2 {
					time.Sleep(held)
					// More is not under way: the channel takes 1 MiB.
					for range min(held/usual.heard, 1<<20/seal.MinFrame) {
						r.say(t, heardNothing)
					}
					time.Sleep(time.Second)
					r.say(t, heardNothing)
					synctest.Wait()
					told := r.states()
					require.Equal(t, StateOpen, told[len(told)-1])
				}
			})
		})
	}
	// A clock that was set back or years ahead allows for no fewer frames than usual, and not for any number.
	for _, gap := range []time.Duration{-time.Hour, 0, 24 * time.Hour, 10 * 365 * 24 * time.Hour} {
		_, b := twoStreams(t)
		b.came(began.Add(gap))
		b.readAll()
		require.Equal(t, gap > 0, b.idle == -maxHeldUp)
		require.Equal(t, gap <= 0, b.idle == 0)
	}
	// Nor does it add up: who says something every five seconds for a month may flood us no more for it.
	_, b := twoStreams(t)
	now := began
	for range 30 * 24 * time.Hour / usual.heard {
		now = now.Add(usual.heard)
		b.came(now)
		b.readAll()
	}
	require.Equal(t, -maxHeldUp, b.idle)
}

// TestUnitMute: a side that is not answered for an hour says no more until something comes, so
// that what waits for the other side stays less than what that takes for a flood.
func TestUnitMute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := runFaced(t, unconnected{})
		r.open(t)
		for range 3 {
			r.say(t, heardNothing)
			before := r.drained.Load()
			time.Sleep(50 * time.Minute)
			require.Greater(t, r.drained.Load()-before, uint64(50*60/6-1), "it says what it has heard")
			time.Sleep(48 * time.Hour)
			said := r.drained.Load() - before
			require.Less(t, said, uint64(maxIdle+maxHeldUp)/4)
			r.say(t, heardNothing)
			time.Sleep(2 * time.Second)
			require.Equal(t, before+said+1, r.drained.Load(), "and says so at once when something comes")
			told := r.states()
			require.Equal(t, StateOpen, told[len(told)-1])
		}
	})
}
