package chat_test

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/nacl/secretbox"

	"tincan/internal/chat"
	"tincan/internal/invite"
	"tincan/internal/seal"
)

// holder is somebody who has the link, and seals what they like with it.
type holder struct {
	code   invite.Code
	secret [16]byte
	key    [32]byte
}

func holding(t testing.TB, link string) holder {
	t.Helper()
	code, err := invite.Find(link)
	require.NoError(t, err)
	inv, err := invite.ParseInvite(code, true)
	require.NoError(t, err)
	return holder{code, inv.Secret.Bytes(), inv.Key}
}

// seal is a reply that holds any answer.
func (h holder) seal(t testing.TB, answer []byte) invite.Code {
	t.Helper()
	keys, err := seal.GenerateKeyPair(rand.Reader)
	require.NoError(t, err)
	reply, _, err := seal.SealReply(rand.Reader, keys, seal.NewLinkSecret(h.secret), h.key, h.code, answer)
	require.NoError(t, err)
	return reply
}

// box is a reply whose box holds exactly these bytes, made from PROTOCOL.md §2.3 alone.
func (h holder) box(t testing.TB, padded []byte) invite.Code {
	t.Helper()
	own, err := ecdh.X25519().GenerateKey(rand.Reader)
	require.NoError(t, err)
	inviter, err := ecdh.X25519().NewPublicKey(h.key[:])
	require.NoError(t, err)
	dh, err := own.ECDH(inviter)
	require.NoError(t, err)
	hash := sha256.New()
	for _, part := range [][]byte{[]byte("tincan/v1 invite"), h.code, own.PublicKey().Bytes()} {
		hash.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		hash.Write(part)
	}
	prk, err := hkdf.Extract(sha256.New, append(dh, h.secret[:]...), []byte("tincan/v1 seal"))
	require.NoError(t, err)
	key, err := hkdf.Expand(sha256.New, prk, "tincan/v1 seal-key\x00"+string(hash.Sum(nil)), 32)
	require.NoError(t, err)
	reply := append([]byte{0xAD}, own.PublicKey().Bytes()...)
	return secretbox.Seal(reply, padded, new([24]byte), (*[32]byte)(key))
}

// answer is a flawless one: flags, credentials of format 1, a fingerprint, candidates.
func answer(candidates ...string) []byte {
	b := append([]byte{1 << 2}, bytes.Repeat([]byte{0xAB}, 4+16)...)
	b = append(b, bytes.Repeat([]byte{0x5A}, 32)...)
	for _, c := range candidates {
		one, err := hex.DecodeString(strings.ReplaceAll(c, " ", ""))
		if err != nil {
			panic(err)
		}
		b = append(b, one...)
	}
	return b
}

const good = "00 c0000207 d431" // 192.0.2.7, port 54321

// unusable are replies that open and hold nothing to go on with.
func unusable(t testing.TB, h holder) map[string]invite.Code {
	t.Helper()
	change := func(at int, to byte) []byte {
		b := answer(good)
		b[at] = to
		return b
	}
	all := map[string]invite.Code{}
	for name, a := range map[string][]byte{
		"nothing":                      {},
		"one byte":                     {0xF0},
		"a word":                       []byte("garbage"),
		"flag 0, which is an invite's": change(0, 1<<2|1),
		"flag 1":                       change(0, 1<<2|2),
		"flag 7":                       change(0, 1<<2|0x80),
		"format 3":                     change(0, 3<<2),
		"another format":               change(0, 0),
		"format 2 without its lengths": change(0, 2<<2),
		"credentials alone":            answer()[:21],
		"half a fingerprint":           answer()[:40],
		"a fingerprint of 31 bytes":    answer()[:52],
		"a fingerprint of 33 bytes":    append(answer(), 0),
		"half a candidate":             answer(good)[:57],
		"a byte after the candidates":  append(answer(good), 0),
		"nine candidates":              answer(good, "00 c0000208 d431", "00 c0000209 d431", "00 c000020a d431", "00 c000020b d431", "00 c000020c d431", "00 c000020d d431", "00 c000020e d431", "00 c000020f d431"),
		"a tag with a flag":            answer("10 c0000207 d431"),
		"an address of kind 3":         answer("03 c0000207 d431"),
		"a candidate of type 3":        answer("0c c0000207 d431"),
		"port 1023":                    answer("00 c0000207 03ff"),
		"0.0.0.0":                      answer("00 00000000 d431"),
		"cloud metadata":               answer("00 a9fea9fe d431"),
		"multicast":                    answer("00 e0000001 d431"),
		"link-local":                   answer("01 fe800000000000000000000000000001 d431"),
		"a mapped address":             answer("01 00000000000000000000ffffc0000207 d431"),
		"255 zeros":                    make([]byte, 255),
	} {
		all[name] = h.seal(t, a)
	}
	padded := append(answer(good), 0x80)
	padded = append(padded, make([]byte, 128-len(padded))...)
	pad := func(change func(b []byte)) []byte {
		b := bytes.Clone(padded)
		change(b)
		return b
	}
	for name, b := range map[string][]byte{
		"padding without its mark":    pad(func(b []byte) { b[len(answer(good))] = 0 }),
		"another mark":                pad(func(b []byte) { b[len(answer(good))] = 0x81 }),
		"a stray byte in the padding": pad(func(b []byte) { b[127] = 1 }),
		"padded to the next size":     append(bytes.Clone(padded), make([]byte, 64)...),
		"zeros alone":                 make([]byte, 192),
	} {
		all[name] = h.box(t, b)
	}
	return all
}

// TestFunctionalUnusable: a reply that opens but holds nothing that can be used spends no invite, ends nothing, and
// says so. By hand it is a try, in the mailbox it is somebody else's. The true reply still opens.
func TestFunctionalUnusable(t *testing.T) {
	t.Parallel()
	first := create(t)
	names := unusable(t, holding(t, first.Link().Link))
	require.NoError(t, first.Close())
	require.Greater(t, len(names), 30)
	for name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wanted := chat.CodeMalformed
			if strings.Contains(name, "padd") || name == "another mark" || name == "zeros alone" {
				wanted = chat.CodeOtherInvite
			}
			inviter := create(t)
			bad := unusable(t, holding(t, inviter.Link().Link))[name].LinkText()
			joiner := join(t, inviter.Link().Link)
			wantCode(t, wanted, inviter.Accept(bad, true))
			for range 12 { // the same again is no other try
				wantCode(t, wanted, inviter.Accept(bad, false))
			}
			require.NoError(t, inviter.Accept(joiner.Link().Link, false))
			await[chat.Opened](t, inviter)
			await[chat.Opened](t, joiner)
		})
		t.Run(name+", in the mailbox", func(t *testing.T) {
			t.Parallel()
			p := newPost(t, chat.MailClock{})
			inviter := p.create(t)
			link := inviter.Link().Link
			bad := unusable(t, holding(t, link))[name]
			require.NoError(t, p.store.Put(context.Background(), slotOf(t, link), bad, p.time()))
			awaitMailbox(t, inviter, chat.MailboxForeign)
			joiner := p.join(t, link)
			awaitMailbox(t, joiner, chat.MailboxOccupied)
			require.NoError(t, inviter.Accept(joiner.Link().Link, false))
			await[chat.Opened](t, inviter)
			await[chat.Opened](t, joiner)
		})
	}
}

// TestFunctionalUsable is the control of the above: without its flaw the same reply spends the invite.
func TestFunctionalUsable(t *testing.T) {
	t.Parallel()
	for name, seal := range map[string]func(holder) invite.Code{
		"sealed": func(h holder) invite.Code { return h.seal(t, answer(good)) },
		"by hand": func(h holder) invite.Code {
			return h.box(t, append(append(answer(good), 0x80), make([]byte, 128-61)...))
		},
	} {
		inviter := create(t)
		require.NoError(t, inviter.Accept(seal(holding(t, inviter.Link().Link)).LinkText(), false), name)
		require.Equal(t, chat.StateConnecting, awaitState(t, inviter, chat.StateConnecting))
		wantCode(t, chat.CodeSecondReply, inviter.Accept(join(t, inviter.Link().Link).Link().Link, false))
	}
}

// TestFunctionalTries: ten different replies that cannot be used end the invite, of whatever kind. Those that other
// tabs offer do not count, and neither does one that was handed in before.
func TestFunctionalTries(t *testing.T) {
	t.Parallel()
	inviter := create(t)
	h := holding(t, inviter.Link().Link)
	stranger := join(t, create(t).Link().Link).Link().Link
	for range 30 {
		wantCode(t, chat.CodeOtherInvite, inviter.Accept(stranger, true))
	}
	for range 30 {
		wantCode(t, chat.CodeOtherInvite, inviter.Accept(stranger, false))
	}
	damaged := h.seal(t, answer(good))
	for i := range 3 { // in the key and in the box
		other := bytes.Clone(damaged)
		other[1+i*40] ^= 1
		wantCode(t, chat.CodeOtherInvite, inviter.Accept(invite.Code(other).LinkText(), false))
	}
	low := bytes.Clone(damaged) // B of low order
	clear(low[1:33])
	wantCode(t, chat.CodeOtherInvite, inviter.Accept(invite.Code(low).LinkText(), false))
	back := bytes.Clone(damaged) // B is A
	copy(back[1:33], h.key[:])
	wantCode(t, chat.CodeOtherInvite, inviter.Accept(invite.Code(back).LinkText(), false))
	wantCode(t, chat.CodeMalformed, inviter.Accept(h.seal(t, nil).LinkText(), false))
	wantCode(t, chat.CodeOtherInvite, inviter.Accept(h.box(t, make([]byte, 128)).LinkText(), false))
	ninth := h.seal(t, []byte("garbage")).LinkText()
	for range 3 {
		wantCode(t, chat.CodeMalformed, inviter.Accept(ninth, false))
	}
	wantCode(t, chat.CodeOtherInvite, inviter.Accept(stranger, false))
	// What is no reply at all is no try.
	// Not one whose last letter is then by chance the one that ends a code.
	wantCode(t, chat.CodeCut, inviter.Accept(strings.TrimRight(ninth, "z-_"), false))
	wantCode(t, chat.CodeWantReply, inviter.Accept(create(t).Link().Link, false))
	wantCode(t, chat.CodeTries, inviter.Accept(h.seal(t, []byte{0xF0}).LinkText(), false))
	assert.Equal(t, chat.ReasonTries, await[chat.Closed](t, inviter).Reason)
}

// TestFunctionalTold: each reply of somebody else is told once. To who hands it in it is the answer; what another tab
// offers, or the mailbox holds, is told by an event, however often it comes.
func TestFunctionalTold(t *testing.T) {
	t.Parallel()
	inviter, joiner := open(t)
	h := holding(t, inviter.Link().Link)
	first, second := h.seal(t, answer(good)).LinkText(), h.seal(t, []byte("garbage")).LinkText()
	for range 3 {
		wantCode(t, chat.CodeSecondReply, inviter.Accept(first, false))
	}
	_, err := inviter.Send("1", first)
	wantCode(t, chat.CodeSecondReply, err)
	for range 3 {
		wantCode(t, chat.CodeSecondReply, inviter.Accept(second, true))
	}
	wantCode(t, chat.CodeAlreadyUsed, inviter.Accept(joiner.Link().Link, true))
	require.NoError(t, inviter.Close())
	require.Equal(t, 1, problems(t, inviter)[chat.CodeSecondReply], "the one that was offered, once, and not the one handed in")
}

// TestFunctionalToldEnough: whoever floods with replies is told of, but not for ever.
func TestFunctionalToldEnough(t *testing.T) {
	t.Parallel()
	inviter, _ := open(t)
	h := holding(t, inviter.Link().Link)
	for range 100 {
		wantCode(t, chat.CodeSecondReply, inviter.Accept(h.seal(t, nil).LinkText(), true))
	}
	require.NoError(t, inviter.Close())
	require.Equal(t, 32, problems(t, inviter)[chat.CodeSecondReply])
}

// problems counts what a session that has ended told, by code.
func problems(t testing.TB, s *chat.Session) map[chat.Code]int {
	t.Helper()
	told := map[chat.Code]int{}
	for e, ok := s.Next(ctx(t)); ok; e, ok = s.Next(ctx(t)) {
		if p, is := e.(chat.Problem); is {
			told[p.Code]++
		}
	}
	return told
}
