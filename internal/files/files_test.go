package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"tincan/internal/seal"
)

// TestUnitSizes: a file comes as it is, whatever its size, and both are told.
func TestUnitSizes(t *testing.T) {
	for _, size := range []int{0, 1, 4095, 4096, 16384, 63487, 63488, 63489, 1 << 20, 5<<20 + 17} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPair(t)
				p.line(t, 0, time.Millisecond)
				content, sink := random(size), new(buffer)
				p.goes(t, 3, content, sink, 0)
				require.Equal(t, News{ID: 3}, over(t, p.theirs))
				require.True(t, sink.finished)
				require.True(t, bytes.Equal(content, sink.Bytes()))
				synctest.Wait()
				require.True(t, p.ours.Sent(3))
				require.Empty(t, p.theirs.Progress())
			})
		})
	}
}

// TestUnitManyAtOnce: files that go at the same time take turns, both ways, and do not disturb each other.
func TestUnitManyAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPair(t)
		p.line(t, 1<<20, 10*time.Millisecond)
		contents, sinks := map[uint64][]byte{}, map[uint64]*buffer{}
		for id := range uint64(MaxKept) {
			contents[id], sinks[id] = random(1<<20), new(buffer)
			p.goes(t, id, contents[id], sinks[id], 0)
		}
		back, sink, key := random(1<<20), new(buffer), newKey(t)
		p.ours.Keep(0, int64(len(back)), sink, 1, 0, key)
		p.theirs.Send(0, int64(len(back)), memory(back), 1, 0, key)
		time.Sleep(2 * time.Second)
		for _, is := range p.theirs.Progress() {
			if !is.Ours {
				require.InDelta(t, 1<<19, is.Done, 1<<18, "%d", is.ID)
			}
		}
		require.Equal(t, News{ID: 0}, over(t, p.ours))
		require.Equal(t, back, sink.Bytes())
		for ended := 0; ended < MaxKept; {
			<-p.theirs.Told()
			for _, n := range p.theirs.News() {
				require.NoError(t, n.Err)
				require.True(t, bytes.Equal(contents[n.ID], sinks[n.ID].Bytes()))
				ended++
			}
		}
	})
}

// TestUnitAnotherLine: what was lost with a line comes again by the next, and nothing of what was stored.
func TestUnitAnotherLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPair(t)
		p.line(t, 1<<20, 20*time.Millisecond)
		content, sink := random(10<<20), new(buffer)
		p.goes(t, 1, content, sink, 0)
		sent := 0
		for attempt := uint32(2); attempt <= 6; attempt++ {
			time.Sleep(1500 * time.Millisecond)
			sent += p.there.carried()
			p.line(t, 1<<20, 20*time.Millisecond)
			key := newKey(t)
			offset, ok := p.theirs.Again(1, attempt, key)
			require.True(t, ok)
			require.Positive(t, offset)
			p.ours.Send(1, int64(len(content)), memory(content), attempt, offset, key)
		}
		require.Equal(t, News{ID: 1}, over(t, p.theirs))
		require.True(t, bytes.Equal(content, sink.Bytes()))
		sent += p.there.carried()
		t.Logf("%d bytes sent for a file of %d, over six lines", sent, len(content))
		require.Less(t, sent, len(content)+5*250_000, "what was under way, and no more")
		_, ok := p.theirs.Again(1, 7, newKey(t))
		require.False(t, ok, "it is over")
	})
}

// TestUnitOlderAttempt: what still comes of an attempt before counts for nothing.
func TestUnitOlderAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(seal.Joiner)
		defer m.Close()
		old, key := newKey(t), newKey(t)
		m.Keep(1, 3, new(buffer), 1, 0, old)
		offset, ok := m.Again(1, 2, key)
		require.True(t, ok)
		require.Zero(t, offset)
		of := seal.Attempt{Sender: seal.Inviter, ID: 1, Number: 1}
		require.NoError(t, m.arrive(t.Context(), part(t, old, of, 0, "abc")))
		require.Empty(t, m.Progress()[0].Done)
		require.NoError(t, m.arrive(t.Context(), part(t, key, seal.Attempt{Sender: seal.Inviter, ID: 1, Number: 2}, 0, "abc")))
		require.Equal(t, News{ID: 1}, over(t, m))
	})
}

// part is a message as nobody else makes it.
func part(t *testing.T, key seal.FileKey, of seal.Attempt, flags byte, content string) []byte {
	t.Helper()
	message, err := key.Box(kindPart, of).Seal(
		head{kindPart, of.ID, of.Number}.append(nil), append([]byte{flags}, content...))
	require.NoError(t, err)
	return message
}

// TestUnitOffset: who has some of a file gets the rest, and who has all of it is done.
func TestUnitOffset(t *testing.T) {
	content := random(100_000)
	for _, offset := range []int64{1, 63_488, 99_999, 100_000} {
		synctest.Test(t, func(t *testing.T) {
			p := newPair(t)
			p.line(t, 0, 0)
			sink := new(buffer)
			p.goes(t, 1, content, sink, offset)
			require.Equal(t, News{ID: 1}, over(t, p.theirs))
			require.True(t, sink.finished)
			require.True(t, bytes.Equal(content[offset:], sink.Bytes()), "%d", offset)
		})
	}
}

// TestUnitEndsByItself: a file that cannot be read any more is over for who sends it, one that cannot be stored for
// who keeps it, and neither disturbs another.
func TestUnitEndsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPair(t)
		p.line(t, 1<<20, time.Millisecond)
		full := errors.New("no room")
		key := newKey(t)
		p.theirs.Keep(1, 300_000, new(buffer), 1, 0, key)
		p.ours.Send(1, 300_000, memory(random(200_000)), 1, 0, key) // it was cut since
		p.goes(t, 2, random(300_000), &buffer{fails: full}, 0)
		content, sink := random(2<<20), new(buffer)
		p.goes(t, 3, content, sink, 0)
		require.Equal(t, News{Ours: true, ID: 1, Err: errRead}, over(t, p.ours))
		require.Equal(t, News{ID: 2, Err: full}, over(t, p.theirs))
		p.ours.Stop(true, 2) // the other side has said so
		p.theirs.Stop(false, 1)
		require.Equal(t, News{ID: 3}, over(t, p.theirs))
		require.True(t, bytes.Equal(content, sink.Bytes()))
	})
}

// TestUnitStopped: of a file that is stopped nothing more is read, stored or told, at whichever end, and what is under
// way of it makes no room for ever.
func TestUnitStopped(t *testing.T) {
	for _, end := range []string{"sender", "receiver"} {
		synctest.Test(t, func(t *testing.T) {
			p := newPair(t)
			p.line(t, 1<<20, 50*time.Millisecond)
			for id := range uint64(40) {
				p.goes(t, id, random(1<<20), new(buffer), 0)
				time.Sleep(300 * time.Millisecond)
				first, then := func() { p.ours.Stop(true, id) }, func() { p.theirs.Stop(false, id) }
				if end == "receiver" {
					first, then = then, first
				}
				first()
				time.Sleep(100 * time.Millisecond)
				then()
			}
			require.Empty(t, p.ours.News())
			require.Empty(t, p.theirs.News())
			content, sink := random(1<<20), new(buffer)
			p.goes(t, 100, content, sink, 0)
			require.Equal(t, News{ID: 100}, over(t, p.theirs))
			require.True(t, bytes.Equal(content, sink.Bytes()))
		})
	}
}

// TestUnitSlowSink: who stores slowly, or not at all, is sent no more than MaxAhead.
func TestUnitSlowSink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPair(t)
		p.line(t, 0, time.Millisecond)
		p.goes(t, 1, random(8<<20), &buffer{stuck: true}, 0)
		time.Sleep(time.Minute)
		require.LessOrEqual(t, p.there.carried(), MaxAhead+MaxAhead/20)
		require.Positive(t, p.there.carried())
	})
	synctest.Test(t, func(t *testing.T) {
		p := newPair(t)
		p.line(t, 0, time.Millisecond)
		content, sink := random(4<<20), &buffer{slow: 10 * time.Millisecond}
		p.goes(t, 1, content, sink, 0)
		require.Equal(t, News{ID: 1}, over(t, p.theirs))
		require.True(t, bytes.Equal(content, sink.Bytes()))
	})
}

// TestUnitPace: on a slow line little waits in front of what people say, on a fast one the line is full.
func TestUnitPace(t *testing.T) {
	for _, c := range []struct {
		rate  int
		delay time.Duration
		waits time.Duration // at most, once the pace is found
		fills float64       // of the line, at least
	}{
		{125_000, 20 * time.Millisecond, 400 * time.Millisecond, 0.85}, // 1 Mbit/s
		{125_000, 150 * time.Millisecond, 450 * time.Millisecond, 0.85},
		{1_250_000, 20 * time.Millisecond, 250 * time.Millisecond, 0.9},
		{12_500_000, 5 * time.Millisecond, 200 * time.Millisecond, 0.9},
		{12_500_000, 40 * time.Millisecond, 200 * time.Millisecond, 0.8},
	} {
		t.Run(fmt.Sprintf("%d bytes a second, %v", c.rate, c.delay), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPair(t)
				p.line(t, c.rate, c.delay)
				p.goes(t, 1, make([]byte, 16*c.rate), &counter{}, 0)
				time.Sleep(5 * time.Second)
				before, most := p.there.carried(), time.Duration(0)
				for range 100 {
					time.Sleep(100 * time.Millisecond)
					most = max(most, p.there.waits())
				}
				filled := float64(p.there.carried()-before) / float64(10*c.rate)
				t.Logf("a message waits %v at most, the line is full to %.2f", most, filled)
				require.LessOrEqual(t, most, c.waits)
				require.Greater(t, filled, c.fills)
			})
		})
	}
}

// counter is a sink that keeps nothing.
type counter struct{ n int }

func (c *counter) Write(_ context.Context, p []byte) error {
	c.n += len(p)
	return nil
}
func (c *counter) Restart(context.Context) error { return nil }
func (c *counter) Finish(context.Context) error  { return nil }
