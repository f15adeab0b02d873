//go:build !js

package peer_test

import (
	"net"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/peer"
	"tincan/internal/peer/peertest"
)

// With LoopbackOnly nothing but loopback stands in a description, and two ends find each
// other by it.
func TestFunctionalLoopbackOnly(t *testing.T) {
	newConfined := func(config peer.Config) *peer.Conn {
		config.LoopbackOnly = true
		c, err := peer.New(config)
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, c.Close()) })
		return c
	}
	ctx := withDeadline(t)
	// A server elsewhere, or with a name, is not asked: there is no public address, and
	// nobody to wait for.
	offer, err := newConfined(peer.Config{STUN: []string{"192.0.2.1:3478", "stun.example:3478"}}).Offer(ctx)
	require.NoError(t, err)
	hosts := regexp.MustCompile(`(?m)^a=candidate:\S+ 1 udp \d+ (\S+) \d+ typ (\S+)`).FindAllStringSubmatch(offer, -1)
	require.NotEmpty(t, hosts)
	for _, h := range hosts {
		at, err := netip.ParseAddr(h[1])
		require.NoError(t, err)
		assert.True(t, at.IsLoopback(), h[0])
		assert.Equal(t, "host", h[2])
	}
	alive := stunServer(t, "udp4", "127.0.0.1:0", "203.0.113.7")
	offer, err = newConfined(peer.Config{STUN: []string{alive}}).Offer(ctx)
	require.NoError(t, err)
	assert.NotContains(t, offer, " typ srflx", "what one on this computer says is not offered")

	peertest.Connect(t, ctx, newConfined(peer.Config{}), newConfined(peer.Config{}))
}

// What is sent goes to this computer alone, and no name is looked up.
func TestFunctionalConfined(t *testing.T) {
	n := peer.Confined(t)
	conn, err := n.ListenUDP("udp4", &net.UDPAddr{})
	require.NoError(t, err)
	defer conn.Close()
	packets, err := n.ListenPacket("udp4", "127.0.0.1:0")
	require.NoError(t, err)
	defer packets.Close()
	for address, allowed := range map[string]bool{
		"127.0.0.1:5000": true, "127.3.4.5:5000": true,
		"192.0.2.1:5000": false, "8.8.8.8:53": false, "255.255.255.255:5000": false, "224.0.0.251:5353": false, "169.254.169.254:8000": false,
	} {
		to := net.UDPAddrFromAddrPort(netip.MustParseAddrPort(address))
		_, err := conn.WriteTo([]byte("x"), to)
		_, errPackets := packets.WriteTo([]byte("x"), to)
		_, errUDP := conn.WriteToUDP([]byte("x"), to)
		_, errName := n.ResolveUDPAddr("udp4", address)
		for _, err := range []error{err, errPackets, errUDP, errName} {
			assert.Equal(t, allowed, err == nil || !strings.Contains(err.Error(), "not on this computer"), address)
		}
		if !allowed {
			_, err := n.DialTCP("tcp4", nil, net.TCPAddrFromAddrPort(netip.MustParseAddrPort(address)))
			assert.ErrorContains(t, err, "not on this computer")
		}
	}
	for _, name := range []string{"localhost:3478", "stun.example:3478", "127.0.0.1", "", ":3478"} {
		_, err := n.ResolveUDPAddr("udp4", name)
		assert.Error(t, err, name)
		_, err = n.ResolveTCPAddr("tcp4", name)
		assert.Error(t, err, name)
	}
}
