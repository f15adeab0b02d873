//go:build js

package peer

import (
	"context"
	"syscall/js"
	"time"

	"tincan/internal/sdp"
)

// stayPatient keeps the engine looking until the other end appears. The engine is never told
// that there are no more candidates, for that would make Firefox give up.
func (c *Conn) stayPatient(p patience) {
	next := time.NewTimer(p.before(1))
	defer next.Stop()
	for turn := 1; ; turn++ {
		select {
		case <-next.C:
		case <-c.opened.done:
			return
		case <-c.ended.done:
			return
		}
		next.Reset(p.before(turn + 1))
		// If the engine refuses one, the next turn may do better.
		for _, line := range p.lines(turn) {
			_ = c.addCandidate(context.Background(), line)
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

// provisional makes an answer with credentials and a certificate that nobody has, so that nobody
// can be taken for the other end.
func provisional(mediaID string) string {
	return sdp.Description{Ufrag: "none", Password: credential(18)}.SDP(sdp.Answer, mediaID)
}

// addCandidate tells the engine of one more address of the other end.
func (c *Conn) addCandidate(ctx context.Context, line sdp.CandidateLine) error {
	candidate := js.Global().Get("Object").New()
	candidate.Set("candidate", line.String())
	candidate.Set("sdpMLineIndex", 0)
	_, err := c.await(ctx, "addIceCandidate", candidate)
	return err
}
