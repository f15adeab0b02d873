//go:build js

package peer

import (
	"context"
	"syscall/js"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseCandidate(t *testing.T) {
	for line, want := range map[string][2]string{
		"candidate:1 1 udp 2113937151 a.local 53788 typ host generation 0 network-cost 999":                   {"host", "a.local"},
		"candidate:0 1 UDP 2122187007 192.168.1.2 56756 typ host":                                             {"host", "192.168.1.2"},
		"candidate:1 1 udp 1677729535 203.0.113.7 5 typ srflx raddr 0.0.0.0 rport 0 generation 0":             {"srflx", "203.0.113.7"},
		"candidate:1 1 udp 1677729535 2001:db8::7 5 typ srflx raddr :: rport 0 generation 0 network-cost 999": {"srflx", "2001:db8::7"},
		"candidate:2 1 TCP 2105458943 a.local 9 typ host tcptype active":                                      {},
		"candidate:1 1 udp": {},
		"":                  {}, // how Firefox says that there are no more
	} {
		candidateType, address := parseCandidate(line)
		assert.Equal(t, want, [2]string{candidateType, address}, line)
	}
}

func TestFirefoxIsRecognised(t *testing.T) {
	assert.True(t, isFirefox("v=0\r\no=mozilla...THIS_IS_SDPARTA-99.0 68 0 IN IP4 0.0.0.0\r\n"))
	assert.False(t, isFirefox("v=0\r\no=- 68 2 IN IP4 127.0.0.1\r\n"))
}

// A refused dummy candidate would buy no patience and nobody would notice.
func TestDummyCandidateIsTaken(t *testing.T) {
	if !js.Global().Get("RTCPeerConnection").Truthy() {
		t.Skip("no RTCPeerConnection here: run in a browser, as make test does")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	inviter, err := New(Config{})
	require.NoError(t, err)
	defer inviter.Close()
	joiner, err := New(Config{})
	require.NoError(t, err)
	defer joiner.Close()
	offer, err := inviter.Offer(ctx)
	require.NoError(t, err)
	_, err = joiner.Answer(ctx, offer)
	require.NoError(t, err)
	require.NoError(t, joiner.(*browserConn).addDummy(ctx, patiencePort))
}
