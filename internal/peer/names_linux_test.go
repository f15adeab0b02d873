package peer_test

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"tincan/internal/peer/peertest"
)

// TestFunctionalCardsAndNames is TestFunctionalCards again, where cards are told names that nobody
// answers to. To ask for a name tells a network of it, so this is done in a network namespace.
func TestFunctionalCardsAndNames(t *testing.T) {
	if os.Getenv("TINCAN_NAMES") == "inside" {
		peertest.Nobody = append(peertest.Nobody, []string{peertest.Name}, []string{"127.0.0.1 5000 typ host", peertest.Name})
		TestFunctionalCards(t)
		return
	}
	if os.Getuid() != 0 {
		t.Skip("needs root, for a network namespace")
	}
	if out, err := exec.Command("unshare", "-n", "true").CombinedOutput(); err != nil {
		t.Skipf("no network namespaces here: %s", out)
	}
	const network = `ip link set lo up && ip link add eth0 type veth peer name far && ip link set far up && ip addr add 192.168.1.11/24 dev eth0 &&
		ip link set eth0 up && ip route add default via 192.168.1.1 && exec "$0" "$@"`
	inside := exec.Command("unshare", "-n", "sh", "-c", network, os.Args[0], "-test.run=^TestFunctionalCardsAndNames$", "-test.v")
	inside.Env = append(os.Environ(), "TINCAN_NAMES=inside")
	out, err := inside.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "PASS: TestFunctionalCardsAndNames/TriedWithNobodyThere", "%s", out)
}
