package seal_test

import (
	"bytes"
	"crypto/rand"
	"testing"

	"github.com/stretchr/testify/require"

	"tincan/internal/seal"
)

func keyPair(t testing.TB) *seal.KeyPair {
	t.Helper()
	keys, err := seal.GenerateKeyPair(rand.Reader)
	require.NoError(t, err)
	return keys
}

// comeBack has two sides come back, each with its ticket.
func comeBack(t testing.TB, atI, atJ seal.Ticket) (inviter, joiner *seal.Frames, err error) {
	t.Helper()
	keysI, keysJ := keyPair(t), keyPair(t)
	xI, boxI, err := seal.SealReturn(seal.Inviter, atI, keysI, []byte("card of the inviter"))
	require.NoError(t, err)
	xJ, boxJ, err := seal.SealReturn(seal.Joiner, atJ, keysJ, []byte("card of the joiner"))
	require.NoError(t, err)
	codeI, codeJ := append(xI[:], boxI...), append(xJ[:], boxJ...)
	i, err := seal.NewReturn(rand.Reader, seal.Inviter, atI, keysI, xJ, codeI, codeJ)
	require.NoError(t, err)
	j, err := seal.NewReturn(rand.Reader, seal.Joiner, atJ, keysJ, xI, codeI, codeJ)
	require.NoError(t, err)
	m1, err := j.Start()
	require.NoError(t, err)
	m2, _, err := i.Handle(m1)
	require.NoError(t, err)
	m3, joiner, err := j.Handle(m2)
	if err != nil {
		return nil, nil, err
	}
	_, inviter, err = i.Handle(m3)
	return inviter, joiner, err
}

// TestFunctionalReturn: with the ticket of a chat both get new keys and words, and another ticket.
// With any other they get nothing.
func TestFunctionalReturn(t *testing.T) {
	inviter, joiner := sessions(t)
	require.Equal(t, inviter.Ticket().Bytes(), joiner.Ticket().Bytes())
	before := inviter
	for range 3 {
		againI, againJ, err := comeBack(t, inviter.Ticket(), joiner.Ticket())
		require.NoError(t, err)
		require.Equal(t, againI.SAS(), againJ.SAS())
		require.NotEqual(t, inviter.SAS(), againI.SAS())
		require.Equal(t, againI.Ticket().Bytes(), againJ.Ticket().Bytes())
		require.NotEqual(t, inviter.Ticket().Bytes(), againI.Ticket().Bytes())
		frame, err := againI.Seal([]byte("\x01back"))
		require.NoError(t, err)
		_, err = joiner.Open(frame)
		require.ErrorIs(t, err, seal.ErrDecrypt)
		joiner.Close()
		inviter, joiner = againI, againJ
		body, err := joiner.Open(frame)
		require.NoError(t, err)
		require.Equal(t, "\x01back", string(body))
	}
	_, _, err := comeBack(t, before.Ticket(), inviter.Ticket())
	require.ErrorIs(t, err, seal.ErrConfirm)
}

// TestFunctionalReturnRefused: a return opens with its ticket, at the other role, as it was made, and
// in no other way.
func TestFunctionalReturnRefused(t *testing.T) {
	inviter, _ := sessions(t)
	other, _ := sessions(t)
	ticket, sizes := inviter.Ticket(), map[int]bool{}
	for _, role := range []seal.Role{seal.Inviter, seal.Joiner} {
		at := seal.Inviter + seal.Joiner - role
		for length := range 256 {
			plain := bytes.Repeat([]byte{byte(length)}, length)
			x, box, err := seal.SealReturn(role, ticket, keyPair(t), plain)
			require.NoError(t, err)
			sizes[len(box)] = true
			opened, err := seal.OpenReturn(at, ticket, x, box)
			require.NoError(t, err)
			require.True(t, bytes.Equal(plain, opened))
			_, err = seal.OpenReturn(role, ticket, x, box)
			require.ErrorIs(t, err, seal.ErrDecrypt, "by its maker")
			_, err = seal.OpenReturn(at, other.Ticket(), x, box)
			require.ErrorIs(t, err, seal.ErrDecrypt, "with another ticket")
			x[length%32] ^= 1
			_, err = seal.OpenReturn(at, ticket, x, box)
			require.ErrorIs(t, err, seal.ErrDecrypt, "another key before it")
			x[length%32] ^= 1
			for _, cut := range []int{0, 1, len(box) - 1, len(box) - 64} {
				_, err = seal.OpenReturn(at, ticket, x, box[:cut])
				require.Error(t, err)
			}
			box[length%len(box)] ^= 1
			_, err = seal.OpenReturn(at, ticket, x, box)
			require.ErrorIs(t, err, seal.ErrDecrypt)
		}
		_, _, err := seal.SealReturn(role, ticket, keyPair(t), make([]byte, 256))
		require.ErrorIs(t, err, seal.ErrSize)
	}
	require.Equal(t, map[int]bool{144: true, 208: true, 272: true}, sizes)
	keys := keyPair(t)
	for name, x := range map[string]seal.PublicKey{"own": keys.PublicKey(), "zero": {}, "one": {1}} {
		_, err := seal.NewReturn(rand.Reader, seal.Inviter, ticket, keys, x, nil, nil)
		require.ErrorIs(t, err, seal.ErrInvalidKey, name)
	}
}

// TestFunctionalReturnBound: a handshake goes on only where both have seen the same returns.
func TestFunctionalReturnBound(t *testing.T) {
	session, _ := sessions(t)
	ticket := session.Ticket()
	for _, change := range []int{0, 1} {
		keysI, keysJ := keyPair(t), keyPair(t)
		seen := [2][]byte{[]byte("of the inviter"), []byte("of the joiner")}
		i, err := seal.NewReturn(rand.Reader, seal.Inviter, ticket, keysI, keysJ.PublicKey(), seen[0], seen[1])
		require.NoError(t, err)
		seen[change] = append(bytes.Clone(seen[change]), '.')
		j, err := seal.NewReturn(rand.Reader, seal.Joiner, ticket, keysJ, keysI.PublicKey(), seen[0], seen[1])
		require.NoError(t, err)
		m1, err := j.Start()
		require.NoError(t, err)
		m2, _, err := i.Handle(m1)
		require.NoError(t, err)
		_, _, err = j.Handle(m2)
		require.ErrorIs(t, err, seal.ErrConfirm)
	}
}

// TestFunctionalTicketOpensNothing: what storage holds opens no frame of the chat that it belongs to, and none of the next,
// and no key or words of either follow from it in any way in which this package makes one of another.
func TestFunctionalTicketOpensNothing(t *testing.T) {
	inviter, joiner := sessions(t)
	ticket := inviter.Ticket().Bytes()
	frame, err := inviter.Seal([]byte("\x01said before the reload"))
	require.NoError(t, err)
	againI, againJ, err := comeBack(t, inviter.Ticket(), joiner.Ticket())
	require.NoError(t, err)
	after, err := againI.Seal([]byte("\x01said after it"))
	require.NoError(t, err)
	for _, f := range []*seal.Frames{inviter, againI} {
		ij, ji := f.Chains()
		id, kR, sas := f.ID(), f.Relink(), f.SAS()
		next := f.Ticket().Bytes()
		made := map[string][]byte{}
		for _, label := range []string{
			"chain I>J", "chain J>I", "sid", "sas", "relink", "ticket", "resume", "msg", "step", "next S", "box", "slot", "claim", "card", "tag", "proof", "confirm I", "confirm J", "",
		} {
			for _, context := range [][]byte{nil, id[:], {1}, {2}, make([]byte, 32), make([]byte, 8)} {
				made[label+string(context)] = seal.Expand(ticket[:], label, context, 32)
			}
		}
		made["itself"] = ticket[:]
		for name, key := range made {
			for what, secret := range map[string][]byte{"chain I>J": ij[:], "chain J>I": ji[:], "sid": id[:], "kR": kR[:], "sas": sas[:]} {
				require.False(t, bytes.HasPrefix(key, secret), "%s by %q", what, name)
			}
			if f == againI {
				require.NotEqual(t, next[:], key, "the next ticket by %q", name)
			}
			message, err := seal.NewMessageKey(key)
			require.NoError(t, err)
			for _, sealed := range [][]byte{frame, after} {
				_, err := seal.Decrypt(message, seal.Nonce{}, sealed)
				require.ErrorIs(t, err, seal.ErrDecrypt, name)
			}
		}
	}
	body, err := againJ.Open(after)
	require.NoError(t, err)
	require.Equal(t, "\x01said after it", string(body))
}

// TestUnitTicketWiped: a ticket is wiped in every copy of the value, but for those made on purpose, and shows itself in no verb.
func TestUnitTicketWiped(t *testing.T) {
	secret := [32]byte(bytes.Repeat([]byte{0xA7}, 32))
	ticket := seal.NewTicket(secret)
	same, copied := ticket, ticket.Copy()
	ticket.Wipe()
	require.Equal(t, [32]byte{}, same.Bytes())
	require.Equal(t, secret, copied.Bytes())
	require.False(t, seal.Ticket{}.Kept())
	require.True(t, copied.Kept())
	seal.Ticket{}.Wipe()
	session, _ := sessions(t)
	kept := session.Ticket()
	session.Close()
	require.Equal(t, [32]byte{}, session.Ticket().Bytes())
	require.NotEqual(t, [32]byte{}, kept.Bytes())
}
