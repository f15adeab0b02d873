package peer

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGathering(t *testing.T) {
	type found struct {
		after         time.Duration
		candidateType string
		address       string
	}
	const complete = "complete"
	for name, row := range map[string]struct {
		stun  bool
		found []found
		want  time.Duration
	}{
		"nothing is found": {
			stun: true, want: gatherWait,
		},
		"complete": {
			stun: true, found: []found{
				{0, "host", "192.168.1.2"}, {200 * time.Millisecond, complete, ""},
			}, want: 200 * time.Millisecond,
		},
		"no STUN": {
			found: []found{{0, "host", "192.168.1.2"}, {time.Millisecond, complete, ""}},
			want:  time.Millisecond,
		},
		"no STUN, never complete": {
			found: []found{{0, "host", "192.168.1.2"}}, want: gatherWait,
		},
		"one family": {
			stun: true, found: []found{
				{0, "host", "192.168.1.2"}, {40 * time.Millisecond, "srflx", "203.0.113.7"},
			}, want: 40*time.Millisecond + gatherSettle,
		},
		"two families": {
			stun: true, found: []found{
				{0, "host", "192.168.1.2"}, {0, "host", "2001:db8::2"},
				{40 * time.Millisecond, "srflx", "203.0.113.7"},
				{300 * time.Millisecond, "srflx", "2001:db8::2"},
			}, want: 340*time.Millisecond + gatherSettle,
		},
		"two families, one answer": {
			stun: true, found: []found{
				{0, "host", "192.168.1.2"}, {0, "host", "2001:db8::2"},
				{40 * time.Millisecond, "srflx", "203.0.113.7"},
			}, want: gatherWait,
		},
		"second family named after the first answer": {
			stun: true, found: []found{
				{0, "host", "192.168.1.2"}, {1 * time.Millisecond, "srflx", "203.0.113.7"},
				{1 * time.Millisecond, "host", "2001:db8::2"},
				{100 * time.Millisecond, "srflx", "2001:db8::2"},
			}, want: 102*time.Millisecond + gatherSettle,
		},
		"addresses without a way out ask for no answer": {
			stun: true, found: []found{
				{0, "host", "127.0.0.1"}, {0, "host", "::1"}, {0, "host", "fe80::1"}, {0, "host", "10.0.0.2"},
				{40 * time.Millisecond, "srflx", "203.0.113.7"},
			}, want: 40*time.Millisecond + gatherSettle,
		},
		"hidden, one family": {
			stun: true, found: []found{
				{0, "host", "a.local"}, {40 * time.Millisecond, "srflx", "203.0.113.7"},
			}, want: 40*time.Millisecond + gatherSettle,
		},
		"hidden, two families, one answer": {
			stun: true, found: []found{
				{0, "host", "a.local"}, {0, "host", "b.local"}, {40 * time.Millisecond, "srflx", "203.0.113.7"},
			}, want: gatherWait,
		},
		"hidden, two families": {
			stun: true, found: []found{
				{0, "host", "a.local"}, {0, "host", "b.local"}, {40 * time.Millisecond, "srflx", "203.0.113.7"},
				{10 * time.Millisecond, "srflx", "2001:db8::2"},
			}, want: 50*time.Millisecond + gatherSettle,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newGathering()
				go func() {
					for _, f := range row.found {
						time.Sleep(f.after)
						if f.candidateType == complete {
							g.complete()
						} else {
							g.found(f.candidateType, f.address)
						}
					}
				}()
				began := time.Now()
				require.NoError(t, g.wait(t.Context(), row.stun, newLatch()))
				assert.Equal(t, row.want, time.Since(began))
				time.Sleep(2 * gatherWait) // what comes later changes nothing
			})
		})
	}
}

func TestGatheringIsInterrupted(t *testing.T) {
	ended := newLatch()
	ended.set()
	require.ErrorIs(t, newGathering().wait(t.Context(), true, ended), ErrClosed)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, newGathering().wait(ctx, true, newLatch()), context.Canceled)
}
