//go:build js

package peer

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/sdp"
)

func TestUnitOwnCandidate(t *testing.T) {
	for text, want := range map[string]candidate{
		"candidate:1 1 udp 2113937151 a.local 53788 typ host generation 0 network-cost 999":                   {candidateType: "host", address: "a.local", port: 53788, base: " "},
		"candidate:0 1 UDP 2122187007 192.168.1.2 56756 typ host":                                             {candidateType: "host", address: "192.168.1.2", port: 56756, base: " "},
		"candidate:1 1 udp 1677729535 203.0.113.7 5 typ srflx raddr 0.0.0.0 rport 0 generation 0":             {candidateType: "srflx", address: "203.0.113.7", port: 5, base: "0.0.0.0 0"},
		"candidate:1 1 udp 1677729535 2001:db8::7 5 typ srflx raddr :: rport 0 generation 0 network-cost 999": {candidateType: "srflx", address: "2001:db8::7", port: 5, base: ":: 0"},
	} {
		line, ok := sdp.ParseCandidateLine(text)
		require.True(t, ok && line.UDP(), text)
		assert.Equal(t, want, ownCandidate(line), text)
	}
}

func TestUnitFirefoxIsRecognised(t *testing.T) {
	assert.True(t, isFirefox("v=0\r\no=mozilla...THIS_IS_SDPARTA-99.0 68 0 IN IP4 0.0.0.0\r\n"))
	assert.False(t, isFirefox("v=0\r\no=- 68 2 IN IP4 127.0.0.1\r\n"))
}
