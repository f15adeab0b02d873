package chat

import (
	"context"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/peer"
	"tincan/internal/seal"
)

// silentServer takes what it is sent and says nothing.
func silentServer(t *testing.T) string {
	t.Helper()
	c, err := net.ListenPacket("udp4", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c.LocalAddr().String()
}

func next(t *testing.T, s *Session, is func(Event) bool) Event {
	t.Helper()
	deadline, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		e, ok := s.Next(deadline)
		require.True(t, ok, "it did not come")
		if is(e) {
			return e
		}
	}
}

// TestFunctionalSTUNSilent: a server that doesn't answer is told within
// seconds of the link, which is there nonetheless.
func TestFunctionalSTUNSilent(t *testing.T) {
	t.Parallel()
	s, err := Create(t.Context(), Config{Loopback: true, Network: Network{STUN: []string{silentServer(t)}}})
	require.NoError(t, err)
	defer s.Close()
	made := time.Now()
	assert.NotEmpty(t, s.Link().Link)
	e := next(t, s, func(e Event) bool { _, is := e.(Problem); return is })
	assert.Equal(t, Problem{CodeSTUNSilent}, e)
	t.Logf("told %v after the link", time.Since(made).Round(100*time.Millisecond))
}

// TestFunctionalRelayOnly: without a relay, or with one that doesn't answer,
// there is no link at all, so nothing is told to anybody.
func TestFunctionalRelayOnly(t *testing.T) {
	t.Parallel()
	_, err := Create(t.Context(), Config{Network: Network{Mode: ModeRelay, STUN: DefaultSTUN}})
	assert.Equal(t, CodeNoRelay, CodeOf(err))
	relay := []TURN{{URL: "turn:" + silentServer(t), Username: "u", Credential: "p"}}
	_, err = Create(t.Context(), Config{Loopback: true, Network: Network{Mode: ModeRelay, TURN: relay}})
	assert.Equal(t, CodeRelaySilent, CodeOf(err))
	s, err := Create(t.Context(), Config{Loopback: true})
	require.NoError(t, err)
	defer s.Close()
	_, err = Join(t.Context(), Config{Loopback: true, Network: Network{Mode: ModeRelay}}, s.Link().Link)
	assert.Equal(t, CodeNoRelay, CodeOf(err))
}

// TestFunctionalDiary: it tells the whole way, and no address, name or secret.
func TestFunctionalDiary(t *testing.T) {
	t.Parallel()
	diary := NewDiary()
	a, err := Create(t.Context(), Config{Loopback: true, Diary: diary, Network: Network{Mode: ModeLocal, STUN: DefaultSTUN}})
	require.NoError(t, err)
	defer a.Close()
	b, err := Join(t.Context(), Config{Loopback: true}, a.Link().Link)
	require.NoError(t, err)
	defer b.Close()
	require.NoError(t, a.Accept(b.Link().Link, false))
	// The engine may not know the way yet when the chat opens.
	next(t, a, func(e Event) bool {
		opened, is := e.(Opened)
		_, later := e.(PathChanged)
		return is && opened.Path != "" || later
	})
	require.NoError(t, a.Close())

	text := diary.Text()
	for _, want := range []string{"inviter, ways: local", "own candidate: host IPv4", "own candidates: complete", "link made, candidates in it: ",
		"the reply's candidates: ", "ICE: ", "connection: connected", "chat: open", "path, as seen from here: ", "ended: closed"} {
		assert.Contains(t, text, want)
	}
	for _, line := range strings.Split(strings.TrimSpace(text), "\n")[1:] {
		assert.Regexp(t, `^\d+\.\d{3} \S`, line)
	}
	assert.NotRegexp(t, regexp.MustCompile(`\d+\.\d+\.\d+\.\d+|[0-9a-f]*:[0-9a-f]*:|\.local|stun\.`), text)
	assert.NotContains(t, text, a.Link().Link)

	for range 2 * maxNotes {
		diary.note("more")
	}
	assert.Less(t, len(diary.Text()), 40*maxNotes, "it does not grow for ever")
}

// walking is a connection whose path becomes another.
type walking struct {
	connection
	path *peer.Path
}

func (w walking) Path(context.Context) peer.Path { return *w.path }

// TestUnitPathChanged: a new path is told once; one that cannot be told is not, nor what this side alone may see.
func TestUnitPathChanged(t *testing.T) {
	path, now := peer.PathRelay, time.Now()
	s := faceOver(t, seal.Joiner, walking{path: &path}).Session
	require.NoError(t, s.runJobs(t))
	s.phase, s.look.openedAt, s.events, s.diary = open, now, newEventQueue(), NewDiary()
	for second, seen := range []peer.Path{
		peer.PathRelay, peer.PathRelay, peer.PathDirect, peer.PathDirect, peer.PathLocal, peer.PathDirect, peer.PathLocal,
		peer.PathRelay, peer.PathLocal, peer.PathLocal,
	} {
		path = seen
		s.askPath(now.Add(time.Duration(second) * 2 * time.Second))
		require.NoError(t, s.runJobs(t))
	}
	path = peer.PathUnknown
	s.askPath(now.Add(time.Minute))
	require.NoError(t, s.runJobs(t))
	assert.Equal(t, []Event{PathChanged{PathDirect}, PathChanged{PathRelay}, PathChanged{PathDirect}}, s.events.list)
	var noted []string
	for line := range strings.Lines(s.diary.Text()) {
		if _, seen, is := strings.Cut(line, "path, as seen from here: "); is {
			noted = append(noted, strings.TrimSpace(seen))
		}
	}
	assert.Equal(t, []string{"direct", "local", "direct", "local", "relay", "local"}, noted)
}
