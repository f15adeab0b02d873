package peer

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestUnitGathering(t *testing.T) {
	type found struct {
		after         time.Duration
		candidateType string
		address       string
	}
	const complete = "complete"
	stun := Config{STUN: []string{"stun.example:3478"}}
	turn := []TURN{{URL: "turn:turn.example:3478"}}
	for name, row := range map[string]struct {
		config Config
		found  []found
		want   time.Duration
	}{
		"nothing is found": {
			config: stun, want: gatherWait,
		},
		"nothing is found for what waits": {
			config: Config{STUN: stun.STUN, Waits: true}, want: emptyWait,
		},
		"something late for what waits": {
			config: Config{STUN: stun.STUN, Waits: true}, found: []found{
				{2*cardWait - time.Second, "host", "192.168.1.2"},
			}, want: 2 * cardWait,
		},
		"nothing public for what waits": {
			config: Config{STUN: stun.STUN, Waits: true}, found: []found{{0, "host", "192.168.1.2"}}, want: cardWait,
		},
		"complete": {
			config: stun, found: []found{
				{0, "host", "192.168.1.2"}, {200 * time.Millisecond, complete, ""},
			}, want: 200 * time.Millisecond,
		},
		"no STUN": {
			found: []found{{0, "host", "192.168.1.2"}, {time.Millisecond, complete, ""}},
			want:  time.Millisecond,
		},
		"no STUN, never complete": {
			found: []found{{0, "host", "192.168.1.2"}}, want: gatherWait,
		},
		"one family": {
			config: stun, found: []found{
				{0, "host", "192.168.1.2"}, {40 * time.Millisecond, "srflx", "203.0.113.7"},
			}, want: 40*time.Millisecond + gatherSettle,
		},
		"two families": {
			config: stun, found: []found{
				{0, "host", "192.168.1.2"}, {0, "host", "2001:db8::2"},
				{40 * time.Millisecond, "srflx", "203.0.113.7"},
				{300 * time.Millisecond, "srflx", "2001:db8::2"},
			}, want: 340*time.Millisecond + gatherSettle,
		},
		"two families, one answer": {
			config: stun, found: []found{
				{0, "host", "192.168.1.2"}, {0, "host", "2001:db8::2"},
				{40 * time.Millisecond, "srflx", "203.0.113.7"},
			}, want: gatherWait,
		},
		"second family named after the first answer": {
			config: stun, found: []found{
				{0, "host", "192.168.1.2"}, {1 * time.Millisecond, "srflx", "203.0.113.7"},
				{1 * time.Millisecond, "host", "2001:db8::2"},
				{100 * time.Millisecond, "srflx", "2001:db8::2"},
			}, want: 102*time.Millisecond + gatherSettle,
		},
		"addresses without a way out ask for no answer": {
			config: stun, found: []found{
				{0, "host", "127.0.0.1"}, {0, "host", "::1"}, {0, "host", "fe80::1"}, {0, "host", "10.0.0.2"},
				{40 * time.Millisecond, "srflx", "203.0.113.7"},
			}, want: 40*time.Millisecond + gatherSettle,
		},
		"hidden, one family": {
			config: stun, found: []found{
				{0, "host", "a.local"}, {40 * time.Millisecond, "srflx", "203.0.113.7"},
			}, want: 40*time.Millisecond + gatherSettle,
		},
		"hidden, two families, one answer": {
			config: stun, found: []found{
				{0, "host", "a.local"}, {0, "host", "b.local"}, {40 * time.Millisecond, "srflx", "203.0.113.7"},
			}, want: gatherWait,
		},
		"STUN and a relay": {
			config: Config{STUN: stun.STUN, TURN: turn}, found: []found{
				{0, "host", "192.168.1.2"}, {40 * time.Millisecond, "srflx", "203.0.113.7"},
				{60 * time.Millisecond, "relay", "198.51.100.9"},
			}, want: 100*time.Millisecond + gatherSettle,
		},
		"STUN, and a relay that is dead": {
			config: Config{STUN: stun.STUN, TURN: turn}, found: []found{
				{0, "host", "192.168.1.2"}, {40 * time.Millisecond, "srflx", "203.0.113.7"},
			}, want: gatherWait,
		},
		"relay only: it is worth waiting for": {
			config: Config{STUN: stun.STUN, TURN: turn, RelayOnly: true}, found: []found{
				{3 * time.Second, "relay", "198.51.100.9"},
			}, want: 3*time.Second + gatherSettle,
		},
		"relay only, dead": {
			config: Config{TURN: turn, RelayOnly: true}, want: relayWait,
		},
		"hidden, two families": {
			config: stun, found: []found{
				{0, "host", "a.local"}, {0, "host", "b.local"}, {40 * time.Millisecond, "srflx", "203.0.113.7"},
				{10 * time.Millisecond, "srflx", "2001:db8::2"},
			}, want: 50*time.Millisecond + gatherSettle,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newGathering(row.config)
				go func() {
					for _, f := range row.found {
						time.Sleep(f.after)
						if f.candidateType == complete {
							g.complete()
						} else {
							g.found(candidate{candidateType: f.candidateType, address: f.address})
						}
					}
				}()
				began := time.Now()
				require.NoError(t, g.wait(t.Context(), newLatch()))
				assert.Equal(t, row.want, time.Since(began))
				time.Sleep(2 * gatherWait) // what comes later changes nothing
			})
		})
	}
}

func TestUnitGatheringIsInterrupted(t *testing.T) {
	ended := newLatch()
	ended.set()
	require.ErrorIs(t, newGathering(Config{}).wait(t.Context(), ended), ErrClosed)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, newGathering(Config{}).wait(ctx, newLatch()), context.Canceled)
}

// Two servers that see one socket at two ports sit behind a symmetric NAT. What
// a server on this side of the NAT sees says nothing.
func TestUnitSymmetricNAT(t *testing.T) {
	srflx := func(address string, port int, base string) candidate {
		return candidate{candidateType: "srflx", address: address, port: port, base: base}
	}
	for name, row := range map[string]struct {
		found []candidate
		want  bool
	}{
		"one answer":              {[]candidate{srflx("203.0.113.7", 5000, "")}, false},
		"the same port twice":     {[]candidate{srflx("203.0.113.7", 5000, ""), srflx("203.0.113.7", 5000, "")}, false},
		"two ports":               {[]candidate{srflx("203.0.113.7", 5000, ""), srflx("203.0.113.7", 5001, "")}, true},
		"two addresses":           {[]candidate{srflx("203.0.113.7", 5000, ""), srflx("203.0.113.8", 5000, "")}, true},
		"two sockets":             {[]candidate{srflx("203.0.113.7", 5000, "10.0.0.2 1"), srflx("203.0.113.7", 5001, "10.0.0.3 1")}, false},
		"two families":            {[]candidate{srflx("203.0.113.7", 5000, ""), srflx("2001:db8::7", 5001, "")}, false},
		"a server in our network": {[]candidate{srflx("192.168.1.2", 4000, ""), srflx("203.0.113.7", 5001, "")}, false},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGathering(Config{})
			for _, c := range row.found {
				g.found(c)
			}
			assert.Equal(t, row.want, g.know().Symmetric)
		})
	}
}
