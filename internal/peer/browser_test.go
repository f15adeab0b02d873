//go:build js

package peer_test

import (
	"context"
	"runtime"
	"syscall/js"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/peer"
	"tincan/internal/peer/peertest"
)

// newConn returns a connection that is closed at the end of the test.
func newConn(t *testing.T, config peer.Config) *peer.Conn {
	t.Helper()
	before := peer.LiveCallbacks()
	c, err := peer.New(config)
	require.NoError(t, err)
	require.Greater(t, peer.LiveCallbacks(), before)
	t.Cleanup(func() { assert.NoError(t, c.Close()) })
	return c
}

func withDeadline(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// inBrowser skips what Node, which has no WebRTC, cannot run.
func inBrowser(t *testing.T) {
	t.Helper()
	if !js.Global().Get("RTCPeerConnection").Truthy() {
		t.Skip("no RTCPeerConnection here: run in a browser, as make test does")
	}
}

// watchCallbacks holds that at the end of the test no js callback is left that
// wasn't there before.
func watchCallbacks(t *testing.T) {
	t.Helper()
	before := peer.LiveCallbacks()
	t.Cleanup(func() { assert.Equal(t, before, peer.LiveCallbacks(), "js callbacks outlive Close") })
}

func TestFunctionalContract(t *testing.T) {
	inBrowser(t)
	var watched *testing.T
	peertest.Run(t, func(t *testing.T) *peer.Conn {
		if watched != t {
			watched = t
			watchCallbacks(t) // runs last
		}
		return newConn(t, peer.Config{})
	})
}

func TestFunctionalCards(t *testing.T) {
	inBrowser(t)
	watchCallbacks(t)
	peertest.Nobody = append(peertest.Nobody, []string{peertest.Name}, []string{"127.0.0.1 5000 typ host", peertest.Name})
	callbacks, goroutines := peer.LiveCallbacks(), runtime.NumGoroutine()
	peertest.RunCards(t, func(t *testing.T) *peer.Conn {
		return newConn(t, peer.Config{Waits: true})
	}, func(t *testing.T) {
		assert.Equal(t, callbacks, peer.LiveCallbacks(), "js callbacks outlive Close")
		// One more for each t.Run around; what came back to a test is about to end.
		assert.Eventually(t, func() bool { return runtime.NumGoroutine() <= goroutines+3 }, time.Minute, 10*time.Millisecond)
	})
}

// Chromium makes no more than 500 connections, and counts those that are closed and not collected.
// test/network makes so many.
func TestFunctionalClosedOnesAreCollected(t *testing.T) {
	inBrowser(t)
	watchCallbacks(t)
	forced := func() uint32 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.NumForcedGC
	}
	before := forced()
	for range 2 * peer.CollectEvery {
		c, err := peer.New(peer.Config{})
		require.NoError(t, err)
		require.NoError(t, c.Close())
		require.NoError(t, c.Close())
	}
	require.Equal(t, before+2, forced())
}

func TestFunctionalUnavailable(t *testing.T) {
	constructor := js.Global().Get("RTCPeerConnection")
	js.Global().Set("RTCPeerConnection", js.Undefined())
	defer js.Global().Set("RTCPeerConnection", constructor)
	_, err := peer.New(peer.Config{})
	require.ErrorIs(t, err, peer.ErrUnavailable)
}

// What protects people from WebRTC rarely takes its name away.
func TestFunctionalRefused(t *testing.T) {
	const works = `addEventListener() {} setLocalDescription() {} setRemoteDescription() {} addIceCandidate() {}
		getStats() {} close() {} `
	for name, constructor := range map[string]string{
		"an object":                       `({})`,
		"a text":                          `'none'`,
		"throws an error":                 `class { constructor() { throw new DOMException('no', 'NotAllowedError') } }`,
		"throws a text":                   `class { constructor() { throw 'no' } }`,
		"is no constructor":               `(() => {})`,
		"makes nothing":                   `(function () { return Object.create(null) })`,
		"makes itself":                    `(function it() { return it })`,
		"no channel":                      `class { ` + works + `}`,
		"a channel that is a text":        `class { ` + works + ` createDataChannel = 'none' }`,
		"throws at a channel":             `class { ` + works + ` createDataChannel() { throw new Error('no') } }`,
		"throws at a channel and close":   `class { ` + works + ` createDataChannel() { throw 1 } close() { throw 2 } }`,
		"a channel that is nothing":       `class { ` + works + ` createDataChannel() {} }`,
		"a channel that is null":          `class { ` + works + ` createDataChannel() { return null } }`,
		"a channel that can do nothing":   `class { ` + works + ` createDataChannel() { return {} } }`,
		"a channel that is frozen":        `class { ` + works + ` createDataChannel() { return Object.freeze({}) } }`,
		"no descriptions":                 `class { addEventListener() {} close() {} createDataChannel() { return new EventTarget() } }`,
		"a channel that can't be sent on": `class { ` + works + ` createDataChannel() { return new EventTarget() } }`,
	} {
		t.Run(name, func(t *testing.T) {
			watchCallbacks(t)
			before := js.Global().Get("RTCPeerConnection")
			defer js.Global().Set("RTCPeerConnection", before)
			js.Global().Set("RTCPeerConnection", js.Global().Call("eval", "("+constructor+")"))
			_, err := peer.New(peer.Config{})
			require.ErrorIs(t, err, peer.ErrUnavailable)
		})
	}
}

func TestFunctionalNewRefusesAServerThatIsNone(t *testing.T) {
	inBrowser(t)
	watchCallbacks(t)
	_, err := peer.New(peer.Config{STUN: []string{"no:such:server"}})
	require.EqualError(t, err, "new connection: SyntaxError")
}

// The page can't be slowed down, so what piles up unread ends the connection,
// and both ends learn it.
func TestFunctionalUnreadMessagesEndTheConnection(t *testing.T) {
	inBrowser(t)
	watchCallbacks(t)
	ctx := withDeadline(t)
	a, b := newConn(t, peer.Config{}), newConn(t, peer.Config{})
	peertest.Connect(t, ctx, a, b)
	message := make([]byte, peer.MaxMessage)
	var err error
	for err == nil {
		err = a.Send(ctx, message)
	}
	require.ErrorIs(t, err, peer.ErrClosed)

	unread := 0
	for {
		message, err := b.Receive(ctx)
		if err != nil {
			require.ErrorIs(t, err, peer.ErrClosed)
			break
		}
		unread += len(message)
	}
	assert.Greater(t, unread, peer.MaxQueued-2*peer.MaxMessage)
	assert.LessOrEqual(t, unread, peer.MaxQueued+peer.MaxMessage)
}

// browserStranger is one of our ends that is made to misbehave.
type browserStranger struct{ *peer.Conn }

func (s browserStranger) SendText(text string) { peer.Data(s.Conn).Call("send", text) }

func (s browserStranger) SendBytes(size int) {
	peer.Data(s.Conn).Call("send", js.Global().Get("Uint8Array").New(size))
}

func (s browserStranger) OpenChannels(n int) {
	for range n {
		peer.Connection(s.Conn).Call("createDataChannel", "more")
	}
}

// What nothing of ours does ends the connection, and both ends learn it.
func TestFunctionalStrange(t *testing.T) {
	inBrowser(t)
	peertest.Strange(t, func(t *testing.T) (*peer.Conn, peertest.Stranger) {
		watchCallbacks(t)
		a, b := newConn(t, peer.Config{}), newConn(t, peer.Config{})
		peertest.Connect(t, withDeadline(t), a, b)
		t.Cleanup(func() {
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			_, err := a.Receive(ctx)
			require.ErrorIs(t, err, peer.ErrClosed)
		})
		return b, browserStranger{a}
	})
}

// What the page answers once is let go at once, not at Close: a chat asks for
// hours.
func TestFunctionalCallbacksDoNotPileUp(t *testing.T) {
	inBrowser(t)
	watchCallbacks(t)
	ctx := withDeadline(t)
	a, b := newConn(t, peer.Config{}), newConn(t, peer.Config{})
	peertest.Connect(t, ctx, a, b)
	before := peer.LiveCallbacks()
	for range 10 {
		require.NotEqual(t, peer.PathUnknown, a.Path(ctx))
	}
	require.Equal(t, before, peer.LiveCallbacks())
}
