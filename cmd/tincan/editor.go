package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/term"
)

// An editor is the row at the bottom of a terminal in which a person types. What is written to
// the editor appears above that row. golang.org/x/term's Terminal handles the keys, the line and
// the history, which is kept in memory only. But Terminal counts one column for each character
// and breaks lines by itself. So it writes into an endless row in memory, and the screen shows
// the part of that around the cursor. It is never more than one row of the screen, so it can be
// removed before anything else is shown.
type editor struct {
	in, screen *os.File
	before     *term.State // of the terminal
	lines      chan inputLine
	typed      *pipe
	closed     chan struct{}
	close      sync.Once

	mu      sync.Mutex
	row     row
	running bool
	drawn   bool
	later   *time.Timer // draws the row when nothing has been written for a moment
	partial []byte      // what was written after the last line end
}

const (
	prompt    = "> "
	notSent   = "not sent: "
	clearRow  = "\r\x1b[K"
	pasteOn   = "\x1b[?2004h"
	pasteOff  = "\x1b[?2004l"
	lineBreak = '\uFDD0' // stands for a pasted line break inside a line; this is no character of any text
	quiet     = 5 * time.Millisecond
)

// editing is the editor that controls the terminal, for restoreTerminal.
var editing atomic.Pointer[editor]

// restoreTerminal puts the terminal back into its former state. It may be called from any
// goroutine that ends the program.
func restoreTerminal() {
	e := editing.Load()
	if e == nil {
		return
	}
	if e.mu.TryLock() {
		e.release()
		e.mu.Unlock()
	} else { // another goroutine has the lock and hangs in a write
		_ = term.Restore(int(e.in.Fd()), e.before)
	}
}

// edit takes control of the terminal. It passes on each line when it is entered, until the end of
// input. If the window is closed, gone is called.
func edit(in, screen *os.File, gone func()) (*editor, error) {
	before, err := term.GetState(int(in.Fd()))
	if err != nil {
		return nil, err
	}
	e := &editor{in: in, screen: screen, before: before, lines: make(chan inputLine), typed: newPipe(), closed: make(chan struct{})}
	e.later = time.AfterFunc(time.Hour, e.redraw)
	editing.Store(e)
	e.mu.Lock()
	err = e.take()
	e.mu.Unlock()
	if err != nil {
		return nil, err
	}
	e.watchSignals()
	go e.listen(gone)
	go e.read()
	return e, nil
}

// take and release must be called with mu held.
func (e *editor) take() error {
	if _, err := term.MakeRaw(int(e.in.Fd())); err != nil {
		return err
	}
	_, err := io.WriteString(e.screen, pasteOn)
	e.running = true
	e.later.Reset(quiet)
	return err
}

func (e *editor) release() {
	if !e.running {
		return
	}
	e.running, e.drawn = false, false
	_, _ = io.WriteString(e.screen, clearRow+pasteOff)
	_ = term.Restore(int(e.in.Fd()), e.before)
}

// await waits until the person has ended the line that is half typed, if there is one. The other
// side may end the chat at any moment, and the shell would carry out what is typed after that.
func (e *editor) await(ctx context.Context, t terminal) {
	select {
	case l := <-e.lines: // entered when nobody took it any more
		l.show(notSent)
	default:
	}
	e.mu.Lock()
	unsent := ""
	if e.running {
		unsent = strings.TrimSpace(string(e.row.text))
	}
	e.mu.Unlock()
	if unsent == "" || ctx.Err() != nil {
		return
	}
	_, _ = io.WriteString(t.err, speech(notSent, strings.ReplaceAll(unsent, string(lineBreak), "\n"), widthOf(e.screen)))
	t.say("Press Enter to go back to the shell, which would take the rest of your line for a command.")
	select {
	case <-e.lines:
	case <-e.closed:
	case <-ctx.Done():
	}
}

// Close gives the terminal back. What is written to the editor later goes straight to it.
func (e *editor) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.release()
	e.close.Do(func() { close(e.closed) })
	return nil
}

// Write shows whole lines above the row. The rest waits until its line is complete.
func (e *editor) Write(b []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.running {
		return e.screen.Write(b)
	}
	e.partial = append(e.partial, b...)
	end := bytes.LastIndexByte(e.partial, '\n') + 1
	if end == 0 {
		return len(b), nil
	}
	out := bytes.ReplaceAll(e.partial[:end], []byte("\n"), []byte("\r\n"))
	if e.drawn {
		out = append([]byte(clearRow), out...)
	}
	e.drawn, e.partial = false, slices.Clone(e.partial[end:])
	e.later.Reset(quiet)
	if _, err := e.screen.Write(out); err != nil {
		return 0, err
	}
	return len(b), nil
}

func (e *editor) redraw() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.running {
		e.draw()
	}
}

func (e *editor) draw() {
	text, at := e.row.window(widthOf(e.screen) - len(prompt) - 1)
	_, _ = fmt.Fprintf(e.screen, "%s%s%s\r\x1b[%dC", clearRow, prompt, text, len(prompt)+at)
	e.drawn = true
}

// listen reads what is typed as soon as it is typed, so that keys which end or stop the program
// work whatever the program waits for.
func (e *editor) listen(gone func()) {
	defer restoreOnPanic()
	var k keys
	b := make([]byte, 4096)
	for {
		n, err := e.in.Read(b)
		line, told := k.feed(b[:n])
		e.typed.put(line)
		for _, s := range told {
			if s == stopSignal {
				e.stop()
				continue
			}
			select {
			case endSignals <- s:
			default: // enough of these signals wait already
			}
		}
		if err != nil {
			if !signal.Ignored(syscall.SIGHUP) { // by nohup
				gone()
			}
			e.typed.end()
			return
		}
	}
}

// read turns what is typed into lines.
func (e *editor) read() {
	defer restoreOnPanic()
	defer close(e.lines)
	t := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{e.typed, (*rowWriter)(e)}, "")
	_ = t.SetSize(1<<30, 1) // one row of any length. An error could only come from writing, and nothing is written yet
	for {
		line, err := t.ReadLine()
		if err != nil && err != term.ErrPasteIndicator {
			break
		}
		line = strings.ReplaceAll(line, string(lineBreak), "\n")
		entered := inputLine{text: line, tooLong: len(line) > maxLine, typed: true, more: e.typed.hasLine(), at: time.Now()}
		if line != "" {
			entered.echo = func(name string) { _, _ = io.WriteString(e, speech(name, line, widthOf(e.screen))) }
		}
		e.lines <- entered
	}
	_ = e.Close()
}

// restoreOnPanic is deferred in goroutines, so that a panic leaves the terminal usable.
func restoreOnPanic() {
	if fault := recover(); fault != nil {
		restoreTerminal()
		panic(fault)
	}
}

// rowWriter is what Terminal writes to, in place of a screen.
type rowWriter editor

func (w *rowWriter) Write(b []byte) (int, error) {
	e := (*editor)(w)
	e.mu.Lock()
	defer e.mu.Unlock()
	cleared := e.row.write(b)
	if cleared && e.running {
		_, _ = io.WriteString(e.screen, "\x1b[H\x1b[2J")
	}
	if e.running && len(b) > 0 {
		e.draw()
	}
	return len(b), nil
}

// row is the endless row that Terminal believes to write on, with one character in each column.
type row struct {
	text []rune
	at   int // the cursor
}

// write carries out what Terminal writes: characters, moving the cursor left and right, clearing
// the rest of the row, the end of the line. cleared says that the screen is to be cleared.
func (r *row) write(b []byte) (cleared bool) {
	for s := string(b); s != ""; {
		if rest, ok := strings.CutPrefix(s, "\x1b["); ok {
			n := strings.IndexFunc(rest, unicode.IsLetter)
			if n < 0 {
				return cleared
			}
			count, err := strconv.Atoi(rest[:n])
			if err != nil {
				count = 1
			}
			switch rest[n] {
			case 'C':
				r.at = min(r.at+count, len(r.text))
			case 'D':
				r.at = max(r.at-count, 0)
			case 'K':
				r.text = r.text[:r.at]
			case 'J':
				cleared = true
			case 'H':
				r.text, r.at = r.text[:0], 0
			}
			s = rest[n+1:]
			continue
		}
		char, size := utf8.DecodeRuneInString(s)
		s = s[size:]
		switch {
		case char == '\r':
		case char == '\n':
			r.text, r.at = nil, 0
		case r.at < len(r.text):
			r.text[r.at] = char
			r.at++
		default:
			r.text = append(r.text, char)
			r.at++
		}
	}
	return cleared
}

// window returns the part of the row that is shown in so many columns, and in which of them the
// cursor stands. It is the whole row if that fits, else the part around the cursor.
func (r *row) window(room int) (text string, at int) {
	room = max(room, 1)
	// A column may hold several characters that are joined; if many are, less is shown than would fit.
	most := 4 * room
	left := visible(r.text[max(0, r.at-most):r.at])
	right := strings.TrimRight(visible(r.text[r.at:min(len(r.text), r.at+most)]), " ")
	after, _ := fit(right, room/4)
	for width := uniseg.StringWidth(left); width > room-after && left != ""; {
		_, rest, _, _ := uniseg.FirstGraphemeClusterInString(left, -1)
		left, width = rest, uniseg.StringWidth(rest)
	}
	at = uniseg.StringWidth(left)
	_, right = fit(right, room-at)
	return left + right, at
}

// fit cuts a text to at most so many columns.
func fit(text string, room int) (used int, start string) {
	rest := text
	for state := -1; rest != ""; {
		_, after, n, next := uniseg.FirstGraphemeClusterInString(rest, state)
		if used+n > room {
			break
		}
		rest, state, used = after, next, used+n
	}
	return used, text[:len(text)-len(rest)]
}

// visible returns how a line that is being typed is shown, with one character for each of its own.
func visible(line []rune) string {
	s := strings.ReplaceAll(string(line), string(lineBreak), "↵")
	return strings.ReplaceAll(neutral(s), "\t", " ")
}

// pipe holds what has been typed until Terminal reads it.
type pipe struct {
	mu    sync.Mutex
	some  sync.Cond
	bytes []byte
	ended bool
}

func newPipe() *pipe {
	p := &pipe{}
	p.some.L = &p.mu
	return p
}

func (p *pipe) put(b []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bytes = append(p.bytes, b...)
	p.some.Signal()
}

func (p *pipe) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
	p.some.Signal()
}

func (p *pipe) Read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.bytes) == 0 && !p.ended {
		p.some.Wait()
	}
	if len(p.bytes) == 0 {
		return 0, io.EOF
	}
	// Never more than one line is read: hasLine could not see what the reader keeps of the next.
	n := copy(b, p.bytes)
	if end := bytes.IndexAny(p.bytes[:n], enter); end >= 0 {
		n = end + 1
		if bytes.HasPrefix(p.bytes[end:], []byte(enter)) {
			n = min(n+1, len(b))
		}
	}
	p.bytes = p.bytes[n:]
	return n, nil
}

// enter are the two characters that end a line. Neither stands in text that is marked as pasted.
const enter = "\r\n"

// hasLine tells whether another line has been typed already.
func (p *pipe) hasLine() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return bytes.ContainsAny(p.bytes, enter)
}
