package chat

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// TestUnitOldLineHeals: where no other line opens, the old one goes on as soon as something
// passes, however long it was cut, whichever way, and whatever was said meanwhile.
func TestUnitOldLineHeals(t *testing.T) {
	for _, cut := range [][2]bool{{false, false}, {true, false}, {false, true}} {
		for _, seconds := range []int{3, 14, 17, 40, 300, 2000} {
			for _, says := range []int{0, 1, 2, 3} {
				t.Run(fmt.Sprint(cut, seconds, says), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						w := newWorld(t)
						defer w.close()
						w.wait(80, true)
						for _, e := range w.ends {
							for _, l := range e.lines.spares {
								l.conn.(*socket).dead = true
							}
						}
						w.up = cut
						for n, e := range w.ends {
							if says>>n&1 == 1 {
								e.says(1)
							}
						}
						w.wait(seconds, false)
						if w.mends() {
							t.Fatal("a hand was needed", w)
						}
					})
				})
			}
		}
	}
}

// TestUnitSlowLine: who gets much that is said over a slow line, behind which our acks wait, has not lost it. Where only one way
// carries, both know within half a minute.
func TestUnitSlowLine(t *testing.T) {
	for n := range 2 {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			defer w.close()
			w.wait(5, true)
			e, o := w.ends[n], w.ends[1-n]
			for range 30 {
				o.says(60_000)
			}
			s := e.lines.now.conn.(*socket)
			for range 120 { // a part each second
				if !s.reads() {
					break
				}
				for o.lines.now.conn.(*socket).reads() {
				}
				e.stream.acks.waited()
				e.pump()
				time.Sleep(time.Second)
				e.ticks()
				o.ticks()
				require.Equal(t, open, e.phase)
				require.Equal(t, open, o.phase)
			}
			w.settles()
			w.up[n] = false
			for range 31 {
				e.says(1)
				o.says(1)
				w.wait(1, false)
			}
			require.Equal(t, apart, e.phase)
			require.Equal(t, apart, o.phase)
			w.settles()
		})
	}
}

// TestUnitTriedAndHealed: where one side alone had tried a card when the old line healed, the pair is still good for the other.
func TestUnitTriedAndHealed(t *testing.T) {
	for n := range 2 {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			defer w.close()
			w.wait(5, true)
			e, o := w.ends[n], w.ends[1-n]
			for range 17 {
				time.Sleep(time.Second)
				e.ticks()
			}
			require.Equal(t, 1, e.lines.tried())
			o.ticks()
			w.flow(false)
			require.Equal(t, open, e.phase)
			e.ticks()
			require.Zero(t, o.lines.tried())
			for _, e := range w.ends {
				e.lines.now.conn.(*socket).fails()
			}
			require.False(t, w.settles(), "a hand was needed:\n%s", w)
		})
	}
}

// TestUnitNewLine: when a line carries the chat, the older cards of both are void, and all else that was tried is closed.
func TestUnitNewLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		for last := range uint32(20) {
			w.settles()
			for _, e := range w.ends {
				require.Equal(t, last, e.lines.void)
				require.GreaterOrEqual(t, e.lines.last, e.lines.void)
				require.Nil(t, e.lines.before)
				for _, l := range e.lines.spares {
					require.Greater(t, l.own.n, e.lines.void)
					require.Zero(t, l.tried)
				}
				for _, c := range e.lines.theirs {
					require.Greater(t, c.n, e.lines.void)
				}
				if last > 0 {
					require.Equal(t, last, e.lines.now.own.n, "the lowest pair")
					require.Equal(t, last, e.lines.now.other.n)
				}
			}
			for _, e := range w.ends {
				e.lines.now.conn.(*socket).fails()
			}
			w.wait(1, true)
		}
	})
}
