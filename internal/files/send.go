package files

import (
	"context"
	"encoding/binary"
	"time"

	"tincan/internal/seal"
)

// send is a file of ours that the other side wants.
type send struct {
	id     uint64
	size   int64
	source Source

	attempt uint32
	parts   *seal.FileBox // nil while it is held
	reports *seal.FileBox
	sent    int64 // up to where it was sent
	stored  int64 // up to where the other side says that it is stored
	flight  flight
	turn    int // when it last had one
}

func (s *send) hold() {
	s.flight = flight{}
	if s.parts != nil {
		s.parts.Wipe()
		s.reports.Wipe()
		s.parts, s.reports = nil, nil
	}
}

// Send has a file of ours sent from offset on, in an attempt with a key of its own. If the file is being sent already,
// that ends.
func (m *Mover) Send(id uint64, size int64, source Source, attempt uint32, offset int64, key seal.FileKey) {
	of := seal.Attempt{Sender: m.role, ID: id, Number: attempt}
	m.mu.Lock()
	m.endSend(id)
	m.sends = append(m.sends, &send{
		id: id, size: size, source: source, attempt: attempt, sent: offset, stored: offset,
		parts: key.Box(kindPart, of), reports: key.Box(kindStored, of),
	})
	m.mu.Unlock()
	signal(m.wake)
}

// Sent tells whether all of a file was sent.
func (m *Mover) Sent(id uint64) bool {
	m.mu.Lock()
	s := m.send(id)
	all := s != nil && s.sent == s.size
	m.mu.Unlock()
	return all
}

// endSend forgets a file, for who holds mu. What the other side may still have to store counts no more.
func (m *Mover) endSend(id uint64) {
	if s := m.send(id); s != nil {
		m.pace.underWay -= s.flight.bytes
		s.hold()
		var rest []*send
		for _, o := range m.sends {
			if o != s {
				rest = append(rest, o)
			}
		}
		m.sends = rest
		signal(m.wake)
	}
}

func (m *Mover) send(id uint64) *send {
	for _, s := range m.sends {
		if s.id == id {
			return s
		}
	}
	return nil
}

// carryOut sends what is due, one message after the other.
func (m *Mover) carryOut(ctx context.Context, channel Channel) {
	plain, sealed := make([]byte, 0, 1+MaxPart), make([]byte, 0, headSize+seal.FileBoxOverhead+1+MaxPart)
	for {
		message := m.report(ctx, sealed)
		if message == nil {
			message = m.part(ctx, plain, sealed)
		}
		if message == nil {
			select {
			case <-m.wake:
				continue
			case <-ctx.Done():
				return
			}
		}
		if channel.Send(ctx, message) != nil {
			return
		}
	}
}

// part reads and seals the next part of a file, of each in its turn. It returns nil if none may go now.
func (m *Mover) part(ctx context.Context, plain, sealed []byte) []byte {
	for {
		s, n, offset := m.turn()
		if s == nil {
			return nil
		}
		plain = plain[:1+n]
		err := s.source.Read(ctx, plain[1:], offset)
		if ctx.Err() != nil {
			return nil
		}
		if message := m.sealPart(s, plain, offset, err, sealed); message != nil {
			return message
		}
	}
}

// turn chooses the file whose turn it is, and how much of it goes.
func (m *Mover) turn() (s *send, n int, offset int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	asked := false
	for _, o := range m.sends {
		asked = asked || len(o.flight.asked) > 0
		if o.parts != nil && o.sent < o.size && (s == nil || o.turn < s.turn) {
			s = o
		}
	}
	if s == nil {
		return nil, 0, 0
	}
	n = int(min(s.size-s.sent, int64(m.pace.part())))
	if asked && !m.pace.room(n) {
		return nil, 0, 0 // there will be room when an answer comes
	}
	m.turns++
	s.turn = m.turns // the others come first now
	return s, n, s.sent
}

// sealPart seals what was read of a file, unless that has ended meanwhile, or goes on elsewhere.
func (m *Mover) sealPart(s *send, plain []byte, offset int64, err error, sealed []byte) []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s.parts == nil || s.sent != offset {
		return nil
	}
	if err != nil {
		m.endSend(s.id)
		m.tell(News{true, s.id, err})
		return nil
	}
	n := len(plain) - 1
	s.sent += int64(n)
	m.pace.underWay += n
	asks := s.sent == s.size || !m.pace.room(m.pace.part()) || s.flight.unasked+n >= m.pace.window/8/len(m.sends)
	s.flight.sent(n, s.sent, asks, time.Now())
	plain[0] = 0
	if asks {
		plain[0] = flagAsks
	}
	message, err := s.parts.Seal(head{kindPart, s.id, s.attempt}.append(sealed), plain)
	if err != nil {
		return nil // it was wiped
	}
	return message
}

// stored takes a message that says how much of a file of ours is stored, for who holds mu.
func (m *Mover) stored(h head, box []byte) error {
	s := m.send(h.id)
	if s == nil || s.reports == nil || h.attempt != s.attempt {
		return nil // it is over, or of before
	}
	plain, err := s.reports.Open(nil, box)
	if err != nil {
		return ErrBreach
	}
	to := binary.BigEndian.Uint64(plain)
	if to < uint64(s.stored) || to > uint64(s.sent) {
		return ErrBreach
	}
	n := int(int64(to) - s.stored)
	s.stored += int64(n)
	m.pace.stored(n, s.flight.stored(n, s.stored, time.Now()))
	signal(m.wake)
	return nil
}
