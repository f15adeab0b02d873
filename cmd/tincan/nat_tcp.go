package main

import (
	"encoding/binary"
	"errors"
	"net"
	"sync"
	"time"
)

// The limits of a client of the relay over TCP.
const (
	maxTURNFrame = 2048             // longer than any packet of a chat
	turnIdle     = 12 * time.Minute // a live client refreshes every 5
)

var errFrame = errors.New("not a frame of TURN")

// turnListener accepts connections for pion. It checks the frames in them, and keeps no more
// connections than there may be relays.
type turnListener struct {
	net.Listener
	places *places
}

// Accept closes connections beyond the limits.
func (l *turnListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		client := clientOf(c.RemoteAddr())
		if l.places.take(client) {
			return &turnConn{Conn: c, gone: sync.OnceFunc(func() { l.places.count(client, -1) })}, nil
		}
		_ = c.Close()
	}
}

// turnConn checks the length of every frame before pion reads it. pion adds 20 to it in a 16-bit
// number, and after an overflow would read the same bytes for ever.
type turnConn struct {
	net.Conn
	gone   func()
	header [4]byte
	have   int // how many bytes of the header have been read
	rest   int // bytes of the frame still to come
}

// Read fails if a frame is not one of TURN, and after a long silence.
func (c *turnConn) Read(b []byte) (int, error) {
	_ = c.SetReadDeadline(time.Now().Add(turnIdle))
	n, err := c.Conn.Read(b)
	if !c.check(b[:n]) {
		return 0, errors.Join(errFrame, c.Close())
	}
	return n, err
}

// check follows the frames of the stream (RFC 8656 §12.5).
func (c *turnConn) check(b []byte) bool {
	for len(b) > 0 {
		if c.rest > 0 {
			k := min(c.rest, len(b))
			c.rest -= k
			b = b[k:]
			continue
		}
		c.header[c.have] = b[0]
		c.have++
		b = b[1:]
		if c.have < len(c.header) {
			continue
		}
		c.have = 0
		length := int(binary.BigEndian.Uint16(c.header[2:]))
		switch {
		case length > maxTURNFrame:
			return false
		case c.header[0]&0xC0 == 0 && length%4 == 0: // STUN: 16 bytes more of header
			c.rest = 16 + length
		case c.header[0]&0xC0 == 0x40: // channel data, padded
			c.rest = (length + 3) &^ 3
		default:
			return false
		}
	}
	return true
}

// Close closes the connection and frees its place.
func (c *turnConn) Close() error {
	c.gone()
	return c.Conn.Close()
}
