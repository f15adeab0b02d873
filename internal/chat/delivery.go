package chat

import (
	"encoding/binary"
	"slices"

	"tincan/internal/seal"
)

// texts are the messages of both directions, the files that some of them tell of, and what a person shows of reading them.
type texts struct {
	out   outbox
	in    inbox
	files transfers
	signs signs
}

func newTexts(role seal.Role) texts {
	return texts{out: outbox{role: role}, files: newTransfers(role)}
}

// outgoing is one message of ours.
type outgoing struct {
	ref   string
	id    uint64
	kind  byte // the type of its last frame
	about Said // what it is about, where it is about one; of the other side by its number on the wire
	text  string
	file  *transfer // of which text tells; nil for all else
	last  uint64    // number of its last frame
}

// outbox holds our messages, in order, each until all of it is known to have arrived.
type outbox struct {
	role     seal.Role
	last     uint64     // the id of the last message
	waiting  []outgoing // not yet framed
	bytes    int        // of the texts in waiting
	parts    []frame    // of the message being framed
	underWay []outgoing // framed, at least in part, and not known to have arrived
	said     saids      // those that are signed, by their numbers on the wire
	ids      []uint64   // and their ids
}

// room tells whether there is room for another text of n bytes.
func (o *outbox) room(n int) bool { return len(o.waiting) < maxWaiting && o.bytes+n <= maxOutgoing }

// push puts a message at the end and returns its id. next takes it from there.
func (o *outbox) push(m outgoing) uint64 {
	o.last++
	m.id = o.last
	o.bytes += len(m.text)
	o.waiting = append(o.waiting, m)
	return m.id
}

// take takes a file out that is not framed yet. It returns false if there is no such file.
func (o *outbox) take(file *transfer) bool {
	for i, m := range o.waiting {
		if m.file == file {
			o.remove(i)
			return true
		}
	}
	return false
}

func (o *outbox) remove(i int) {
	o.bytes -= len(o.waiting[i].text)
	o.waiting = slices.Delete(o.waiting, i, i+1)
}

// find is the place of a message that can be named and is not framed yet, below 0 if there is no such message.
func (o *outbox) find(id uint64) int {
	for i := range o.waiting {
		if w := &o.waiting[i]; w.id == id && saidBy(w.kind).named() {
			return i
		}
	}
	return -1
}

// change edits or takes back a text that is not framed yet, as m says. It returns false if there is no such text.
func (o *outbox) change(m *outgoing) bool {
	i := o.find(m.about.ID)
	if i < 0 || o.waiting[i].kind == typeFile {
		return false
	}
	if m.kind == typeUnsend {
		o.remove(i)
		return true
	}
	last := &o.waiting[i]
	for j := i + 1; j < len(o.waiting); j++ { // after a reload edits of before wait behind their text, and the last one counts
		if w := &o.waiting[j]; w.kind == typeEdit && w.about.ID == m.about.ID {
			last = w
		}
	}
	o.bytes += len(m.text) - len(last.text)
	last.text = m.text
	return true
}

// wire is the number on the wire of a message of ours, 0 if it has none.
func (o *outbox) wire(id uint64) uint64 { return uint64(slices.Index(o.ids, id) + 1) }

// sayable tells whether m can be framed now: what it is about is there, and can be what m makes of it. theirs are the
// messages of the other side.
func (o *outbox) sayable(m *outgoing, theirs saids) bool {
	list, wire := theirs, m.about.ID
	if m.about.Ours {
		list, wire = o.said, o.wire(wire)
	}
	was := list.at(wire)
	if m.kind == typeEdit {
		return was >= saidText && was < saidText+maxEdits
	}
	return was.named() || m.kind == typeTimer
}

// content is what is signed of a message, and cut.
func (o *outbox) content(m outgoing) []byte {
	b, wire := make([]byte, 0, refSize+len(m.text)), m.about.ID
	if m.about.Ours {
		wire = o.wire(wire)
	}
	switch m.kind {
	case typeAnswer, typeReaction:
		whose := o.role
		if !m.about.Ours {
			whose = whose.Other()
		}
		b = append(b, byte(whose))
		fallthrough
	case typeEdit, typeUnsend:
		b = binary.BigEndian.AppendUint64(b, wire)
	}
	return append(b, m.text...)
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
		message := o.content(m)
		signature, err := keys.Sign(m.kind, message)
		if err != nil {
			return frame{}, err
		}
		if m.file != nil {
			m.file.wire = keys.Said()
		}
		o.parts = cut(m.kind, message, signature)
		o.said.change(m.kind, o.wire(m.about.ID))
		o.said, o.ids = append(o.said, saidBy(m.kind)), append(o.ids, m.id)
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
	o.waiting, o.underWay, o.parts, o.bytes, o.said, o.ids = list, nil, nil, 0, nil, nil
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
	base     uint64 // that of the last one before the handshake
	said     saids  // those since
}

// anew has all that came before count as before the handshake.
func (i *inbox) anew() { *i = inbox{received: i.received, base: i.received} }

// add takes a frame of a message. With the last it checks the signature and returns the whole and its id, which
// is 0 before. What it counts for is put into said once it is taken: it cannot be about itself.
func (i *inbox) add(f frame, keys *seal.Frames) (id uint64, message []byte, err error) {
	message, err = i.incoming.add(f)
	if err != nil || message == nil {
		return 0, nil, err
	}
	if err := keys.Verify(f.kind, message, f.signature); err != nil {
		return 0, nil, err
	}
	i.received++
	return i.received, message, nil
}
