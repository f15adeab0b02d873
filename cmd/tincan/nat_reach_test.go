package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/stun/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// rawClient speaks TURN packet by packet, as no browser would.
type rawClient struct {
	t         *testing.T
	conn      net.PacketConn
	server    net.Addr
	account   turnEntry
	nonce     stun.Nonce
	integrity stun.MessageIntegrity
}

func rawTURN(t *testing.T, n *natServer, login turnEntry) *rawClient {
	t.Helper()
	return &rawClient{t: t, conn: udp(t), server: &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: n.udpPort}, account: login}
}

// login makes the client one that the server knows, with a login of its own.
func (c *rawClient) login(n *natServer) {
	c.t.Helper()
	_, relays := n.config()
	c.account = relays[0]
	_, err := c.ask(c.t.Context(), stun.MethodAllocate)
	require.Equal(c.t, stun.CodeUnauthorized, codeOf(err))
}

var requestUDP = stun.RawAttribute{Type: stun.AttrRequestedTransport, Value: []byte{17, 0, 0, 0}}

// answered is an error that the server has told.
type answered stun.ErrorCode

func (a answered) Error() string { return fmt.Sprintf("answered %d", int(a)) }

func codeOf(err error) stun.ErrorCode {
	var a answered
	errors.As(err, &a)
	return stun.ErrorCode(a)
}

// ask waits for the answer, for as long as ctx has a deadline or 30 s.
func (c *rawClient) ask(ctx context.Context, method stun.Method, attributes ...stun.Setter) (*stun.Message, error) {
	c.t.Helper()
	setters := append([]stun.Setter{stun.TransactionID, stun.NewType(method, stun.ClassRequest)}, attributes...)
	if c.integrity != nil {
		setters = append(setters, stun.NewUsername(c.account.Username), stun.NewRealm("tincan"), c.nonce, c.integrity)
	}
	request := stun.MustBuild(setters...)
	until, ok := ctx.Deadline()
	if !ok {
		until = time.Now().Add(30 * time.Second)
	}
	require.NoError(c.t, c.conn.SetDeadline(until))
	_, err := c.conn.WriteTo(request.Raw, c.server)
	require.NoError(c.t, err)
	for b := make([]byte, 2048); ; {
		size, _, err := c.conn.ReadFrom(b)
		if err != nil {
			return nil, err
		}
		m := &stun.Message{Raw: slices.Clone(b[:size])}
		if m.Decode() != nil || m.TransactionID != request.TransactionID {
			continue
		}
		if m.Type.Class == stun.ClassSuccessResponse {
			return m, nil
		}
		var code stun.ErrorCodeAttribute
		require.NoError(c.t, code.GetFrom(m))
		if c.nonce.GetFrom(m) == nil {
			c.integrity = stun.NewLongTermIntegrity(c.account.Username, "tincan", c.account.Credential)
		}
		return nil, answered(code.Code)
	}
}

// allocate opens a relay and gives its address.
func (c *rawClient) allocate(n *natServer) netip.AddrPort {
	c.t.Helper()
	c.login(n)
	m, err := c.ask(c.t.Context(), stun.MethodAllocate, requestUDP)
	require.NoError(c.t, err)
	var at stun.XORMappedAddress
	require.NoError(c.t, at.GetFromAs(m, stun.AttrXORRelayedAddress))
	ip, _ := netip.AddrFromSlice(at.IP)
	return netip.AddrPortFrom(ip.Unmap(), uint16(at.Port))
}

// peer is an address as requests name it.
type peer netip.AddrPort

func (p peer) AddTo(m *stun.Message) error {
	at := netip.AddrPort(p)
	return stun.XORMappedAddress{IP: at.Addr().AsSlice(), Port: int(at.Port())}.AddToAs(m, stun.AttrXORPeerAddress)
}

func channel(number int) stun.Setter {
	return stun.RawAttribute{Type: stun.AttrChannelNumber, Value: []byte{byte(number >> 8), byte(number), 0, 0}}
}

// send has the relay send a packet, if it will: no answer tells.
func (c *rawClient) send(to netip.AddrPort, data string) {
	c.t.Helper()
	m := stun.MustBuild(stun.TransactionID, stun.NewType(stun.MethodSend, stun.ClassIndication), peer(to), stun.RawAttribute{Type: stun.AttrData, Value: []byte(data)})
	_, err := c.conn.WriteTo(m.Raw, c.server)
	require.NoError(c.t, err)
}

// network is what a computer has, as net.InterfaceAddrs tells it.
func network(t *testing.T, prefixes ...string) []net.Addr {
	t.Helper()
	var all []net.Addr
	for _, p := range prefixes {
		ip, n, err := net.ParseCIDR(p)
		require.NoError(t, err)
		all = append(all, &net.IPNet{IP: ip, Mask: n.Mask})
	}
	return all
}

// TestUnitReach: where relays lead, address by address and port by port.
func TestUnitReach(t *testing.T) {
	own := network(t, "127.0.0.1/8", "192.0.2.10/24", "10.9.8.7/8", "172.16.5.1/30", "172.16.6.0/31", "172.16.7.7/32", "100.64.1.2/10",
		"fe80::1/64", "fd00::7/64", "2001:db8::7/64", "::1/128")
	own = append(own, &net.IPNet{IP: net.IPv4(198, 51, 100, 130).To4(), Mask: net.CIDRMask(25, 32)}, &net.TCPAddr{})
	r := newReach(netip.MustParseAddr("192.0.2.10"), func() ([]net.Addr, error) { return own, nil })
	for ip, leads := range map[string]bool{
		// Other computers, on networks of all kinds.
		"198.51.100.7": true, "203.0.113.9": true, "10.0.0.1": true, "10.255.255.254": true, "192.0.2.1": true, "192.0.2.254": true,
		"192.168.1.255": true, "172.16.5.2": true, "172.16.6.1": true, "172.16.7.6": true, "100.64.0.1": true, "1.1.1.1": true, "223.255.255.254": true,
		"::ffff:203.0.113.9": true, "198.51.100.129": true, "198.51.100.127": true,
		// The relays' own address, at the ports of relays.
		"192.0.2.10": true, "::ffff:192.0.2.10": true,
		// This computer.
		"10.9.8.7": false, "172.16.5.1": false, "172.16.6.0": false, "172.16.7.7": false, "100.64.1.2": false, "198.51.100.130": false,
		"::ffff:10.9.8.7": false, "127.0.0.1": false, "127.9.9.9": false, "127.255.255.255": false, "::ffff:127.0.0.1": false,
		// All of a network.
		"192.0.2.255": false, "192.0.2.0": false, "10.255.255.255": false, "10.0.0.0": false, "172.16.5.3": false, "172.16.5.0": false,
		"100.127.255.255": false, "100.64.0.0": false, "198.51.100.255": false, "198.51.100.128": false, "255.255.255.255": false, "::ffff:255.255.255.255": false,
		// What is nearest, many, or nobody.
		"169.254.169.254": false, "169.254.0.1": false, "224.0.0.1": false, "224.0.0.251": false, "239.255.255.250": false, "::ffff:224.0.0.1": false,
		"0.0.0.0": false, "0.0.0.1": false, "0.255.255.255": false, "240.0.0.1": false, "250.1.2.3": false, "255.0.0.1": false,
		// Relays are IPv4.
		"::": false, "::1": false, "fe80::2": false, "fd00::8": false, "ff02::1": false, "2001:db8::8": false, "2606:4700::1": false, "64:ff9b::7f00:1": false,
	} {
		assert.Equal(t, leads, r.to(netip.MustParseAddr(ip)), ip)
	}
	r.open(40000, true)
	for to, sends := range map[string]bool{
		"203.0.113.9:1024": true, "203.0.113.9:65535": true, "203.0.113.9:1023": false, "203.0.113.9:53": false, "203.0.113.9:0": false,
		"192.0.2.10:40000": true, "[::ffff:192.0.2.10]:40000": true, "192.0.2.10:40001": false, "192.0.2.10:5353": false, "192.0.2.10:53": false,
		"10.9.8.7:40000": false, "127.0.0.1:40000": false, "192.0.2.255:5353": false,
	} {
		assert.Equal(t, sends, r.sends(netip.MustParseAddrPort(to)), to)
	}
	r.open(40000, false)
	assert.False(t, r.sends(netip.MustParseAddrPort("192.0.2.10:40000")), "a relay that has ended")
}

// TestUnitReachLater: addresses that come and go later count, and while they are not known, none is reached.
func TestUnitReachLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var own []net.Addr
		var fault error
		asked := 0
		r := newReach(netip.MustParseAddr("192.0.2.10"), func() ([]net.Addr, error) {
			asked++
			return own, fault
		})
		vpn, other := netip.MustParseAddrPort("10.8.0.2:5000"), netip.MustParseAddrPort("203.0.113.9:5000")
		for range 1000 {
			require.True(t, r.sends(vpn))
		}
		require.Equal(t, 1, asked, "not for each packet")
		own = network(t, "10.8.0.2/24")
		time.Sleep(nearTime)
		require.False(t, r.sends(vpn))
		require.True(t, r.sends(other))
		own = nil
		time.Sleep(nearTime)
		require.True(t, r.sends(vpn))
		fault = os.ErrPermission
		time.Sleep(nearTime)
		require.False(t, r.sends(other))
	})
}

// TestFunctionalTURNReach: in a network of its own, through a real relay, with services on every
// address of the computer: nothing that a client asks for reaches them, and two relays reach each other.
func TestFunctionalTURNReach(t *testing.T) {
	const inside = "TINCAN_REACH_INSIDE"
	if os.Getenv(inside) == "" {
		if err := exec.Command("unshare", "-rn", "ip", "link").Run(); err != nil {
			t.Skipf("this computer gives no network namespace: %v", err)
		}
		cmd := exec.Command("unshare", "-rn", os.Args[0], "-test.run=^TestFunctionalTURNReach$", "-test.v", "-test.timeout=2m")
		cmd.Env = append(os.Environ(), inside+"=1")
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
		require.Contains(t, string(out), "--- PASS: TestFunctionalTURNReach")
		return
	}
	ip := func(args string) {
		out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput()
		require.NoError(t, err, "ip %s: %s", args, out)
	}
	for _, args := range []string{
		"link set lo up", "link add here type veth peer name there", "link set here up", "link set there up",
		"address add 192.0.2.10/24 brd + dev here", "address add 10.9.8.7/24 brd + dev here", "address add 169.254.1.1/16 brd + dev here",
		"route add default dev here", "route add 224.0.0.0/4 dev here",
	} {
		ip(args)
	}
	const later = "198.51.100.7"
	n, err := newNATServer(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, netip.MustParseAddr("192.0.2.10"), relayPorts{}, net.InterfaceAddrs)
	require.NoError(t, err)
	defer n.Close()

	type got struct{ port, data string }
	heard := make(chan got, 1000)
	ports := []string{"53", "161", "1900", "5353", "8080"}
	for _, port := range ports {
		c, err := net.ListenPacket("udp4", "0.0.0.0:"+port)
		require.NoError(t, err)
		defer c.Close()
		go func() {
			for b := make([]byte, 100); ; {
				size, _, err := c.ReadFrom(b)
				if err != nil {
					return
				}
				heard <- got{port, string(b[:size])}
			}
		}()
	}
	// next is what the services hear until this packet, which is sent to one of them directly.
	next := func() (all []got) {
		marker := udp(t)
		_, err := marker.WriteTo([]byte("marker"), &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080})
		require.NoError(t, err)
		for {
			select {
			case g := <-heard:
				if g.data == "marker" {
					return all
				}
				all = append(all, g)
			case <-time.After(30 * time.Second):
				require.Fail(t, "no service answers")
			}
		}
	}

	a, b := rawTURN(t, n, turnEntry{}), rawTURN(t, n, turnEntry{})
	atA, atB := a.allocate(n), b.allocate(n)
	targets := []string{"192.0.2.10", "10.9.8.7", "127.0.0.1", "127.1.1.1", "192.0.2.255", "192.0.2.0", "10.9.8.255", "169.254.1.1", "169.254.255.255",
		"224.0.0.1", "224.0.0.251", "239.255.255.250", "255.255.255.255", "0.0.0.0", "0.0.0.1", "240.0.0.1", later}
	try := func() {
		for i, target := range targets {
			for j, port := range ports {
				to := netip.AddrPortFrom(netip.MustParseAddr(target), netip.MustParseAddrPort("0.0.0.0:"+port).Port())
				_, _ = a.ask(t.Context(), stun.MethodCreatePermission, peer(to))
				a.send(to, target)
				number := 0x4000 + i*len(ports) + j
				if _, err := b.ask(t.Context(), stun.MethodChannelBind, channel(number), peer(to)); err == nil {
					_, err = b.conn.WriteTo(append([]byte{byte(number >> 8), byte(number), 0, 4}, "data"...), b.server)
					require.NoError(t, err)
				}
			}
		}
		// What was sent before an answer is dealt with when it comes.
		for _, c := range []*rawClient{a, b} {
			_, err := c.ask(t.Context(), stun.MethodRefresh)
			require.NoError(t, err)
		}
	}
	try()
	assert.Empty(t, next(), "services that a relay led to")
	_, err = a.ask(t.Context(), stun.MethodCreatePermission, peer(netip.MustParseAddrPort(later+":8080")))
	require.NoError(t, err, "an address of somebody else")

	ip("address add " + later + "/24 dev here")
	n.reach.mu.Lock()
	n.reach.asked = time.Time{} // a second is over
	n.reach.mu.Unlock()
	try()
	assert.Empty(t, next(), "an address that has come later, for which there is a permission")
	_, err = a.ask(t.Context(), stun.MethodCreatePermission, peer(netip.MustParseAddrPort(later+":8080")))
	assert.Equal(t, stun.CodeForbidden, codeOf(err))

	// The way that has to work: from relay to relay.
	_, err = a.ask(t.Context(), stun.MethodCreatePermission, peer(atB))
	require.NoError(t, err)
	_, err = b.ask(t.Context(), stun.MethodCreatePermission, peer(atA))
	require.NoError(t, err)
	a.send(atB, "to the other relay")
	for p := make([]byte, 2048); ; {
		size, _, err := b.conn.ReadFrom(p)
		require.NoError(t, err)
		if strings.Contains(string(p[:size]), "to the other relay") {
			break
		}
	}
}

// TestFunctionalTURNBounds: a client that asks for permissions and channels without end has 64 of
// each, what it had goes on, and the server's memory stays where it was.
func TestFunctionalTURNBounds(t *testing.T) {
	n := nat(t, true)
	c := rawTURN(t, n, turnEntry{})
	c.allocate(n)
	address := func(i int) peer {
		return peer(netip.AddrPortFrom(netip.AddrFrom4([4]byte{20, byte(i >> 16), byte(i >> 8), byte(i)}), 5000))
	}
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	var before uint64
	for request := range 500 {
		var all []stun.Setter
		for i := range 110 {
			all = append(all, address(110*request+i))
		}
		_, err := c.ask(t.Context(), stun.MethodCreatePermission, all...)
		require.Equal(t, stun.CodeForbidden, codeOf(err), request)
		if request == 0 {
			before = heap()
		}
	}
	after := heap()
	assert.Less(t, after, before+1<<20, "bytes, after 55,000 addresses; one permission takes some 400")
	count := func() (permissions, channels int) {
		n.mu.Lock()
		defer n.mu.Unlock()
		require.Len(t, n.uses, 1)
		for _, u := range n.uses {
			permissions, channels = len(u.permitted), u.channels
		}
		return permissions, channels
	}
	permissions, _ := count()
	assert.Equal(t, 64, permissions)
	_, err := c.ask(t.Context(), stun.MethodCreatePermission, address(63))
	assert.NoError(t, err, "one that it has is kept")
	_, err = c.ask(t.Context(), stun.MethodCreatePermission, address(64))
	assert.Equal(t, stun.CodeForbidden, codeOf(err))

	for i := range 200 {
		to := netip.AddrPortFrom(netip.AddrPort(address(0)).Addr(), uint16(5000+i))
		_, err := c.ask(t.Context(), stun.MethodChannelBind, channel(0x4000+i), peer(to))
		require.Equal(t, i < 64, err == nil, "channel %d", i)
	}
	_, channels := count()
	assert.Equal(t, 64, channels)

	// Another client has its own.
	d := rawTURN(t, n, turnEntry{})
	d.allocate(n)
	_, err = d.ask(t.Context(), stun.MethodCreatePermission, address(64))
	assert.NoError(t, err)
	_, err = d.ask(t.Context(), stun.MethodChannelBind, channel(0x4000), address(65))
	assert.NoError(t, err)

	// What ends leaves nothing.
	for _, client := range []*rawClient{c, d} {
		_, err = client.ask(t.Context(), stun.MethodRefresh, stun.RawAttribute{Type: stun.AttrLifetime, Value: make([]byte, 4)})
		require.NoError(t, err)
	}
	assert.Zero(t, held(n))
}

// held is what a server keeps: relays as uses, as ports and as places.
func held(n *natServer) [3]int {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.reach.mu.Lock()
	defer n.reach.mu.Unlock()
	n.places.mu.Lock()
	defer n.places.mu.Unlock()
	return [3]int{len(n.uses), len(n.reach.ports), n.places.all}
}
