package peer

import (
	"strconv"
	"strings"
	"time"

	"tincan/internal/sdp"
)

// patienceHost is given to the engine as a candidate if the other end named no address that can
// be sent to at once, or Firefox would give up. Engines do send a few packets there. It belongs to TEST-NET-2 (RFC
// 5737), which is nobody's and which networks don't carry, so that no third party receives
// them. A loopback, private or multicast address could be somebody's. Addresses of class E
// (240.0.0.0/4) cannot be sent to from every system, and a candidate that fails at once does
// not keep an engine looking.
var patienceHost = sdp.Address{Kind: sdp.IPv4, Bytes: [16]byte{198, 51, 100, 1}}

// patiencePort is the port of the first such candidate. Each further one has the next port, as
// engines ignore a candidate that they know already.
const patiencePort = 40000

// Browsers alone need patience: pion never stops looking. The rules are here, and built
// everywhere, so that their tests need no browser; browser_patience.go follows them.
//
// An engine looks for the other end for only 15 s (Chromium) or for 5 s after the last pair of
// addresses has failed (Firefox, and then never again). If it is told the other end's addresses
// once more, as if they were new, it goes on. That also keeps the mapping in our NAT through
// which the other end comes in.
//
// Who has answered may have to look for minutes, while the reply is carried by hand. Chromium is
// told less often: it goes on for 15 s each time, and NATs forget a mapping after 30 s.
const (
	answeredFirefox  = 5 * time.Second
	answeredChromium = 20 * time.Second
)

// Who has both descriptions looks for somebody who looks too, or will as soon as the network is
// back. It is told at once and often, so that the two find each other soon.
const (
	acceptedFast  = 2 * time.Second
	acceptedTurns = 30 // so often, and then more slowly
	acceptedSlow  = 5 * time.Second
)

// part is what a description has been to an engine: the answer that it made, or the one that it
// was given.
type part bool

const (
	answered part = false
	accepted part = true
)

// patience is what an engine is told and when, turn by turn from 1 on, until the other end appears.
type patience struct {
	part    part
	firefox bool
	remote  []sdp.CandidateLine
	dummies bool
}

// newPatience makes it from our own description and the other end's.
//
// A name may not be resolved: on a network that is gone for a moment, or that doesn't pass names
// on. It is asked for again in each turn, and in the meantime the engine has a dummy to look for.
// Chromium needs that only if it has answered: as the controlled end it closes its sockets when
// no address is left to try. Else it waits, and would only send 960 packets a minute to a dummy.
//
// No relay leads to a name. Where all goes through one, the network is not asked for names again
// and again, which would tell everybody in it of us.
func newPatience(part part, relayOnly bool, own, remote string) patience {
	p := patience{part: part, firefox: isFirefox(own)}
	for _, line := range sdp.CandidateLines(remote) {
		isName := sdp.IsName(line.Address)
		p.dummies = p.dummies || isName
		if !isName || !relayOnly {
			p.remote = append(p.remote, line)
		}
	}
	p.dummies = p.dummies || len(p.remote) == 0
	p.dummies = p.dummies && (p.firefox || part == answered)
	return p
}

// before is how long to wait before a turn.
func (p patience) before(turn int) time.Duration {
	switch {
	case turn == 1 && (p.part == accepted || p.firefox):
		return 0
	case p.part == answered && p.firefox:
		return answeredFirefox
	case p.part == answered:
		return answeredChromium
	case turn <= acceptedTurns:
		return acceptedFast
	}
	return acceptedSlow
}

// lines are the candidates of a turn. The dummy is the first, so that it waits for no name.
func (p patience) lines(turn int) (lines []sdp.CandidateLine) {
	if p.dummies {
		lines = append(lines, dummy(turn))
	}
	for _, line := range p.remote {
		lines = append(lines, renewed(line, turn))
	}
	return lines
}

// isFirefox recognises Firefox by the SDP that it writes. Unlike the user agent, nobody changes
// that.
func isFirefox(text string) bool { return strings.Contains(text, "\no=mozilla") }

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
