package chat

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestUnitTakeAck: of all acks, only those that tell something new and true; a heard may tell
// the same again.
func TestUnitTakeAck(t *testing.T) {
	for _, say := range []func(uint64) frame{ackFrame, heardFrame} {
		for sent := range uint64(6) {
			for acked := range sent + 1 {
				for next := range uint64(8) {
					a := acks{acked: acked}
					for n := acked; n < sent; n++ {
						a.framed(frame{kind: typeText}, n)
					}
					said := say(next)
					right := next <= sent && (next > acked || next == acked && said.kind == typeHeard)
					require.Equal(t, right, a.arrived(said, sent), "%d after %d of %d", next, acked, sent)
					if right {
						require.Len(t, a.unacked, int(sent-next))
						require.Equal(t, next == sent, a.settled())
					} else {
						require.Equal(t, acked, a.acked, "a refused one changes nothing")
					}
				}
			}
		}
	}
}

// TestUnitHeardForEver: over a line that brings no answer nothing piles up, however often it is
// said what has arrived.
func TestUnitHeardForEver(t *testing.T) {
	var a acks
	require.True(t, a.asked(0))
	for n := range uint64(10_000) {
		a.framed(a.heard(1), n)
	}
	require.Len(t, a.sent, 1)
	require.True(t, a.arrived(heardFrame(1), 10_000), "the first that came was enough")
	require.Empty(t, a.sent)
	require.Empty(t, a.unanswered)
}

// TestUnitAcksGather: when an ack goes, and that none goes twice for the same.
func TestUnitAcksGather(t *testing.T) {
	var a acks
	a.gather(false)
	a.hasten()
	require.False(t, a.due || a.soon, "nothing came")
	for n := range uint64(ackEvery) {
		require.False(t, a.due)
		require.True(t, a.asked(n))
		a.gather(true)
		require.False(t, a.soon, "more has arrived already")
	}
	require.True(t, a.due)
	require.Equal(t, ackFrame(ackEvery), a.next(ackEvery))
	require.False(t, a.due || a.soon)
	require.True(t, a.asked(ackEvery))
	a.gather(false)
	require.True(t, a.soon)
	require.False(t, a.due)
	a.waited()
	require.True(t, a.due)
	a.next(ackEvery + 1)
	require.True(t, a.asked(ackEvery+1))
	a.hasten()
	require.True(t, a.due)
}

// TestUnitAcksLimits: neither side has more than 64 frames under way that want an ack.
func TestUnitAcksLimits(t *testing.T) {
	var us, them acks
	for n := range uint64(maxUnacked) {
		require.False(t, us.full() || us.mustShow())
		us.framed(frame{kind: typeText}, n)
		require.True(t, them.asked(n))
	}
	require.True(t, us.full())
	ack := them.next(maxUnacked)
	them.framed(ack, 0)
	require.True(t, us.arrived(ack, maxUnacked))
	require.False(t, us.full(), "all have arrived")
	require.True(t, us.mustShow(), "that we know it, they do not know")
	require.False(t, them.asked(maxUnacked), "and would take one more for somebody who does not wait")
	them.unanswered = them.unanswered[:maxUnacked]
	ours := us.next(1)
	us.framed(ours, maxUnacked)
	require.False(t, us.mustShow())
	require.True(t, them.arrived(ours, 1))
	require.Empty(t, them.unanswered)
	require.True(t, them.asked(maxUnacked+1))
}
