package peer

import (
	"context"
	"strings"
	"sync"
	"time"
)

// gatherSettle is how long a description that could be ready waits for one
// more candidate: a STUN server on the same network may answer before the
// engine has named the addresses of its second interface.
const gatherSettle = 50 * time.Millisecond

// gathering decides when a description has the candidates it needs: all there
// are, or, where STUN is asked, a public address in each family in which the
// engine has one of its own, or what there is after gatherWait.
type gathering struct {
	mu        sync.Mutex
	own       [2]bool // families with a host candidate, IPv4 and IPv6
	public    [2]bool // families with a server-reflexive candidate
	hidden    int     // host candidates behind an mDNS name, their family unknown
	completed bool
	changed   signal
}

func newGathering() *gathering { return &gathering{changed: newSignal()} }

// found takes note of a local candidate: its type as in SDP, its address.
func (g *gathering) found(candidateType, address string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	family := 0
	if strings.Contains(address, ":") {
		family = 1
	}
	switch {
	case candidateType == "srflx":
		g.public[family] = true
	case candidateType != "host":
	case strings.HasSuffix(address, ".local"):
		g.hidden++
	case !isLoopback(address) && !isLinkLocal(address):
		g.own[family] = true
	}
	g.changed.set()
}

// complete takes note that the engine has no more candidates to find.
func (g *gathering) complete() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.completed = true
	g.changed.set()
}

// wait returns when the description is ready, or with the error of whatever
// ended the wait.
func (g *gathering) wait(ctx context.Context, stun bool, ended latch) error {
	limit := time.NewTimer(gatherWait)
	defer limit.Stop()
	settle := time.NewTimer(gatherWait)
	defer settle.Stop()
	for {
		select {
		case <-g.changed:
			completed, enough := g.state()
			switch {
			case completed:
				return nil
			case stun && enough:
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
	enough = true
	for family := range g.own {
		if g.public[family] {
			public++
		}
		if g.own[family] && !g.public[family] {
			enough = false
		}
	}
	// Engines that hide addresses name one candidate for each family.
	return g.completed, enough && public > 0 && public >= min(g.hidden, len(g.public))
}
