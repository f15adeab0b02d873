//go:build js

package peer

import (
	"context"
	"strings"
	"syscall/js"
	"time"

	"tincan/internal/sdp"
)

// isFirefox recognises the engine by the SDP it writes, which unlike the user
// agent nobody changes.
func isFirefox(text string) bool { return strings.Contains(text, "\no=mozilla") }

// stayPatient keeps the engine looking until the other end appears. The end of
// candidates is never signalled: it would make Firefox give up.
func (c *Conn) stayPatient(own, remote string) {
	interval := patienceChromium
	if isFirefox(own) {
		interval = patienceFirefox
	}
	lines := plainCandidates(remote)
	every := time.NewTicker(interval)
	defer every.Stop()
	for turn := 1; ; turn++ {
		select {
		case <-every.C:
		case <-c.opened.done:
			return
		case <-c.ended.done:
			return
		}
		// A refusal is one turn without patience, the next may do better.
		for _, line := range lines {
			_ = c.addCandidate(context.Background(), renewed(line, turn))
		}
		if len(lines) == 0 {
			_ = c.addCandidate(context.Background(), dummy(turn))
		}
	}
}

// keepAlive has Chromium send packets through the NAT until the answer comes.
func (c *Conn) keepAlive(offer string) {
	next := time.NewTimer(provisionalAfter)
	defer next.Stop()
	for turn := 1; ; turn++ {
		select {
		case <-next.C:
		case <-c.accepted.done:
			return
		case <-c.ended.done:
			return
		}
		next.Reset(provisionalEvery)
		if turn == 1 {
			if err := c.apply(context.Background(), "pranswer", provisional(sdp.MediaID(offer))); err != nil {
				if !c.accepted.isSet() {
					c.gathering.note("this browser keeps no public address alive")
				}
				return
			}
		}
		_ = c.addCandidate(context.Background(), dummy(turn))
	}
}

// addCandidate names one more address of the other end.
func (c *Conn) addCandidate(ctx context.Context, line sdp.CandidateLine) error {
	candidate := js.Global().Get("Object").New()
	candidate.Set("candidate", line.String())
	candidate.Set("sdpMLineIndex", 0)
	_, err := c.await(ctx, "addIceCandidate", candidate)
	return err
}
