package chat

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// unanswered is a chat that is open, whose other end understands cards and has acked nothing of
// ours for so long that the line counts as lost.
func unanswered(t *testing.T) (f *facing, now time.Time) {
	t.Helper()
	f = openFace(t)
	now = time.Now()
	require.NoError(t, f.gets(t, canCards))
	_, err := f.queue("", "hello")
	require.NoError(t, err)
	require.Equal(t, "\x01hello", f.next(t))
	for range 16 {
		now = now.Add(time.Second)
		f.stream.listened(now, true, usual.silence/3)
		f.stream.silence.broken(now) // as if the other end had been heard
		require.NoError(t, f.watch(now))
		f.next(t)
	}
	require.Equal(t, apart, f.phase)
	return f, now
}

// TestUnitOneWay: a line over which the other side is heard and acks nothing is lost. It is still
// told what has come, or two sides of whom each waits for the other's ack would wait for ever.
func TestUnitOneWay(t *testing.T) {
	f, _ := unanswered(t)
	_, err := f.queue("", "later")
	require.NoError(t, err)
	require.NoError(t, f.gets(t, "\x01are you there?"))
	require.Equal(t, apart, f.phase)
	sent := f.next(t)
	require.Equal(t, "\x03\x00\x00\x00\x00\x00\x00\x00\x02", sent, "an ack, and no message")
	require.Empty(t, f.next(t))
	require.NoError(t, f.gets(t, string(ackFrame(f.stream.frames.Sent()).body())))
	require.Equal(t, open, f.phase)
	require.Equal(t, "\x01later", f.next(t))
}

// TestUnitAsked: a card that is to be tried at once is answered with one of the same number, unless
// the other side would refuse that of us, whoever made it ask.
func TestUnitAsked(t *testing.T) {
	for n := uint32(1); n < 3*maxSkipped; n++ {
		ls := lines{theirs: []card{{n: n, now: true}}, numbers: numbers{last: 5, known: 3, void: 2, seen: n}}
		got, ok := ls.asked()
		require.Equal(t, n > 5 && n <= 3+maxSkipped, ok, n)
		if ok {
			require.Equal(t, n, got)
		}
		ls.theirs[0].now = false
		_, ok = ls.asked()
		require.False(t, ok, "one that can wait")
	}
}

// TestUnitSilentApart: while nothing comes, nothing is sealed but a bye.
func TestUnitSilentApart(t *testing.T) {
	f, now := unanswered(t)
	for range 16 {
		now = now.Add(time.Second)
		f.stream.listened(now, true, usual.silence/3)
		require.NoError(t, f.watch(now))
	}
	for f.next(t) != "" { // a heard that was due before
	}
	_, err := f.queue("", "later")
	require.NoError(t, err)
	for range 600 {
		now = now.Add(time.Second)
		f.stream.listened(now, true, usual.silence/3)
		require.NoError(t, f.watch(now))
		require.Empty(t, f.next(t))
	}
	require.NoError(t, f.goodbye(ReasonClosed, byeLeft))
	require.Equal(t, "\x05\x01", f.next(t)[:2])
}

// TestUnitLastPair: the last pair is tried 30 s after the one before where that is gone, and 120 s after it while it is
// still being tried: something may come of it, and a repair needs a card to meet.
func TestUnitLastPair(t *testing.T) {
	began := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
	for gone, want := range map[bool]time.Duration{true: 30 * time.Second, false: 120 * time.Second} {
		ls := lines{theirs: []card{{n: 1}, {n: 2}}}
		for n := range uint32(2) {
			ls.spares = append(ls.spares, &line{own: card{n: n + 1}, told: true, ready: true})
		}
		pair := func(after time.Duration) *line {
			l, other, ok := ls.pair(began.Add(after), usual.lines.pair, usual.lines.last)
			if ok {
				ls.use(l, other, began.Add(after))
			}
			return l
		}
		first := pair(0)
		require.EqualValues(t, 1, first.own.n)
		if gone {
			ls.forget(first)
		}
		require.Nil(t, pair(want-time.Second))
		require.EqualValues(t, 2, pair(want).own.n)
		require.Nil(t, pair(10*want))
	}
}
