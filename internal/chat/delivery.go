package chat

import "tincan/internal/seal"

// outgoing is one message of ours.
type outgoing struct {
	ref  string
	id   uint64
	text string
	last uint64 // number of its last frame
}

// outbox is what we say, each message with its text until the other side has it.
type outbox struct {
	said     uint64     // messages: the last id
	waiting  []outgoing // not yet framed
	bytes    int        // of the texts in waiting
	parts    []frame    // of the message being framed
	underWay []outgoing // at least in part framed, and not acked
}

// room tells whether a text of n bytes may wait, too.
func (o *outbox) room(n int) bool { return len(o.waiting) < maxWaiting && o.bytes+n <= maxOutgoing }

// push puts a text at the end and returns its id. It goes when its turn comes.
func (o *outbox) push(ref, text string) uint64 {
	o.said++
	o.bytes += len(text)
	o.waiting = append(o.waiting, outgoing{ref: ref, id: o.said, text: text})
	return o.said
}

// empty tells that no frame is left to be made.
func (o *outbox) empty() bool { return len(o.parts) == 0 && len(o.waiting) == 0 }

// next is the next frame of an outbox that is not empty. A message is signed as a whole.
func (o *outbox) next(keys *seal.Frames) (f frame, err error) {
	if len(o.parts) == 0 {
		m := o.waiting[0]
		o.waiting[0] = outgoing{} // or its text would stay as long as what is behind it
		o.waiting = o.waiting[1:]
		o.bytes -= len(m.text)
		text := []byte(m.text)
		signature, err := keys.Sign(typeText, text)
		if err != nil {
			return frame{}, err
		}
		o.parts = cutText(text, signature)
		m.last = ^uint64(0) // not acked before its last frame is out
		o.underWay = append(o.underWay, m)
	}
	f, o.parts = o.parts[0], o.parts[1:]
	return f, nil
}

// framed notes the number of a frame that next gave.
func (o *outbox) framed(f frame, number uint64) {
	if f.kind == typeText {
		o.underWay[len(o.underWay)-1].last = number
	}
}

// delivered gives the id of a message all of whose frames come before next, which has
// arrived, one by one; false when there is none left.
func (o *outbox) delivered(next uint64) (id uint64, ok bool) {
	if len(o.underWay) == 0 || o.underWay[0].last >= next {
		return 0, false
	}
	id = o.underWay[0].id
	o.underWay[0] = outgoing{}
	o.underWay = o.underWay[1:]
	return id, true
}

// rest is all that the other side is not known to have, in order.
func (o *outbox) rest() []outgoing {
	return append(o.underWay[:len(o.underWay):len(o.underWay)], o.waiting...)
}

// inbox is what the other side says.
type inbox struct {
	incoming assembly
	received uint64 // messages: the last id
}

// add takes a text or more frame. With the last part of a message, whose signature must be
// right, it returns the whole.
func (i *inbox) add(f frame, keys *seal.Frames) (m Message, whole bool, err error) {
	message, err := i.incoming.add(f)
	if err != nil || message == nil {
		return Message{}, false, err
	}
	if err := keys.Verify(typeText, message, f.signature); err != nil {
		return Message{}, false, err
	}
	i.received++
	return Message{ID: i.received, Text: string(message)}, true, nil
}
