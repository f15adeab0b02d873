package seal_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"math/bits"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/seal"
)

var (
	inviteBytes = []byte("an invite, as bytes")
	answerBytes = []byte("an answer, as bytes")
)

// pair is a chat up to the reply.
type pair struct {
	secret              seal.LinkSecret
	inviter, joiner     *seal.KeyPair
	reply               []byte
	atInviter, atJoiner *seal.Handshake
}

func newPair(t testing.TB, random io.Reader) *pair {
	t.Helper()
	p := &pair{}
	var err error
	p.secret, err = seal.GenerateLinkSecret(random)
	require.NoError(t, err)
	p.inviter, err = seal.GenerateKeyPair(random)
	require.NoError(t, err)
	p.joiner, err = seal.GenerateKeyPair(random)
	require.NoError(t, err)
	p.reply, p.atJoiner, err = seal.SealReply(random, p.joiner, p.secret, p.inviter.PublicKey(), inviteBytes, answerBytes)
	require.NoError(t, err)
	answer, atInviter, err := seal.OpenReply(random, p.inviter, p.secret, inviteBytes, p.reply)
	require.NoError(t, err)
	require.Equal(t, answerBytes, answer)
	p.atInviter = atInviter
	return p
}

// messages runs the handshake honestly and returns both sessions with M1–M3.
func (p *pair) run(t testing.TB) (inviter, joiner *seal.Session, m1, m2, m3 []byte) {
	t.Helper()
	m1, err := p.atJoiner.Start()
	require.NoError(t, err)
	none, err := p.atInviter.Start()
	require.NoError(t, err)
	require.Nil(t, none)
	m2, s, err := p.atInviter.Handle(m1)
	require.NoError(t, err)
	require.Nil(t, s)
	m3, joiner, err = p.atJoiner.Handle(m2)
	require.NoError(t, err)
	require.NotNil(t, joiner)
	none, inviter, err = p.atInviter.Handle(m3)
	require.NoError(t, err)
	require.Nil(t, none)
	require.NotNil(t, inviter)
	return inviter, joiner, m1, m2, m3
}

func sessions(t testing.TB) (inviter, joiner *seal.Session) {
	t.Helper()
	inviter, joiner, _, _, _ = newPair(t, rand.Reader).run(t)
	return inviter, joiner
}

// TestFunctionalRoundTrip: both directions, many frames, every length class.
func TestFunctionalRoundTrip(t *testing.T) {
	inviter, joiner, m1, m2, m3 := newPair(t, rand.Reader).run(t)
	assert.Len(t, m1, 1248)
	assert.Len(t, m2, 1184)
	assert.Len(t, m3, 64)
	assert.Equal(t, inviter.SAS(), joiner.SAS())
	for i, length := range []int{1, 2, 190, 191, 192, 300, 1001, 8000, 16000, 16001} {
		body := bytes.Repeat([]byte{byte(i + 1)}, length)
		for _, way := range [][2]*seal.Session{{inviter, joiner}, {joiner, inviter}} {
			frame, err := way[0].Seal(body)
			require.NoError(t, err)
			got, err := way[1].Open(frame)
			require.NoError(t, err)
			require.Equal(t, body, got)
			require.Equal(t, way[0].Sent(), way[1].Received())
		}
	}
	_, err := inviter.Seal(make([]byte, seal.MaxBody+1))
	require.ErrorIs(t, err, seal.ErrSize)
	_, err = inviter.Seal(nil)
	require.ErrorIs(t, err, seal.ErrSize)
}

// TestUnitFrameSizes: the sizes on the wire that PROTOCOL.md names, and no others.
func TestUnitFrameSizes(t *testing.T) {
	inviter, _ := sessions(t)
	for length, want := range map[int]int{1: 272, 191: 272, 192: 288, 1001: 1104, 16001: 16400} {
		frame, err := inviter.Seal(make([]byte, length))
		require.NoError(t, err)
		assert.Len(t, frame, want, "%d bytes of body", length)
	}
	allowed := map[int]bool{}
	for n := 0; n <= 64+seal.MaxBody; n++ {
		length := seal.FramePadding(n)
		allowed[length] = true
		require.Greater(t, length, n)
		if length > 256 {
			e := bits.Len(uint(length)) - 1
			require.Zero(t, length%(1<<(e-bits.Len(uint(e)))), "Padmé leaves the low bits zero")
		}
	}
	assert.LessOrEqual(t, len(allowed), 100, "lengths tell little: %d of them", len(allowed))
	assert.Equal(t, []int{128, 128, 192, 192, 256, 256, 0}, []int{
		seal.ReplyPadding(0), seal.ReplyPadding(127), seal.ReplyPadding(128), seal.ReplyPadding(191),
		seal.ReplyPadding(192), seal.ReplyPadding(255), seal.ReplyPadding(256)})
}

// TestFunctionalWrongLink: every part of the link is needed to open the reply.
func TestFunctionalWrongLink(t *testing.T) {
	p := newPair(t, rand.Reader)
	stranger, err := seal.GenerateKeyPair(rand.Reader)
	require.NoError(t, err)
	otherSecret, err := seal.GenerateLinkSecret(rand.Reader)
	require.NoError(t, err)

	_, _, err = seal.OpenReply(rand.Reader, stranger, p.secret, inviteBytes, p.reply)
	require.ErrorIs(t, err, seal.ErrDecrypt, "another key")
	_, _, err = seal.OpenReply(rand.Reader, p.inviter, otherSecret, inviteBytes, p.reply)
	require.ErrorIs(t, err, seal.ErrDecrypt, "another link secret")
	_, _, err = seal.OpenReply(rand.Reader, p.inviter, p.secret, []byte("another invite"), p.reply)
	require.ErrorIs(t, err, seal.ErrDecrypt, "another invite")

	// Who knows the public key alone, not the secret, cannot answer.
	forged, _, err := seal.SealReply(rand.Reader, stranger, otherSecret, p.inviter.PublicKey(), inviteBytes, answerBytes)
	require.NoError(t, err)
	_, _, err = seal.OpenReply(rand.Reader, p.inviter, p.secret, inviteBytes, forged)
	require.ErrorIs(t, err, seal.ErrDecrypt)

	// The inviter's own key as B, and points of low order.
	reflected := bytes.Clone(p.reply)
	own := p.inviter.PublicKey()
	copy(reflected[1:], own[:])
	_, _, err = seal.OpenReply(rand.Reader, p.inviter, p.secret, inviteBytes, reflected)
	require.ErrorIs(t, err, seal.ErrInvalidKey)
	for _, low := range []seal.PublicKey{{}, {0: 1}} {
		bad := bytes.Clone(p.reply)
		copy(bad[1:], low[:])
		_, _, err = seal.OpenReply(rand.Reader, p.inviter, p.secret, inviteBytes, bad)
		require.ErrorIs(t, err, seal.ErrInvalidKey)
		_, _, err = seal.SealReply(rand.Reader, stranger, p.secret, low, inviteBytes, answerBytes)
		require.ErrorIs(t, err, seal.ErrInvalidKey)
	}
	_, _, err = seal.SealReply(rand.Reader, stranger, p.secret, p.inviter.PublicKey(), inviteBytes, make([]byte, 256))
	require.ErrorIs(t, err, seal.ErrSize)
}

// TestFunctionalHandshakeOrder: any other order ends the handshake for good.
func TestFunctionalHandshakeOrder(t *testing.T) {
	p := newPair(t, rand.Reader)
	m1, err := p.atJoiner.Start()
	require.NoError(t, err)
	_, err = p.atJoiner.Start()
	require.ErrorIs(t, err, seal.ErrOrder, "two starts")

	p = newPair(t, rand.Reader)
	_, _, err = p.atInviter.Handle(make([]byte, seal.M3Size))
	require.ErrorIs(t, err, seal.ErrOrder, "M3 first")
	_, _, err = p.atInviter.Handle(m1)
	require.ErrorIs(t, err, seal.ErrOrder, "and nothing after a failure")

	p = newPair(t, rand.Reader)
	m1, err = p.atJoiner.Start()
	require.NoError(t, err)
	_, _, err = p.atInviter.Handle(m1)
	require.NoError(t, err)
	_, _, err = p.atInviter.Handle(m1)
	require.ErrorIs(t, err, seal.ErrOrder, "M1 twice")
	_, _, err = p.atJoiner.Handle(m1)
	require.ErrorIs(t, err, seal.ErrOrder, "own M1 reflected")
}

// TestFunctionalCommitment: a joiner who reveals another nonce than it
// committed to is caught, even with the right keys.
func TestFunctionalCommitment(t *testing.T) {
	p := newPair(t, rand.Reader)
	m1, err := p.atJoiner.Start()
	require.NoError(t, err)
	m2, _, err := p.atInviter.Handle(m1)
	require.NoError(t, err)
	m3, _, err := p.atJoiner.Handle(m2)
	require.NoError(t, err)
	m3[3] ^= 1
	_, _, err = p.atInviter.Handle(m3)
	require.ErrorIs(t, err, seal.ErrCommitment)
}

func joinerOpens(s *seal.Session, frame []byte) error {
	_, err := s.Open(frame)
	return err
}

// TestFunctionalOrderOfFrames: replay, reordering, loss and reflection.
func TestFunctionalOrderOfFrames(t *testing.T) {
	frames := func() (a, b []byte, inviter, joiner *seal.Session) {
		inviter, joiner = sessions(t)
		a, err := inviter.Seal([]byte("\x01a"))
		require.NoError(t, err)
		b, err = inviter.Seal([]byte("\x01b"))
		require.NoError(t, err)
		return a, b, inviter, joiner
	}
	a, _, _, joiner := frames()
	require.NoError(t, joinerOpens(joiner, a))
	require.ErrorIs(t, joinerOpens(joiner, a), seal.ErrDecrypt, "replay")

	_, b, _, joiner := frames()
	require.ErrorIs(t, joinerOpens(joiner, b), seal.ErrDecrypt, "a frame left out")

	a, _, inviter, _ := frames()
	require.ErrorIs(t, joinerOpens(inviter, a), seal.ErrDecrypt, "own frame sent back")

	a, _, _, _ = frames()
	_, _, _, joiner = frames()
	require.ErrorIs(t, joinerOpens(joiner, a), seal.ErrDecrypt, "frame of another chat")

	_, _, _, joiner = frames()
	require.ErrorIs(t, joinerOpens(joiner, make([]byte, 271)), seal.ErrSize)
	_, _, _, joiner = frames()
	require.ErrorIs(t, joinerOpens(joiner, make([]byte, 16401)), seal.ErrSize)
}

// TestFunctionalHostilePeer: who holds all the keys still cannot pad, sign or
// fill a frame otherwise than the protocol says.
func TestFunctionalHostilePeer(t *testing.T) {
	padded := func(length int, mark byte) func([]byte) []byte {
		return func(signed []byte) []byte {
			out := make([]byte, length)
			copy(out, signed)
			if len(signed) < length {
				out[len(signed)] = mark
			}
			return out
		}
	}
	for name, c := range map[string]struct {
		body []byte
		pad  func([]byte) []byte
		err  error
	}{
		"padded further than needed": {[]byte("\x01a"), padded(320, 0x80), seal.ErrPadding},
		"padded less than needed":    {make([]byte, 300), padded(365, 0x80), seal.ErrPadding},
		"no mark":                    {[]byte("\x01a"), padded(256, 0), seal.ErrPadding},
		"another mark":               {[]byte("\x01a"), padded(256, 0x81), seal.ErrPadding},
		"no body":                    {nil, padded(256, 0x80), seal.ErrSize},
	} {
		t.Run(name, func(t *testing.T) {
			inviter, joiner := sessions(t)
			require.ErrorIs(t, joinerOpens(joiner, inviter.SealPadded(c.body, c.pad)), c.err)
		})
	}
	inviter, joiner := sessions(t)
	stranger, err := seal.GenerateKeyPair(rand.Reader)
	require.NoError(t, err)
	inviter.SignAs(stranger)
	frame, err := inviter.Seal([]byte("\x01a"))
	require.NoError(t, err)
	require.ErrorIs(t, joinerOpens(joiner, frame), seal.ErrSignature)
}

// TestUnitWiped: what the package owns is zero after use.
func TestUnitWiped(t *testing.T) {
	p := newPair(t, rand.Reader)
	inviter, joiner, _, _, _ := p.run(t)
	for _, h := range []*seal.Handshake{p.atInviter, p.atJoiner} {
		for i, b := range h.Owned() {
			assert.Equal(t, make([]byte, len(b)), b, "handshake secret %d", i)
		}
	}
	before := inviter.Owned()
	for i, b := range before {
		require.NotEqual(t, make([]byte, len(b)), b, "session secret %d is there", i)
	}
	old := bytes.Clone(before[2])
	_, err := inviter.Seal([]byte("\x01a"))
	require.NoError(t, err)
	assert.Equal(t, make([]byte, 32), before[2], "the chain key before a step")
	assert.NotEqual(t, old, inviter.Owned()[2])
	for _, s := range []*seal.Session{inviter, joiner} {
		s.Close()
		s.Close()
		for i, b := range s.Owned() {
			assert.Equal(t, make([]byte, len(b)), b, "session secret %d", i)
		}
		_, err := s.Seal([]byte("\x01a"))
		require.ErrorIs(t, err, seal.ErrClosed)
		_, err = s.Open(make([]byte, 272))
		require.ErrorIs(t, err, seal.ErrClosed)
	}
	p.secret.Wipe()
	assert.Equal(t, [16]byte{}, p.secret.Bytes())
	_, _, err = seal.SealReply(rand.Reader, p.joiner, p.secret, p.inviter.PublicKey(), inviteBytes, answerBytes)
	assert.ErrorIs(t, err, seal.ErrInvalidKey, "a wiped key agrees on nothing")
	_, err = seal.SignMessage(p.joiner, nil, nil)
	assert.ErrorIs(t, err, seal.ErrInvalidKey, "a wiped key signs nothing")
}

// TestUnitNothingPrinted: secret types show no secret in any verb.
func TestUnitNothingPrinted(t *testing.T) {
	random := bytes.NewReader(bytes.Repeat([]byte{0xA7}, 200))
	secret, err := seal.GenerateLinkSecret(random)
	require.NoError(t, err)
	keys, err := seal.GenerateKeyPair(random)
	require.NoError(t, err)
	key, err := seal.NewMessageKey(bytes.Repeat([]byte{0xA7}, 32))
	require.NoError(t, err)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		for _, v := range []any{secret, keys, key, &secret, &key} {
			out := fmt.Sprintf(verb, v)
			for _, leak := range []string{"a7a7", "A7A7", "167 167", "0xa7, 0xa7"} {
				assert.NotContains(t, out, leak, "%T with %s", v, verb)
			}
		}
	}
}

// TestUnitSAS: the example of PROTOCOL.md's rule, at its edges.
func TestUnitSAS(t *testing.T) {
	assert.Equal(t, [3]string{"0000", "0000", "0000"}, seal.SAS{}.Digits())
	assert.Equal(t, [3]string{"4095", "4095", "4095"}, seal.SAS{255, 255, 255, 255, 255, 255, 255, 255}.Digits())
	// 000001 000010 000011 000100 000101 000110
	words := seal.SAS{0b00000100, 0b00100000, 0b11000100, 0b00010100, 0b01100000}.Words()
	assert.Equal(t, []string{"cat", "lion", "horse", "unicorn", "pig", "elephant"},
		[]string{words[0].Name, words[1].Name, words[2].Name, words[3].Name, words[4].Name, words[5].Name})
	seen := map[string]bool{}
	for i := range 64 {
		w := seal.SAS{byte(i << 2)}.Words()[0]
		require.NotEmpty(t, w.Emoji)
		require.False(t, seen[w.Name] || seen[w.Emoji], w.Name)
		seen[w.Name], seen[w.Emoji] = true, true
	}
	require.Len(t, seen, 128)
}
