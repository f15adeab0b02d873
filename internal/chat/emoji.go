package chat

import (
	"unicode"
	"unicode/utf8"
)

// maxEmoji is more than any emoji has, in bytes: a family of four with skins has 41.
const maxEmoji = 64

// Characters that emoji are put together with.
const (
	joiner      = 0x200D
	asPicture   = 0xFE0F // of a character that is also written as text
	keycap      = 0x20E3
	blackFlag   = 0x1F3F4
	firstTag    = 0xE0020
	lastTag     = 0xE007F
	firstLetter = 0x1F1E6 // regional indicators, of which two are a flag
	lastLetter  = 0x1F1FF
	firstSkin   = 0x1F3FB
	lastSkin    = 0x1F3FF
)

// emojiBlocks are the characters that an emoji may begin with, in whole blocks: which of them are drawn as pictures
// changes each year (PROTOCOL.md §4.4).
var emojiBlocks = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x00A9, 0x00AE, 5}, {0x203C, 0x2049, 13}, {0x2122, 0x2139, 23}, {0x2190, 0x21FF, 1}, {0x2300, 0x23FF, 1}, {0x24C2, 0x24C2, 1},
		{0x25A0, 0x27BF, 1}, {0x2900, 0x297F, 1}, {0x2B00, 0x2BFF, 1}, {0x3030, 0x303D, 13}, {0x3297, 0x3299, 2},
	},
	R32:         []unicode.Range32{{0x1F000, 0x1F1E5, 1}, {0x1F200, 0x1FAFF, 1}},
	LatinOffset: 1,
}

// isEmoji tells whether a text is one emoji by its form, after the regular expression of Unicode Technical Standard #51, 1.4.9.
func isEmoji(text string) bool {
	if len(text) > maxEmoji || !utf8.ValidString(text) {
		return false
	}
	next := func() rune {
		r, _ := utf8.DecodeRuneInString(text)
		return r
	}
	is := func(low, high rune) bool {
		r, n := utf8.DecodeRuneInString(text)
		if n == 0 || r < low || r > high {
			return false
		}
		text = text[n:]
		return true
	}
	if is('0', '9') || is('#', '#') || is('*', '*') {
		is(asPicture, asPicture)
		return is(keycap, keycap) && text == ""
	}
	if is(firstLetter, lastLetter) {
		return is(firstLetter, lastLetter) && text == ""
	}
	for {
		base := next()
		if !unicode.Is(emojiBlocks, base) {
			return false
		}
		is(base, base)
		if !is(firstSkin, lastSkin) && is(asPicture, asPicture) {
			is(keycap, keycap)
		}
		if base == blackFlag && is(firstTag, lastTag-1) {
			for is(firstTag, lastTag-1) {
			}
			if !is(lastTag, lastTag) {
				return false
			}
		}
		if text == "" {
			return true
		}
		if !is(joiner, joiner) {
			return false
		}
	}
}
