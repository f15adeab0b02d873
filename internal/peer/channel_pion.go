//go:build !js

package peer

// full tells whether more than limit is held. In a browser nothing asks: its sender
// cannot be slowed down.
func (b *inbox) full(limit int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.held > limit
}
