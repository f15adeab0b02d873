//go:build !js

package peer

import (
	"errors"
	"net"
	"net/netip"

	"github.com/pion/transport/v4"
)

// errElsewhere is the error for a packet that would leave the computer.
var errElsewhere = errors.New("not on this computer")

// confined is a network whose packets stay on this computer. It looks up no names.
type confined struct{ transport.Net }

// here tells whether an address belongs to this computer: it is a loopback address, or one of
// its network cards, from which a browser on this computer may send.
func here(ip netip.Addr) bool {
	if ip = ip.Unmap().WithZone(""); ip.IsLoopback() {
		return true
	}
	own, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	for _, a := range own {
		if prefix, err := netip.ParsePrefix(a.String()); err == nil && prefix.Addr().Unmap() == ip {
			return true
		}
	}
	return false
}

func (c confined) ResolveUDPAddr(network, address string) (*net.UDPAddr, error) {
	at, err := literal(address)
	if err != nil {
		return nil, err
	}
	return net.UDPAddrFromAddrPort(at), nil
}

func (c confined) ResolveTCPAddr(network, address string) (*net.TCPAddr, error) {
	at, err := literal(address)
	if err != nil {
		return nil, err
	}
	return net.TCPAddrFromAddrPort(at), nil
}

// literal reads a loopback address with a port. Any other address is errElsewhere.
func literal(address string) (netip.AddrPort, error) {
	at, err := netip.ParseAddrPort(address)
	if err == nil && !at.Addr().IsLoopback() {
		err = errElsewhere
	}
	return at, err
}

func (c confined) ListenUDP(network string, at *net.UDPAddr) (transport.UDPConn, error) {
	conn, err := c.Net.ListenUDP(network, at)
	if err != nil {
		return nil, err
	}
	return confinedUDP{conn}, nil
}

func (c confined) ListenPacket(network, address string) (net.PacketConn, error) {
	conn, err := c.Net.ListenPacket(network, address)
	if err != nil {
		return nil, err
	}
	return confinedPackets{conn}, nil
}

func (c confined) DialTCP(network string, local, remote *net.TCPAddr) (transport.TCPConn, error) {
	if !here(remote.AddrPort().Addr()) {
		return nil, errElsewhere
	}
	return c.Net.DialTCP(network, local, remote)
}

// confinedUDP and confinedPackets send only to this computer.
type (
	confinedUDP     struct{ transport.UDPConn }
	confinedPackets struct{ net.PacketConn }
)

func (c confinedUDP) WriteTo(b []byte, to net.Addr) (int, error) {
	if !isHere(to) {
		return 0, errElsewhere
	}
	return c.UDPConn.WriteTo(b, to)
}

func (c confinedUDP) WriteToUDP(b []byte, to *net.UDPAddr) (int, error) { return c.WriteTo(b, to) }

func (c confinedPackets) WriteTo(b []byte, to net.Addr) (int, error) {
	if !isHere(to) {
		return 0, errElsewhere
	}
	return c.PacketConn.WriteTo(b, to)
}

func isHere(to net.Addr) bool {
	at, ok := to.(*net.UDPAddr)
	return ok && here(at.AddrPort().Addr())
}
