package peer_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tincan/internal/peer"
	"tincan/internal/peer/peertest"
)

// However fast the sender is, the engine never holds more than highWater and
// one message.
func TestUnitSendBoundsWhatIsOnItsWay(t *testing.T) {
	inBrowser(t)
	ctx := withDeadline(t)
	a, b := newConn(t, peer.Config{}), newConn(t, peer.Config{})
	peertest.Connect(t, ctx, a, b)

	const n = 8 * peer.HighWater / peer.MaxMessage
	received := make(chan error, 1)
	go func() {
		for range n {
			if _, err := b.Receive(ctx); err != nil {
				received <- err
				return
			}
		}
		received <- nil
	}()
	message := make([]byte, peer.MaxMessage)
	most := 0
	for range n {
		require.NoError(t, a.Send(ctx, message))
		most = max(most, peer.Buffered(a))
	}
	require.NoError(t, <-received)
	require.LessOrEqual(t, most, peer.HighWater+peer.MaxMessage)
	require.Greater(t, most, peer.HighWater-peer.MaxMessage, "the limit was never near: this proves nothing")
}
