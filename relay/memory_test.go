package relay_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tincan/internal/mailbox"
	"tincan/relay"
	"tincan/relay/relaytest"
)

func TestFunctionalMemory(t *testing.T) { relaytest.Store(t, relay.NewMemory()) }

// TestFunctionalMemoryLinearizable: make bench-relay sets TINCAN_BENCH for the long one.
func TestFunctionalMemoryLinearizable(t *testing.T) {
	operations := 2_000
	if os.Getenv("TINCAN_BENCH") != "" {
		operations = 10_000
	}
	relaytest.Linearizable(t, relay.NewMemory(), 4, operations)
}

// TestFunctionalMemoryFull: 10,000 slots are the most; expired ones make room, and
// those that are there can be taken and put again all the same.
func TestFunctionalMemoryFull(t *testing.T) {
	ctx, now := context.Background(), time.Date(2031, 5, 1, 12, 0, 0, 0, time.UTC)
	m := relay.NewMemory()
	first, claim, reply := relaytest.NewSlot(), relaytest.NewClaim(), relaytest.NewReply()
	require.NoError(t, m.Put(ctx, first, reply, now))
	for range 9_999 {
		require.NoError(t, m.Put(ctx, relaytest.NewSlot(), reply, now.Add(time.Minute)))
	}
	require.ErrorIs(t, m.Put(ctx, relaytest.NewSlot(), reply, now.Add(time.Minute)), relay.ErrBusy)
	require.NoError(t, m.Put(ctx, first, reply, now.Add(time.Minute)))
	got, err := m.Take(ctx, first, claim, now.Add(time.Minute))
	require.NoError(t, err)
	require.Equal(t, reply, got)

	later := now.Add(mailbox.Lifetime)
	require.NoError(t, m.Put(ctx, relaytest.NewSlot(), reply, later), "one has expired")
	require.ErrorIs(t, m.Put(ctx, relaytest.NewSlot(), reply, later), relay.ErrBusy)
}
