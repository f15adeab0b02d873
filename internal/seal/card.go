package seal

import (
	"crypto/hmac"
	"slices"
)

// maxCards is how many numbers OpenCard looks for at most.
const maxCards = 32

// SealCard seals what is told of our card n to the other side (PROTOCOL.md §2.7), at most 255
// bytes. The other side recognises it by its tag. n is above 0 and is sealed once: whoever has
// more to tell takes another number. ErrOrder: it is not, or was sealed before. ErrSize: plain
// is too long.
func (f *Frames) SealCard(n uint32, plain []byte) (tag [32]byte, box []byte, err error) {
	length := replyPadding(len(plain))
	switch {
	case f.closed:
		return tag, nil, ErrClosed
	case length == 0:
		return tag, nil, ErrSize
	case n == 0 || slices.Contains(f.sealed, n):
		return tag, nil, ErrOrder
	}
	f.sealed = append(f.sealed, n)
	key := cardKey(f.relink, f.role, n)
	defer key.Wipe()
	// The key belongs to one number, and each number is sealed once, so the zero nonce is used once.
	box, err = encrypt(key, Nonce{}, pad(plain, length))
	return cardTag(f.relink, f.role, n), box, err
}

// OpenCard opens what SealCard made at the other side. It looks whose tag it is among the cards
// from up to to, of which there may be 32 and no more. It changes nothing, and a failure is no
// end: everybody can hand in a code. ErrSize: box has no size that SealCard makes, or these are
// too many cards. ErrTag: it is none of them. ErrDecrypt, ErrPadding: it is one of them, and was
// changed, or the other side does not follow the protocol.
func (f *Frames) OpenCard(tag [32]byte, box []byte, from, to uint32) (n uint32, plain []byte, err error) {
	switch {
	case f.closed:
		return 0, nil, ErrClosed
	case !isSealed(len(box)) || to >= from && to-from >= maxCards:
		return 0, nil, ErrSize
	}
	peer := f.role.Other()
	for i := uint64(max(from, 1)); i <= uint64(to); i++ {
		n = uint32(i)
		if want := cardTag(f.relink, peer, n); hmac.Equal(want[:], tag[:]) {
			key := cardKey(f.relink, peer, n)
			defer key.Wipe()
			if plain, err = openSealed(key, box); err != nil {
				return 0, nil, err
			}
			return n, plain, nil
		}
	}
	return 0, nil, ErrTag
}

// CardSlot is our place n in the mailbox, where a card may lie, or with own false the other side's. After Close it is all zeros.
func (f *Frames) CardSlot(own bool, n uint32) [16]byte {
	switch {
	case f.closed:
		return [16]byte{}
	case own:
		return cardSlot(f.relink, f.role, n)
	}
	return cardSlot(f.relink, f.role.Other(), n)
}
