package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
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
	n, err := newNATServer(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, at, relayPorts{}, net.InterfaceAddrs)
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

// asked sends packets to the port of STUN and gives what comes back, in order. The last must be answered.
func asked(t *testing.T, n *natServer, packets ...[]byte) (answers [][]byte, from string) {
	t.Helper()
	c := udp(t)
	last := stun.MustBuild(stun.TransactionID, stun.BindingRequest)
	for _, p := range append(packets, last.Raw) {
		_, err := c.WriteTo(p, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: n.udpPort})
		require.NoError(t, err)
	}
	for {
		b := make([]byte, 1500)
		size, _, err := c.ReadFrom(b)
		require.NoError(t, err)
		if bytes.Contains(b[:size], last.TransactionID[:]) {
			return answers, c.LocalAddr().String()
		}
		answers = append(answers, b[:size])
	}
}

// TestFunctionalSTUN: a visitor learns the address it comes from, in as few bytes as can say it.
func TestFunctionalSTUN(t *testing.T) {
	for _, relay := range []bool{false, true} {
		n := nat(t, relay)
		request := stun.MustBuild(stun.TransactionID, stun.BindingRequest)
		polite := stun.MustBuild(stun.TransactionID, stun.BindingRequest, stun.NewSoftware("a browser"), stun.Fingerprint)
		answers, from := asked(t, n, request.Raw, polite.Raw)
		require.Len(t, answers, 2)
		for i, id := range [][stun.TransactionIDSize]byte{request.TransactionID, polite.TransactionID} {
			assert.Len(t, answers[i], 32, "header and one attribute")
			answer := &stun.Message{Raw: answers[i]}
			require.NoError(t, answer.Decode())
			assert.Equal(t, id, answer.TransactionID)
			assert.Equal(t, stun.BindingSuccess, answer.Type)
			var seen stun.XORMappedAddress
			require.NoError(t, seen.GetFrom(answer))
			assert.Equal(t, from, net.JoinHostPort(seen.IP.String(), fmt.Sprint(seen.Port)))
		}
		// Who wants a relay without a login is asked for it, in as much as that takes.
		allocate := stun.MustBuild(stun.TransactionID, stun.NewType(stun.MethodAllocate, stun.ClassRequest))
		answers, _ = asked(t, n, allocate.Raw)
		assert.Equal(t, relay, len(answers) == 1)
		assert.LessOrEqual(t, len(bytes.Join(answers, nil)), 72)
	}
}

// TestFunctionalSTUNAlone: without a relay nothing else is answered at all, whatever it is.
func TestFunctionalSTUNAlone(t *testing.T) {
	n := nat(t, false)
	var packets [][]byte
	for _, method := range []stun.Method{stun.MethodAllocate, stun.MethodRefresh, stun.MethodSend, stun.MethodData, stun.MethodCreatePermission, stun.MethodChannelBind, stun.MethodConnect, stun.MethodConnectionBind, 0x7FF} {
		for _, class := range []stun.MessageClass{stun.ClassRequest, stun.ClassIndication, stun.ClassSuccessResponse, stun.ClassErrorResponse} {
			packets = append(packets, stun.MustBuild(stun.TransactionID, stun.NewType(method, class), stun.NewSoftware("x")).Raw)
		}
	}
	binding := func(setters ...stun.Setter) []byte {
		return stun.MustBuild(append([]stun.Setter{stun.TransactionID, stun.BindingRequest}, setters...)...).Raw
	}
	noCookie, cut, unknown := binding(), binding(stun.NewSoftware("cut off")), binding(stun.RawAttribute{Type: 0x7F00, Value: []byte("must be understood")})
	noCookie[4] ^= 1
	packets = append(packets, nil, []byte{0}, []byte("GET / HTTP/1.1\r\n\r\n"), noCookie, cut[:len(cut)-4], unknown,
		stun.MustBuild(stun.TransactionID, stun.NewType(stun.MethodBinding, stun.ClassIndication)).Raw,
		stun.MustBuild(stun.TransactionID, stun.BindingSuccess).Raw,
		append([]byte{0x40, 0, 0, 4}, "data"...))
	answers, _ := asked(t, n, packets...)
	assert.Empty(t, answers)
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
// TCP, nothing else does, and they are good for twelve hours.
func TestFunctionalTURN(t *testing.T) {
	n := nat(t, true)
	h, err := newPageHandler(testPage, nil, nil, n)
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
		require.NoError(t, relay.Close())

		_, err = client(t, n, over, entry.Username, "guess").Allocate()
		assert.Error(t, err, "a wrong password")

		end, err := strconv.ParseInt(entry.Username, 10, 64)
		require.NoError(t, err)
		assert.InDelta(t, 12*60*60, time.Until(time.Unix(end, 0)).Seconds(), 60, "seconds that a login is good for")
	}
	for name, good := range map[string]time.Duration{"run out": -time.Second, "run out long ago": -12 * time.Hour} {
		user, password, err := turn.GenerateLongTermCredentials(n.secret, good)
		require.NoError(t, err)
		_, err = client(t, n, "udp", user, password).Allocate()
		assert.Error(t, err, "a login that has %s", name)
	}
	end, _ := strconv.ParseInt(config.TURN[0].Username, 10, 64)
	_, err = client(t, n, "udp", strconv.FormatInt(end+3600, 10), config.TURN[0].Credential).Allocate()
	assert.Error(t, err, "a login made longer")
	assert.NotContains(t, string(h.config(true)), n.secret)

	short, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err = rawTURN(t, nat(t, false), config.TURN[0]).ask(short, stun.MethodAllocate, requestUDP)
	assert.ErrorIs(t, err, os.ErrDeadlineExceeded, "no relay without --turn, and no word")
}

// TestFunctionalTURNQuota: one client gets so many relays and no more, all together
// more, and none can be had at a port by wish.
func TestFunctionalTURNQuota(t *testing.T) {
	n := nat(t, true)
	_, relays := n.config()
	for i := range relaysByClient + 1 {
		relay, err := client(t, n, "udp", relays[0].Username, relays[0].Credential).Allocate()
		if i < relaysByClient {
			require.NoError(t, err, i)
			t.Cleanup(func() { _ = relay.Close() }) // before its client
		} else {
			assert.Error(t, err, "one too many")
		}
	}
	at := func(ip string) net.Addr { return &net.UDPAddr{IP: net.ParseIP(ip), Port: 1} }
	may := func(ip string) bool { return n.mayHaveRelay("", "", at(ip)) }
	assert.True(t, may("192.0.2.1"), "another address")
	assert.False(t, may("::ffff:127.0.0.1"), "the same, written as IPv6")
	for i := range relaysByClient {
		ip := fmt.Sprintf("2001:db8:0:1:%x::1", i)
		require.True(t, may(ip), i)
		n.created(at(ip), nil, "", "", "", nil, 0)
	}
	assert.False(t, may("2001:db8:0:1:ffff::1"), "another address of the same /64")
	assert.True(t, may("2001:db8:0:2::1"), "another /64")
	for i := 2 * relaysByClient; i < relaysInAll; i++ {
		ip := fmt.Sprintf("198.51.%d.1", i)
		if i > 255 {
			ip = fmt.Sprintf("203.0.%d.1", i-256)
		}
		require.True(t, may(ip), i)
		n.created(at(ip), nil, "", "", "", nil, 0)
	}
	assert.False(t, may("192.0.2.1"), "all are taken")
	n.deleted(at("198.51.100.1"), nil, "", "", "")
	assert.True(t, may("192.0.2.1"), "one is free again")

	n = nat(t, true)
	c := rawTURN(t, n, relays[0])
	c.login(n)
	_, err := c.ask(t.Context(), stun.MethodAllocate, requestUDP, stun.RawAttribute{Type: stun.AttrEvenPort, Value: []byte{0x80}})
	assert.Equal(t, stun.CodeInsufficientCapacity, codeOf(err))
	_, err = c.ask(t.Context(), stun.MethodAllocate, requestUDP)
	assert.NoError(t, err)
	assert.Equal(t, [3]int{1, 1, 1}, held(n), "nothing is left of what was refused")
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
