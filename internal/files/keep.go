package files

import (
	"context"
	"encoding/binary"
	"slices"

	"tincan/internal/seal"
)

// maxOver is of how many files that are over more may come unpunished: all that were wanted at one time.
const maxOver = 64

// keep is a file of the other side that is wanted here.
type keep struct {
	id   uint64
	size int64
	sink Sink

	attempt  uint32
	parts    *seal.FileBox
	reports  *seal.FileBox
	received int64 // up to where it has come
	stored   int64 // up to where it is stored
	writing  int   // bytes that are just being stored
	from     int64 // where the attempt began: the other side counts as stored what is before
	waiting  []piece
	more     chan struct{} // something waits, or gone is set
	report   bool          // the other side is to be told what is stored
	gone     bool
}

// piece is some of a file that waits to be stored.
type piece struct {
	content []byte
	asks    bool
}

// Keep has a file of the other side stored from offset on, when it comes in this attempt.
func (m *Mover) Keep(id uint64, size int64, sink Sink, attempt uint32, offset int64, key seal.FileKey) {
	k := &keep{id: id, size: size, sink: sink, received: offset, stored: offset, from: offset, more: make(chan struct{}, 1)}
	k.begin(attempt, key, m.role)
	m.mu.Lock()
	m.keeps = append(m.keeps, k)
	m.mu.Unlock()
	m.storing.Go(func() { m.store(k) })
}

// Again begins another attempt at a file that is under way, and returns from where on it is to come. ok is false
// if there is no such file, or all of it has come.
func (m *Mover) Again(id uint64, attempt uint32, key seal.FileKey) (offset int64, ok bool) {
	m.mu.Lock()
	k := m.keep(id)
	if ok = k != nil && k.stored+int64(k.writing) < k.size; ok {
		offset = k.stored + int64(k.writing)
		k.waiting, k.received, k.from = nil, offset, offset
		k.begin(attempt, key, m.role)
	}
	m.mu.Unlock()
	return offset, ok
}

func (k *keep) begin(attempt uint32, key seal.FileKey, role seal.Role) {
	k.wipe()
	of := seal.Attempt{Sender: seal.Inviter + seal.Joiner - role, ID: k.id, Number: attempt}
	k.attempt, k.report, k.parts, k.reports = attempt, false, key.Box(kindPart, of), key.Box(kindStored, of)
}

func (k *keep) wipe() {
	if k.parts != nil {
		k.parts.Wipe()
		k.reports.Wipe()
	}
}

func (m *Mover) keep(id uint64) *keep {
	for _, k := range m.keeps {
		if k.id == id {
			return k
		}
	}
	return nil
}

// endKeep forgets a file, for who holds mu.
func (m *Mover) endKeep(id uint64) {
	k := m.keep(id)
	if k == nil {
		return
	}
	var rest []*keep
	for _, o := range m.keeps {
		if o != k {
			rest = append(rest, o)
		}
	}
	m.keeps = rest
	m.over = append(m.over, id)
	m.over = m.over[max(0, len(m.over)-maxOver):]
	k.gone, k.waiting = true, nil
	k.wipe()
	signal(k.more)
}

// arrive takes a message from the channel, unless ctx has ended: then an attempt over another line may have begun.
func (m *Mover) arrive(ctx context.Context, message []byte) error {
	h, box, ok := parse(message)
	if !ok {
		return ErrBreach
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if ctx.Err() != nil {
		return nil
	}
	if h.kind == kindStored {
		return m.stored(h, box)
	}
	k := m.keep(h.id)
	switch {
	case k == nil && slices.Contains(m.over, h.id), k != nil && h.attempt < k.attempt:
		return nil
	case k == nil, h.attempt != k.attempt:
		return ErrBreach // nobody has asked for it
	}
	plain, err := k.parts.Open(nil, box)
	if err != nil {
		return ErrBreach
	}
	flags, content := plain[0], plain[1:]
	n := int64(len(content))
	if flags > flagAsks || n > k.size-k.received || k.received-max(k.stored, k.from)+n > MaxAhead {
		return ErrBreach
	}
	k.received += n
	k.wait(piece{content, flags&flagAsks != 0})
	signal(k.more)
	return nil
}

// wait has a piece stored. Small ones become one, so that many of them take no more room than what is in them.
func (k *keep) wait(p piece) {
	if n := len(k.waiting); n > 0 {
		if last := &k.waiting[n-1]; len(last.content)+len(p.content) <= MaxPart {
			last.content, last.asks = append(last.content, p.content...), last.asks || p.asks
			return
		}
	}
	k.waiting = append(k.waiting, p)
}

// store writes what comes of a file, until it is over.
func (m *Mover) store(k *keep) {
	for {
		p, ok, over := m.piece(k)
		var err error
		switch {
		case over:
			return
		case len(p.content) > 0:
			err = k.sink.Write(m.ctx, p.content)
		case ok:
		default:
			<-k.more
			continue
		}
		if m.wrote(k, p, err) {
			return
		}
	}
}

// piece takes what is to be stored next.
func (m *Mover) piece(k *keep) (p piece, ok, over bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case k.gone:
		return piece{}, false, true
	case len(k.waiting) > 0:
		p = k.waiting[0]
		k.waiting[0] = piece{}
		k.waiting = k.waiting[1:]
		k.writing = len(p.content)
		return p, true, false
	}
	return piece{}, k.stored == k.size, false // of an empty file nothing comes
}

// wrote notes that a piece is stored, and returns true when the file is over.
func (m *Mover) wrote(k *keep, p piece, err error) (over bool) {
	m.mu.Lock()
	k.stored += int64(len(p.content))
	k.writing = 0
	whole := err == nil && k.stored == k.size && !k.gone
	m.mu.Unlock()
	if whole {
		err = k.sink.Finish(m.ctx)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case k.gone:
		return true
	case whole, err != nil:
		m.endKeep(k.id)
		m.tell(News{false, k.id, err})
		return true
	case p.asks:
		k.report = true
		signal(m.wake)
	}
	return false
}

// report seals what the other side is to be told of a file, if anything.
func (m *Mover) report(ctx context.Context, sealed []byte) []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	if ctx.Err() != nil {
		return nil // what is sealed now may belong to another line, and this one sends nothing any more
	}
	for _, k := range m.keeps {
		if !k.report {
			continue
		}
		k.report = false
		message, err := k.reports.Seal(
			head{kindStored, k.id, k.attempt}.append(sealed), binary.BigEndian.AppendUint64(nil, uint64(k.stored)))
		if err == nil {
			return message
		}
	}
	return nil
}
