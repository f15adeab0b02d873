package invite_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tincan/internal/invite"
)

// TestUnitCredentialCharacters: no byte that ICE does not allow gets into the
// SDP through ufrag or password of an invite: with one that ends a line, a peer
// would write lines of ours.
func TestUnitCredentialCharacters(t *testing.T) {
	good := testInvite(sample(t).ForInvite()).Bytes()
	const ufrag, password = "abcde", "abcdefghijklmnopqrstuvwxyz"
	_, err := invite.ParseInvite(textCredentials(good, ufrag, password), false)
	require.NoError(t, err, "the frame of these cases is right")
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
		}
	}
}
