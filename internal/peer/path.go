package peer

import "strings"

// end is one end of the path in use: its candidate's type as in SDP, and its
// address where the engine tells.
type end struct {
	candidateType string
	address       string
}

// pathBetween names the path between two ends. It says local only where the
// addresses show it: two host candidates may well be two public IPv6 addresses
// with the internet between them.
func pathBetween(local, remote end) Path {
	switch {
	case local.candidateType == "" || remote.candidateType == "":
		return PathUnknown
	case local.candidateType == "relay" || remote.candidateType == "relay":
		return PathRelay
	case isHidden(local) && isHidden(remote), // mDNS names resolve on one network only
		isHidden(local) && isNear(remote.address),
		isHidden(remote) && isNear(local.address),
		isNear(local.address) && isNear(remote.address),
		isLoopback(local.address), isLoopback(remote.address), // nobody else is there
		local.address != "" && local.address == remote.address, // one computer, or one router's own address
		sameSubnet(local.address, remote.address):
		return PathLocal
	}
	return PathDirect
}

// isHidden tells whether a browser keeps the address of a host candidate to
// itself.
func isHidden(e end) bool {
	return e.candidateType == "host" && (e.address == "" || strings.HasSuffix(e.address, ".local"))
}

// isNear tells whether an address means something only within one network.
func isNear(address string) bool {
	for _, prefix := range []string{"10.", "192.168.", "fc", "fd"} {
		if strings.HasPrefix(address, prefix) {
			return true
		}
	}
	return isLoopback(address) || isLinkLocal(address) || isPrivate172(address)
}

func isLoopback(address string) bool {
	return strings.HasPrefix(address, "127.") || address == "::1"
}

func isLinkLocal(address string) bool {
	return strings.HasPrefix(address, "169.254.") || strings.HasPrefix(address, "fe80:")
}

// isPrivate172 tells whether an address is one of 172.16.0.0/12.
func isPrivate172(address string) bool {
	rest, ok := strings.CutPrefix(address, "172.")
	if !ok {
		return false
	}
	second, _, _ := strings.Cut(rest, ".")
	return len(second) == 2 && "16" <= second && second <= "31"
}

// sameSubnet tells whether two IPv6 addresses share their first 64 bits, which
// is one network segment by the rules of IPv6.
func sameSubnet(a, b string) bool {
	prefixA, okA := subnet(a)
	prefixB, okB := subnet(b)
	return okA && okB && prefixA == prefixB
}

func subnet(address string) (prefix [4]string, ok bool) {
	if !strings.Contains(address, ":") {
		return prefix, false
	}
	head, tail, compressed := strings.Cut(address, "::")
	groups := strings.Split(head, ":")
	if compressed {
		after := strings.Split(tail, ":")
		if tail == "" {
			after = nil
		}
		for len(groups)+len(after) < 8 {
			groups = append(groups, "0")
		}
		groups = append(groups, after...)
	}
	if len(groups) < 4 {
		return prefix, false
	}
	copy(prefix[:], groups)
	return prefix, true
}
