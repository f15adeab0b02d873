package main

import (
	"bytes"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"
)

// keys turns what a terminal sends into what golang.org/x/term's Terminal reads. Terminal silently
// drops what is typed beyond 4,096 characters of a line, but not what is pasted, so all text is
// passed on as pasted. What the person really pastes stays one line: its line breaks become
// lineBreak until the line is entered.
type keys struct {
	rest    []byte // the first bytes of a key or a character that is not complete yet
	pasting bool
}

var (
	pasteBegin = []byte("\x1b[200~")
	pasteEnd   = []byte("\x1b[201~")
)

// otherKeys maps key sequences that Terminal does not know to those that it knows for the same key.
var otherKeys = map[string]string{
	"\x1bOA": "\x1b[A", "\x1bOB": "\x1b[B", "\x1bOC": "\x1b[C", "\x1bOD": "\x1b[D", "\x1bOH": "\x1b[H", "\x1bOF": "\x1b[F",
	"\x1b[1~": "\x1b[H", "\x1b[7~": "\x1b[H", "\x1b[4~": "\x1b[F", "\x1b[8~": "\x1b[F",
	"\x1b[1;5C": "\x1b[1;3C", "\x1b[1;5D": "\x1b[1;3D", "\x1bf": "\x1b[1;3C", "\x1bb": "\x1b[1;3D", "\x1b\x7f": "\x17",
	"\x1b[A": "\x1b[A", "\x1b[B": "\x1b[B", "\x1b[C": "\x1b[C", "\x1b[D": "\x1b[D", "\x1b[H": "\x1b[H", "\x1b[F": "\x1b[F",
	"\x1b[3~": "\x1b[3~", "\x1b[1;3C": "\x1b[1;3C", "\x1b[1;3D": "\x1b[1;3D",
}

// feed takes what the terminal has sent. out is what Terminal gets. told are the signals that keys
// such as Ctrl-C stand for, which a terminal in raw mode does not send itself.
func (k *keys) feed(b []byte) (out []byte, told []os.Signal) {
	b = append(k.rest, b...)
	k.rest = nil
	for len(b) > 0 {
		n, piece, ok := k.next(b)
		if !ok {
			k.rest = bytes.Clone(b)
			break
		}
		switch {
		case len(piece) == 1 && piece[0] == 3:
			told = append(told, os.Interrupt)
		case len(piece) == 1 && piece[0] == 26 && stopSignal != nil:
			told = append(told, stopSignal)
		default:
			out = append(out, piece...)
		}
		b = b[n:]
	}
	return out, told
}

// next takes n bytes and returns what they are for Terminal. ok is false if it must see more bytes
// first.
func (k *keys) next(b []byte) (n int, piece []byte, ok bool) {
	switch {
	case k.pasting:
		end := bytes.Index(b, pasteEnd)
		switch {
		case end == 0:
			k.pasting = false
			return len(pasteEnd), nil, true
		case end > 0:
			return end, pasted(b[:end], true), true
		}
		end = len(b)
		if i := bytes.LastIndexByte(b, '\x1b'); i >= 0 && bytes.HasPrefix(pasteEnd, b[i:]) {
			end = i
		}
		if end > 0 && b[end-1] == '\r' {
			end-- // a newline that follows may belong to it
		}
		end = wholeRunes(b[:end])
		return end, pasted(b[:end], true), end > 0
	case bytes.HasPrefix(b, pasteBegin):
		k.pasting = true
		return len(pasteBegin), nil, true
	case b[0] == '\x1b':
		n := sequence(b)
		return n, []byte(otherKeys[string(b[:n])]), n > 0
	case b[0] < 0x20 && b[0] != '\t' || b[0] == 0x7F:
		return 1, b[:1], true
	}
	end := bytes.IndexFunc(b, func(r rune) bool { return r < 0x20 && r != '\t' || r == 0x7F })
	if end < 0 {
		end = wholeRunes(b)
	}
	return end, pasted(b[:end], false), end > 0
}

// sequence returns the length of the key sequence with which b begins, 0 if its end is missing.
func sequence(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '\x1b': // another sequence begins
		return 1
	case 'O':
		if len(b) < 3 {
			return 0
		}
		return 3
	case '[':
		for i, c := range b[2:] {
			if c < 0x20 || c > 0x3F { // its last byte, or one that belongs to no sequence
				return 2 + i + 1
			}
		}
		if len(b) < 64 {
			return 0
		}
		return len(b)
	}
	_, size := utf8.DecodeRune(b[1:])
	return 1 + size
}

// wholeRunes returns how many bytes of b are complete characters.
func wholeRunes(b []byte) int {
	for i := max(0, len(b)-utf8.UTFMax+1); i < len(b); i++ {
		if utf8.RuneStart(b[i]) && !utf8.FullRune(b[i:]) {
			return i
		}
	}
	return len(b)
}

// pasted marks a text as pasted for Terminal, without control characters.
func pasted(b []byte, breaks bool) []byte {
	s := string(b)
	if breaks {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return lineBreak
		case r == lineBreak, r == utf8.RuneError, unicode.IsControl(r) && r != '\t':
			return -1
		}
		return r
	}, s)
	if s == "" {
		return nil
	}
	return append(append(bytes.Clone(pasteBegin), s...), pasteEnd...)
}
