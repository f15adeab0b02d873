//go:build !js

package peer

import (
	"testing"

	"github.com/pion/transport/v4"
	"github.com/pion/transport/v4/stdnet"
	"github.com/pion/webrtc/v4"
)

// Buffered is how many bytes the engine holds for sending.
func Buffered(c *Conn) int { return int(c.data.BufferedAmount()) }

// KeepAliveEvery is for the tests outside the package.
const KeepAliveEvery = keepAliveEvery

// ChannelsKept counts the data channels that the other side has opened and pion keeps.
func ChannelsKept(c *Conn) (n uint32) {
	for _, stats := range c.pc.GetStats() {
		if stats, ok := stats.(webrtc.PeerConnectionStats); ok {
			n += stats.DataChannelsAccepted
		}
	}
	return n
}

// Confined is the network of LoopbackOnly.
func Confined(t *testing.T) transport.Net {
	network, err := stdnet.NewNet()
	if err != nil {
		t.Fatal(err)
	}
	return confined{lookup{network, newLatch()}}
}
