package invite_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tincan/internal/invite"
)

// TestUnitCredentialCharacters: no byte that ICE does not allow gets into the
// SDP through ufrag or password, in an invite or from an engine: with one
// that ends a line, a peer would write lines of ours.
func TestUnitCredentialCharacters(t *testing.T) {
	good := testInvite(sample(t).ForInvite()).Bytes()
	const ufrag, password = "abcde", "abcdefghijklmnopqrstuvwxyz"
	_, err := invite.ParseInvite(textCredentials(good, ufrag, password), false)
	require.NoError(t, err, "the frame of these cases is right")
	sdp := sample(t).SDP(invite.Offer, "0")
	for b := range 256 {
		c := string([]byte{byte(b)})
		allowed := strings.Contains("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", c)
		for _, pair := range [][2]string{
			{c + ufrag[1:], password}, {ufrag[:4] + c, password}, {ufrag, c + password[1:]}, {ufrag, password[:10] + c + password[11:]}, {ufrag, password[:25] + c},
			{ufrag[:3] + c, password[:24]}, {ufrag[:4], password[:23] + c}, // the lengths that are packed
		} {
			d, err := invite.ParseInvite(textCredentials(good, pair[0], pair[1]), false)
			packed := len(pair[0]) == 4
			require.Equal(t, allowed && !packed, err == nil, "%q", pair)
			if err != nil {
				require.Zero(t, d)
			}
			if b == '\r' || b == '\n' {
				continue // ends the line of an engine's SDP; what is left is another credential
			}
			text := strings.Replace(sdp, "a=ice-ufrag:"+sample(t).Ufrag, "a=ice-ufrag:"+pair[0], 1)
			before, rest, found := strings.Cut(text, "a=ice-pwd:")
			require.True(t, found)
			_, after, _ := strings.Cut(rest, "\r\n")
			_, err = invite.ParseSDP(before+"a=ice-pwd:"+pair[1]+"\r\n"+after, false)
			require.Equal(t, allowed, err == nil, "%q in SDP", pair)
		}
	}
}
