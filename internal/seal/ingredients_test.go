package seal_test

import (
	"bytes"
	"crypto/rand"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/seal"
)

// ingredients are all that two ends must have in common before M1.
type ingredients struct {
	dh                    [32]byte
	secret                seal.LinkSecret
	invite, reply, answer []byte
}

// TestFunctionalEveryIngredient: two ends that differ in one thing that they
// should have in common do not get past M2.
func TestFunctionalEveryIngredient(t *testing.T) {
	p := newPair(t, rand.Reader)
	same := ingredients{p.inviter.SecretOf(p.joiner.PublicKey()), p.secret, inviteBytes, p.reply, answerBytes}
	shake := func(atJoiner ingredients) (*seal.Frames, error) {
		i := seal.NewHandshake(seal.Inviter, rand.Reader, p.inviter, same.dh, same.secret, same.invite, same.reply, same.answer)
		j := seal.NewHandshake(seal.Joiner, rand.Reader, p.joiner, atJoiner.dh, atJoiner.secret, atJoiner.invite, atJoiner.reply, atJoiner.answer)
		m1, err := j.Start()
		require.NoError(t, err)
		m2, _, err := i.Handle(m1)
		require.NoError(t, err)
		_, session, err := j.Handle(m2)
		return session, err
	}
	session, err := shake(same)
	require.NoError(t, err, "the frame of these cases is right")
	require.NotNil(t, session)

	other := func(b []byte) []byte { c := bytes.Clone(b); c[len(c)/2] ^= 1; return c }
	secret := p.secret.Bytes()
	for name, change := range map[string]func(*ingredients){
		"the X25519 secret": func(x *ingredients) { x.dh = [32]byte(other(x.dh[:])) },
		"the link secret":   func(x *ingredients) { x.secret = seal.NewLinkSecret([16]byte(other(secret[:]))) },
		"the invite":        func(x *ingredients) { x.invite = other(x.invite) },
		"the reply":         func(x *ingredients) { x.reply = other(x.reply) },
		"the answer":        func(x *ingredients) { x.answer = other(x.answer) },
		"where the invite ends": func(x *ingredients) {
			x.invite, x.reply = append(bytes.Clone(x.invite), x.reply[0]), x.reply[1:]
		},
		"where the reply ends": func(x *ingredients) {
			x.reply, x.answer = append(bytes.Clone(x.reply), x.answer[0]), x.answer[1:]
		},
	} {
		t.Run(name, func(t *testing.T) {
			changed := same
			change(&changed)
			session, err := shake(changed)
			require.ErrorIs(t, err, seal.ErrConfirm)
			require.Nil(t, session)
		})
	}
}

// TestUnitKeysDiffer: every derived value depends on every input, and no two
// of them are the same for the same inputs.
func TestUnitKeysDiffer(t *testing.T) {
	filled := func(b byte) (x [32]byte) { copy(x[:], bytes.Repeat([]byte{b}, 32)); return x }
	link := func(b byte) seal.LinkSecret { return seal.NewLinkSecret([16]byte(bytes.Repeat([]byte{b}, 16))) }
	kem := func(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }
	slot := func(b byte) []byte { s := seal.MailboxSlot(link(b)); return s[:] }
	cardSlot := func(b byte, role seal.Role, n uint32) []byte { s := seal.CardSlot(filled(b), role, n); return s[:] }
	seen := map[[16]byte]string{}
	add := func(name string, b []byte) {
		key := [16]byte(append(b[:len(b):len(b)], make([]byte, 8)...))
		require.Empty(t, seen[key], "%s is the same as this", name)
		seen[key] = name
	}
	for name, k := range map[string][32]byte{
		"root":                    seal.RootKey(filled(1), kem(2), filled(3), link(4)),
		"root, other transcript":  seal.RootKey(filled(9), kem(2), filled(3), link(4)),
		"root, other KEM secret":  seal.RootKey(filled(1), kem(9), filled(3), link(4)),
		"root, other dh":          seal.RootKey(filled(1), kem(2), filled(9), link(4)),
		"root, other link secret": seal.RootKey(filled(1), kem(2), filled(3), link(9)),
		"reply":                   seal.ReplyKey(filled(3), link(4), []byte("invite"), seal.PublicKey{5}).Bytes(),
		"reply, other dh":         seal.ReplyKey(filled(9), link(4), []byte("invite"), seal.PublicKey{5}).Bytes(),
		"reply, other link":       seal.ReplyKey(filled(3), link(9), []byte("invite"), seal.PublicKey{5}).Bytes(),
		"reply, other invite":     seal.ReplyKey(filled(3), link(4), []byte("Invite"), seal.PublicKey{5}).Bytes(),
		"reply, other B":          seal.ReplyKey(filled(3), link(4), []byte("invite"), seal.PublicKey{9}).Bytes(),
		"chain I":                 seal.ChainKey(filled(1), seal.Inviter, filled(2)),
		"chain J":                 seal.ChainKey(filled(1), seal.Joiner, filled(2)),
		"chain I, other root":     seal.ChainKey(filled(9), seal.Inviter, filled(2)),
		"chain I, other t3":       seal.ChainKey(filled(1), seal.Inviter, filled(9)),
		"relink":                  seal.RelinkKey(filled(1), filled(2)),
		"relink, other root":      seal.RelinkKey(filled(9), filled(2)),
		"relink, other t3":        seal.RelinkKey(filled(1), filled(9)),
		"card I":                  seal.CardKey(filled(1), seal.Inviter, 7).Bytes(),
		"card J":                  seal.CardKey(filled(1), seal.Joiner, 7).Bytes(),
		"card I, other relink":    seal.CardKey(filled(9), seal.Inviter, 7).Bytes(),
		"card I, other number":    seal.CardKey(filled(1), seal.Inviter, 8).Bytes(),
		"card I, number's end":    seal.CardKey(filled(1), seal.Inviter, 7<<24).Bytes(),
		"tag I":                   seal.CardTag(filled(1), seal.Inviter, 7),
		"tag J":                   seal.CardTag(filled(1), seal.Joiner, 7),
		"tag I, other relink":     seal.CardTag(filled(9), seal.Inviter, 7),
		"tag I, other number":     seal.CardTag(filled(1), seal.Inviter, 8),
		"hash":                    seal.TranscriptHash("a", []byte("b"), []byte("c")),
		"hash, other label":       seal.TranscriptHash("A", []byte("b"), []byte("c")),
		"hash, other cut":         seal.TranscriptHash("a", []byte("bc"), nil),
		"hash, one part":          seal.TranscriptHash("a", []byte("bc")),
		"hash, label or part":     seal.TranscriptHash("ab", []byte("c")),
	} {
		add(name, k[:])
	}
	for name, b := range map[string][]byte{
		"confirmation I":                   seal.Confirmation(filled(1), seal.Inviter, filled(2)),
		"confirmation J":                   seal.Confirmation(filled(1), seal.Joiner, filled(2)),
		"confirmation I, other root":       seal.Confirmation(filled(9), seal.Inviter, filled(2)),
		"confirmation I, other transcript": seal.Confirmation(filled(1), seal.Inviter, filled(9)),
		"proof I":                          seal.ProofKey(filled(1), seal.Inviter),
		"proof J":                          seal.ProofKey(filled(1), seal.Joiner),
		"proof I, other relink":            seal.ProofKey(filled(9), seal.Inviter),
		"card slot I":                      cardSlot(1, seal.Inviter, 7),
		"card slot J":                      cardSlot(1, seal.Joiner, 7),
		"card slot I, other relink":        cardSlot(9, seal.Inviter, 7),
		"card slot I, other number":        cardSlot(1, seal.Inviter, 8),
		"slot":                             slot(4),
		"slot, other link":                 slot(9),
	} {
		add(name, b)
	}
	id, otherID := seal.SessionID(filled(1), filled(2)), seal.SessionID(filled(1), filled(9))
	sas, otherSAS := seal.SASBytes(filled(1), filled(2)), seal.SASBytes(filled(1), filled(9))
	add("sid", id[:])
	add("sid, other t3", otherID[:])
	add("sas", sas[:])
	add("sas, other t3", otherSAS[:])
	require.NotEqual(t, id[:8], sas[:])
}

// TestFunctionalLies: who has every key of a chat cannot say a thing in
// another place than the one it was signed for.
func TestFunctionalLies(t *testing.T) {
	text := []byte("hello")
	inviter, joiner := sessions(t)
	for range 2 {
		_, err := listen(joiner).hear(speak(inviter).say(t, "\x01"+string(text)))
		require.NoError(t, err, "the messages before")
	}

	place := inviter.Place()
	elsewhere := place
	elsewhere.ID[3] ^= 1
	lie := func(change func(*seal.Lie)) seal.Signature {
		there := place
		change(&there)
		return inviter.SignLying(text, there)
	}
	require.NoError(t, joiner.Clone().Verify(1, text, inviter.SignLying(text, place)), "the place of these cases is right")
	for name, signature := range map[string]seal.Signature{
		"another chat":         inviter.SignLying(text, elsewhere),
		"the other direction":  lie(func(l *seal.Lie) { l.Dir = 2 }),
		"the number before":    lie(func(l *seal.Lie) { l.N-- }),
		"the number after":     lie(func(l *seal.Lie) { l.N++ }),
		"another kind":         lie(func(l *seal.Lie) { l.Kind = 2 }),
		"no signature":         {},
		"another text":         inviter.SignLying([]byte("HELLO"), place),
		"the beginning alone":  inviter.SignLying(text[:4], place),
		"the end alone":        inviter.SignLying(text[1:], place),
		"the text and a byte":  inviter.SignLying(append(bytes.Clone(text), 0), place),
		"the text of a moment": inviter.SignLying(nil, place),
	} {
		t.Run(name, func(t *testing.T) {
			to := joiner.Clone()
			require.ErrorIs(t, to.Verify(1, text, signature), seal.ErrSignature)
			require.ErrorIs(t, to.Verify(1, text, inviter.SignLying(text, place)), seal.ErrClosed, "and nothing after it")
			_, err := to.Sign(1, text)
			require.ErrorIs(t, err, seal.ErrClosed)
			for i, b := range to.Owned() {
				require.Equal(t, make([]byte, len(b)), b, "secret %d after a failure", i)
			}
		})
	}
	sent := inviter.Sent()
	for _, n := range []uint64{sent - 1, sent + 1} {
		_, err := joiner.Clone().Open(inviter.Clone().SealNumbered([]byte("\x04"), n))
		require.ErrorIs(t, err, seal.ErrDecrypt, "the right key with the nonce of frame %d", n)
	}
}

// TestUnitChainsDiffer: the two directions never share a key, and neither end
// shares one with its own other direction.
func TestUnitChainsDiffer(t *testing.T) {
	inviter, joiner := sessions(t)
	send, recv := inviter.Chains()
	back, there := joiner.Chains()
	assert.Equal(t, send, there)
	assert.Equal(t, recv, back)
	assert.NotEqual(t, send, recv)
}

// TestFunctionalNoRandomness: a source of randomness that runs dry is an
// error wherever it happens, never a weak key.
func TestFunctionalNoRandomness(t *testing.T) {
	dry := func(n int) io.Reader { return io.LimitReader(rand.Reader, int64(n)) }
	_, err := seal.GenerateLinkSecret(dry(15))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	for _, n := range []int{0, 31, 32, 63} {
		keys, err := seal.GenerateKeyPair(dry(n))
		require.Error(t, err)
		require.Nil(t, keys)
	}
	for _, n := range []int{0, 63, 64, 95} {
		h := newPair(t, rand.Reader).atJoiner.Clone(dry(n))
		m1, err := h.Start()
		require.Error(t, err)
		require.Nil(t, m1)
		for i, b := range h.Owned() {
			require.Equal(t, make([]byte, len(b)), b, "secret %d", i)
		}
	}
	p := newPair(t, rand.Reader)
	m1, err := p.atJoiner.Start()
	require.NoError(t, err)
	m2, _, err := p.atInviter.Clone(dry(31)).Handle(m1)
	require.Error(t, err)
	require.Nil(t, m2)
}

// TestUnitUnusableKeys: keys that were never made or are gone do nothing.
func TestUnitUnusableKeys(t *testing.T) {
	for name, key := range map[string]func() seal.MessageKey{
		"never made": func() seal.MessageKey { return seal.MessageKey{} },
		"wiped": func() seal.MessageKey {
			key, err := seal.NewMessageKey(bytes.Repeat([]byte{1}, 32))
			require.NoError(t, err)
			key.Wipe()
			return key
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := seal.EncryptMessage(key(), seal.Nonce{}, []byte("x"))
			assert.ErrorIs(t, err, seal.ErrInvalidKey)
			_, err = seal.DecryptMessage(key(), seal.Nonce{}, make([]byte, seal.MinFrame))
			assert.ErrorIs(t, err, seal.ErrInvalidKey)
		})
	}
	_, err := seal.NewMessageKey(make([]byte, 32))
	require.ErrorIs(t, err, seal.ErrInvalidKey, "zeros are what wiping leaves")
	key, err := seal.NewMessageKey(bytes.Repeat([]byte{1}, 32))
	require.NoError(t, err)
	_, err = seal.EncryptMessage(key, seal.Nonce{}, make([]byte, seal.MaxBody+1))
	require.ErrorIs(t, err, seal.ErrSize)
	require.ErrorIs(t, seal.VerifySignature(seal.VerifyKey{}, nil, nil, seal.Signature{}), seal.ErrInvalidKey)

	// The owner of a key pair may wipe it under a session that signs with it.
	p := newPair(t, rand.Reader)
	inviter, _, _, _, _ := p.run(t)
	p.inviter.Wipe()
	_, err = inviter.Sign(1, []byte("a"))
	require.ErrorIs(t, err, seal.ErrInvalidKey)
}

// TestFunctionalFailureWipes: a message that ends the handshake leaves none of its secrets.
func TestFunctionalFailureWipes(t *testing.T) {
	p := newPair(t, rand.Reader)
	m1, err := p.atJoiner.Start()
	require.NoError(t, err)
	m2, _, err := p.atInviter.Handle(m1)
	require.NoError(t, err)
	m2[1100] ^= 1
	_, _, err = p.atJoiner.Handle(m2)
	require.ErrorIs(t, err, seal.ErrConfirm)
	_, _, err = p.atInviter.Handle(make([]byte, seal.M3Size))
	require.ErrorIs(t, err, seal.ErrCommitment)
	for _, h := range []*seal.Handshake{p.atInviter, p.atJoiner} {
		owned := h.Owned()
		require.Len(t, owned, 3, "both had a root key")
		for i, b := range owned {
			require.Equal(t, make([]byte, len(b)), b, "secret %d", i)
		}
	}
}
