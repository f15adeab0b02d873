package invite

import "strings"

// maxOrigin bounds what is taken for an origin; no host name is longer.
const maxOrigin = 270

// originOf returns scheme, host and port of the address in text, as a browser writes them: in
// lower case, without the default port. It returns nothing if it is not certain: if there is
// a user name, a letter outside ASCII, or a port that is none. If there are several addresses
// in a text that was decoded, the last one is meant, for the others wrap it; in a text that
// was not, none is.
func originOf(text string, decoded bool) string {
	text = strings.Map(lowerASCII, text)
	if !decoded && strings.Count(text, "://") > 1 {
		return ""
	}
	at := max(strings.LastIndex(text, "https://"), strings.LastIndex(text, "http://"))
	if at < 0 {
		return ""
	}
	scheme, rest, _ := strings.Cut(text[at:], "://")
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	host, port := rest, ""
	if i := strings.LastIndexByte(rest, ':'); i > strings.LastIndexByte(rest, ']') {
		host, port = rest[:i], rest[i+1:]
		if !isPort(port) {
			return ""
		}
	}
	if len(rest) > maxOrigin || !isHost(host) {
		return ""
	}
	if port == "" || scheme == "https" && port == "443" || scheme == "http" && port == "80" {
		return scheme + "://" + host
	}
	return scheme + "://" + host + ":" + port
}

// lowerASCII changes ASCII capitals alone. Unicode's rules would turn some other letters into
// ASCII ones.
func lowerASCII(r rune) rune {
	if r >= 'A' && r <= 'Z' {
		return r + 'a' - 'A'
	}
	return r
}

func isPort(s string) bool {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
		n = min(n*10+int(s[i]-'0'), 1<<16)
	}
	return s != "" && s[0] != '0' && n < 1<<16
}

// isHost tells whether a text is a name of letters, digits, dots and dashes, or an IPv6 address
// in brackets.
func isHost(s string) bool {
	inside, six := strings.CutPrefix(s, "[")
	if six {
		var closed bool
		if s, closed = strings.CutSuffix(inside, "]"); !closed {
			return false
		}
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c == '.', c >= '0' && c <= '9':
		case six && (c == ':' || c >= 'a' && c <= 'f'):
		case !six && (c == '-' || c >= 'a' && c <= 'z'):
		default:
			return false
		}
	}
	return s != "" && s[0] != '.' && s[0] != '-'
}
