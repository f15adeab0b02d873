package main

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// addresses are those under which the page can be opened.
type addresses struct {
	others []string // from other computers, best first
	here   []string // from this one
}

// reachable lists the addresses at which a listener is reached: the public address first, then
// that of the default route, then the rest.
func reachable(at *net.TCPAddr, public string, https bool) (a addresses) {
	scheme := "http"
	if https {
		scheme = "https"
	}
	if public != "" {
		a.others = append(a.others, strings.TrimSuffix(public, "/")+"/")
	}
	bound, _ := netip.AddrFromSlice(at.IP)
	bound = bound.Unmap()
	add := func(ip netip.Addr) {
		if ip.Is4() != bound.Is4() && !bound.IsUnspecified() || !bound.IsUnspecified() && ip != bound {
			return
		}
		u := fmt.Sprintf("%s://%s/", scheme, netip.AddrPortFrom(ip, uint16(at.Port)))
		if !slices.Contains(a.others, u) {
			a.others = append(a.others, u)
		}
	}
	if bound.IsLoopback() {
		a.here = []string{fmt.Sprintf("%s://%s/", scheme, at)}
		return a
	}
	for _, ip := range localAddresses() {
		add(ip)
	}
	if bound.IsUnspecified() {
		a.here = []string{fmt.Sprintf("%s://localhost:%d/", scheme, at.Port)}
	}
	return a
}

// localAddresses are the addresses of this computer, that of the default route first.
func localAddresses() (list []netip.Addr) {
	add := func(ip net.IP) {
		a, ok := netip.AddrFromSlice(ip)
		if a = a.Unmap(); ok && a.IsGlobalUnicast() && !slices.Contains(list, a) {
			list = append(list, a)
		}
	}
	// Connecting a UDP socket sends nothing; it only asks the routing table.
	// The addresses are from the ranges for documentation.
	for _, far := range []string{"192.0.2.1:9", "[2001:db8::1]:9"} {
		if c, err := net.Dial("udp", far); err == nil {
			add(c.LocalAddr().(*net.UDPAddr).IP)
			_ = c.Close()
		}
	}
	all, _ := net.InterfaceAddrs()
	for _, four := range []bool{true, false} {
		for _, a := range all {
			if n, ok := a.(*net.IPNet); ok && (n.IP.To4() != nil) == four {
				add(n.IP)
			}
		}
	}
	return list
}

// qrAddress writes an address with the capitals that QR codes store well.
func qrAddress(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Path != "/" {
		return address
	}
	return strings.ToUpper(address)
}
