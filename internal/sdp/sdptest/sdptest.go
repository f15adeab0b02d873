// Package sdptest says of SDP whether it is ours, for the tests of those who write it.
package sdptest

import "strings"

// Ours tells whether a line has one of the forms that we write, and in its variable parts
// nothing but the characters that may stand there.
func Ours(line string) bool {
	for _, constant := range []string{
		"v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0", "a=group:BUNDLE 0", "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
		"c=IN IP4 0.0.0.0", "a=mid:0", "a=setup:active", "a=setup:passive", "a=sctp-port:5000", "a=max-message-size:262144",
	} {
		if line == constant {
			return true
		}
	}
	const alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	for prefix, alphabet := range map[string]string{
		"a=ice-ufrag:":           alphanumeric + "+/",
		"a=ice-pwd:":             alphanumeric + "+/",
		"a=fingerprint:sha-256 ": "0123456789ABCDEF:",
		"a=candidate:":           alphanumeric + "-.: ",
	} {
		if rest, ok := strings.CutPrefix(line, prefix); ok {
			return strings.Trim(rest, alphabet) == ""
		}
	}
	return false
}
