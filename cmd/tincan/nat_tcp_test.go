package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/pion/turn/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestUnitFrames: lengths that pion would trip over end the connection, frames in
// any pieces do not.
func TestUnitFrames(t *testing.T) {
	stun := append([]byte{0, 1, 0, 8}, make([]byte, 24)...)
	data := append([]byte{0x40, 0, 0, 5}, make([]byte, 8)...)
	good := append(append([]byte{}, stun...), append(data, stun...)...)
	for size := 1; size <= len(good); size++ {
		c := &turnConn{}
		for rest := good; len(rest) > 0; rest = rest[min(size, len(rest)):] {
			require.True(t, c.check(rest[:min(size, len(rest))]), "in pieces of %d", size)
		}
		assert.Zero(t, c.rest+c.have)
	}
	for _, bad := range [][]byte{{0, 1, 0xFF, 0xEC}, {0, 1, 0, 7}, {0x40, 0, 0xFF, 0xFF}, {0x80, 0, 0, 0}, []byte("GET ")} {
		assert.False(t, (&turnConn{}).check(bad), "%x", bad)
	}
}

// TestFunctionalTURNOverTCPHostile: a frame that pion would read for ever is hung
// up on, connections are counted, and the relay connects to nobody over TCP.
func TestFunctionalTURNOverTCPHostile(t *testing.T) {
	n := nat(t, true)
	address := fmt.Sprintf("127.0.0.1:%d", n.tcpPort)
	dial := func() net.Conn {
		c, err := net.Dial("tcp", address)
		require.NoError(t, err)
		t.Cleanup(func() { _ = c.Close() })
		require.NoError(t, c.SetDeadline(time.Now().Add(30*time.Second)))
		return c
	}
	hungUp := func(c net.Conn) {
		t.Helper()
		_, err := io.ReadAll(c)
		assert.NotErrorIs(t, err, os.ErrDeadlineExceeded, "still open")
	}
	c := dial()
	_, err := c.Write([]byte{0, 1, 0xFF, 0xEC, 0x21, 0x12, 0xA4, 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	require.NoError(t, err)
	hungUp(c)

	for range relaysByClient {
		dial()
	}
	hungUp(dial())

	_, err = udpRelays{}.AllocateConn(turn.AllocateConnConfig{})
	assert.ErrorIs(t, err, errTCP)
	_, _, err = udpRelays{}.AllocateListener(turn.AllocateListenerConfig{})
	assert.ErrorIs(t, err, errTCP)
}
