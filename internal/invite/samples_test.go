package invite_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"tincan/internal/invite"
)

// findSample is a text as programs leave it, and what is to be found in it:
// testdata/find/README.md.
type findSample struct {
	Name, Text         string
	Code, Kind, Origin string `json:",omitempty"`
	Error              string `json:",omitempty"`
}

var findErrors = map[string]error{
	"empty": invite.ErrEmpty, "no code": invite.ErrNoCode, "several": invite.ErrSeveral,
	"cut": invite.ErrCut, "version": invite.ErrVersion, "malformed": invite.ErrMalformed,
}

func findSamples(t testing.TB) (samples []findSample) {
	t.Helper()
	raw, err := os.ReadFile("testdata/find/samples.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &samples))
	require.Greater(t, len(samples), 80)
	return samples
}

// TestFunctionalFindSamples: every sample gives its code and the origin of its
// link, or the true cause.
func TestFunctionalFindSamples(t *testing.T) {
	causes := map[string]int{}
	for _, s := range findSamples(t) {
		causes[s.Error]++
		t.Run(s.Name, func(t *testing.T) {
			code, origin, err := invite.FindLink(s.Text)
			if s.Error != "" {
				require.ErrorIs(t, err, findErrors[s.Error])
				require.Nil(t, code)
				require.Empty(t, origin)
				return
			}
			require.NoError(t, err)
			require.Equal(t, s.Code, code.LinkText())
			require.Equal(t, s.Kind == "invite", code.IsInvite())
			require.Equal(t, s.Origin, origin)
		})
	}
	require.Len(t, causes, len(findErrors)+1, "every cause: %v", causes)
}

// TestUnitShortestReply: a text below MinReplyText has no reply in it, whatever the spelling.
func TestUnitShortestReply(t *testing.T) {
	shortest := invite.Code(append([]byte{0xAD}, make([]byte, 176)...))
	require.Len(t, shortest.LinkText(), invite.MinReplyText)
	require.Greater(t, len(shortest.QRText()), invite.MinReplyText)
	code, err := invite.Find(shortest.LinkText())
	require.NoError(t, err)
	require.Equal(t, shortest, code)

	replies := 0
	for _, s := range findSamples(t) {
		if s.Kind != "reply" {
			continue
		}
		replies++
		require.GreaterOrEqual(t, len(s.Text), invite.MinReplyText, s.Name)
	}
	require.Positive(t, replies)
}
