package main

import (
	"net"
	"net/netip"
	"net/url"
	"os"
	"strings"

	"tincan/relay"
)

// ownName tells whether the header Host means this computer: it is an address, a name that leads
// nowhere else (localhost, *.local), this computer's name or its public one. With any other name
// somebody's web site may have led the browser here, to read this server's answers as its own
// (DNS rebinding).
func ownName(host, public string) bool {
	if _, ok := addressIn(host); ok || loopbackHost(host) {
		return true
	}
	name := nameIn(host)
	if strings.HasSuffix(name, ".local") || public != "" && name == nameIn(public) {
		return name != ""
	}
	own, err := os.Hostname()
	own = strings.ToLower(own)
	first, _, _ := strings.Cut(own, ".")
	return err == nil && name != "" && (name == own || name == first)
}

// nameIn returns the name in host or host:port, in the form in which names are compared.
func nameIn(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// publicOrigin returns the origin of the public address and its host, both empty if there is no
// such address.
func publicOrigin(public string) (origin, host string) {
	u, err := url.Parse(public)
	if err != nil || u.Host == "" {
		return "", ""
	}
	return relay.Origin(u.Scheme, u.Host), u.Host
}

// isLinkLocal tells whether a host is a link-local address, such as that of a cloud's metadata
// service, 169.254.169.254, or the unspecified one.
func isLinkLocal(host string) bool {
	ip, ok := addressIn(host)
	return ok && (ip.IsLinkLocalUnicast() || ip.IsUnspecified() || ip.IsMulticast())
}

// addressIn returns the IP address in host or host:port, if there is one.
func addressIn(host string) (netip.Addr, bool) {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return ip.Unmap(), err == nil
}

// onlyHere tells whether a host is this computer for certain, without asking a name server.
func onlyHere(host string) bool {
	ip, ok := addressIn(host)
	return ok && ip.IsLoopback() || nameIn(host) == "localhost"
}

// loopbackHost tells whether a host name can only mean this computer. Browsers treat such an
// origin as secure.
func loopbackHost(host string) bool {
	if ip, ok := addressIn(host); ok {
		return ip.IsLoopback()
	}
	name := nameIn(host)
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}
