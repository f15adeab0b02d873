package network_test

import (
	"context"
	"errors"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/logging"
	"github.com/pion/transport/v4"
	"github.com/pion/transport/v4/vnet"
	"github.com/pion/turn/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/peer"
	"tincan/internal/sdp"
)

// kind is what stands between an end and the internet.
type kind struct {
	name string
	nat  *vnet.NATType // nil: nothing does, the end has a public address
}

// kinds are seven, told apart by two questions (RFC 4787 §4 and §5). Mapping:
// does a socket keep its public address whomever it talks to? Filtering: who
// may send to that address? A mapping is forgotten after 30 s without a packet
// from inside, the shortest that home routers have.
var kinds = []kind{
	{"open", nil},
	{"one to one", &vnet.NATType{Mode: vnet.NATModeNAT1To1}},
	{"full cone", newNAT(vnet.EndpointIndependent, vnet.EndpointIndependent)},
	{"address-restricted", newNAT(vnet.EndpointIndependent, vnet.EndpointAddrDependent)},
	{"port-restricted", newNAT(vnet.EndpointIndependent, vnet.EndpointAddrPortDependent)},
	{"address-dependent", newNAT(vnet.EndpointAddrDependent, vnet.EndpointAddrDependent)},
	{"symmetric", newNAT(vnet.EndpointAddrPortDependent, vnet.EndpointAddrPortDependent)},
}

func newNAT(mapping, filtering vnet.EndpointDependencyType) *vnet.NATType {
	return &vnet.NATType{MappingBehavior: mapping, FilteringBehavior: filtering, MappingLifeTime: 30 * time.Second}
}

func kindNamed(t *testing.T, name string) kind {
	t.Helper()
	for _, k := range kinds {
		if k.name == name {
			return k
		}
	}
	require.Fail(t, "no such kind", name)
	return kind{}
}

// keepsItsAddress tells whether all packets of one socket come from one public
// address.
func (k kind) keepsItsAddress() bool {
	return k.nat == nil || k.nat.Mode == vnet.NATModeNAT1To1 || k.nat.MappingBehavior == vnet.EndpointIndependent
}

// letsIn tells whether the other kind's packets for the address that a server
// told k get in, once k has sent to the address that a server told the other.
func (k kind) letsIn(other kind) bool {
	switch {
	case k.nat == nil || k.nat.Mode == vnet.NATModeNAT1To1:
		return true
	case !k.keepsItsAddress():
		return false // k sent from another address, and opened that one
	case k.nat.FilteringBehavior == vnet.EndpointAddrPortDependent:
		return other.keepsItsAddress() // or the packets come from a port that k hasn't sent to
	}
	return true
}

// hop is what each router on the way takes.
const hop = 10 * time.Millisecond

// The addresses are documentation's (RFC 5737).
var (
	places  = [2]string{"203.0.113.7", "198.51.100.7"} // of the ends, as the internet sees them
	homes   = [2]string{"192.168.1", "192.168.2"}      // their own networks, where they have one
	servers = [2]string{"192.0.2.53", "192.0.2.54"}    // each with STUN and TURN, at both ports
	ports   = [2]int{3478, 19302}
)

// standIn is what peer gives pion in place of STUN servers.
const standIn = "192.0.2.1"

const password = "password"

var (
	stun  = []string{servers[0] + ":3478", servers[1] + ":3478"}
	relay = []peer.TURN{{URL: "turn:" + servers[0] + ":3478", Username: "user", Credential: password}}
	tcp   = []peer.TURN{{URL: "turn:" + servers[0] + ":3478?transport=tcp", Username: "user", Credential: password}}
)

// world is an internet with two servers and two ends, inviter and joiner.
type world struct {
	internet *vnet.Router
	ends     [2]*end
	streams  streams // to the first server
	turn     []*turn.Server
}

// end is a computer and the network it is in.
type end struct {
	transport.Net
	router  *vnet.Router
	asked   atomic.Int64 // packets of this end's for the other
	arrived atomic.Int64 // packets of the other end's for this one
}

// building guards the counter vnet gives out hardware addresses by.
var building sync.Mutex

// newWorld runs until the end of the test.
func newWorld(t *testing.T, inviter, joiner kind) *world {
	t.Helper()
	building.Lock()
	defer building.Unlock()
	w := &world{internet: newRouter(t, &vnet.RouterConfig{CIDR: "0.0.0.0/0"})}
	for i, k := range [2]kind{inviter, joiner} {
		e := &end{router: w.internet}
		w.ends[i] = e
		address := places[i]
		if k.nat != nil {
			address = homes[i] + ".2"
			place := places[i]
			if k.nat.Mode == vnet.NATModeNAT1To1 {
				place += "/" + address
			}
			e.router = newRouter(t, &vnet.RouterConfig{CIDR: homes[i] + ".0/24", StaticIPs: []string{place}, NATType: k.nat})
			require.NoError(t, w.internet.AddRouter(e.router))
		}
		computer, err := vnet.NewNet(&vnet.NetConfig{StaticIPs: []string{address}})
		require.NoError(t, err)
		require.NoError(t, e.router.AddNet(computer))
		e.Net = computer
		e.router.AddChunkFilter(func(c vnet.Chunk) bool {
			from, to := ip(c.SourceAddr()), ip(c.DestinationAddr())
			switch {
			case from == servers[0] || from == servers[1] || to == servers[0] || to == servers[1]:
			case from == address:
				e.asked.Add(1)
			case to == address:
				e.arrived.Add(1)
			}
			return true
		})
	}
	w.internet.AddChunkFilter(func(c vnet.Chunk) bool {
		assert.NotEqual(t, standIn, ip(c.DestinationAddr()), "a packet for the stand-in left the computer")
		return true
	})
	w.streams = streams{conns: make(chan net.Conn), closed: make(chan struct{})}
	for _, server := range servers {
		w.serve(t, server)
	}
	require.NoError(t, w.internet.Start())
	t.Cleanup(func() { assert.NoError(t, w.internet.Stop()) })
	return w
}

func newRouter(t *testing.T, config *vnet.RouterConfig) *vnet.Router {
	t.Helper()
	config.LoggerFactory = quiet
	config.MinDelay = hop
	router, err := vnet.NewRouter(config)
	require.NoError(t, err)
	return router
}

func ip(address net.Addr) string { return address.(*net.UDPAddr).IP.String() }

var quiet = &logging.DefaultLoggerFactory{DefaultLogLevel: logging.LogLevelDisabled}

// serve has STUN and TURN answer at an address, the first server's over
// streams too.
func (w *world) serve(t *testing.T, address string) {
	t.Helper()
	computer, err := vnet.NewNet(&vnet.NetConfig{StaticIPs: []string{address}})
	require.NoError(t, err)
	require.NoError(t, w.internet.AddNet(computer))
	generator := &turn.RelayAddressGeneratorStatic{RelayAddress: net.ParseIP(address), Address: address, Net: computer}
	config := turn.ServerConfig{
		Realm: "test", LoggerFactory: quiet,
		AuthHandler: func(asked *turn.RequestAttributes) (string, []byte, bool) {
			return asked.Username, turn.GenerateAuthKey(asked.Username, asked.Realm, password), true
		},
	}
	for _, port := range ports {
		conn, err := computer.ListenUDP("udp4", &net.UDPAddr{IP: net.ParseIP(address), Port: port})
		require.NoError(t, err)
		config.PacketConnConfigs = append(config.PacketConnConfigs, turn.PacketConnConfig{
			PacketConn: conn, RelayAddressGenerator: generator,
		})
	}
	if address == servers[0] {
		config.ListenerConfigs = []turn.ListenerConfig{{Listener: &w.streams, RelayAddressGenerator: generator}}
	}
	server, err := turn.NewServer(config)
	require.NoError(t, err)
	w.turn = append(w.turn, server)
	t.Cleanup(func() { assert.NoError(t, server.Close()) })
}

// relays counts those that are given to somebody now.
func (w *world) relays() (n int) {
	for _, server := range w.turn {
		n += server.AllocationCount()
	}
	return n
}

// blockUDP has an end's network drop UDP and leaves it TCP, which vnet has not:
// to the first server and past the routers.
func (w *world) blockUDP(e *end) {
	e.router.AddChunkFilter(func(vnet.Chunk) bool { return false })
	e.Net = overTCP{e.Net, &w.streams}
}

type overTCP struct {
	transport.Net
	streams *streams
}

func (n overTCP) DialTCP(_ string, _, to *net.TCPAddr) (transport.TCPConn, error) {
	from := &net.TCPAddr{IP: net.IPv4(192, 168, 1, 2), Port: 50000}
	ours, theirs := net.Pipe()
	select {
	case n.streams.conns <- tcpConn{Conn: theirs, local: to, remote: from}:
		return tcpConn{Conn: ours, local: from, remote: to}, nil
	case <-n.streams.closed:
		return nil, net.ErrClosed
	}
}

// tcpConn is a stream that takes itself for TCP.
type tcpConn struct {
	net.Conn
	unused
	local, remote *net.TCPAddr
}

// unused are the methods that nobody calls.
type unused struct{ transport.TCPConn }

func (c tcpConn) LocalAddr() net.Addr  { return c.local }
func (c tcpConn) RemoteAddr() net.Addr { return c.remote }

// streams is the listener at the other end.
type streams struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (s *streams) Accept() (net.Conn, error) {
	select {
	case conn := <-s.conns:
		return conn, nil
	case <-s.closed:
		return nil, net.ErrClosed
	}
}

func (s *streams) Close() error { close(s.closed); return nil }

func (s *streams) Addr() net.Addr { return &net.TCPAddr{IP: net.ParseIP(servers[0]), Port: ports[0]} }

// addNames has names resolve to the servers, one after the other, and tells
// that each asks for a port the servers have.
func (w *world) addNames(t *testing.T, names []string) {
	t.Helper()
	require.Len(t, names, len(servers))
	for i, name := range names {
		host, port, err := net.SplitHostPort(name)
		require.NoError(t, err)
		number, err := strconv.Atoi(port)
		require.NoError(t, err)
		require.Contains(t, ports, number)
		require.NoError(t, w.internet.AddHost(host, servers[i]))
	}
}

// pair is the two ends' connections, the inviter's first.
type pair struct {
	conns         [2]*peer.Conn
	offer, answer string // as the engines wrote them
}

// begin goes the product's way from the invite to the reply.
func (w *world) begin(t *testing.T, ctx context.Context, inviter, joiner peer.Config) *pair {
	t.Helper()
	p := &pair{}
	for i, config := range [2]peer.Config{inviter, joiner} {
		conn, err := peer.NewOver(w.ends[i], config)
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, conn.Close()) })
		p.conns[i] = conn
	}
	var err error
	p.offer, err = p.conns[0].Offer(ctx)
	require.NoError(t, err)
	p.answer, err = p.conns[1].Answer(ctx, p.invite(t))
	require.NoError(t, err)
	return p
}

// cards makes an offer of either side.
func (w *world) cards(t *testing.T, ctx context.Context, config peer.Config) *pair {
	t.Helper()
	p := &pair{}
	for i, text := range [2]*string{&p.offer, &p.answer} {
		conn, err := peer.NewOver(w.ends[i], config)
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, conn.Close()) })
		p.conns[i] = conn
		*text, err = conn.Offer(ctx)
		require.NoError(t, err)
	}
	return p
}

// meet applies the offer of each side at the other as an answer, the second side's so much later.
func (p *pair) meet(t *testing.T, ctx context.Context, later time.Duration) error {
	t.Helper()
	ours, err := sdp.Parse(p.offer, false)
	require.NoError(t, err)
	require.NoError(t, p.conns[1].Accept(ctx, ours.SDP(sdp.Offer, sdp.MediaID(p.answer))))
	time.Sleep(later)
	return p.open(t, ctx)
}

// invite is what the joiner's engine reads of the offer.
func (p *pair) invite(t *testing.T) string {
	t.Helper()
	description, err := sdp.Parse(p.offer, false)
	require.NoError(t, err)
	return description.ForInvite().SDP(sdp.Offer, "0")
}

// reply is what the inviter's engine reads of the answer.
func (p *pair) reply(t *testing.T) string {
	t.Helper()
	description, err := sdp.Parse(p.answer, false)
	require.NoError(t, err)
	return description.SDP(sdp.Answer, sdp.MediaID(p.offer))
}

// open applies the reply and waits until both ends can send, or for ctx.
func (p *pair) open(t *testing.T, ctx context.Context) error {
	t.Helper()
	require.NoError(t, p.conns[0].Accept(ctx, p.reply(t)))
	var errs [2]error
	var wait sync.WaitGroup
	for i, conn := range p.conns {
		wait.Go(func() { errs[i] = conn.Open(ctx) })
	}
	wait.Wait()
	return errors.Join(errs[0], errs[1])
}

// talk sends a message each way and tells the path, on which both ends agree.
func (p *pair) talk(t *testing.T, ctx context.Context) peer.Path {
	t.Helper()
	for i, conn := range p.conns {
		message := "from end " + strconv.Itoa(i)
		require.NoError(t, conn.Send(ctx, []byte(message)))
		received, err := p.conns[1-i].Receive(ctx)
		require.NoError(t, err)
		require.Equal(t, message, string(received))
	}
	path := p.conns[0].Path(ctx)
	require.Equal(t, path, p.conns[1].Path(ctx))
	return path
}
