//go:build js

package peer

import (
	"strconv"

	"tincan/internal/sdp"
)

// patienceHost is given to the engine as a candidate if the other end named no address at all,
// or Firefox would give up. Engines do send a few packets there. It belongs to TEST-NET-2 (RFC
// 5737), which is nobody's and which networks don't carry, so that no third party receives
// them. A loopback, private or multicast address could be somebody's. Addresses of class E
// (240.0.0.0/4) cannot be sent to from every system, and a candidate that fails at once does
// not keep an engine looking.
var patienceHost = sdp.Address{Kind: sdp.IPv4, Bytes: [16]byte{198, 51, 100, 1}}

// patiencePort is the port of the first such candidate. Each further one has the next port, as
// engines ignore a candidate that they know already.
const patiencePort = 40000

// plainCandidates returns the candidate lines in SDP whose address can be sent to at once. An
// mDNS name cannot.
func plainCandidates(text string) (lines []sdp.CandidateLine) {
	for _, line := range sdp.CandidateLines(text) {
		if !sdp.IsName(line.Address) {
			lines = append(lines, line)
		}
	}
	return lines
}

// renewed changes a candidate line so that an engine takes it for a new candidate with the same
// address: it gets another foundation and a slightly lower priority.
func renewed(line sdp.CandidateLine, turn int) sdp.CandidateLine {
	line.Foundation = strconv.Itoa(100 + turn)
	priority, _ := sdp.Decimal(line.Priority, 10)
	line.Priority = strconv.Itoa(max(1, priority-turn))
	return line
}

// dummy makes a candidate with an address at which nobody is.
func dummy(turn int) sdp.CandidateLine {
	return sdp.Candidate{Address: patienceHost, Port: uint16(patiencePort + turn%20000)}.Line(100+turn, 1)
}

// provisional makes an answer with credentials and a certificate that nobody has, so that nobody
// can be taken for the other end.
func provisional(mediaID string) string {
	return sdp.Description{Ufrag: "none", Password: credential(18)}.SDP(sdp.Answer, mediaID)
}
