package seal_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"math/bits"
	"strings"
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
func (p *pair) run(t testing.TB) (inviter, joiner *seal.Frames, m1, m2, m3 []byte) {
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

func sessions(t testing.TB) (inviter, joiner *seal.Frames) {
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
	for i, length := range []int{1, 2, 254, 255, 256, 300, 1001, 8000, 16001, 16065} {
		body := bytes.Repeat([]byte{byte(i + 1)}, length)
		for _, way := range [][2]*seal.Frames{{inviter, joiner}, {joiner, inviter}} {
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
	for length, want := range map[int]int{1: 272, 255: 272, 256: 288, 1001: 1040, 16001: 16400, 16065: 16400} {
		frame, err := inviter.Seal(make([]byte, length))
		require.NoError(t, err)
		assert.Len(t, frame, want, "%d bytes of body", length)
	}
	allowed := map[int]bool{}
	for n := 0; n <= seal.MaxBody; n++ {
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

// speaker says things as a chat does: the last frame of a message carries
// its signature.
type speaker struct {
	session *seal.Frames
	parts   []byte
}

func speak(s *seal.Frames) *speaker { return &speaker{session: s} }

// say seals the frame of a body that is still without its signature.
func (s *speaker) say(t testing.TB, body string) []byte {
	t.Helper()
	frame, err := s.session.Seal(s.sign(t, []byte(body)))
	require.NoError(t, err)
	return frame
}

func (s *speaker) sign(t testing.TB, body []byte) []byte {
	t.Helper()
	if len(body) == 0 || body[0] > 2 {
		return body
	}
	s.parts = append(s.parts, body[1:]...)
	if body[0] == 2 {
		return body
	}
	signature, err := s.session.Sign(1, s.parts)
	require.NoError(t, err)
	s.parts = nil
	return append(append([]byte{1}, signature[:]...), body[1:]...)
}

// listener hears what a speaker says.
type listener struct {
	session *seal.Frames
	parts   []byte
}

func listen(s *seal.Frames) *listener { return &listener{session: s} }

// hear opens a frame, and with the last one of a message checks its signature.
func (l *listener) hear(frame []byte) (body []byte, err error) {
	body, err = l.session.Open(frame)
	switch {
	case err != nil:
		return nil, err
	case body[0] == 2:
		l.parts = append(l.parts, body[1:]...)
	case body[0] == 1 && len(body) < 65:
		return nil, seal.ErrSignature
	case body[0] == 1:
		err = l.session.Verify(1, append(l.parts, body[65:]...), seal.Signature(body[1:65]))
		l.parts = nil
	}
	if err != nil {
		return nil, err
	}
	return body, nil
}

func joinerOpens(s *seal.Frames, frame []byte) error {
	_, err := s.Open(frame)
	return err
}

// TestFunctionalOrderOfFrames: replay, reordering, loss and reflection.
func TestFunctionalOrderOfFrames(t *testing.T) {
	frames := func() (a, b []byte, inviter, joiner *seal.Frames) {
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
		"padded less than needed":    {make([]byte, 300), padded(301, 0x80), seal.ErrPadding},
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
	_, err = listen(joiner).hear(speak(inviter).say(t, "\x01a"))
	require.ErrorIs(t, err, seal.ErrSignature)
}

// TestFunctionalSigned: what a person said is signed once, whole, however many
// frames it took, and every message in its place.
func TestFunctionalSigned(t *testing.T) {
	inviter, joiner := sessions(t)
	part := strings.Repeat("x", 16000)
	for _, way := range [][2]*seal.Frames{{inviter, joiner}, {joiner, inviter}} {
		from, to := speak(way[0]), listen(way[1])
		for _, body := range []string{"\x01one", "\x04", "\x02" + part, "\x04", "\x02" + part, "\x01the end", "\x01three"} {
			_, err := to.hear(from.say(t, body))
			require.NoError(t, err)
		}
	}
	for name, tamper := range map[string]func(message, from []byte) []byte{
		"the first part changed":   func(m, _ []byte) []byte { m[0] ^= 1; return m },
		"the last part changed":    func(m, _ []byte) []byte { m[len(m)-1] ^= 1; return m },
		"the first part left out":  func(m, _ []byte) []byte { return m[16000:] },
		"the last part alone":      func(_, last []byte) []byte { return last },
		"the parts the other way":  func(m, last []byte) []byte { return append(bytes.Clone(last), m[:len(m)-len(last)]...) },
		"nothing of it":            func(_, _ []byte) []byte { return nil },
		"a byte more at the front": func(m, _ []byte) []byte { return append([]byte{0}, m...) },
	} {
		t.Run(name, func(t *testing.T) {
			from, to := inviter.Clone(), joiner.Clone()
			last := []byte("the end")
			message := append([]byte(part+part), last...)
			signature, err := from.Sign(1, message)
			require.NoError(t, err)
			require.NoError(t, to.Clone().Verify(1, message, signature))
			require.ErrorIs(t, to.Verify(1, tamper(bytes.Clone(message), last), signature), seal.ErrSignature)
		})
	}
	t.Run("a message left out", func(t *testing.T) {
		from, to := inviter.Clone(), joiner.Clone()
		_, err := from.Sign(1, []byte("not sent"))
		require.NoError(t, err)
		signature, err := from.Sign(1, []byte("sent"))
		require.NoError(t, err)
		require.ErrorIs(t, to.Verify(1, []byte("sent"), signature), seal.ErrSignature)
	})
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
	for _, s := range []*seal.Frames{inviter, joiner} {
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
	p := newPair(t, rand.Reader)
	m1, err := p.atJoiner.Start()
	require.NoError(t, err)
	_, _, err = p.atInviter.Handle(m1)
	require.NoError(t, err)
	session, _ := sessions(t)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		for _, v := range []any{secret, keys, key, &secret, &key} {
			out := fmt.Sprintf(verb, v)
			for _, leak := range []string{"a7a7", "A7A7", "167 167", "0xa7, 0xa7"} {
				assert.NotContains(t, out, leak, "%T with %s", v, verb)
			}
		}
		for v, owned := range map[any][][]byte{session: session.Owned()[:5], p.atInviter: p.atInviter.Owned(), p.atJoiner: p.atJoiner.Owned()} {
			out := fmt.Sprintf(verb, v)
			for n, b := range owned {
				if len(b) == 0 || bytes.Equal(b, make([]byte, len(b))) {
					continue // the inviter has no nonce to keep
				}
				for _, form := range []string{"%x", "%X", "%d", "%#x", "%#v", "%q"} {
					leak := strings.Trim(strings.TrimPrefix(fmt.Sprintf(form, b[:6]), "[]byte"), "[]{}\"")
					assert.NotContains(t, out, leak, "secret %d of %T with %s", n, v, verb)
				}
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
