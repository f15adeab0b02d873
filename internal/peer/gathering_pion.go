//go:build !js

package peer

// Our own sockets learn of mappings, too (sockets.go). A browser asks its servers by itself, so
// in its half these methods would be unused.

// sawMapping is seen, for an answer of a server that becomes no candidate.
func (g *gathering) sawMapping(socket, address string, port int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.seen(socket, address, port)
}

// forgetMapping forgets the public address of a socket, so that the next answer is compared
// with none before.
func (g *gathering) forgetMapping(socket string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.mapped, socket)
}

// otherMappings returns the public addresses that became no candidates.
func (g *gathering) otherMappings() []mapping {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]mapping(nil), g.others...)
}
