package chat

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tincan/internal/mailbox"
)

// TestUnitSpans: whatever two clocks say that differ by no more than half a span, each side looks where the other one
// leaves its cards, and nobody ever leaves two cards in one place.
func TestUnitSpans(t *testing.T) {
	const length = 300 * time.Second
	began := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
	for at := time.Duration(0); at < 3*length; at += time.Second {
		own, _ := spanOf(began.Add(at), length)
		for _, apart := range []time.Duration{0, time.Second, time.Minute, length/2 - time.Second, length / 2} {
			for _, theirs := range []time.Time{began.Add(at + apart), began.Add(at - apart)} {
				span, next := spanOf(theirs, length)
				require.Contains(t, []uint32{span, next}, own, "%s by %s", at, apart)
			}
		}
	}
	seen := map[uint32]bool{}
	for span := range uint32(40) {
		for k := range uint32(maxPlaces) {
			n := courierPlace{span, k}.number()
			require.False(t, seen[n])
			seen[n] = true
		}
	}
}

// TestUnitPlaces: the places of a span that have been emptied are remembered while that span is looked through, and
// forgotten with it.
func TestUnitPlaces(t *testing.T) {
	var c courier
	c.from(7).k = 3
	c.from(6).k = 1
	require.Equal(t, courierPlace{7, 3}, *c.from(7))
	require.Equal(t, courierPlace{6, 1}, *c.from(6))
	require.Equal(t, courierPlace{8, 0}, *c.from(8))
	require.Equal(t, courierPlace{7, 3}, *c.from(7))
	require.Equal(t, courierPlace{6, 0}, *c.from(6))
	require.False(t, slices.Contains(c.their[:], courierPlace{8, 0}))
}

// TestUnitOccupied: a card goes into the next place at once where one lies, or has been taken, and stays where it lies.
func TestUnitOccupied(t *testing.T) {
	hostile(t, func(t *testing.T, w *world, our, other *end) {
		c := &our.lines.courier
		our.lines.now.conn.(*socket).fails()
		for k := range uint32(5) {
			require.Equal(t, k, c.own.k)
			our.courierBack(true, mailbox.ErrOccupied, nil, nil)
			require.False(t, c.lies)
			require.False(t, c.due.After(time.Now()))
		}
		our.courierBack(true, nil, nil, nil)
		require.True(t, c.lies)
		require.EqualValues(t, 5, c.own.k)
		require.True(t, c.due.After(time.Now()))
	})
}
