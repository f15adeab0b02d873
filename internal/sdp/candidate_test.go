package sdp_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pion/ice/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/sdp"
)

// TestUnitCandidateLine: what is a candidate's line, and what it says.
func TestUnitCandidateLine(t *testing.T) {
	public := sdp.Candidate{Type: sdp.ServerReflexive, Address: sdp.Address{Bytes: [16]byte{203, 0, 113, 7}}, Port: 5000}
	for text, want := range map[string]*sdp.Candidate{
		"candidate:1 1 udp 1677729535 203.0.113.7 5000 typ srflx raddr 0.0.0.0 rport 0": &public,
		"a=candidate:1 1 UDP 1 203.0.113.7 5000 typ srflx\r\n":                          &public,
		"candidate: 1 1 udp  1 203.0.113.7\t5000 typ srflx":                             &public,
		"candidate:1 1 udp 1 203.0.113.7 5000 typ srflx raddr":                          &public,
		"candidate:1 2 udp 1 203.0.113.7 5000 typ srflx":                                nil,
		"candidate:1 1 tcp 1 203.0.113.7 9 typ host tcptype active":                     nil,
		"candidate:1 1 udp 1 203.0.113.7 5000 typ prflx":                                nil,
		"candidate:1 1 udp 1 203.0.113.7 65536 typ srflx":                               nil,
		"candidate:1 1 udp 1 203.0.113.7 -1 typ srflx":                                  nil,
		"candidate:1 1 udp 1 a.local 5000 typ host":                                     nil,
	} {
		l, ok := sdp.ParseCandidateLine(text)
		require.True(t, ok, text)
		c, ok := l.Candidate()
		require.Equal(t, want != nil, ok, text)
		if ok {
			assert.Equal(t, *want, c, text)
		} else {
			assert.Zero(t, c, text)
		}
	}
	for _, text := range []string{"", "candidate:", "candidate:1 1 udp", "candidate:1 1 udp 1 203.0.113.7 5000 type host", "a=a=candidate:1 1 udp 1 203.0.113.7 5000 typ host", "x candidate:1 1 udp 1 203.0.113.7 5000 typ host"} {
		l, ok := sdp.ParseCandidateLine(text)
		require.False(t, ok, text)
		require.Zero(t, l, text)
	}
}

// TestUnitCandidateExtensions: they come by turns behind the type, and With changes no line
// but its own.
func TestUnitCandidateExtensions(t *testing.T) {
	l, ok := sdp.ParseCandidateLine("candidate:1 1 udp 1 10.0.0.2 5000 typ host network-id 3 network-cost 10 odd")
	require.True(t, ok)
	assert.Equal(t, "3", l.Extension("network-id"))
	assert.Equal(t, "10", l.Extension("network-cost"))
	assert.Empty(t, l.Extension("3"), "a value is no name")
	assert.Empty(t, l.Extension("odd"))
	one, other := l.With("a", "1"), l.With("a", "2")
	assert.Equal(t, "candidate:1 1 udp 1 10.0.0.2 5000 typ host network-id 3 network-cost 10 odd a 1", one.String())
	assert.Equal(t, "candidate:1 1 udp 1 10.0.0.2 5000 typ host network-id 3 network-cost 10 odd a 2", other.String())
}

// TestUnitCandidateLinesOfEngines: our reader and pion's find the same in what engines wrote.
func TestUnitCandidateLinesOfEngines(t *testing.T) {
	files, err := filepath.Glob("testdata/sdp/*.sdp")
	require.NoError(t, err)
	seen := 0
	for _, file := range files {
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		lines := sdp.CandidateLines(string(raw))
		require.Len(t, lines, strings.Count(string(raw), "a=candidate:"), file)
		for _, l := range lines {
			require.Contains(t, string(raw), "a="+l.String()+"\r\n", file)
			theirs, err := ice.UnmarshalCandidate(l.String())
			require.NoError(t, err, l)
			require.Equal(t, theirs.Address(), l.Address)
			require.Equal(t, theirs.Type().String(), l.Type)
			require.Equal(t, theirs.TCPType() == ice.TCPTypeUnspecified, l.UDP())
			if c, ok := l.Candidate(); ok {
				require.Equal(t, theirs.Port(), int(c.Port))
				again, err := ice.UnmarshalCandidate(c.Line(7, 12345).String())
				require.NoError(t, err)
				require.Equal(t, uint32(12345), again.Priority())
				require.Equal(t, "7", again.Foundation())
				require.Equal(t, theirs.Type(), again.Type())
				seen++
			}
		}
	}
	require.Greater(t, seen, 15)
}

// FuzzCandidateLine: what parses is written as a line that says the same; what we make of it
// is written and read again as it was.
func FuzzCandidateLine(f *testing.F) {
	for _, text := range []string{
		"candidate:1 1 udp 1677729535 203.0.113.7 5000 typ srflx raddr 0.0.0.0 rport 0", "a=candidate:0 1 UDP 1 0b1d7ef2-7a4e-4f6c-9a51-3f1a2b3c4d5e.local 1024 typ host generation 0 network-cost 999\r\n",
		"candidate:1 1 udp 1 2001:DB8::7 65535 typ relay", "candidate:2 1 TCP 2105458943 a.local 9 typ host tcptype active",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l, ok := sdp.ParseCandidateLine(text)
		if !ok {
			require.Zero(t, l)
			return
		}
		again, ok := sdp.ParseCandidateLine(l.String())
		require.True(t, ok)
		require.Equal(t, l, again)
		c, ok := l.Candidate()
		if !ok {
			require.Zero(t, c)
			return
		}
		back, ok := c.Line(1, 1).Candidate()
		require.True(t, ok)
		require.Equal(t, c, back)
	})
}
