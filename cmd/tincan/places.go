package main

import (
	"net"
	"net/netip"
	"sync"

	"tincan/relay"
)

// places count what clients hold at once, such as relays, so that none of them
// takes what is there for all. A client is an IPv4 address, or an IPv6 one with
// its /64: that much every visitor has to itself.
type places struct {
	byClient, inAll int // at most

	mu   sync.Mutex
	held map[netip.Prefix]int
	all  int
}

func newPlaces(byClient, inAll int) *places {
	return &places{byClient: byClient, inAll: inAll, held: map[netip.Prefix]int{}}
}

func clientOf(a net.Addr) netip.Prefix { return relay.ClientOf(a.String()) }

// free tells whether the client may hold one more.
func (p *places) free(client netip.Prefix) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.isFree(client)
}

func (p *places) isFree(client netip.Prefix) bool {
	return p.all < p.inAll && p.held[client] < p.byClient
}

// take holds one more where there is a place for it.
func (p *places) take(client netip.Prefix) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.isFree(client) {
		return false
	}
	p.add(client, 1)
	return true
}

// count says that the client holds so many more, or fewer, whatever the limits are.
func (p *places) count(client netip.Prefix, more int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.add(client, more)
}

func (p *places) add(client netip.Prefix, more int) {
	p.all += more
	if p.held[client] += more; p.held[client] <= 0 {
		delete(p.held, client)
	}
}
