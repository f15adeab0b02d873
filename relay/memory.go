package relay

import (
	"bytes"
	"context"
	"crypto/subtle"
	"sync"
	"time"

	"tincan/internal/mailbox"
)

// maxSlots bounds Memory: full, it takes about 6 MB.
const maxSlots = 10_000

// sweepEvery is how often expired replies are removed, as long as there are any.
const sweepEvery = 10 * time.Second

// Memory is a Store that ends with the program. It holds 10,000 slots, and
// ErrBusy from there on.
type Memory struct {
	mu      sync.Mutex
	entries map[mailbox.Slot]*entry
	swept   time.Time
	timer   *time.Timer // runs while there are entries
}

// entry is a reply, or without one what Drop left behind.
type entry struct {
	reply   []byte
	claim   *mailbox.Claim
	expires time.Time
}

// NewMemory gives an empty store.
func NewMemory() *Memory { return &Memory{entries: map[mailbox.Slot]*entry{}} }

// Put is Store's.
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

// Take is Store's.
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

// Drop is Store's.
func (m *Memory) Drop(_ context.Context, slot mailbox.Slot, claim mailbox.Claim, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.find(slot, now); e != nil && e.claim != nil && same(*e.claim, claim) {
		e.reply = nil
	}
	return nil
}

// find gives what is there and has not expired.
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

// sweepOnTime keeps the promise of five minutes where nobody calls any more.
func (m *Memory) sweepOnTime() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sweep(time.Now())
	if m.timer = nil; len(m.entries) > 0 {
		m.timer = time.AfterFunc(sweepEvery, m.sweepOnTime)
	}
}

func same(a, b mailbox.Claim) bool { return subtle.ConstantTimeCompare(a[:], b[:]) == 1 }
