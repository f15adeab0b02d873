package chat

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/seal"
)

// openFace is a chat whose other end has all it needs to open our frames.
func openFace(t testing.TB) *facing {
	t.Helper()
	f := face(t, seal.Inviter)
	f.shakeHands(t)
	f.stream.wire, f.calls = nil, make(chan request)
	require.Equal(t, canOurs, f.next(t))
	return f
}

// types calls Typing, carries it out as run would, and returns what goes out.
func (f *facing) types(t testing.TB) string {
	t.Helper()
	done := make(chan struct{})
	go func() {
		f.Typing()
		close(done)
	}()
	r := <-f.calls
	r.result <- r.do(t.Context())
	<-done
	return f.next(t)
}

// next is the body of the next frame that goes out, empty if none may.
func (f *facing) next(t testing.TB) string {
	t.Helper()
	f.stream.acks.waited() // enough time has passed
	require.NoError(t, f.fillWire())
	if f.stream.wire == nil {
		return ""
	}
	body, err := f.other.Open(f.stream.wire)
	require.NoError(t, err)
	f.stream.wire = nil
	return string(body)
}

// gets hands a body from the other end over.
func (f *facing) gets(t testing.TB, body string) error {
	t.Helper()
	frame, err := f.other.Seal([]byte(body))
	require.NoError(t, err)
	return f.hear(arrival{message: frame}, false)
}

func (f *facing) typingEvents() (n int) {
	for _, e := range f.events.list {
		if e == (Typing{}) {
			n++
		}
	}
	return n
}

// TestUnitTypingTurns: one frame in so many turns of the clock, whenever it is asked for, and
// one event a turn, however many frames come.
func TestUnitTypingTurns(t *testing.T) {
	var typing typing
	require.False(t, typing.goes(), "nobody writes")
	sent := []int{}
	for turn := range 20 {
		for range 3 {
			typing.write()
			if typing.goes() {
				sent = append(sent, turn)
			}
		}
		require.True(t, typing.heard())
		require.False(t, typing.heard())
		typing.tick()
	}
	require.Equal(t, []int{0, 5, 10, 15}, sent)
}

// TestUnitTypingOften: however often it is asked for, one frame in 4 s goes out.
func TestUnitTypingOften(t *testing.T) {
	require.GreaterOrEqual(t, (typingTicks-1)*usual.tick, 4*time.Second, "the first tick may come at once")
	f := openFace(t)
	for range 3 {
		require.Equal(t, "\x40", f.types(t))
		for range typingTicks {
			for range 10 {
				require.Empty(t, f.types(t))
			}
			require.NoError(t, f.watch(time.Now()))
			require.Empty(t, f.next(t), "what came too soon is not kept for later")
		}
	}
	assert.Empty(t, f.stream.acks.unacked, "it wants no ack")
}

// TestUnitTypingDropped: where the chat is not open, or anything is under way, it is
// dropped, without a word and without counting as sent.
func TestUnitTypingDropped(t *testing.T) {
	for name, c := range map[string]struct{ hinder, clear func(*facing) }{
		"a message without an ack": {func(f *facing) {
			_, err := f.queue("", "hi")
			require.NoError(t, err)
			require.Equal(t, "\x01hi", f.next(t))
		}, func(f *facing) { require.NoError(t, f.gets(t, "\x03\x00\x00\x00\x00\x00\x00\x00\x02")) }},
		"connection lost":   {func(f *facing) { f.enter(apart, time.Now()) }, func(f *facing) { f.enter(open, time.Now()) }},
		"still connecting":  {func(f *facing) { f.enter(shaking, time.Now()) }, func(f *facing) { f.enter(open, time.Now()) }},
		"a goodbye is said": {func(f *facing) { f.enter(leaving, time.Now()) }, func(f *facing) { f.enter(open, time.Now()) }},
	} {
		t.Run(name, func(t *testing.T) {
			f := openFace(t)
			c.hinder(f)
			require.Empty(t, f.types(t))
			c.clear(f)
			require.Empty(t, f.next(t))
			require.Equal(t, "\x40", f.types(t))
		})
	}
	t.Run("a frame that the writer has not taken", func(t *testing.T) {
		f := openFace(t)
		f.stream.heard = true
		require.NoError(t, f.fillWire())
		require.NotNil(t, f.stream.wire)
		heard := f.stream.wire
		f.typesInto(t)
		_, err := f.other.Open(heard)
		require.NoError(t, err)
		f.stream.wire = nil
		require.Empty(t, f.next(t))
		require.Equal(t, "\x40", f.types(t))
	})
	t.Run("no handshake yet", func(t *testing.T) {
		f := face(t, seal.Inviter)
		f.calls = make(chan request)
		f.typesInto(t)
		require.Nil(t, f.stream.wire)
		require.False(t, f.typing.due)
	})
	t.Run("the chat has ended", func(t *testing.T) {
		f := openFace(t)
		f.ended = make(chan struct{})
		close(f.ended)
		f.Typing()
		require.False(t, f.typing.due)
	})
}

// typesInto calls Typing where a frame cannot or must not be read after it.
func (f *facing) typesInto(t testing.TB) {
	t.Helper()
	go f.Typing()
	r := <-f.calls
	r.result <- r.do(t.Context())
}

// TestUnitTypingTold: however many frames come, one event a second; they cause no ack,
// and as frames that say nothing they are a flood at some point.
func TestUnitTypingTold(t *testing.T) {
	f := openFace(t)
	for second := 1; second <= 3; second++ {
		for range 80 {
			require.NoError(t, f.gets(t, "\x40"))
		}
		require.Equal(t, second, f.typingEvents())
		require.Empty(t, f.next(t), "no ack")
		require.NoError(t, f.watch(time.Now()))
	}
	for range maxIdle - 3*80 {
		require.NoError(t, f.gets(t, "\x40"))
	}
	require.Equal(t, stop{reason: ReasonUntrusted}, f.gets(t, "\x40"))
	require.Equal(t, 4, f.typingEvents())
}
