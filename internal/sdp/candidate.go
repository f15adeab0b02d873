package sdp

import (
	"strconv"
	"strings"
)

// CandidateType is how an address was found.
type CandidateType byte

// Host is an address of the computer itself, ServerReflexive the one that its router shows to
// the outside, Relayed one of a TURN server.
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

// priority is computed as RFC 8445 §5.1.2.1 says, with the place in the list as local preference.
func (c Candidate) priority(i int) int {
	preference := [...]int{Host: 126, ServerReflexive: 100, Relayed: 0}[c.Type]
	return preference<<24 | (65535-i)<<8 | 255
}

// CandidateLine is a candidate as an engine writes it (RFC 8839 §5.1), word by word: nothing
// of it has been looked at.
type CandidateLine struct {
	Foundation, Component, Transport, Priority, Address, Port, Type string

	extensions []string // names and values by turns: raddr, rport, and what engines add
}

// ParseCandidateLine reads "candidate:…", as an event of an engine has it, or "a=candidate:…",
// as SDP does. ok is false for any other line.
func ParseCandidateLine(line string) (l CandidateLine, ok bool) {
	value, ok := strings.CutPrefix(strings.TrimPrefix(line, "a="), "candidate:")
	f := strings.Fields(value)
	if !ok || len(f) < 8 || f[6] != "typ" {
		return CandidateLine{}, false
	}
	return CandidateLine{f[0], f[1], f[2], f[3], f[4], f[5], f[7], f[8:]}, true
}

// CandidateLines are those of a text of SDP.
func CandidateLines(text string) (lines []CandidateLine) {
	for line := range strings.Lines(text) {
		if l, ok := ParseCandidateLine(line); ok {
			lines = append(lines, l)
		}
	}
	return lines
}

// String is the line as an engine is given it, without "a=".
func (l CandidateLine) String() string {
	return strings.Join(append([]string{
		"candidate:" + l.Foundation, l.Component, l.Transport, l.Priority, l.Address, l.Port, "typ", l.Type,
	}, l.extensions...), " ")
}

// Extension is the value of an extension, "" where the line has none of this name.
func (l CandidateLine) Extension(name string) string {
	for i := 0; i+1 < len(l.extensions); i += 2 {
		if l.extensions[i] == name {
			return l.extensions[i+1]
		}
	}
	return ""
}

// With is the line with one more extension.
func (l CandidateLine) With(name, value string) CandidateLine {
	l.extensions = append(l.extensions[:len(l.extensions):len(l.extensions)], name, value)
	return l
}

// UDP tells whether the candidate is one of UDP; those of TCP carry no chat.
func (l CandidateLine) UDP() bool { return strings.EqualFold(l.Transport, "udp") }

// Candidate is what the line says, where that is a candidate that we know: of UDP, of the
// first component, of a type and with an address that there are for us.
func (l CandidateLine) Candidate() (c Candidate, ok bool) {
	port, ok := Decimal(l.Port, 5)
	if !ok || port > 65535 || l.Component != "1" || !l.UDP() {
		return Candidate{}, false
	}
	c.Port = uint16(port)
	switch l.Type {
	case typeNames[Host]:
		c.Type = Host
	case typeNames[ServerReflexive]:
		c.Type = ServerReflexive
	case typeNames[Relayed]:
		c.Type = Relayed
	default:
		return Candidate{}, false
	}
	if c.Address, ok = ParseAddress(l.Address); !ok {
		return Candidate{}, false
	}
	return c, true
}

// Line writes a candidate for an engine.
func (c Candidate) Line(foundation, priority int) CandidateLine {
	l := CandidateLine{
		strconv.Itoa(foundation), "1", "udp", strconv.Itoa(priority),
		c.Address.String(), strconv.Itoa(int(c.Port)), typeNames[c.Type], nil,
	}
	if c.Type != Host {
		// The grammar requires an address here; the true one is nobody's business.
		l = l.With("raddr", "0.0.0.0").With("rport", "0")
	}
	return l
}
