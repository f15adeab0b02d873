package sdp

import (
	"errors"
	"strings"
)

// errSDP is for a description that lacks what a connection needs.
var errSDP = errors.New("sdp: the engine's description lacks credentials or a fingerprint")

// maxSDP is the longest SDP read, from our own engine: with every candidate of
// a machine with many addresses it stays well below.
const maxSDP = 64 << 10

// MaxCandidates is how many a description carries.
const MaxCandidates = 8

// Description is what is kept of an SDP offer or answer (PROTOCOL.md §2.2).
// Everything else is constant and written anew by SDP.
type Description struct {
	Ufrag, Password string
	Fingerprint     [32]byte
	Candidates      []Candidate
}

// Parse takes a description out of SDP that an engine of our own wrote.
// Candidates that may not stand in a description are dropped: TCP, the second
// component, refused addresses, and of the rest those past the best MaxCandidates.
// loopback keeps 127.0.0.1 and ::1.
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

// MediaID is the a=mid of SDP of our own; the description that answers it must
// name the same. "0" if there is none.
func MediaID(text string) string {
	for line := range strings.Lines(text) {
		if mid, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "a=mid:"); ok {
			return mid
		}
	}
	return "0"
}

// ForInvite keeps what an invite carries: one reflexive candidate for each
// public address and the relayed ones, or, if there are none, the two best
// hosts. A reply brings every address of the joiner, so the inviter's own can
// stay unsaid and the link short.
func (d Description) ForInvite() Description {
	var outside, hosts []Candidate
	for _, c := range d.Candidates {
		switch {
		case c.Type == ServerReflexive && places(outside, c) > 0:
			// A symmetric NAT: neither port will be the one.
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

// Public tells whether there is an address that a STUN server saw from outside,
// which a router keeps for so long and no longer.
func (d Description) Public() bool {
	for _, c := range d.Candidates {
		if c.Type == ServerReflexive && !c.Address.Near() {
			return true
		}
	}
	return false
}

// Symmetric tells whether servers saw one address at several ports: its NAT
// gives each connection another one. With several network cards it may be
// wrong, so it is a guess for a sentence, no more.
func (d Description) Symmetric() bool {
	for i, c := range d.Candidates {
		if c.Type == ServerReflexive && places(d.Candidates[:i], c) > 0 {
			return true
		}
	}
	return false
}

// Hidden tells whether all there is are mDNS names, or nothing.
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

// An offer is written so that whoever is given it waits for DTLS to begin (a=setup:active).
const (
	Offer  Kind = true
	Answer Kind = false
)

// SDP writes the description of the other side for our own engine, every line
// of it by us (PROTOCOL.md §2.5). mediaID is "0" in an offer, in an answer
// that of our own offer.
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

// CredentialCharacters are those that ICE allows in ufrag and password (RFC 8839 §5.4), in
// the order that base64 numbers them in.
const CredentialCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// ValidCredentials says whether ufrag and password are of the lengths (PROTOCOL.md §2.2) and
// characters that may stand in SDP of ours.
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
