package chat

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tincan/internal/seal"
)

// bothKeys are those of an inviter and of a joiner who have shaken hands.
func bothKeys(t testing.TB) (inviter, joiner *seal.Frames) {
	t.Helper()
	f := face(t, seal.Inviter)
	f.shakeHands(t)
	return f.stream.frames, f.other.Frames
}

// TestUnitOutbox: messages go in order, each whole, and are kept with their text until all of
// their frames have been acked.
func TestUnitOutbox(t *testing.T) {
	keys, theirs := bothKeys(t)
	var (
		out    outbox
		in     inbox
		number uint64
		ids    []uint64
	)
	sizes := []int{1, partSize, partSize + 1, 5, MaxText, 3*partSize - 1}
	ends := []uint64{} // the number after the last frame of each message
	for i, n := range sizes {
		require.Equal(t, uint64(i+1), out.push(outgoing{ref: strings.Repeat("r", i), kind: typeText, text: strings.Repeat("x", n)}))
	}
	kept := func() (sizes []int) {
		for _, m := range out.rest() {
			require.Equal(t, strings.Repeat("r", int(m.id)-1), m.ref)
			sizes = append(sizes, len(m.text))
		}
		return sizes
	}
	for !out.empty() {
		f, err := out.next(keys)
		require.NoError(t, err)
		number += 3 // others go between them
		out.framed(f, number)
		require.Equal(t, sizes, kept(), "whatever is under way")
		require.Equal(t, f.kind == typeText, out.underWay[len(out.underWay)-1].last == number, "no ack before its last frame is out")
		id, message, err := in.add(f, theirs)
		require.NoError(t, err)
		require.Equal(t, f.kind == typeText, id > 0)
		if id > 0 {
			ends = append(ends, number+1)
			require.Equal(t, uint64(len(ends)), id)
			require.Equal(t, strings.Repeat("x", sizes[id-1]), string(message))
		}
	}
	require.Len(t, ends, len(sizes))
	require.Zero(t, out.bytes)
	for i, end := range []uint64{ends[0], ends[3], ends[3], ends[5]} {
		for id, ok := out.delivered(end); ok; id, ok = out.delivered(end) {
			ids = append(ids, id)
		}
		want := []int{1, 4, 4, 6}[i]
		require.Len(t, ids, want)
		require.Equal(t, sizes[want:], append([]int{}, kept()...))
	}
	require.Equal(t, []uint64{1, 2, 3, 4, 5, 6}, ids)
}

// TestUnitOutboxWhole: no ack delivers a message before the one of its last frame.
func TestUnitOutboxWhole(t *testing.T) {
	keys, _ := bothKeys(t)
	var out outbox
	out.push(outgoing{ref: "", kind: typeText, text: strings.Repeat("x", partSize+1)})
	for number, whole := range []bool{false, true} {
		f, err := out.next(keys)
		require.NoError(t, err)
		require.Equal(t, whole, f.kind == typeText)
		out.framed(f, uint64(number))
		_, ok := out.delivered(1)
		require.False(t, ok, number)
	}
	id, ok := out.delivered(2)
	require.True(t, ok)
	require.Equal(t, uint64(1), id)
}

// TestUnitOutboxRoom: as many messages, and as many bytes of them, may wait.
func TestUnitOutboxRoom(t *testing.T) {
	keys, _ := bothKeys(t)
	for name, c := range map[string]struct{ size, fit int }{
		"short": {1, maxWaiting},
		"long":  {MaxText, maxOutgoing / MaxText},
		"odd":   {MaxText - 1, maxOutgoing / (MaxText - 1)},
	} {
		var out outbox
		for n := range c.fit {
			require.True(t, out.room(c.size), "%s %d", name, n)
			out.push(outgoing{ref: "", kind: typeText, text: strings.Repeat("x", c.size)})
		}
		require.False(t, out.room(c.size), name)
		_, err := out.next(keys)
		require.NoError(t, err)
		require.True(t, out.room(c.size), "one has been framed")
	}
}

// TestUnitInboxRefuses: what nobody signed, signed otherwise, or for another message.
func TestUnitInboxRefuses(t *testing.T) {
	const theirs, ours, nobodys = 0, 1, 2
	for name, c := range map[string]struct {
		signed    string
		signature int
		text      string
		ok        bool
	}{
		"the true one":      {"hello", theirs, "hello", true},
		"another text":      {"hello", theirs, "hellO", false},
		"signed by nobody":  {"hello", nobodys, "hello", false},
		"signed by oneself": {"hello", ours, "hello", false},
		"no text at all":    {"\xff\xfe", theirs, "\xff\xfe", false},
	} {
		other, own := bothKeys(t) // who has refused one reads no more
		var signatures [3]seal.Signature
		for i, keys := range []*seal.Frames{other, own} {
			signature, err := keys.Sign(typeText, []byte(c.signed))
			require.NoError(t, err)
			signatures[i] = signature
		}
		var in inbox
		id, message, err := in.add(frame{typeText, signatures[c.signature], []byte(c.text)}, own)
		require.Equal(t, c.ok, err == nil, name)
		require.Equal(t, c.ok, id == 1, name)
		if !c.ok {
			require.Empty(t, message, name)
			require.Zero(t, in.received, name)
		}
	}
	for kind := byte(typeAnswer); kind <= typeTimer; kind++ { // each is signed, and for what it is
		other, own := bothKeys(t)
		message := []byte("\x02\x00\x00\x00\x00\x00\x00\x00\x01yes")
		require.True(t, frame{kind: kind}.signed(), "%x", kind)
		signature, err := other.Sign(kind-1, message)
		require.NoError(t, err)
		var in inbox
		_, _, err = in.add(frame{kind, signature, message}, own)
		require.Error(t, err, "%x", kind)
		require.Zero(t, in.received)
	}
}

// TestUnitOutboxEditAgain: where an edit has to be said again with its text, a later one takes its place, and nothing is
// turned back to what an earlier one said.
func TestUnitOutboxEditAgain(t *testing.T) {
	keys, _ := bothKeys(t)
	out := outbox{role: seal.Inviter}
	said := out.push(outgoing{kind: typeText, text: "first"})
	out.push(outgoing{kind: typeEdit, about: Said{true, said}, text: "second"})
	out.push(outgoing{kind: typeEdit, about: Said{true, said}, text: "third"})
	for !out.empty() {
		_, err := out.next(keys)
		require.NoError(t, err)
	}
	out.again(out.rest())
	other := out.push(outgoing{kind: typeText, text: "other"})
	require.True(t, out.change(&outgoing{kind: typeEdit, about: Said{true, said}, text: "fourth of all"}))
	require.True(t, out.change(&outgoing{kind: typeEdit, about: Said{true, other}, text: "others"}))
	var texts []string
	bytes := 0
	for _, m := range out.waiting {
		texts = append(texts, m.text)
		bytes += len(m.text)
	}
	require.Equal(t, []string{"first", "second", "fourth of all", "others"}, texts)
	require.Equal(t, bytes, out.bytes)
	require.True(t, out.change(&outgoing{kind: typeUnsend, about: Said{true, said}}))
	require.False(t, out.change(&outgoing{kind: typeEdit, about: Said{true, said}, text: "fifth"}))
	require.Equal(t, bytes-len("first"), out.bytes)
}

// TestUnitSaidAgain: of what waits to be said again to a page that was reloaded, nothing names what that has lost, whatever it
// says anew under the same numbers.
func TestUnitSaidAgain(t *testing.T) {
	s := &Session{texts: newTexts(seal.Inviter), events: newEventQueue()}
	theirs := Said{ID: 1}
	list := s.again([]outgoing{
		{id: 1, kind: typeText, text: "a"},
		{id: 2, kind: typeAnswer, about: theirs, text: "b"},
		{id: 3, kind: typeReaction, about: theirs, text: "👍", ref: "over"},
		{id: 4, kind: typeAnswer, about: Said{true, 1}, text: "c"},
		{id: 5, kind: typeReaction, about: Said{true, 1}, text: "👍"},
		{id: 6, kind: typeTimer, text: "\x00\x00\x00\x00"},
	})
	require.Equal(t, []outgoing{
		{id: 1, kind: typeText, text: "a"},
		{id: 2, kind: typeText, text: "b"},
		{id: 4, kind: typeAnswer, about: Said{true, 1}, text: "c"},
		{id: 5, kind: typeReaction, about: Said{true, 1}, text: "👍"},
		{id: 6, kind: typeTimer, text: "\x00\x00\x00\x00"},
	}, list)
	require.Equal(t, []Event{Failed{"over", 3, CodeNoMessage}}, s.events.list)
}

// TestUnitSigns: presence is told once in 30 s at most, and what was read once in 4 s.
func TestUnitSigns(t *testing.T) {
	s := signs{here: presenceHere, read: 1}
	said := map[byte][]int{}
	for tick := range 100 {
		for _, f := range s.tick() {
			said[f.kind] = append(said[f.kind], tick)
		}
		s.here = presenceHere + presenceAway - s.here
		s.read++
	}
	for kind, rest := range map[byte]int{typePresence: 30, typeRead: 4} {
		require.GreaterOrEqual(t, len(said[kind]), 3)
		require.Zero(t, said[kind][0])
		for i, tick := range said[kind][1:] {
			require.Greater(t, tick-said[kind][i], rest, "a tick may come a second early: %v", said)
		}
	}
}
