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

	"tincan/internal/invite"
	"tincan/internal/peer"
	"tincan/internal/seal"
)

// knowing is a connection that found out what it is told.
type knowing struct {
	peer.Conn
	findings peer.Findings
}

func (k knowing) Findings() peer.Findings { return k.findings }

func candidates(list ...string) (d invite.Description) {
	for _, line := range list {
		one, err := invite.ParseSDP("a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=fingerprint:sha-256 "+
			strings.Repeat("AB:", 31)+"AB\r\na=candidate:1 1 udp 1 "+line+"\r\n", false)
		if err != nil || len(one.Candidates) != 1 {
			panic(line)
		}
		d.Candidates = append(d.Candidates, one.Candidates...)
	}
	return d
}

func toldCodes(s *Session) (codes []Code) {
	for _, e := range s.events.list {
		codes = append(codes, e.(Problem).Code)
	}
	return codes
}

// TestUnitNetworkTold: what is said of this end's own network while it waits,
// and when.
func TestUnitNetworkTold(t *testing.T) {
	stun := Network{Mode: ModeAll, STUN: []string{"stun.example:3478"}}
	both := Network{Mode: ModeAll, STUN: stun.STUN, TURN: []TURN{{URL: "turn:turn.example:3478"}}}
	soon, later := time.Second, 4*time.Second
	for name, c := range map[string]struct {
		network Network
		found   peer.Findings
		waited  time.Duration
		role    seal.Role
		want    []Code
	}{
		"all is well":    {stun, peer.Findings{Host: 1, Public: 1, Complete: true}, later, seal.Inviter, nil},
		"STUN is silent": {stun, peer.Findings{Host: 1}, later, seal.Inviter, []Code{CodeSTUNSilent}},
		"STUN is silent, and there is no address": {stun, peer.Findings{}, later, seal.Inviter, nil},
		"STUN may still answer":                   {stun, peer.Findings{Host: 1}, soon, seal.Inviter, nil},
		"STUN refuses":                            {stun, peer.Findings{Host: 1, Complete: true, Refused: true}, later, seal.Inviter, []Code{CodeSTUNSilent}},
		"a public address itself":                 {stun, peer.Findings{Host: 1, Complete: true}, later, seal.Inviter, nil},
		"nobody is asked":                         {Network{Mode: ModeAll}, peer.Findings{Host: 1}, later, seal.Inviter, nil},
		"local only":                              {Network{Mode: ModeLocal, STUN: stun.STUN}, peer.Findings{Host: 1}, later, seal.Inviter, nil},
		"relay only":                              {Network{Mode: ModeRelay, STUN: stun.STUN, TURN: both.TURN}, peer.Findings{Relay: 1}, later, seal.Inviter, nil},
		"UDP is blocked":                          {both, peer.Findings{Host: 1, Relay: 1}, later, seal.Inviter, []Code{CodeUDPBlocked}},
		"STUN is silent, TURN isn't": {both, peer.Findings{Host: 1, Relay: 1, RelayUDP: true}, later, seal.Inviter,
			[]Code{CodeSTUNSilent}},
		"the relay is silent":         {both, peer.Findings{Host: 1, Public: 1}, later, seal.Inviter, []Code{CodeRelaySilent}},
		"symmetric, at once":          {stun, peer.Findings{Host: 1, Public: 2, Symmetric: true}, soon, seal.Inviter, []Code{CodeSymmetric}},
		"symmetric, with a relay":     {both, peer.Findings{Host: 1, Public: 2, Relay: 1, Symmetric: true}, later, seal.Inviter, nil},
		"nobody uses the reply":       {stun, peer.Findings{Public: 1}, timing.alone, seal.Joiner, []Code{CodeNobodyCame}},
		"an inviter waits in silence": {stun, peer.Findings{Public: 1}, timing.alone, seal.Inviter, nil},
	} {
		t.Run(name, func(t *testing.T) {
			now := time.Now()
			s := &Session{role: c.role, conn: knowing{findings: c.found}, network: c.network, events: newEventQueue(),
				diary: NewDiary(), told: map[Code]bool{}, began: now.Add(-c.waited)}
			s.told[CodeNoAddresses] = c.found == peer.Findings{} // as when the link was made
			s.lookAtNetwork(now)
			s.lookAtNetwork(now)
			assert.Equal(t, c.want, toldCodes(s), "each once")
		})
	}
	assert.LessOrEqual(t, timing.look+timing.tick, 5*time.Second, "before the link is sent")
	assert.LessOrEqual(t, timing.slow+timing.tick, 20*time.Second, "after Connect")
}

// TestUnitWhyUnreachable: the sentence after a while without a connection.
func TestUnitWhyUnreachable(t *testing.T) {
	const name = "0b1d7ef2-7a4e-4f6c-9a51-3f1a2b3c4d5e.local"
	usual := candidates("203.0.113.7 5000 typ srflx raddr 0.0.0.0 rport 0")
	for title, c := range map[string]struct {
		found   peer.Findings
		remote  invite.Description
		goodFor time.Duration
		age     time.Duration
		want    Code
	}{
		"nothing is known":      {peer.Findings{Public: 1}, usual, 0, time.Hour, CodeUnreachable},
		"symmetric here":        {peer.Findings{Public: 2, Symmetric: true}, usual, 0, 0, CodeSymmetricPair},
		"symmetric there":       {peer.Findings{Public: 1}, candidates("203.0.113.7 5000 typ srflx raddr 0.0.0.0 rport 0", "203.0.113.7 5001 typ srflx raddr 0.0.0.0 rport 0"), 0, 0, CodeSymmetricPair},
		"two addresses there":   {peer.Findings{Public: 1}, candidates("203.0.113.7 5000 typ srflx raddr 0.0.0.0 rport 0", "2001:db8::7 5001 typ srflx raddr :: rport 0"), 0, 0, CodeUnreachable},
		"only a name":           {peer.Findings{Public: 1}, candidates(name + " 5000 typ host"), 0, 0, CodeHiddenAddress},
		"nothing at all":        {peer.Findings{Public: 1}, candidates(), 0, 0, CodeHiddenAddress},
		"an old link":           {peer.Findings{Public: 1}, usual, 2 * time.Minute, 3 * time.Minute, CodeOldLink},
		"a link not old enough": {peer.Findings{Public: 1}, usual, 2 * time.Minute, time.Minute, CodeUnreachable},
	} {
		now := time.Now()
		s := &Session{conn: knowing{findings: c.found}, remote: c.remote, link: Link{GoodFor: c.goodFor}, since: now, began: now.Add(-c.age)}
		assert.Equal(t, c.want, s.whyUnreachable(), title)
	}
}

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
	diary := NewDiary()
	a, err := Create(t.Context(), Config{Loopback: true, Diary: diary, Network: Network{Mode: ModeLocal, STUN: DefaultSTUN}})
	require.NoError(t, err)
	defer a.Close()
	b, err := Join(t.Context(), Config{Loopback: true}, a.Link().Link)
	require.NoError(t, err)
	defer b.Close()
	require.NoError(t, a.Accept(b.Link().Link, false))
	next(t, a, func(e Event) bool { _, is := e.(Opened); return is })
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
	peer.Conn
	path *peer.Path
}

func (w walking) Path(context.Context) peer.Path { return *w.path }

// TestUnitPathChanged: a new path is told once; one that cannot be told is not, nor what this side alone may see.
func TestUnitPathChanged(t *testing.T) {
	path, now := peer.PathRelay, time.Now()
	s := faceOver(t, seal.Joiner, walking{path: &path}).Session
	require.NoError(t, s.runJobs(t))
	s.phase, s.openedAt, s.lookedAt, s.events, s.diary = open, now, now, newEventQueue(), NewDiary()
	for second, seen := range []peer.Path{
		peer.PathRelay, peer.PathRelay, peer.PathDirect, peer.PathDirect, peer.PathLocal, peer.PathDirect, peer.PathLocal,
		peer.PathRelay, peer.PathLocal, peer.PathLocal,
	} {
		path = seen
		s.lookAtPath(now.Add(time.Duration(second) * 2 * time.Second))
		require.NoError(t, s.runJobs(t))
	}
	path = peer.PathUnknown
	s.lookAtPath(now.Add(time.Minute))
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
