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

// firstPort that a relay sends to. Below lie the services of whoever is reached:
// names, time, management.
const firstPort = 1024

// nearTime is for how long the addresses of this computer are taken to be what they
// were: they come and go with networks.
const nearTime = time.Second

var (
	errTCP  = errors.New("this relay carries UDP only")
	errPort = errors.New("this relay gives no port by wish")
	errFar  = errors.New("this relay does not lead there")
)

// reach decides where relays lead: to any computer but this one, and to one address
// at a time, as broadcast and multicast reach all of a network with one packet. The
// relays' own address is the exception: two relays of one chat meet there, at
// the ports of relays.
type reach struct {
	relayAt    netip.Addr
	interfaces func() ([]net.Addr, error)

	mu    sync.Mutex
	ports map[uint16]bool     // of the relays there are
	near  map[netip.Addr]bool // this computer's addresses, and the broadcast ones of its networks
	known bool                // near could be asked for
	asked time.Time           // near
}

func newReach(relayAt netip.Addr, interfaces func() ([]net.Addr, error)) *reach {
	return &reach{relayAt: relayAt, interfaces: interfaces, ports: map[uint16]bool{}}
}

// Addresses that name no one other computer: this network (0/8) and what is reserved
// (240/4), which broadcast to everybody is part of.
var nobody = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("240.0.0.0/4")}

// to tells whether a relay may have to do with an address at all. Relays are IPv4, and
// so is whom they reach.
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

// ask learns this computer's addresses anew.
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
			continue // networks of one or two have no broadcast address
		}
		first, last := ip.As4(), ip.As4()
		for i := range 4 {
			mask := n.Mask[len(n.Mask)-4+i]
			first[i] &= mask
			last[i] |= ^mask
		}
		// The lowest address was one for broadcast once, and some still take it so.
		r.near[netip.AddrFrom4(first)], r.near[netip.AddrFrom4(last)] = true, true
	}
}

// sends tells whether a packet may go there. A permission is for an address and for
// minutes; what it is good for is looked at with each packet.
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

// udpRelays makes relays for UDP and nothing else. pion's would also connect over
// TCP (RFC 6062) to whatever this computer can reach.
type udpRelays struct {
	turn.RelayAddressGenerator
	reach *reach
	ports portRange // of relays; none is any port
}

// AllocatePacketConn opens a relay, at any port or at one of ours: wishes for one are for what RTP was,
// and pion remembers each for a while.
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

// portTries is how many ports that another program holds are met before a relay is refused: pion
// serves nobody else meanwhile.
const portTries = 16

// allocate begins anywhere in the range and goes round it, past the ports of the relays there are.
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

// WriteTo sends where relays lead.
func (c *udpRelay) WriteTo(b []byte, to net.Addr) (int, error) {
	at, ok := to.(*net.UDPAddr)
	if !ok || !c.reach.sends(at.AddrPort()) {
		return 0, errFar
	}
	return c.PacketConn.WriteTo(b, to)
}

// Close ends it, and what the others may send to it.
func (c *udpRelay) Close() error {
	c.gone()
	return c.PacketConn.Close()
}
