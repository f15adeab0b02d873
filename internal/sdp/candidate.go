package sdp

import "strings"

// CandidateType is how an address was found.
type CandidateType byte

// In the order in which they give away less: an address of one's own, the one a router shows,
// one of a relay.
const (
	Host CandidateType = iota
	ServerReflexive
	Relayed
)

var typeNames = [...]string{Host: "host", ServerReflexive: "srflx", Relayed: "relay"}

// Candidate is one UDP address.
type Candidate struct {
	Type    CandidateType
	Address Address
	Port    uint16
}

// Allowed says whether a candidate may stand in a description (PROTOCOL.md §2.2).
func (c Candidate) Allowed(loopback bool) bool {
	return c.Port >= 1024 && c.Type <= Relayed && (c.Address.Kind != MDNS || c.Type == Host) && c.Address.Allowed(loopback)
}

// priority follows RFC 8445 §5.1.2.1, the place in the list as local preference.
func (c Candidate) priority(i int) int {
	preference := [...]int{Host: 126, ServerReflexive: 100, Relayed: 0}[c.Type]
	return preference<<24 | (65535-i)<<8 | 255
}

// parseCandidate reads the value of an a=candidate line (RFC 8839 §5.1).
func parseCandidate(value string) (c Candidate, ok bool) {
	f := strings.Fields(value)
	if len(f) < 8 || f[1] != "1" || !strings.EqualFold(f[2], "udp") || f[6] != "typ" {
		return c, false
	}
	port, ok := Decimal(f[5], 5)
	if !ok || port > 65535 {
		return c, false
	}
	c.Port = uint16(port)
	switch f[7] {
	case "host":
		c.Type = Host
	case "srflx":
		c.Type = ServerReflexive
	case "relay":
		c.Type = Relayed
	default:
		return c, false
	}
	c.Address, ok = ParseAddress(f[4])
	return c, ok
}

// tags are the extensions of a candidate line (RFC 8839 §5.1) that Chromium writes, and
// our own terminal.
func tags(value string) (id string, favored bool) {
	f := strings.Fields(value)
	for i := 8; i+1 < len(f); i += 2 {
		switch f[i] {
		case "network-id":
			id = f[i+1]
		case "network-cost":
			favored = f[i+1] == "0"
		}
	}
	return id, favored
}
