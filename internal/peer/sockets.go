//go:build !js

package peer

import (
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/pion/stun/v4"
	"github.com/pion/transport/v4"
	"github.com/pion/transport/v4/deadline"
)

// everyServer is the only STUN server that pion is told of. It stands for all servers that are
// named: what pion sends to it is sent to each of them, and the first answer counts as its
// answer. So there is one socket for each family, with one public address, one mapping to keep
// alive, and several servers that have seen it. By itself pion would open a socket for every
// server. The name cannot exist (RFC 6761).
const everyServer = "every-server.invalid:3478"

// everyAddress has the addresses of everyServer, from the ranges for documentation (RFC 5737,
// RFC 3849). No packet is sent there.
var everyAddress = map[string]*net.UDPAddr{
	"udp4": {IP: net.IPv4(192, 0, 2, 1).To4(), Port: 3478},
	"udp6": {IP: net.ParseIP("2001:db8::1"), Port: 3478},
}

// keepAliveEvery is how often a waiting end sends a packet through its NAT, so that the mapping
// is kept. RFC 4787 (REQ-5) demands 2 minutes; home routers forget after 30 s.
const keepAliveEvery = 10 * time.Second

// sockets is the network that pion is given: the computer's own, except that it asks all STUN
// servers together, asks them again while an invite is on its way, and looks at their answers.
type sockets struct {
	transport.Net
	names     []string // of STUN servers, as host:port
	waits     bool     // see Config.Waits: no server is asked again
	gathering *gathering
	opened    latch // the chat's own packets keep the mapping alive from then on
	tasks     sync.WaitGroup

	mu      sync.Mutex
	servers map[string][]netip.AddrPort // by network
	relays  map[int]bool                // local ports of sockets opened for TURN over UDP
	asking  map[int]io.Closer           // by local port, those to TURN servers that have given no relay yet
}

func newSockets(network transport.Net, config Config, g *gathering, opened latch) *sockets {
	return &sockets{
		Net: network, names: config.STUN, waits: config.Waits, gathering: g, opened: opened,
		servers: map[string][]netip.AddrPort{}, relays: map[int]bool{}, asking: map[int]io.Closer{},
	}
}

// ResolveUDPAddr is called by pion for everyServer. It looks up all servers at once, and returns
// an error if none has an address in this family.
func (s *sockets) ResolveUDPAddr(network, address string) (*net.UDPAddr, error) {
	if address != everyServer {
		return s.Net.ResolveUDPAddr(network, address)
	}
	var wait sync.WaitGroup
	found := make([]*net.UDPAddr, len(s.names))
	errs := make([]error, len(s.names))
	for i, name := range s.names {
		wait.Go(func() { found[i], errs[i] = s.Net.ResolveUDPAddr(network, name) })
	}
	wait.Wait()
	var servers []netip.AddrPort
	var failed error
	for i := range s.names {
		if errs[i] != nil {
			failed = errs[i]
			continue
		}
		at := found[i].AddrPort()
		if at = netip.AddrPortFrom(at.Addr().Unmap(), at.Port()); at.Addr().Is4() == (network == "udp4") {
			servers = append(servers, at)
		}
	}
	if len(servers) == 0 {
		if failed == nil {
			failed = &net.AddrError{Err: "no address in this family", Addr: network}
		}
		return nil, failed
	}
	s.mu.Lock()
	s.servers[network] = servers
	s.mu.Unlock()
	return everyAddress[network], nil
}

// ListenUDP is how pion opens its sockets. Those with which it asks STUN servers are bound to no
// address, those of host candidates to one each.
func (s *sockets) ListenUDP(network string, at *net.UDPAddr) (transport.UDPConn, error) {
	bound := at != nil && len(at.IP) > 0 // asked here, because the network may write its choice into at
	conn, err := s.Net.ListenUDP(network, at)
	if err != nil || everyAddress[network] == nil || bound {
		return conn, err
	}
	c := &socket{
		UDPConn: conn, sockets: s, network: network,
		unread: make(chan packet, maxUnread), deadline: deadline.New(), closed: newLatch(),
	}
	s.tasks.Go(c.read)
	return c, nil
}

// ListenPacket is how pion opens the sockets of TURN over UDP.
func (s *sockets) ListenPacket(network, address string) (net.PacketConn, error) {
	conn, err := s.Net.ListenPacket(network, address)
	if err != nil {
		return nil, err
	}
	c := &relaySocket{PacketConn: conn, sockets: s, closed: newLatch()}
	if at, ok := conn.LocalAddr().(*net.UDPAddr); ok {
		s.mu.Lock()
		s.relays[at.Port], s.asking[at.Port] = true, c
		s.mu.Unlock()
	}
	return c, nil
}

// DialTCP is how pion opens the streams of TURN over TCP and TLS.
func (s *sockets) DialTCP(network string, local, remote *net.TCPAddr) (transport.TCPConn, error) {
	conn, err := s.Net.DialTCP(network, local, remote)
	if err != nil {
		return nil, err
	}
	if at, ok := conn.LocalAddr().(*net.TCPAddr); ok {
		s.mu.Lock()
		s.asking[at.Port] = conn
		s.mu.Unlock()
	}
	return conn, nil
}

// hold takes note that there is a relay behind a local port.
func (s *sockets) hold(port int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.asking, port)
}

// giveUp closes the sockets to TURN servers that have given no relay: pion goes on asking such a
// server for 8 s, and its Close waits. With its socket closed it gives up when it asks next, after
// 1.6 s at most. Over the other sockets Close gives relays back.
func (s *sockets) giveUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, conn := range s.asking {
		_ = conn.Close() // it is thrown away
	}
	clear(s.asking)
}

// relayOverUDP tells whether the relay with this local port is reached over UDP.
func (s *sockets) relayOverUDP(port int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.relays[port]
}

// keepAlive calls send again and again until the other end has come. Each packet goes out
// through the NAT and keeps the mapping whose address stands in the link, or that of a relay.
func (s *sockets) keepAlive(closed latch, send func()) {
	every := time.NewTicker(keepAliveEvery)
	defer every.Stop()
	for {
		select {
		case <-every.C:
			send()
		case <-closed.done:
			return
		case <-s.opened.done:
			return
		}
	}
}

// relaySocket is a socket to a TURN server over UDP. pion refreshes its relay every few minutes.
// If the NAT forgets sooner, the request comes from another port, and the server does not know
// whose it is.
type relaySocket struct {
	net.PacketConn
	sockets *sockets
	closed  latch
	sending sync.Once
}

// WriteTo sends. From the first time on it also keeps the mapping alive with indications, which
// are not answered (RFC 8445 §11).
func (c *relaySocket) WriteTo(b []byte, server net.Addr) (int, error) {
	c.sending.Do(func() {
		c.sockets.tasks.Go(func() {
			c.sockets.keepAlive(c.closed, func() {
				if indication, err := stun.Build(stun.TransactionID, stun.NewType(stun.MethodBinding, stun.ClassIndication)); err == nil {
					_, _ = c.PacketConn.WriteTo(indication.Raw, server) // a network that is gone for a moment may come back
				}
			})
		})
	})
	return c.PacketConn.WriteTo(b, server)
}

// Close ends keepAlive too.
func (c *relaySocket) Close() error {
	c.closed.set()
	return c.PacketConn.Close()
}

// maxUnread is how many packets wait until pion reads them. As with the buffer of a system, any
// more are lost.
const maxUnread = 256

// maxPacket is longer than any packet that an engine sends.
const maxPacket = 8192

// packet is one that arrived.
type packet struct {
	data []byte
	from net.Addr
}

// socket is a UDP socket with which pion asks STUN servers. A goroutine of ours reads from it:
// pion reads until the first server has answered, and not again before the other end is known,
// but the answers of the others must be seen in the meantime.
type socket struct {
	transport.UDPConn
	sockets  *sockets
	network  string
	unread   chan packet // closed when nothing more comes
	deadline *deadline.Deadline
	closed   latch
	asking   sync.Once

	mu    sync.Mutex
	asked [stun.TransactionIDSize]byte // the transaction whose answers count
}

// WriteTo sends what is meant for everyServer to all servers. From the first time on it also asks
// them again and again, but for a card that Waits.
func (c *socket) WriteTo(b []byte, to net.Addr) (int, error) {
	if to != net.Addr(everyAddress[c.network]) {
		return c.UDPConn.WriteTo(b, to)
	}
	c.asking.Do(func() {
		if c.sockets.waits {
			return
		}
		c.sockets.tasks.Go(func() {
			c.sockets.keepAlive(c.closed, func() {
				// pion ignores the answers, as they belong to no request of its own.
				if request, err := stun.Build(stun.TransactionID, stun.BindingRequest); err == nil {
					_ = c.askAll(request.Raw) // a network that is gone for a moment may come back
				}
			})
		})
	})
	return len(b), c.askAll(b)
}

// askAll sends a request to all servers. It succeeds if it could be sent to one of them.
func (c *socket) askAll(request []byte) (err error) {
	asked := &stun.Message{Raw: request}
	if err := asked.Decode(); err != nil {
		return err
	}
	c.mu.Lock()
	if c.asked != asked.TransactionID {
		// The router may have given the socket another port since then, so only answers
		// to the same request are compared.
		c.sockets.gathering.forgetMapping(c.name())
	}
	c.asked = asked.TransactionID
	c.mu.Unlock()
	sent := false
	for _, server := range c.servers() {
		if _, err = c.UDPConn.WriteTo(request, net.UDPAddrFromAddrPort(server)); err == nil {
			sent = true
		}
	}
	if sent {
		return nil
	}
	return err
}

func (c *socket) servers() []netip.AddrPort {
	c.sockets.mu.Lock()
	defer c.sockets.mu.Unlock()
	return c.sockets.servers[c.network]
}

// read reads packets until Close and keeps them for pion. An answer of a server is passed on as
// one of everyServer, so that for pion the first one counts. Anything else that a server sends
// is dropped, or a refusal by one would count for all of them.
func (c *socket) read() {
	defer close(c.unread)
	buffer := make([]byte, maxPacket)
	for {
		n, from, err := c.UDPConn.ReadFrom(buffer)
		if err != nil {
			return
		}
		data := slices.Clone(buffer[:n])
		if server, ok := c.server(from); ok {
			if !c.learn(data, server) {
				continue
			}
			from = everyAddress[c.network]
		}
		select {
		case c.unread <- packet{data, from}:
		default:
		}
	}
}

// server returns the STUN server from which a packet comes, if it comes from one.
func (c *socket) server(from net.Addr) (server netip.Addr, ok bool) {
	source, ok := from.(*net.UDPAddr)
	if !ok {
		return server, false
	}
	server = source.AddrPort().Addr().Unmap()
	return server, slices.Contains(c.servers(), netip.AddrPortFrom(server, source.AddrPort().Port()))
}

// learn reads from a server's answer at which address it saw this socket. It returns false if
// this is no answer to the last request, or if no server could have seen this address.
func (c *socket) learn(data []byte, server netip.Addr) bool {
	answer := &stun.Message{Raw: data}
	if answer.Decode() != nil || answer.Type != stun.BindingSuccess {
		return false
	}
	c.mu.Lock()
	expected := answer.TransactionID == c.asked
	c.mu.Unlock()
	var mapped stun.XORMappedAddress
	if !expected || mapped.GetFrom(answer) != nil || mapped.IP.IsLoopback() && !server.IsLoopback() {
		return false
	}
	c.sockets.gathering.sawMapping(c.name(), mapped.IP.String(), mapped.Port)
	return true
}

func (c *socket) name() string { return c.network + " " + c.LocalAddr().String() }

// ReadFrom hands pion what has arrived.
func (c *socket) ReadFrom(b []byte) (int, net.Addr, error) {
	select {
	case arrived, more := <-c.unread:
		if !more {
			return 0, nil, net.ErrClosed
		}
		return copy(b, arrived.data), arrived.from, nil
	case <-c.deadline.Done():
		return 0, nil, os.ErrDeadlineExceeded
	}
}

// SetDeadline is how pion ends a ReadFrom that waits. Writing never waits.
func (c *socket) SetDeadline(at time.Time) error {
	c.deadline.Set(at)
	return nil
}

// SetReadDeadline is SetDeadline.
func (c *socket) SetReadDeadline(at time.Time) error { return c.SetDeadline(at) }

// Close ends keepAlive and read too.
func (c *socket) Close() error {
	c.closed.set()
	return c.UDPConn.Close()
}
