//go:build !js

package peer

import (
	"context"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/pion/logging"
	"github.com/pion/transport/v4"
	"github.com/pion/transport/v4/stdnet"
)

// lookup resolves the names of STUN servers within a limited time. Without it, pion's Close would
// wait for a name server that does not answer.
type lookup struct{ *stdnet.Net }

// ResolveUDPAddr is called by pion with a server's host:port, once for each
// family.
func (l lookup) ResolveUDPAddr(network, address string) (*net.UDPAddr, error) {
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseUint(service, 10, 16)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), gatherWait)
	defer cancel()
	found, err := net.DefaultResolver.LookupNetIP(ctx, strings.Replace(network, "udp", "ip", 1), host)
	if err != nil {
		return nil, err
	}
	return net.UDPAddrFromAddrPort(netip.AddrPortFrom(found[0].Unmap(), uint16(port))), nil
}

// DialTCP is how pion reaches a relay over TCP. It is limited in time, too: pion's Close waits
// for it, and a system would try for minutes.
func (l lookup) DialTCP(network string, local, remote *net.TCPAddr) (transport.TCPConn, error) {
	d := net.Dialer{Timeout: relayWait}
	if local != nil {
		d.LocalAddr = local
	}
	conn, err := d.Dial(network, remote.String())
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
