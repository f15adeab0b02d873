package chat

// acks keeps account of which frames have arrived, on either side (PROTOCOL.md §4).
type acks struct {
	due        bool      // an ack is sent before anything else
	soon       bool      // an ack is sent after a short wait (timing.ack), to serve for several frames
	since      int       // frames of the other side since our last ack
	unanswered []uint64  // its frames for which it has not yet shown that it has our ack
	sent       []sentAck // our acks and heards, each with news, that it has not yet shown to have

	unacked   []uint64 // our frames that want an ack and have none
	unsettled []uint64 // our frames that the other side still counts as unanswered
	acked     uint64   // the number in its last ack or heard: all frames before it have arrived
}

// sentAck is an ack or a heard of ours: its own frame number, and the number that it says comes next.
type sentAck struct{ number, next uint64 }

// framed notes that a frame of ours goes out under this number.
func (a *acks) framed(f frame, number uint64) {
	switch {
	case f.wantsAck():
		a.unacked, a.unsettled = append(a.unacked, number), append(a.unsettled, number)
	case f.saysArrived():
		a.unsettled = append(a.unsettled[:0], a.unacked...) // it shows which acks we have
		if n := len(a.sent); n == 0 || a.sent[n-1].next < f.next() {
			a.sent = append(a.sent, sentAck{number, f.next()})
		}
	}
}

// asked notes that a frame of the other side wants an ack. It returns false if the other
// side sends on without waiting for our acks.
func (a *acks) asked(number uint64) bool {
	a.since++
	a.unanswered = append(a.unanswered, number)
	return len(a.unanswered) <= maxUnacked
}

// gather decides when our next ack goes. more says that another message has arrived
// already, so that one ack can serve for both.
func (a *acks) gather(more bool) {
	switch {
	case a.since >= ackEvery:
		a.due = true
	case a.since > 0 && !more:
		a.soon = true
	}
}

// waited is called when an ack has waited long enough.
func (a *acks) waited() { a.due = a.due || a.soon }

// hasten makes an ack due if there is anything to ack.
func (a *acks) hasten() { a.due = a.due || a.since > 0 }

// next returns an ack of all that has come.
func (a *acks) next(received uint64) frame {
	a.due, a.soon, a.since = false, false, 0
	return ackFrame(received)
}

// heard is a frame that says the same although nothing may have come since. After it, too, no ack is due.
func (a *acks) heard(received uint64) frame {
	a.due, a.soon, a.since = false, false, 0
	return heardFrame(received)
}

// arrived takes the number in an ack or a heard of the other side. It returns false if the number
// goes back or names frames that we have not sent, and for an ack that tells nothing new.
func (a *acks) arrived(f frame, sent uint64) bool {
	next := f.next()
	if next < a.acked || next > sent || next == a.acked && f.kind == typeAck {
		return false
	}
	a.acked = next
	for len(a.sent) > 0 && a.sent[0].number < next {
		for len(a.unanswered) > 0 && a.unanswered[0] < a.sent[0].next {
			a.unanswered = a.unanswered[1:]
		}
		a.sent = a.sent[1:]
	}
	for len(a.unacked) > 0 && a.unacked[0] < next {
		a.unacked = a.unacked[1:]
	}
	return true
}

// settled tells whether all our frames have arrived.
func (a *acks) settled() bool { return len(a.unacked) == 0 }

// full tells whether so many frames are without an ack that no other may be sent.
func (a *acks) full() bool { return len(a.unacked) >= maxUnacked }

// mustShow tells whether we must send an ack before the next frame. It shows the other side
// which of its acks we have; without it, it would take us for somebody who does not wait
// for them.
func (a *acks) mustShow() bool { return len(a.unsettled) >= maxUnacked }
