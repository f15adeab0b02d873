package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pion/logging"
	"github.com/pion/stun/v4"
	"github.com/pion/turn/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// nat runs a server on this computer alone, with relays where relay says so.
func nat(t *testing.T, relay bool) *natServer {
	t.Helper()
	var at netip.Addr
	if relay {
		at = netip.MustParseAddr("127.0.0.1")
	}
	n, err := newNATServer(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, at)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, n.Close()) })
	return n
}

func udp(t *testing.T) net.PacketConn {
	t.Helper()
	c, err := net.ListenPacket("udp4", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(30*time.Second)))
	return c
}

// TestFunctionalSTUN: a visitor learns the address it comes from.
func TestFunctionalSTUN(t *testing.T) {
	n, c := nat(t, false), udp(t)
	request := stun.MustBuild(stun.TransactionID, stun.BindingRequest)
	_, err := c.WriteTo(request.Raw, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: n.udpPort})
	require.NoError(t, err)
	b := make([]byte, 1500)
	size, _, err := c.ReadFrom(b)
	require.NoError(t, err)
	answer := &stun.Message{Raw: b[:size]}
	require.NoError(t, answer.Decode())
	assert.Equal(t, request.TransactionID, answer.TransactionID)
	var seen stun.XORMappedAddress
	require.NoError(t, seen.GetFrom(answer))
	assert.Equal(t, c.LocalAddr().String(), net.JoinHostPort(seen.IP.String(), fmt.Sprint(seen.Port)))
}

// client logs in at a relay; over is udp or tcp.
func client(t *testing.T, n *natServer, over, user, password string) *turn.Client {
	t.Helper()
	conn, server := udp(t), fmt.Sprintf("127.0.0.1:%d", n.udpPort)
	if over == "tcp" {
		server = fmt.Sprintf("127.0.0.1:%d", n.tcpPort)
		c, err := net.Dial("tcp", server)
		require.NoError(t, err)
		conn = turn.NewSTUNConn(c)
		t.Cleanup(func() { _ = conn.Close() })
	}
	c, err := turn.NewClient(&turn.ClientConfig{
		STUNServerAddr: server, TURNServerAddr: server, Conn: conn, Username: user, Password: password,
		LoggerFactory: &logging.DefaultLoggerFactory{Writer: io.Discard},
	})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	require.NoError(t, c.Listen())
	return c
}

// TestFunctionalTURN: the logins of config.json open a relay over UDP and over
// TCP, nothing else does, and no relay leads to this computer itself.
func TestFunctionalTURN(t *testing.T) {
	n := nat(t, true)
	h, err := newPageHandler(testPage, nil, n)
	require.NoError(t, err)
	var config struct {
		STUN []string    `json:"stun"`
		TURN []turnEntry `json:"turn"`
	}
	require.NoError(t, json.NewDecoder(get(t, h, "GET", "/config.json", "192.0.2.2", "").Body).Decode(&config))
	assert.Equal(t, []string{fmt.Sprintf(":%d", n.udpPort)}, config.STUN)
	require.Len(t, config.TURN, 2)
	for i, over := range []string{"udp", "tcp"} {
		entry := config.TURN[i]
		assert.True(t, strings.HasPrefix(entry.URL, "turn::") && strings.HasSuffix(entry.URL, "?transport="+over), entry.URL)
		relay, err := client(t, n, over, entry.Username, entry.Credential).Allocate()
		require.NoError(t, err, over)
		assert.Equal(t, "127.0.0.1", relay.LocalAddr().(*net.UDPAddr).IP.String())
		_, err = relay.WriteTo([]byte("x"), udp(t).LocalAddr())
		assert.Error(t, err, "a relay to this computer's own ports")
		require.NoError(t, relay.Close())

		_, err = client(t, n, over, entry.Username, "guess").Allocate()
		assert.Error(t, err, "a wrong password")
	}
	user, password, err := turn.GenerateLongTermCredentials(n.secret, -time.Second)
	require.NoError(t, err)
	_, err = client(t, n, "udp", user, password).Allocate()
	assert.Error(t, err, "a login that has run out")
	assert.NotContains(t, string(h.config(true)), n.secret)

	_, err = client(t, nat(t, false), "udp", config.TURN[0].Username, config.TURN[0].Credential).Allocate()
	assert.Error(t, err, "no relay without --turn")
}

// TestFunctionalTURNQuota: one address gets so many relays and no more.
func TestFunctionalTURNQuota(t *testing.T) {
	n := nat(t, true)
	_, relays := n.config()
	for i := range relaysByAddress + 1 {
		relay, err := client(t, n, "udp", relays[0].Username, relays[0].Credential).Allocate()
		if i < relaysByAddress {
			require.NoError(t, err, i)
			t.Cleanup(func() { _ = relay.Close() }) // before its client
		} else {
			assert.Error(t, err, "one too many")
		}
	}
	assert.True(t, n.mayHaveRelay("", "", &net.UDPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 1}), "another address")
}

// TestUnitWays: what the flags of new and join ask for.
func TestUnitWays(t *testing.T) {
	t.Setenv(loginVariable, "1700000000:me:secret")
	relay := []string{"turn:relay.example:3478?transport=tcp"}
	login := []any{"turn:relay.example:3478?transport=tcp", "1700000000:me", "secret"}
	for _, c := range []struct {
		args []string
		mode string
		stun []string
		turn []any
		says string
	}{
		{nil, "all", []string{"stun.l.google.com:19302", "stun.cloudflare.com:3478"}, nil, ""},
		{[]string{"--stun", "none"}, "all", nil, nil, ""},
		{[]string{"--stun", "a.example:1", "--stun", "b.example:2"}, "all", []string{"a.example:1", "b.example:2"}, nil, ""},
		{[]string{"--local-only"}, "local", nil, nil, ""},
		{[]string{"--local-only", "--stun", "none"}, "local", nil, nil, ""},
		{[]string{"--local-only", "--stun", "a.example:1"}, "", nil, nil, "asks no server"},
		{[]string{"--local-only", "--turn", relay[0]}, "", nil, nil, "asks no server"},
		{[]string{"--relay-only", "--local-only"}, "", nil, nil, "do not go together"},
		{[]string{"--relay-only", "--turn", relay[0], "--stun", "none"}, "relay", nil, login, ""},
		{[]string{"--turn", relay[0], "--stun", "none"}, "all", nil, login, ""},
		{[]string{"--turn", "stun:relay.example"}, "", nil, nil, "not an address such as turn:"},
		{[]string{"--stun", "nonsense"}, "", nil, nil, "not HOST:PORT"},
	} {
		var said strings.Builder
		o, err := parseOptions(terminal{err: &said}, "new", c.args)
		if c.says != "" {
			assert.ErrorIs(t, err, errUsage, c.args)
			assert.Contains(t, said.String(), c.says)
			assert.NotContains(t, said.String(), "secret")
			continue
		}
		require.NoError(t, err, c.args)
		n := o.config.Network
		assert.Equal(t, c.mode, string(n.Mode), c.args)
		assert.Equal(t, c.stun, n.STUN, c.args)
		var logins []any
		for _, server := range n.TURN {
			logins = append(logins, server.URL, server.Username, server.Credential)
		}
		assert.Equal(t, c.turn, logins, c.args)
	}
	t.Setenv(loginVariable, "")
	var said strings.Builder
	_, err := parseOptions(terminal{err: &said}, "new", []string{"--turn", relay[0]})
	assert.ErrorIs(t, err, errUsage)
	assert.Contains(t, said.String(), loginVariable)
}
