package relay

import (
	"bytes"
	"context"
	"crypto/subtle"
	"sync"
	"time"

	"tincan/internal/mailbox"
)

// maxSlots is how many slots a Memory has. When all are used, it takes about 6 MB.
const maxSlots = 10_000

// sweepEvery is how often expired replies are removed, as long as there are any.
const sweepEvery = 10 * time.Second

// Memory is a Store in the memory of the program. It has 10,000 slots; when all are used, it
// returns ErrBusy.
type Memory struct {
	mu      sync.Mutex
	entries map[mailbox.Slot]*entry
	swept   time.Time
	timer   *time.Timer // runs while there are entries
}

// entry is a reply, or, with no bytes, the mark that Drop has left in its place.
type entry struct {
	reply   []byte
	claim   *mailbox.Claim
	expires time.Time
}

// NewMemory makes an empty store.
func NewMemory() *Memory { return &Memory{entries: map[mailbox.Slot]*entry{}} }

// Put implements Store.
func (m *Memory) Put(_ context.Context, slot mailbox.Slot, reply []byte, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.find(slot, now); e != nil {
		if bytes.Equal(e.reply, reply) {
			return nil
		}
		return ErrOccupied
	}
	if len(m.entries) >= maxSlots {
		m.sweep(now)
	}
	if len(m.entries) >= maxSlots {
		return ErrBusy
	}
	m.entries[slot] = &entry{reply: bytes.Clone(reply), expires: now.Add(mailbox.Lifetime)}
	if m.timer == nil {
		m.timer = time.AfterFunc(sweepEvery, m.sweepOnTime)
	}
	return nil
}

// Take implements Store.
func (m *Memory) Take(_ context.Context, slot mailbox.Slot, claim mailbox.Claim, now time.Time) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.find(slot, now)
	if e == nil || e.reply == nil || e.claim != nil && !same(*e.claim, claim) {
		return nil, ErrNone
	}
	e.claim = &claim
	return bytes.Clone(e.reply), nil
}

// Drop implements Store.
func (m *Memory) Drop(_ context.Context, slot mailbox.Slot, claim mailbox.Claim, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.find(slot, now); e != nil && e.claim != nil && same(*e.claim, claim) {
		e.reply = nil
	}
	return nil
}

// find returns the entry of a slot, if it has one that has not expired.
func (m *Memory) find(slot mailbox.Slot, now time.Time) *entry {
	e := m.entries[slot]
	if e == nil || now.Before(e.expires) {
		return e
	}
	delete(m.entries, slot)
	return nil
}

// sweep removes what has expired. A full store is swept once a second at most.
func (m *Memory) sweep(now time.Time) {
	if now.Sub(m.swept).Abs() < time.Second {
		return
	}
	m.swept = now
	for slot, e := range m.entries {
		if !now.Before(e.expires) {
			delete(m.entries, slot)
		}
	}
}

// sweepOnTime removes replies after five minutes even if no more requests come.
func (m *Memory) sweepOnTime() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sweep(time.Now())
	if m.timer = nil; len(m.entries) > 0 {
		m.timer = time.AfterFunc(sweepEvery, m.sweepOnTime)
	}
}

func same(a, b mailbox.Claim) bool { return subtle.ConstantTimeCompare(a[:], b[:]) == 1 }
