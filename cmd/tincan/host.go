package main

import (
	"net"
	"net/netip"
	"net/url"
	"os"
	"strings"

	"tincan/relay"
)

// ownName tells a Host under which this very computer was meant: an address, a name
// that leads nowhere else (localhost, *.local), this computer's own or the one it is
// known by in public. Under any other name somebody's web site may have led the
// browser here, to read as its own what this server says (DNS rebinding).
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

// nameIn is the name in host or host:port, as it is compared.
func nameIn(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// publicOrigin is the origin of the public address, and its host; none of none.
func publicOrigin(public string) (origin, host string) {
	u, err := url.Parse(public)
	if err != nil || u.Host == "" {
		return "", ""
	}
	return relay.Origin(u.Scheme, u.Host), u.Host
}

// isLinkLocal tells an address that means whatever is nearest, such as a cloud's
// own data at 169.254.169.254, and one that means nothing.
func isLinkLocal(host string) bool {
	ip, ok := addressIn(host)
	return ok && (ip.IsLinkLocalUnicast() || ip.IsUnspecified() || ip.IsMulticast())
}

// addressIn is the address in host or host:port, if it is one.
func addressIn(host string) (netip.Addr, bool) {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return ip.Unmap(), err == nil
}

// onlyHere tells a host that is this computer without a name server being asked.
func onlyHere(host string) bool {
	ip, ok := addressIn(host)
	return ok && ip.IsLoopback() || nameIn(host) == "localhost"
}

// loopbackHost tells a host name that can only mean this computer, which
// browsers treat as a secure origin.
func loopbackHost(host string) bool {
	if ip, ok := addressIn(host); ok {
		return ip.IsLoopback()
	}
	name := nameIn(host)
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}
