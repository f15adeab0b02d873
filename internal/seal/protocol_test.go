package seal_test

import (
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tincan/internal/invite"
	"tincan/internal/sdp"
	"tincan/internal/seal"
)

var update = flag.Bool("update", false, "write the worked example into PROTOCOL.md")

// counting gives the bytes 00 01 02 … ff 00 …
type counting byte

func (c *counting) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(*c)
		*c++
	}
	return len(b), nil
}

// TestIntegrationProtocolExample makes the worked example of PROTOCOL.md §7 out of the
// code and compares it with the text.
func TestIntegrationProtocolExample(t *testing.T) {
	defer seal.FixEncapsulation()()
	example := workedExample(t)
	const file, begin, end = "../../PROTOCOL.md", "<!-- example -->\n", "<!-- /example -->"
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	head, rest, found := strings.Cut(string(raw), begin)
	require.True(t, found)
	was, tail, found := strings.Cut(rest, end)
	require.True(t, found)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(head+begin+example+end+tail), 0o644))
		return
	}
	require.Equal(t, example, was, "run: go test ./internal/seal -run ProtocolExample -update")
}

func workedExample(t *testing.T) string {
	random := new(counting)
	secret, err := seal.GenerateLinkSecret(random)
	require.NoError(t, err)
	inviter, err := seal.GenerateKeyPair(random)
	require.NoError(t, err)
	joiner, err := seal.GenerateKeyPair(random)
	require.NoError(t, err)

	offer := sdp.Description{Ufrag: "8hhY", Password: "asd88fgpdd777uzjYhagZg+/"}
	for i := range offer.Fingerprint {
		offer.Fingerprint[i] = byte(0xF0 - i)
	}
	answer := offer
	answer.Ufrag, answer.Password = "1afe1b55", "69241e27ed171bc55cd1419573290b31"
	offer.Candidates = []sdp.Candidate{{Type: sdp.ServerReflexive, Address: sdp.Address{Bytes: [16]byte{203, 0, 113, 7}}, Port: 56030}}
	answer.Candidates = []sdp.Candidate{
		{Address: sdp.Address{Kind: sdp.MDNS, Bytes: [16]byte{0xa4, 0xf9, 0x9c, 0x4b, 0xe7, 0x2d, 0x4d, 0x19, 0xb0, 0x53, 0xad, 0x46, 0xa7, 0x88, 0xc6, 0x45}}, Port: 37829},
		{Type: sdp.ServerReflexive, Address: sdp.Address{Kind: sdp.IPv6, Bytes: [16]byte{0: 0x20, 1: 0x01, 2: 0x0d, 3: 0xb8, 15: 7}}, Port: 44548},
	}
	inv := invite.Invite{Secret: invite.NewSecret(secret.Bytes()), Key: inviter.PublicKey(), Offer: offer}
	inviteCode := invite.Code(inv.Bytes())
	answerCode := invite.AnswerBytes(answer)

	reply, atJoiner, err := seal.SealReply(random, joiner, secret, inviter.PublicKey(), inviteCode, answerCode)
	require.NoError(t, err)
	_, atInviter, err := seal.OpenReply(random, inviter, secret, inviteCode, reply)
	require.NoError(t, err)
	m1, err := atJoiner.Start()
	require.NoError(t, err)
	m2, _, err := atInviter.Handle(m1)
	require.NoError(t, err)
	m3, j, err := atJoiner.Handle(m2)
	require.NoError(t, err)
	_, i, err := atInviter.Handle(m3)
	require.NoError(t, err)
	require.Equal(t, i.SAS(), j.SAS())
	slot := seal.MailboxSlot(secret)

	var b strings.Builder
	section := func(format string, args ...any) { fmt.Fprintf(&b, "\n"+format+"\n\n", args...) }
	bytes := func(name string, value []byte) { b.WriteString(hexLines(name, value)) }

	b.WriteString("\nEvery random byte is taken, in the order of need, from the endless sequence\n" +
		"`00 01 02 … ff 00 …`: `S`; the inviter's X25519 and Ed25519 secrets; the\njoiner's; for M1 the KEM seed `d ‖ z` and `nJ`; for M2 `nI` and the KEM's `m`.\n")
	section("Invite: Chromium credentials `%s` / `%s`,\none candidate %s:%d, %d bytes", offer.Ufrag, offer.Password,
		offer.Candidates[0].Address, offer.Candidates[0].Port, len(inviteCode))
	bytes("invite", inviteCode)
	text("link", &b, inviteCode.LinkText())
	text("QR", &b, inviteCode.QRText())
	bytes("fingerprint", offer.Fingerprint[:])
	section("Reply: Firefox credentials `%s` / `%s`,\nthe same fingerprint, an mDNS host %s:%d and an IPv6 reflexive\ncandidate %s, port %d; %d bytes of answer sealed to %d",
		answer.Ufrag, answer.Password, answer.Candidates[0].Address, answer.Candidates[0].Port, answer.Candidates[1].Address, answer.Candidates[1].Port,
		len(answerCode), len(reply))
	bytes("answer", answerCode)
	bytes("reply", reply)
	text("link", &b, invite.Code(reply).LinkText())
	text("QR", &b, invite.Code(reply).QRText())
	bytes("slot", slot[:])
	section("Handshake: the long messages by their SHA-256")
	bytes("M1 hash", sum(m1))
	bytes("M2 hash", sum(m2))
	bytes("M3", m3)
	sas := i.SAS()
	var names []string
	for _, w := range sas.Words() {
		names = append(names, w.Emoji+" "+w.Name)
	}
	digits := sas.Digits()
	text("SAS", &b, strings.Join(names, ", "))
	text("digits", &b, strings.Join(digits[:], " "))
	section("Frames: each side says that it understands nothing more; the text \"hello\",\nwith its signature; an ack of it; a goodbye")
	fromI, fromJ, atI, atJ := speak(i), speak(j), listen(i), listen(j)
	for _, f := range []struct {
		name string
		from *speaker
		to   *listener
		body string
	}{
		{"I>J 0 can", fromI, atJ, "\x41\x00\x00\x00\x00\x00\x00\x00\x00"}, {"J>I 0 can", fromJ, atI, "\x41\x00\x00\x00\x00\x00\x00\x00\x00"},
		{"I>J 1 text", fromI, atJ, "\x01hello"}, {"J>I 1 ack 2", fromJ, atI, "\x03\x00\x00\x00\x00\x00\x00\x00\x02"}, {"I>J 2 bye 1", fromI, atJ, "\x05\x01"},
	} {
		body := f.from.sign(t, []byte(f.body))
		if len(body) > 64 {
			bytes("signature", body[1:65])
		}
		frame, err := f.from.session.Seal(body)
		require.NoError(t, err)
		got, err := f.to.hear(frame)
		require.NoError(t, err)
		require.Equal(t, body, got)
		bytes(f.name, frame)
	}
	section("A later line in place of the goodbye, of the inviter's card 3, described as in the invite, and the\njoiner's card 5, described as in the answer; the ack above got lost with the line before")
	card := invite.AnswerBytes(offer)
	line := seal.LineID(3, card, 5, answerCode)
	bytes("card I 3", card)
	bytes("card J 5", answerCode)
	bytes("line", line[:])
	bytes("resume I 1", resume(i, line, 1))
	bytes("resume J 2", resume(j, line, 2))
	require.NoError(t, checkResume(j, line, resume(i, line, 1)))
	require.NoError(t, checkResume(i, line, resume(j, line, 2)))
	n := uint32(6)
	repair := invite.Code(nil)
	for ; repair == nil || repair.EndsInMark(); n++ {
		tag, box, err := i.SealCard(n, invite.Repair{N: n, Meets: 5, Card: offer}.Bytes())
		require.NoError(t, err)
		repair = invite.NewRepair(false, tag, box)
	}
	n--
	opened, err := openRepair(j, repair, 4, 35)
	require.NoError(t, err)
	require.Equal(t, invite.Repair{N: n, Meets: 5, Card: offer}, opened)
	slot = i.CardSlot(true, n)
	section("A repair by the inviter: its card %d, described as in the invite, that meets the joiner's card 5", n)
	bytes("told", invite.Repair{N: n, Meets: 5, Card: offer}.Bytes())
	bytes("repair", repair)
	text("link", &b, repair.LinkText())
	text("QR", &b, repair.QRText())
	bytes("slot", slot[:])
	b.WriteString("\n")
	return b.String()
}

func sum(b []byte) []byte {
	h := sha256.Sum256(b)
	return h[:]
}

func text(name string, b *strings.Builder, value string) {
	fmt.Fprintf(b, "    %-12s%s\n", name, value)
}

func hexLines(name string, value []byte) string {
	var b strings.Builder
	digits := hex.EncodeToString(value)
	for len(digits) > 0 {
		n := min(64, len(digits))
		fmt.Fprintf(&b, "    %-12s%s\n", name, digits[:n])
		name, digits = "", digits[n:]
	}
	return b.String()
}
