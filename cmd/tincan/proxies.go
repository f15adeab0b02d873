package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"tincan/relay"
)

// proxies are the addresses of reverse proxies that are trusted to say for whom they ask.
type proxies []netip.Prefix

// Set takes an address or a network, or several separated by commas.
func (p *proxies) Set(text string) error {
	for part := range strings.SplitSeq(text, ",") {
		network, err := netip.ParsePrefix(strings.TrimSpace(part))
		if ip, alone := netip.ParseAddr(strings.TrimSpace(part)); alone == nil {
			ip = ip.Unmap().WithZone("")
			network, err = netip.PrefixFrom(ip, ip.BitLen()), nil
		}
		if at := network.Addr(); err == nil && at.Is4In6() && network.Bits() >= 96 {
			network = netip.PrefixFrom(at.Unmap(), network.Bits()-96)
		}
		if err != nil || network.Addr().Is4In6() {
			return errors.New("it needs an IP address, or a network such as 10.0.0.0/8")
		}
		if network.Bits() == 0 {
			return errors.New("it would believe every visitor, who could then be whom they like: name the proxy alone")
		}
		*p = append(*p, network.Masked())
	}
	return nil
}

func (p *proxies) String() string { return fmt.Sprint(*p) }

func (p proxies) trusts(ip netip.Addr) bool {
	return slices.ContainsFunc(p, func(n netip.Prefix) bool { return n.Contains(ip.Unmap().WithZone("")) })
}

// trust tells whether a connection comes from one of the proxies.
func (p proxies) trust(from net.Addr) bool {
	at, err := netip.ParseAddrPort(from.String())
	return err == nil && p.trusts(at.Addr())
}

// visitor returns from whom the request comes. Each proxy adds at the end of the header from whom
// it got the request. So the header is read from its end, up to the first address that is no
// trusted proxy: what stands before that, anybody may have written.
func (p proxies) visitor(from netip.Addr, r *http.Request) netip.Addr {
	named := strings.Split(strings.Join(r.Header.Values(forHeader), ","), ",")
	for i := len(named) - 1; i >= 0 && p.trusts(from); i-- {
		before, ok := addressIn(strings.TrimSpace(named[i]))
		if !ok {
			break
		}
		from = before
	}
	return from
}

// handler passes requests on to next as if they came from the visitor and not from the proxy. What
// a proxy that is not trusted says of the visitor is taken out. The requests that a visitor makes
// at the same time are limited here, as all connections are the proxy's.
func (p proxies) handler(next http.Handler, n *notices) http.Handler {
	busy := newPlaces(visitsByClient, visitsInAll)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// The request may be changed: the server does not look at it any more.
		from, err := netip.ParseAddrPort(r.RemoteAddr)
		trusted := err == nil && p.trusts(from.Addr())
		n.arrived(r, from.Addr().Unmap(), trusted)
		if !trusted {
			r.Header.Del(protoHeader)
		}
		if len(p) == 0 {
			next.ServeHTTP(w, r)
			return
		}
		if err == nil {
			r.RemoteAddr = netip.AddrPortFrom(p.visitor(from.Addr().Unmap(), r), from.Port()).String()
		}
		visitor := relay.ClientOf(r.RemoteAddr)
		if !busy.take(visitor) {
			// An answer would have to wait for the rest of the body, so the connection is ended.
			panic(http.ErrAbortHandler)
		}
		defer busy.count(visitor, -1)
		body := &halfBody{ReadCloser: r.Body, whole: r.ContentLength == 0}
		r.Body = body
		defer func() {
			if !body.whole {
				// Or the server would wait for the rest of the body before it ends the connection.
				_ = http.NewResponseController(w).SetReadDeadline(time.Now())
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// halfBody is a body that knows whether it has been read to its end.
type halfBody struct {
	io.ReadCloser
	whole bool
}

func (b *halfBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		b.whole = true
	}
	return n, err
}
