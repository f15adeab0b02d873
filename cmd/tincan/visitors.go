package main

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"tincan/relay"
)

// How many connections to the page there may be at the same time. All together they are fewer than
// a program may have file descriptors. One client has room for ten browsers with six each.
const (
	visitsByClient = 64
	visitsInAll    = 512
)

// How many requests there may be at the same time over TLS, where a connection of HTTP/2 has many.
// Each holds memory for as long as its answer is not taken.
const (
	requestsByClient = 4 * visitsByClient
	requestsInAll    = 4 * visitsInAll
)

// sendBuffer is how much of an answer the system holds for a connection, in bytes. It is enough for
// a fast network, and so little that a client which takes nothing is noticed.
const sendBuffer = 64 << 10

// visitors is the listener of the page. If a client, or all together, have too many connections, the
// one that has waited longest for a request is closed in favor of the new one. A browser then
// simply opens another, and somebody who opens many without a request keeps nobody out. If all are
// busy, the new one is closed.
type visitors struct {
	net.Listener
	proxies proxies // the limit of a client is not for them, as many visitors come through each
	mu      sync.Mutex
	there   map[*visit]struct{}
}

// visit is one connection.
type visit struct {
	net.Conn
	to     *visitors
	client netip.Prefix
	first  []byte    // read already, to see what is spoken
	busy   bool      // a request has been read and not been answered yet
	since  time.Time // since when it has waited for a request
}

func newVisitors(l net.Listener) *visitors {
	return &visitors{Listener: l, there: map[*visit]struct{}{}}
}

// Accept returns the next connection that the limits allow.
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

// let decides whether a connection may come in. instead is the one to be closed in its favor.
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

// state is called by the server when the state of a connection changes. A connection is active from
// the end of a request's header to the end of the answer.
func (v *visitors) state(c net.Conn, s http.ConnState) {
	if over, ok := c.(*tls.Conn); ok {
		c = over.NetConn()
	}
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

// limitRequests ends the requests of a client who has too many under way, proxies of the host excepted.
func limitRequests(next http.Handler, p proxies) http.Handler {
	busy := newPlaces(requestsByClient, requestsInAll)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if from, err := netip.ParseAddrPort(r.RemoteAddr); err != nil || !p.trusts(from.Addr()) {
			client := relay.ClientOf(r.RemoteAddr)
			if !busy.take(client) {
				panic(http.ErrAbortHandler)
			}
			defer busy.count(client, -1)
		}
		next.ServeHTTP(w, r)
	})
}

// Read returns first what has been read already.
func (c *visit) Read(b []byte) (int, error) {
	if len(c.first) == 0 || len(b) == 0 {
		return c.Conn.Read(b)
	}
	n := copy(b, c.first)
	c.first = c.first[n:]
	return n, nil
}

// Close closes the connection and frees its place.
func (c *visit) Close() error {
	c.to.mu.Lock()
	delete(c.to.there, c)
	c.to.mu.Unlock()
	return c.Conn.Close()
}
