//go:build js

package peer

import (
	"context"
	"strings"
	"syscall/js"
	"time"

	"tincan/internal/sdp"
)

// isFirefox recognises Firefox by the SDP that it writes. Unlike the user agent, nobody changes
// that.
func isFirefox(text string) bool { return strings.Contains(text, "\no=mozilla") }

// stayPatient keeps the engine looking until the other end appears. The engine is never told
// that there are no more candidates, for that would make Firefox give up.
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
		// If the engine refuses one, the next turn may do better.
		for _, line := range lines {
			_ = c.addCandidate(context.Background(), renewed(line, turn))
		}
		if len(lines) == 0 {
			_ = c.addCandidate(context.Background(), dummy(turn))
		}
	}
}

// keepAlive makes Chromium send packets through the NAT until the answer comes.
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

// addCandidate tells the engine of one more address of the other end.
func (c *Conn) addCandidate(ctx context.Context, line sdp.CandidateLine) error {
	candidate := js.Global().Get("Object").New()
	candidate.Set("candidate", line.String())
	candidate.Set("sdpMLineIndex", 0)
	_, err := c.await(ctx, "addIceCandidate", candidate)
	return err
}
