package sdp

import "slices"

// found is a candidate of our own engine, with what the engine says of its network.
type found struct {
	Candidate
	// Two extensions of the candidate line. Chromium writes them, and so does our terminal.
	id      string // network-id: the same for all addresses of one network card
	favored bool   // network-cost 0: a cable, or the network of the default route
}

// choose keeps the MaxCandidates candidates that another computer most likely gets through to,
// best first. A computer with containers or virtual machines has a dozen networks that nobody
// else is in, and engines name them in any order. So the public addresses and the relays come
// first, each once; then the second port of a symmetric NAT; then the host that the engine
// prefers; then one host of each network before a second one of any.
func choose(all []found) (list []Candidate) {
	add := func(c Candidate) {
		if len(list) < MaxCandidates && !slices.Contains(list, c) {
			list = append(list, c)
		}
	}
	for nth := 1; nth <= 2; nth++ { // the first port of each address, then the second
		for _, f := range all {
			if f.Type != Host && places(list, f.Candidate) < nth && (nth == 1 || f.Type == ServerReflexive) {
				add(f.Candidate)
			}
		}
	}
	var hosts []found
	for rank := range ranks {
		for _, f := range all {
			if f.Type == Host && f.rank() == rank {
				hosts = append(hosts, f)
			}
		}
	}
	seen := map[string]bool{}
	for _, f := range hosts {
		if !seen[f.network()] {
			seen[f.network()] = true
			add(f.Candidate)
		}
	}
	for _, f := range hosts {
		add(f.Candidate)
	}
	for _, f := range all {
		add(f.Candidate)
	}
	return list
}

// places counts the candidates of this type with this address.
func places(list []Candidate, c Candidate) (n int) {
	for _, have := range list {
		if have.Type == c.Type && have.Address == c.Address {
			n++
		}
	}
	return n
}

// network returns something that is the same for addresses of one network of this computer,
// as far as they show it. Each mDNS name counts as a network of its own.
func (f found) network() string {
	b := f.Address.Bytes
	switch {
	case f.Address.Kind == MDNS:
		return f.Address.String()
	case f.id != "":
		return f.id + [...]string{IPv4: " IPv4", IPv6: " IPv6"}[f.Address.Kind]
	case f.Address.Kind == IPv6:
		return string(b[:8])
	}
	return string(b[:3])
}

// ranks is how many ranks there are.
const ranks = 7

// rank is lower for hosts that others more likely get through to.
func (f found) rank() int {
	a := f.Address
	switch {
	case a.Loopback():
		return 0 // allowed only if both are on one computer, and there it always works
	case a.Kind == MDNS:
		return 1 // a browser that hides its addresses names those of its default route
	case f.favored:
		return 2
	case !a.Near():
		return 3 // public: from everywhere, if no firewall is in between
	case a.Kind == IPv6:
		return 5
	case bridged(a):
		return 6
	}
	return 4
}

// bridged tells whether an address most likely belongs to a network inside this computer: it is
// in a range that Docker, libvirt, LXC, Podman, Kubernetes or VirtualBox take by default.
func bridged(a Address) bool {
	b := a.Bytes
	switch b[0] {
	case 172:
		return b[1]&0xF0 == 16
	case 192:
		return b[2] == 122 || b[2] == 56
	case 10:
		return b[1] == 0 && b[2] == 3 || b[1] == 88 || b[1] == 42 || b[1] == 244
	}
	return false
}

// OnThisComputer keeps the loopback addresses alone.
func (d Description) OnThisComputer() Description {
	d.Candidates = slices.DeleteFunc(slices.Clone(d.Candidates), func(c Candidate) bool { return !c.Address.Loopback() })
	return d
}
