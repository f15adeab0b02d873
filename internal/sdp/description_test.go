package sdp_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/sdp"
	"tincan/internal/sdp/sdptest"
)

func sample(t testing.TB) sdp.Description {
	t.Helper()
	raw, err := os.ReadFile("testdata/sdp/chromium-offer-srflx.sdp")
	require.NoError(t, err)
	d, err := sdp.Parse(string(raw), false)
	require.NoError(t, err)
	return d
}

// TestUnitOwnCandidates: what our own engine offers beyond the rules is dropped, not an error.
func TestUnitOwnCandidates(t *testing.T) {
	text := sample(t).SDP(sdp.Offer, "0")
	text = text[:strings.Index(text, "a=candidate")]
	for _, c := range []string{
		"1 1 udp 1 127.0.0.1 5000 typ host", "1 1 udp 1 ::1 5000 typ host", "1 1 udp 1 169.254.3.4 5000 typ host",
		"1 1 udp 1 fe80::1%eth0 5000 typ host", "1 1 tcp 1 198.51.100.9 9 typ host tcptype active", "1 2 udp 1 198.51.100.9 5000 typ host",
		"1 1 udp 1 198.51.100.9 80 typ host", "1 1 udp 1 nonsense.example 5000 typ host", "1 1 udp 1 198.51.100.9 99999 typ host",
		"1 1 udp 1 198.51.100.9 5000 typ prflx", "1 1 udp", "1 1 udp 1 00000000-0000-0000-0000-00000000000.local 5000 typ host",
	} {
		text += "a=candidate:" + c + "\r\n"
	}
	d, err := sdp.Parse(text, false)
	require.NoError(t, err)
	assert.Empty(t, d.Candidates)
	d, err = sdp.Parse(text, true)
	require.NoError(t, err)
	assert.Len(t, d.Candidates, 2, "127.0.0.1 and ::1 where both ends run on one computer")

	many := text
	for i := range 30 {
		many += "a=candidate:1 1 udp 1 198.51.100.9 " + string(rune('1'+i/10)) + "00" + string(rune('0'+i%10)) + " typ srflx\r\n"
	}
	d, err = sdp.Parse(many, false)
	require.NoError(t, err)
	assert.Len(t, d.Candidates, sdp.MaxCandidates)

	for name, bad := range map[string]string{
		"no fingerprint": strings.ReplaceAll(text, "a=fingerprint", "a=nothing"),
		"sha-1 only":     strings.ReplaceAll(text, "sha-256", "sha-1"),
		"no password":    strings.ReplaceAll(text, "a=ice-pwd", "a=nothing"),
		"short digest":   strings.ReplaceAll(text, "a=fingerprint:sha-256 ", "a=fingerprint:sha-256 00:"),
		"empty":          "",
		"huge":           text + strings.Repeat("a=x\r\n", 20000),
	} {
		_, err := sdp.Parse(bad, false)
		assert.Error(t, err, name)
	}
}

// TestUnitKindsOfDescription: what a description says of the network behind it.
func TestUnitKindsOfDescription(t *testing.T) {
	describe := func(candidates ...string) sdp.Description {
		text := "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=fingerprint:sha-256 " + strings.Repeat("AB:", 31) + "AB\r\n"
		for _, c := range candidates {
			text += "a=candidate:1 1 udp 1 " + c + "\r\n"
		}
		d, err := sdp.Parse(text, false)
		require.NoError(t, err)
		require.Len(t, d.Candidates, len(candidates))
		return d
	}
	const (
		outside  = "203.0.113.7 5000 typ srflx"
		again    = "203.0.113.7 5001 typ srflx"
		outside6 = "2001:db8::7 5000 typ srflx"
		lan      = "192.168.1.11 5000 typ srflx"
		host     = "192.168.1.11 5000 typ host"
		name     = "0b1d7ef2-7a4e-4f6c-9a51-3f1a2b3c4d5e.local 5000 typ host"
		relay    = "198.51.100.9 5000 typ relay"
	)
	for _, c := range []struct {
		d                         sdp.Description
		public, symmetric, hidden bool
		inInvite                  int
	}{
		{describe(), false, false, true, 0},
		{describe(outside), true, false, false, 1},
		{describe(outside6), true, false, false, 1},
		{describe(outside, again), true, true, false, 1},
		{describe(outside, outside6), true, false, false, 2},
		{describe(lan), false, false, false, 1},
		{describe("172.16.0.1 5000 typ srflx", "fd00::1 5000 typ srflx", "10.0.0.1 5000 typ srflx"), false, false, false, 3},
		{describe("172.32.0.1 5000 typ srflx"), true, false, false, 1},
		{describe(host), false, false, false, 1},
		{describe(name, name[:len(name)-13]+"5001 typ host"), false, false, true, 2},
		{describe(name, host), false, false, false, 2},
		{describe(relay, outside, again, host), true, true, false, 2},
	} {
		assert.Equal(t, c.public, c.d.Public(), "public: %v", c.d.Candidates)
		assert.Equal(t, c.symmetric, c.d.Symmetric(), "symmetric: %v", c.d.Candidates)
		assert.Equal(t, c.hidden, c.d.Hidden(), "hidden: %v", c.d.Candidates)
		assert.Len(t, c.d.ForInvite().Candidates, c.inInvite, "%v", c.d.Candidates)
	}
}

// TestUnitCredentialCharacters: no byte that ICE does not allow gets into our SDP through
// the ufrag or the password of an engine: with one that ends a line, somebody else would
// write lines of ours.
func TestUnitCredentialCharacters(t *testing.T) {
	const ufrag, password = "abcde", "abcdefghijklmnopqrstuvwxyz"
	good := sample(t).SDP(sdp.Offer, "0")
	for b := range 256 {
		if b == '\r' || b == '\n' {
			continue // ends the line of an engine's SDP; what is left is another credential
		}
		c := string([]byte{byte(b)})
		allowed := strings.Contains("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", c)
		for _, pair := range [][2]string{
			{c + ufrag[1:], password}, {ufrag[:4] + c, password}, {ufrag, c + password[1:]}, {ufrag, password[:10] + c + password[11:]}, {ufrag, password[:25] + c},
			{ufrag[:3] + c, password[:24]}, {ufrag[:4], password[:23] + c}, // the lengths that an invite packs
		} {
			text := strings.Replace(good, "a=ice-ufrag:"+sample(t).Ufrag, "a=ice-ufrag:"+pair[0], 1)
			before, rest, found := strings.Cut(text, "a=ice-pwd:")
			require.True(t, found)
			_, after, _ := strings.Cut(rest, "\r\n")
			_, err := sdp.Parse(before+"a=ice-pwd:"+pair[1]+"\r\n"+after, false)
			require.Equal(t, allowed, err == nil, "%q", pair)
			require.Equal(t, allowed, sdp.ValidCredentials(pair[0], pair[1]), "%q", pair)
		}
	}
	for _, pair := range [][2]string{
		{"abc", password}, {strings.Repeat("x", 33), password}, {ufrag, password[:21]}, {ufrag, strings.Repeat("x", 65)}, {"", password}, {ufrag, ""},
	} {
		require.False(t, sdp.ValidCredentials(pair[0], pair[1]), "%q", pair)
	}
	require.True(t, sdp.ValidCredentials(strings.Repeat("x", 32), strings.Repeat("x", 64)))
	require.True(t, sdp.ValidCredentials("abcd", password[:22]))
}

// FuzzSDP: whatever text an engine, or what pretends to be one, gives as SDP:
// what is taken out of it can be written, has no line that we did not write,
// and is taken out of that again.
func FuzzSDP(f *testing.F) {
	files, _ := filepath.Glob("testdata/sdp/*.sdp")
	require.NotEmpty(f, files)
	for _, file := range files {
		raw, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(string(raw), true)
	}
	f.Add("a=ice-ufrag:abcd\na=ice-pwd:"+strings.Repeat("x", 22)+"\na=fingerprint:sha-256 "+strings.Repeat("AB:", 31)+"AB\na=candidate:1 1 UDP 1 ::1 1024 typ host\n", false)
	f.Fuzz(func(t *testing.T, text string, loopback bool) {
		d, err := sdp.Parse(text, loopback)
		if err != nil {
			require.Zero(t, d)
			return
		}
		require.LessOrEqual(t, len(d.Candidates), sdp.MaxCandidates)
		for _, kind := range []sdp.Kind{sdp.Offer, sdp.Answer} {
			written := d.SDP(kind, "0")
			require.Equal(t, "0", sdp.MediaID(written))
			for line := range strings.Lines(written) {
				require.True(t, strings.HasSuffix(line, "\r\n") && sdptest.Ours(strings.TrimSuffix(line, "\r\n")), "a line we did not write: %q", line)
			}
			again, err := sdp.Parse(written, loopback)
			require.NoError(t, err)
			require.Equal(t, d, again)
		}
	})
}
