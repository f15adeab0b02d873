package chat

import (
	"time"

	"tincan/internal/peer"
	"tincan/internal/sdp"
)

// outlook is what is known of the ways to the other person, and what of that this one
// has been told. It looks at what it is handed and asks nobody itself.
type outlook struct {
	network Network
	timing  *timing
	goodFor time.Duration   // the public address in our link is kept alive, 0 for always
	lonely  bool            // nobody else says that nobody has come
	began   time.Time       // the link was made
	remote  sdp.Description // of the other side
	told    map[Code]bool   // problems

	seen     peer.Path // as this side alone sees it
	asking   bool      // the engine, for the path
	askedAt  time.Time
	openedAt time.Time // the chat
}

func newOutlook(n Network, t *timing) outlook {
	return outlook{network: n, timing: t, told: map[Code]bool{}}
}

// news notes that a problem is told, and whether it is for the first time.
func (o *outlook) news(code Code) bool {
	was := o.told[code]
	o.told[code] = true
	return !was
}

// waiting tells what gathering found out after the link was made, before the other
// person has had time to use it, and, to who joined, that nobody came.
func (o *outlook) waiting(now time.Time, found peer.Findings) (codes []Code) {
	all, waited := o.network.Mode == ModeAll, now.Sub(o.began)
	asked, relays := all && len(o.network.STUN) > 0, len(o.network.TURN) > 0
	switch {
	case found.Symmetric && found.Relay == 0 && (!relays || waited >= o.timing.look):
		codes = append(codes, CodeSymmetric)
	case !asked || found.Public > 0 || waited < o.timing.look || o.told[CodeNoAddresses]:
		// Without an address there is nobody to ask, and no same network to speak of.
	case found.Relay > 0 && !found.RelayUDP:
		codes = append(codes, CodeUDPBlocked)
	case !found.Complete || found.Refused:
		// An engine that has finished without an answer found its own address
		// to be the public one.
		codes = append(codes, CodeSTUNSilent)
	}
	if all && relays && found.Relay == 0 && waited >= o.timing.look {
		codes = append(codes, CodeRelaySilent)
	}
	if o.lonely && waited >= o.timing.alone {
		codes = append(codes, CodeNobodyCame)
	}
	return codes
}

// stuck is the likeliest reason why two ends that know each other since met don't meet.
func (o *outlook) stuck(met time.Time, found peer.Findings) Code {
	switch {
	case o.goodFor > 0 && met.Sub(o.began) > o.goodFor:
		return CodeOldLink
	case found.Symmetric || o.remote.Symmetric():
		return CodeSymmetricPair
	case o.remote.Hidden():
		return CodeHiddenAddress
	}
	return CodeUnreachable
}

// pathDue tells whether it is time to ask for the path: engines begin with the first
// that works, often a relay, and go over to a better one within seconds.
func (o *outlook) pathDue(now time.Time) bool {
	every := 30 * time.Second
	if now.Sub(o.openedAt) < every {
		every = 2 * time.Second
		if o.seen == peer.PathUnknown {
			every = 0
		}
	}
	return now.Sub(o.askedAt) >= every
}

// asks notes that the engine is asked for the path; false where it is at it already.
func (o *outlook) asks(now time.Time) bool {
	if o.asking {
		return false
	}
	o.asking, o.askedAt = true, now
	return true
}

// saw notes the engine's answer, and tells whether it is another than before, for this
// side and for both. An engine that cannot tell the path has told nothing.
func (o *outlook) saw(path peer.Path) (other, otherForBoth bool) {
	o.asking = false
	if path == o.seen || path == peer.PathUnknown {
		return false, false
	}
	before := o.seen
	o.seen = path
	return true, pathOf(path) != pathOf(before)
}

// path is what both sides can tell of it.
func (o *outlook) path() Path { return pathOf(o.seen) }
