package chat

import (
	"fmt"
	"testing"
	"testing/synctest"
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
