package invite

import "strings"

// A layout is what programs put into the lines of a broken link besides its letters. All of
// them are tried: taking out the wrong one does not leave a code.
const (
	asItIs     = iota // nothing that could be a letter
	initials          // "AB> " before each further line
	lineNumber        // "2 ", "2: ", " 2│"
	bullet            // "- "
	hyphenated        // a dash at the end of each, and all of one width
	lastWord          // anything before the last word of each further one
	layouts
)

// gather collects the pieces of the code that begins at i, with joined or joinedBy between
// them. The first sure bytes of the result are certainly not words of a sentence; they end at
// reach in s. lines tells whether the pieces stand in several lines.
func (f *finder) gather(s string, i int, letter func(byte) bool, layout int) (r []byte, sure, reach int, lines bool) {
	r = f.run[:0]
	start, spaced := i, false
	margins := newMargin(s, i, letter, layout)
	broken, dashes, width := 0, 0, 0 // ends of lines, those of them with a dash, and where they all are
	for pieces := 1; ; pieces++ {
		piece := run(s[i:], letter)
		if after := i + len(piece); spaced && after < len(s) && alphanumeric(s[after]) {
			r = r[:len(r)-1] // the capital of a word, for base43
			break
		}
		// Words are known by their small letters, which base43 has none of.
		weak := spaced && !codeLike(piece) && letter('a')
		i += len(piece)
		r = append(r, piece[:min(len(piece), max(0, maxText-len(r)))]...)
		if !weak {
			sure, reach = len(r), i
		}
		gap := run(s[i:], func(c byte) bool { return !letter(c) && !alphanumeric(c) && c != '#' && c != noText })
		next := i + len(gap)
		if weak || next == len(s) || !letter(s[next]) || len(gap) > maxGap || pieces == maxPieces || len(r) >= maxText {
			break
		}
		if spaced = strings.ContainsAny(gap, " \n"); spaced && pieces == 1 && !codeLike(piece) {
			break // a word, as most that begin so
		}
		if strings.Contains(gap, "\n") {
			lines = true
			if layout == hyphenated {
				end := i - strings.LastIndexByte(s[:i], '\n')
				if last := r[len(r)-1]; (last == '-' || last == hyphen) && dashes == broken && (dashes == 0 || end == width) {
					r = r[:len(r)-1]
					dashes++
				}
				width = end
			}
			broken++
			line, _, _ := strings.Cut(s[next:], "\n")
			skipped, ok := margins.skip(line)
			if !ok {
				break
			}
			next += skipped
		}
		separator := byte(joined)
		if gap == " " {
			separator = joinedBy
		}
		r = append(r, separator)
		i = next
	}
	f.work += i - start + len(r)
	if layout == hyphenated && dashes < 2 {
		return nil, 0, reach, lines // the only one may well be a letter
	}
	return r, sure, reach, lines
}

// margin is what stands before the pieces of one code, at the start of each line.
type margin struct {
	layout int
	letter func(byte) bool
	mark   string // the same in each
	number int    // in each one more
}

// newMargin is for a code that begins at i.
func newMargin(s string, i int, letter func(byte) bool, layout int) margin {
	m := margin{layout: layout, letter: letter, number: -1}
	if layout != bullet && layout != lastWord {
		return m
	}
	before := s[strings.LastIndexByte(s[:i], '\n')+1 : i]
	switch before = strings.TrimLeft(before, " "); layout {
	case bullet:
		m.mark = before[:len(run(before, m.isDash))]
	case lastWord:
		m.mark = shape(before[:strings.LastIndexByte(before, ' ')+1])
	}
	return m
}

func (m *margin) isDash(c byte) bool { return m.letter(c) && !alphanumeric(c) }

// skip is how much of line, which begins with its first letter, are marks. ok is
// false where they are not those of the lines before.
func (m *margin) skip(line string) (at int, ok bool) {
	mark := ""
	switch m.layout {
	case initials:
		for {
			name := run(line[at:], alphanumeric)
			if len(name) == 0 || len(name) > 12 || !strings.HasPrefix(line[at+len(name):], ">") {
				break
			}
			at += len(name)
			mark = line[:at]
			at += len(run(line[at:], func(c byte) bool { return !m.letter(c) }))
		}
		if m.mark == "" {
			m.mark = mark
		}
	case lineNumber:
		number := 0
		for at < len(line) && at < 6 && line[at] >= '0' && line[at] <= '9' {
			number = number*10 + int(line[at]-'0')
			at++
		}
		if at == 0 || at == len(line) || m.letter(line[at]) || m.number >= 0 && number != m.number+1 {
			return 0, false
		}
		m.number = number
	case bullet:
		at = len(run(line, m.isDash))
		mark = line[:at]
		if !strings.HasPrefix(line[at:], " ") {
			return 0, false
		}
	case lastWord:
		at = strings.LastIndexByte(strings.TrimRight(line, " \x01|"), ' ') + 1
		mark = shape(line[:at])
	}
	at += len(run(line[at:], func(c byte) bool { return !m.letter(c) }))
	return at, mark == m.mark && at < len(line)
}

// shape is a mark without what differs from line to line: its digits.
func shape(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= '0' && c <= '9' {
			b[i] = '0'
		}
	}
	return string(b)
}

// codeLike tells a piece of a code from a word.
func codeLike(piece string) bool {
	if len(piece) >= longWord {
		return true
	}
	for i := range len(piece) {
		if c := piece[i]; c >= '0' && c <= '9' || c == '_' || i > 0 && c >= 'A' && c <= 'Z' {
			return true
		}
	}
	return false
}
