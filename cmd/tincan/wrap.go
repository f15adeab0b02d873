package main

import (
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

// mark begins every row of tincan's own on a terminal, in bold. neutral removes both from the text
// of the other person, so that none of its rows can pose as one of tincan's.
const mark = '▌'

// neutral replaces characters that a terminal would obey, that change the direction of what follows,
// that are invisible, or that look like mark, by others that are visible and harmless.
func neutral(s string) string {
	flag := false // after a black flag, which may be followed by tags that name a part of a country
	return strings.Map(func(r rune) rune {
		tag := r >= 0xE0020 && r <= 0xE007F
		flag = r == '🏴' || flag && tag
		switch {
		case r == '\n' || r == '\t' || flag:
			return r
		case r < 0x20:
			return 0x2400 + r // the symbol for this control character
		case r == 0x7F:
			return 0x2421
		case steers(r), r >= '▉' && r <= '▏':
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// steers tells whether a character is not shown itself but may act on what is shown: control
// characters, marks of direction, line separators, and other invisible ones except those with which
// words and emoji are joined and varied.
func steers(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7F && r < 0xA0:
		return true
	case r < 0x300:
		return r == '\u00AD'
	case r == '\u200C', r == '\u200D', unicode.Is(unicode.Variation_Selector, r):
		return false
	}
	return unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point, unicode.Noncharacter_Code_Point) &&
		!unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

// columns returns how wide a cluster of characters may become. A terminal that does not join what
// belongs together shows each part of it separately.
func columns(cluster string) (n int) {
	for _, r := range cluster {
		n += uniseg.StringWidth(string(r))
	}
	return n
}

// wrap breaks text into rows of at most width columns: at its line ends, after a
// space where there is one, else between two characters. Tabs become spaces, and a space
// that has no room at the end of a row is not shown at the beginning of the next; nothing
// else is added or taken away. A character wider than width has a row of its own.
func wrap(text string, width int) (rows []string) {
	for line := range strings.SplitSeq(text, "\n") {
		var row []byte
		used, end, usedAtEnd := 0, 0, 0 // columns of row; where its last word began
		for state := -1; line != ""; {
			var cluster string
			cluster, line, _, state = uniseg.FirstGraphemeClusterInString(line, state)
			n := columns(cluster)
			if cluster == "\t" {
				n = min(8-used%8, max(width-used, 1))
				cluster = strings.Repeat(" ", n)
			}
			for used > 0 && used+n > width {
				if cluster == " " {
					n, cluster = 0, ""
				}
				if end == 0 || n == 0 {
					end, usedAtEnd = len(row), used
				}
				rows = append(rows, string(row[:end]))
				row, used = row[end:], used-usedAtEnd
				end, usedAtEnd = 0, 0
			}
			row, used = append(row, cluster...), used+n
			if strings.HasSuffix(cluster, " ") {
				end, usedAtEnd = len(row), used
			}
		}
		rows = append(rows, string(row))
	}
	return rows
}
