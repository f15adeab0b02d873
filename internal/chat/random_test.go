package chat

import (
	"flag"
	"math/rand/v2"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

var randomLines = flag.Int("lines", 300, "how many lines TestUnitLinesAtRandom goes through")
var randomSeed = flag.Uint64("seed", 0, "the first seed of TestUnitLinesAtRandom")

// TestUnitLinesAtRandom: whatever is said, breaks, opens, heals and is handed over, whenever an
// engine answers and however late frames arrive, the chat goes on.
func TestUnitLinesAtRandom(t *testing.T) {
	lines, runs, hands := 0, 0, 0
	for seed := *randomSeed; lines < *randomLines; seed++ {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			defer w.close()
			defer func() {
				if t.Failed() {
					t.Logf("seed %d\n%s", seed, w)
				}
			}()
			r := rand.New(rand.NewPCG(seed, 1))
			for range 4 {
				if seed%8 == 0 {
					w.stirs(r)
				} else {
					w.breaks(r)
				}
				if w.ends[0].left() || w.ends[1].left() {
					w.parts()
					break
				}
				if w.settles() {
					hands++
				}
			}
			lines += w.lines
			runs++
		})
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	t.Logf("%d runs, %d lines, %d times by hand", runs, lines, hands)
}

// stirs has things happen, some of them often and some never.
func (w *world) stirs(r *rand.Rand) {
	var often [16]int
	sum := 0
	for i := range often {
		often[i] = max(0, r.IntN(24)-6)
		switch i {
		case 5, 6:
			often[i] /= 4
		case 13:
			often[i] = min(often[i], 1) * r.IntN(2)
		case 14:
			often[i] = r.IntN(20) / 19
		}
		sum += often[i]
	}
	size := []int{1, 1, 1, 400, partSize + 1, 60_000}[r.IntN(6)]
	w.ends[0].slow, w.ends[1].slow = r.IntN(3) == 0, r.IntN(3) == 0
	for range 20 + r.IntN(200) {
		what, i := r.IntN(max(sum, 1)), 0
		for ; i < len(often)-1 && what >= often[i]; i++ {
			what -= often[i]
		}
		e := w.ends[r.IntN(2)]
		if e.over != "" || len(e.sockets) == 0 {
			return
		}
		s := e.sockets[len(e.sockets)-1-r.IntN(min(8, len(e.sockets)))]
		if l := e.lines.now; l != nil && r.IntN(2) == 0 {
			s = l.conn.(*socket)
		}
		switch i {
		case 0:
			for range 1 + r.IntN(1+r.IntN(100)) {
				e.says(1 + r.IntN(size))
			}
		case 1:
			for range 1 + r.IntN(100) {
				s.reads()
			}
		case 2:
			s.reads()
		case 3:
			w.wait(1+r.IntN(4), r.IntN(2) == 0)
		case 4:
			for _, s := range e.sockets {
				if s.canOpen() && r.IntN(2) == 0 {
					s.opens()
					break
				}
			}
		case 5:
			if s.line != nil && !s.ended && !s.shut {
				s.fails()
			}
		case 6:
			s.dead = true
			if o := s.like(); o != nil {
				o.dead = true
			}
			w.note("%s is gone", s.own)
		case 7:
			w.up[e.n] = !w.up[e.n]
		case 8:
			if len(e.jobs) > 0 {
				e.answer(r.IntN(len(e.jobs)))
			}
		case 9:
			e.makes()
		case 10:
			from := w.ends[r.IntN(2)]
			if n := len(from.links); n > 0 {
				e.accepts(from.links[n-1-r.IntN(min(n, 4))])
			}
		case 11:
			e.after(func() error { e.wake(e.now()); return nil }())
		case 12:
			e.stream.acks.waited()
			e.pump()
		case 13:
			w.wait(600+r.IntN(1800), r.IntN(2) == 0)
		case 14:
			w.note("%d leaves", e.n)
			e.after(e.goodbye(ReasonClosed, byeLeft))
		case 15:
			for n := range 20 + r.IntN(20) {
				e.ticks()
				if n%7 == 0 {
					e.other.ticks()
				}
				w.wait(1, false)
			}
		}
	}
}

// breaks has the line in use break many times, in one way or another, while the two talk.
func (w *world) breaks(r *rand.Rand) {
	w.wait(r.IntN(5), true)
	for range 50 {
		e := w.ends[r.IntN(2)]
		e.slow = r.IntN(4) == 0
		for range r.IntN(1 + r.IntN(1+r.IntN(10))) {
			w.ends[r.IntN(2)].says(1)
		}
		l := e.lines.now
		if l == nil || e.over != "" || e.other.over != "" {
			break
		}
		s := l.conn.(*socket)
		switch r.IntN(8) {
		case 0, 1, 2:
			s.fails()
		case 3:
			s.fails()
			if o := e.other.lines.now; o != nil && !o.conn.(*socket).ended {
				o.conn.(*socket).fails()
			}
		case 4:
			s.dead = true
			if o := s.like(); o != nil {
				o.dead = true
			}
			w.wait(15+r.IntN(3), false)
		case 5:
			w.up[e.n] = false
			w.wait(14+r.IntN(20), false)
			w.up[e.n] = true
		case 6:
			w.up = [2]bool{}
			w.wait(10+r.IntN(30), false)
			w.up = [2]bool{true, true}
		case 7:
			for range r.IntN(20) {
				s.reads()
			}
		}
		for range r.IntN(4) {
			for _, s := range w.ends[r.IntN(2)].sockets {
				if s.canOpen() {
					s.opens()
				}
			}
			for _, s := range w.ends[r.IntN(2)].sockets {
				if r.IntN(2) == 0 {
					s.reads()
				}
			}
		}
		for k := 0; k < 30 && !w.whole(); k++ {
			for _, e := range w.ends {
				if len(e.jobs) > 0 && r.IntN(2) == 0 {
					e.answer(r.IntN(len(e.jobs)))
				}
			}
			w.wait(1, r.IntN(4) > 0)
		}
		for _, e := range w.ends { // where cards have run out, a hand helps
			if e.phase.broken() && r.IntN(3) == 0 {
				if e.makes(); len(e.links) > 0 {
					e.other.accepts(e.links[len(e.links)-1])
				}
			}
		}
		w.wait(r.IntN(15), true)
	}
}

// parts is what must come of a chat that one side has left.
func (w *world) parts() {
	w.up = [2]bool{true, true}
	w.wait(5, true)
	for _, e := range w.ends {
		require.True(w.t, e.over != "" || e.phase != leaving, "still there:\n%s", w)
	}
}

func (e *end) left() bool { return e.over != "" || e.phase == leaving }
