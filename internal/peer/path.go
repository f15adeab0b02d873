package peer

import (
	"strings"

	"tincan/internal/sdp"
)

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
	}
	a, knowA := addressOf(local.address)
	b, knowB := addressOf(remote.address)
	switch {
	case isHidden(local) && isHidden(remote), // mDNS names resolve on one network only
		isHidden(local) && knowB && b.Near(),
		isHidden(remote) && knowA && a.Near(),
		knowA && a.Loopback(), knowB && b.Loopback(): // nobody else is there
		return PathLocal
	case !knowA || !knowB:
		return PathDirect
	case a.Near() && b.Near(),
		a == b, // one computer, or one router's own address
		sameSubnet(a, b):
		return PathLocal
	}
	return PathDirect
}

// addressOf reads an address in any of the ways that engines write it: with a zone,
// short or in full groups, an IPv4 one inside IPv6.
func addressOf(text string) (a sdp.Address, ok bool) {
	text, _, _ = strings.Cut(strings.ToLower(text), "%")
	if mapped, is := strings.CutPrefix(text, "::ffff:"); is && strings.Contains(mapped, ".") {
		text = mapped
	}
	a, ok = sdp.ParseAddress(text)
	return a.Unmap(), ok
}

// isHidden tells whether a browser keeps the address of a host candidate to
// itself.
func isHidden(e end) bool { return e.candidateType == "host" && (e.address == "" || isName(e.address)) }

// isName tells whether an address is an mDNS name.
func isName(address string) bool { return strings.HasSuffix(strings.ToLower(address), ".local") }

// sameSubnet tells whether two IPv6 addresses share their first 64 bits, which
// is one network segment by the rules of IPv6.
func sameSubnet(a, b sdp.Address) bool {
	return a.Kind == sdp.IPv6 && b.Kind == sdp.IPv6 && [8]byte(a.Bytes[:8]) == [8]byte(b.Bytes[:8])
}
