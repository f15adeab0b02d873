package chat

import (
	"time"

	"tincan/internal/peer"
	"tincan/internal/sdp"
)

// outlook holds what is known of the possible paths to the other person, and which problems
// our person has been told of. It is given all it knows; it asks nobody.
type outlook struct {
	network Network
	timing  *timing
	goodFor time.Duration   // for how long the public address in our link is kept alive; 0 is for ever
	lonely  bool            // there is no mailbox whose state would tell that nobody has come
	began   time.Time       // when the link was made
	remote  sdp.Description // of the other side
	told    map[Code]bool   // problems that the person has been told of

	seen     peer.Path // the path as this side sees it
	asking   bool      // the engine has been asked for the path and has not answered
	askedAt  time.Time // when it was last asked
	openedAt time.Time // when the chat opened
}

func newOutlook(n Network, t *timing) outlook {
	return outlook{network: n, timing: t, told: map[Code]bool{}}
}

// news notes that a problem is told, and returns whether it is told for the first time.
func (o *outlook) news(code Code) bool {
	was := o.told[code]
	o.told[code] = true
	return !was
}

// waiting returns the problems to tell while nobody has used our link: what gathering has
// found wrong with this end's network, and for a joiner that the inviter does not come.
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

// stuck is the likeliest reason why the two ends, which have known of each other since met,
// do not get through.
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

// pathDue tells whether it is time to ask for the path again: engines begin with the first
// one that works, often through a relay, and change to a better one within seconds.
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

// asks notes that the engine is asked for the path. It returns false if it has not answered
// the last time yet.
func (o *outlook) asks(now time.Time) bool {
	if o.asking {
		return false
	}
	o.asking, o.askedAt = true, now
	return true
}

// saw notes the engine's answer. other tells that the path has changed, as this side sees it;
// otherForBoth that what both sides can tell of it has. PathUnknown is no answer.
func (o *outlook) saw(path peer.Path) (other, otherForBoth bool) {
	o.asking = false
	if path == o.seen || path == peer.PathUnknown {
		return false, false
	}
	before := o.seen
	o.seen = path
	return true, pathOf(path) != pathOf(before)
}

// path is the path as both sides can tell it.
func (o *outlook) path() Path { return pathOf(o.seen) }
