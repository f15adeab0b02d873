package chat

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tincan/internal/seal"
)

// twoStreams are both ends of a connection, with nothing between them.
func twoStreams(t *testing.T) (a, b *stream) {
	t.Helper()
	f := face(t, seal.Inviter)
	i, j := &stream{handshake: f.stream.handshake}, &stream{handshake: f.handshake, first: f.m1}
	i.begin(began)
	j.begin(began)
	require.Nil(t, i.wire, "the inviter waits")
	done, err := i.shake(j.wire, began)
	require.NoError(t, err)
	require.False(t, done)
	done, err = j.shake(i.wire, began)
	require.NoError(t, err)
	require.True(t, done)
	done, err = i.shake(j.wire, began)
	require.NoError(t, err)
	require.True(t, done)
	require.Equal(t, i.frames.SAS(), j.frames.SAS())
	require.Nil(t, i.handshake)
	i.sent(began)
	j.sent(began)
	return i, j
}

// TestUnitStreamOrder: what goes first of all that could go, and what no longer goes when the
// chat is being left.
func TestUnitStreamOrder(t *testing.T) {
	a, b := twoStreams(t)
	var out outbox
	var typing typing
	fill := func(last bool) byte {
		t.Helper()
		kind, err := a.fill(&out, &typing, last)
		require.NoError(t, err)
		if kind == 0 {
			require.Nil(t, a.wire)
			return 0
		}
		again, err := a.fill(&out, &typing, last)
		require.NoError(t, err)
		require.Zero(t, again, "not before the writer has taken it")
		require.False(t, a.quiet())
		f, ok := b.open(a.wire)
		require.True(t, ok)
		require.Equal(t, kind, f.kind)
		a.sent(began)
		return kind
	}
	require.True(t, a.quiet())
	_, err := b.fill(&outbox{}, &typing, false)
	require.NoError(t, err)
	_, ok := a.open(b.wire)
	require.True(t, ok)
	out.push(outgoing{ref: "", kind: typeText, text: "hello"})
	out.push(outgoing{ref: "", kind: typeText, text: "again"})
	typing.write()
	a.say(began.Add(usual.heard-1), usual.heard)
	require.False(t, a.heard)
	a.say(began.Add(usual.heard), usual.heard)
	require.True(t, a.heard)
	a.acks.due = true
	for _, want := range []byte{typeCan, typeAck, typeTyping, typeText} {
		require.Equal(t, want, fill(false))
	}
	require.False(t, a.heard, "an ack has said as much")
	a.say(began.Add(usual.heard), usual.heard)
	require.Equal(t, byte(typeHeard), fill(false))
	require.False(t, a.quiet(), "the message has no ack")
	require.Zero(t, fill(true), "no other message")
	a.bye(byeLeft)
	require.Equal(t, byte(typeBye), fill(true))
	typing.write()
	a.say(began.Add(time.Hour), usual.heard)
	require.Zero(t, fill(true), "nothing follows it")
	require.Len(t, out.rest(), 2, "and the message behind it stays")
}

// TestUnitStreamSays: what has arrived is said every 5 s, also by a side that talks all the time.
func TestUnitStreamSays(t *testing.T) {
	a, _ := twoStreams(t)
	var out outbox
	var typing typing
	var said []int
	for second := range 13 {
		now := began.Add(time.Duration(second) * time.Second)
		a.say(now, usual.heard)
		out.push(outgoing{ref: "", kind: typeText, text: "and then"})
		for {
			kind, err := a.fill(&out, &typing, false)
			require.NoError(t, err)
			if kind == 0 {
				break
			}
			if kind == typeHeard {
				said = append(said, second)
			}
			a.sent(now)
		}
	}
	require.Equal(t, []int{5, 10}, said)
}

// TestUnitStreamRefuses: what nobody who follows the protocol sends, and that it is refused at
// the first time.
func TestUnitStreamRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		bodies []string
		ok     int // so many are taken
	}{
		"all is well":              {[]string{canNothing, heardNothing, "\x01" + noSignature + "hi", "\x40", "\x50later", "\x05\x01"}, 6},
		"can, later":               {[]string{heardNothing, canNothing}, 1},
		"an ack of nothing":        {[]string{"\x03\x00\x00\x00\x00\x00\x00\x00\x00"}, 0},
		"an ack of what was never": {[]string{"\x03\x00\x00\x00\x00\x00\x00\x00\x01"}, 0},
		"no type at all":           {[]string{""}, 0},
		"a reserved type":          {[]string{heardNothing, "\x10"}, 1},
	} {
		a, b := twoStreams(t)
		taken := 0
		for _, body := range c.bodies {
			wire, err := a.frames.Seal([]byte(body))
			if err != nil {
				require.Empty(t, body, name)
				wire = make([]byte, seal.MinFrame)
			}
			if _, ok := b.open(wire); !ok {
				break
			}
			taken++
		}
		require.Equal(t, c.ok, taken, name)
	}
	a, b := twoStreams(t)
	for n := 1; n <= maxIdle+1; n++ {
		wire, err := a.frames.Seal([]byte(heardNothing))
		require.NoError(t, err)
		_, ok := b.open(wire)
		require.Equal(t, n <= maxIdle, ok, "a flood that says nothing: %d", n)
	}
}
