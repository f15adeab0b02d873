package seal_test

import (
	"bytes"
	"encoding/hex"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"tincan/internal/invite"
	"tincan/internal/seal"
)

// lowOrder are the points whose X25519 with anything is zero (RFC 7748 §7),
// and the ways to write them with numbers above the prime.
func lowOrder(t testing.TB) (points [][]byte) {
	for _, s := range []string{
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
		"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	} {
		b, err := hex.DecodeString(s)
		require.NoError(t, err)
		points = append(points, b)
	}
	return points
}

// unreduced is the prime and n, as little endian bytes.
func unreduced(n byte) []byte {
	b := bytes.Repeat([]byte{0xFF}, 32)
	b[0], b[31] = 0xED+n, 0x7F
	return b
}

// badVerifyKeys are the encodings of the 8 points whose order divides 8, with numbers above
// the prime and signs of zero too, and other numbers above the prime.
func badVerifyKeys() (keys [][]byte) {
	one := append([]byte{1}, make([]byte, 31)...)
	minusOne := bytes.Repeat([]byte{0xFF}, 32)
	minusOne[0], minusOne[31] = 0xEC, 0x7F
	eighth, _ := hex.DecodeString("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
	other, _ := hex.DecodeString("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")
	for _, y := range [][]byte{make([]byte, 32), one, minusOne, eighth, other, unreduced(0), unreduced(1), unreduced(2), unreduced(18)} {
		negative := bytes.Clone(y)
		negative[31] |= 0x80
		keys = append(keys, y, negative)
	}
	return keys
}

// refusals are the messages that a hostile or broken peer may put in place of
// those of r: changed, misplaced, or made with the right keys against a rule.
func refusals(t *testing.T, r, other *vectorRun) (list []vectorRefusal) {
	add := func(name, at, step string, after int, b []byte, kind string) {
		list = append(list, vectorRefusal{name, r.Name, at, step, after, b, kind})
	}
	flip := func(b []byte, at int) []byte {
		b = bytes.Clone(b)
		b[(at+len(b))%len(b)] ^= 1
		return b
	}
	put := func(b []byte, at int, part []byte) []byte {
		b = bytes.Clone(b)
		copy(b[at:], part)
		return b
	}
	e := r.play(t, "invite")
	a, b := e.keysI.PublicKey(), e.keysJ.PublicKey()

	for _, c := range []struct {
		name, kind string
		bytes      []byte
	}{
		{"invite of another version", "version", put(r.Invite, 0, []byte{0x8A})},
		{"a kind that there is not", "malformed", put(r.Invite, 0, []byte{0x45})},
		{"flag of a link without reply", "malformed", flipFlag(r.Invite, 1)},
		{"reserved flag", "malformed", flipFlag(r.Invite, 7)},
		{"format 3", "malformed", put(r.Invite, 1, []byte{0x0C})},
		{"A of low order", "key", put(r.Invite, 18, lowOrder(t)[2])},
		{"A is B", "key", put(r.Invite, 18, b[:])},
		{"A with its top bit set", "key", put(r.Invite, 49, []byte{a[31] | 0x80})},
		{"A that is not reduced", "key", put(r.Invite, 18, unreduced(9))},
		{"invite with a byte after it", "malformed", append(bytes.Clone(r.Invite), 0)},
		{"invite cut", "malformed", r.Invite[:len(r.Invite)-1]},
		{"port below 1024", "malformed", put(r.Invite, len(r.Invite)-2, []byte{3, 255})},
	} {
		add(c.name, "J", "invite", 0, c.bytes, c.kind)
	}

	add("another reply's bytes", "I", "reply", 0, other.Reply, "decrypt")
	add("reply cut", "I", "reply", 0, r.Reply[:len(r.Reply)-1], "size")
	add("reply with a byte after it", "I", "reply", 0, append(bytes.Clone(r.Reply), 0), "size")
	add("nothing", "I", "reply", 0, []byte{}, "size")
	add("kind and key alone", "I", "reply", 0, r.Reply[:33], "size")
	add("reply of another version", "I", "reply", 0, put(r.Reply, 0, []byte{0xAE}), "size")
	add("an invite's kind", "I", "reply", 0, put(r.Reply, 0, []byte{0x89}), "size")
	add("B changed", "I", "reply", 0, flip(r.Reply, 1), "decrypt")
	add("tag changed", "I", "reply", 0, flip(r.Reply, 33), "decrypt")
	add("last byte changed", "I", "reply", 0, flip(r.Reply, -1), "decrypt")
	add("B is A", "I", "reply", 0, put(r.Reply, 1, a[:]), "key")
	add("B with its top bit set", "I", "reply", 0, put(r.Reply, 32, []byte{b[31] | 0x80}), "key")
	add("B that is not reduced", "I", "reply", 0, put(r.Reply, 1, unreduced(9)), "key")
	for n, point := range lowOrder(t) {
		add("B of low order, "+string(rune('1'+n)), "I", "reply", 0, put(r.Reply, 1, point), "key")
	}
	sealed := func(secret seal.LinkSecret, invite []byte) []byte {
		reply, _, err := seal.SealReply(bytes.NewReader(nil), e.keysJ, secret, a, invite, r.Answer)
		require.NoError(t, err)
		return reply
	}
	add("another link secret", "I", "reply", 0, sealed(seal.NewLinkSecret([16]byte(other.S)), r.Invite), "decrypt")
	add("another invite", "I", "reply", 0, sealed(e.secret, flip(r.Invite, -1)), "decrypt")
	padded := func(b []byte) []byte {
		box, err := seal.Encrypt(seal.ReplyKey([32]byte(r.DH), e.secret, r.Invite, e.keysJ.PublicKey()), seal.Nonce{}, b)
		require.NoError(t, err)
		return append(append([]byte{0xAD}, r.Reply[1:33]...), box...)
	}
	answerTo := func(length int, mark byte) []byte {
		p := make([]byte, length)
		copy(p, r.Answer)
		p[len(r.Answer)] = mark
		return p
	}
	size := len(r.Reply) - 49
	add("reply without the padding's mark", "I", "reply", 0, padded(answerTo(size, 0)), "padding")
	add("reply with another mark", "I", "reply", 0, padded(answerTo(size, 1)), "padding")
	add("reply padded further than needed", "I", "reply", 0, padded(answerTo(256, 0x80)), "padding")
	add("reply of zeros", "I", "reply", 0, padded(make([]byte, size)), "padding")

	add("nothing for M1", "I", "M1", 0, []byte{}, "order")
	add("M1 cut", "I", "M1", 0, r.M1[:len(r.M1)-1], "order")
	add("M1 with a byte after it", "I", "M1", 0, append(bytes.Clone(r.M1), 0), "order")
	add("M2 in place of M1", "I", "M1", 0, r.M2, "order")
	add("M3 in place of M1", "I", "M1", 0, r.M3, "order")
	add("a frame in place of M1", "I", "M1", 0, firstFrame(r, "J"), "order")
	add("a KEM key with numbers above the modulus", "I", "M1", 0, put(r.M1, 0, []byte{0xFF, 0xFF, 0xFF}), "key")
	add("a KEM key with its last number the modulus", "I", "M1", 0, put(r.M1, 1149, modulusLast(r.M1[1149:1152])), "key")

	vI, vJ := e.keysI.VerifyKey(), e.keysJ.VerifyKey()
	add("vJ is vI", "I", "M1", 0, put(r.M1, 1184, vI[:]), "key")
	add("vI is vJ", "J", "M2", 0, put(r.M2, 1120, vJ[:]), "key")
	for n, key := range badVerifyKeys() {
		add("a vJ that nobody can have, "+strconv.Itoa(1+n), "I", "M1", 0, put(r.M1, 1184, key), "key")
		add("a vI that nobody can have, "+strconv.Itoa(1+n), "J", "M2", 0, put(r.M2, 1120, key), "key")
	}

	add("M2 cut", "J", "M2", 0, r.M2[:len(r.M2)-1], "order")
	add("M2 with a byte after it", "J", "M2", 0, append(bytes.Clone(r.M2), 0), "order")
	add("own M1 sent back", "J", "M2", 0, r.M1, "order")
	add("M3 in place of M2", "J", "M2", 0, r.M3, "order")
	add("another run's M2", "J", "M2", 0, other.M2, "confirm")
	add("ct changed, first bit", "J", "M2", 0, flip(r.M2, 0), "confirm")
	add("ct changed, last byte", "J", "M2", 0, flip(r.M2, 1087), "confirm")
	add("nI changed", "J", "M2", 0, flip(r.M2, 1088), "confirm")
	add("vI changed", "J", "M2", 0, flip(r.M2, 1120), "confirm")
	add("macI changed, first byte", "J", "M2", 0, flip(r.M2, 1152), "confirm")
	add("macI changed, last byte", "J", "M2", 0, flip(r.M2, -1), "confirm")
	add("macI with the joiner's label", "J", "M2", 0,
		put(r.M2, 1152, seal.Confirmation([32]byte(r.PRK), seal.Joiner, [32]byte(r.T2))), "confirm")
	answer := func(m1 []byte) []byte {
		m2, _, err := r.play(t, "M1").i.Handle(m1)
		require.NoError(t, err)
		return m2
	}
	add("the answer to an M1 with another vJ", "J", "M2", 0, answer(flip(r.M1, 1184)), "confirm")
	add("the answer to an M1 with another cJ", "J", "M2", 0, answer(flip(r.M1, -1)), "confirm")

	add("M3 cut", "I", "M3", 0, r.M3[:63], "order")
	add("M3 with a byte after it", "I", "M3", 0, append(bytes.Clone(r.M3), 0), "order")
	add("M1 again", "I", "M3", 0, r.M1, "order")
	add("own M2 sent back", "I", "M3", 0, r.M2, "order")
	add("a frame in place of M3", "I", "M3", 0, firstFrame(r, "J"), "order")
	add("nJ changed", "I", "M3", 0, flip(r.M3, 0), "commitment")
	add("another run's M3", "I", "M3", 0, other.M3, "commitment")
	cheat := r.play(t, "M2").j.Cheat(r.M2)
	add("another nonce with its right macJ", "I", "M3", 0, cheat.M3([32]byte(other.NonceJ)), "commitment")
	add("macJ changed, first byte", "I", "M3", 0, flip(r.M3, 32), "confirm")
	add("macJ changed, last byte", "I", "M3", 0, flip(r.M3, -1), "confirm")
	add("macJ with the inviter's label", "I", "M3", 0, put(r.M3, 32, seal.Confirmation([32]byte(r.PRK), seal.Inviter, [32]byte(r.T3))), "confirm")
	add("macI as macJ", "I", "M3", 0, put(r.M3, 32, r.M2[1152:]), "confirm")

	for _, at := range []string{"I", "J"} {
		list = append(list, frameRefusals(t, r, other, at)...)
		list = append(list, resumeRefusals(t, r, other, at)...)
		list = append(list, repairRefusals(t, r, other, at)...)
	}
	return list
}

// frameRefusals are the frames that the side at must refuse after three good ones.
func frameRefusals(t *testing.T, r, other *vectorRun, at string) (list []vectorRefusal) {
	const after = 3
	peer := map[string]string{"I": "J", "J": "I"}[at]
	var theirs, own [][]byte
	for _, f := range r.Frames {
		if f.From == peer {
			theirs = append(theirs, f.Frame)
		} else {
			own = append(own, f.Frame)
		}
	}
	add := func(name string, b []byte, kind string) {
		list = append(list, vectorRefusal{at + ": " + name, r.Name, at, "frame", after, b, kind})
	}
	flip := func(b []byte, at int) []byte {
		b = bytes.Clone(b)
		b[(at+len(b))%len(b)] ^= 0x80
		return b
	}
	next := theirs[after]
	add("the frame before again", theirs[after-1], "decrypt")
	add("the first frame again", theirs[0], "decrypt")
	add("a frame left out", theirs[after+1], "decrypt")
	add("own frame sent back", own[after], "decrypt")
	add("a frame of another chat", firstFrame(other, peer), "decrypt")
	add("tag changed", flip(next, 0), "decrypt")
	add("first byte changed", flip(next, 16), "decrypt")
	add("last byte changed", flip(next, -1), "decrypt")
	add("frame cut", next[:len(next)-1], "size")
	add("frame with a byte after it", append(bytes.Clone(next), 0), "decrypt")
	add("an empty message", []byte{}, "size")

	// From here on the peer holds the right keys.
	senderAfter := func(after int) *seal.Frames {
		_, s := r.play(t, "frame").side(at)
		said, sent := speak(s), 0
		for _, f := range r.Frames {
			if f.From == peer && sent < after {
				said.say(t, string(f.unsigned()))
				sent++
			}
		}
		return s
	}
	sender := func() *seal.Frames { return senderAfter(after) }
	padTo := func(length int, mark byte) func([]byte) []byte {
		return func(signed []byte) []byte {
			p := make([]byte, length)
			copy(p, signed)
			if len(signed) < length {
				p[len(signed)] = mark
			}
			return p
		}
	}
	body, text := []byte("\x04"), []byte("hello")
	add("padded further than needed", sender().SealPadded(body, padTo(320, 0x80)), "padding")
	add("padded less than needed", sender().SealPadded(make([]byte, 300), padTo(301, 0x80)), "padding")
	add("no mark", sender().SealPadded(body, padTo(256, 0)), "padding")
	add("another mark", sender().SealPadded(body, padTo(256, 0x81)), "padding")
	add("no body", sender().SealPadded(nil, padTo(256, 0x80)), "size")
	if r.Name < other.Name { // once is enough for what is long
		add("a body of 16,066 bytes", sender().SealPadded(make([]byte, seal.MaxBody+1), padTo(16384, 0x80)), "size")
		add("the largest frame and a byte", make([]byte, seal.MaxFrame+1), "size")
	}
	signed := func(sign func(s *seal.Frames, there seal.Lie) seal.Signature) []byte {
		s := sender()
		signature := sign(s, s.Place())
		frame, err := s.Seal(append(append([]byte{1}, signature[:]...), text...))
		require.NoError(t, err)
		return frame
	}
	lie := func(change func(*seal.Lie)) []byte {
		return signed(func(s *seal.Frames, there seal.Lie) seal.Signature {
			change(&there)
			return s.SignLying(text, there)
		})
	}
	of := func(message []byte) []byte {
		return signed(func(s *seal.Frames, there seal.Lie) seal.Signature { return s.SignLying(message, there) })
	}
	add("a text signed for another number", lie(func(l *seal.Lie) { l.N++ }), "signature")
	add("a text signed for the other direction", lie(func(l *seal.Lie) { l.Dir = 3 - l.Dir }), "signature")
	add("a text signed for another chat", lie(func(l *seal.Lie) { l.ID = [16]byte(other.SID) }), "signature")
	add("a text signed as another kind", lie(func(l *seal.Lie) { l.Kind = 2 }), "signature")
	add("a text with the signature of another", of([]byte("hallo")), "signature")
	add("a text signed with its type before it", of([]byte("\x01hello")), "signature")
	add("a text signed by another key", signed(func(s *seal.Frames, there seal.Lie) seal.Signature {
		s.SignAs(other.play(t, "invite").keysJ)
		return s.SignLying(text, there)
	}), "signature")
	add("a text with a signature of zeros", signed(func(*seal.Frames, seal.Lie) seal.Signature { return seal.Signature{} }), "signature")
	add("the nonce of the next number", sender().SealNumbered(body, after+1), "decrypt")
	for n, f := range r.from(peer) {
		if f.Body[0] != 2 {
			continue
		}
		// The next frame ends a message of two parts.
		last := r.from(peer)[n+1].unsigned()[1:]
		s := senderAfter(n + 1)
		signature := s.SignLying(last, s.Place())
		frame, err := s.Seal(append(append([]byte{1}, signature[:]...), last...))
		require.NoError(t, err)
		list = append(list, vectorRefusal{at + ": a long message signed over its last part alone", r.Name, at, "frame", n + 1, frame, "signature"})
	}
	return list
}

// resumeRefusals are what the side at must not take for the other's first word on the second line.
func resumeRefusals(t *testing.T, r, other *vectorRun, at string) (list []vectorRefusal) {
	const second = 1
	l := r.Lines[second]
	theirs, own := l.ResumeJ, l.ResumeI
	if at == "J" {
		theirs, own = own, theirs
	}
	add := func(name string, b []byte) {
		list = append(list, vectorRefusal{at + ": " + name, r.Name, at, "resume", second, b, "proof"})
	}
	flip := func(at int) []byte {
		b := bytes.Clone(theirs)
		b[at] ^= 1
		return b
	}
	of := func(chat *vectorRun, l vectorLine) []byte {
		own, peer := chat.play(t, "resume").side(at)
		own.Close()
		next := l.NextI
		if at == "I" {
			next = l.NextJ
		}
		return resume(peer, l.id(), next)
	}
	lie := func(change func(*vectorLine)) []byte {
		lied := l
		change(&lied)
		return of(r, lied)
	}
	require.Equal(t, []byte(theirs), lie(func(*vectorLine) {}), "the line of these cases is right")
	add("own resume sent back", own)
	add("own proof with the other side's number", append(bytes.Clone(theirs[:8]), own[8:]...))
	add("the resume of the line before", of(r, r.Lines[second-1]))
	add("the resume of another chat", of(other, l))
	add("another number of the next frame", flip(7))
	add("its first bit changed", flip(0))
	add("proof changed, first byte", flip(8))
	add("proof changed, last byte", flip(39))
	add("a proof of zeros", append(bytes.Clone(theirs[:8]), make([]byte, 32)...))
	add("cards the other way", lie(func(l *vectorLine) { l.I, l.J, l.CardI, l.CardJ = l.J, l.I, l.CardJ, l.CardI }))
	add("numbers of the cards the other way", lie(func(l *vectorLine) { l.I, l.J = l.J, l.I }))
	add("another number of the inviter's card", lie(func(l *vectorLine) { l.I++ }))
	add("another number of the joiner's card", lie(func(l *vectorLine) { l.J++ }))
	add("the inviter's card of the line before", lie(func(l *vectorLine) { l.CardI = r.Lines[0].CardI }))
	add("the joiner's card of the line before", lie(func(l *vectorLine) { l.CardJ = r.Lines[0].CardJ }))
	add("a card with the flag of one that is for now", lie(func(l *vectorLine) { l.CardI = flipFlag(append([]byte{0}, l.CardI...), 0)[1:] }))
	return list
}

// repairRefusals are what the side at must not take for a repair of the other's cards 1 to 32.
func repairRefusals(t *testing.T, r, other *vectorRun, at string) (list []vectorRefusal) {
	add := func(name string, b []byte, kind string) {
		list = append(list, vectorRefusal{at + ": " + name, r.Name, at, "repair", 0, b, kind})
	}
	flip := func(b []byte, at int) []byte {
		b = bytes.Clone(b)
		b[(at+len(b))%len(b)] ^= 1
		return b
	}
	put := func(b []byte, at int, part []byte) []byte {
		b = bytes.Clone(b)
		copy(b[at:], part)
		return b
	}
	var theirs, own []vectorRepair
	for _, v := range r.Repairs {
		if v.From == at {
			own = append(own, v)
		} else {
			theirs = append(theirs, v)
		}
	}
	good, asks := theirs[0], theirs[1]
	add("own repair sent back", own[0].Repair, "tag")
	add("a repair of another chat", other.Repairs[0].Repair, "tag")
	add("another repair of another chat", other.Repairs[1].Repair, "tag")
	add("a card of a number that is far off", theirs[3].Repair, "tag")
	add("tag changed, first byte", flip(good.Repair, 1), "tag")
	add("tag changed, last byte", flip(good.Repair, 32), "tag")
	add("a tag of zeros", put(good.Repair, 1, make([]byte, 32)), "tag")
	add("the slot for a tag", put(good.Repair, 1, append(bytes.Clone(good.Slot), make([]byte, 16)...)), "tag")
	add("the tag of another card", put(good.Repair, 1, asks.Repair[1:33]), "decrypt")
	add("box changed, first byte", flip(good.Repair, 33), "decrypt")
	add("box changed, last byte", flip(good.Repair, -1), "decrypt")
	add("the own box under the other's tag", put(own[0].Repair, 1, good.Repair[1:33]), "decrypt")
	add("a repair cut", good.Repair[:len(good.Repair)-1], "malformed")
	add("a repair with a byte after it", append(bytes.Clone(good.Repair), 0), "malformed")
	add("a repair of another version", put(good.Repair, 0, []byte{0xA2}), "version")
	add("an answer of another version", put(good.Repair, 0, []byte{0x6A}), "version")
	add("a reply in its place", r.Reply, "size")
	add("an invite in its place", r.Invite, "size")
	add("one that asks for a card, as an answer", put(asks.Repair, 0, []byte{0x69}), "malformed")

	// From here on the peer holds the right keys.
	_, peer := r.play(t, "repair").side(at)
	role := map[string]seal.Role{"I": seal.Joiner, "J": seal.Inviter}[at]
	kR := peer.Relink()
	padded := func(n uint32, padded []byte) []byte {
		box, err := seal.Encrypt(seal.CardKey(kR, role, n), seal.Nonce{}, padded)
		require.NoError(t, err)
		return invite.NewRepair(false, seal.CardTag(kR, role, n), box)
	}
	to := func(plain []byte, length int, mark byte) []byte {
		p := make([]byte, length)
		copy(p, plain)
		p[len(plain)] = mark
		return p
	}
	fits := seal.ReplyPadding(len(good.Sealed))
	require.Equal(t, []byte(good.Repair), padded(good.N, to(good.Sealed, fits, 0x80)), "the frame of these cases is right")
	add("a repair without the padding's mark", padded(good.N, to(good.Sealed, fits, 0)), "padding")
	add("a repair with another mark", padded(good.N, to(good.Sealed, fits, 1)), "padding")
	add("a repair padded further than needed", padded(good.N, to(good.Sealed, 256, 0x80)), "padding")
	add("a repair of zeros", padded(good.N, make([]byte, 128)), "padding")
	said := func(n uint32, plain []byte) []byte { return padded(n, to(plain, seal.ReplyPadding(len(plain)), 0x80)) }
	add("a repair with nothing in it", said(3, nil), "malformed")
	add("numbers without a card", said(3, good.Sealed[:8]), "malformed")
	add("a number that is not its key's", said(good.N+1, good.Sealed), "malformed")
	add("a card for now", said(good.N, put(good.Sealed, 8, []byte{good.Sealed[8] | 1})), "malformed")
	add("a reserved flag", said(good.N, put(good.Sealed, 8, []byte{good.Sealed[8] | 0x40})), "malformed")
	add("a card cut", said(good.N, good.Sealed[:len(good.Sealed)-1]), "malformed")
	add("a card with a byte after it", said(good.N, append(bytes.Clone(good.Sealed), 0)), "malformed")
	add("a card with a port below 1024", said(good.N, put(good.Sealed, len(good.Sealed)-2, []byte{3, 255})), "malformed")
	return list
}

// from are the frames of one side.
func (r *vectorRun) from(side string) (list []*vectorFrame) {
	for n := range r.Frames {
		if r.Frames[n].From == side {
			list = append(list, &r.Frames[n])
		}
	}
	return list
}

func flipFlag(invite []byte, bit int) []byte {
	invite = bytes.Clone(invite)
	invite[1] |= 1 << bit
	return invite
}

func firstFrame(r *vectorRun, from string) []byte {
	for _, f := range r.Frames {
		if f.From == from {
			return f.Frame
		}
	}
	return nil
}

// modulusLast makes the second of the two 12-bit numbers in three bytes 3329.
func modulusLast(three []byte) []byte {
	return []byte{three[0], three[1]&0x0F | 3329&0x0F<<4, 3329 >> 4}
}
