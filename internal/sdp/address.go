// Package sdp reads what WebRTC engines write of a connection (SDP, RFC 8866 and RFC 8839),
// and writes what they are given to read: addresses, candidates, descriptions. It is pure,
// and the one place that does: internal/invite packs what it reads into codes,
// internal/peer hands to its engine what it writes.
package sdp

import (
	"strconv"
	"strings"
)

// net/netip would add 25 KB to what a browser loads; a test compares this with it.

// AddressKind is the form of an address; its number is the tag on the wire.
type AddressKind byte

// The kinds, by their tag.
const (
	IPv4 AddressKind = iota
	IPv6
	MDNS // a name before ".local", by which a host hides its address
)

// AddressSizes says by kind how many bytes an address has.
var AddressSizes = [...]int{IPv4: 4, IPv6: 16, MDNS: 16}

// Address is where a candidate is: 4 or 16 bytes of an IP address, or the UUID
// of an mDNS name. Bytes past the size of its kind are zero.
type Address struct {
	Kind  AddressKind
	Bytes [16]byte
}

// ParseAddress reads an address as ICE writes it (RFC 8839 §5.1): dotted
// decimal, RFC 4291's colons without a zone, or UUID.local.
func ParseAddress(s string) (Address, bool) {
	if name, ok := strings.CutSuffix(s, ".local"); ok {
		return parseUUID(name)
	}
	if strings.IndexByte(s, ':') >= 0 {
		return parseIPv6(s)
	}
	return parseIPv4(s)
}

// ReadAddress reads an address in any of the ways that engines name one, each other's and
// their own: with a zone, in capitals, an IPv4 one inside IPv6, which comes back as IPv4.
func ReadAddress(text string) (a Address, ok bool) {
	text, _, _ = strings.Cut(strings.ToLower(text), "%")
	if mapped, is := strings.CutPrefix(text, "::ffff:"); is && strings.Contains(mapped, ".") {
		text = mapped
	}
	a, ok = ParseAddress(text)
	return a.Unmap(), ok
}

// IsName tells whether a text stands where an address would and is an mDNS name, of whatever form.
func IsName(text string) bool { return strings.HasSuffix(strings.ToLower(text), ".local") }

func parseIPv4(s string) (a Address, ok bool) {
	for i := range 4 {
		part, rest, more := strings.Cut(s, ".")
		n, ok := Decimal(part, 3)
		if !ok || n > 255 || more != (i < 3) {
			return Address{}, false
		}
		a.Bytes[i] = byte(n)
		s = rest
	}
	return a, true
}

func parseIPv6(s string) (a Address, ok bool) {
	head, tail, short := strings.Cut(s, "::")
	front, ok := parseGroups(head)
	back, ok2 := parseGroups(tail)
	total := len(front) + len(back)
	if !ok || !ok2 || total > 16 || short != (total < 16) {
		return Address{}, false
	}
	a.Kind = IPv6
	copy(a.Bytes[:], front)
	copy(a.Bytes[16-len(back):], back)
	return a, true
}

// parseGroups reads hexadecimal groups between colons; none for an empty text.
func parseGroups(s string) (b []byte, ok bool) {
	for s != "" {
		group, rest, more := strings.Cut(s, ":")
		n := 0
		for i := range len(group) {
			digit := HexDigit(group[i])
			if digit < 0 {
				return nil, false
			}
			n = n<<4 | digit
		}
		if len(group) < 1 || len(group) > 4 || more && rest == "" || len(b) == 16 {
			return nil, false
		}
		b = append(b, byte(n>>8), byte(n))
		s = rest
	}
	return b, true
}

func parseUUID(s string) (a Address, ok bool) {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return Address{}, false
	}
	b, ok := DecodeHex(strings.ReplaceAll(s, "-", ""))
	if !ok || len(b) != 16 {
		return Address{}, false
	}
	return Address{MDNS, [16]byte(b)}, true
}

// String is the address as SDP writes it.
func (a Address) String() string {
	h := EncodeHex(a.Bytes[:], LowerDigits)
	switch a.Kind {
	case IPv4:
		return strconv.Itoa(int(a.Bytes[0])) + "." + strconv.Itoa(int(a.Bytes[1])) + "." + strconv.Itoa(int(a.Bytes[2])) + "." + strconv.Itoa(int(a.Bytes[3]))
	case IPv6:
		s := h[:4]
		for i := 4; i < 32; i += 4 {
			s += ":" + h[i:i+4]
		}
		return s
	}
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:] + ".local"
}

// Allowed says whether an address may stand in a description (PROTOCOL.md §2.2).
func (a Address) Allowed(loopback bool) bool {
	b := a.Bytes
	switch a.Kind {
	case IPv4:
		switch {
		case b[0] == 127:
			return loopback
		case b[0] == 169 && b[1] == 254: // link-local, cloud metadata among them
			return false
		}
		return b[0] != 0 && b[0] < 224 // "this network"; multicast, reserved, broadcast
	case IPv6:
		zeros := 0
		for zeros < 16 && b[zeros] == 0 {
			zeros++
		}
		switch {
		case zeros == 15 && b[15] == 1:
			return loopback
		case zeros == 16, zeros == 10 && b[10] == 0xFF && b[11] == 0xFF: // unspecified, IPv4-mapped
			return false
		}
		return b[0] != 0xFF && (b[0] != 0xFE || b[1]&0xC0 != 0x80) // multicast, link-local
	}
	return a.Kind == MDNS
}

// Loopback tells whether an address can only be reached from the computer itself.
func (a Address) Loopback() bool {
	return a.Kind == IPv4 && a.Bytes[0] == 127 || a.Kind == IPv6 && a.Bytes == [16]byte{15: 1}
}

// LinkLocal tells whether an address is valid on one network link only (RFC 3927,
// RFC 4291 §2.5.6).
func (a Address) LinkLocal() bool {
	return a.Kind == IPv4 && a.Bytes[0] == 169 && a.Bytes[1] == 254 ||
		a.Kind == IPv6 && a.Bytes[0] == 0xFE && a.Bytes[1]&0xC0 == 0x80
}

// Near tells whether an address is valid only within one private network (RFC 1918, RFC 4193,
// mDNS), on one link or on one computer.
func (a Address) Near() bool {
	b := a.Bytes
	switch a.Kind {
	case IPv4:
		if b[0] == 10 || b[0] == 172 && b[1]&0xF0 == 16 || b[0] == 192 && b[1] == 168 {
			return true
		}
	case IPv6:
		if b[0]&0xFE == 0xFC {
			return true
		}
	case MDNS:
		return true
	}
	return a.Loopback() || a.LinkLocal()
}

// SameSubnet tells whether two IPv6 addresses share their first 64 bits, which
// is one network segment by the rules of IPv6.
func (a Address) SameSubnet(b Address) bool {
	return a.Kind == IPv6 && b.Kind == IPv6 && [8]byte(a.Bytes[:8]) == [8]byte(b.Bytes[:8])
}

// Unmap turns an IPv4-mapped IPv6 address into the IPv4 one.
func (a Address) Unmap() Address {
	if a.Kind == IPv6 && [12]byte(a.Bytes[:12]) == [12]byte{10: 0xFF, 11: 0xFF} {
		return Address{IPv4, [16]byte{a.Bytes[12], a.Bytes[13], a.Bytes[14], a.Bytes[15]}}
	}
	return a
}

// Decimal reads an unsigned number without leading zeros, of at most so many digits.
func Decimal(s string, digits int) (n int, ok bool) {
	if len(s) == 0 || len(s) > digits || len(s) > 1 && s[0] == '0' {
		return 0, false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}
