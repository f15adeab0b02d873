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

// In the time in which an offer that is on its way gets its provisional answer, nothing is done to
// a card.
func TestFunctionalNothingIsDoneToACard(t *testing.T) {
	if !js.Global().Get("RTCPeerConnection").Truthy() {
		t.Skip("no RTCPeerConnection here: run in a browser, as make test does")
	}
	defer func(was time.Duration) { provisionalAfter = was }(provisionalAfter)
	provisionalAfter = 0
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	silent := []string{"127.0.0.1:9"} // nobody answers, which is all that is needed of it
	var ends [2]*Conn
	for i, waits := range []bool{true, false} {
		c, err := New(Config{STUN: silent, Waits: waits})
		require.NoError(t, err)
		defer func() { assert.NoError(t, c.Close()) }()
		_, err = c.Offer(ctx)
		require.NoError(t, err)
		ends[i] = c
	}
	state := func(i int) string { return ends[i].pc.Get("signalingState").String() }
	changed := make(chan struct{}, 1)
	ends[1].on(ends[1].pc, "signalingstatechange", func(js.Value) { changed <- struct{}{} })
	for state(1) != "have-remote-pranswer" {
		select {
		case <-changed:
		case <-ctx.Done():
			require.NoError(t, ctx.Err(), "an invite gets no provisional answer")
		}
	}
	assert.Equal(t, "have-local-offer", state(0))
	assert.Zero(t, ends[0].Findings().GoodFor)
	assert.Equal(t, goodForChromium, ends[1].Findings().GoodFor)
}
