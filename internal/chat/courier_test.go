package chat

import (
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"tincan/internal/invite"
	"tincan/internal/mailbox"
	"tincan/internal/seal"
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

// TestUnitCouriersMeet: in whatever order two sides leave cards and look for the other's, and whatever becomes of the cards meanwhile,
// both soon try the same two, and others when nothing comes of these. Each looks every five seconds; nothing else has them meet here.
func TestUnitCouriersMeet(t *testing.T) {
	const runs = 500
	worst := time.Duration(0)
	for seed := range uint64(runs) {
		synctest.Test(t, func(t *testing.T) {
			w, luck := newWorld(t), rand.New(rand.NewPCG(seed, 0))
			defer w.close()
			w.wait(5, true)
			var left [2][]invite.Code // of each side
			var taken [2]int          // of those of the other one
			for _, e := range w.ends {
				e.lines.now.conn.(*socket).fails()
				e.pump()
			}
			leave := func(n int) {
				if c := &w.ends[n].lines.courier; c.line != nil && !c.line.gone && !c.lies {
					left[n], c.lies = append(left[n], c.code), true
				}
			}
			take := func(n int) {
				var found [][]byte
				for _, code := range left[1-n][taken[n]:] {
					found = append(found, code.InMailbox())
				}
				taken[n] = len(left[1-n])
				w.ends[n].courierBack(false, nil, found, nil)
				w.ends[n].pump()
			}
			for range max(0, luck.IntN(40)-20) {
				time.Sleep(time.Second)
				n := luck.IntN(2)
				if l := w.ends[n].lines.courier.line; l != nil && luck.IntN(4) == 0 {
					w.ends[n].lines.drop(l)
				}
				take(n)
				leave(luck.IntN(2))
			}
			phase, met := luck.IntN(3), uint32(0)
			for second := 0; second < 20 || met > 0 && second < 60; second++ {
				time.Sleep(time.Second)
				if second%5 == 0 {
					take(0)
				}
				if second%5 == phase {
					take(1)
				}
				leave(0)
				leave(1)
				a, b := w.ends[0].lines.courier.line, w.ends[1].lines.courier.line
				if a == nil || b == nil || a.own.n == met || a.other.n == 0 || a.id(seal.Inviter) != b.id(seal.Joiner) {
					continue
				}
				if met > 0 {
					return
				}
				met, worst = a.own.n, max(worst, time.Duration(second+1)*time.Second)
			}
			require.Fail(t, "never met", "seed %d: %d and %d cards, inviter's %d", seed, len(left[0]), len(left[1]), met)
		})
	}
	t.Log(runs, "runs, at the latest after", worst)
}
