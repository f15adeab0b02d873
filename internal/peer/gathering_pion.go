//go:build !js

package peer

// What sockets of our own learn of mappings: a browser asks servers itself, and in its
// half these methods would be called by nobody.

// sawMapping is seen for answers that become no candidate.
func (g *gathering) sawMapping(socket, address string, port int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.seen(socket, address, port)
}

// forgetMapping begins a new comparison.
func (g *gathering) forgetMapping(socket string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.mapped, socket)
}

// otherMappings are public addresses that became no candidate.
func (g *gathering) otherMappings() []mapping {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]mapping(nil), g.others...)
}
