package seal_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"tincan/internal/seal"
)

// TestFunctionalNoKeyTwice: over a reply, 500 frames and 32 cards each way, in each of 20 chats, every
// key encrypts once, and no pair of key and nonce comes again. That a frame
// was sealed with the pair noted is shown by opening it with that pair alone.
func TestFunctionalNoKeyTwice(t *testing.T) {
	type pairUsed struct {
		key   [32]byte
		nonce seal.Nonce
	}
	keys, pairs, nonces := map[[32]byte]bool{}, map[pairUsed]bool{}, map[seal.Nonce]bool{}
	note := func(key seal.MessageKey, nonce seal.Nonce, box []byte, what string) {
		t.Helper()
		_, err := seal.Decrypt(key, nonce, box)
		require.NoError(t, err, what)
		used := pairUsed{key.Bytes(), nonce}
		require.False(t, keys[used.key], "%s: a key again", what)
		require.False(t, pairs[used], "%s: a pair again", what)
		keys[used.key], pairs[used] = true, true
	}
	perChat := 500 / every(10)
	for chat := range 20 {
		p := newPair(t, rand.Reader)
		note(seal.ReplyKey(p.inviter.SecretOf(p.joiner.PublicKey()), p.secret, inviteBytes, p.joiner.PublicKey()), seal.Nonce{}, p.reply[33:], "reply")
		inviter, joiner, _, _, _ := p.run(t)
		clear(nonces)
		for n := range perChat {
			for _, s := range []*seal.Frames{inviter, joiner} {
				key, nonce := s.Next()
				frame, err := s.Seal([]byte{1, byte(n)})
				require.NoError(t, err)
				what := fmt.Sprintf("chat %d, frame %d", chat, n)
				note(key, nonce, frame, what)
				require.False(t, nonces[nonce], "%s: a nonce again in one chat", what)
				nonces[nonce] = true
			}
		}
		for n := uint32(1); n <= 32; n++ {
			for role, s := range map[seal.Role]*seal.Frames{seal.Inviter: inviter, seal.Joiner: joiner} {
				_, box, err := s.SealCard(n, answerBytes)
				require.NoError(t, err)
				note(seal.CardKey(s.Relink(), role, n), seal.Nonce{}, box, fmt.Sprintf("chat %d, card %d of %d", chat, n, role))
			}
		}
	}
	require.Len(t, pairs, 20*(1+2*perChat+2*32))
	t.Logf("%d pairs of key and nonce, all different", len(pairs))
}

// TestFunctionalNothingRepeats: no 16 bytes that one chat puts on the wire
// come again, in it or in another: not with new keys, nor with the same link
// and key pairs and the same words said.
func TestFunctionalNothingRepeats(t *testing.T) {
	seen := map[[16]byte]string{}
	add := func(name string, b []byte) {
		for i := range len(b) - 15 {
			window, here := [16]byte(b[i:]), fmt.Sprintf("%s at %d", name, i)
			if before, again := seen[window]; again {
				t.Fatalf("16 bytes of %s: again in %s", before, here)
			}
			seen[window] = here
		}
	}
	wire := func(name string, p *pair) {
		inviter, joiner, m1, m2, m3 := p.run(t)
		add(name+" M1", m1)
		add(name+" M2", m2[:len(m2)-64]) // without vI, of which below
		add(name+" macI", m2[len(m2)-32:])
		add(name+" M3", m3)
		for n := range 20 {
			for _, s := range []*seal.Frames{inviter, joiner} {
				frame, err := s.Seal([]byte("\x01the same words"))
				require.NoError(t, err)
				add(fmt.Sprintf("%s frame %d", name, n), frame)
			}
		}
	}
	p := newPair(t, rand.Reader)
	// Two handshakes over one reply, as no program runs them. The Ed25519 keys
	// belong to the key pairs, which make one chat only; M1 gets another one here.
	again := *p
	again.atInviter, again.atJoiner = p.atInviter.Clone(rand.Reader), p.atJoiner.Clone(rand.Reader)
	stranger, err := seal.GenerateKeyPair(rand.Reader)
	require.NoError(t, err)
	again.atJoiner.SignAs(stranger)
	add("reply", p.reply)
	wire("first", p)
	wire("second", &again)
	other := newPair(t, rand.Reader)
	add("other reply", other.reply)
	wire("other", other)
	t.Logf("%d windows of 16 bytes, all different", len(seen))
}

// TestFunctionalFrameLengths: frames have Padmé's lengths, computed here from
// the text of PROTOCOL.md, and all bodies of a length class look the same long.
func TestFunctionalFrameLengths(t *testing.T) {
	inviter, joiner := sessions(t)
	allowed := map[int]bool{256 + 16: true}
	for l := 257; l <= 16384; l++ {
		e := 0
		for l>>(e+1) > 0 {
			e++
		}
		s := 0
		for e>>(s+1) > 0 {
			s++
		}
		s++
		unit := 1 << (e - s)
		allowed[(l+unit-1)/unit*unit+16] = true
	}
	seen := map[int]bool{}
	for length := 1; length <= seal.MaxBody; length += every(97) {
		frame, err := inviter.Seal(bytes.Repeat([]byte{1}, length))
		require.NoError(t, err)
		require.True(t, allowed[len(frame)], "%d bytes for %d", len(frame), length)
		seen[len(frame)] = true
		if length%101 == 1 {
			_, err := joiner.Clone().Open(frame)
			require.Equal(t, length == 1, err == nil, "the joiner expects the first")
		}
	}
	if thorough && !testing.Short() {
		require.Equal(t, allowed, seen)
	}
	t.Logf("%d lengths seen, %d allowed", len(seen), len(allowed))
}
