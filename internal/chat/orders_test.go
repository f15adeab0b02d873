package chat

import (
	"flag"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

var ordersDepth = flag.Int("depth", 2, "how many events TestUnitEveryOrderOfLines goes through in every order")

// happening is one thing that can happen in a world. It returns false where it cannot happen now.
type happening struct {
	name string
	do   func(w *world) bool
}

// happenings are all that can happen, to the one end or the other.
func happenings() (list []happening) {
	add := func(name string, do func(w *world) bool) { list = append(list, happening{name, do}) }
	always := func(do func(w *world)) func(*world) bool {
		return func(w *world) bool { do(w); return true }
	}
	add("nothing passes", func(w *world) bool { was := w.up; w.up = [2]bool{}; return was != w.up })
	add("all passes", func(w *world) bool { was := w.up; w.up = [2]bool{true, true}; return was != w.up })
	add("the line's mapping is gone", func(w *world) bool {
		gone := false
		for _, e := range w.ends {
			if l := e.lines.now; l != nil {
				s := l.conn.(*socket)
				gone, s.dead = gone || !s.dead, true
				if o := s.like(); o != nil {
					o.dead = true
				}
			}
		}
		return gone
	})
	add("a second", always(func(w *world) { w.wait(1, false) }))
	add("silence", always(func(w *world) { w.wait(17, false) }))
	add("half an hour", always(func(w *world) { // most of it frozen
		time.Sleep(30 * time.Minute)
		w.wait(2, false)
	}))
	add("late", always(func(w *world) { // time without what is on the way
		for range 11 {
			time.Sleep(time.Second)
			for _, e := range w.ends {
				e.ticks()
			}
		}
	}))
	add("what is on the way arrives", always(func(w *world) { w.flow(false) }))
	for n, who := range []string{" at I", " at J"} {
		each := func(name string, do func(w *world, e *end) bool) {
			add(name+who, func(w *world) bool { return w.ends[n].over == "" && do(w, w.ends[n]) })
		}
		each("one way is cut", func(w *world, e *end) bool { was := w.up[n]; w.up[n] = false; return was })
		each("says", func(w *world, e *end) bool { e.says(1); return true })
		each("a line opens", func(w *world, e *end) bool {
			for _, s := range e.sockets {
				if s.canOpen() {
					s.opens()
					return true
				}
			}
			return false
		})
		each("the line ends", func(w *world, e *end) bool {
			l := e.lines.now
			if l == nil || l.conn.(*socket).ended {
				return false
			}
			l.conn.(*socket).fails()
			return true
		})
		each("a try ends", func(w *world, e *end) bool {
			for _, l := range e.lines.spares {
				if s := l.conn.(*socket); s.carried && !s.ended {
					s.fails()
					return true
				}
			}
			return false
		})
		each("one frame arrives", func(w *world, e *end) bool {
			for _, s := range e.sockets {
				if s.reads() {
					return true
				}
			}
			return false
		})
		each("makes a repair", func(w *world, e *end) bool {
			had := len(e.links)
			e.makes()
			return len(e.links) > had || len(e.lines.hand.wait) > 0
		})
		each("accepts a repair", func(w *world, e *end) bool {
			if len(e.other.links) == 0 {
				return false
			}
			e.accepts(e.other.links[len(e.other.links)-1])
			return true
		})
		each("the engine waits", func(w *world, e *end) bool { was := e.slow; e.slow = true; return !was })
		each("the engine answers", func(w *world, e *end) bool {
			if len(e.jobs) == 0 {
				return false
			}
			e.answer(len(e.jobs) - 1)
			return true
		})
		each("moves", func(w *world, e *end) bool { e.move(time.Now()); e.pump(); return true })
		each("comes back", func(w *world, e *end) bool { was := e.phase; e.wake(time.Now()); e.pump(); return was != e.phase })
		each("leaves", func(w *world, e *end) bool {
			if e.left() || e.other.left() {
				return false
			}
			e.after(e.goodbye(ReasonClosed, byeLeft))
			return true
		})
	}
	return list
}

// TestUnitEveryOrderOfLines: all orders of what can happen to a chat and its lines. After each the network comes
// back, and all that was said arrives once and in order, both are open, and each has cards for the next time.
func TestUnitEveryOrderOfLines(t *testing.T) {
	list := happenings()
	for name, begin := range map[string]func(w *world){
		"met":   func(*world) {},
		"ready": func(w *world) { w.wait(5, true) },
		"apart": func(w *world) {
			w.wait(5, true)
			w.ends[0].says(1)
			w.up = [2]bool{}
			w.wait(17, false)
			w.up = [2]bool{true, true}
		},
		"half resumed": func(w *world) {
			w.wait(5, true)
			w.ends[0].sockets[0].fails()
			w.ends[1].sockets[0].fails()
			for _, e := range w.ends {
				for _, s := range e.sockets {
					if s.canOpen() {
						s.opens()
						break
					}
				}
			}
			for _, s := range w.ends[1].sockets {
				s.reads()
			}
			w.ends[1].says(1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			tried, byHand, lines := 0, 0, 0
			// goes tells whether the last of an order could happen. If so, all is well in the end.
			goes := func(order []int) (could bool) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t)
					defer w.close()
					begin(w)
					var names []string
					for _, n := range order {
						could = list[n].do(w)
						names = append(names, list[n].name)
						w.note("%s", list[n].name)
					}
					if !could {
						return
					}
					defer func() {
						if t.Failed() {
							t.Log(strings.Join(names, ", "))
						}
					}()
					tried++
					if w.ends[0].left() || w.ends[1].left() {
						w.parts()
						return
					}
					if w.settles() {
						byHand++
					}
					lines += w.lines
				})
				require.False(t, t.Failed())
				return could
			}
			var walk func(before []int)
			walk = func(before []int) {
				for n := range list {
					order := append(before[:len(before):len(before)], n)
					if goes(order) && len(order) < *ordersDepth {
						walk(order)
					}
				}
			}
			walk(nil)
			t.Logf("%d orders, %d lines, %d times by hand", tried, lines, byHand)
		})
	}
}
