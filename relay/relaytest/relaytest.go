// Package relaytest is what every Store of the mailbox must do.
package relaytest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/mailbox"
	"tincan/relay"
)

// begin is when the tests take place. Stores are told the time and have no
// clock of their own.
var begin = time.Date(2031, 5, 1, 12, 0, 0, 0, time.UTC)

// racers do the same at once.
const racers = 16

// NewSlot draws a slot that no other test uses.
func NewSlot() mailbox.Slot { return mailbox.Slot(draw(16)) }

// NewClaim draws a claim.
func NewClaim() mailbox.Claim { return mailbox.Claim(draw(16)) }

// NewReply draws what looks like a reply of the shortest size.
func NewReply() []byte { return append([]byte{0xAD}, draw(176)...) }

// draw also writes down what it drew, for make test to search all output for.
func draw(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	if seen := os.Getenv("TINCAN_SEEN"); seen != "" {
		if f, err := os.OpenFile(seen, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600); err == nil {
			_, _ = f.WriteString(hex.EncodeToString(b) + "\n")
			_ = f.Close()
		}
	}
	return b
}

// Store runs the contract. The store may hold other slots.
func Store(t *testing.T, store relay.Store) {
	ctx := context.Background()
	last := begin.Add(mailbox.Lifetime - time.Second)
	expired := begin.Add(mailbox.Lifetime)

	put := func(t *testing.T, slot mailbox.Slot, reply []byte, now time.Time) {
		t.Helper()
		require.NoError(t, store.Put(ctx, slot, reply, now))
	}
	take := func(t *testing.T, slot mailbox.Slot, claim mailbox.Claim, now time.Time) []byte {
		t.Helper()
		reply, err := store.Take(ctx, slot, claim, now)
		require.NoError(t, err)
		return reply
	}
	drop := func(t *testing.T, slot mailbox.Slot, claim mailbox.Claim, now time.Time) {
		t.Helper()
		require.NoError(t, store.Drop(ctx, slot, claim, now))
	}
	none := func(t *testing.T, slot mailbox.Slot, claim mailbox.Claim, now time.Time) {
		t.Helper()
		reply, err := store.Take(ctx, slot, claim, now)
		require.ErrorIs(t, err, relay.ErrNone)
		require.Nil(t, reply)
	}

	t.Run("put, take", func(t *testing.T) {
		for _, size := range []int{177, 241, 305} {
			slot, reply := NewSlot(), bytes.Repeat([]byte{0xAD}, size)
			none(t, slot, NewClaim(), begin)
			put(t, slot, reply, begin)
			require.Equal(t, reply, take(t, slot, NewClaim(), last))
		}
	})
	t.Run("a put keeps a copy", func(t *testing.T) {
		slot, reply := NewSlot(), NewReply()
		kept := bytes.Clone(reply)
		put(t, slot, reply, begin)
		clear(reply)
		claim := NewClaim()
		got := take(t, slot, claim, begin)
		require.Equal(t, kept, got)
		clear(got)
		require.Equal(t, kept, take(t, slot, claim, begin))
	})
	t.Run("put again", func(t *testing.T) {
		slot, reply, claim := NewSlot(), NewReply(), NewClaim()
		put(t, slot, reply, begin)
		put(t, slot, reply, last)
		require.ErrorIs(t, store.Put(ctx, slot, NewReply(), last), relay.ErrOccupied)
		require.Equal(t, reply, take(t, slot, claim, last))
		put(t, slot, reply, last)
		none(t, slot, NewClaim(), last) // the claim is still there
		require.ErrorIs(t, store.Put(ctx, slot, NewReply(), last), relay.ErrOccupied)
		require.Equal(t, reply, take(t, slot, claim, last))
		none(t, slot, claim, expired) // and it was not prolonged
	})
	t.Run("take again, take with another claim", func(t *testing.T) {
		slot, reply, claim := NewSlot(), NewReply(), NewClaim()
		put(t, slot, reply, begin)
		for range 3 {
			require.Equal(t, reply, take(t, slot, claim, begin))
			none(t, slot, NewClaim(), begin)
		}
	})
	t.Run("a claim before the put owns nothing", func(t *testing.T) {
		slot, reply, early, claim := NewSlot(), NewReply(), NewClaim(), NewClaim()
		for range 3 {
			none(t, slot, early, begin)
			drop(t, slot, early, begin)
		}
		put(t, slot, reply, begin)
		require.Equal(t, reply, take(t, slot, claim, begin))
		none(t, slot, early, begin)
		drop(t, slot, early, begin)
		require.Equal(t, reply, take(t, slot, claim, last))
	})
	t.Run("drop", func(t *testing.T) {
		slot, reply, claim := NewSlot(), NewReply(), NewClaim()
		drop(t, slot, claim, begin)
		put(t, slot, reply, begin)
		drop(t, slot, claim, begin) // nobody has claimed it
		require.Equal(t, reply, take(t, slot, claim, begin))
		for range 3 {
			drop(t, slot, NewClaim(), begin)
			require.Equal(t, reply, take(t, slot, claim, begin))
		}
		drop(t, slot, claim, begin)
		drop(t, slot, claim, last)
		drop(t, slot, NewClaim(), last)
		none(t, slot, claim, begin)
		none(t, slot, NewClaim(), begin)
		require.ErrorIs(t, store.Put(ctx, slot, reply, last), relay.ErrOccupied, "a tombstone")
		require.ErrorIs(t, store.Put(ctx, slot, NewReply(), last), relay.ErrOccupied)
		drop(t, slot, claim, expired)
		put(t, slot, NewReply(), expired)
	})
	t.Run("expiry", func(t *testing.T) {
		unread, taken := NewSlot(), NewSlot()
		claim := NewClaim()
		for _, slot := range []mailbox.Slot{unread, taken} {
			put(t, slot, NewReply(), begin)
		}
		take(t, taken, claim, last)
		for _, slot := range []mailbox.Slot{unread, taken} {
			none(t, slot, claim, expired)
			drop(t, slot, claim, expired)
			again := NewReply()
			put(t, slot, again, expired) // it is free, also for other bytes
			drop(t, slot, claim, expired)
			other := NewClaim()
			require.Equal(t, again, take(t, slot, other, expired.Add(mailbox.Lifetime-time.Second)))
			none(t, slot, claim, expired) // the old claim is gone
			drop(t, slot, claim, expired)
			require.Equal(t, again, take(t, slot, other, expired.Add(mailbox.Lifetime-time.Second)))
			none(t, slot, other, expired.Add(mailbox.Lifetime))
		}
	})
	t.Run("racing puts of different bytes", func(t *testing.T) {
		slot := NewSlot()
		replies := make([][]byte, racers)
		for i := range replies {
			replies[i] = NewReply()
		}
		errs := race(func(i int) error { return store.Put(ctx, slot, replies[i], begin) })
		winner := only(t, errs, relay.ErrOccupied)
		require.Equal(t, replies[winner], take(t, slot, NewClaim(), begin))
	})
	t.Run("racing puts of the same bytes", func(t *testing.T) {
		slot, reply := NewSlot(), NewReply()
		for _, err := range race(func(int) error { return store.Put(ctx, slot, reply, begin) }) {
			require.NoError(t, err)
		}
		require.Equal(t, reply, take(t, slot, NewClaim(), begin))
	})
	t.Run("racing takes", func(t *testing.T) {
		slot, reply := NewSlot(), NewReply()
		put(t, slot, reply, begin)
		claims := make([]mailbox.Claim, racers)
		for i := range claims {
			claims[i] = NewClaim()
		}
		winner := only(t, race(func(i int) error {
			got, err := store.Take(ctx, slot, claims[i], begin)
			if err == nil && !bytes.Equal(got, reply) {
				return errors.New("other bytes than were put")
			}
			return err
		}), relay.ErrNone)
		require.Equal(t, reply, take(t, slot, claims[winner], begin))
	})
	t.Run("racing puts into an expired slot", func(t *testing.T) {
		slot := NewSlot()
		put(t, slot, NewReply(), begin)
		replies := make([][]byte, racers)
		for i := range replies {
			replies[i] = NewReply()
		}
		winner := only(t, race(func(i int) error { return store.Put(ctx, slot, replies[i], expired) }), relay.ErrOccupied)
		require.Equal(t, replies[winner], take(t, slot, NewClaim(), expired))
	})
	t.Run("a put, takes and drops at once", func(t *testing.T) {
		slot, reply, claim := NewSlot(), NewReply(), NewClaim()
		for _, err := range race(func(i int) error {
			var err error
			switch i % 4 {
			case 0:
				err = store.Put(ctx, slot, reply, begin)
			case 1, 2:
				_, err = store.Take(ctx, slot, claim, begin)
			case 3:
				err = store.Drop(ctx, slot, claim, begin)
			}
			if errors.Is(err, relay.ErrNone) || errors.Is(err, relay.ErrOccupied) {
				return nil
			}
			return err
		}) {
			assert.NoError(t, err)
		}
	})
}

// race calls do at once, and gives the errors in order.
func race(do func(i int) error) []error {
	errs := make([]error, racers)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() {
			<-start
			errs[i] = do(i)
		})
	}
	close(start)
	all.Wait()
	return errs
}

// only gives the one that did not get the error that all others got.
func only(t *testing.T, errs []error, want error) int {
	t.Helper()
	winner := -1
	for i, err := range errs {
		if err == nil {
			require.Equal(t, -1, winner, "two have won")
			winner = i
			continue
		}
		require.ErrorIs(t, err, want)
	}
	require.NotEqual(t, -1, winner, "nobody has won")
	return winner
}
