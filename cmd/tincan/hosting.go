package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tincan/relay"
)

// contradiction is a sentence about flags of serve that do not go together.
func (f *pageFlags) contradiction() string {
	relay := f.relay || f.relayAt != ""
	switch {
	case f.noSTUN && relay:
		return "a relay answers STUN too: --turn and --no-stun do not go together."
	case f.noSTUN && f.stunListen != "":
		return "--stun-listen and --no-stun do not go together."
	case !relay && (f.turnPort != 0 || f.relayPorts.first != 0):
		return "--turn-port and --relay-ports are of a relay: they need --turn."
	case f.turnPort < 0 || f.turnPort > 65535:
		return "--turn-port needs a port between 1 and 65535."
	}
	if f.stunListen != "" {
		at, err := net.ResolveUDPAddr("udp", f.stunListen)
		if err != nil || at.Port == 0 {
			return "--stun-listen needs a port, such as :3478, or an address of this computer and a port."
		}
		if at.IP.IsLoopback() && f.isPublic() {
			return "--stun-listen names this computer alone, so nobody who opens the address of --public would reach it."
		}
		return ""
	}
	at, err := net.ResolveTCPAddr("tcp", f.listen)
	if err == nil && relay && at.IP.IsLoopback() && f.isPublic() {
		return "--listen names this computer alone, so no visitor would reach the relay: a proxy passes no UDP on. Say where the relay listens, such as --stun-listen :3478."
	}
	return ""
}

// isPublic tells a page that is reached under a name or address of others, too.
func (f *pageFlags) isPublic() bool {
	u, err := url.Parse(f.public)
	return err == nil && u.Host != "" && !onlyHere(u.Host)
}

// natAddress is where STUN and the relay listen, and whether the visitors of the page
// reach it: those of a proxy on this computer do not reach what listens for it alone.
func (f *pageFlags) natAddress(page *net.TCPAddr) (at *net.TCPAddr, reached bool) {
	if f.stunListen == "" {
		return page, !page.IP.IsLoopback() || !f.isPublic()
	}
	udp, err := net.ResolveUDPAddr("udp", f.stunListen)
	if err != nil {
		return page, false
	}
	return &net.TCPAddr{IP: udp.IP, Port: udp.Port, Zone: udp.Zone}, true
}

func (f *pageFlags) ports() relayPorts { return relayPorts{tcp: f.turnPort, udp: f.relayPorts} }

// needs are sentences about what has to be open for the visitors of a public page, and
// for those of a relay.
func (p *pageServer) needs(f pageFlags) (said []string) {
	switch {
	case p.nat == nil:
	case p.nat.tcpPort != 0:
		ports := "all other UDP ports, unless --relay-ports names some"
		if f.relayPorts.first != 0 {
			ports = fmt.Sprintf("UDP %s", &f.relayPorts)
		}
		said = append(said, fmt.Sprintf("Open in the firewall: UDP %d (STUN and the relay), TCP %d (the relay), %s (what it relays).", p.nat.udpPort, p.nat.tcpPort, ports))
		if f.turnPort == 0 {
			said = append(said, "The TCP port is another one at each start, unless --turn-port names it.")
		}
	case f.isPublic():
		said = append(said, fmt.Sprintf("Open in the firewall: UDP %d (STUN).", p.nat.udpPort))
	}
	if f.isPublic() {
		if p.nat != nil {
			said = append(said, "A proxy in front passes the page on, and none of these ports: visitors reach them at the name of --public.")
		}
		if len(f.proxies) == 0 {
			said = append(said, "Behind a proxy all visitors count as one, and share its limits, unless --proxy names the proxy's address.")
		}
	}
	return said
}

// portRange are the ports from first to last; the zero value is none.
type portRange struct{ first, last uint16 }

// Set takes two ports with a dash between them, or one.
func (r *portRange) Set(text string) error {
	from, to, several := strings.Cut(text, "-")
	if !several {
		to = from
	}
	first, err := strconv.ParseUint(from, 10, 16)
	last, err2 := strconv.ParseUint(to, 10, 16)
	if err != nil || err2 != nil || first < firstPort || last < first {
		return fmt.Errorf("it needs ports from %d to 65535, the lower one first, such as 50000-50100", firstPort)
	}
	r.first, r.last = uint16(first), uint16(last)
	return nil
}

func (r *portRange) String() string {
	if r.first == r.last {
		return strconv.Itoa(int(r.first))
	}
	return fmt.Sprintf("%d-%d", r.first, r.last)
}

// proxies are the addresses whose word is taken for whom they speak for.
type proxies []netip.Prefix

// Set takes an address or a network, or several with commas.
func (p *proxies) Set(text string) error {
	for part := range strings.SplitSeq(text, ",") {
		network, err := netip.ParsePrefix(strings.TrimSpace(part))
		if ip, alone := netip.ParseAddr(strings.TrimSpace(part)); alone == nil {
			ip = ip.Unmap().WithZone("")
			network, err = netip.PrefixFrom(ip, ip.BitLen()), nil
		}
		if at := network.Addr(); err == nil && at.Is4In6() && network.Bits() >= 96 {
			network = netip.PrefixFrom(at.Unmap(), network.Bits()-96)
		}
		if err != nil || network.Addr().Is4In6() {
			return errors.New("it needs an IP address, or a network such as 10.0.0.0/8")
		}
		*p = append(*p, network.Masked())
	}
	return nil
}

func (p *proxies) String() string { return fmt.Sprint(*p) }

func (p proxies) trusts(ip netip.Addr) bool {
	return slices.ContainsFunc(p, func(n netip.Prefix) bool { return n.Contains(ip.Unmap().WithZone("")) })
}

// trust tells a connection from one of them.
func (p proxies) trust(from net.Addr) bool {
	at, err := netip.ParseAddrPort(from.String())
	return err == nil && p.trusts(at.Addr())
}

// handler has next see the visitor instead of the proxy. Each proxy adds at the end whom it
// heard from, so that is read from there, and no further than to the first that is not
// trusted: what stands before it, anybody may have written.
func (p proxies) handler(next http.Handler) http.Handler {
	if len(p) == 0 {
		return next
	}
	busy := newPlaces(visitsByClient, visitsInAll)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, err := netip.ParseAddrPort(r.RemoteAddr)
		if err == nil {
			ip := from.Addr().Unmap()
			named := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
			for i := len(named) - 1; i >= 0 && p.trusts(ip); i-- {
				before, ok := addressIn(strings.TrimSpace(named[i]))
				if !ok {
					break
				}
				ip = before
			}
			// The request is this handler's alone: nothing of the server looks at it any more.
			r.RemoteAddr = netip.AddrPortFrom(ip, from.Port()).String()
			// What a visitor may have at once is counted here: the connections are the proxy's.
			visitor := relay.ClientOf(r.RemoteAddr)
			if !busy.take(visitor) {
				// An answer would have to wait for the rest of the body. This ends the connection.
				panic(http.ErrAbortHandler)
			}
			defer busy.count(visitor, -1)
			body := &halfBody{ReadCloser: r.Body, whole: r.ContentLength == 0}
			r.Body = body
			defer func() {
				if !body.whole {
					// Else the server would wait for the rest before it ends the connection.
					_ = http.NewResponseController(w).SetReadDeadline(time.Now())
				}
			}()
		}
		next.ServeHTTP(w, r)
	})
}

// halfBody knows whether it was read to its end.
type halfBody struct {
	io.ReadCloser
	whole bool
}

func (b *halfBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		b.whole = true
	}
	return n, err
}
