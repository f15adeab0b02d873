package invite_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tincan/internal/invite"
	"tincan/internal/sdp"
)

// FuzzDescription: what is taken out of an engine's SDP, whatever it is, is carried by an
// answer and by an invite as it was.
func FuzzDescription(f *testing.F) {
	files, _ := filepath.Glob("../sdp/testdata/sdp/*.sdp")
	require.NotEmpty(f, files)
	for _, file := range files {
		raw, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(string(raw), true)
	}
	f.Fuzz(func(t *testing.T, text string, loopback bool) {
		d, err := sdp.Parse(text, loopback)
		if err != nil {
			return
		}
		answer, err := invite.ParseAnswer(invite.AnswerBytes(d), loopback)
		require.NoError(t, err)
		require.Equal(t, d, answer)
		parsed, err := invite.ParseInvite(testInvite(d.ForInvite()).Bytes(), loopback)
		require.NoError(t, err)
		require.Equal(t, d.ForInvite(), parsed.Offer)
	})
}

// TestUnitParserMemory: no 4 KiB given to a parser cost 1 MiB. Find has a
// test of its own.
func TestUnitParserMemory(t *testing.T) {
	good := testInvite(sample(t)).Bytes()
	text := sample(t).SDP(sdp.Offer, "0")
	random := make([]byte, 4096)
	for i := range random {
		random[i] = byte(rand.Uint32())
	}
	candidate := "a=candidate:1 1 udp 1 203.0.113.7 5000 typ srflx raddr 0.0.0.0 rport 0\r\n"
	texts := map[string]string{
		"SDP": text, "many candidates": text + strings.Repeat(candidate, (4096-len(text))/len(candidate)), "line ends": strings.Repeat("\n", 4096),
		"spaces": "a=candidate:" + strings.Repeat(" x", 2040), "colons": "a=fingerprint:sha-256 " + strings.Repeat(":", 4070), "groups": "a=candidate:1 1 udp 1 " + strings.Repeat("1:", 2000) + " 5000 typ host",
		"long ufrag": "a=ice-ufrag:" + strings.Repeat("x", 4080), "digits": strings.Repeat("9", 4096), "base43": strings.Repeat("Z", 513), "base43 that fits": strings.Repeat("0", 490),
		"letters": strings.Repeat("i", 4096), "an invite": string(good), "an invite, and zeros": string(good) + strings.Repeat("\x00", 3900), "zeros": strings.Repeat("\x00", 332),
		"random": string(random), "not UTF-8": strings.Repeat("\xff\xfe", 2048),
	}
	for name, text := range texts {
		for parser, parse := range map[string]func(){
			"SDP":    func() { _, _ = sdp.Parse(text, true) },
			"code":   func() { _, _ = invite.ParseCode(text) },
			"invite": func() { _, _ = invite.ParseInvite([]byte(text), true) },
			"answer": func() { _, _ = invite.ParseAnswer([]byte(text), true) },
			"mid":    func() { _ = sdp.MediaID(text) },
			"find":   func() { _, _ = invite.Find(text) },
		} {
			require.Less(t, allocated(parse), uint64(1<<20), "%s as %s", name, parser)
		}
	}
}
