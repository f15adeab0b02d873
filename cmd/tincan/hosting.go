package main

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// contradiction returns a sentence about flags of serve that do not go together, if there are any.
func (f *pageFlags) contradiction() string {
	relay := f.relay || f.relayAt != ""
	switch {
	case f.tls.on() && !f.tls.self() && f.tls.key == "":
		return "--tls takes a certificate and its key, such as --tls fullchain.pem privkey.pem, or the word self."
	case f.tls.on() && strings.HasPrefix(f.public, "http:"):
		return "--tls serves the page over https, and --public says http: say https there."
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

// isPublic tells whether the page is reached under a public name or address.
func (f *pageFlags) isPublic() bool {
	u, err := url.Parse(f.public)
	return err == nil && u.Host != "" && !onlyHere(u.Host)
}

// natAddress is where STUN and the relay listen, and whether the visitors of the page can reach
// it: if the page listens only for a proxy on this computer, visitors cannot.
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

// needs returns sentences about the ports that must be open for visitors of a public page, and for
// users of the relay.
func (p *pageServer) needs() (said []string) {
	f := p.flags
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
	// A certificate of one's own stands for a name that leads here, and no proxy needs to be in between.
	if f.isPublic() && (!f.tls.on() || len(f.proxies) > 0) {
		if p.nat != nil {
			said = append(said, "A proxy in front passes the page on, and none of these ports: visitors reach them at the name of --public.")
		}
		if len(f.proxies) == 0 {
			said = append(said, "Behind a proxy all visitors count as one, and share its limits, unless --behind-proxy names the proxy's address.")
		}
	}
	return said
}

// portRange is the ports from first to last. The zero value has none.
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
