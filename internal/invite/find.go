package invite

import (
	"bytes"
	"strings"
)

// MaxPaste is the longest text searched for a code, in bytes.
const MaxPaste = 4096

// maxText is longer than the longest code in either alphabet.
const maxText = 512

// maxWork bounds a search, in bytes looked at: an honest text of MaxPaste stays
// below a third of it, and no text makes a page wait.
const maxWork = 1 << 19

// maxSpellings is in how many spellings one text is searched.
const maxSpellings = 16

// Find takes the one code out of a text as people paste it: inside a link, a
// sentence, brackets, a quoted mail, wrapped by a redirect, broken over lines,
// with foreign characters inside, with words right behind it. It removes what programs
// have put in only if what remains is a code to the strict parser; it never guesses a
// letter. The same code twice counts as one. The errors are ErrEmpty, ErrTooLong,
// ErrNoCode and ErrSeveral, and for a damaged code ErrCut, ErrVersion or ErrMalformed.
func Find(text string) (Code, error) {
	code, _, err := FindLink(text)
	return code, err
}

// FindLink is Find, and also returns the origin of the link in which the code stands, such as
// https://chat.example. It is empty for a bare code, for an address that originOf does not
// understand, and if the same code stands in links of two origins.
func FindLink(text string) (code Code, origin string, err error) {
	f := finder{problem: ErrNoCode}
	return f.find(text)
}

// finder is one search. Everything that it looks at may be hostile.
type finder struct {
	work    int // bytes looked at
	found   Code
	several bool
	problem error  // of what looked like a code, the most telling one
	address string // what stands before the code that is being read
	depth   int    // how often the text that is being read was decoded
	settled int    // the least depth at which the code was found: that text says where it stood
	origin  string // of the first link that it stood in
	origins int    // how many different ones there are

	// The pieces of a code, and the code that they make; reused, so that they
	// do not grow with the number of tries.
	run     [maxRun]byte
	letters [maxRun]byte
	ends    [maxPieces]int
}

func (f *finder) find(text string) (Code, string, error) {
	if len(text) > MaxPaste {
		return nil, "", ErrTooLong
	}
	for _, s := range spellings(text) {
		f.depth = s.depth
		plain := plainText(s.text)
		f.work += len(s.text)
		if strings.TrimSpace(plain) == "" && f.found == nil {
			return nil, "", ErrEmpty
		}
		f.search(plain)
	}
	switch {
	case f.several:
		return nil, "", ErrSeveral
	case f.found == nil && f.spent():
		return nil, "", ErrTooLong // too much to look at, however short
	case f.found == nil:
		return nil, "", f.problem
	case f.origins > 1:
		f.origin = ""
	}
	return f.found, f.origin, nil
}

func (f *finder) spent() bool { return f.work > maxWork }

// search reads a code wherever one can begin.
func (f *finder) search(s string) {
	damaged := 0 // nothing begins before: it is inside of a code that does not parse
	for i := 0; i < len(s) && !f.spent(); i++ {
		f.work++
		c := s[i]
		first := i == 0 || isSpace(s[i-1])
		inLink := !first && s[i-1] == '#'
		switch {
		case i < damaged:
			continue
		case inLink && f.readFolded(s, i):
		case strings.IndexByte(starts, c) >= 0 && startsWord(s, i):
			f.setAddress(s, i)
			damaged = f.readBase64(s, i, f.address != "" || inLink)
		case (first || inLink) && isBase43(c):
			f.setAddress(s, i)
			damaged = f.readBase43(s, i, inLink)
		case inLink && isLetter(c):
			f.noteStranger(run(s[i:], isLetter), inLink)
		}
	}
}

// setAddress keeps what stands before the fragment that begins at i, if it is one.
// Marks of emphasis may stand between.
func (f *finder) setAddress(s string, i int) {
	f.address = ""
	hash := len(strings.TrimRight(s[:i], `-_*\`))
	if hash == 0 || s[hash-1] != '#' {
		return
	}
	start := hash
	for start > 0 && !isSpace(s[start-1]) {
		start--
	}
	f.work += hash - start
	f.address = s[start:hash]
}

func (f *finder) add(code Code) {
	if f.found != nil && !bytes.Equal(f.found, code) {
		f.several = true
	}
	if f.found == nil || f.depth < f.settled {
		f.settled, f.origin, f.origins = f.depth, "", 0
	}
	f.found = code
	if f.depth > f.settled {
		return
	}
	address := strings.TrimSuffix(f.address, "#")
	if origin := originOf(address, f.depth > 0); origin != "" && origin != f.origin {
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

func (c Code) wellFormed() bool {
	if c.isSealed() {
		return true // its size was checked
	}
	parsed, err := ParseInvite(c, true)
	parsed.Secret.Wipe()
	return err == nil
}

// startsWord tells whether a code can begin at i: dashes are letters of a code,
// but a sentence may also put one, or an underscore, before it.
func startsWord(s string, i int) bool {
	for i > 0 && isLetter(s[i-1]) {
		if i--; alphanumeric(s[i]) {
			return false
		}
	}
	return true
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' }
