package chat

import (
	"context"
	"time"

	"tincan/internal/peer"
)

// DefaultSTUN are the servers that are asked if the person names no others. There are two, as
// a symmetric NAT shows by giving each another port. They learn an address and a time.
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
		return peer.Config{}, fail(CodeInternal, nil) // an unknown mode must not turn out to allow more than was meant
	}
	return peer.Config{STUN: n.STUN, TURN: n.TURN}, nil
}

// problem tells the person of a problem, if they have not been told of it before.
func (s *Session) problem(code Code) {
	if s.look.news(code) {
		s.diary.note("told: " + string(code))
		s.events.push(Problem{code})
	}
}

// pathWait is how long an answer of the engine about the path is waited for.
const pathWait = time.Second

// askPath has the engine asked for the path, unless it is still being asked.
func (s *Session) askPath(now time.Time) {
	if s.lines.now == nil || !s.look.asks(now) {
		return
	}
	conn := s.lines.now.conn
	s.work.ask(func(ctx context.Context) func() error {
		ctx, cancel := context.WithTimeout(ctx, pathWait)
		defer cancel()
		path := conn.Path(ctx)
		return func() error {
			s.sawPath(path)
			return nil
		}
	})
}

// sawPath notes the path if it has changed, and tells the person if it has changed for both
// sides.
func (s *Session) sawPath(seen peer.Path) {
	other, otherForBoth := s.look.saw(seen)
	if other {
		s.diary.note("path, as seen from here: " + string(seen))
	}
	if otherForBoth && s.phase.opened() { // before that, Opened will tell it
		s.events.push(PathChanged{s.look.path()})
	}
}
