package sdp_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tincan/internal/sdp"
)

var addresses = []string{
	"0.0.0.0", "0.1.2.3", "1.2.3.4", "10.0.0.1", "126.255.255.255", "127.0.0.1", "128.0.0.0", "169.253.1.1", "169.254.0.1", "169.255.0.0",
	"223.255.255.255", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "256.1.1.1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.", ".1.2.3",
	"::", "::1", "::2", "1::", "2001:db8::7", "2001:db8:0:0:0:0:0:7", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "::1:2:3:4:5:6:7",
	"1:2:3:4:5:6:7::", "fe80::1", "febf::1", "fec0::1", "fd00::2", "ff02::fb", "::ffff:1.2.3.4", "::ffff:7f00:1", "0:0:0:0:0:ffff:7f00:1", ":1", "1:", "12345::", "g::",
	"fe80::1%eth0", "::ffff:1.2.3.4%eth0", "fe80::ffff:1.2.3.4", "1.2.3.4%eth0", "::FFFF:1.2.3.4", "0:0::ffff:1.2.3.4", "", "localhost", "1.2.3.4 ", "1,2,3,4", "2001:DB8::A",
}

// FuzzAddress compares with net/netip: the same texts are addresses, the same
// addresses are refused, and what is written parses to what it was.
func FuzzAddress(f *testing.F) {
	for _, a := range addresses {
		f.Add(a)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := sdp.ParseAddress(s)
		if strings.HasSuffix(s, ".local") {
			if ok {
				require.Equal(t, strings.ToLower(s), got.String())
			}
			return
		}
		want, err := netip.ParseAddr(s)
		// As engines write them: IPv4 inside IPv6 is IPv4, and a zone says nothing to anybody else.
		if read, ok := sdp.ReadAddress(s); ok && err == nil {
			plain := want.WithZone("").Unmap()
			require.Equal(t, plain.AsSlice(), read.Bytes[:len(plain.AsSlice())], s)
			require.Equal(t, plain.Is4(), read.Kind == sdp.IPv4, s)
		} else if err == nil {
			// Dotted decimal in another place of IPv6, which no engine writes.
			require.True(t, want.Is6() && strings.Contains(s, ".") && !strings.HasPrefix(strings.ToLower(s), "::ffff:"), s)
		}
		if err != nil || want.Zone() != "" {
			require.False(t, ok, s)
			return
		}
		if !ok {
			// Dotted decimal inside IPv6: legal elsewhere, and always a mapped or long-dead form.
			require.True(t, want.Is6() && strings.Contains(s, "."), s)
			return
		}
		require.Equal(t, want.AsSlice(), got.Bytes[:len(want.AsSlice())], s)
		back, err := netip.ParseAddr(got.String())
		require.NoError(t, err)
		require.Equal(t, want, back)
		require.Equal(t, want.IsLoopback(), got.Loopback() || want.Is4In6() && got.Unmap().Loopback(), s)
		require.Equal(t, want.IsLinkLocalUnicast(), got.LinkLocal() || want.Is4In6() && got.Unmap().LinkLocal(), s)
		unmapped, ours := want.Unmap(), got.Unmap()
		require.Equal(t, unmapped.AsSlice(), ours.Bytes[:len(unmapped.AsSlice())], s)
		require.Equal(t, unmapped.IsPrivate() || unmapped.IsLoopback() || unmapped.IsLinkLocalUnicast(), ours.Near(), s)
		for _, loopback := range []bool{false, true} {
			refused := want.IsUnspecified() || want.IsMulticast() || want.IsLinkLocalUnicast() || want.Is4In6() ||
				want.IsLoopback() && !loopback || want.Is4() && (want.As4()[0] == 0 || want.As4()[0] >= 240)
			require.Equal(t, !refused, got.Allowed(loopback), s)
		}
	})
}
