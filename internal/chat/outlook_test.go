package chat

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/peer"
	"tincan/internal/sdp"
)

// began is when the link is made in tests whose time is their own.
var began = time.Date(2031, 5, 1, 12, 0, 0, 0, time.UTC)

// candidateSDP is what an engine says that found one candidate.
func candidateSDP(line string) string {
	return "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=fingerprint:sha-256 " +
		strings.Repeat("AB:", 31) + "AB\r\na=candidate:1 1 udp 1 " + line + "\r\n"
}

func candidates(list ...string) (d sdp.Description) {
	for _, line := range list {
		one, err := sdp.Parse(candidateSDP(line), false)
		if err != nil || len(one.Candidates) != 1 {
			panic(line)
		}
		d.Candidates = append(d.Candidates, one.Candidates...)
	}
	return d
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
		lonely  bool
		want    []Code
	}{
		"all is well":    {stun, peer.Findings{Host: 1, Public: 1, Complete: true}, later, false, nil},
		"STUN is silent": {stun, peer.Findings{Host: 1}, later, false, []Code{CodeSTUNSilent}},
		"STUN is silent, and there is no address": {stun, peer.Findings{}, later, false, nil},
		"STUN may still answer":                   {stun, peer.Findings{Host: 1}, soon, false, nil},
		"STUN refuses":                            {stun, peer.Findings{Host: 1, Complete: true, Refused: true}, later, false, []Code{CodeSTUNSilent}},
		"a public address itself":                 {stun, peer.Findings{Host: 1, Complete: true}, later, false, nil},
		"nobody is asked":                         {Network{Mode: ModeAll}, peer.Findings{Host: 1}, later, false, nil},
		"local only":                              {Network{Mode: ModeLocal, STUN: stun.STUN}, peer.Findings{Host: 1}, later, false, nil},
		"relay only":                              {Network{Mode: ModeRelay, STUN: stun.STUN, TURN: both.TURN}, peer.Findings{Relay: 1}, later, false, nil},
		"UDP is blocked":                          {both, peer.Findings{Host: 1, Relay: 1}, later, false, []Code{CodeUDPBlocked}},
		"STUN is silent, TURN isn't": {both, peer.Findings{Host: 1, Relay: 1, RelayUDP: true}, later, false,
			[]Code{CodeSTUNSilent}},
		"the relay is silent":     {both, peer.Findings{Host: 1, Public: 1}, later, false, []Code{CodeRelaySilent}},
		"symmetric, at once":      {stun, peer.Findings{Host: 1, Public: 2, Symmetric: true}, soon, false, []Code{CodeSymmetric}},
		"symmetric, with a relay": {both, peer.Findings{Host: 1, Public: 2, Relay: 1, Symmetric: true}, later, false, nil},
		"nobody uses the reply":   {stun, peer.Findings{Public: 1}, usual.alone, true, []Code{CodeNobodyCame}},
		"somebody else says so":   {stun, peer.Findings{Public: 1}, usual.alone, false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOutlook(c.network, &usual)
			o.began, o.lonely = began, c.lonely
			if c.found == (peer.Findings{}) {
				require.True(t, o.news(CodeNoAddresses)) // as when the link was made
			}
			var told []Code
			for range 2 {
				for _, code := range o.waiting(began.Add(c.waited), c.found) {
					if o.news(code) {
						told = append(told, code)
					}
				}
			}
			assert.Equal(t, c.want, told, "each once")
		})
	}
	assert.LessOrEqual(t, usual.look+usual.tick, 5*time.Second, "before the link is sent")
	assert.LessOrEqual(t, usual.slow+usual.tick, 20*time.Second, "after Connect")
}

// TestUnitWhyUnreachable: the sentence after a while without a connection.
func TestUnitWhyUnreachable(t *testing.T) {
	const name = "0b1d7ef2-7a4e-4f6c-9a51-3f1a2b3c4d5e.local"
	plain := candidates("203.0.113.7 5000 typ srflx raddr 0.0.0.0 rport 0")
	for title, c := range map[string]struct {
		found   peer.Findings
		remote  sdp.Description
		goodFor time.Duration
		age     time.Duration
		want    Code
	}{
		"nothing is known":      {peer.Findings{Public: 1}, plain, 0, time.Hour, CodeUnreachable},
		"symmetric here":        {peer.Findings{Public: 2, Symmetric: true}, plain, 0, 0, CodeSymmetricPair},
		"symmetric there":       {peer.Findings{Public: 1}, candidates("203.0.113.7 5000 typ srflx raddr 0.0.0.0 rport 0", "203.0.113.7 5001 typ srflx raddr 0.0.0.0 rport 0"), 0, 0, CodeSymmetricPair},
		"two addresses there":   {peer.Findings{Public: 1}, candidates("203.0.113.7 5000 typ srflx raddr 0.0.0.0 rport 0", "2001:db8::7 5001 typ srflx raddr :: rport 0"), 0, 0, CodeUnreachable},
		"only a name":           {peer.Findings{Public: 1}, candidates(name + " 5000 typ host"), 0, 0, CodeHiddenAddress},
		"nothing at all":        {peer.Findings{Public: 1}, candidates(), 0, 0, CodeHiddenAddress},
		"an old link":           {peer.Findings{Public: 1}, plain, 2 * time.Minute, 3 * time.Minute, CodeOldLink},
		"a link not old enough": {peer.Findings{Public: 1}, plain, 2 * time.Minute, time.Minute, CodeUnreachable},
	} {
		o := newOutlook(Network{}, &usual)
		o.remote, o.goodFor, o.began = c.remote, c.goodFor, began
		assert.Equal(t, c.want, o.stuck(began.Add(c.age), c.found), title)
	}
}

// TestUnitPathAsked: for the path, at each turn of the clock until it is known, then every two
// seconds while a better one is likely, then rarely, and never twice at a time.
func TestUnitPathAsked(t *testing.T) {
	o := newOutlook(Network{}, &usual)
	o.openedAt = began
	ask := func(second int) bool {
		now := began.Add(time.Duration(second) * time.Second)
		return o.pathDue(now) && o.asks(now)
	}
	require.True(t, o.asks(began), "as the channel opens")
	require.False(t, ask(1), "the engine is at it")
	other, both := o.saw(peer.PathUnknown)
	require.False(t, other || both)
	var asked []int
	for second := 2; second <= 200; second++ {
		if ask(second) {
			asked = append(asked, second)
			seen := peer.PathUnknown
			if second >= 5 {
				seen = peer.PathRelay
			}
			other, both := o.saw(seen)
			require.Equal(t, second == 5, other, second)
			require.Equal(t, second == 5, both, second)
		}
	}
	assert.Equal(t, []int{2, 3, 4, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 59, 89, 119, 149, 179}, asked)
	assert.Equal(t, PathRelay, o.path())
	require.True(t, ask(300))
	other, both = o.saw(peer.PathLocal)
	assert.True(t, other && both)
	require.True(t, ask(400))
	other, both = o.saw(peer.PathDirect)
	assert.True(t, other)
	assert.False(t, both, "the other side would read the same")
	assert.Equal(t, PathDirect, o.path())
}
