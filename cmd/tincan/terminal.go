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

// terminal is where a command reads and writes: data goes to out, everything else to err.
type terminal struct {
	in  io.Reader
	out io.Writer
	err io.Writer

	window *os.File // the terminal window, if there is one
	drawn  bool     // out is that window
	marked bool     // err is that window, and tincan's own sentences are marked in it

	patience time.Duration // of a chat whose input has ended; 0 for the usual one
}

// defaultColumns is used if there is no window, or if it does not tell its width.
const defaultColumns = 80

// widthOf returns how many columns a window has.
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

// windowOf returns w if it is a terminal window, else nil.
func windowOf(w any) *os.File {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return f
	}
	return nil
}

// say writes a sentence of tincan itself.
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

// hear writes a message of the other person to out, behind their name.
func (t terminal) hear(name, text string) {
	said := speech(name, text, widthOf(t.window))
	if t.drawn {
		// If the terminal takes a character to be wider than we do, the row is cut off
		// and does not continue at the left edge.
		said = "\x1b[?7l" + strings.TrimSuffix(said, "\n") + "\x1b[?7h\n"
	}
	_, _ = io.WriteString(t.out, said)
}

// speech writes what somebody says in rows that are all indented behind their name, so that no row
// can look like the beginning of somebody else's words or of tincan's own.
func speech(name, text string, width int) string {
	rows := wrap(neutral(text), max(2, width-len(name)))
	return name + strings.Join(rows, "\n"+strings.Repeat(" ", len(name))) + "\n"
}

// chatting returns the terminal for a chat. In a window, tincan's own sentences are marked, and what
// the person types is edited in the row at the bottom. The lines of input come on the channel. end
// gives the window back, after the person has ended a line that is half typed, or when ctx ends.
// gone is called when nobody reads out or err any more.
func (t terminal) chatting(plain bool, gone func()) (_ terminal, lines <-chan inputLine, end func(ctx context.Context)) {
	in, out, err := windowOf(t.in), windowOf(t.out), windowOf(t.err)
	once := sync.OnceFunc(gone)
	end = func(context.Context) {
		if in != nil {
			forget(in) // or the shell would read what nobody has read here, and carry it out
		}
	}
	var typed *os.File // nil for a program, whose lines are never pasted together
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

// watched is an output that notices when nobody reads it any more. If it was closed from the
// start, the person wanted that, and nothing is noticed.
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
