package invite

import (
	"bytes"
	"math"
	"strings"
)

var inQRCodes = alphabet{isBase43, 12, readQR, cutQR, 16 * maxText}

// readBase43 is readBase64 for the other alphabet.
func (f *finder) readBase43(s string, i int, inLink bool) (damaged int) {
	word := run(s[i:], isBase43)
	f.work += len(word)
	if len(word) < longWord {
		f.noteStranger(run(s[i:], isLetter), inLink)
		return 0
	}
	pieces, reach, cut := f.readPieces(s, i, inQRCodes)
	switch {
	case pieces == "":
		return reach
	case len(pieces) < damagedLength, !inLink && len(pieces) < 2*damagedLength:
		return 0
	case cut:
		f.note(ErrCut)
	default:
		whole := headOf(pieces, len(pieces))
		if !inLink && !whole.begins() {
			return 0
		}
		f.note(strangerError(whole.first))
	}
	return reach
}

// shortestQR is the number of digits of the shortest code.
var shortestQR = base43Length(minInvite)

// readQR reads a code in base43. Nothing marks its end, but its first bytes and its size say
// whether it is one. Marks behind it belong to the sentence, for no code ends in one
// (PROTOCOL.md §2.4).
func readQR(letters string, ends []int) (found Code, several bool) {
	for _, end := range ends {
		plain := len(strings.TrimRight(letters[:end], marks))
		for _, at := range []int{end, plain} {
			if at < shortestQR || at > maxText || !headOf(letters[:at], at).begins() {
				continue
			}
			code, err := ParseCode(letters[:at])
			if err == nil && code.wellFormed() {
				several = several || found != nil && !bytes.Equal(found, code)
				found = code
			}
		}
	}
	return found, several
}

// cutQR tells whether letters are the beginning of a code in base43. What is missing cannot be
// guessed: other digits make another code, and it would parse.
func cutQR(letters string) bool {
	for total := len(letters) + 1; total <= base43Length(maxCode); total++ {
		if !headOf(letters, total).begins() {
			continue
		}
		full := []byte(letters)
		for len(full) < total {
			full = append(full, '0')
		}
		if b, ok := decodeBase43(string(full)); ok {
			certain := len(b) - (total - len(letters)) - 1 // each missing digit changes one byte at most, and a carry one more
			if _, fits := endsOf(b[:max(0, certain)]); fits {
				return true
			}
		}
	}
	return false
}

// head is what the first digits of a code in base43 tell of it.
type head struct {
	size         int // of the code, in bytes; 0 where no code has so many digits
	first, flags byte
}

// headOf reads the head of a code of total digits that begins with digits.
func headOf(digits string, total int) (h head) {
	log := math.Log2(43)
	size := base43Bytes(total)
	if base43Length(size) != total {
		return h
	}
	value, place := 0.0, 1.0
	for i := range min(len(digits), 10) {
		place /= 43
		value += float64(strings.IndexByte(base43, digits[i])) * place
	}
	value *= math.Exp2(float64(total)*log - float64(8*size) + 8)
	if value >= 256 {
		return h
	}
	first := math.Floor(value)
	return head{size, byte(first), byte((value - first) * 256)}
}

func (h head) begins() bool {
	if h.first == inviteFirst {
		return h.size >= minInvite && h.size <= maxInvite && h.flags&^(flagMailbox|formatMask) == 0
	}
	return known(h.first) && sealedSize(h.size)
}

// readFolded reads a code in base43 whose capitals a QR scanner has turned into small letters.
// The fragment of its link begins at i.
func (f *finder) readFolded(s string, i int) (found bool) {
	word := run(s[i:], func(c byte) bool { return c >= 'a' && c <= 'z' || isBase43(c) && (c < 'A' || c > 'Z') })
	f.work += len(word)
	if len(word) < shortestQR || len(word) > maxText || word == strings.ToUpper(word) {
		return false
	}
	letters := strings.ToUpper(word)
	f.setAddress(s, i)
	code, several := readQR(letters, []int{len(letters)})
	switch {
	case code != nil && !several:
		f.add(code)
	case cutQR(letters):
		f.note(ErrCut)
	default:
		return false
	}
	return true
}
