package seal_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"tincan/internal/seal"
)

// TestFunctionalProofEveryBit: the proof of one side belongs to each bit of both cards, of their
// numbers, and of the next frame's. Every change of one of them, of where the one ends and the
// other begins, and of the proof is refused.
func TestFunctionalProofEveryBit(t *testing.T) {
	inviter, joiner := sessions(t)
	cardI, cardJ := bytes.Repeat([]byte{0x5A}, 67), bytes.Repeat([]byte{0xC3}, 105)
	line := seal.LineID(3, cardI, 5, cardJ)
	next := binary.BigEndian.AppendUint64(nil, 7)
	for _, way := range [][2]*seal.Frames{{inviter, joiner}, {joiner, inviter}} {
		from, to := way[0], way[1]
		proof := from.Proof(line, 7)
		require.True(t, to.CheckProof(line, 7, proof))
		require.True(t, to.CheckProof(line, 7, proof), "it may be asked again")
		seen, tried := map[[32]byte]string{proof: "the right one"}, 0
		refused := func(line [32]byte, next uint64, what string) {
			t.Helper()
			tried++
			require.False(t, to.CheckProof(line, next, proof), what)
			other := from.Proof(line, next)
			require.Empty(t, seen[other], "%s: as %s", what, seen[other])
			seen[other] = what
		}
		cards := func(i uint32, cardI []byte, j uint32, cardJ []byte, what string) {
			t.Helper()
			refused(seal.LineID(i, cardI, j, cardJ), 7, what)
		}
		flipped := func(b []byte, f func(changed []byte, bit int)) {
			for bit := range 8 * len(b) {
				c := bytes.Clone(b)
				c[bit/8] ^= 1 << (bit % 8)
				f(c, bit)
			}
		}
		flipped(line[:], func(c []byte, bit int) { refused([32]byte(c), 7, fmt.Sprintf("bit %d of the line", bit)) })
		flipped(next, func(c []byte, bit int) {
			refused(line, binary.BigEndian.Uint64(c), fmt.Sprintf("bit %d of next", bit))
		})
		flipped(cardI, func(c []byte, bit int) { cards(3, c, 5, cardJ, fmt.Sprintf("bit %d of I's card", bit)) })
		flipped(cardJ, func(c []byte, bit int) { cards(3, cardI, 5, c, fmt.Sprintf("bit %d of J's card", bit)) })
		for bit := range 32 {
			cards(3^1<<bit, cardI, 5, cardJ, fmt.Sprintf("bit %d of I's number", bit))
			cards(3, cardI, 5^1<<bit, cardJ, fmt.Sprintf("bit %d of J's number", bit))
		}
		for cut := range len(cardI) {
			cards(3, cardI[:cut], 5, cardJ, fmt.Sprintf("I's card cut to %d", cut))
			cards(3, cardI[:cut], 5, append(bytes.Clone(cardI[cut:]), cardJ...), fmt.Sprintf("I's card goes on in J's from %d", cut))
		}
		cards(5, cardJ, 3, cardI, "the sides changed")
		cards(5, cardI, 3, cardJ, "the numbers changed")
		flipped(proof[:], func(c []byte, bit int) {
			tried++
			require.False(t, to.CheckProof(line, 7, [32]byte(c)), "bit %d of the proof", bit)
		})
		t.Logf("%d changes", tried)
	}
}

// TestFunctionalProofDirection: what one side has said does not come back to it as the other's,
// nor is it worth anything in another chat.
func TestFunctionalProofDirection(t *testing.T) {
	inviter, joiner := sessions(t)
	otherInviter, otherJoiner := sessions(t)
	line := seal.LineID(1, []byte("a card"), 1, []byte("a card"))
	for name, side := range map[string][3]*seal.Frames{"inviter": {inviter, joiner, otherInviter}, "joiner": {joiner, inviter, otherJoiner}} {
		own, peer, elsewhere := side[0], side[1], side[2]
		for next := range uint64(3) {
			proof := own.Proof(line, next)
			require.True(t, peer.CheckProof(line, next, proof), name)
			require.False(t, own.CheckProof(line, next, proof), "%s: its own", name)
			require.False(t, peer.CheckProof(line, next, elsewhere.Proof(line, next)), "%s: another chat's", name)
			require.False(t, peer.CheckProof(line, next, [32]byte{}), "%s: zeros", name)
		}
	}
}

// TestUnitProofAfterClose: a closed chat proves nothing and believes nothing, not even zeros, nor
// what a key of zeros would make. Frames may have been sealed and opened meanwhile.
func TestUnitProofAfterClose(t *testing.T) {
	line := seal.LineID(1, []byte("one"), 1, []byte("other"))
	zeroKey := func(dir seal.Role) [32]byte {
		return [32]byte(seal.MACRaw(seal.ProofKey([32]byte{}, dir), append(line[:], make([]byte, 8)...)))
	}
	inviter, joiner := sessions(t)
	early := joiner.Proof(line, 0)
	frame, err := inviter.Seal([]byte("\x04"))
	require.NoError(t, err)
	_, err = joiner.Open(frame)
	require.NoError(t, err)
	require.True(t, inviter.CheckProof(line, 0, early), "frames change nothing of it")
	require.Equal(t, early, joiner.Proof(line, 0))

	failed, whole := inviter.Clone(), inviter.Clone()
	_, err = failed.Open(frame)
	require.ErrorIs(t, err, seal.ErrDecrypt)
	whole.Close()
	for name, f := range map[string]*seal.Frames{"closed": whole, "failed": failed} {
		require.Zero(t, f.Proof(line, 0), name)
		require.Zero(t, f.Relink(), name)
		for _, proof := range [][32]byte{early, {}, zeroKey(seal.Joiner), zeroKey(seal.Inviter)} {
			require.False(t, f.CheckProof(line, 0, proof), name)
		}
	}
	require.True(t, inviter.CheckProof(line, 0, early), "the others have secrets of their own")
	require.NotEqual(t, inviter.Relink(), whole.Relink())

	// Nothing of it is the same as what opens frames.
	send, recv := inviter.Chains()
	for _, key := range [][32]byte{send, recv} {
		require.NotEqual(t, key, inviter.Relink())
	}
}
