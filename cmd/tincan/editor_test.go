//go:build unix

package main

import (
	"bytes"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"unicode/utf8"

	"github.com/creack/pty"
	"github.com/rivo/uniseg"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/term"
)

// entered gives the lines that somebody enters who types this, in pieces of so many
// bytes, and what stands in the row in the end.
func entered(t testing.TB, typed string, piece int) (lines []string, left row, told []os.Signal) {
	t.Helper()
	var k keys
	var in bytes.Buffer
	for b := []byte(typed); len(b) > 0; {
		n := min(piece, len(b))
		out, signals := k.feed(b[:n])
		in.Write(out)
		told = append(told, signals...)
		b = b[n:]
	}
	terminal := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{&in, rowFunc(func(b []byte) { left.write(b) })}, "")
	require.NoError(t, terminal.SetSize(1<<30, 1))
	for {
		line, err := terminal.ReadLine()
		if err != nil && err != term.ErrPasteIndicator {
			return lines, left, told
		}
		lines = append(lines, strings.ReplaceAll(line, string(lineBreak), "\n"))
	}
}

type rowFunc func([]byte)

func (f rowFunc) Write(b []byte) (int, error) {
	f(b)
	return len(b), nil
}

// TestUnitKeys: what a person types is the line they mean, however it arrives.
func TestUnitKeys(t *testing.T) {
	const left, right, up, down = "\x1b[D", "\x1b[C", "\x1b[A", "\x1b[B"
	paste := func(s string) string { return "\x1b[200~" + s + "\x1b[201~" }
	for typed, want := range map[string][]string{
		"hello\r":                                      {"hello"},
		"one\rtwo\n":                                   {"one", "two"},
		"héllo 你好 👩‍👩‍👧\r":                             {"héllo 你好 👩‍👩‍👧"},
		"你好\x7f吗\r":                                    {"你吗"},
		"abc" + left + left + "X\r":                    {"aXbc"},
		"abc\x1bOD\x1bODX\r":                           {"aXbc"},
		"abc\x01X\x05Y\r":                              {"XabcY"},
		"abc\x1b[HX\x1b[FY\r":                          {"XabcY"},
		"abc\x1b[1~X\x1b[4~Y\r":                        {"XabcY"},
		"one two\x17three\r":                           {"one three"},
		"one two\x1b\x7fthree\r":                       {"one three"},
		"one two\x1b[1;5D\x0b1\r":                      {"one 1"},
		"one two\x1bbX\r":                              {"one Xtwo"},
		"rubbish\x15good\r":                            {"good"},
		"ab" + left + "\x1b[3~c\r":                     {"ac"},
		"ab" + left + "\x04c\r":                        {"ac"},
		"first\r" + up + "!\r":                         {"first", "first!"},
		"a\rb\r" + up + up + "\r":                      {"a", "b", "a"},
		"a\rdraft" + up + down + "!\r":                 {"a", "draft!"},
		"\x1b[99;5uab\x1b[15~c\x1bxd\r":                {"abcd"}, // keys of no use here
		"\x1b\x1b[Dab\r":                               {"ab"},
		"tab\there\r":                                  {"tab\there"},
		paste("one\ntwo\r\nthree\rfour") + "\r":        {"one\ntwo\nthree\nfour"},
		paste("a\x1b[31mred\x03\x1a\x07b") + "\r":      {"a[31mredb"},
		"x" + paste("y") + "z\r":                       {"xyz"},
		paste("") + "a\r":                              {"a"},
		paste("1\n2") + "\r" + up + "\r":               {"1\n2", "1\n2"},
		"bad \xff\xfe utf8 \xe4\xbd\r":                 {"bad  utf8 "},
		"\ufdd0 no line break \ufffd\r":                {" no line break "},
		"\u009b2Jc1\u0085\r":                           {"2Jc1"},
		strings.Repeat("y", 70000) + "END\r":           {strings.Repeat("y", 70000) + "END"},
		paste(strings.Repeat("y\n", 3000)) + "END\r":   {strings.Repeat("y\n", 3000) + "END"},
		strings.Repeat("你", 5000) + "\x7f\x7f" + "X\r": {strings.Repeat("你", 4998) + "X"},
	} {
		name := typed[:min(len(typed), 40)]
		for _, piece := range []int{1, 2, 3, 5, 7, 1 << 20} {
			if len(typed) > 5000 && piece < 7 {
				continue
			}
			got, rest, told := entered(t, typed, piece)
			require.Equal(t, want, got, "%q in pieces of %d", name, piece)
			require.Empty(t, told, "%q", name)
			require.Empty(t, rest.text, "%q", name)
		}
	}
	_, _, told := entered(t, "half\x03a line\x1a", 3)
	assert.Equal(t, []os.Signal{os.Interrupt, syscall.SIGTSTP}, told)
	got, rest, _ := entered(t, "a\x0cb\x7fc", 1)
	assert.Empty(t, got)
	assert.Equal(t, "ac", strings.TrimRight(string(rest.text), " "))
	assert.Equal(t, 2, rest.at)
}

// FuzzKeys: whatever a terminal sends, the pieces it comes in change nothing, and the
// row in memory holds what will be entered.
func FuzzKeys(f *testing.F) {
	for _, s := range []string{"abc\x1b[D\x7fx", "\x1b[200~a\nb\x1b[201~\r", "你\x01好\x0b\x1b[A", "\x1b\x1b[1;5D\x17\xff\xe4\x14"} {
		f.Add(s, 2)
	}
	f.Fuzz(func(t *testing.T, typed string, piece int) {
		if len(typed) > 2000 {
			return
		}
		typed = strings.ReplaceAll(typed, "\x04", "") // at the start it ends the input
		whole, row, _ := entered(t, typed, len(typed)+1)
		pieces, rowOfPieces, _ := entered(t, typed, 1+abs(piece)%7)
		require.Equal(t, whole, pieces)
		require.Equal(t, strings.TrimRight(string(row.text), " "), strings.TrimRight(string(rowOfPieces.text), " "))
		for _, line := range whole {
			require.True(t, utf8.ValidString(line))
			require.NotContains(t, line, "\x1b")
		}
		for room := 1; room < 30; room++ {
			text, at := row.window(room)
			require.LessOrEqual(t, at, room)
			require.LessOrEqual(t, uniseg.StringWidth(text), max(room, at))
		}
	})
}

// TestUnitWindow: the part around the cursor is shown, with the columns it takes.
func TestUnitWindow(t *testing.T) {
	long := strings.Repeat("0123456789", 20)
	for _, c := range []struct {
		line     string
		at, room int
		want     string
		column   int
	}{
		{"", 0, 10, "", 0},
		{"hello", 5, 10, "hello", 5},
		{"hello", 2, 10, "hello", 2},
		{"你好", 1, 10, "你好", 2},
		{"你好", 2, 10, "你好", 4},
		{"e\u0301a", 2, 10, "e\u0301a", 1},
		{long, 200, 10, "0123456789", 10},
		{long, 0, 10, "0123456789", 0},
		{long, 100, 10, "2345678901", 8},
		{strings.Repeat("你", 50), 50, 11, "你你你你你", 10},
		{strings.Repeat("你", 50), 0, 11, "你你你你你", 0},
		{"a\x1b[2J\ufdd0b\tc", 0, 20, "a␛[2J↵b c", 0},
	} {
		r := row{[]rune(c.line), c.at}
		text, column := r.window(c.room)
		assert.Equal(t, c.want, text, "%q at %d in %d", c.line, c.at, c.room)
		assert.Equal(t, c.column, column, "%q at %d in %d", c.line, c.at, c.room)
	}
}

// TestFunctionalRestore: a fault of the program's own gives the terminal back, also one
// that hangs in a write.
func TestFunctionalRestore(t *testing.T) {
	state := func(f *os.File) term.State {
		s, err := term.GetState(int(f.Fd()))
		require.NoError(t, err)
		return *s
	}
	for _, hangs := range []bool{false, true} {
		screen, tty, err := pty.Open()
		require.NoError(t, err)
		told, before := 0, state(tty)
		e, err := edit(tty, tty, func() { told++ })
		require.NoError(t, err)
		require.NotEqual(t, before, state(tty))
		if hangs {
			e.mu.Lock()
		}
		require.PanicsWithValue(t, "fault", func() {
			defer restoreOnPanic()
			panic("fault")
		})
		require.Equal(t, before, state(tty))
		if hangs {
			e.mu.Unlock()
		}
		require.NoError(t, screen.Close())
		for range e.lines { // until nothing of it reads any more
		}
		require.Equal(t, 1, told, "that the window has gone")
		require.NoError(t, tty.Close())
	}
}
