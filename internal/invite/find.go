package invite

import (
	"bytes"
	"strings"
	"unicode"

	"tincan/internal/sdp"
)

// MaxPaste is the longest text searched for a code, in bytes.
const MaxPaste = 4096

// maxText is longer than the longest code in either alphabet.
const maxText = 512

// wordLength: a shorter run of letters is a word, not a damaged code.
const wordLength = 40

// shortestPiece: no program breaks a line this early in a link.
const shortestPiece = 8

// maxPieces is how many pieces white space may have broken a code into.
const maxPieces = 24

// Find takes the one code out of a text as people paste it: inside a link,
// a sentence, brackets, a quoted mail, broken over lines, percent-encoded,
// wrapped by a redirect, with invisible characters in it. The same code twice
// is one code. It returns ErrEmpty, ErrTooLong, ErrNoCode, ErrSeveral, or for
// what was a code once ErrCut, ErrVersion or ErrMalformed.
func Find(text string) (Code, error) {
	code, _, err := FindLink(text)
	return code, err
}

// FindLink is Find, and also tells the origin of the link that the code stood in,
// such as https://chat.example: empty for a bare code, for a link that is not
// plain in every part, and where the same code stood in links of two origins.
func FindLink(text string) (code Code, origin string, err error) {
	if len(text) > MaxPaste {
		return nil, "", ErrTooLong
	}
	f := finder{problem: ErrNoCode}
	for pass := range 4 { // a link inside a link inside a link
		f.decoded, f.settled = pass > 0, f.found != nil
		if strings.TrimSpace(text) == "" {
			return nil, "", ErrEmpty
		}
		f.search(strings.Map(visible, text))
		decoded := percentDecode(text)
		if decoded == text {
			break
		}
		text = decoded
	}
	if f.several {
		return nil, "", ErrSeveral
	}
	if f.found == nil {
		return nil, "", f.problem
	}
	if f.origins > 1 {
		f.origin = ""
	}
	return f.found, f.origin, nil
}

type finder struct {
	found   Code
	several bool
	decoded bool   // the text is not as it was pasted
	settled bool   // the code stood in a text less decoded, which says where
	address string // what stands before the code that is being read
	origin  string // of the first link that it stood in
	origins int    // how many different ones there are
	problem error  // of what looked like a code, the most telling one
}

func (f *finder) search(text string) {
	words := strings.Fields(text)
	for w, word := range words {
		for i := range len(word) {
			if !boundary(word[:i]) {
				continue
			}
			if f.address = ""; i > 0 && word[i-1] == '#' {
				f.address = word[:i-1]
			}
			if lower := word[i] >= 'a' && word[i] <= 'z'; lower && beginsCode(word[i:]) {
				f.readBase64(word[i:], words[w+1:], i > 0 && word[i-1] == '#')
			} else if !lower && (i == 0 || word[i-1] == '#') {
				f.readBase43(word[i:])
			}
		}
	}
}

// readBase64 takes the run of letters at the start of word, and where the run
// fills the word to its end, the pieces that may follow.
func (f *finder) readBase64(word string, rest []string, inLink bool) {
	piece := leadingRun(word)
	if len(piece) < shortestPiece {
		if inLink {
			f.note(ErrCut)
		}
		return
	}
	var buffer [maxText]byte // the pieces so far, without growing
	run := append(buffer[:0], piece[:min(len(piece), maxText)]...)
	err := f.try(run)
	if err == nil {
		return
	}
	for pieces := 0; pieces < maxPieces && len(rest) > 0 && len(piece) == len(word); rest = rest[1:] {
		if strings.Trim(rest[0], ">|") == "" {
			continue // the mark of a quoted line
		}
		word = strings.TrimLeft(rest[0], ">|")
		piece = leadingRun(word)
		if len(run)+len(piece) > maxText {
			break
		}
		run = append(run, piece...)
		pieces++
		if f.try(run) == nil {
			return
		}
	}
	if inLink || len(run) >= wordLength {
		f.note(err)
	}
}

// readBase43 takes the rest of the word, less the punctuation that a sentence
// may have added: the alphabet has punctuation of its own.
func (f *finder) readBase43(word string) {
	length := 0
	for length < len(word) && strings.IndexByte(base43, word[length]) >= 0 {
		length++
	}
	for ; length >= base43Length(minInvite) && length <= maxText; length-- {
		code, err := ParseCode(word[:length])
		if err == nil && code.wellFormed() {
			f.add(code)
			return
		}
		if alphanumeric(word[length-1]) {
			return
		}
	}
}

// try takes run as a code, without the punctuation that a run may end in.
func (f *finder) try(run []byte) error {
	run = bytes.TrimRight(run, "-_")
	if !bytes.HasSuffix(run, []byte(end)) {
		return ErrCut
	}
	code, err := ParseCode(string(run))
	if err == nil && !code.wellFormed() {
		err = ErrMalformed
	}
	if err == nil {
		f.add(code)
	}
	return err
}

func (c Code) wellFormed() bool {
	if c.IsReply() {
		return true // sealed: its size was checked
	}
	parsed, err := ParseInvite(c, true)
	parsed.Secret.Wipe()
	return err == nil
}

func (f *finder) add(code Code) {
	if f.found != nil && !bytes.Equal(f.found, code) {
		f.several = true
	}
	f.found = code
	if f.settled {
		return
	}
	if origin := originOf(f.address, f.decoded); origin != "" && origin != f.origin {
		f.origin = origin
		f.origins++
	}
}

// note keeps the problem that tells the person most.
func (f *finder) note(err error) {
	for _, telling := range []error{ErrVersion, ErrCut, ErrMalformed} {
		switch telling {
		case f.problem:
			return
		case err:
			f.problem = err
			return
		}
	}
}

// beginsCode: first byte 0x88–0x8B or 0xAC–0xAF in base64url, the kinds in every version.
func beginsCode(s string) bool {
	return len(s) > 1 && (s[0] == 'i' || s[0] == 'r')
}

func leadingRun(s string) string {
	for i := range len(s) {
		if !alphanumeric(s[i]) && s[i] != '-' && s[i] != '_' {
			return s[:i]
		}
	}
	return s
}

// boundary tells whether a code can begin after before: dashes are letters of
// a code, but a sentence may also put one, or an underscore, before it.
func boundary(before string) bool {
	before = strings.TrimRight(before, "-_")
	return before == "" || !alphanumeric(before[len(before)-1])
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// visible drops what chat programs put into long words unseen: zero-width
// characters, soft hyphens, marks of direction.
func visible(r rune) rune {
	if unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
		return -1
	}
	return r
}

// percentDecode decodes every %XX and leaves what is none.
func percentDecode(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if hi, lo := sdp.HexDigit(s[i+1]), sdp.HexDigit(s[i+2]); hi >= 0 && lo >= 0 {
				b.WriteByte(byte(hi<<4 | lo))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
