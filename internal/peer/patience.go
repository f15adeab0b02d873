//go:build js

package peer

import (
	"strconv"

	"tincan/internal/sdp"
)

// patienceHost is named where the other end gave no address at all: Firefox
// would give up. Engines do send a few packets there. It is TEST-NET-2 (RFC
// 5737), which is nobody's and which networks don't carry, so no third party
// is ever knocked at. A loopback, private or multicast address could be
// somebody; class E (240.0.0.0/4) can't be sent to from every system, and a
// candidate that fails at once buys no time.
var patienceHost = sdp.Address{Kind: sdp.IPv4, Bytes: [16]byte{198, 51, 100, 1}}

// patiencePort is the first port; each turn takes the next, as engines
// ignore a candidate they know.
const patiencePort = 40000

// plainCandidates are the candidate lines of an SDP with an address that packets
// can be sent to at once, which an mDNS name is not.
func plainCandidates(text string) (lines []sdp.CandidateLine) {
	for _, line := range sdp.CandidateLines(text) {
		if !sdp.IsName(line.Address) {
			lines = append(lines, line)
		}
	}
	return lines
}

// renewed is a candidate line that an engine takes for a new candidate with the
// same address: of another foundation, and a little less wanted.
func renewed(line sdp.CandidateLine, turn int) sdp.CandidateLine {
	line.Foundation = strconv.Itoa(100 + turn)
	priority, _ := sdp.Decimal(line.Priority, 10)
	line.Priority = strconv.Itoa(max(1, priority-turn))
	return line
}

// dummy is a candidate that nobody has.
func dummy(turn int) sdp.CandidateLine {
	return sdp.Candidate{Address: patienceHost, Port: uint16(patiencePort + turn%20000)}.Line(100+turn, 1)
}

// provisional is an answer of nobody: credentials and a certificate that nobody
// has, so that nobody can be taken for the other end.
func provisional(mediaID string) string {
	return sdp.Description{Ufrag: "none", Password: credential(18)}.SDP(sdp.Answer, mediaID)
}
