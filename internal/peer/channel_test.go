package peer

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestUnitInboxKeepsWhatArrivedBeforeTheEnd(t *testing.T) {
	b := newInbox()
	b.put([]byte("one"))
	b.put([]byte("two"))
	b.end()
	b.put([]byte("too late"))
	for _, want := range []string{"one", "two"} {
		message, err := b.take(t.Context())
		require.NoError(t, err)
		assert.Equal(t, want, string(message))
	}
	_, err := b.take(t.Context())
	require.ErrorIs(t, err, ErrClosed)
}

func TestUnitInboxForgetsWhatIsDropped(t *testing.T) {
	b := newInbox()
	b.put([]byte("one"))
	b.drop()
	_, err := b.take(t.Context())
	require.ErrorIs(t, err, ErrClosed)
}

func TestUnitInboxWeighsEmptyMessages(t *testing.T) {
	b := newInbox()
	assert.Equal(t, messageWeight, b.put(nil))
	assert.Equal(t, 2*messageWeight+1, b.put([]byte{1}))
	_, err := b.take(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 2*messageWeight+1, b.put(nil))
}

// Send waits above highWater until lowWater is reached, whatever words of
// earlier turns are left over.
func TestUnitWaitToSend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChannel()
		c.opened.set()
		var held atomic.Int64
		send := func(ctx context.Context) <-chan error {
			done := make(chan error, 1)
			go func() {
				done <- c.waitToSend(ctx, 1, func() int { return int(held.Load()) })
			}()
			synctest.Wait()
			return done
		}
		held.Store(highWater)
		require.NoError(t, <-send(t.Context()), "highWater is still allowed")

		held.Store(highWater + 1)
		c.low.set() // left over
		done := send(t.Context())
		for _, tooMany := range []int64{highWater, lowWater + 1} {
			held.Store(tooMany)
			c.low.set()
			synctest.Wait()
			require.Empty(t, done, "%d bytes are too many to go on", tooMany)
		}
		held.Store(lowWater)
		c.low.set()
		require.NoError(t, <-done)

		held.Store(highWater + 1)
		ctx, cancel := context.WithCancel(t.Context())
		done = send(ctx)
		cancel()
		require.ErrorIs(t, <-done, context.Canceled)

		done = send(t.Context())
		c.end()
		require.ErrorIs(t, <-done, ErrClosed)
	})
}
