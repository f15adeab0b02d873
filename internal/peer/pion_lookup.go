//go:build !js

package peer

import (
	"context"
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/pion/logging"
	"github.com/pion/transport/v4"
	"github.com/pion/transport/v4/stdnet"
)

// lookup finds servers by their names, and dials relays over TCP, within a limited time, and no
// longer than until Close begins. Without it, pion's Close would wait for a name server or a relay
// that does not answer, as all of them do where the network is gone.
type lookup struct {
	*stdnet.Net
	closing latch
}

// within is a context that ends after a time, or when Close begins.
func (l lookup) within(limit time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	go func() {
		defer cancel()
		select {
		case <-l.closing.done:
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// ResolveUDPAddr is called by pion with a server's host:port, once for each
// family.
func (l lookup) ResolveUDPAddr(network, address string) (*net.UDPAddr, error) {
	at, err := l.resolve(network, address)
	if err != nil {
		return nil, err
	}
	return net.UDPAddrFromAddrPort(at), nil
}

// ResolveTCPAddr is the same for relays over TCP.
func (l lookup) ResolveTCPAddr(network, address string) (*net.TCPAddr, error) {
	at, err := l.resolve(network, address)
	if err != nil {
		return nil, err
	}
	return net.TCPAddrFromAddrPort(at), nil
}

// resolve looks up the first address for a network: udp4, tcp6 and so on.
func (l lookup) resolve(network, address string) (at netip.AddrPort, err error) {
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return at, err
	}
	port, err := strconv.ParseUint(service, 10, 16)
	if err != nil {
		return at, err
	}
	ctx, cancel := l.within(gatherWait)
	defer cancel()
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip"+network[len("udp"):], host)
	if err != nil {
		return at, err
	}
	return netip.AddrPortFrom(found[0].Unmap(), uint16(port)), nil
}

// DialTCP is how pion reaches a relay over TCP. A system would try for minutes.
func (l lookup) DialTCP(network string, local, remote *net.TCPAddr) (transport.TCPConn, error) {
	var d net.Dialer
	if local != nil {
		d.LocalAddr = local
	}
	ctx, cancel := l.within(relayWait)
	defer cancel()
	conn, err := d.DialContext(ctx, network, remote.String())
	if err != nil {
		return nil, err
	}
	return conn.(*net.TCPConn), nil
}

// silence is a logger that logs nothing.
type silence struct{}

func (silence) NewLogger(string) logging.LeveledLogger { return silence{} }

func (silence) Trace(string)          {}
func (silence) Tracef(string, ...any) {}
func (silence) Debug(string)          {}
func (silence) Debugf(string, ...any) {}
func (silence) Info(string)           {}
func (silence) Infof(string, ...any)  {}
func (silence) Warn(string)           {}
func (silence) Warnf(string, ...any)  {}
func (silence) Error(string)          {}
func (silence) Errorf(string, ...any) {}
