package main

import (
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// Connections to the page at once. All together are fewer than there are
// descriptors; one client has room for ten browsers, which open six each.
const (
	visitsByClient = 64
	visitsInAll    = 512
)

// sendBuffer is how much of an answer the system keeps for a connection, in
// bytes: enough for a fast network, and so little that who takes nothing is noticed.
const sendBuffer = 64 << 10

// visitors is the listener of the page. Where a client, or all of them, have too
// many connections, the one of them that has been waiting for a request for longest
// is closed for the new one: a browser opens another without a word, and who opens
// many and asks nothing keeps nobody out. Where all are busy, the new one is closed.
type visitors struct {
	net.Listener
	proxies proxies // have no limit of their own: many visitors come through each
	mu      sync.Mutex
	there   map[*visit]struct{}
}

// visit is one connection.
type visit struct {
	net.Conn
	to     *visitors
	client netip.Prefix
	busy   bool      // a request was read, its answer is not written yet
	since  time.Time // waiting
}

func newVisitors(l net.Listener) *visitors {
	return &visitors{Listener: l, there: map[*visit]struct{}{}}
}

// Accept gives the next connection within the limits.
func (v *visitors) Accept() (net.Conn, error) {
	for {
		c, err := v.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetWriteBuffer(sendBuffer)
		}
		one := &visit{Conn: c, to: v, client: clientOf(c.RemoteAddr()), since: time.Now()}
		instead, in := v.let(one)
		switch {
		case !in:
			_ = c.Close()
			continue
		case instead != nil:
			_ = instead.Close()
		}
		return one, nil
	}
}

// let makes room for a connection; instead is the one to be closed for it.
func (v *visitors) let(one *visit) (instead *visit, in bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	own := 0
	var ownIdle, anyIdle *visit
	for other := range v.there {
		mine := other.client == one.client
		if mine {
			own++
		}
		if other.busy {
			continue
		}
		if mine && (ownIdle == nil || other.since.Before(ownIdle.since)) {
			ownIdle = other
		}
		if anyIdle == nil || other.since.Before(anyIdle.since) {
			anyIdle = other
		}
	}
	switch {
	case own >= visitsByClient && !v.proxies.trust(one.RemoteAddr()):
		instead = ownIdle
	case len(v.there) >= visitsInAll:
		instead = anyIdle
	default:
		v.there[one] = struct{}{}
		return nil, true
	}
	if instead == nil {
		return nil, false
	}
	delete(v.there, instead)
	v.there[one] = struct{}{}
	return instead, true
}

// state is told by the server what becomes of a connection. It is active from the
// end of a request's header to the end of the answer.
func (v *visitors) state(c net.Conn, s http.ConnState) {
	one, ok := c.(*visit)
	if !ok {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if one.busy = s == http.StateActive; !one.busy {
		one.since = time.Now()
	}
}

// Close gives the place free.
func (c *visit) Close() error {
	c.to.mu.Lock()
	delete(c.to.there, c)
	c.to.mu.Unlock()
	return c.Conn.Close()
}
