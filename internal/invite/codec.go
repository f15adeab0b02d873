package invite

import (
	"strings"

	"tincan/internal/sdp"
)

// Credential formats (PROTOCOL.md §2.2). A pair has one format: the first that fits.
const (
	formatBase64 = iota // 4 + 24 characters: Chromium, Safari, our terminal
	formatHex           // 8 + 32 digits: Firefox
	formatText          // anything else ICE allows
)

func credentialFormat(ufrag, password string) int {
	switch {
	case !iceCharacters(ufrag) || !iceCharacters(password):
		return -1
	case len(ufrag) == 4 && len(password) == 24:
		return formatBase64
	case len(ufrag) == 8 && len(password) == 32 && lowerHex(ufrag) && lowerHex(password):
		return formatHex
	case len(ufrag) >= 4 && len(ufrag) <= 32 && len(password) >= 22 && len(password) <= 64:
		return formatText
	}
	return -1
}

func lowerHex(s string) bool {
	for i := range len(s) {
		if strings.IndexByte(sdp.LowerDigits, s[i]) < 0 {
			return false
		}
	}
	return true
}

func (d Description) format() int { return credentialFormat(d.Ufrag, d.Password) }

// append writes the description after b. The format goes into the flags.
func (d Description) append(b []byte) []byte {
	switch d.format() {
	case formatBase64:
		b = append(packBase64(b, d.Ufrag), packBase64(nil, d.Password)...)
	case formatHex:
		u, _ := sdp.DecodeHex(d.Ufrag)
		p, _ := sdp.DecodeHex(d.Password)
		b = append(append(b, u...), p...)
	case formatText:
		b = append(append(b, byte(len(d.Ufrag))), d.Ufrag...)
		b = append(append(b, byte(len(d.Password))), d.Password...)
	}
	b = append(b, d.Fingerprint[:]...)
	for _, c := range d.Candidates {
		b = append(b, byte(c.Type)<<2|byte(c.Address.Kind))
		b = append(b, c.Address.Bytes[:sdp.AddressSizes[c.Address.Kind]]...)
		b = append(b, byte(c.Port>>8), byte(c.Port))
	}
	return b
}

// parseDescription reads what append writes, to the end of b.
func parseDescription(b []byte, format int, loopback bool) (d Description, err error) {
	take := func(n int) []byte {
		if err != nil || len(b) < n {
			err = ErrMalformed
			return nil
		}
		var part []byte
		part, b = b[:n], b[n:]
		return part
	}
	switch format {
	case formatBase64:
		d.Ufrag, d.Password = unpackBase64(take(3)), unpackBase64(take(18))
	case formatHex:
		d.Ufrag, d.Password = sdp.EncodeHex(take(4), sdp.LowerDigits), sdp.EncodeHex(take(16), sdp.LowerDigits)
	case formatText:
		for _, s := range []*string{&d.Ufrag, &d.Password} {
			if length := take(1); err == nil {
				*s = string(take(int(length[0])))
			}
		}
	}
	if sum := take(32); err == nil {
		d.Fingerprint = [32]byte(sum)
	}
	for err == nil && len(b) > 0 {
		c := takeCandidate(take)
		if err == nil && (!c.allowed(loopback) || len(d.Candidates) == MaxCandidates) {
			err = ErrMalformed
		}
		d.Candidates = append(d.Candidates, c)
	}
	if err != nil || d.format() != format {
		return Description{}, ErrMalformed
	}
	return d, nil
}

// takeCandidate reads one candidate; one that is not well formed comes back
// with port 0, which is never allowed.
func takeCandidate(take func(int) []byte) (c Candidate) {
	tag := take(1)
	if tag == nil || tag[0]&^0x0F != 0 || tag[0]&3 > byte(MDNS) {
		return Candidate{}
	}
	c.Type, c.Address.Kind = CandidateType(tag[0]>>2), sdp.AddressKind(tag[0]&3)
	copy(c.Address.Bytes[:], take(sdp.AddressSizes[c.Address.Kind]))
	port := take(2)
	if port == nil {
		return Candidate{}
	}
	c.Port = uint16(port[0])<<8 | uint16(port[1])
	return c
}

// packBase64 packs 4 characters into 3 bytes.
func packBase64(b []byte, s string) []byte {
	for i := 0; i+4 <= len(s); i += 4 {
		var n uint32
		for _, c := range []byte(s[i : i+4]) {
			n = n<<6 | uint32(strings.IndexByte(base64Alphabet, c))
		}
		b = append(b, byte(n>>16), byte(n>>8), byte(n))
	}
	return b
}

func unpackBase64(b []byte) string {
	var s []byte
	for i := 0; i+3 <= len(b); i += 3 {
		n := uint32(b[i])<<16 | uint32(b[i+1])<<8 | uint32(b[i+2])
		s = append(s, base64Alphabet[n>>18&63], base64Alphabet[n>>12&63], base64Alphabet[n>>6&63], base64Alphabet[n&63])
	}
	return string(s)
}
