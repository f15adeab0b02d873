package main

import (
	"bytes"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"
)

// keys turns what a terminal sends into what golang.org/x/term's Terminal reads. That
// keeps 4,096 characters of a line and forgets the rest without a word, unless they are
// pasted: so all text is handed on as such. What was pasted stays one line, whose breaks
// are lineBreak until it is entered.
type keys struct {
	rest    []byte // the beginning of a key, or of a character
	pasting bool
}

var (
	pasteBegin = []byte("\x1b[200~")
	pasteEnd   = []byte("\x1b[201~")
)

// otherKeys are sequences for keys that Terminal knows by another, and their names there.
var otherKeys = map[string]string{
	"\x1bOA": "\x1b[A", "\x1bOB": "\x1b[B", "\x1bOC": "\x1b[C", "\x1bOD": "\x1b[D", "\x1bOH": "\x1b[H", "\x1bOF": "\x1b[F",
	"\x1b[1~": "\x1b[H", "\x1b[7~": "\x1b[H", "\x1b[4~": "\x1b[F", "\x1b[8~": "\x1b[F",
	"\x1b[1;5C": "\x1b[1;3C", "\x1b[1;5D": "\x1b[1;3D", "\x1bf": "\x1b[1;3C", "\x1bb": "\x1b[1;3D", "\x1b\x7f": "\x17",
	"\x1b[A": "\x1b[A", "\x1b[B": "\x1b[B", "\x1b[C": "\x1b[C", "\x1b[D": "\x1b[D", "\x1b[H": "\x1b[H", "\x1b[F": "\x1b[F",
	"\x1b[3~": "\x1b[3~", "\x1b[1;3C": "\x1b[1;3C", "\x1b[1;3D": "\x1b[1;3D",
}

// feed takes what the terminal sent. out is for Terminal; told are the signals that
// keys stand for, which a terminal in raw mode does not send itself.
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

// next takes n bytes and says what they are for Terminal. It is not ok if what follows
// must be known first.
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
			end-- // a newline may belong to it
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

// sequence is the length of the key sequence that b begins with, 0 if it has no end yet.
func sequence(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '\x1b': // another begins
		return 1
	case 'O':
		if len(b) < 3 {
			return 0
		}
		return 3
	case '[':
		for i, c := range b[2:] {
			if c < 0x20 || c > 0x3F { // its last byte, or none of a sequence
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

// wholeRunes is how much of b is whole characters.
func wholeRunes(b []byte) int {
	for i := max(0, len(b)-utf8.UTFMax+1); i < len(b); i++ {
		if utf8.RuneStart(b[i]) && !utf8.FullRune(b[i:]) {
			return i
		}
	}
	return len(b)
}

// pasted is text as Terminal takes it as pasted, without what is no text.
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
