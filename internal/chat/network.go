package chat

import (
	"context"
	"time"

	"tincan/internal/peer"
	"tincan/internal/seal"
)

// DefaultSTUN are the servers asked where nothing else is said: two, so that a
// symmetric NAT shows. They learn an address and a time.
var DefaultSTUN = []string{"stun.l.google.com:19302", "stun.cloudflare.com:3478"}

// Mode says which ways to the other person may be tried.
type Mode string

// The modes. The empty one is ModeAll.
const (
	ModeAll   Mode = "all"
	ModeLocal Mode = "local" // no server is asked at all
	ModeRelay Mode = "relay" // no address is told to anybody but the relays
)

// TURN is a relay and how to log in there.
type TURN = peer.TURN

// Network says which ways are tried and which servers asked.
type Network struct {
	Mode Mode
	STUN []string // host:port
	TURN []TURN
}

func (n Network) peerConfig() (peer.Config, error) {
	switch n.Mode {
	case ModeLocal:
		return peer.Config{}, nil
	case ModeRelay:
		if len(n.TURN) == 0 {
			return peer.Config{}, fail(CodeNoRelay, nil)
		}
		return peer.Config{TURN: n.TURN, RelayOnly: true}, nil
	}
	if n.Mode != ModeAll && n.Mode != "" {
		return peer.Config{}, fail(CodeInternal, nil) // never more than was asked for
	}
	return peer.Config{STUN: n.STUN, TURN: n.TURN}, nil
}

// problem tells the person something once.
func (s *Session) problem(code Code) {
	if s.told[code] {
		return
	}
	s.told[code] = true
	s.diary.note("told: " + string(code))
	s.events.push(Problem{code})
}

// lookAtNetwork tells what gathering found out after the link was made, before
// the other person has had time to use it, and, to who joined, that nobody came.
func (s *Session) lookAtNetwork(now time.Time) {
	found := s.conn.Findings()
	asked := s.network.Mode == ModeAll && len(s.network.STUN) > 0
	waited := now.Sub(s.began)
	switch {
	case found.Symmetric && found.Relay == 0 && (len(s.network.TURN) == 0 || waited >= timing.look):
		s.problem(CodeSymmetric)
	case !asked || found.Public > 0 || waited < timing.look || s.told[CodeNoAddresses]:
		// Without an address there is nobody to ask, and no same network to speak of.
	case found.Relay > 0 && !found.RelayUDP:
		s.problem(CodeUDPBlocked)
	case !found.Complete || found.Refused:
		// An engine that has finished without an answer found its own address
		// to be the public one.
		s.problem(CodeSTUNSilent)
	}
	if s.network.Mode == ModeAll && len(s.network.TURN) > 0 && found.Relay == 0 && waited >= timing.look {
		s.problem(CodeRelaySilent)
	}
	// Where a mailbox is used, its own line says that nobody has come.
	if s.role == seal.Joiner && s.courier == nil && waited >= timing.alone {
		s.problem(CodeNobodyCame)
	}
}

// lookAtPath tells when the path has become another: engines begin with the
// first that works, often a relay, and go over to a better one within seconds.
func (s *Session) lookAtPath(now time.Time) {
	every := 30 * time.Second
	if now.Sub(s.openedAt) < every {
		every = 2 * time.Second
		if s.seen == peer.PathUnknown {
			every = 0
		}
	}
	if now.Sub(s.lookedAt) < every {
		return
	}
	s.askPath(now)
}

// pathWait is how long an engine may take to tell the path, before it is asked again.
const pathWait = time.Second

// askPath has the engine asked for the path, unless it is at it.
func (s *Session) askPath(now time.Time) {
	if s.askingPath {
		return
	}
	s.askingPath, s.lookedAt = true, now
	conn := s.conn
	s.work.ask(func(ctx context.Context) func() error {
		ctx, cancel := context.WithTimeout(ctx, pathWait)
		defer cancel()
		path := conn.Path(ctx)
		return func() error {
			s.askingPath = false
			s.sawPath(path)
			return nil
		}
	})
}

// sawPath notes a path that is another than before, and tells it where both sides can.
func (s *Session) sawPath(seen peer.Path) {
	if seen == s.seen || seen == peer.PathUnknown {
		return
	}
	path, before := pathOf(seen), pathOf(s.seen)
	s.seen = seen
	s.diary.note("path, as seen from here: " + string(seen))
	if path != before && s.phase.opened() { // else Opened will tell
		s.events.push(PathChanged{path})
	}
}

// whyUnreachable is the likeliest reason why two ends that know each other
// don't meet.
func (s *Session) whyUnreachable() Code {
	found := s.conn.Findings()
	goodFor := s.link.GoodFor
	switch {
	case goodFor > 0 && s.since.Sub(s.began) > goodFor:
		return CodeOldLink
	case found.Symmetric || s.remote.Symmetric():
		return CodeSymmetricPair
	case s.remote.Hidden():
		return CodeHiddenAddress
	}
	return CodeUnreachable
}
