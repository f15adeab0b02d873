package chat

import (
	"encoding/binary"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/invite"
	"tincan/internal/sdp"
)

// In these tests the program of one side has all keys, and has been changed. The other one is ours.

// hostile runs a test in a world in which both sides are ready, for each side as ours.
func hostile(t *testing.T, do func(t *testing.T, w *world, our, other *end)) {
	t.Helper()
	for n, name := range []string{"at the inviter", "at the joiner"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				defer w.close()
				w.wait(5, true)
				do(t, w, w.ends[n], w.ends[1-n])
			})
		})
	}
}

// aCard is a card of a connection that nobody has.
func aCard(n uint32) card {
	s := &socket{own: "nono"}
	d := s.description()
	return card{n: n, packed: invite.CardBytes(d), description: d}
}

// tells has an end tell any card.
func (e *end) tells(c card) {
	e.lines.last = max(e.lines.last, c.n)
	e.stream.control = append(e.stream.control, cardFrame(c))
	e.pump()
}

// live counts the connections of an end that are not closed.
func (e *end) live() (n int) {
	for _, s := range e.sockets {
		if !s.shut {
			n++
		}
	}
	return n
}

// mostLive is how many connections a side may ever have: the one in use, the one before, cards that wait, and tries.
const mostLive = 2 + maxCards + maxTried

// TestUnitHostileCardFlood: whoever tells twenty cards a second for minutes makes us make no more than 16 a minute,
// and the chat goes on.
func TestUnitHostileCardFlood(t *testing.T) {
	for name, step := range map[string]uint32{"each the next": 1, "as far ahead as may be": maxSkipped} {
		t.Run(name, func(t *testing.T) {
			hostile(t, func(t *testing.T, w *world, our, other *end) {
				n := max(other.lines.last, our.lines.seen)
				before := len(our.lines.made)
				most := before
				for range 150 {
					for range 20 {
						n += step
						other.tells(aCard(n))
					}
					w.wait(1, false)
					most = max(most, len(our.lines.made))
					require.LessOrEqual(t, our.live(), mostLive)
				}
				assert.LessOrEqual(t, most, maxMade)
				assert.LessOrEqual(t, len(our.lines.theirs), maxCards)
				our.says(1)
				other.says(1)
				w.wait(2, false)
				require.True(t, w.whole())
			})
		})
	}
}

// TestUnitHostileCardNumbers: a number that does not grow, or grows by too much, ends the chat.
func TestUnitHostileCardNumbers(t *testing.T) {
	for name, c := range map[string]struct {
		step int
		ok   bool
	}{"the next": {1, true}, "32 on": {maxSkipped, true}, "33 on": {maxSkipped + 1, false}, "the same": {0, false}, "back": {-1, false}} {
		t.Run(name, func(t *testing.T) {
			hostile(t, func(t *testing.T, w *world, our, other *end) {
				f := cardFrame(aCard(uint32(int(our.lines.seen) + c.step)))
				if err := our.takeCard(f); c.ok {
					require.NoError(t, err)
				} else {
					require.Equal(t, stop{reason: ReasonUntrusted}, err)
				}
			})
		})
	}
	for _, n := range []uint32{0, 1 << 31, 1<<32 - 1} {
		hostile(t, func(t *testing.T, w *world, our, other *end) {
			require.Equal(t, stop{reason: ReasonUntrusted}, our.takeCard(cardFrame(aCard(n))))
		})
	}
}

// breaks the line in use, and has another open: up to the first message at our end.
func (w *world) reopens(our, other *end) *socket {
	for _, e := range []*end{our, other} {
		e.lines.now.conn.(*socket).fails()
	}
	for _, e := range []*end{other, our} {
		for _, s := range e.sockets {
			if s.canOpen() {
				s.opens()
			}
		}
	}
	if our.n == 1 {
		return our.lines.spares[0].conn.(*socket)
	}
	return our.lines.now.conn.(*socket)
}

// TestUnitHostileResume: a resume that does not prove itself ends nothing but its line. One that does, and asks for what has been
// acked or was never sealed, is the other side's doing, and ends the chat.
func TestUnitHostileResume(t *testing.T) {
	for name, c := range map[string]struct {
		first func(our, other *end, l *line) []byte
		ends  bool
	}{
		"right": {func(our, other *end, l *line) []byte {
			return other.stream.resume(l, other.meet.role)
		}, false},
		"ahead":     {func(our, other *end, l *line) []byte { return other.resumeAt(l, our.stream.frames.Sent()+1) }, true},
		"far ahead": {func(our, other *end, l *line) []byte { return other.resumeAt(l, 1<<63) }, true},
		"back":      {func(our, other *end, l *line) []byte { return other.resumeAt(l, our.stream.kept.first-1) }, true},
		"of another line": {func(our, other *end, l *line) []byte {
			m := *l
			m.own.n++
			return other.stream.resume(&m, other.meet.role)
		}, false},
		"ours sent back": {func(our, other *end, l *line) []byte { return our.stream.resume(our.lineOf(l), our.meet.role) }, false},
		"of another next": {func(our, other *end, l *line) []byte {
			m := other.stream.resume(l, other.meet.role)
			m[7]++
			return m
		}, false},
		"too short": {func(our, other *end, l *line) []byte { return other.stream.resume(l, other.meet.role)[:resumeSize-1] }, false},
		"too long":  {func(our, other *end, l *line) []byte { return append(other.stream.resume(l, other.meet.role), 0) }, false},
		"a frame":   {func(our, other *end, l *line) []byte { return make([]byte, 272) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			hostile(t, func(t *testing.T, w *world, our, other *end) {
				w.wait(30, true) // so that something has been acked
				s := w.reopens(our, other)
				its := other.lineOf(s.line)
				message := c.first(our, other, its)
				s.in = nil
				err := our.arrive(arrival{line: s.line, message: message}, false)
				if c.ends {
					require.Equal(t, stop{reason: ReasonUntrusted}, err)
					return
				}
				require.NoError(t, err)
				require.Equal(t, name == "right", our.lines.carries())
				require.Equal(t, name != "right", s.line.gone)
				our.pump()
				if name != "right" {
					for range 60 {
						w.wait(1, true)
					}
					require.Equal(t, open, our.phase, "by the next pair:\n%s", w)
				}
			})
		})
	}
}

// TestUnitHostileStranger: who breaks the rules of the connection itself on a line that has not proved whose it is ends that line alone.
func TestUnitHostileStranger(t *testing.T) {
	hostile(t, func(t *testing.T, w *world, our, other *end) {
		s := w.reopens(our, other)
		s.in = nil
		require.NoError(t, our.arrive(arrival{line: s.line, ended: true, foreign: true}, false))
		require.True(t, s.line.gone)
		our.pump()
		for range 60 {
			w.wait(1, true)
		}
		require.Equal(t, open, our.phase, "by the next pair:\n%s", w)
		require.Equal(t, stop{reason: ReasonUntrusted}, our.arrive(arrival{line: our.lines.now, ended: true, foreign: true}, false))
	})
}

// lineOf is the line of an end that is the other end of l.
func (e *end) lineOf(l *line) *line { return l.conn.(*socket).like().line }

// resumeAt is a resume that proves itself, for any next.
func (e *end) resumeAt(l *line, next uint64) []byte {
	proof := e.stream.frames.Proof(l.id(e.meet.role), next)
	return append(binary.BigEndian.AppendUint64(nil, next), proof[:]...)
}

// TestUnitHostileSilentLine: a line that opens and says nothing is closed after ten seconds, and the next pair is tried.
func TestUnitHostileSilentLine(t *testing.T) {
	hostile(t, func(t *testing.T, w *world, our, other *end) {
		s := w.reopens(our, other)
		s.in = nil
		for range 12 {
			require.NotEqual(t, open, our.phase)
			time.Sleep(time.Second)
			our.ticks()
		}
		require.True(t, s.line.gone)
		require.LessOrEqual(t, our.live(), mostLive)
	})
}

// TestUnitHostileNoAck: where the other side acks no card, no more than four are made; what we keep of frames does not grow either.
func TestUnitHostileNoAck(t *testing.T) {
	hostile(t, func(t *testing.T, w *world, our, other *end) {
		begun := len(our.sockets)
		for n := range 10 * 720 {
			time.Sleep(5 * time.Second)
			our.ticks()
			for _, s := range our.sockets {
				s.in = nil
			}
			for _, s := range other.sockets {
				s.in = nil
			}
			if n%2 == 0 { // it is there, and reads nothing
				sealed, err := other.stream.frames.Seal(frame{kind: typeTyping}.body())
				require.NoError(t, err)
				our.after(our.arrive(arrival{line: our.lines.now, message: sealed}, false))
				require.Empty(t, our.over)
			}
			require.LessOrEqual(t, our.live(), mostLive)
			require.LessOrEqual(t, our.stream.kept.bytes, maxKept)
		}
		require.LessOrEqual(t, our.w.made-begun, 100)
		require.Greater(t, our.stream.kept.bytes, maxKept/2, "so that the limit was met")
	})
}

// TestUnitHostileNeverOpens: whoever takes cards and opens none of them is tried for half an hour, three at one time, and then left alone.
func TestUnitHostileNeverOpens(t *testing.T) {
	hostile(t, func(t *testing.T, w *world, our, other *end) {
		our.lines.now.conn.(*socket).fails()
		for range 2000 {
			time.Sleep(time.Second)
			our.ticks()
			require.LessOrEqual(t, our.lines.tried(), maxTried)
		}
		require.Equal(t, paused, our.phase)
		require.Zero(t, our.lines.tried())
		require.LessOrEqual(t, our.live(), maxCards)
	})
}

// TestUnitHostileBreaks: a line that is closed every second for a quarter of an hour costs no more than 16 cards a minute, and the chat goes on.
func TestUnitHostileBreaks(t *testing.T) {
	hostile(t, func(t *testing.T, w *world, our, other *end) {
		made := 0
		for n := range 900 {
			if other.lines.now != nil {
				other.loseLine(time.Now())
				other.pump()
			}
			if n%60 == 0 {
				made = w.made
			}
			w.wait(1, true)
			require.LessOrEqual(t, our.live(), mostLive)
			require.LessOrEqual(t, w.made-made, 2*(maxMade+wantedCards))
			our.says(1)
		}
		w.settles()
	})
}

// TestUnitHostileRepairs: thousands of repairs that a person pastes, all of the other side's keys, keep no more connections than others do.
func TestUnitHostileRepairs(t *testing.T) {
	for name, meets := range map[string]func(our *end, n int) uint32{
		"that meet nothing":     func(*end, int) uint32 { return 0 },
		"that meet what is not": func(*end, int) uint32 { return 1 << 20 },
		"that meet a card":      func(our *end, n int) uint32 { return uint32(1 + n%8) },
	} {
		t.Run(name, func(t *testing.T) {
			hostile(t, func(t *testing.T, w *world, our, other *end) {
				our.lines.now.conn.(*socket).fails()
				lists, said := 0, 0
				for n := range 3000 {
					c := invite.Repair{N: our.lines.seen + 1 + uint32(n%maxSkipped), Meets: meets(our, n), Card: (&socket{own: "nono"}).description()}
					c.Card.Candidates = append(c.Card.Candidates, sdp.Candidate{Type: sdp.Host, Address: c.Card.Candidates[0].Address, Port: uint16(2000 + n)})
					frames := *other.stream.frames // each number is sealed many times, as nobody else does
					tag, box, err := frames.SealCard(c.N, c.Bytes())
					require.NoError(t, err)
					if our.acceptRepair(invite.NewRepair(false, tag, box), time.Now()) == nil {
						lists++
					}
					our.pump()
					said += len(our.links)
					our.links = nil
					require.LessOrEqual(t, our.live(), mostLive, "%d codes\n%s", n, w)
					require.LessOrEqual(t, our.lines.tried(), maxTried)
				}
				t.Log(lists, "taken,", said, "answers,", w.made, "connections")
				require.LessOrEqual(t, w.made, 2*(3+maxCards)+maxSkipped)
			})
		})
	}
}

// TestUnitHostileMailbox: a mailbox that gives garbage, old codes, ours, or a new card of the other side at each question has us make no more
// connections than numbers, and ends nothing.
func TestUnitHostileMailbox(t *testing.T) {
	hostile(t, func(t *testing.T, w *world, our, other *end) {
		our.lines.now.conn.(*socket).fails()
		for n := range 2000 {
			time.Sleep(time.Second)
			c := invite.Repair{N: our.lines.seen + 1 + uint32(n%maxSkipped), Card: (&socket{own: "nono"}).description()}
			if l := our.lines.courier.line; l != nil && n%3 > 0 {
				c.Meets = l.own.n + uint32(n%3) - 1
			}
			c.Card.Candidates[0].Port += uint16(n)
			frames := *other.stream.frames
			tag, box, err := frames.SealCard(c.N, c.Bytes())
			require.NoError(t, err)
			taken := invite.NewRepair(false, tag, box).InMailbox()
			switch n % 8 {
			case 1:
				taken = make([]byte, n%400)
			case 2:
				taken[40]++
			case 3:
				taken = our.lines.courier.code.InMailbox()
			}
			our.brought(taken)
			our.ticks()
			require.LessOrEqual(t, our.live(), mostLive+1, "%s", w)
			require.LessOrEqual(t, our.lines.tried(), maxTried)
			require.Empty(t, our.over)
		}
		require.LessOrEqual(t, w.made, 2*(3+maxCards)+maxSkipped)
	})
}

// brought hands over what a mailbox gave, unless a card is being made for what it gave before.
func (e *end) brought(taken []byte) {
	if !e.lines.courier.away {
		e.courierBack(false, nil, [][]byte{taken}, nil)
	}
	e.pump()
}

// TestUnitHostileHandedOver: a repair is taken once, from the other side of this chat, and only while there is something to repair.
func TestUnitHostileHandedOver(t *testing.T) {
	hostile(t, func(t *testing.T, w *world, our, other *end) {
		accept := func(code invite.Code) Code {
			err := our.acceptRepair(code, time.Now())
			our.pump()
			if err == nil {
				return ""
			}
			return CodeOf(err)
		}
		n := other.lines.last + 1
		by := func(who *end, told uint32, answers bool) invite.Code {
			plain := invite.Repair{N: told, Card: aCard(told).description}.Bytes()
			frames := *who.stream.frames
			tag, box, err := frames.SealCard(n, plain)
			require.NoError(t, err)
			return invite.NewRepair(answers, tag, box)
		}
		right, back := by(other, n, false), by(our, n, false)
		require.Equal(t, CodeNoRepair, accept(right), "nothing is broken")
		our.lines.now.conn.(*socket).fails()
		our.makes()
		require.Len(t, our.links, 1)
		own, err := invite.Find(our.links[0].Link)
		require.NoError(t, err)
		require.Equal(t, CodeOwnRepair, accept(own))
		tried, made := our.lines.tried(), w.made
		require.Equal(t, CodeWrongChat, accept(back), "sent back")
		stranger := newWorld(t)
		defer stranger.close()
		require.Equal(t, CodeWrongChat, accept(by(stranger.ends[other.n], n, false)), "another chat")
		damaged := append(invite.Code{}, right...)
		damaged[100]++
		require.Equal(t, CodeMalformed, accept(damaged))
		require.Equal(t, CodeMalformed, accept(by(other, n+1, false)), "another number than its key's")
		require.Equal(t, CodeMalformed, accept(by(other, n, true)), "an answer that meets nothing")
		require.Equal(t, made, w.made)
		require.Equal(t, tried, our.lines.tried())
		require.Empty(t, accept(right))
		require.Equal(t, CodeAlreadyUsed, accept(right))
		require.Equal(t, made+1, w.made, "a card to meet it")
		w.settles()
		require.Equal(t, CodeAlreadyUsed, accept(by(other, n, false)), "it is whole again")
		require.Equal(t, CodeWrongChat, accept(by(stranger.ends[other.n], n, false)), "another chat, all the same")
	})
}

// handed is a repair of an end that meets no card, with the number n.
func (e *end) handed(n uint32) invite.Code {
	frames := *e.stream.frames
	tag, box, err := frames.SealCard(n, invite.Repair{N: n, Card: aCard(n).description}.Bytes())
	require.NoError(e.w.t, err)
	return invite.NewRepair(false, tag, box)
}

// TestUnitOneRepairAtATime: who is handed a repair while one of its own is being made for its person makes a single one,
// which answers.
func TestUnitOneRepairAtATime(t *testing.T) {
	hostile(t, func(t *testing.T, w *world, our, other *end) {
		our.lines.now.conn.(*socket).fails()
		our.slow = true
		our.makes()
		require.Empty(t, our.links)
		made := w.made
		require.NoError(t, our.acceptRepair(other.handed(other.lines.last+1), time.Now()))
		our.slow = false
		our.pump()
		our.pump()
		require.Len(t, our.links, 1)
		answer, err := invite.Find(our.links[0].Link)
		require.NoError(t, err)
		require.True(t, answer.AnswersRepair())
		require.Equal(t, made, w.made)
	})
}

// TestUnitRepairNotAnswered: a repair for which no card can be made counts as never taken.
func TestUnitRepairNotAnswered(t *testing.T) {
	hostile(t, func(t *testing.T, w *world, our, other *end) {
		our.lines.now.conn.(*socket).fails()
		dial := our.lines.dial
		our.lines.dial = func() (connection, error) { return nil, errors.New("no network") }
		code := other.handed(other.lines.last + 1)
		for range 3 {
			require.NoError(t, our.acceptRepair(code, time.Now()))
			our.pump()
			require.Empty(t, our.links)
		}
		our.lines.dial = dial
		require.NoError(t, our.acceptRepair(code, time.Now()))
		our.pump()
		require.Len(t, our.links, 1)
		require.Equal(t, CodeAlreadyUsed, CodeOf(our.acceptRepair(code, time.Now())))
	})
}

// TestUnitStaleRepair: who asks for a repair again gets the same one, and another one when something should have come
// of it.
func TestUnitStaleRepair(t *testing.T) {
	hostile(t, func(t *testing.T, w *world, our, other *end) {
		w.up = [2]bool{}
		our.lines.now.conn.(*socket).fails()
		our.makes()
		require.False(t, our.lines.hand.line.tried.IsZero(), "it meets a card that waits over there")
		for range 4 {
			time.Sleep(our.timing.lines.stale / 5)
			our.makes()
		}
		require.Len(t, our.links, 5)
		for _, link := range our.links {
			require.Equal(t, our.links[0], link)
		}
		time.Sleep(our.timing.lines.stale / 5)
		our.makes()
		require.NotEqual(t, our.links[0], our.links[5])
	})
}

// TestUnitHalfResumed: where a line broke when one side alone took it for resumed, the repairs of the other side count
// from where that one is.
func TestUnitHalfResumed(t *testing.T) {
	hostile(t, func(t *testing.T, w *world, our, other *end) {
		our.says(1)
		other.says(1)
		w.wait(5, true)
		require.Equal(t, our.lines.void, our.lines.agreed)
		our.lines.now.conn.(*socket).fails()
		code := other.handed(other.lines.last + 1)
		our.lines.void = other.lines.last + 5 // by a line of a repair, whose numbers are apart
		_, _, err := our.openRepair(code)
		require.NoError(t, err)
		our.lines.agreed = our.lines.void
		_, _, err = our.openRepair(code)
		require.Equal(t, CodeAlreadyUsed, CodeOf(err))
	})
}

// TestUnitMovedInVain: where nothing comes of a card by a new network while the old one carries, two more are made, and
// then no more.
func TestUnitMovedInVain(t *testing.T) {
	hostile(t, func(t *testing.T, w *world, our, other *end) {
		w.wait(60, true)
		urgent := 0
		our.move(time.Now())
		for range 120 {
			last := our.lines.last
			w.wait(1, false) // no other line opens
			for _, l := range our.lines.spares {
				if l.own.n > last && l.own.now {
					urgent++
				}
			}
		}
		require.Equal(t, 1+triedAgain, urgent, "%s", w)
		require.Equal(t, open, our.phase)
		require.Equal(t, open, other.phase)
	})
}

// TestUnitNoCandidates: what no address is in is no card, for it would lead nowhere.
func TestUnitNoCandidates(t *testing.T) {
	l := &line{own: card{n: 1}}
	d := (&socket{own: "nono"}).description()
	require.NoError(t, l.describe(d.SDP(sdp.Offer, "0"), false))
	l.ready, d.Candidates = false, nil
	require.Equal(t, CodeNoAddresses, CodeOf(l.describe(d.SDP(sdp.Offer, "0"), false)))
	require.False(t, l.ready)
}

// TestUnitNewestReturn: of the returns that lie in the mailbox the newest is answered, and the older ones, which their
// side has lost, are not, however often they are read.
func TestUnitNewestReturn(t *testing.T) {
	hostile(t, func(t *testing.T, w *world, our, other *end) {
		our.lines.now.conn.(*socket).fails()
		var lie [][]byte
		for range 3 {
			b := &back{ticket: other.stream.frames.Ticket()}
			require.NoError(t, other.sealReturn(b, &line{own: aCard(0)}, nil))
			lie = append(lie, b.code.InMailbox())
		}
		made := w.made
		for range 3 {
			require.NoError(t, our.useReturns(lie, 0))
			our.pump()
		}
		require.Equal(t, made+1, w.made)
		require.Equal(t, lie[2][1:], []byte(our.meet.returns.used[0][1:]))
	})
}

// TestUnitReturnNotAnswered: a return for which no card can be made counts as never taken, by whichever way it came.
func TestUnitReturnNotAnswered(t *testing.T) {
	hostile(t, func(t *testing.T, w *world, our, other *end) {
		our.lines.now.conn.(*socket).fails()
		b := &back{ticket: other.stream.frames.Ticket()}
		require.NoError(t, other.sealReturn(b, &line{own: aCard(0)}, nil))
		dial := our.lines.dial
		our.lines.dial = func() (connection, error) { return nil, errors.New("no network") }
		for range 2 {
			require.NoError(t, our.comeBack(b.code, time.Now(), byHand))
			require.NoError(t, our.useReturns([][]byte{b.code.InMailbox()}, 0))
			require.Empty(t, our.meet.returns.read)
		}
		our.lines.dial = dial
		made := w.made
		for range 3 { // it lies there still, each time the mailbox is asked
			require.NoError(t, our.useReturns([][]byte{b.code.InMailbox()}, 0))
			our.pump()
		}
		require.Equal(t, made+1, w.made)
		require.NotEmpty(t, our.lines.courier.answers[0])
		require.Equal(t, CodeAlreadyUsed, CodeOf(our.comeBack(b.code, time.Now(), byHand)))
	})
}
