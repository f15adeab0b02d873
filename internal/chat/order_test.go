package chat

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tincan/internal/files"
	"tincan/internal/peer"
	"tincan/internal/seal"
)

// unconnected stands where the connection would: these tests hand messages
// to run's own functions, in the order they like.
type unconnected struct{ connection }

func (unconnected) Path(context.Context) peer.Path { return peer.PathLocal }
func (unconnected) Files() files.Channel           { return noFiles{} }

// noFiles is a channel by which nothing comes.
type noFiles struct{}

func (noFiles) Send(ctx context.Context, _ []byte) error { return ctx.Err() }
func (noFiles) Receive(ctx context.Context) ([]byte, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// hear hands over what has come from the line in use.
func (s *Session) hear(a arrival, more bool) error {
	a.line = s.lines.now
	return s.arrive(a, more)
}

// noOther is of an engine that makes no second connection.
func noOther() (connection, error) { return nil, peer.ErrUnavailable }

// facing is a session of ours and an honest other end, without a connection.
type facing struct {
	*Session
	handshake *seal.Handshake // the other end's
	other     *Speaker
	m1        []byte // of the joiner, whichever of the two it is
}

func face(t testing.TB, role seal.Role) *facing { return faceOver(t, role, unconnected{}) }

func faceOver(t testing.TB, role seal.Role, conn connection) *facing {
	t.Helper()
	secret, err := seal.GenerateLinkSecret(rand.Reader)
	require.NoError(t, err)
	i, err := seal.GenerateKeyPair(rand.Reader)
	require.NoError(t, err)
	j, err := seal.GenerateKeyPair(rand.Reader)
	require.NoError(t, err)
	reply, atJoiner, err := seal.SealReply(rand.Reader, j, secret, i.PublicKey(), []byte("invite"), []byte("answer"))
	require.NoError(t, err)
	_, atInviter, err := seal.OpenReply(rand.Reader, i, secret, []byte("invite"), reply)
	require.NoError(t, err)
	f := &facing{
		Session:   &Session{timing: &usual, meet: meeting{role: role, keys: i, secret: secret}, lines: newLines(noOther, conn, wantedCards), stream: stream{handshake: atInviter, can: abilities{ours: ourFeatures}}, texts: newTexts(role), events: newEventQueue(), diary: NewDiary(), look: newOutlook(Network{}, &usual), work: newWork(), stage: stage{phase: looking, told: StateConnecting, since: time.Now()}},
		handshake: atJoiner,
	}
	if role == seal.Joiner {
		f.meet.keys, f.stream.handshake, f.handshake = j, atJoiner, atInviter
		f.stream.first, err = atJoiner.Start()
		require.NoError(t, err)
	}
	require.NoError(t, f.hear(arrival{opened: true}, false))
	if role == seal.Joiner {
		f.m1 = f.stream.wire
	} else {
		f.m1, err = f.handshake.Start()
		require.NoError(t, err)
	}
	return f
}

// shakeHands carries the handshake through.
func (f *facing) shakeHands(t testing.TB) {
	t.Helper()
	order := []string{"M1", "M3"}
	if f.meet.role == seal.Joiner {
		order = []string{"M2"}
	}
	for _, name := range order {
		require.NoError(t, f.hand(t, name))
	}
	require.NotNil(t, f.stream.frames)
}

// hand takes the message of that name from the other end: the true one if it
// has come that far, one from a chat of others if not.
func (f *facing) hand(t testing.TB, name string) error {
	t.Helper()
	return f.hear(arrival{message: f.message(t, name)}, false)
}

func (f *facing) message(t testing.TB, name string) []byte {
	t.Helper()
	switch name {
	case "M1":
		return f.m1
	case "M2":
		if f.meet.role == seal.Inviter && len(f.stream.wire) == seal.M2Size {
			return f.stream.wire // its own, sent back
		}
		if f.meet.role == seal.Joiner && f.other == nil && f.stream.frames == nil {
			if m2, _, err := f.handshake.Handle(f.m1); err == nil {
				return m2
			}
		}
		return make([]byte, seal.M2Size)
	case "M3":
		if f.meet.role == seal.Inviter && len(f.stream.wire) == seal.M2Size {
			m3, other, err := f.handshake.Handle(f.stream.wire)
			require.NoError(t, err)
			f.other = NewSpeaker(other)
			return m3
		}
		return make([]byte, seal.M3Size)
	case "garbage":
		return make([]byte, 300)
	}
	body := map[string]string{"data": "\x01hello", "ack": "\x03\x00\x00\x00\x00\x00\x00\x00\x01", "bye": "\x05\x01"}[name]
	if f.other == nil {
		return make([]byte, seal.MinFrame) // nobody has a key to make one
	}
	frame, err := f.other.Seal([]byte(body))
	require.NoError(t, err)
	return frame
}

// TestFunctionalEveryOrder: all orders of handshake messages, frames and
// garbage, of up to six, handed to the session. It opens for the right one
// alone. After an error the session is over and reads no more, so that only
// orders are gone through whose beginning is allowed.
func TestFunctionalEveryOrder(t *testing.T) {
	t.Parallel()
	names := []string{"M1", "M2", "M3", "data", "ack", "bye", "garbage"}
	for _, c := range []struct {
		role  seal.Role
		right string
	}{{seal.Inviter, "M1 M3"}, {seal.Joiner, "M2"}} {
		t.Run(c.right, func(t *testing.T) {
			handed, opened := 0, 0
			var walk func(before []string)
			walk = func(before []string) {
				for _, name := range names {
					f := face(t, c.role)
					order := append(before[:len(before):len(before)], name)
					var err error
					for n, name := range order {
						require.NoError(t, err, "%v", order[:n])
						err = f.hand(t, name)
						if f.stream.frames != nil && f.other == nil {
							_, other, _ := f.handshake.Handle(f.stream.wire)
							f.other = NewSpeaker(other)
						}
						if f.stream.frames != nil && f.out.last == 0 {
							// So that one ack is right, once.
							_, sendErr := f.queue("", "hi")
							require.NoError(t, sendErr)
							f.stream.wire = nil
							require.NoError(t, f.fillWire())
						}
					}
					handed++
					said := strings.Join(order, " ")
					require.Equal(t, strings.HasPrefix(said+" ", c.right+" "), f.stream.frames != nil, said)
					frames := strings.Fields(strings.TrimPrefix(said, c.right))
					wanted := expected(f.stream.frames != nil, frames, c.right, said)
					if wanted == "" {
						require.NoError(t, err, said)
						opened++
						if len(order) < 6 {
							walk(order)
						}
						continue
					}
					require.Equal(t, stop{reason: wanted}, err, said)
				}
			}
			walk(nil)
			t.Logf("%d orders handed over, %d of them allowed", handed, opened)
		})
	}
}

// expected is how an order whose beginning was allowed must end: "" goes on.
func expected(open bool, frames []string, right, said string) Reason {
	if !open {
		if strings.HasPrefix(right, said) {
			return ""
		}
		return ReasonUntrusted
	}
	if len(frames) == 0 {
		return ""
	}
	switch last := frames[len(frames)-1]; {
	case last == "bye":
		return ReasonLeft
	case last == "data":
		return ""
	case last == "ack" && strings.Count(strings.Join(frames, " "), "ack") == 1:
		return ""
	}
	return ReasonUntrusted
}
