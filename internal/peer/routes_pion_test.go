//go:build linux

package peer_test

import (
	"net"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/peer"
)

// inNetwork runs f on a computer of its own as far as the network is concerned, with loopback
// alone. ip runs the command of this name there.
func inNetwork(t *testing.T, f func(ip func(arguments string))) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root, for a network namespace")
	}
	done := make(chan struct{})
	var skip string
	go func() {
		defer close(done)
		runtime.LockOSThread() // for good: the thread ends with the goroutine
		if err := syscall.Unshare(syscall.CLONE_NEWNET); err != nil {
			skip = "no network namespaces here: " + err.Error()
			return
		}
		f(func(arguments string) {
			out, err := exec.Command("ip", strings.Fields(arguments)...).CombinedOutput()
			assert.NoError(t, err, "ip %s: %s", arguments, out)
		})
	}()
	<-done
	if skip != "" {
		t.Skip(skip)
	}
}

// Each step either is another network or is not, for the terminal to make fresh cards by.
func TestFunctionalRoutes(t *testing.T) {
	inNetwork(t, func(ip func(string)) {
		before := peer.Routes()
		assert.Regexp(t, regexp.MustCompile(`^[0-9a-z]+$`), before)
		seen := map[string]string{before: "nothing"}
		for _, step := range []struct {
			does    string
			changes bool
		}{
			{"link set lo up", false},
			{"link add eth0 type veth peer name far0", false},
			{"link set far0 up", false},
			{"link set eth0 up", false}, // gets a link-local address at most
			{"addr add 192.168.1.11/24 dev eth0", true},
			{"route add default via 192.168.1.1", true},
			{"route add 10.9.0.0/16 via 192.168.1.2", false},
			{"link add eth1 type veth peer name far1", false},
			{"link set far1 up", false},
			{"link set eth1 up", false},
			{"addr add 192.168.2.11/24 dev eth1", true},
			{"route replace default via 192.168.2.1", true},
			{"addr add 2001:db8:1::11/64 dev eth1 nodad", true},
			{"route add default via 2001:db8:1::1 dev eth1", true},
			{"addr add 127.0.0.7/8 dev lo", false},
			{"addr add 169.254.7.7/16 dev eth0", false},
			{"addr del 192.168.1.11/24 dev eth0", true},
			{"addr add 192.168.1.12/24 dev eth0", true},
			{"addr del 192.168.1.12/24 dev eth0", false}, // back to what was
			{"link set eth1 down", true},
		} {
			ip(step.does)
			after := peer.Routes()
			assert.Equal(t, after, peer.Routes(), "%s: the same when asked again", step.does)
			if known := seen[after]; step.changes {
				assert.Empty(t, known, "%s is as after %s", step.does, known)
			} else {
				assert.NotEmpty(t, known, step.does)
			}
			seen[after] = step.does
		}
	})
}

// Whoever reads a log with the word in it learns no address, nor whether it is the network of
// another log.
func TestFunctionalRoutesTellNoAddress(t *testing.T) {
	word := peer.Routes()
	cards, err := net.InterfaceAddrs()
	require.NoError(t, err)
	for _, card := range cards {
		assert.NotContains(t, word, card.(*net.IPNet).IP.String())
	}
	assert.Regexp(t, regexp.MustCompile(`^[0-9a-z]{1,13}$`), word)

	other := exec.Command(os.Args[0], "-test.run", "^TestUnitRoutesWord$", "-test.v")
	other.Env = append(os.Environ(), "TINCAN_ROUTES=print")
	out, err := other.Output()
	require.NoError(t, err)
	there := regexp.MustCompile(`(?m)^word (\S+)$`).FindStringSubmatch(string(out))
	require.NotNil(t, there, string(out))
	assert.NotEqual(t, word, there[1])
}

// TestUnitRoutesWord prints the word for TestFunctionalRoutesTellNoAddress, in a process of its own.
func TestUnitRoutesWord(t *testing.T) {
	if os.Getenv("TINCAN_ROUTES") == "print" {
		os.Stdout.WriteString("word " + peer.Routes() + "\n")
	}
	require.NotEmpty(t, peer.Routes())
}

func BenchmarkRoutes(b *testing.B) {
	for b.Loop() {
		peer.Routes()
	}
}
