package invite

import (
	"encoding/base64"
	"strings"
	"unicode"
	"unicode/utf8"

	"tincan/internal/sdp"
)

// On its way a text is often encoded by programs: percent-encoded, as HTML, as JSON, as
// quoted-printable, as part of a redirect. Here the whole text is decoded from each of these,
// and the results are searched as well as the text itself. So it does no harm to decode what
// was never encoded.

// spelling is the text after depth decodings.
type spelling struct {
	text  string
	depth int
}

// maxDepth is how many encodings inside each other are decoded.
const maxDepth = 3

// spellings returns the text itself, and then what it may have been before it was encoded.
func spellings(text string) []spelling {
	list := make([]spelling, 1, maxSpellings)
	list[0].text = unwrap(text)
	add := func(text string, depth int) bool {
		for _, have := range list {
			if have.text == text {
				return false
			}
		}
		if len(list) == maxSpellings {
			return false
		}
		list = append(list, spelling{text, depth})
		return true
	}
	// Links inside links, percent-encoded several times, are the most common case.
	for s := list[0]; s.depth < maxDepth; s = list[len(list)-1] {
		if !add(unwrap(percentDecoded(s.text)), s.depth+1) {
			break
		}
	}
	for i := 0; i < len(list); i++ {
		if s := list[i]; s.depth < maxDepth {
			for _, decoded := range []func(string) string{percentDecoded, withoutEntities, withoutTags, quotedPrintableDecoded, unescaped} {
				add(unwrap(decoded(s.text)), s.depth+1)
			}
		}
	}
	return list
}

// plainText puts these bytes in place of characters that are not ASCII.
const (
	foreign  = 0x01 // a character that stands in no code
	hyphen   = 0x02 // a hyphen or minus, which a program has written for -
	enDash   = 0x03 // an en dash, written for -- or -
	emDash   = 0x04 // an em dash, written for --, --- or -
	joined   = 0x05 // in a run of letters: here something stood between two pieces
	joinedBy = 0x06 // in a run of letters: here one space stood between two pieces
	noText   = 0x07 // not UTF-8: something was decoded that was not encoded, so no code goes on here
)

// plainText returns a text as ASCII, with white space as ' ' or '\n'. It leaves out the
// invisible characters that programs put into long words, such as zero-width characters, soft
// hyphens and marks of direction, and the control sequences of terminals.
func plainText(text string) string {
	text = replaced(text, 0x1B, controlSequence)
	b := make([]byte, 0, len(text))
	for i, size := 0, 0; i < len(text); i += size {
		var r rune
		r, size = utf8.DecodeRuneInString(text[i:])
		c := byte(foreign)
		switch {
		case r == utf8.RuneError && size == 1:
			c = noText
		case r == '\n' || r == '\r' || r == '\u0085' || r == '\u2028' || r == '\u2029':
			c = '\n'
		case unicode.IsSpace(r):
			c = ' '
		case r == '\\' && strings.HasPrefix(text[i+1:], "/"): // JSON's slash, in an address
			continue
		case r > ' ' && r < 0x7F:
			c = byte(r)
		case r < 0xA0 || r == unicode.ReplacementChar || r >= 0xFE00 && r <= 0xFE0F || unicode.Is(unicode.Cf, r):
			continue
		case strings.ContainsRune("\u2010\u2011\u2212\uFE63\uFF0D", r):
			c = hyphen
		case r == '\u2012' || r == '\u2013':
			c = enDash
		case r == '\u2014' || r == '\u2015':
			c = emDash
		}
		b = append(b, c)
	}
	return string(b)
}

// controlSequence recognises the sequences that colour a terminal, or mark what was pasted
// there (ECMA-48 §5.4).
func controlSequence(rest string) (string, int) {
	parameters, ok := strings.CutPrefix(rest, "\x1b[")
	end := len(parameters) - len(strings.TrimLeft(parameters, "0123456789;"))
	if !ok || end == len(parameters) || strings.IndexByte("mK~", parameters[end]) < 0 {
		return "", 0
	}
	return "", len("\x1b[") + end + 1
}

// replaced calls take wherever the byte start stands in s, and puts what it has written in the
// place of what it has read. take returns how many bytes it has read; with 0 the byte stays.
func replaced(s string, start byte, take func(rest string) (written string, read int)) string {
	if strings.IndexByte(s, start) < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		if s[i] == start {
			if written, read := take(s[i:]); read > 0 {
				b.WriteString(written)
				i += read
				continue
			}
		}
		b.WriteByte(s[i])
		i++
	}
	return b.String()
}

// number reads a hexadecimal number of so many digits.
func number(s string, digits int) (n int, ok bool) {
	if len(s) < digits {
		return 0, false
	}
	for i := range digits {
		d := sdp.HexDigit(s[i])
		if d < 0 {
			return 0, false
		}
		n = n<<4 | d
	}
	return n, true
}

// percentDecoded decodes every %XX. Any other % stays.
func percentDecoded(s string) string {
	return replaced(s, '%', func(rest string) (string, int) {
		if n, ok := number(rest[1:], 2); ok {
			return string([]byte{byte(n)}), 3
		}
		return "", 0
	})
}

// quotedPrintableDecoded decodes every =XX, and joins lines that end in = (RFC 2045 §6.7).
func quotedPrintableDecoded(s string) string {
	return replaced(s, '=', func(rest string) (string, int) {
		if n, ok := number(rest[1:], 2); ok {
			return string([]byte{byte(n)}), 3
		}
		line := strings.TrimLeft(rest[1:], " \t\r")
		if strings.HasPrefix(line, "\n") {
			return "", len(rest) - len(line) + 1
		}
		return "", 0
	})
}

// unescaped decodes what JSON and similar languages, Markdown and shells write with a
// backslash.
func unescaped(s string) string {
	return replaced(s, '\\', func(rest string) (string, int) {
		if len(rest) < 2 {
			return "", 0
		}
		switch rest[1] {
		case 'u':
			if n, ok := number(rest[2:], 4); ok {
				return string(rune(n)), 6
			}
		case 'x':
			if n, ok := number(rest[2:], 2); ok {
				return string(rune(n)), 4
			}
		case 'n', 'r', 't':
			return "\n", 2
		}
		if rest[1] < utf8.RuneSelf {
			return rest[1:2], 2
		}
		return "", 0
	})
}

// entities are the named characters of HTML that may stand in or beside a link.
const entities = " amp=& lt=< gt=> quot=\" apos=' nbsp=\u00a0 shy=\u00ad zwnj=\u200c zwj=\u200d ZeroWidthSpace=\u200b NoBreak=\u2060" +
	" lowbar=_ UnderBar=_ hyphen=- dash=- ndash=– mdash=— num=# colon=: sol=/ bsol=\\ percnt=% equals== plus=+ ast=* dollar=$ period=. "

// withoutEntities decodes &name; &#8203; and &#x200b;.
func withoutEntities(s string) string {
	return replaced(s, '&', func(rest string) (string, int) {
		end := strings.IndexByte(rest[:min(len(rest), 20)], ';')
		if end < 2 {
			return "", 0
		}
		name := rest[1:end]
		if name[0] != '#' {
			_, value, known := strings.Cut(entities, " "+name+"=")
			value, _, _ = strings.Cut(value, " ")
			if !known {
				return "", 0
			}
			return value, end + 1
		}
		n, digits := 0, strings.TrimLeft(name[1:], "xX")
		for i := range len(digits) {
			d, base := sdp.HexDigit(digits[i]), 16
			if len(digits) == len(name)-1 {
				base = 10
			}
			if n = n*base + d; d < 0 || d >= base || n > unicode.MaxRune {
				return "", 0
			}
		}
		return string(rune(n)), end + 1
	})
}

// withoutTags leaves out the tags of HTML. A link in angle brackets is not one.
func withoutTags(s string) string {
	return replaced(s, '<', func(rest string) (string, int) {
		end := strings.IndexByte(rest, '>')
		if end < 2 || strings.HasPrefix(rest, "<http") || rest[1] != '/' && rest[1] != '!' && !alphanumeric(rest[1]) {
			return "", 0
		}
		return "", end + 1
	})
}

// maxWrapped is how many wrapped links of one text are unwrapped.
const maxWrapped = 8

// unwrap restores links that Proofpoint's URL Defense, versions 2 and 3, has rewritten. For
// redirects that percent-encode the link, percentDecoded is enough.
func unwrap(s string) string {
	at := 0
	for range maxWrapped {
		i := strings.Index(s[at:], "://urldefense.")
		if i < 0 {
			break
		}
		i += at
		start := strings.LastIndexByte(s[:i], 'h')
		_, rest, _ := strings.Cut(s[i+3:], "/")
		var link string
		var read int
		if after, ok := strings.CutPrefix(rest, "v2/url?u="); ok {
			link, read = unwrap2(after)
			rest = after
		} else if after, ok := strings.CutPrefix(rest, "v3/__"); ok {
			link, read = unwrap3(after)
			rest = after
		}
		if read == 0 || start < 0 {
			at = i + 3
			continue
		}
		at = start + len(link)
		s = s[:start] + link + " " + rest[read:]
	}
	return s
}

// unwrap2 reads version 2: a percent-encoded link in which % has become -, and / has become _.
// A mail program may have broken it into lines anywhere.
func unwrap2(s string) (link string, read int) {
	read = strings.IndexByte(s, '&')
	if read < 0 {
		return "", 0
	}
	s = s[:read]
	for _, broken := range []string{"=\r\n", "=\n", "\r", "\n"} {
		s = strings.ReplaceAll(s, broken, "")
	}
	s = strings.ReplaceAll(strings.ReplaceAll(s, "-", "%"), "_", "/")
	return percentDecoded(s), read
}

const base64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// unwrap3 reads version 3: link__;characters!… Some characters of the link have become *, or
// several in a row ** and a digit that says how many. They follow behind, in base64url.
func unwrap3(s string) (link string, read int) {
	marked, rest, ok := strings.Cut(s, "__;")
	list, _, ok2 := strings.Cut(rest, "!")
	taken, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(list, "="))
	if !ok || !ok2 || err != nil {
		return "", 0
	}
	failed := false
	link = replaced(marked, '*', func(at string) (string, int) {
		count, read := 1, 1
		if len(at) > 2 && at[1] == '*' {
			count, read = strings.IndexByte(base64Digits, at[2])+2, 3
		}
		size := 0
		for ; count > 0 && size < len(taken); count-- {
			_, n := utf8.DecodeRune(taken[size:])
			size += n
		}
		failed = failed || count > 0
		written := string(taken[:size])
		taken = taken[size:]
		return written, read
	})
	if failed {
		return "", 0
	}
	return link, len(marked) + len("__;") + len(list)
}
