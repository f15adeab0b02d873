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

// proxies are the addresses whose word is taken for whom they speak for.
type proxies []netip.Prefix

// Set takes an address or a network, or several with commas.
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
		*p = append(*p, network.Masked())
	}
	return nil
}

func (p *proxies) String() string { return fmt.Sprint(*p) }

func (p proxies) trusts(ip netip.Addr) bool {
	return slices.ContainsFunc(p, func(n netip.Prefix) bool { return n.Contains(ip.Unmap().WithZone("")) })
}

// trust tells a connection from one of them.
func (p proxies) trust(from net.Addr) bool {
	at, err := netip.ParseAddrPort(from.String())
	return err == nil && p.trusts(at.Addr())
}

// visitor is whom the request comes from. Each proxy adds at the end whom it heard from, so
// that is read from there, and no further than to the first that is not trusted: what stands
// before it, anybody may have written.
func (p proxies) visitor(from netip.Addr, r *http.Request) netip.Addr {
	named := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(named) - 1; i >= 0 && p.trusts(from); i-- {
		before, ok := addressIn(strings.TrimSpace(named[i]))
		if !ok {
			break
		}
		from = before
	}
	return from
}

// handler has next see the visitor instead of the proxy. What a visitor may have at once is
// counted here: the connections are the proxy's.
func (p proxies) handler(next http.Handler) http.Handler {
	if len(p) == 0 {
		return next
	}
	busy := newPlaces(visitsByClient, visitsInAll)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if from, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
			// The request is this handler's alone: nothing of the server looks at it any more.
			r.RemoteAddr = netip.AddrPortFrom(p.visitor(from.Addr().Unmap(), r), from.Port()).String()
		}
		visitor := relay.ClientOf(r.RemoteAddr)
		if !busy.take(visitor) {
			// An answer would have to wait for the rest of the body. This ends the connection.
			panic(http.ErrAbortHandler)
		}
		defer busy.count(visitor, -1)
		body := &halfBody{ReadCloser: r.Body, whole: r.ContentLength == 0}
		r.Body = body
		defer func() {
			if !body.whole {
				// Else the server would wait for the rest before it ends the connection.
				_ = http.NewResponseController(w).SetReadDeadline(time.Now())
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// halfBody knows whether it was read to its end.
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
