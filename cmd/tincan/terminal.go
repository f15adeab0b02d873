package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/term"
)

// terminal is what a command talks to: data on out, talk on err.
type terminal struct {
	in  io.Reader
	out io.Writer
	err io.Writer

	window *os.File // the window that the person sees it in, if any
	drawn  bool     // out is that window
	marked bool     // err is, and tells tincan's own words from others'

	patience time.Duration // 0 for the usual one
}

// defaultColumns is taken where there is no window, or it does not tell its width.
const defaultColumns = 80

// widthOf is how many columns a window has.
func widthOf(window *os.File) int {
	width, _ := sizeOf(window)
	return width
}

func sizeOf(window *os.File) (width, height int) {
	if window != nil {
		if width, height, err := term.GetSize(int(window.Fd())); err == nil && width > 0 && height > 0 {
			return width, height
		}
	}
	return defaultColumns, 24
}

// windowOf is w where that is one.
func windowOf(w any) *os.File {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return f
	}
	return nil
}

// say tells the person something of tincan's own.
func (t terminal) say(format string, args ...any) {
	text := neutral(fmt.Sprintf(format, args...))
	if t.marked {
		rows := wrap(text, max(1, widthOf(t.window)-3))
		for i, row := range rows {
			if row = strings.TrimRight(row, " "); row != "" {
				row = "\x1b[1m" + string(mark) + "\x1b[0m " + row
			}
			rows[i] = row
		}
		text = strings.Join(rows, "\n")
	}
	fmt.Fprintln(t.err, text)
}

// hear shows a message of the other person on out.
func (t terminal) hear(text string) {
	said := speech("them: ", text, widthOf(t.window))
	if t.drawn {
		// Where the terminal finds a character wider than we do, the row is cut and
		// does not go on at the left edge.
		said = "\x1b[?7l" + strings.TrimSuffix(said, "\n") + "\x1b[?7h\n"
	}
	_, _ = io.WriteString(t.out, said)
}

// speech is what somebody says, below each other behind their name, so that no row of
// it begins where another's words or tincan's own do.
func speech(name, text string, width int) string {
	rows := wrap(neutral(text), max(2, width-len(name)))
	return name + strings.Join(rows, "\n"+strings.Repeat(" ", len(name))) + "\n"
}

// chatting is t for a chat: told in a window it is marked, and typed in one it is
// edited. Lines are the person's; end gives the window back, when the person has ended the line
// that is half typed or ctx ends. gone is called when nobody reads out or err any more.
func (t terminal) chatting(plain bool, gone func()) (_ terminal, lines <-chan inputLine, end func(ctx context.Context)) {
	in, out, err := windowOf(t.in), windowOf(t.out), windowOf(t.err)
	once := sync.OnceFunc(gone)
	end = func(context.Context) {
		if in != nil {
			forget(in) // the shell would take for its own what nobody has read
		}
	}
	var typed *os.File // a program's lines are commands, each for itself
	if plain {
		typed = in
		t.window, t.drawn, t.marked = err, out != nil, err != nil
		for _, f := range []*os.File{in, out} {
			if t.window == nil {
				t.window = f
			}
		}
		if out != nil {
			t.window = out
		}
	}
	if plain && canEdit && in != nil && err != nil && os.Getenv("TERM") != "dumb" {
		if e, failed := edit(in, err, once); failed == nil {
			t.err = watched{e, once}
			if out != nil {
				t.out = t.err
			} else {
				t.out = watched{t.out, once}
			}
			return t, e.lines, func(ctx context.Context) {
				e.await(ctx, t)
				forget(in)
				_ = e.Close()
			}
		}
	}
	t.out, t.err = watched{t.out, once}, watched{t.err, once}
	return t, readLines(bufio.NewReaderSize(t.in, 64<<10), typed), end
}

// watched is an output that tells when nobody reads it any more. One that was closed
// from the start is a wish, not news.
type watched struct {
	io.Writer
	gone func()
}

func (w watched) Write(b []byte) (int, error) {
	n, err := w.Writer.Write(b)
	if err != nil && !errors.Is(err, syscall.EBADF) {
		w.gone()
	}
	return n, err
}
