//go:build js

package peer

import (
	"context"
	"syscall/js"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/sdp"
)

func TestUnitRenewedCandidates(t *testing.T) {
	text := "v=0\r\na=candidate:1 1 udp 1677729535 203.0.113.7 5000 typ srflx raddr 0.0.0.0 rport 0\r\n" +
		"a=candidate:2 1 udp 2113937151 0b1d7ef2-7a4e-4f6c-9a51-3f1a2b3c4d5e.local 5001 typ host\r\na=mid:0\r\n"
	lines := plainCandidates(text)
	require.Len(t, lines, 1)
	require.Equal(t, "candidate:1 1 udp 1677729535 203.0.113.7 5000 typ srflx raddr 0.0.0.0 rport 0", lines[0].String())
	assert.Equal(t, "candidate:103 1 udp 1677729532 203.0.113.7 5000 typ srflx raddr 0.0.0.0 rport 0", renewed(lines[0], 3).String())
	assert.Equal(t, "candidate:104 1 udp 1 203.0.113.7 5000 typ srflx raddr 0.0.0.0 rport 0", renewed(renewed(lines[0], 1677729600), 4).String())
	assert.Equal(t, "candidate:107 1 udp 1 198.51.100.1 40007 typ host", dummy(7).String())
}

// A refused candidate would buy no patience and nobody would notice. One that
// looks new must be taken too, and so must the provisional answer, or Chromium's
// public address is gone after two minutes.
func TestUnitPatienceIsTaken(t *testing.T) {
	if !js.Global().Get("RTCPeerConnection").Truthy() {
		t.Skip("no RTCPeerConnection here: run in a browser, as make test does")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	newConn := func() *Conn {
		c, err := New(Config{})
		require.NoError(t, err)
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	inviter, joiner := newConn(), newConn()
	offer, err := inviter.Offer(ctx)
	require.NoError(t, err)
	answer, err := joiner.Answer(ctx, offer)
	require.NoError(t, err)
	require.NoError(t, joiner.addCandidate(ctx, dummy(1)))
	line, ok := sdp.ParseCandidateLine("candidate:1 1 udp 1677729535 203.0.113.7 5000 typ srflx raddr 0.0.0.0 rport 0")
	require.True(t, ok)
	require.NoError(t, joiner.addCandidate(ctx, renewed(line, 1)))

	require.NoError(t, inviter.apply(ctx, "pranswer", provisional(sdp.MediaID(offer))))
	require.Equal(t, "have-remote-pranswer", inviter.pc.Get("signalingState").String())
	require.NoError(t, inviter.addCandidate(ctx, dummy(1)))
	require.NoError(t, inviter.Accept(ctx, answer), "the real answer replaces it")
	require.NoError(t, inviter.Open(ctx))
	require.NoError(t, joiner.Open(ctx))
}
