package sdp_test

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/sdp"
)

// described is a description of ours with these candidates, as "ADDRESS[:PORT] [TYPE] [EXTENSIONS]";
// the address of IPv6 in brackets where a port follows.
func described(t testing.TB, list []string) sdp.Description {
	t.Helper()
	text := "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=fingerprint:sha-256 " + strings.Repeat("AB:", 31) + "AB\r\n"
	for i, line := range list {
		f := strings.Fields(line)
		address, port := f[0], 5000+i
		if at, p, ok := strings.Cut(address, "#"); ok {
			address = at
			_, err := fmt.Sscan(p, &port)
			require.NoError(t, err)
		}
		kind, rest := "host", ""
		if len(f) > 1 {
			kind, rest = f[1], strings.Join(f[2:], " ")
		}
		text += fmt.Sprintf("a=candidate:%d 1 udp 1 %s %d typ %s %s\r\n", i, address, port, kind, rest)
	}
	d, err := sdp.Parse(text, true)
	require.NoError(t, err)
	return d
}

func addressesOf(d sdp.Description) (list []string) {
	for _, c := range d.Candidates {
		name := c.Address.String()
		if strings.HasSuffix(name, ".local") {
			name = name[:2]
		}
		list = append(list, name)
	}
	return list
}

const (
	name1 = "0b1d7ef2-7a4e-4f6c-9a51-3f1a2b3c4d5e.local"
	name2 = "1c1d7ef2-7a4e-4f6c-9a51-3f1a2b3c4d5e.local"
	v6    = "2001:0db8:0000:0000:0000:0000:0000:000"
	ula   = "fd00:0000:0000:0001:0000:0000:0000:000"
)

func bridges(from, to int) (list []string) {
	for i := from; i <= to; i++ {
		list = append(list, fmt.Sprintf("172.%d.0.1", i))
	}
	return list
}

// TestUnitBestCandidates: which of an engine's candidates a description carries, in which
// order, and which two an invite keeps where there is no public one.
func TestUnitBestCandidates(t *testing.T) {
	list := func(lists ...[]string) (all []string) {
		for _, l := range lists {
			all = append(all, l...)
		}
		return all
	}
	of := func(l ...string) []string { return l }
	for name, c := range map[string]struct{ found, want, invited []string }{
		"nothing":                          {nil, nil, nil},
		"one":                              {of("10.0.0.2"), of("10.0.0.2"), of("10.0.0.2")},
		"nine bridges before the network":  {list(bridges(17, 25), of("192.168.77.2")), list(of("192.168.77.2"), bridges(17, 23)), of("192.168.77.2", "172.17.0.1")},
		"nine bridges after it":            {list(of("192.168.77.2"), bridges(17, 25)), list(of("192.168.77.2"), bridges(17, 23)), of("192.168.77.2", "172.17.0.1")},
		"a network of 10 among bridges":    {list(bridges(17, 20), of("10.1.2.3"), bridges(21, 28)), list(of("10.1.2.3"), bridges(17, 23)), of("10.1.2.3", "172.17.0.1")},
		"bridges alone":                    {bridges(17, 28), bridges(17, 24), bridges(17, 18)},
		"the default route is a bridge's":  {list(of("192.168.77.2"), bridges(17, 19), of("172.20.5.2 host network-cost 0")), list(of("172.20.5.2", "192.168.77.2"), bridges(17, 19)), of("172.20.5.2", "192.168.77.2")},
		"a cost that is not the lowest":    {of("172.20.5.2 host network-cost 50", "192.168.77.2 host network-cost 999"), of("192.168.77.2", "172.20.5.2"), of("192.168.77.2", "172.20.5.2")},
		"virtual machines":                 {of("192.168.122.1", "192.168.56.1", "10.0.3.1", "10.88.0.1", "10.42.0.1", "10.244.0.1", "192.168.1.7"), of("192.168.1.7", "192.168.122.1", "192.168.56.1", "10.0.3.1", "10.88.0.1", "10.42.0.1", "10.244.0.1"), of("192.168.1.7", "192.168.122.1")},
		"nearly those of virtual machines": {of("172.17.0.1", "172.32.0.1", "10.0.4.1", "10.89.0.1", "192.168.123.1"), of("172.32.0.1", "10.0.4.1", "10.89.0.1", "192.168.123.1", "172.17.0.1"), of("172.32.0.1", "10.0.4.1")},
		"public last":                      {list(bridges(17, 25), of("203.0.113.7 srflx")), list(of("203.0.113.7"), bridges(17, 23)), of("203.0.113.7")},
		"a relay last":                     {list(bridges(17, 25), of("192.168.77.2", "198.51.100.20 relay")), list(of("198.51.100.20", "192.168.77.2"), bridges(17, 22)), of("198.51.100.20")},
		"public and relay, as found":       {list(bridges(17, 25), of("198.51.100.20 relay", "203.0.113.7 srflx")), list(of("198.51.100.20", "203.0.113.7"), bridges(17, 22)), of("198.51.100.20", "203.0.113.7")},
		"both families":                    {of("192.168.1.2", v6+"2", "203.0.113.7 srflx", v6+"7 srflx"), of("203.0.113.7", v6+"7", v6+"2", "192.168.1.2"), of("203.0.113.7", v6+"7")},
		"a socket of each card was seen":   {list(of("203.0.113.7 srflx", "203.0.113.7 srflx", "203.0.113.7 srflx", "203.0.113.7 srflx", "203.0.113.7 srflx", "203.0.113.7 srflx", "203.0.113.7 srflx", "203.0.113.7 srflx"), of("192.168.1.2", "10.0.0.2")), of("203.0.113.7", "203.0.113.7", "192.168.1.2", "10.0.0.2", "203.0.113.7", "203.0.113.7", "203.0.113.7", "203.0.113.7"), of("203.0.113.7")},
		"ten relays of one host":           {list(of("198.51.100.20 relay", "198.51.100.20 relay", "198.51.100.20 relay"), bridges(17, 25)), list(of("198.51.100.20"), bridges(17, 23)), of("198.51.100.20")},
		"one of each network first":        {of("192.168.1.2", "192.168.1.3", "192.168.1.4", "192.168.2.2", "10.0.0.2"), of("192.168.1.2", "192.168.2.2", "10.0.0.2", "192.168.1.3", "192.168.1.4"), of("192.168.1.2", "192.168.2.2")},
		"many addresses in one segment":    {of(ula+"1", ula+"2", ula+"3", ula+"4", ula+"5", ula+"6", ula+"7", ula+"8", "192.168.1.2"), of("192.168.1.2", ula+"1", ula+"2", ula+"3", ula+"4", ula+"5", ula+"6", ula+"7"), of("192.168.1.2", ula+"1")},
		"temporary IPv6 addresses":         {of(v6+"1", v6+"2", v6+"3", "192.168.1.2", "172.17.0.1"), of(v6+"1", "192.168.1.2", "172.17.0.1", v6+"2", v6+"3"), of(v6+"1", "192.168.1.2")},
		"the card says which network":      {of("10.1.0.2 host network-id 1", "10.2.0.2 host network-id 1", "10.3.0.2 host network-id 2"), of("10.1.0.2", "10.3.0.2", "10.2.0.2"), of("10.1.0.2", "10.3.0.2")},
		"one card, two families":           {of("10.1.0.2 host network-id 1", v6+"2 host network-id 1", "10.1.0.3 host network-id 1"), of(v6+"2", "10.1.0.2", "10.1.0.3"), of(v6+"2", "10.1.0.2")},
		"names":                            {of("172.17.0.1", name1, "192.168.1.2", name2), of("0b", "1c", "192.168.1.2", "172.17.0.1"), of("0b", "1c")},
		"names, and seen from outside":     {of(name1, name2, "203.0.113.7 srflx"), of("203.0.113.7", "0b", "1c"), of("203.0.113.7")},
		"both on one computer":             {of("172.17.0.1", "127.0.0.1", "0:0:0:0:0:0:0:1", "192.168.1.2"), of("127.0.0.1", "0000:0000:0000:0000:0000:0000:0000:0001", "192.168.1.2", "172.17.0.1"), of("127.0.0.1", "0000:0000:0000:0000:0000:0000:0000:0001")},
		"a public card":                    {list(bridges(17, 25), of("203.0.113.7")), list(of("203.0.113.7"), bridges(17, 23)), of("203.0.113.7", "172.17.0.1")},
		"the default route, both families": {of("192.168.9.2", v6+"9", "10.0.0.2 host network-cost 0", ula+"2 host network-cost 0"), of("10.0.0.2", ula+"2", v6+"9", "192.168.9.2"), of("10.0.0.2", ula+"2")},
		"twice the same":                   {of("10.0.0.2#5000", "10.0.0.2#5000", "10.0.0.2#5001"), of("10.0.0.2", "10.0.0.2"), of("10.0.0.2", "10.0.0.2")},
	} {
		d := described(t, c.found)
		assert.Equal(t, c.want, addressesOf(d), name)
		assert.Equal(t, c.invited, addressesOf(d.ForInvite()), "%s: the invite", name)
	}
}

// TestUnitBestCandidatesInAnyOrder: whatever the engine's order, the public address, the
// relay and the one network that others are in are among what is carried, and first.
func TestUnitBestCandidatesInAnyOrder(t *testing.T) {
	all := append(bridges(17, 31), "203.0.113.7 srflx", "198.51.100.20 relay", "192.168.77.2", ula+"1", "192.168.122.1")
	random := rand.New(rand.NewSource(1))
	for range 1000 {
		random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		got := addressesOf(described(t, all))
		require.Len(t, got, sdp.MaxCandidates)
		require.ElementsMatch(t, []string{"203.0.113.7", "198.51.100.20"}, got[:2], "%v", all)
		require.Equal(t, []string{"192.168.77.2", ula + "1"}, got[2:4], "%v", all)
	}
}

// TestUnitOnThisComputer: with --loopback alone these are tried of what the other side named.
func TestUnitOnThisComputer(t *testing.T) {
	d := described(t, []string{"127.0.0.1", "127.9.9.9", "0:0:0:0:0:0:0:1", "10.0.0.2", "203.0.113.7 srflx", "198.51.100.20 relay", v6 + "1", name1})
	before := addressesOf(d)
	assert.ElementsMatch(t, []string{"127.0.0.1", "127.9.9.9", "0000:0000:0000:0000:0000:0000:0000:0001"}, addressesOf(d.OnThisComputer()))
	assert.Equal(t, before, addressesOf(d), "what was parsed is hashed, and stays")
	assert.Empty(t, described(t, []string{"10.0.0.2", name1}).OnThisComputer().Candidates)
}
