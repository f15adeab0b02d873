package chat

import "tincan/internal/seal"

// texts are the messages of both directions, and the files that some of them tell of.
type texts struct {
	out   outbox
	in    inbox
	files transfers
}

// outgoing is one message of ours.
type outgoing struct {
	ref  string
	id   uint64
	text string
	file *transfer // of which text tells; nil for what a person has written
	last uint64    // number of its last frame
}

// kind is the type of its last frame.
func (m outgoing) kind() byte {
	if m.file != nil {
		return typeFile
	}
	return typeText
}

// outbox holds our messages, in order, each until all of it is known to have arrived.
type outbox struct {
	said     uint64     // the id of the last message
	waiting  []outgoing // not yet framed
	bytes    int        // of the texts in waiting
	parts    []frame    // of the message being framed
	underWay []outgoing // framed, at least in part, and not known to have arrived
}

// room tells whether there is room for another text of n bytes.
func (o *outbox) room(n int) bool { return len(o.waiting) < maxWaiting && o.bytes+n <= maxOutgoing }

// push puts a text at the end and returns its id. next takes it from there.
func (o *outbox) push(ref, text string) uint64 { return o.pushFile(ref, text, nil) }

// pushFile does the same with what is told of a file.
func (o *outbox) pushFile(ref, packed string, file *transfer) uint64 {
	o.said++
	o.bytes += len(packed)
	o.waiting = append(o.waiting, outgoing{ref: ref, id: o.said, text: packed, file: file})
	return o.said
}

// file is the file that is told of next, nil if that is none.
func (o *outbox) file() *transfer {
	if len(o.parts) > 0 || len(o.waiting) == 0 {
		return nil
	}
	return o.waiting[0].file
}

// take takes a file out that is not framed yet. It returns false if there is no such file.
func (o *outbox) take(file *transfer) bool {
	for i, m := range o.waiting {
		if m.file == file {
			o.bytes -= len(m.text)
			o.waiting = append(o.waiting[:i], o.waiting[i+1:]...)
			return true
		}
	}
	return false
}

// empty tells whether no frame is left to be made.
func (o *outbox) empty() bool { return len(o.parts) == 0 && len(o.waiting) == 0 }

// next makes the next frame. The outbox must not be empty. A message is signed as a whole,
// before it is cut into frames.
func (o *outbox) next(keys *seal.Frames) (f frame, err error) {
	if len(o.parts) == 0 {
		m := o.waiting[0]
		o.waiting[0] = outgoing{} // else the slice would keep its text as long as those behind it
		o.waiting = o.waiting[1:]
		o.bytes -= len(m.text)
		text := []byte(m.text)
		signature, err := keys.Sign(m.kind(), text)
		if err != nil {
			return frame{}, err
		}
		if m.file != nil {
			m.file.wire = keys.Said()
			o.parts = []frame{{typeFile, signature, text}}
		} else {
			o.parts = cutText(text, signature)
		}
		m.last = ^uint64(0) // no ack is for it before its last frame has a number
		o.underWay = append(o.underWay, m)
	}
	f, o.parts = o.parts[0], o.parts[1:]
	return f, nil
}

// framed notes the number of a frame that next gave.
func (o *outbox) framed(f frame, number uint64) {
	if f.signed() {
		o.underWay[len(o.underWay)-1].last = number
	}
}

// delivered returns the id of the first message of which all frames have arrived, that is
// those before next, and forgets it. It returns false when there is none left.
func (o *outbox) delivered(next uint64) (id uint64, ok bool) {
	if len(o.underWay) == 0 || o.underWay[0].last >= next {
		return 0, false
	}
	id = o.underWay[0].id
	o.underWay[0] = outgoing{}
	o.underWay = o.underWay[1:]
	return id, true
}

// again has these messages framed, whatever has become of them before, and no others.
func (o *outbox) again(list []outgoing) {
	o.waiting, o.underWay, o.parts, o.bytes = list, nil, nil, 0
	for _, m := range o.waiting {
		o.bytes += len(m.text)
	}
}

// rest returns, in order, all messages that are not known to have arrived.
func (o *outbox) rest() []outgoing {
	return append(o.underWay[:len(o.underWay):len(o.underWay)], o.waiting...)
}

// inbox puts the messages of the other side together.
type inbox struct {
	incoming assembly
	received uint64 // the id of the last message
}

// file takes a frame of type file, checks its signature and returns its id. It is no part of a message.
func (i *inbox) file(f frame, keys *seal.Frames) (id uint64, err error) {
	if i.incoming.parts != nil {
		return 0, errFrame
	}
	if err := keys.Verify(typeFile, f.content, f.signature); err != nil {
		return 0, err
	}
	i.received++
	return i.received, nil
}

// add takes a frame of type text or more. With the last part of a message it checks the
// signature and returns the whole.
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
