package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
)

// LineID names the line of the inviter's card i and the joiner's card j (PROTOCOL.md §4.1).
// cardI and cardJ are flags and description of each, as they are sealed into a reply. Both ends
// of a line have the same name for it only if they were made of the same two cards.
func LineID(i uint32, cardI []byte, j uint32, cardJ []byte) [32]byte {
	return transcriptHash("line", numbered(i, cardI), numbered(j, cardJ))
}

func numbered(n uint32, card []byte) []byte {
	return append(binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(card)), n), card...)
}

// Proof shows to the other side that this end of the line is ours, and that next is the number
// of the frame we expect. It is public, and worth nothing for another line, next or direction.
// After Close it is all zeros, which is nobody's proof.
func (f *Frames) Proof(line [32]byte, next uint64) [32]byte {
	return f.proof(f.role, line, next)
}

// CheckProof tells whether proof is the other side's for the line and for next. After Close
// it never is.
func (f *Frames) CheckProof(line [32]byte, next uint64, proof [32]byte) bool {
	want := f.proof(f.role.Other(), line, next)
	return hmac.Equal(want[:], proof[:]) && !f.closed
}

func (f *Frames) proof(dir Role, line [32]byte, next uint64) (sum [32]byte) {
	if f.closed {
		return sum
	}
	key := proofKey(f.relink, dir)
	defer wipe(key)
	mac := hmac.New(sha256.New, key)
	mac.Write(line[:])
	mac.Write(binary.BigEndian.AppendUint64(nil, next))
	mac.Sum(sum[:0])
	return sum
}
