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

// formatOf is -1 where no invite can carry the credentials.
func formatOf(d sdp.Description) int {
	switch {
	case !sdp.ValidCredentials(d.Ufrag, d.Password):
		return -1
	case len(d.Ufrag) == 4 && len(d.Password) == 24:
		return formatBase64
	case len(d.Ufrag) == 8 && len(d.Password) == 32 && lowerHex(d.Ufrag) && lowerHex(d.Password):
		return formatHex
	}
	return formatText
}

func lowerHex(s string) bool {
	for i := range len(s) {
		if strings.IndexByte(sdp.LowerDigits, s[i]) < 0 {
			return false
		}
	}
	return true
}

// appendDescription writes d after b. The format goes into the flags.
func appendDescription(b []byte, d sdp.Description) []byte {
	switch formatOf(d) {
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

// parseDescription reads what appendDescription writes, to the end of b.
func parseDescription(b []byte, format int, loopback bool) (d sdp.Description, err error) {
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
		if err == nil && (!c.Allowed(loopback) || len(d.Candidates) == sdp.MaxCandidates) {
			err = ErrMalformed
		}
		d.Candidates = append(d.Candidates, c)
	}
	if err != nil || formatOf(d) != format {
		return sdp.Description{}, ErrMalformed
	}
	return d, nil
}

// takeCandidate reads one candidate; one that is not well formed comes back
// with port 0, which is never allowed.
func takeCandidate(take func(int) []byte) (c sdp.Candidate) {
	tag := take(1)
	if tag == nil || tag[0]&^0x0F != 0 || tag[0]&3 > byte(sdp.MDNS) {
		return sdp.Candidate{}
	}
	c.Type, c.Address.Kind = sdp.CandidateType(tag[0]>>2), sdp.AddressKind(tag[0]&3)
	copy(c.Address.Bytes[:], take(sdp.AddressSizes[c.Address.Kind]))
	port := take(2)
	if port == nil {
		return sdp.Candidate{}
	}
	c.Port = uint16(port[0])<<8 | uint16(port[1])
	return c
}

// packBase64 packs 4 characters into 3 bytes.
func packBase64(b []byte, s string) []byte {
	for i := 0; i+4 <= len(s); i += 4 {
		var n uint32
		for _, c := range []byte(s[i : i+4]) {
			n = n<<6 | uint32(strings.IndexByte(sdp.CredentialCharacters, c))
		}
		b = append(b, byte(n>>16), byte(n>>8), byte(n))
	}
	return b
}

func unpackBase64(b []byte) string {
	var s []byte
	for i := 0; i+3 <= len(b); i += 3 {
		n := uint32(b[i])<<16 | uint32(b[i+1])<<8 | uint32(b[i+2])
		s = append(s, sdp.CredentialCharacters[n>>18&63], sdp.CredentialCharacters[n>>12&63], sdp.CredentialCharacters[n>>6&63], sdp.CredentialCharacters[n&63])
	}
	return string(s)
}
