package invite

import (
	"encoding/base64"
	"slices"
	"strings"
)

// Code is an invite, a reply or a repair as bytes, told apart by its first one.
type Code []byte

// These look at the kind alone, in whatever version. AnswersRepair tells of a repair whether it
// answers one.
func (c Code) IsInvite() bool      { return c.kind() == inviteFirst&kindMask }
func (c Code) IsReply() bool       { return c.kind() == replyFirst&kindMask }
func (c Code) IsRepair() bool      { return c.isSealed() && !c.IsReply() }
func (c Code) AnswersRepair() bool { return c.kind() == answerFirst&kindMask }

// isSealed tells whether nothing but the size of a code says if it is one.
func (c Code) isSealed() bool { return !c.IsInvite() && known(c.kind()|version1) }

// kind is 0, which is none, where there is nothing.
func (c Code) kind() byte {
	if len(c) == 0 {
		return 0
	}
	return c[0] & kindMask
}

// known tells whether a code of this version begins so.
func known(first byte) bool {
	switch first {
	case inviteFirst, replyFirst, repairFirst, answerFirst:
		return true
	}
	return false
}

// starts are the letters with which codes in base64url begin, that of an invite first.
const starts = "iroa"

// end is the last letter of every link: a link without it was cut, and no
// chat program takes a letter for punctuation.
const end = "z"

var base64URL = base64.RawURLEncoding.Strict()

// LinkText is the code for a link: base64url and the closing letter.
func (c Code) LinkText() string { return base64URL.EncodeToString(c) + end }

// QRText is the code for a QR code: base43, which QR stores in 5½ bits a character.
func (c Code) QRText() string { return encodeBase43(c) }

// ParseCode reads the text of a code, as LinkText or QRText wrote it, checks
// its version and its size, and nothing else.
func ParseCode(text string) (Code, error) {
	switch {
	case text == "":
		return nil, ErrEmpty
	case len(text) > maxText:
		return nil, ErrTooLong
	case text[0] < 'a' || text[0] > 'z':
		b, ok := decodeBase43(text)
		if !ok {
			return nil, ErrMalformed
		}
		return NewCode(b)
	}
	body, whole := strings.CutSuffix(text, end)
	b, err := base64URL.DecodeString(body)
	if !whole || err != nil {
		if looksCut(text) {
			return nil, ErrCut
		}
		return nil, ErrMalformed
	}
	return NewCode(b)
}

// looksCut tells whether a text begins as a code may, but does not end as one.
func looksCut(text string) bool {
	return strings.IndexByte(starts, text[0]) >= 0 && !strings.HasSuffix(text, end)
}

// NewCode takes the bytes of a code, as a mailbox brings them; it checks what
// ParseCode does.
func NewCode(b []byte) (Code, error) {
	if len(b) == 0 {
		return nil, ErrMalformed
	}
	if !known(b[0]) {
		return nil, kindError(b[0])
	}
	if c := Code(b); !c.rightSize() {
		return nil, ErrMalformed
	}
	return b, nil
}

func (c Code) rightSize() bool {
	if c.IsInvite() {
		return len(c) >= minInvite && len(c) <= maxInvite
	}
	return sealedSize(len(c))
}

func sealedSize(n int) bool { return slices.Contains(sealedSizes[:], n) }

// base43 is the part of QR's alphanumeric alphabet that is legal in a fragment.
const base43 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ$*+-./:"

// marks are the digits of base43 that can end a sentence, or look so to a program.
const marks = "$*+-./:"

// EndsInMark tells whether the text of the code for a QR code ends in one of these marks.
// Programs take a mark at the end of a link for the end of the sentence and leave it out, and
// afterwards nobody can tell which it was. So whoever gets true makes another code.
func (c Code) EndsInMark() bool {
	text := c.QRText()
	return strings.IndexByte(marks, text[len(text)-1]) >= 0
}

// digitBits is how many billionths of a bit a digit holds: log₂ 43, times 10⁹.
const digitBits = 5_426_264_755

// base43Length is how many digits the largest number of n bytes has.
func base43Length(n int) int {
	return int((int64(n)*8e9 + digitBits - 1) / digitBits)
}

// base43Bytes is how many whole bytes fit into so many digits.
func base43Bytes(digits int) int { return int(int64(digits) * digitBits / 8e9) }

func encodeBase43(b []byte) string {
	digits := make([]byte, base43Length(len(b))) // least significant first
	for _, x := range b {
		carry := int(x)
		for i := range digits {
			carry += int(digits[i]) << 8
			digits[i], carry = byte(carry%43), carry/43
		}
	}
	text := make([]byte, len(digits))
	for i, d := range digits {
		text[len(text)-1-i] = base43[d]
	}
	return string(text)
}

func decodeBase43(text string) ([]byte, bool) {
	n := base43Bytes(len(text))
	if n > maxCode || n == 0 || base43Length(n) != len(text) {
		return nil, false
	}
	b := make([]byte, n)
	for i := range len(text) {
		carry := strings.IndexByte(base43, text[i])
		if carry < 0 {
			return nil, false
		}
		for j := n - 1; j >= 0; j-- {
			carry += int(b[j]) * 43
			b[j], carry = byte(carry), carry>>8
		}
		if carry != 0 {
			return nil, false
		}
	}
	return b, true
}
