package invite_test

import (
	"bytes"
	"encoding/hex"
	"math/big"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/skip2/go-qrcode"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/invite"
	"tincan/internal/sdp"
)

func testInvite(d sdp.Description) invite.Invite {
	var secret [16]byte
	var key [32]byte
	for i := range key {
		key[i] = byte(i * 7)
	}
	copy(secret[:], "sixteen bytes ok")
	return invite.Invite{Secret: invite.NewSecret(secret), Key: key, Offer: d}
}

// TestUnitSamples takes what real engines wrote through every form and back.
func TestUnitSamples(t *testing.T) {
	files, err := filepath.Glob("../sdp/testdata/sdp/*.sdp")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 13)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".sdp"), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			require.NoError(t, err)
			full, err := sdp.Parse(string(raw), false)
			require.NoError(t, err)
			offer := full.ForInvite()
			lines := strings.Count(string(raw), "a=candidate:")

			code := invite.Code(testInvite(offer).Bytes())
			text := code.LinkText()
			qr, err := qrcode.New("HTTPS://CHAT.EXAMPLE/#"+code.QRText(), qrcode.Low)
			require.NoError(t, err)
			t.Logf("SDP %4d bytes, %2d candidate lines: %d kept, %d in an invite; invite %d bytes, %d characters, QR version %d (L)",
				len(raw), lines, len(full.Candidates), len(offer.Candidates), len(code), len(text), qr.VersionNumber)

			// Text and back, in both alphabets.
			for _, form := range []string{text, code.QRText()} {
				back, err := invite.ParseCode(form)
				require.NoError(t, err)
				require.Equal(t, code, back)
			}
			parsed, err := invite.ParseInvite(code, false)
			require.NoError(t, err)
			assert.Equal(t, offer, parsed.Offer)

			// The answer form carries everything, and goes back to SDP and again.
			answer := invite.AnswerBytes(full)
			assert.Less(t, len(answer), 256, "fits the largest padding")
			again, err := invite.ParseAnswer(answer, false)
			require.NoError(t, err)
			rebuilt, err := sdp.Parse(again.SDP(sdp.Answer, sdp.MediaID(string(raw))), false)
			require.NoError(t, err)
			assert.Equal(t, full, rebuilt)
			assert.Less(t, qr.VersionNumber, 12, "one QR code that a phone reads")
		})
	}
}

// TestUnitInviteLength holds the lengths that a person sees, by shape.
func TestUnitInviteLength(t *testing.T) {
	shapes := []struct {
		file, shape string
		limit       int
	}{
		{"chromium-offer-srflx", "one IPv4 srflx", 148},
		{"firefox-offer-srflx", "one IPv4 srflx", 148},
		{"chromium-offer-srflx46", "IPv4 and IPv6 srflx", 173},
		{"chromium-offer", "two mDNS hosts", 189},
		{"firefox-offer", "two mDNS hosts", 189},
	}
	for _, s := range shapes {
		raw, err := os.ReadFile("../sdp/testdata/sdp/" + s.file + ".sdp")
		require.NoError(t, err)
		d, err := sdp.Parse(string(raw), false)
		require.NoError(t, err)
		code := invite.Code(testInvite(d.ForInvite()).Bytes())
		t.Logf("%-24s %-20s %d characters, at most %d", s.file, s.shape, len(code.LinkText()), s.limit)
		assert.LessOrEqual(t, len(code.LinkText()), s.limit, s.file)
		assert.Less(t, qrVersion(t, "HTTPS://CHAT.EXAMPLE/#"+code.QRText()), qrVersion(t, "https://chat.example/#"+code.LinkText()),
			"base43 makes the smaller QR code")
	}
}

func qrVersion(t *testing.T, text string) int {
	qr, err := qrcode.New(text, qrcode.Low)
	require.NoError(t, err)
	return qr.VersionNumber
}

func sample(t testing.TB) sdp.Description {
	t.Helper()
	raw, err := os.ReadFile("../sdp/testdata/sdp/chromium-offer-srflx.sdp")
	require.NoError(t, err)
	d, err := sdp.Parse(string(raw), false)
	require.NoError(t, err)
	return d
}

// TestUnitRefused: what a hostile invite may try, each refused whole.
func TestUnitRefused(t *testing.T) {
	good := testInvite(sample(t).ForInvite()).Bytes()
	candidate := func(tag byte, address []byte, port uint16) []byte {
		head := good[:len(good)-7] // one IPv4 candidate at the end
		return append(append(append(bytes.Clone(head), tag), address...), byte(port>>8), byte(port))
	}
	v4 := func(s string) []byte { a := netip.MustParseAddr(s).As4(); return a[:] }
	v6 := func(s string) []byte { a := netip.MustParseAddr(s).As16(); return a[:] }
	set := func(i int, b byte) []byte { c := bytes.Clone(good); c[i] = b; return c }

	_, err := invite.ParseInvite(candidate(4, v4("198.51.100.1"), 5000), false)
	require.NoError(t, err, "the frame of these cases is right")

	cases := map[string]struct {
		bytes []byte
		err   error
	}{
		"nothing":            {nil, invite.ErrMalformed},
		"another version":    {set(0, 0x8A), invite.ErrVersion},
		"a reply":            {set(0, 0xAD), invite.ErrVersion},
		"a repair":           {set(0, 0xA1), invite.ErrVersion},
		"a repair's answer":  {set(0, 0x69), invite.ErrVersion},
		"another kind":       {set(0, 0x45), invite.ErrMalformed},
		"reserved flag 1":    {set(1, 0x02), invite.ErrMalformed},
		"reserved flag 4":    {set(1, 0x10), invite.ErrMalformed},
		"flag 7":             {set(1, 0x80), invite.ErrMalformed},
		"format 3":           {set(1, 0x0C), invite.ErrMalformed},
		"trailing byte":      {append(bytes.Clone(good), 0), invite.ErrMalformed},
		"one byte short":     {good[:len(good)-1], invite.ErrMalformed},
		"tag bit 4":          {candidate(0x14, v4("198.51.100.1"), 5000), invite.ErrMalformed},
		"address kind 3":     {candidate(0x07, v4("198.51.100.1"), 5000), invite.ErrMalformed},
		"type 3":             {candidate(0x0C, v4("198.51.100.1"), 5000), invite.ErrMalformed},
		"mDNS not a host":    {candidate(0x06, v6("2001:db8::1"), 5000), invite.ErrMalformed},
		"port 0":             {candidate(4, v4("198.51.100.1"), 0), invite.ErrMalformed},
		"port 1023":          {candidate(4, v4("198.51.100.1"), 1023), invite.ErrMalformed},
		"unspecified":        {candidate(4, v4("0.0.0.0"), 5000), invite.ErrMalformed},
		"this network":       {candidate(4, v4("0.1.2.3"), 5000), invite.ErrMalformed},
		"loopback":           {candidate(0, v4("127.0.0.1"), 5000), invite.ErrMalformed},
		"loopback, far":      {candidate(0, v4("127.200.0.9"), 5000), invite.ErrMalformed},
		"loopback v6":        {candidate(1, v6("::1"), 5000), invite.ErrMalformed},
		"unspecified v6":     {candidate(1, v6("::"), 5000), invite.ErrMalformed},
		"metadata service":   {candidate(0, v4("169.254.169.254"), 5000), invite.ErrMalformed},
		"link-local v6":      {candidate(1, v6("fe80::1"), 5000), invite.ErrMalformed},
		"multicast":          {candidate(0, v4("224.0.0.251"), 5353), invite.ErrMalformed},
		"multicast v6":       {candidate(1, v6("ff02::fb"), 5353), invite.ErrMalformed},
		"broadcast":          {candidate(0, v4("255.255.255.255"), 5000), invite.ErrMalformed},
		"reserved":           {candidate(0, v4("240.0.0.1"), 5000), invite.ErrMalformed},
		"mapped loopback":    {candidate(1, v6("::ffff:127.0.0.1"), 5000), invite.ErrMalformed},
		"mapped public":      {candidate(1, v6("::ffff:198.51.100.1"), 5000), invite.ErrMalformed},
		"nine candidates":    {append(bytes.Clone(good), bytes.Repeat(good[len(good)-7:], 8)...), invite.ErrMalformed},
		"longer than any":    {append(bytes.Clone(good), make([]byte, 4000)...), invite.ErrMalformed},
		"text credentials":   {textCredentials(good, "abcd", strings.Repeat("x", 24)), invite.ErrMalformed},
		"line in a password": {textCredentials(good, "abcd\r\na=x", strings.Repeat("x", 23)), invite.ErrMalformed},
		"short password":     {textCredentials(good, "abcde", strings.Repeat("x", 21)), invite.ErrMalformed},
		"long ufrag":         {textCredentials(good, strings.Repeat("x", 33), strings.Repeat("x", 30)), invite.ErrMalformed},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := invite.ParseInvite(c.bytes, false)
			require.ErrorIs(t, err, c.err)
			require.Zero(t, got)
		})
	}
	_, err = invite.ParseInvite(cases["loopback"].bytes, true)
	require.NoError(t, err, "on one computer loopback is what there is")
	_, err = invite.ParseInvite(textCredentials(good, "abcde", strings.Repeat("x", 23)), false)
	require.NoError(t, err, "the frame of the credential cases is right")
}

// textCredentials puts length-prefixed credentials in place of the packed ones.
func textCredentials(good []byte, ufrag, password string) []byte {
	b := append(bytes.Clone(good[:50]), byte(len(ufrag)))
	b = append(append(b, ufrag...), byte(len(password)))
	b = append(append(b, password...), good[71:]...)
	b[1] = 2 << 2
	return b
}

// TestUnitBase43 compares with big integers, and refuses what is not canonical.
func TestUnitBase43(t *testing.T) {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ$*+-./:"
	for n := 102; n <= 332; n++ {
		code := make(invite.Code, n)
		for i := range code {
			code[i] = byte(i*n + 11)
		}
		code[0] = 0x89
		text := code.QRText()
		number, base := new(big.Int), big.NewInt(43)
		for _, c := range text {
			number.Mul(number, base).Add(number, big.NewInt(int64(strings.IndexRune(alphabet, c))))
		}
		require.Equal(t, []byte(code), number.FillBytes(make([]byte, n)))
		largest := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), uint(8*n)), big.NewInt(1))
		require.Len(t, largest.Text(43), len(text), "%d bytes: no more digits than the largest number needs", n)
		back, err := invite.ParseCode(text)
		require.NoError(t, err)
		require.Equal(t, code, back)
		for _, bad := range []string{text[1:], "0" + text, text + "0", strings.Repeat(":", len(text)), text[:len(text)-1] + "a", text[:len(text)-1] + "%"} {
			_, err := invite.ParseCode(bad)
			require.Error(t, err, "%d bytes", n)
		}
	}
}

// TestUnitBase43Lengths: they are those of whole numbers, far beyond the longest code.
func TestUnitBase43Lengths(t *testing.T) {
	for n := 1; n <= 2000; n++ {
		power := new(big.Int).Lsh(big.NewInt(1), uint(8*n))
		digits := len(power.Sub(power, big.NewInt(1)).Text(43))
		require.Equal(t, digits, invite.Base43Length(n), n)
		require.Equal(t, n, invite.Base43Bytes(digits), n)
		require.Equal(t, n-1, invite.Base43Bytes(digits-1), n)
	}
}

// TestUnitText: one accepted encoding.
func TestUnitText(t *testing.T) {
	code := invite.Code(testInvite(sample(t).ForInvite()).Bytes())
	text := code.LinkText()
	assert.Equal(t, byte('i'), text[0])
	for bad, want := range map[string]error{
		"":                                    invite.ErrEmpty,
		text[:len(text)-1]:                    invite.ErrCut,
		text[:60]:                             invite.ErrCut,
		text[:20] + text[21:]:                 invite.ErrMalformed,
		strings.Replace(text, "A", "+", 1):    invite.ErrMalformed,
		text[:len(text)-1] + "=z":             invite.ErrMalformed,
		"r" + text[1:]:                        invite.ErrMalformed,
		"j" + text[1:]:                        invite.ErrMalformed,
		"iw" + text[2:]:                       invite.ErrVersion,
		strings.Repeat("i", 4000):             invite.ErrTooLong,
		text[:len(text)-2] + "\n" + text[:1]:  invite.ErrCut,
		strings.ToUpper(text[:1]) + text[1:]:  invite.ErrMalformed,
		text[:len(text)-1] + "\u200bz":        invite.ErrMalformed,
		" " + text:                            invite.ErrMalformed,
		"0x" + hex.EncodeToString(code[:100]): invite.ErrMalformed,
	} {
		_, err := invite.ParseCode(bad)
		assert.ErrorIs(t, err, want, bad)
	}
}

func TestUnitSecretPrintsNothing(t *testing.T) {
	i := testInvite(sample(t))
	for _, s := range []string{i.Secret.String()} {
		assert.NotContains(t, s, "sixteen")
		assert.NotContains(t, s, hex.EncodeToString([]byte("sixteen")))
	}
}

// TestUnitAnswerFits: an answer has room in a reply whatever the credentials, and what is
// left out of it are the last candidates alone.
func TestUnitAnswerFits(t *testing.T) {
	ip6 := func(n byte) sdp.Candidate {
		return sdp.Candidate{Type: sdp.ServerReflexive, Address: sdp.Address{Kind: sdp.IPv6, Bytes: [16]byte{0: 0x20, 1: 0x01, 15: n}}, Port: 2000 + uint16(n)}
	}
	full := 0
	for password := 22; password <= 64; password += 3 {
		for ufrag := 5; ufrag <= 32; ufrag += 3 {
			for n := range 9 {
				d := sdp.Description{Ufrag: strings.Repeat("u", ufrag), Password: strings.Repeat("P", password)}
				for i := range n {
					d.Candidates = append(d.Candidates, ip6(byte(i)))
				}
				b := invite.AnswerBytes(d)
				require.LessOrEqual(t, len(b), 255)
				got, err := invite.ParseAnswer(b, false)
				require.NoError(t, err)
				require.True(t, slices.Equal(d.Candidates[:len(got.Candidates)], got.Candidates))
				if len(got.Candidates) < n {
					require.Greater(t, len(b)+19, 255, "one more would not have fitted")
					full++
				}
			}
		}
	}
	require.NotZero(t, full)
	// The longest answer that a program makes with all eight.
	firefox := sdp.Description{Ufrag: "1afe1b55", Password: "69241e27ed171bc55cd1419573290b31"}
	for i := range byte(8) {
		firefox.Candidates = append(firefox.Candidates, ip6(i))
	}
	got, err := invite.ParseAnswer(invite.AnswerBytes(firefox), false)
	require.NoError(t, err)
	require.Len(t, got.Candidates, 8)
}
