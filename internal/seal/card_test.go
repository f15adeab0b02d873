package seal_test

import (
	"bytes"
	"crypto/rand"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"tincan/internal/seal"
)

// TestFunctionalCard: what one side tells of a card the other one reads, whatever its length, and
// knows by the tag which card it is. Nobody else does, and in no other place.
func TestFunctionalCard(t *testing.T) {
	inviter, joiner := sessions(t)
	otherInviter, otherJoiner := sessions(t)
	sizes := map[int]bool{}
	for _, way := range [][3]*seal.Frames{{inviter, joiner, otherJoiner}, {joiner, inviter, otherInviter}} {
		from, to, stranger := way[0], way[1], way[2]
		for length := range 256 {
			n, plain := uint32(1000-length), bytes.Repeat([]byte{byte(length)}, length)
			tag, box, err := from.SealCard(n, plain)
			require.NoError(t, err)
			sizes[len(box)] = true
			got, opened, err := to.OpenCard(tag, box, n&^15, n|15)
			require.NoError(t, err)
			require.Equal(t, n, got)
			require.True(t, bytes.Equal(plain, opened))
			for name, at := range map[string]*seal.Frames{"its maker": from, "another chat": stranger} {
				_, _, err := at.OpenCard(tag, box, n&^15, n|15)
				require.ErrorIs(t, err, seal.ErrTag, name)
			}
		}
		_, _, err := from.SealCard(2000, make([]byte, 256))
		require.ErrorIs(t, err, seal.ErrSize)
		_, _, err = from.SealCard(2000, make([]byte, 255))
		require.NoError(t, err, "a number that sealed nothing is still there")
	}
	require.Equal(t, map[int]bool{144: true, 208: true, 272: true}, sizes)
}

// TestUnitCardOnce: a number seals once, whatever it is asked to seal then and in whatever order,
// since its key has one nonce. The other side's numbers are apart.
func TestUnitCardOnce(t *testing.T) {
	inviter, joiner := sessions(t)
	for _, n := range []uint32{7, 3, 8, math.MaxUint32, 1} {
		tag, box, err := inviter.SealCard(n, answerBytes)
		require.NoError(t, err)
		for _, again := range [][]byte{answerBytes, inviteBytes, nil} {
			noTag, none, err := inviter.SealCard(n, again)
			require.ErrorIs(t, err, seal.ErrOrder)
			require.Nil(t, none)
			require.Zero(t, noTag)
		}
		theirs, other, err := joiner.SealCard(n, answerBytes)
		require.NoError(t, err)
		require.NotEqual(t, tag, theirs)
		require.NotEqual(t, box, other)
		for range 2 { // it opens as often as it comes
			_, plain, err := joiner.OpenCard(tag, box, n, n)
			require.NoError(t, err)
			require.Equal(t, answerBytes, plain)
		}
	}
	_, _, err := inviter.SealCard(0, answerBytes)
	require.ErrorIs(t, err, seal.ErrOrder, "cards are numbered from 1")
}

// TestUnitCardNumbers: 32 numbers are looked for and no more, none outside of those asked for, and
// the last number there is does not lead on to the first.
func TestUnitCardNumbers(t *testing.T) {
	inviter, joiner := sessions(t)
	const last = math.MaxUint32
	type card struct {
		tag [32]byte
		box []byte
	}
	cards := map[uint32]card{}
	for _, n := range []uint32{1, 31, 32, 33, 64, last - 32, last - 31, last} {
		tag, box, err := inviter.SealCard(n, answerBytes)
		require.NoError(t, err)
		cards[n] = card{tag, box}
	}
	for _, c := range []struct {
		n, from, to uint32
		err         error
	}{
		{1, 1, 1, nil}, {1, 1, 32, nil}, {32, 1, 32, nil}, {33, 1, 32, seal.ErrTag}, {33, 2, 33, nil}, {33, 1, 33, seal.ErrSize}, {64, 33, 64, nil}, {31, 0, 31, nil},
		{32, 0, 32, seal.ErrSize}, {1, 2, 1, seal.ErrTag}, {1, 0, 0, seal.ErrTag}, {1, 0, last, seal.ErrSize}, {1, last, 1, seal.ErrTag}, {last, last, last, nil},
		{last, last - 31, last, nil}, {last - 31, last - 31, last, nil}, {last - 32, last - 31, last, seal.ErrTag}, {last, last - 32, last, seal.ErrSize}, {last, 0, last, seal.ErrSize},
		{1, last - 1, last, seal.ErrTag},
	} {
		n, plain, err := joiner.OpenCard(cards[c.n].tag, cards[c.n].box, c.from, c.to)
		if c.err == nil {
			require.NoError(t, err, c)
			require.Equal(t, c.n, n, c)
			require.Equal(t, answerBytes, plain, c)
			continue
		}
		require.ErrorIs(t, err, c.err, c)
		require.Zero(t, n, c)
		require.Nil(t, plain, c)
	}
}

// TestFunctionalCardRefused: what does not open ends nothing, and the right card opens after it.
// After Close nothing is sealed, opened or found.
func TestFunctionalCardRefused(t *testing.T) {
	inviter, joiner := sessions(t)
	tag, box, err := inviter.SealCard(5, answerBytes)
	require.NoError(t, err)
	otherTag, otherBox, err := inviter.SealCard(6, answerBytes)
	require.NoError(t, err)
	random := make([]byte, 144)
	_, _ = rand.Read(random)
	for name, c := range map[string]struct {
		tag [32]byte
		box []byte
		err error
	}{
		"the box of another card": {tag, otherBox, seal.ErrDecrypt},
		"the tag of another card": {otherTag, box, seal.ErrDecrypt},
		"a box of nobody":         {tag, random, seal.ErrDecrypt},
		"a tag of nobody":         {[32]byte(random), box, seal.ErrTag},
		"no tag":                  {[32]byte{}, box, seal.ErrTag},
		"no box":                  {tag, nil, seal.ErrSize},
		"a byte less":             {tag, box[1:], seal.ErrSize},
		"a byte more":             {tag, append(bytes.Clone(box), 0), seal.ErrSize},
		"a larger size":           {tag, append(bytes.Clone(box), make([]byte, 64)...), seal.ErrDecrypt},
		"as large as a frame":     {tag, make([]byte, seal.MaxFrame), seal.ErrSize},
	} {
		n, plain, err := joiner.OpenCard(c.tag, c.box, 1, 32)
		require.ErrorIs(t, err, c.err, name)
		require.Zero(t, n, name)
		require.Nil(t, plain, name)
	}
	frame, err := joiner.Seal([]byte("\x04"))
	require.NoError(t, err, "the chat goes on")
	_, err = inviter.Open(frame)
	require.NoError(t, err)
	_, plain, err := joiner.OpenCard(tag, box, 1, 32)
	require.NoError(t, err)
	require.Equal(t, answerBytes, plain)

	require.Equal(t, inviter.CardSlot(true, 5), joiner.CardSlot(false, 5))
	require.Equal(t, inviter.CardSlot(false, 5), joiner.CardSlot(true, 5))
	slots := map[[16]byte]bool{{}: true}
	for n := range uint32(100) {
		for _, own := range []bool{true, false} {
			slot := inviter.CardSlot(own, n)
			require.False(t, slots[slot])
			slots[slot] = true
		}
	}
	joiner.Close()
	_, _, err = joiner.OpenCard(tag, box, 1, 32)
	require.ErrorIs(t, err, seal.ErrClosed)
	_, box, err = joiner.SealCard(9, answerBytes)
	require.ErrorIs(t, err, seal.ErrClosed)
	require.Nil(t, box)
	require.Zero(t, joiner.CardSlot(true, 5))
	require.Zero(t, joiner.CardSlot(false, 5))
}
