//go:build js

package peer

import (
	"strconv"
	"strings"
)

const (
	// patienceHost is named where the other end gave no address at all: Firefox
	// would give up. Engines do send a few packets there. It is TEST-NET-2 (RFC
	// 5737), which is nobody's and which networks don't carry, so no third party
	// is ever knocked at. A loopback, private or multicast address could be
	// somebody; class E (240.0.0.0/4) can't be sent to from every system, and a
	// candidate that fails at once buys no time.
	patienceHost = "198.51.100.1"
	// patiencePort is the first port; each turn takes the next, as engines
	// ignore a candidate they know.
	patiencePort = 40000
)

// plainCandidates are the candidate lines of an SDP with an address that packets
// can be sent to at once, which an mDNS name is not.
func plainCandidates(sdp string) (lines []string) {
	for line := range strings.Lines(sdp) {
		line, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "a=")
		if f := strings.Fields(line); ok && len(f) >= 8 && strings.HasPrefix(line, "candidate:") && !isName(f[4]) {
			lines = append(lines, line)
		}
	}
	return lines
}

// renewed is a candidate line that an engine takes for a new candidate with the
// same address: of another foundation, and a little less wanted.
func renewed(line string, turn int) string {
	f := strings.Fields(line)
	f[0] = "candidate:" + strconv.Itoa(100+turn)
	f[3] = strconv.Itoa(max(1, number(f[3])-turn))
	return strings.Join(f, " ")
}

// dummy is a candidate that nobody has.
func dummy(turn int) string {
	return "candidate:" + strconv.Itoa(100+turn) + " 1 udp 1 " + patienceHost + " " +
		strconv.Itoa(patiencePort+turn%20000) + " typ host"
}

func mediaID(sdp string) string {
	_, rest, _ := strings.Cut(sdp, "\na=mid:")
	id, _, _ := strings.Cut(rest, "\r")
	return id
}

// provisional is an answer of nobody: credentials and a certificate that nobody
// has, so that nobody can be taken for the other end.
func provisional(mediaID string) string {
	return strings.Join([]string{
		"v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0", "a=group:BUNDLE " + mediaID,
		"m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "c=IN IP4 0.0.0.0", "a=mid:" + mediaID,
		"a=ice-ufrag:none", "a=ice-pwd:" + credential(18),
		"a=fingerprint:sha-256 00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00",
		"a=setup:passive", "a=sctp-port:5000", "a=max-message-size:262144", "",
	}, "\r\n")
}
