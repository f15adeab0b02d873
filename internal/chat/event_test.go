package chat

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestUnitEventRoom: whoever stopped at a full queue is told as soon as there is room, by
// number and by bytes, and who never had to stop is not woken for each event.
func TestUnitEventRoom(t *testing.T) {
	for _, c := range []struct {
		name   string
		event  Event
		events int // that fill the queue
	}{
		{"many", Typing{}, fullQueue},
		{"large", Message{Text: strings.Repeat("x", MaxText)}, fullQueueBytes / MaxText},
		{"larger than all of it", Message{Text: strings.Repeat("x", fullQueueBytes+1)}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := newEventQueue()
			told := func() bool {
				select {
				case <-q.shrunk:
					return true
				default:
					return false
				}
			}
			take := func() {
				_, ok := q.next(context.Background())
				require.True(t, ok)
			}
			for n := range c.events {
				require.False(t, q.full(), "%d events", n)
				q.push(c.event)
			}
			require.True(t, q.full())
			require.False(t, told())
			take()
			require.False(t, q.full())
			require.True(t, told(), "there is room again")
			for range c.events - 1 {
				take()
				require.False(t, told(), "nobody waits")
			}
		})
	}
}
