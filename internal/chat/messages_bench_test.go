//go:build unix

package chat_test

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tincan/internal/chat"
	"tincan/internal/peer"
	"tincan/test/bench"
)

// TestFunctionalMessagesRate prints what messages cost between two terminals beside the same bytes over a bare channel, in
// the same process and in turns: round trips of 100 bytes, and messages of 16,000 as fast as they go. Nothing fails by it.
func TestFunctionalMessagesRate(t *testing.T) {
	if os.Getenv("TINCAN_BENCH") == "" {
		t.Skip("TINCAN_BENCH is not set: make bench-messages")
	}
	const rounds, trips, parts, size = 5, 300, 1200, 16_000
	inviter, joiner := open(t)
	a, b := bareChannel(t)
	ways := [2]struct {
		trip, flood func(count int)
	}{
		{func(count int) { tripsOfSessions(t, inviter, joiner, count) }, func(count int) { floodSession(t, inviter, joiner, count, size) }},
		{func(count int) { tripsOfChannels(t, a, b, count) }, func(count int) { floodChannel(t, a, b, count, size) }},
	}
	var trip, each, bulk, rate [2][]float64
	for round := range rounds + 1 {
		for i, way := range ways {
			runtime.GC()
			began, used := time.Now(), processor(t)
			way.trip(trips)
			took, cost := time.Since(began), processor(t)-used
			began, used = time.Now(), processor(t)
			way.flood(parts)
			megabytes := float64(parts*size) / 1e6
			if round == 0 {
				continue // to warm up
			}
			trip[i] = append(trip[i], took.Seconds()*1e3/trips)
			each[i] = append(each[i], cost.Seconds()*1e3/(2*trips))
			rate[i] = append(rate[i], megabytes/time.Since(began).Seconds())
			bulk[i] = append(bulk[i], (processor(t)-used).Seconds()*1e3/megabytes)
		}
	}
	for _, row := range []struct {
		key, name string
		found     [2][]float64
	}{
		{"native-trip", "round trip of 100 bytes, ms", trip},
		{"native-message", "processor per message, both ends, ms", each},
		{"native-bulk-rate", "16,000-byte messages, MB/s", rate},
		{"native-bulk", "16,000-byte messages, processor per MB, ms", bulk},
	} {
		for i := range row.found {
			slices.Sort(row.found[i])
		}
		ours, bare := row.found[0][rounds/2], row.found[1][rounds/2]
		t.Logf("%-44s ours %8.3f, bare %8.3f, ratio %.2f", row.name, ours, bare, ours/bare)
		bench.Record(t, bench.Row{Key: row.key, Ours: ours, Peer: bare})
	}
}

func tripsOfSessions(t *testing.T, a, b *chat.Session, count int) {
	text := strings.Repeat("x", 100)
	for range count {
		for _, way := range [2][2]*chat.Session{{a, b}, {b, a}} {
			_, err := way[0].Send("", text)
			require.NoError(t, err)
			await[chat.Message](t, way[1])
		}
	}
}

func tripsOfChannels(t *testing.T, a, b *peer.Channel, count int) {
	message := make([]byte, 100)
	for range count {
		for _, way := range [2][2]*peer.Channel{{a, b}, {b, a}} {
			require.NoError(t, way[0].Send(t.Context(), message))
			_, err := way[1].Receive(ctx(t))
			require.NoError(t, err)
		}
	}
}

// floodSession sends with a megabyte on its way, as a channel has it.
func floodSession(t *testing.T, from, to *chat.Session, count, size int) {
	text := strings.Repeat("x", size)
	over := make(chan error, 1)
	go func() {
		got := 0
		for got < count {
			event, ok := to.Next(t.Context())
			if !ok {
				over <- fmt.Errorf("%d of %d came", got, count)
				return
			}
			if _, is := event.(chat.Message); is {
				got++
			}
		}
		over <- nil
	}()
	ahead := 0
	for range count {
		for ; ahead*size > 1<<20; ahead-- {
			await[chat.Delivered](t, from)
		}
		_, err := from.Send("", text)
		require.NoError(t, err)
		ahead++
	}
	require.NoError(t, <-over)
	for ; ahead > 0; ahead-- {
		await[chat.Delivered](t, from)
	}
}

func floodChannel(t *testing.T, from, to *peer.Channel, count, size int) {
	over := make(chan error, 1)
	go func() {
		for range count {
			if _, err := to.Receive(t.Context()); err != nil {
				over <- err
				return
			}
		}
		over <- nil
	}()
	message := make([]byte, size)
	for range count {
		require.NoError(t, from.Send(t.Context(), message))
	}
	require.NoError(t, <-over)
}
