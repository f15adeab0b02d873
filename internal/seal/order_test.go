package seal_test

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tincan/internal/seal"
)

// end is one side of a chat as internal/chat drives it: messages go to the
// handshake until there is a session, then to the session; an error ends it.
type end struct {
	handshake *seal.Handshake
	session   *seal.Frames
	over      bool
	opened    int // frames
}

func (e *end) clone(random io.Reader) *end {
	c := *e
	c.handshake = e.handshake.Clone(random)
	if e.session != nil {
		c.session = e.session.Clone()
	}
	return &c
}

// take hands over a message, and after an error everything all the same: what
// is over must stay so.
func (e *end) take(message []byte) (reached bool) {
	if e.session == nil {
		_, session, err := e.handshake.Handle(message)
		e.session, e.over = session, e.over || err != nil
		return session != nil
	}
	_, _, again := e.handshake.Handle(message)
	_, err := e.session.Open(message)
	if err == nil {
		e.opened++
	}
	e.over = e.over || err != nil || again == nil
	return false
}

// TestFunctionalEveryOrder: all orders of the three handshake messages, three
// frames and garbage, of up to six, at both roles. The messages are the true
// ones of one run. Only the right order reaches a session, and only its frames
// in their order open.
func TestFunctionalEveryOrder(t *testing.T) {
	defer seal.FixEncapsulation()()
	// The roles draw from seeds, so that the answers of every copy are those of the honest run.
	honest := func() *pair {
		p := newPair(t, seeded("order", 0))
		p.atInviter = p.atInviter.Clone(seeded("order, inviter", 0))
		p.atJoiner = p.atJoiner.Clone(seeded("order, joiner", 0))
		return p
	}
	inviter, joiner, m1, m2, m3 := honest().run(t)
	frames := func(s *seal.Frames) map[string][]byte {
		out := map[string][]byte{"M1": m1, "M2": m2, "M3": m3, "garbage": make([]byte, 300)}
		for _, f := range []struct{ name, body string }{{"data", "\x01hello"}, {"ack", "\x03\x00\x00\x00\x00\x00\x00\x00\x01"}, {"bye", "\x05\x01"}} {
			frame, err := s.Seal([]byte(f.body))
			require.NoError(t, err)
			out[f.name] = frame
		}
		return out
	}
	atInviter, atJoiner := honest().atInviter, honest().atJoiner
	_, err := atJoiner.Start()
	require.NoError(t, err)

	longest := 6
	if !thorough || testing.Short() {
		longest = 4
	}
	for _, role := range []struct {
		name, right string
		at          *seal.Handshake
		messages    map[string][]byte
	}{
		{name: "inviter", right: "M1 M3 data ack bye", at: atInviter, messages: frames(joiner)},
		{name: "joiner", right: "M2 data ack bye", at: atJoiner, messages: frames(inviter)},
	} {
		t.Run(role.name, func(t *testing.T) {
			right := strings.Fields(role.right)
			handshake := len(right) - 3
			tried, reached := 0, 0
			var walk func(at *end, sofar []string)
			walk = func(at *end, sofar []string) {
				for name, message := range role.messages {
					now := at.clone(seeded("order, "+role.name, 0))
					order := append(sofar[:len(sofar):len(sofar)], name)
					tried++
					open := now.take(message)
					// How far the order agrees with the right one decides everything.
					agrees := 0
					for agrees < min(len(order), len(right)) && order[agrees] == right[agrees] {
						agrees++
					}
					onTrack := agrees == len(order)
					require.Equal(t, onTrack && len(order) == handshake, open, "%v", order)
					require.Equal(t, agrees >= handshake, now.session != nil, "%v", order)
					require.Equal(t, max(0, agrees-handshake), now.opened, "%v", order)
					require.Equal(t, !onTrack, now.over, "%v", order)
					if open {
						reached++
					}
					if len(order) < longest {
						walk(now, order)
					}
				}
			}
			walk(&end{handshake: role.at}, nil)
			require.Equal(t, 1, reached, "one way leads to a session")
			if longest == 6 {
				require.Equal(t, 7+49+343+2401+16807+117649, tried)
			}
			t.Logf("%d orders of up to %d, 1 leads to a session: %s", tried, longest, strings.Join(right[:handshake], " "))
		})
	}
}
