//go:build !js

package peer

import (
	"hash/maphash"
	"net"
	"slices"
	"strconv"

	"tincan/internal/sdp"
)

// defaultRoutes returns the addresses of this computer from which it sends to the internet. To
// dial UDP makes the system choose the address, and sends no packet.
func defaultRoutes() (own []sdp.Address) {
	for network, far := range everyAddress {
		if c, err := net.DialUDP(network, nil, far); err == nil {
			if at, ok := sdp.ReadAddress(c.LocalAddr().(*net.UDPAddr).IP.String()); ok {
				own = append(own, at)
			}
			_ = c.Close()
		}
	}
	return own
}

var routesSeed = maphash.MakeSeed()

// Routes returns a word that changes with this computer's way into networks: with the addresses
// of its network cards, or those from which it sends to the internet. It costs no packet and can
// be asked every second. No address can be read from the word, as each run of the program has
// another one for the same. Addresses that lead nowhere (loopback, link-local) don't count. In a
// browser, which tells a page none of this, it is always "".
func Routes() string {
	var all []string
	if cards, err := net.InterfaceAddrs(); err == nil {
		for _, card := range cards {
			if at, ok := card.(*net.IPNet); ok && at.IP.IsGlobalUnicast() {
				all = append(all, at.String())
			}
		}
	}
	for _, own := range defaultRoutes() {
		all = append(all, "from "+own.String())
	}
	slices.Sort(all)
	var word maphash.Hash
	word.SetSeed(routesSeed)
	for _, one := range all {
		_, _ = word.WriteString(one + "\n") // never fails
	}
	return strconv.FormatUint(word.Sum64(), 36)
}
