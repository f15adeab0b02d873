package peer

import (
	"context"
	"strconv"
	"sync"
	"time"

	"tincan/internal/sdp"
)

// gatherSettle is how long a description that could be ready waits for one
// more candidate: a STUN server on the same network may answer before the
// engine has named the addresses of its second interface.
const gatherSettle = 50 * time.Millisecond

// candidate is one of our own candidates, as the engine names it.
type candidate struct {
	candidateType string // as in SDP
	address       string
	port          int
	base          string // the socket behind it, where the engine tells: address and port
	overTCP       bool   // of a relay: reached over TCP or TLS
}

// mapping is a public address of a socket.
type mapping struct {
	address string
	port    int
}

// maxOthers bounds how many further mappings are kept: one shows all there is.
const maxOthers = 1

// gathering decides when a description has the candidates it needs: all there
// are, or, where servers are asked, a public address in each family in which
// the engine has one of its own and a relay, or what there is after a limit.
// It goes on listening after that, to learn what kind of network this is.
type gathering struct {
	stun, turn, relayOnly bool // which answers are awaited
	note                  func(text string)

	mu       sync.Mutex
	own      [2]bool // families with a host candidate, IPv4 and IPv6
	public   [2]bool // families with a server-reflexive candidate
	hidden   int     // host candidates behind an mDNS name, their family unknown
	mapped   map[string]string
	others   []mapping // where other servers saw the same socket
	findings Findings
	changed  signal
}

func newGathering(config Config) *gathering {
	note := config.Note
	if note == nil {
		note = func(string) {}
	}
	return &gathering{
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

// seen takes note of the public address that a server saw a socket at. Two
// servers that saw the same socket at two ports sit behind a NAT that gives
// each connection another one.
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

// goodFor takes note of how long this engine keeps a public address alive.
func (g *gathering) goodFor(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.findings.GoodFor = d
}

// know is what has been found out so far.
func (g *gathering) know() Findings {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.findings
}

// wait returns when the description is ready, or with the error of whatever
// ended the wait.
func (g *gathering) wait(ctx context.Context, ended latch) error {
	patience := gatherWait
	if g.relayOnly {
		patience = relayWait
	}
	limit := time.NewTimer(patience)
	defer limit.Stop()
	settle := time.NewTimer(patience)
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
			return nil
		case <-ended.done:
			return ErrClosed
		case <-ctx.Done():
			return ctx.Err()
		}
	}
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
