package relay

import (
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// The limits of one client. An inviter makes a request every 5 s, so there is room for 50 of them
// behind one address.
const (
	perSecond = 10
	burst     = 40
	// maxClients is how many clients are told apart. Any more share one allowance.
	maxClients = 10_000
)

// limiter has a bucket of tokens for each client, which is an IPv4 address or the /64 network of
// an IPv6 one. Addresses are kept in memory only, and forgotten when the bucket is full again.
type limiter struct {
	next http.Handler
	now  func() time.Time

	mu      sync.Mutex
	buckets map[netip.Prefix]*bucket
	swept   time.Time
	others  bucket
}

type bucket struct {
	tokens float64
	at     time.Time
}

// Limit passes requests on to next as long as a client does not make too many, and then answers
// 429 with Retry-After. Clients are told apart by the address of the connection, so behind a
// proxy all of them are one. now is the clock; nil is time.Now.
func Limit(next http.Handler, now func() time.Time) http.Handler {
	if now == nil {
		now = time.Now
	}
	return &limiter{next: next, now: now, buckets: map[netip.Prefix]*bucket{}, others: bucket{tokens: burst}}
}

func (l *limiter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !l.allows(ClientOf(r.RemoteAddr)) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Retry-After", "1")
		refuse(w, http.StatusTooManyRequests)
		return
	}
	l.next.ServeHTTP(w, r)
}

// ClientOf is the client that a limit counts for an address with a port: the IPv4 address, or the
// /64 network of an IPv6 one. It is the zero value if there is no address.
func ClientOf(address string) netip.Prefix {
	from, err := netip.ParseAddrPort(address)
	if err != nil {
		return netip.Prefix{}
	}
	ip := from.Addr().Unmap().WithZone("")
	bits := 32
	if ip.Is6() {
		bits = 64
	}
	client, _ := ip.Prefix(bits)
	return client
}

func (l *limiter) allows(client netip.Prefix) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if now.Sub(l.swept) >= time.Second {
		l.swept = now
		for client, b := range l.buckets {
			if b.fill(now); b.tokens >= burst {
				delete(l.buckets, client)
			}
		}
	}
	b := l.buckets[client]
	switch {
	case b != nil:
	case len(l.buckets) < maxClients:
		b = &bucket{tokens: burst, at: now}
		l.buckets[client] = b
	default:
		b = &l.others
	}
	b.fill(now)
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

func (b *bucket) fill(now time.Time) {
	if d := now.Sub(b.at); d > 0 {
		b.tokens = min(burst, b.tokens+d.Seconds()*perSecond)
	}
	b.at = now
}
