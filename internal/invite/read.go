package invite

import (
	"bytes"
	"strings"

	"tincan/internal/sdp"
)

const (
	// maxRun holds a code and all that may stand between its letters.
	maxRun = maxText + 4*maxPieces
	// maxPieces is how many pieces a code may have been broken into.
	maxPieces = 64
	// maxGap is the longest that may stand between two of them.
	maxGap = 120
	// longWord: a shorter run of letters may be a word of some language.
	longWord = 20
	// damagedLength: a shorter one outside of a link is no damaged code.
	damagedLength = 40
)

// isLetter tells whether a character may stand in a code in base64url, isBase43 in one in
// base43. Both accept the typographic dashes that programs put in place of plain ones.
func isLetter(c byte) bool {
	return alphanumeric(c) || c == '-' || c == '_' || c >= hyphen && c <= emDash
}

func isBase43(c byte) bool { return strings.IndexByte(base43, c) >= 0 || c >= hyphen && c <= emDash }

func run(s string, letter func(byte) bool) string {
	for i := range len(s) {
		if !letter(s[i]) {
			return s[:i]
		}
	}
	return s
}

// alphabet is how codes in base64url or in base43 are read.
type alphabet struct {
	letter   func(byte) bool
	meanings int // how many meanings spell knows
	// read takes out the code with which the letters begin. several says that
	// more than one could be read. ends are the places where pieces end.
	read func(letters string, ends []int) (code Code, several bool)
	// cut tells whether letters are the beginning of a code. It looks at cutWork bytes.
	cut     func(letters string) bool
	cutWork int
}

var inLinks = alphabet{isLetter, 6, readLink, cutLink, maxText}

// readBase64 reads the code that begins at i. If there is none, damaged is how far
// the characters reach that looked like one.
func (f *finder) readBase64(s string, i int, inLink bool) (damaged int) {
	word := run(s[i:], isLetter)
	f.work += len(word)
	if whole := strings.TrimRight(word, "-_"); len(whole) <= maxText && strings.HasSuffix(whole, end) {
		if code, err := ParseCode(whole); err == nil && code.wellFormed() {
			f.add(code)
			return 0
		}
	}
	if next := i + len(word); s[i] != 'i' && !codeLike(word) && (next == len(s) || isSpace(s[next])) {
		return 0 // a word, as most that begin so: gather would come no further
	}
	if !begins(s[i:]) {
		f.noteStranger(word, inLink)
		return 0
	}
	pieces, reach, cut := f.readPieces(s, i, inLinks)
	switch {
	case pieces == "":
		return reach
	case !mixed(pieces) && (!inLink || s[i] != 'i'), len(pieces) < damagedLength && !inLink:
		return 0 // a word
	case !strings.HasSuffix(strings.TrimRight(pieces, "-_"), end) && cut:
		f.note(ErrCut)
	default:
		f.note(ErrMalformed)
	}
	return reach
}

// begins tells whether a code of this version begins at s: the kind and the
// flags of an invite, the kind of anything else.
func begins(s string) bool {
	var first [3]byte
	n := 0
	for i := 0; i < len(s) && i < maxGap && n < len(first); i++ {
		if isLetter(s[i]) {
			first[n] = s[i]
			n++
		} else if s[i] == '#' {
			break
		}
	}
	second, third := strings.IndexByte(base64Digits, first[1]), strings.IndexByte(base64Digits, first[2])
	switch strings.IndexByte(starts, first[0]) {
	case -1:
		return false
	case 0:
		// 0x89 and flags of which only bits 0, 2 and 3 may be set, not both of the latter.
		return n > 1 && second == 16 && (n == 2 || third>>2&2 == 0 && third>>4 != 3)
	}
	return n > 2 && second>>4 == version1
}

// noteStranger is called for a word that does not begin as a code of this version. If it looks
// like a code all the same, it notes what is wrong with it.
func (f *finder) noteStranger(word string, inLink bool) {
	if len(word) < damagedLength || !inLink && len(word) < 2*damagedLength {
		return
	}
	word = strings.TrimRight(word, "-_")
	body, whole := strings.CutSuffix(word, end)
	b, err := base64URL.DecodeString(body)
	switch {
	case whole && err == nil && mixed(word) && strangerError(b[0]) == ErrVersion:
		f.note(ErrVersion)
	case whole && mixed(word), word == strings.ToUpper(word) && strings.HasSuffix(word, "Z"), word == strings.ToLower(word) && whole:
		f.note(ErrMalformed) // its start is missing, or it has lost its capitals
	}
}

// strangerError is kindError for a code that does not parse. One of this version is not of
// another, but damaged.
func strangerError(first byte) error {
	if known(first) {
		return ErrMalformed
	}
	return kindError(first)
}

// mixed tells the letters of a code from those of a text: a code has digits, capitals and
// small letters.
func mixed(r string) bool {
	var digits, capitals, small int
	for i := range len(r) {
		switch c := r[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'A' && c <= 'Z':
			capitals++
		case c >= 'a' && c <= 'z':
			small++
		}
	}
	// In a code of n letters they are n/6, n/2.5 and n/2.5 on average.
	return len(r) >= 12 && digits > 0 && capitals >= len(r)/8 && small >= len(r)/8
}

// readPieces gathers the pieces of the code that begins at i, in every layout and with every
// meaning of its dashes, and adds the code if they make exactly one. If they make none, it
// returns the letters as they stand, and cut says whether in some layout they are the
// beginning of a code. No other code begins before reach.
func (f *finder) readPieces(s string, i int, a alphabet) (letters string, reach int, cut bool) {
	var found Code
	var first string // as they stand
	ambiguous, surely, layout := false, 0, asItIs
	for {
		r, sure, at, lines := f.gather(s, i, a.letter, layout)
		meanings := a.meanings
		if layout == asItIs {
			first, reach, surely = string(r), at, sure
		} else if string(r) == first {
			meanings = 0
		}
		for meaning := range meanings {
			read, ends, differs := f.spell(r, meaning)
			if !differs {
				continue
			}
			code, several := a.read(read, ends)
			f.work += len(read)
			ambiguous = ambiguous || several || code != nil && found != nil && !bytes.Equal(code, found)
			if code != nil {
				found = code
			}
		}
		if layout++; !lines || layout == layouts || f.spent() {
			break
		}
	}
	if found != nil && !ambiguous {
		f.add(found)
		return "", inside(s, i, len(found), a.letter), false
	}
	letters, _, _ = f.spell([]byte(first[:surely]), 0)
	if len(letters) < longWord && strings.IndexByte(starts[1:], s[i]) >= 0 {
		layout = 0 // a word, most often
	}
	for layout--; layout >= 0 && !cut && !ambiguous; layout-- {
		r, sure, _, _ := f.gather(s, i, a.letter, layout)
		read, _, _ := f.spell(r[:sure], 0)
		cut = a.cut(read)
		f.work += a.cutWork
	}
	return letters, reach, cut
}

// inside returns a place in s before which no other code can begin, if a code of so many
// bytes begins at i. It counts one letter for each byte, which is fewer than either alphabet
// needs.
func inside(s string, i, size int, letter func(byte) bool) int {
	for letters := size; letters > 0 && i < len(s); i++ {
		if letter(s[i]) {
			letters--
		}
	}
	return i
}

// spell writes out a run of letters with one meaning of the characters that are ambiguous: an
// en dash may stand for -- or -, an em dash for --, --- or -, and in base43 a space for a +
// that a web form has changed. ends are the places where pieces end. differs is false if
// another meaning gives the same text.
func (f *finder) spell(r []byte, meaning int) (text string, ends []int, differs bool) {
	en, em, plus := meaning%2, meaning/2%3, meaning/6
	letters := f.letters[:0]
	ends = f.ends[:0]
	hasEn, hasEm, hasSpace := false, false, false
	for i, c := range r {
		written := string(r[i : i+1])
		switch c {
		case hyphen:
			written = "-"
		case enDash:
			hasEn, written = true, "--"[en:]
		case emDash:
			hasEm, written = true, [...]string{"--", "---", "-"}[em]
		case joined, joinedBy:
			written = ""
			if c == joinedBy && plus == 1 {
				hasSpace, written = true, "+"
			} else {
				ends = append(ends, len(letters))
			}
		}
		if len(letters)+len(written) > len(f.letters) {
			break
		}
		letters = append(letters, written...)
	}
	f.work += len(r) + len(letters)
	return string(letters), append(ends, len(letters)), (en == 0 || hasEn) && (em == 0 || hasEm) && (plus == 0 || hasSpace)
}

// readLink reads a code in base64url. Its content says at which sizes it can end, and there
// its closing letter must stand. What follows in the same piece may be a word, but nothing
// that ends like a code.
func readLink(letters string, ends []int) (found Code, several bool) {
	sizes, _ := endsOf(decodeLetters(letters))
	for _, size := range sizes {
		at := (size*8+5)/6 + len(end)
		if at > len(letters) || letters[at-len(end):at] != end {
			continue
		}
		code, err := ParseCode(letters[:at])
		if err != nil || !code.wellFormed() || !endsAt(letters, at, ends, code.isSealed()) {
			continue
		}
		several = several || found != nil
		found = code
	}
	return found, several
}

// endsAt tells by what stands behind whether a code may end at this place. The content of an
// invite says whether it is whole. Any other code is sealed, and may happen to have a closing
// letter where a shorter one would end.
func endsAt(letters string, at int, ends []int, sealed bool) bool {
	piece := at // where the piece ends that holds the end
	for _, e := range ends {
		if piece = e; e >= at {
			break
		}
	}
	word := strings.TrimRight(letters[at:piece], "-_")
	switch {
	case strings.HasSuffix(word, end):
		return false
	case sealed && mixed(letters[at:]):
		return false
	case sealed && len(word) > 0:
		word = strings.TrimLeft(word, "-_")
		return len(word) > 2 && !codeLike(word)
	}
	return true
}

func cutLink(letters string) bool {
	_, fits := endsOf(decodeLetters(letters))
	return fits
}

// decodeLetters decodes as many whole bytes as the letters hold.
func decodeLetters(letters string) []byte {
	letters = letters[:min(len(letters), maxText)]
	full := letters + "AAA"
	b, _ := base64URL.DecodeString(full[:len(full)&^3])
	return b[:min(len(b), len(letters)*6/8)]
}

// endsOf returns the sizes that a code which begins with b may have, by what is in it. fits is
// false if no code can begin like this.
func endsOf(b []byte) (sizes []int, fits bool) {
	if Code(b).isSealed() {
		return sealedSizes[:], len(b) <= sealedSizes[len(sealedSizes)-1]
	}
	at := 50
	if len(b) < at {
		return nil, true
	}
	switch int(b[1]) & formatMask >> formatShift {
	case formatBase64:
		at += 3 + 18
	case formatHex:
		at += 4 + 16
	case formatText:
		for range 2 {
			if at >= len(b) {
				return nil, true
			}
			at += 1 + int(b[at])
		}
	}
	at += 32
	for at <= len(b) {
		sizes = append(sizes, at)
		rest, short := b[at:], false
		c := takeCandidate(func(n int) []byte {
			if short = short || len(rest) < n; short {
				return nil
			}
			var part []byte
			part, rest = rest[:n], rest[n:]
			return part
		})
		switch {
		case short:
			return sizes, true
		case !c.Allowed(true) || len(sizes) > sdp.MaxCandidates:
			return sizes, false
		}
		at = len(b) - len(rest)
	}
	return sizes, true
}
