package chat

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tincan/internal/seal"
)

// twoSessions are both ends of one chat, whose frames a test carries.
func twoSessions(t *testing.T) (a, b *Session) {
	t.Helper()
	f := face(t, seal.Inviter)
	f.shakeHands(t)
	f.stream.wire = nil
	b = &Session{
		meet: meeting{role: seal.Joiner, keys: f.meet.keys, secret: f.meet.secret}, lines: newLines(noOther, unconnected{}, wantedCards), stream: stream{frames: f.other.Frames, can: abilities{ours: ourFeatures}}, texts: newTexts(seal.Joiner), stage: stage{phase: open, since: time.Now()},
		timing: &usual, events: newEventQueue(), diary: NewDiary(), look: newOutlook(Network{}, &usual), work: newWork(),
	}
	return f.Session, b
}

// TestUnitUnanswered: two of ours never take one another for somebody who sends without
// waiting for acks, however late frames and acks arrive, and however much is said.
func TestUnitUnanswered(t *testing.T) {
	for _, late := range [][2]int{{0, 0}, {1, 1}, {0, 15}, {15, 0}, {70, 1}, {1, 70}, {63, 64}, {200, 200}} {
		for name, talk := range map[string][2]int{"one way": {1000, 0}, "the other way": {0, 1000}, "both ways": {600, 600}, "little back": {1000, 20}} {
			t.Run(fmt.Sprint(name, " ", late), func(t *testing.T) {
				a, b := twoSessions(t)
				ends, roads := [2]*Session{a, b}, [2][][]byte{}
				said, most := [2]int{}, 0
				for turn := 0; turn < 60_000; turn++ {
					for n, s := range ends {
						if said[n] < talk[n] && len(s.out.waiting) < 100 {
							_, err := s.queue("", strings.Repeat("x", 1+said[n]%3))
							require.NoError(t, err)
							said[n]++
						}
						if turn%3 == 0 { // some time passes
							s.stream.acks.waited()
						}
						require.NoError(t, s.fillWire())
						// A frame of this side arrives once so many are behind it, or nothing more is sent.
						if s.stream.wire != nil {
							roads[n] = append(roads[n], s.stream.wire)
							s.stream.wire = nil
							if len(roads[n]) <= late[n] {
								continue
							}
						}
						if len(roads[n]) > 0 {
							frame := roads[n][0]
							roads[n] = roads[n][1:]
							require.NoError(t, ends[1-n].hear(arrival{message: frame}, len(roads[n]) > 0))
						}
						most = max(most, len(ends[1-n].stream.acks.unanswered))
						require.LessOrEqual(t, len(ends[1-n].stream.acks.sent), maxUnacked+1)
					}
					if int(a.in.received) == talk[1] && int(b.in.received) == talk[0] && len(a.out.underWay)+len(b.out.underWay) == 0 {
						require.LessOrEqual(t, most, maxUnacked)
						return
					}
				}
				require.Fail(t, "it never all arrives", "%d and %d", a.in.received, b.in.received)
			})
		}
	}
}

// TestUnitBurst: what somebody sends at once, without having heard any of our acks, ends the
// chat with the 65th frame that asks for one, though all of ours have gone out.
func TestUnitBurst(t *testing.T) {
	for _, body := range []string{"\x01text", "\x43unknown"} {
		f := openFace(t)
		for n := 1; n <= maxUnacked; n++ {
			require.NoError(t, f.gets(t, body), n)
			f.next(t) // an ack, which the other side does not answer
			f.typing.tick()
		}
		require.Equal(t, stop{reason: ReasonUntrusted}, f.gets(t, body))
	}
	// With an ack of our acks, it may go on.
	f := openFace(t)
	for range 10 * maxUnacked {
		require.NoError(t, f.gets(t, "\x01text"))
		require.Len(t, f.next(t), 9)
		require.NoError(t, f.gets(t, string(ackFrame(f.stream.frames.Sent()).body())))
	}
}
