package chat

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// talker is one end of a chat in TestUnitTalk: a line, and what run keeps beside it.
type talker struct {
	*stream
	out    outbox
	in     inbox
	typing typing
	road   [][]byte // sent, and not read by the other end yet
	ended  bool     // the other end's bye has come
}

func (e *talker) leaves() bool { return len(e.control) > 0 || e.saidBye }

// fill seals what may go now.
func (e *talker) fill(t *testing.T) {
	t.Helper()
	_, err := e.stream.fill(&e.out, &e.typing, e.leaves())
	require.NoError(t, err)
}

// send has what is sealed taken.
func (e *talker) send(now time.Time) bool {
	if e.wire == nil {
		return false
	}
	e.road = append(e.road, e.wire)
	e.sent(now)
	return true
}

// read takes the next frame of the other end, which must not be refused.
func (e *talker) read(t *testing.T, from *talker, now time.Time) bool {
	t.Helper()
	if len(from.road) == 0 || e.ended {
		return false
	}
	wire := from.road[0]
	from.road = from.road[1:]
	e.came(now)
	f, ok := e.open(wire)
	require.True(t, ok, "an honest frame is refused; acks: %+v", e.acks)
	switch f.kind {
	case typeText, typeMore:
		_, _, err := e.in.add(f, e.frames)
		require.NoError(t, err)
	case typeAck, typeHeard:
		for more := true; more; _, more = e.out.delivered(f.next()) {
		}
	case typeBye:
		e.ended = true
	}
	e.acks.gather(len(from.road) > 0)
	return true
}

// TestUnitTalk: two honest ends never refuse each other, whatever they say, however slowly one
// reads and whenever one leaves, and neither keeps an account that grows. If none leaves, all arrives.
func TestUnitTalk(t *testing.T) {
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 0))
		a, b := twoStreams(t)
		ends, said := [2]*talker{{stream: a}, {stream: b}}, [2]int{}
		now := began
		often := make([]int, 8) // how often each thing happens: some never
		for i := range often {
			often[i] = max(0, r.IntN(24)-4)
		}
		often[7] = r.IntN(2)
		first := r.IntN(10) // how often it happens to the first of the two
		for range 1000 {
			n, what := 1, r.IntN(140)
			if r.IntN(10) < first {
				n = 0
			}
			e, other := ends[n], ends[1-n]
			i := 0
			for ; i < len(often) && what >= often[i]; i++ {
				what -= often[i]
			}
			switch i {
			case 0:
				for k := 0; k < 1+r.IntN(5) && !e.leaves() && e.out.room(1); k++ {
					e.out.push(outgoing{kind: typeText, text: string(make([]byte, []int{1, 1, 1, partSize + 1}[r.IntN(4)]))})
					said[n]++
				}
			case 1:
				for range 1 + r.IntN(100) {
					e.read(t, other, now)
					e.fill(t)
				}
			case 2:
				e.read(t, other, now)
			case 3:
				for range 1 + r.IntN(100) {
					e.fill(t)
					e.send(now)
				}
			case 4:
				e.acks.waited()
			case 5:
				now = now.Add(time.Duration(r.IntN(10_000)) * time.Millisecond)
				for m, e := range ends {
					e.say(now, usual.heard)
					e.typing.tick()
					if len(ends[1-m].road) == 0 {
						e.readAll()
					}
				}
			case 6:
				if e.quiet() {
					e.typing.write()
				}
			case 7:
				if !e.leaves() && r.IntN(20) == 0 {
					e.bye(byeLeft)
				}
			}
			e.fill(t)
			e.send(now)
			for _, e := range ends {
				require.LessOrEqual(t, len(e.acks.unacked), maxUnacked)
				require.LessOrEqual(t, len(e.acks.unanswered), maxUnacked)
				require.LessOrEqual(t, len(e.acks.unsettled), 2*maxUnacked)
				require.LessOrEqual(t, len(e.acks.sent), 2*maxUnacked)
			}
		}
		for moved := true; moved; {
			moved = false
			for n, e := range ends {
				for e.read(t, ends[1-n], now) {
					moved = true
				}
				e.acks.waited()
				e.fill(t)
				moved = e.send(now) || moved
			}
		}
		for n, e := range ends {
			if !e.leaves() && !ends[1-n].leaves() {
				require.Equal(t, said[n], int(ends[1-n].in.received), "seed %d", seed)
				require.Empty(t, e.out.rest())
				require.True(t, e.quiet())
			}
		}
	}
}
