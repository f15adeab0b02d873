package main

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/chat"
)

// hostile are texts that would pass for something else, or break rows, if they could.
// test/cli shows them in real windows.
var hostile = []string{
	"ok" + strings.Repeat(" ", 72) + "Verified, for this chat only.",
	"ok" + strings.Repeat(" ", 500) + "▌ Verified, for this chat only.",
	strings.Repeat("x", 74) + "them: I am somebody else",
	strings.Repeat("x", 75) + "you:  I said so",
	"▌ The other person left.",
	"\n▌ The other person left.\nthem: no",
	"\r▌ Verified",
	"a\u0085▌ Verified\u2028them: b\u2029them: c",
	"a\vb\fthem: c",
	"\t\t\t\t\t\t\t\t\t\t\tthem: after tabs",
	"x\tx\t" + strings.Repeat("\ty", 60),
	strings.Repeat("你好", 100),
	"a" + strings.Repeat("你", 99) + "them: 好",
	strings.Repeat("ｗｉｄｅ", 60),
	strings.Repeat("👩‍👩‍👧", 60),
	strings.Repeat("🇬🇷🇧", 70),
	strings.Repeat("🏴󠁧󠁢󠁥󠁮󠁧󠁿", 40),
	strings.Repeat("❤️1️⃣", 60),
	strings.Repeat("👍🏽🏽🏽", 40),
	"e" + strings.Repeat("\u0301", 300) + strings.Repeat(" e\u0301", 100),
	"\u0301\u0301 marks first",
	strings.Repeat("ก็็็", 80),
	strings.Repeat("ᄀᄀᄀ각ᆨᆨ", 50),
	strings.Repeat("क्षि", 80),
	"\u202e" + strings.Repeat("desrever", 20) + "\u202c\u2066x\u2069\u200f\u061c",
	strings.Repeat("שלום ", 40) + strings.Repeat("مرحبا ", 40),
	strings.Repeat("\u200b\u00ad\ufeff\u2060", 80) + "invisible",
	strings.Repeat("\u2e3b\ufdfd\u1242b", 30),
	"\x1b[2J\x1b[Hthem: top\x1b]52;c;AAAA\x07\x1b[?7h",
	"\u009b2J\u0090q\u009c\u007f\b\b\b\b\b\bthem: x",
	strings.Repeat("word ", 90),
	strings.Repeat(" ", 79) + "x" + strings.Repeat(" ", 80) + "y",
	strings.Repeat("\n", 40) + "them: far below",
	"https://chat.example/" + strings.Repeat("a-long-path/", 30),
	"\ue000\U000f0000\uffff\U0010ffff\ufdd0",
	"", " ", "\n", "▉▊▋▌▍▎▏",
}

// TestUnitWrap: rows are as wide as asked, lose nothing and add nothing but the tabs' spaces.
func TestUnitWrap(t *testing.T) {
	for _, text := range hostile {
		for width := 1; width <= 200; width++ {
			checkWrap(t, neutral(text), width)
		}
	}
	for _, c := range []struct {
		text  string
		width int
		want  []string
	}{
		{"one two three", 8, []string{"one two ", "three"}},
		{"one two three", 7, []string{"one two", "three"}},
		{"one two  three", 7, []string{"one two", " three"}},
		{"one     two", 3, []string{"one", "   ", "two"}},
		{"unbreakable", 4, []string{"unbr", "eaka", "ble"}},
		{"go unbreakable", 4, []string{"go ", "unbr", "eaka", "ble"}},
		{"a\nb\n\nc", 9, []string{"a", "b", "", "c"}},
		{"你好吗", 4, []string{"你好", "吗"}},
		{"a你好", 4, []string{"a你", "好"}},
		{"x\ty", 12, []string{"x       y"}},
		{"x\ty", 5, []string{"x    ", "y"}},
		{"e\u0301e\u0301", 1, []string{"e\u0301", "e\u0301"}},
		{"👩‍👩‍👧a", 6, []string{"👩‍👩‍👧", "a"}}, // six columns where it falls apart
		{"你", 1, []string{"你"}},
	} {
		assert.Equal(t, c.want, wrap(c.text, c.width), "%q in %d", c.text, c.width)
	}
}

func checkWrap(t *testing.T, text string, width int) {
	t.Helper()
	rows := wrap(text, width)
	for _, row := range rows {
		require.NotContains(t, row, "\n")
		require.NotContains(t, row, "\t")
		if columns(row) > width {
			require.Equal(t, 1, uniseg.GraphemeClusterCount(row), "%q in %d", row, width)
		}
	}
	squeeze := func(s string) string { return strings.Join(strings.FieldsFunc(s, unicode.IsSpace), "") }
	require.Equal(t, squeeze(text), squeeze(strings.Join(rows, "")))
	if !strings.Contains(text, "\t") {
		missing := len(strings.ReplaceAll(text, "\n", "")) - len(strings.Join(rows, ""))
		require.GreaterOrEqual(t, missing, 0)
		require.Less(t, missing, len(rows))
	}
}

// FuzzWrap: the same for any text, and speech gives every row its place.
func FuzzWrap(f *testing.F) {
	for i, text := range hostile {
		f.Add(text, i*5)
	}
	f.Fuzz(func(t *testing.T, text string, width int) {
		if !utf8.ValidString(text) || len(text) > 2000 {
			return
		}
		checkWrap(t, neutral(text), 1+abs(width)%200)
		for i, row := range strings.Split(strings.TrimSuffix(speech("them: ", text, 20), "\n"), "\n") {
			require.Equal(t, i == 0, strings.HasPrefix(row, "them: "))
			require.True(t, i == 0 || strings.HasPrefix(row, "      "), "%q", row)
			require.NotContains(t, row, string(mark))
		}
		var back string
		encoded, err := json.Marshal(text)
		require.NoError(t, err)
		escaped := escape(string(encoded) + "\n")
		require.NoError(t, json.Unmarshal([]byte(escaped), &back))
		require.Equal(t, text, back)
		require.Equal(t, len(escaped)-1, strings.IndexFunc(escaped, steers))
	})
}

func abs(n int) int { return max(n, -(n + 1)) }

// TestUnitEscape: what a program reads is what was sent, and nothing that a terminal obeys on the way.
func TestUnitEscape(t *testing.T) {
	for r, want := range map[rune]string{
		0x07: `\u0007`, 0x1b: `\u001b`, 0x7f: `\u007f`, 0x80: `\u0080`, 0x9b: `\u009b`, 0x9f: `\u009f`, 0xad: `\u00ad`,
		0x061c: `\u061c`, 0x200b: `\u200b`, 0x200e: `\u200e`, 0x202e: `\u202e`, 0x2028: `\u2028`, 0x2029: `\u2029`, 0x2066: `\u2066`,
		0x3164: `\u3164`, 0xfeff: `\ufeff`, 0xfff9: `\ufff9`, 0xE0001: `\udb40\udc01`, 0xE007F: `\udb40\udc7f`,
		'é': "é", 0xa0: "\u00a0", 0x200d: "\u200d", '你': "你", '👍': "👍", 0xfe0f: "\ufe0f", '<': "<", 0x0600: "\u0600",
	} {
		var out strings.Builder
		newJSONLines(terminal{out: &out}).event(chat.Message{ID: 1, Text: "a" + string(r) + "b"})
		assert.Contains(t, out.String(), "a"+want+"b", "%U", r)
		var e struct{ Text string }
		require.NoError(t, json.Unmarshal([]byte(out.String()), &e))
		assert.Equal(t, "a"+string(r)+"b", e.Text)
	}
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if unicode.In(r, unicode.Cc, unicode.Bidi_Control, unicode.Zl, unicode.Zp) {
			assert.True(t, steers(r), "%U", r)
		}
		if unicode.In(r, unicode.L, unicode.N, unicode.Sm, unicode.Sc, unicode.So, unicode.P) && !unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) {
			assert.False(t, steers(r), "%U", r)
		}
	}
}

// TestUnitSay: each row of tincan's own is marked in a window, and stays as it is elsewhere.
func TestUnitSay(t *testing.T) {
	var said strings.Builder
	terminal{err: &said}.say("one %s", "two")
	assert.Equal(t, "one two\n", said.String())
	said.Reset()
	terminal{err: &said, marked: true}.say("\n%s", strings.Repeat("word ", 40))
	rows := strings.Split(strings.TrimSuffix(said.String(), "\n"), "\n")
	require.Len(t, rows, 4)
	assert.Empty(t, rows[0])
	for _, row := range rows[1:] {
		assert.True(t, strings.HasPrefix(row, "\x1b[1m▌\x1b[0m word"), row)
	}
	for width := 10; width <= 200; width++ {
		for _, text := range hostile {
			rows := strings.Split(strings.TrimSuffix(speech("them: ", text, width), "\n"), "\n")
			for i, row := range rows {
				require.True(t, strings.HasPrefix(row, []string{"them: ", "      "}[min(i, 1)]), "%q", row)
				if uniseg.GraphemeClusterCount(row) > 7 {
					require.LessOrEqual(t, columns(row), width, "%q", row)
				}
			}
		}
	}
	said.Reset()
	terminal{out: &said}.hear("them: ", "a\nb▌")
	assert.Equal(t, "them: a\n      b\uFFFD\n", said.String())
}
