package main

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/chat"
)

// TestUnitNeutral: nothing a peer sends steers the terminal.
func TestUnitNeutral(t *testing.T) {
	for in, want := range map[string]string{
		"plain text, 你好 👋":       "plain text, 你好 👋",
		"two\nlines\tand tab":    "two\nlines\tand tab",
		"\x1b[31mred\x1b[0m":     "␛[31mred␛[0m",
		"\x07\x08\x00\x7f\r":     "␇␈␀␡␍",
		"\u009b31m":              "\uFFFD31m",
		"a\u202eb\u2066c\u200fd": "a\uFFFDb\uFFFDc\uFFFDd",
		"line\u2028separator":    "line\uFFFDseparator",
		"▌ Verified":             "\uFFFD Verified",
		"a\u200bb\ufeffc\u00add": "a\uFFFDb\uFFFDc\uFFFDd",
		"a\U000E0041b":           "a\uFFFDb",
		"🏴󠁧󠁢󠁳󠁣󠁴󠁿 👩‍👩‍👧 ❤️ می\u200cخواهم": "🏴󠁧󠁢󠁳󠁣󠁴󠁿 👩‍👩‍👧 ❤️ می\u200cخواهم",
	} {
		assert.Equal(t, want, neutral(in))
	}
	for r := rune(0); r < 0x20; r++ {
		if r != '\n' && r != '\t' {
			assert.NotContains(t, neutral(string(r)), string(r))
		}
	}
}

// TestUnitReadLine: long lines are read to their end and not kept.
func TestUnitReadLine(t *testing.T) {
	in := bufio.NewReaderSize(strings.NewReader("one\r\n"+strings.Repeat("x", maxLine+5)+"\ntwo\n\nlast"), 16)
	for _, want := range []string{"one", "", "two", "", "last"} {
		line, whole, err := readLine(in)
		if want == "" && !whole {
			require.LessOrEqual(t, len(line), maxLine)
			continue
		}
		assert.Equal(t, want, line)
		if want == "last" {
			require.ErrorIs(t, err, io.EOF)
			break
		}
		require.NoError(t, err)
	}
}

// TestUnitParse: what a typed line means, before and after the reply.
func TestUnitParse(t *testing.T) {
	var said bytes.Buffer
	p := &plain{t: terminal{err: &said}}
	for _, c := range []struct {
		line    string
		waiting bool
		want    command
	}{
		{"", false, command{}},
		{"   ", true, command{}},
		{" rABCz ", true, command{Do: "reply", Link: "rABCz"}},
		{" hello ", false, command{Do: "send", Text: " hello "}},
		{"/leave", true, command{Do: "close"}},
		{"/leave", false, command{Do: "close"}},
		{"/help", false, command{}},
		{"/lave", false, command{}},
		{"/match", false, command{}}, // nothing to compare yet
		{" /shrug", false, command{Do: "send", Text: " /shrug"}},
	} {
		got, err := p.parse(c.line, c.waiting)
		require.NoError(t, err)
		assert.Equal(t, c.want, got, c.line)
	}
	assert.Contains(t, said.String(), "no command /lave")

	p.words = "six words"
	do, err := p.parse("/differ", false)
	require.NoError(t, err)
	assert.Empty(t, do.Do, "it asks once")
	for line, match := range map[string]bool{"/match": true, "/differ": false} {
		got, err := p.parse(line, false)
		require.NoError(t, err)
		assert.Equal(t, command{Do: "verify", Match: &match}, got)
	}
	got, err := p.parse("/verify", false)
	require.NoError(t, err)
	assert.Equal(t, command{}, got)
	assert.Contains(t, said.String(), "six words")
}

// TestUnitTyping: a program asks for it and is told; a person at a terminal neither.
func TestUnitTyping(t *testing.T) {
	var out, said strings.Builder
	j := newJSONLines(terminal{out: &out})
	do, err := j.parse(`{"do":"typing"}`, false)
	require.NoError(t, err)
	assert.Equal(t, command{Do: "typing"}, do)
	assert.Contains(t, commandError{}.Error(), `{"do":"typing"}`)
	j.event(chat.Typing{})
	assert.JSONEq(t, `{"event":"typing"}`, out.String())
	out.Reset()
	(&plain{t: terminal{out: &out, err: &said}}).event(chat.Typing{})
	assert.Empty(t, out.String()+said.String())
}

// TestUnitExitCodes: 0, 1 and 2 mean what the README says.
func TestUnitExitCodes(t *testing.T) {
	for want, args := range map[int][]string{exitOK: {"version"}, exitUsage: {"dance"}, exitFailed: {"join", "--stun", "none", "nothing"}} {
		var out, talk bytes.Buffer
		got := run(t.Context(), terminal{in: strings.NewReader(""), out: &out, err: &talk}, args)
		assert.Equal(t, want, got, args)
		assert.NotEmpty(t, out.String()+talk.String())
	}
}

// TestUnitSaidOnce: what failed is told by the front, and then no more; what no front has
// told, the command does.
func TestUnitSaidOnce(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"join", "--stun", "none", "nothing"}, "tincan: " + codeSentences[chat.CodeNoCode]},
		{[]string{"serve", "--listen", "127.0.0.1:0", "--turn-address", "nowhere"}, "tincan: "},
	} {
		var talk bytes.Buffer
		require.Equal(t, exitFailed, run(t.Context(), terminal{in: strings.NewReader(""), out: io.Discard, err: &talk}, c.args))
		assert.Equal(t, 1, strings.Count(talk.String(), "tincan: "), talk.String())
		assert.Contains(t, talk.String(), c.want)
		assert.NotContains(t, talk.String(), errSilent.Error())
	}
}

// TestUnitQR: half blocks, two rows a line, with a quiet zone.
func TestUnitQR(t *testing.T) {
	drawn, err := drawQR("HTTPS://CHAT.EXAMPLE/#89ABC")
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSuffix(drawn, "\n"), "\n")
	for _, line := range lines {
		assert.Len(t, []rune(line), len([]rune(lines[0])))
		assert.Empty(t, strings.Trim(line, "█▀▄ "))
	}
	assert.Contains(t, lines[0], "████")
	_, err = drawQR(strings.Repeat("x", 10_000))
	assert.Error(t, err, "more than a QR code holds")
}

// TestUnitGoodFor: a link with an address that a router keeps says for how long,
// others promise nothing.
func TestUnitGoodFor(t *testing.T) {
	for goodFor, want := range map[time.Duration]string{0: "", 30 * time.Minute: "another network for about 30 minutes"} {
		var said strings.Builder
		p := &plain{t: terminal{out: io.Discard, err: &said}}
		p.code(chat.KindInvite, chat.Link{Link: "iAAA", QR: "AAA", GoodFor: goodFor}, false)
		assert.Contains(t, said.String(), "Paste the reply here")
		assert.Contains(t, said.String(), want)
		assert.Equal(t, goodFor > 0, strings.Contains(said.String(), "works as long as"))
	}
}
