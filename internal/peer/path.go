package peer

import "tincan/internal/sdp"

// end is one end of the path in use: the type of its candidate, as in SDP, and its address, if
// the engine tells it.
type end struct {
	candidateType string
	address       string
}

// pathBetween names the path between two ends. It says local only if the addresses show it: two
// host candidates may well be public IPv6 addresses with the internet between them.
func pathBetween(local, remote end) Path {
	switch {
	case local.candidateType == "" || remote.candidateType == "":
		return PathUnknown
	case local.candidateType == "relay" || remote.candidateType == "relay":
		return PathRelay
	}
	a, knowA := sdp.ReadAddress(local.address)
	b, knowB := sdp.ReadAddress(remote.address)
	switch {
	case isHidden(local) && isHidden(remote), // mDNS names resolve on one network only
		isHidden(local) && knowB && b.Near(),
		isHidden(remote) && knowA && a.Near(),
		knowA && a.Loopback(), knowB && b.Loopback(): // only this computer can be there
		return PathLocal
	case !knowA || !knowB:
		return PathDirect
	case a.Near() && b.Near(),
		a == b, // one computer, or one router's own address
		a.SameSubnet(b):
		return PathLocal
	}
	return PathDirect
}

// isHidden tells whether a browser keeps the address of a host candidate to
// itself.
func isHidden(e end) bool {
	return e.candidateType == "host" && (e.address == "" || sdp.IsName(e.address))
}
