package peer_test

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"tincan/internal/peer"
	"tincan/internal/peer/peertest"
)

// inside runs the test of this name once more, in a network namespace that leads nowhere: what is
// sent to other computers is lost. It returns true there.
func inside(t *testing.T, name string) bool {
	t.Helper()
	if os.Getenv("TINCAN_INSIDE") == name {
		return true
	}
	if os.Getuid() != 0 {
		t.Skip("needs root, for a network namespace")
	}
	if out, err := exec.Command("unshare", "-n", "true").CombinedOutput(); err != nil {
		t.Skipf("no network namespaces here: %s", out)
	}
	const network = `ip link set lo up && ip link add eth0 type veth peer name far && ip link set far up &&
		ip addr add 192.168.1.11/24 dev eth0 && ip link set eth0 up && ip route add default via 192.168.1.1 &&
		ip neigh add 192.168.1.1 lladdr 02:00:00:00:00:01 dev eth0 && exec "$0" "$@"`
	again := exec.Command("unshare", "-n", "sh", "-c", network, os.Args[0], "-test.run=^"+name+"$", "-test.v")
	again.Env = append(os.Environ(), "TINCAN_INSIDE="+name)
	out, err := again.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "--- PASS: "+name, "%s", out)
	return false
}

// TestFunctionalCardsAndNames is TestFunctionalCards again, where cards are told names that nobody
// answers to. To ask for a name tells a network of it.
func TestFunctionalCardsAndNames(t *testing.T) {
	if inside(t, t.Name()) {
		peertest.Nobody = append(peertest.Nobody, []string{peertest.Name}, []string{"127.0.0.1 5000 typ host", peertest.Name})
		TestFunctionalCards(t)
	}
}

// Where the network is gone, name servers and relays don't answer. A card that is made there is
// closed at once all the same, at whatever it was.
func TestFunctionalCloseWithoutANetwork(t *testing.T) {
	if !inside(t, t.Name()) {
		return
	}
	relay := func(url string) []peer.TURN { return []peer.TURN{{URL: url, Username: "user", Credential: "password"}} }
	t.Run("all", func(t *testing.T) {
		for name, config := range map[string]peer.Config{
			"STUN by name":             {STUN: []string{"stun.example:3478"}},
			"STUN":                     {STUN: []string{"203.0.113.9:3478"}},
			"a relay":                  {TURN: relay("turn:203.0.113.9:3478")},
			"a relay by name":          {TURN: relay("turn:turn.example:3478")},
			"a relay over TCP":         {TURN: relay("turn:203.0.113.9:3478?transport=tcp")},
			"a relay over TCP by name": {TURN: relay("turn:turn.example:3478?transport=tcp")},
			"a relay over TLS":         {TURN: relay("turns:203.0.113.9:5349")},
			"a relay alone":            {TURN: relay("turn:203.0.113.9:3478?transport=tcp"), RelayOnly: true},
		} {
			for _, after := range []time.Duration{0, 100 * time.Millisecond, 2 * time.Second} {
				t.Run(name+"/"+after.String(), func(t *testing.T) {
					t.Parallel()
					config := config
					config.Waits = true
					c, err := peer.New(config)
					require.NoError(t, err)
					offered := make(chan error, 1)
					go func() { _, err := c.Offer(t.Context()); offered <- err }()
					time.Sleep(after) // for how long it has been at it
					began := time.Now()
					require.NoError(t, c.Close())
					// pion notices that it has no relay to ask any more when it asks again.
					assert.Less(t, time.Since(began), 2*time.Second)
					if err := <-offered; err != nil {
						require.ErrorIs(t, err, peer.ErrClosed)
					}
				})
			}
		}
	})
	// Go's resolver goes on by itself for some seconds.
	for began := time.Now(); goleak.Find() != nil && time.Since(began) < time.Minute; { // Find itself waits a little
	}
	require.NoError(t, goleak.Find())
}
