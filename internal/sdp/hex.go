package sdp

// encoding/hex brings fmt along, which would add a tenth to what a browser
// loads before it can chat.

// The digits of either case.
const LowerDigits, UpperDigits = "0123456789abcdef", "0123456789ABCDEF"

// EncodeHex writes each byte as two of the digits.
func EncodeHex(b []byte, digits string) string {
	s := make([]byte, 0, 2*len(b))
	for _, x := range b {
		s = append(s, digits[x>>4], digits[x&15])
	}
	return string(s)
}

// DecodeHex reads pairs of digits of either case.
func DecodeHex(s string) (b []byte, ok bool) {
	if len(s)%2 != 0 {
		return nil, false
	}
	b = make([]byte, len(s)/2)
	for i := range b {
		high, low := HexDigit(s[2*i]), HexDigit(s[2*i+1])
		if high < 0 || low < 0 {
			return nil, false
		}
		b[i] = byte(high<<4 | low)
	}
	return b, true
}

// HexDigit is the value of a digit of either case, -1 for any other character.
func HexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
