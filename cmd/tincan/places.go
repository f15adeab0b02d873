package main

import (
	"net"
	"net/netip"
	"sync"

	"tincan/relay"
)

// places counts how many things, such as relays, each client has at the same time, so that no
// client takes all there are. A client is an IPv4 address, or the /64 network of an IPv6 one, which
// is what a single visitor has.
type places struct {
	byClient, inAll int // the limits

	mu   sync.Mutex
	held map[netip.Prefix]int
	all  int
}

func newPlaces(byClient, inAll int) *places {
	return &places{byClient: byClient, inAll: inAll, held: map[netip.Prefix]int{}}
}

func clientOf(a net.Addr) netip.Prefix { return relay.ClientOf(a.String()) }

// free tells whether the client may have one more.
func (p *places) free(client netip.Prefix) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.isFree(client)
}

func (p *places) isFree(client netip.Prefix) bool {
	return p.all < p.inAll && p.held[client] < p.byClient
}

// take counts one more, if the client may have it.
func (p *places) take(client netip.Prefix) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.isFree(client) {
		return false
	}
	p.add(client, 1)
	return true
}

// count changes the number of a client without looking at the limits.
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
