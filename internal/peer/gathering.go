package peer

import (
	"context"
	"strconv"
	"sync"
	"time"

	"tincan/internal/sdp"
)

// gatherSettle is how long a description that seems complete waits for another candidate: a
// STUN server on the same network may answer before the engine has named the addresses of the
// second network card.
const gatherSettle = 50 * time.Millisecond

// candidate is one of our own candidates, as our engine describes it.
type candidate struct {
	candidateType string // as in SDP
	address       string
	port          int
	base          string // address and port of the socket behind it, if the engine tells
	overTCP       bool   // it is a relay, and is reached over TCP or TLS
}

// mapping is the public address that a NAT gives to a socket.
type mapping struct {
	address string
	port    int
}

// maxOthers is how many further mappings are kept. One is enough to show that a NAT is symmetric.
const maxOthers = 1

// gathering decides when a description has the candidates that it needs. That is when there are
// no more; or when the servers that are asked have given a relay, and a public address for IPv4
// and for IPv6 as far as the computer has addresses of these families; or when the time is up.
// After that it goes on listening, to learn what kind of network this is.
type gathering struct {
	stun, turn, relayOnly bool          // which servers are asked
	waits                 bool          // see Config.Waits
	patience              time.Duration // how long a description waits for candidates
	note                  func(text string)

	mu       sync.Mutex
	own      [2]bool // families with a host candidate, IPv4 and IPv6
	public   [2]bool // families with a server-reflexive candidate
	hidden   int     // host candidates behind an mDNS name, so that their family is unknown
	mapped   map[string]string
	others   []mapping // other public addresses of a socket
	findings Findings
	changed  signal
}

func newGathering(config Config) *gathering {
	note := config.Note
	if note == nil {
		note = func(string) {}
	}
	patience := gatherWait
	switch {
	case config.RelayOnly:
		patience = relayWait
	case config.Waits:
		patience = cardWait
	}
	return &gathering{
		patience: patience, waits: config.Waits,
		stun: len(config.STUN) > 0 && !config.RelayOnly, turn: len(config.TURN) > 0, relayOnly: config.RelayOnly,
		note: note, mapped: map[string]string{}, changed: newSignal(),
	}
}

// found takes note of a local candidate.
func (g *gathering) found(c candidate) {
	g.mu.Lock()
	defer g.mu.Unlock()
	address, _ := sdp.ReadAddress(c.address)
	family := 0
	if address.Kind == sdp.IPv6 {
		family = 1
	}
	kind := c.candidateType + " " + [...]string{"IPv4", "IPv6"}[family]
	switch {
	case c.candidateType == "srflx":
		g.findings.Public++
		if !address.Loopback() {
			g.public[family] = true
		}
		g.seen(kind+" "+c.base, c.address, c.port)
	case c.candidateType == "relay":
		g.findings.Relay++
		if c.overTCP {
			kind += " over TCP"
		} else {
			g.findings.RelayUDP = true
		}
	case c.candidateType != "host":
		return
	case sdp.IsName(c.address):
		g.findings.Host++
		g.hidden++
		kind = "host behind an mDNS name"
	default:
		g.findings.Host++
		if !address.Loopback() && !address.LinkLocal() {
			g.own[family] = true
		}
	}
	g.note("own candidate: " + kind)
	g.changed.set()
}

// seen takes note of the public address that a server saw for a socket. If two servers saw the
// same socket at two ports, the NAT gives each connection another port.
func (g *gathering) seen(socket, address string, port int) {
	if seen, ok := sdp.ReadAddress(address); ok && seen.Near() {
		return // a server on this side of the NAT
	}
	at := address + " " + strconv.Itoa(port)
	if before, ok := g.mapped[socket]; ok && before != at {
		if !g.findings.Symmetric {
			g.note("this network's NAT is symmetric")
		}
		g.findings.Symmetric = true
		if len(g.others) < maxOthers {
			g.others = append(g.others, mapping{address, port})
		}
	}
	g.mapped[socket] = at
}

// refused takes note of a server that the engine says cannot be asked.
func (g *gathering) refused() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.findings.Refused {
		g.note("a STUN or TURN server does not answer")
	}
	g.findings.Refused = true
}

// complete takes note that the engine has no more candidates to find.
func (g *gathering) complete() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.findings.Complete {
		g.note("own candidates: complete")
	}
	g.findings.Complete = true
	g.changed.set()
}

// goodFor takes note of for how long this engine keeps a public address alive.
func (g *gathering) goodFor(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.findings.GoodFor = d
}

// know returns what has been found out so far.
func (g *gathering) know() Findings {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.findings
}

// wait waits until the description is ready. It returns an error if ctx or the connection ends
// first.
func (g *gathering) wait(ctx context.Context, ended latch) error {
	limit, began := time.NewTimer(g.patience), time.Now()
	defer limit.Stop()
	settle := time.NewTimer(emptyWait)
	defer settle.Stop()
	for {
		select {
		case <-g.changed:
			completed, enough := g.state()
			switch {
			case completed:
				return nil
			case enough:
				settle.Reset(gatherSettle)
			default:
				settle.Stop() // another family turned up
			}
		case <-settle.C:
			return nil
		case <-limit.C:
			if !g.waits || g.any() || time.Since(began) >= emptyWait {
				return nil
			}
			limit.Reset(g.patience) // a card without an address is of no use
		case <-ended.done:
			return ErrClosed
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// any tells whether anything has been found.
func (g *gathering) any() bool {
	f := g.know()
	return f.Host+f.Public+f.Relay > 0
}

func (g *gathering) state() (completed, enough bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	public := 0
	// Engines that hide addresses name one candidate for each family.
	everywhere := true
	for family := range g.own {
		if g.public[family] {
			public++
		}
		if g.own[family] && !g.public[family] {
			everywhere = false
		}
	}
	everywhere = everywhere && public > 0 && public >= min(g.hidden, len(g.public))
	return g.findings.Complete,
		(g.stun || g.turn) && (everywhere || !g.stun) && (g.findings.Relay > 0 || !g.turn)
}
