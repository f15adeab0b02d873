package sdp

import (
	"errors"
	"strings"
)

// errSDP is the error for SDP that lacks what a connection needs.
var errSDP = errors.New("sdp: the engine's description lacks credentials or a fingerprint")

// maxSDP is the longest SDP that is read, in bytes. It comes from our own engine, and even
// with all candidates of a machine with many addresses it is much shorter.
const maxSDP = 64 << 10

// MaxCandidates is how many candidates a description carries at most.
const MaxCandidates = 8

// Description is what is kept of an SDP offer or answer (PROTOCOL.md §2.2). Everything else is
// always the same, and the method SDP writes it again.
type Description struct {
	Ufrag, Password string
	Fingerprint     [32]byte
	Candidates      []Candidate
}

// Parse reads the SDP that our own engine wrote. It drops candidates that may not stand in a
// description (TCP, the second component, addresses that are not allowed), and of the others
// it keeps the MaxCandidates best. With loopback, 127.0.0.1 and ::1 are allowed.
func Parse(text string, loopback bool) (Description, error) {
	var d Description
	if len(text) > maxSDP {
		return d, errSDP
	}
	haveFingerprint := false
	var all []found
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), ":")
		switch name {
		case "a=ice-ufrag":
			d.Ufrag = value
		case "a=ice-pwd":
			d.Password = value
		case "a=fingerprint":
			algorithm, digest, _ := strings.Cut(value, " ")
			if !strings.EqualFold(algorithm, "sha-256") {
				continue
			}
			b, ok := DecodeHex(strings.ReplaceAll(digest, ":", ""))
			if !ok || len(b) != 32 {
				return Description{}, errSDP
			}
			d.Fingerprint, haveFingerprint = [32]byte(b), true
		case "a=candidate":
			l, _ := ParseCandidateLine(line)
			if c, ok := l.Candidate(); ok && c.Allowed(loopback) {
				all = append(all, found{c, l.Extension("network-id"), l.Extension("network-cost") == "0"})
			}
		}
	}
	if !haveFingerprint || !ValidCredentials(d.Ufrag, d.Password) {
		return Description{}, errSDP
	}
	d.Candidates = choose(all)
	return d, nil
}

// MediaID returns the a=mid of our own engine's SDP, which the description that answers it must
// repeat. It is "0" if there is none.
func MediaID(text string) string {
	for line := range strings.Lines(text) {
		if mid, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "a=mid:"); ok {
			return mid
		}
	}
	return "0"
}

// ForInvite keeps what an invite carries: one server-reflexive candidate for each public
// address and the relayed ones, or if there are none of these, the two best hosts. The reply
// will bring all addresses of the joiner, so the inviter need not name all of its own, and the
// link stays short.
func (d Description) ForInvite() Description {
	var outside, hosts []Candidate
	for _, c := range d.Candidates {
		switch {
		case c.Type == ServerReflexive && places(outside, c) > 0:
			// The NAT is symmetric, so the port will be another one anyway.
		case c.Type != Host:
			outside = append(outside, c)
		case len(hosts) < 2:
			hosts = append(hosts, c)
		}
	}
	d.Candidates = outside
	if len(outside) == 0 {
		d.Candidates = hosts
	}
	return d
}

// Public tells whether there is a public address that a STUN server saw. Such an address is
// a mapping in a router, which forgets it after a while.
func (d Description) Public() bool {
	for _, c := range d.Candidates {
		if c.Type == ServerReflexive && !c.Address.Near() {
			return true
		}
	}
	return false
}

// Symmetric tells whether servers saw one address at several ports, as its NAT gives each
// connection another port. With several network cards this may be wrong, so it is good enough
// for a hint to the person and for nothing else.
func (d Description) Symmetric() bool {
	for i, c := range d.Candidates {
		if c.Type == ServerReflexive && places(d.Candidates[:i], c) > 0 {
			return true
		}
	}
	return false
}

// Hidden tells whether all candidates are mDNS names, or there are none.
func (d Description) Hidden() bool {
	for _, c := range d.Candidates {
		if c.Address.Kind != MDNS {
			return false
		}
	}
	return true
}

// Kind says which of the two SDP texts a description is written as.
type Kind bool

// An offer is written with a=setup:active, so that the engine that is given it waits for the
// other side to begin DTLS.
const (
	Offer  Kind = true
	Answer Kind = false
)

// SDP writes the description of the other side for our own engine (PROTOCOL.md §2.5). No line
// of it comes from the other side. mediaID is "0" in an offer, and in an answer the MediaID of
// our own offer.
func (d Description) SDP(kind Kind, mediaID string) string {
	// The joiner's DTLS waits for the inviter's, however late the reply is applied.
	setup := "passive"
	if kind == Offer {
		setup = "active"
	}
	lines := []string{
		"v=0",
		"o=- 1 1 IN IP4 0.0.0.0",
		"s=-",
		"t=0 0",
		"a=group:BUNDLE " + mediaID,
		"m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
		"c=IN IP4 0.0.0.0",
		"a=mid:" + mediaID,
		"a=ice-ufrag:" + d.Ufrag,
		"a=ice-pwd:" + d.Password,
		"a=fingerprint:sha-256 " + formatFingerprint(d.Fingerprint),
		"a=setup:" + setup,
		"a=sctp-port:5000",
		"a=max-message-size:262144",
	}
	for i, c := range d.Candidates {
		lines = append(lines, "a="+c.Line(i+1, c.priority(i)).String())
	}
	return strings.Join(lines, "\r\n") + "\r\n"
}

func formatFingerprint(sum [32]byte) string {
	h := EncodeHex(sum[:], UpperDigits)
	var b strings.Builder
	for i := 0; i < len(h); i += 2 {
		if i > 0 {
			b.WriteByte(':')
		}
		b.WriteString(h[i : i+2])
	}
	return b.String()
}

// CredentialCharacters are the characters that ICE allows in ufrag and password (RFC 8839
// §5.4), in the order of base64.
const CredentialCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// ValidCredentials tells whether ufrag and password have lengths and characters that may stand
// in SDP that we write (PROTOCOL.md §2.2).
func ValidCredentials(ufrag, password string) bool {
	return len(ufrag) >= 4 && len(ufrag) <= 32 && len(password) >= 22 && len(password) <= 64 &&
		iceCharacters(ufrag) && iceCharacters(password)
}

// iceCharacters tells whether s has only what RFC 8839 §5.4 allows, so that
// nothing in it can end a line.
func iceCharacters(s string) bool {
	for i := range len(s) {
		if strings.IndexByte(CredentialCharacters, s[i]) < 0 {
			return false
		}
	}
	return true
}
