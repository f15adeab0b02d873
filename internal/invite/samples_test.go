package invite_test

import (
	"encoding/json"
	"net/url"
	"os"
	"regexp"
	"strings"
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

func kindOf(code invite.Code) string {
	switch {
	case code.IsInvite():
		return "invite"
	case code.IsReply():
		return "reply"
	case code.IsRepair():
		return "repair"
	}
	return ""
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
			require.Equal(t, s.Kind, kindOf(code))
			require.Equal(t, s.Origin, origin)
		})
	}
	require.Len(t, causes, len(findErrors)+1, "every cause: %v", causes)
}

// wordBehind is a word right behind a code. An invite says where it ends; a sealed code cannot.
var wordBehind = regexp.MustCompile(`^[\w-]`)

// TestFunctionalFindSamplesSealed: the samples again, each with a code of every other kind and
// size in the place of its own, in the same spelling.
func TestFunctionalFindSamplesSealed(t *testing.T) {
	spellings := []func(string) string{
		func(s string) string { return s },
		func(s string) string { return strings.ReplaceAll(s, "_", "%5F") },
		func(s string) string { return strings.ReplaceAll(s, "-", "%2D") },
		func(s string) string { return strings.ReplaceAll(s, "_", `\_`) },
		func(s string) string { return strings.ReplaceAll(s, "--", "–") },
		url.QueryEscape, url.PathEscape, strings.ToLower,
		func(s string) string { return wrap(s, 60, "\n") },
		func(s string) string { return wrap(s, 60, "=\n") },
		func(s string) string { return wrap(s, 60, "<wbr>") },
		func(s string) string { return wrap(s, 76, "\n") },
		func(s string) string { return wrap(s, 60, "\n> ") },
	}
	// inPlace puts another code in the place of each form and spelling of a code.
	inPlace := func(text string, was invite.Code, written func(form func(invite.Code) string) string) string {
		for _, form := range []func(invite.Code) string{invite.Code.LinkText, invite.Code.QRText} {
			for _, spell := range spellings {
				before := spell(form(was))
				at := strings.Index(text, before)
				if at < 0 || wordBehind.MatchString(text[at+len(before):]) {
					continue
				}
				text = strings.ReplaceAll(text, before, spell(written(form)))
			}
		}
		return text
	}
	tried, samples := 0, 0
	for _, s := range findSamples(t) {
		if s.Code == "" {
			continue
		}
		was, err := invite.ParseCode(s.Code)
		require.NoError(t, err)
		rest := inPlace(s.Text, was, func(func(invite.Code) string) string { return "" })
		if _, err := invite.Find(rest); err == nil || rest == s.Text {
			continue // it stands there in a spelling that this test does not know
		}
		samples++
		for kind, code := range testCodes(t) {
			text := inPlace(s.Text, was, func(form func(invite.Code) string) string { return form(code) })
			if len(text) > invite.MaxPaste {
				continue
			}
			tried++
			found, origin, err := invite.FindLink(text)
			require.NoError(t, err, "%s: %s in %q", s.Name, kind, text)
			require.Equal(t, code, found, "%s: %s", s.Name, kind)
			require.Equal(t, s.Origin, origin, "%s: %s", s.Name, kind)
		}
	}
	t.Logf("%d texts made of %d samples", tried, samples)
	require.GreaterOrEqual(t, samples, 30)
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
