package main

import (
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/turn/v5"
)

// firstPort is the lowest port that a relay sends to. Below it are services such as name servers,
// clocks and management.
const firstPort = 1024

// nearTime is how long the addresses of this computer are remembered before they are asked for
// again: they change with its networks.
const nearTime = time.Second

var (
	errTCP  = errors.New("this relay carries UDP only")
	errPort = errors.New("this relay gives no port by wish")
	errFar  = errors.New("this relay does not lead there")
)

// reach decides to which addresses relays may send: to any computer but this one, and never to a
// broadcast or multicast address, with which one packet reaches a whole network. One address of
// this computer is allowed, the one that relays have, at the ports of relays: the two relays of
// one chat send to each other there.
type reach struct {
	relayAt    netip.Addr
	interfaces func() ([]net.Addr, error)

	mu    sync.Mutex
	ports map[uint16]bool     // of the relays that are open
	near  map[netip.Addr]bool // this computer's addresses, and the broadcast ones of its networks
	known bool                // near is known: the system has told the addresses
	asked time.Time           // when the system was last asked
}

func newReach(relayAt netip.Addr, interfaces func() ([]net.Addr, error)) *reach {
	return &reach{relayAt: relayAt, interfaces: interfaces, ports: map[uint16]bool{}}
}

// nobody has the addresses that belong to no single computer: "this network" (0/8) and the reserved
// ones (240/4), of which the general broadcast address is one.
var nobody = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("240.0.0.0/4")}

// to tells whether a relay may send to an address at all. Relays have IPv4 addresses, and can send
// to no others.
func (r *reach) to(ip netip.Addr) bool {
	ip = ip.Unmap()
	if ip == r.relayAt {
		return true
	}
	if !ip.Is4() || ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsMulticast() {
		return false
	}
	for _, p := range nobody {
		if p.Contains(ip) {
			return false
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := time.Now(); r.asked.IsZero() || now.Sub(r.asked) >= nearTime {
		r.ask()
		r.asked = now
	}
	return r.known && !r.near[ip]
}

// ask asks the system for the addresses of this computer.
func (r *reach) ask() {
	all, err := r.interfaces()
	r.near, r.known = map[netip.Addr]bool{}, err == nil
	for _, a := range all {
		n, ok := a.(*net.IPNet)
		if !ok {
			continue
		}
		ip, ok := netip.AddrFromSlice(n.IP)
		if !ok {
			continue
		}
		ip = ip.Unmap()
		r.near[ip] = true
		ones, bits := n.Mask.Size()
		if !ip.Is4() || bits-ones < 2 || bits-ones > 32 {
			continue // a network of one or two addresses has no broadcast address
		}
		first, last := ip.As4(), ip.As4()
		for i := range 4 {
			mask := n.Mask[len(n.Mask)-4+i]
			first[i] &= mask
			last[i] |= ^mask
		}
		// The lowest address once was a broadcast address, too, and for some systems it still is.
		r.near[netip.AddrFrom4(first)], r.near[netip.AddrFrom4(last)] = true, true
	}
}

// sends tells whether a packet may be sent to an address and port. A permission is for an address,
// and holds for minutes; so each packet is checked.
func (r *reach) sends(to netip.AddrPort) bool {
	if to.Port() < firstPort || !r.to(to.Addr()) {
		return false
	}
	if to.Addr().Unmap() != r.relayAt {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ports[to.Port()]
}

func (r *reach) open(port uint16, is bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if is {
		r.ports[port] = true
	} else {
		delete(r.ports, port)
	}
}

func (r *reach) isOpen(port uint16) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ports[port]
}

// udpRelays makes relays for UDP only. pion's own would also make TCP connections (RFC 6062) to
// anything that this computer can reach.
type udpRelays struct {
	turn.RelayAddressGenerator
	reach *reach
	ports portRange // of relays; none is any port
}

// AllocatePacketConn opens a relay at any port, or at one of the range. A wish for a certain port is
// ignored; it was meant for RTP.
func (u udpRelays) AllocatePacketConn(c turn.AllocateListenerConfig) (net.PacketConn, net.Addr, error) {
	if c.RequestedPort != 0 {
		return nil, nil, errPort
	}
	conn, at, err := u.allocate(c)
	if err != nil {
		return nil, nil, err
	}
	port := at.(*net.UDPAddr).AddrPort().Port()
	u.reach.open(port, true)
	return &udpRelay{PacketConn: conn, reach: u.reach, gone: sync.OnceFunc(func() { u.reach.open(port, false) })}, at, nil
}

// portTries is how many ports are tried that turn out to be used by other programs before a relay
// is refused. pion serves nobody else in the meantime.
const portTries = 16

// allocate tries the ports of the range from a random one on, leaving out those of open relays.
func (u udpRelays) allocate(c turn.AllocateListenerConfig) (net.PacketConn, net.Addr, error) {
	if u.ports.first == 0 {
		return u.RelayAddressGenerator.AllocatePacketConn(c)
	}
	first, size := int(u.ports.first), int(u.ports.last-u.ports.first)+1
	start, tries, err := rand.IntN(size), 0, errPort
	for i := 0; i < size && tries < portTries; i++ {
		c.RequestedPort = first + (start+i)%size
		if u.reach.isOpen(uint16(c.RequestedPort)) {
			continue
		}
		tries++
		var conn net.PacketConn
		var at net.Addr
		if conn, at, err = u.RelayAddressGenerator.AllocatePacketConn(c); err == nil {
			return conn, at, nil
		}
	}
	return nil, nil, err
}

// AllocateListener refuses.
func (udpRelays) AllocateListener(turn.AllocateListenerConfig) (net.Listener, net.Addr, error) {
	return nil, nil, errTCP
}

// AllocateConn refuses.
func (udpRelays) AllocateConn(turn.AllocateConnConfig) (net.Conn, error) { return nil, errTCP }

// udpRelay is the socket of a relay.
type udpRelay struct {
	net.PacketConn
	reach *reach
	gone  func()
}

// WriteTo sends a packet if a relay may send it there.
func (c *udpRelay) WriteTo(b []byte, to net.Addr) (int, error) {
	at, ok := to.(*net.UDPAddr)
	if !ok || !c.reach.sends(at.AddrPort()) {
		return 0, errFar
	}
	return c.PacketConn.WriteTo(b, to)
}

// Close ends the relay. Other relays may not send to its port any more.
func (c *udpRelay) Close() error {
	c.gone()
	return c.PacketConn.Close()
}
