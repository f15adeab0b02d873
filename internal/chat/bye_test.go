package chat

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"tincan/internal/seal"
)

// TestUnitByeLast: once our bye is sealed nothing follows it, whatever comes in, and
// it does not wait for its turn behind messages.
func TestUnitByeLast(t *testing.T) {
	for _, why := range []byte{byeLeft, byeClosed} {
		f := openFace(t)
		_, err := f.queue("", "too late")
		require.NoError(t, err)
		require.NoError(t, f.goodbye(ReasonClosed, why))
		require.Equal(t, string([]byte{typeBye, why}), f.next(t))
		require.NoError(t, f.gets(t, "\x01are you there?"))
		require.NoError(t, f.watch(time.Now()))
		f.typing.due = true
		require.Empty(t, f.next(t), "no ack, no heard, no message")
		require.Equal(t, stop{reason: ReasonClosed}, f.goodbye(ReasonClosed, byeLeft), "a second time")
	}
}

// TestUnitGoodbyeWaits: for the other side to close, and no longer than it says.
func TestUnitGoodbyeWaits(t *testing.T) {
	for _, reason := range []Reason{ReasonClosed, ReasonDiffer} {
		f := openFace(t)
		require.NoError(t, f.goodbye(reason, byeLeft))
		require.NotEmpty(t, f.next(t))
		require.NoError(t, f.watch(f.since.Add(usual.goodbye-time.Millisecond)))
		require.Equal(t, stop{reason: reason}, f.watch(f.since.Add(usual.goodbye)))
		require.Equal(t, stop{reason: reason}, f.hear(arrival{ended: true}, false), "the other side closed")
	}
	for _, reason := range []Reason{ReasonClosed, ReasonDiffer} {
		f := face(t, seal.Inviter)
		require.Equal(t, stop{reason: reason}, f.goodbye(reason, byeLeft), "there is nobody to say it to")
	}
}

// TestUnitDifferWipes: with the goodbye that says so all keys are gone, and what the other
// side sends then is not read.
func TestUnitDifferWipes(t *testing.T) {
	f := openFace(t)
	before, err := f.other.Seal([]byte("\x01before"))
	require.NoError(t, err)
	require.NoError(t, f.goodbye(ReasonDiffer, byeDiffer))
	require.NoError(t, f.hear(arrival{message: before}, false))
	require.Equal(t, "\x05\x02", f.next(t))
	_, err = f.stream.frames.Seal([]byte(heardNothing))
	require.ErrorIs(t, err, seal.ErrClosed)
	_, err = seal.SignMessage(f.meet.keys, nil, nil)
	require.ErrorIs(t, err, seal.ErrInvalidKey)
	require.Equal(t, [16]byte{}, f.meet.secret.Bytes())
	require.NoError(t, f.gets(t, "\x01after"))
	require.NoError(t, f.hear(arrival{message: []byte("anything")}, false))
	require.Empty(t, f.next(t))
	for _, e := range f.events.list {
		_, is := e.(Message)
		require.False(t, is)
	}
}

// TestUnitAckWaits: one ack serves for what comes close together, goes out after 16
// frames whatever the time, and goes before a goodbye.
func TestUnitAckWaits(t *testing.T) {
	f := openFace(t)
	for n := range ackEvery - 1 {
		require.NoError(t, f.gets(t, "\x01hello"))
		require.NoError(t, f.fillWire())
		require.Nil(t, f.stream.wire, "after %d", n+1)
	}
	require.NoError(t, f.gets(t, "\x01hello"))
	require.NoError(t, f.fillWire())
	require.NotNil(t, f.stream.wire, "the 16th")
	body, err := f.other.Open(f.stream.wire)
	require.NoError(t, err)
	require.Equal(t, string(ackFrame(ackEvery).body()), string(body))
	f.stream.wire = nil
	require.Empty(t, f.next(t), "and no other for the same frames")

	require.NoError(t, f.gets(t, "\x01the last word"))
	require.NoError(t, f.goodbye(ReasonClosed, byeLeft))
	require.Equal(t, string(ackFrame(ackEvery+1).body()), f.next(t))
	require.Equal(t, "\x05\x01", f.next(t))
}

// TestUnitAckSoon: in its loop a session acks within 50 ms, once for all that came.
func TestUnitAckSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := runFaced(t, unconnected{})
		r.open(t)
		before := r.drained.Load()
		for range 3 {
			r.say(t, "\x01hello")
		}
		time.Sleep(usual.ack - time.Millisecond)
		synctest.Wait()
		require.Equal(t, before, r.drained.Load())
		time.Sleep(2 * time.Millisecond)
		synctest.Wait()
		require.Equal(t, before+1, r.drained.Load())
		require.LessOrEqual(t, usual.ack, 40*time.Millisecond)
	})
}
