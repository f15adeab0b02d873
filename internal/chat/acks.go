package chat

// acks keeps account of which frames have arrived, on either side (PROTOCOL.md §4).
type acks struct {
	due        bool      // one goes before all else
	soon       bool      // one goes within the timing's ack: it may serve for more than one frame
	since      int       // frames of the other side since our last ack
	unanswered []uint64  // numbers of its frames whose ack it has not shown to have
	sent       []sentAck // that it has not shown to have

	unacked   []uint64 // numbers of our frames that want an ack and have none
	unsettled []uint64 // those that the other side must take to have none
	acked     uint64   // what its last ack says
}

// sentAck is an ack of ours: the frame that it is, and what it says.
type sentAck struct{ number, next uint64 }

// framed notes that a frame of ours goes out, with its number.
func (a *acks) framed(f frame, number uint64) {
	switch {
	case f.wantsAck():
		a.unacked, a.unsettled = append(a.unacked, number), append(a.unsettled, number)
	case f.kind == typeAck:
		a.unsettled = append(a.unsettled[:0], a.unacked...) // it shows which acks we have
		a.sent = append(a.sent, sentAck{number, f.ackNext()})
	}
}

// asked notes a frame of the other side that wants an ack. It is false for one that
// sends on without waiting for our acks.
func (a *acks) asked(number uint64) bool {
	a.since++
	a.unanswered = append(a.unanswered, number)
	return len(a.unanswered) <= maxUnacked
}

// gather says when our ack goes. more tells that something else has arrived already, so
// that one can serve for both.
func (a *acks) gather(more bool) {
	switch {
	case a.since >= ackEvery:
		a.due = true
	case a.since > 0 && !more:
		a.soon = true
	}
}

// waited is for when an ack has waited long enough.
func (a *acks) waited() { a.due = a.due || a.soon }

// hasten has an ack go now if there is anything to ack.
func (a *acks) hasten() { a.due = a.due || a.since > 0 }

// next is an ack of all that has come, after which none is due.
func (a *acks) next(received uint64) frame {
	a.due, a.soon, a.since = false, false, 0
	return ackFrame(received)
}

// arrived marks what has arrived at the other side. An ack that goes back, tells nothing new
// or runs ahead of what was sent is false.
func (a *acks) arrived(next, sent uint64) bool {
	if next <= a.acked || next > sent {
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

// settled tells that all our frames have arrived.
func (a *acks) settled() bool { return len(a.unacked) == 0 }

// full tells that no frame that wants an ack may go.
func (a *acks) full() bool { return len(a.unacked) >= maxUnacked }

// mustShow tells that an ack of ours must go first, to show which of theirs we have.
func (a *acks) mustShow() bool { return len(a.unsettled) >= maxUnacked }
