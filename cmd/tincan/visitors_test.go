package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hold opens so many connections from an address of this computer, sends each a
// beginning, and keeps them to the end of the test. What the server closes stays closed.
func hold(t *testing.T, p *pageServer, address string, count int, begin string) []net.Conn {
	t.Helper()
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	var all []net.Conn
	for range count {
		c, err := dialer.DialContext(t.Context(), "tcp", p.listener.Addr().String())
		require.NoError(t, err)
		t.Cleanup(func() { _ = c.Close() })
		_, _ = io.WriteString(c, begin) // it may be closed already
		all = append(all, c)
	}
	return all
}

// visit asks for the page, from an address of this computer, as a browser that comes for the first time.
func visitFrom(t *testing.T, p *pageServer, address string) string {
	t.Helper()
	c := from(address)
	defer c.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.own()+"/", nil)
	require.NoError(t, err)
	answer, err := c.Do(r)
	require.NoError(t, err, "no answer for %s", address)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	assert.Equal(t, 200, answer.StatusCode)
	return string(body)
}

const (
	whole = "GET /config.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
	half  = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Never: "
	large = "GET /assets/engine-abc1.wasm HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
)

// TestFunctionalOneVisitorStopsNobody: while one address holds hundreds of connections, whatever it
// does with them, others are answered; and so is a second browser behind that address, unless all
// its places are at work.
func TestFunctionalOneVisitorStopsNobody(t *testing.T) {
	page := fstest.MapFS{"assets/engine-abc1.wasm": {Data: bytes.Repeat([]byte("0123456789abcdef"), 4<<20/16)}, "index.html": testPage["index.html"]}
	for name, c := range map[string]struct {
		begin string
		same  bool // the same address gets an answer, too
	}{
		"idle":           {whole, true},
		"half a header":  {half, true},
		"nothing at all": {"", true},
		"two halves":     {whole + half, true},
		"no HTTP":        {"\x16\x03\x01\r\n\r\n", true},
		"slow readers":   {large, false},
		"half a body":    {"POST /api/v1/put HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/octet-stream\r\nContent-Length: 300\r\n\r\nx", false},
	} {
		t.Run(name, func(t *testing.T) {
			p := servedPage(t, page, pageFlags{})
			hold(t, p, "127.0.0.2", visitsInAll+100, c.begin)
			for _, address := range []string{"127.0.0.3", "127.0.0.4"} {
				assert.Contains(t, visitFrom(t, p, address), "<title>page</title>")
			}
			if c.same {
				assert.Contains(t, visitFrom(t, p, "127.0.0.2"), "<title>page</title>")
			}
		})
	}
}

// TestFunctionalManyVisitors: many addresses that hold all connections there are, and ask nothing, stop nobody either.
func TestFunctionalManyVisitors(t *testing.T) {
	p := servedPage(t, testPage, pageFlags{})
	for i := range visitsInAll/visitsByClient + 2 {
		hold(t, p, fmt.Sprintf("127.0.1.%d", i+1), visitsByClient, []string{whole, half, ""}[i%3])
	}
	assert.Contains(t, visitFrom(t, p, "127.0.0.3"), "<title>page</title>")
}

// someone is a connection that there is no more to than its address.
type someone struct {
	net.Conn
	at string
}

func (s someone) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(s.at)) }
func (someone) Close() error           { return nil }

// TestUnitVisitors: who has to go when there are too many, and who may not come.
func TestUnitVisitors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVisitors(nil)
		come := func(at string) (one, instead *visit, in bool) {
			one = &visit{Conn: someone{at: at}, to: v, client: clientOf(someone{at: at}.RemoteAddr()), since: time.Now()}
			instead, in = v.let(one)
			time.Sleep(time.Millisecond)
			return one, instead, in
		}
		var first []*visit
		for i := range visitsByClient {
			one, instead, in := come(fmt.Sprintf("[2001:db8:0:1:%x::9]:%d", i, 1000+i))
			require.True(t, in && instead == nil, i)
			first = append(first, one)
		}
		// The /64 is one client, and the connection that has waited longest goes for its next.
		v.state(first[0], http.StateActive)
		v.state(first[1], http.StateActive)
		v.state(first[1], http.StateIdle)
		_, instead, in := come("[2001:db8:0:1:ffff::9]:1")
		assert.True(t, in)
		assert.Same(t, first[2], instead, "one is busy, one only began to wait")
		_, instead, in = come("[2001:db8:0:2::9]:1")
		assert.True(t, in && instead == nil, "another /64")
		_, instead, in = come("192.0.2.1:1")
		assert.True(t, in && instead == nil, "IPv4")
		_, instead, in = come("[::ffff:192.0.2.1]:2")
		assert.True(t, in && instead == nil)
		require.NoError(t, first[0].Close())
		_, instead, in = come("[2001:db8:0:1:ffff::9]:2")
		assert.True(t, in && instead == nil, "a place that was given free")

		// Busy ones stay: then the new one has to go.
		for one := range v.there {
			v.state(one, http.StateActive)
		}
		_, instead, in = come("[2001:db8:0:1::1]:3")
		assert.True(t, !in && instead == nil)
		_, instead, in = come("192.0.2.1:3")
		assert.True(t, in && instead == nil, "another client has its own places")

		// All together.
		for i := 0; len(v.there) < visitsInAll; i++ {
			one, instead, in := come(fmt.Sprintf("198.51.%d.1:1", i%256))
			require.True(t, in && instead == nil, i)
			v.state(one, http.StateActive)
		}
		waiting, instead, in := come("203.0.113.1:1")
		assert.True(t, in && instead != nil, "one of 192.0.2.1 waits")
		_, instead, in = come("203.0.113.2:1")
		assert.True(t, in)
		assert.Same(t, waiting, instead)
		for one := range v.there {
			v.state(one, http.StateActive)
		}
		_, _, in = come("203.0.113.3:1")
		assert.False(t, in)
		assert.Len(t, v.there, visitsInAll)
	})
}

// pipes is a listener of connections without a network, for a server in fake time.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	c, ok := <-p
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (p pipes) Close() error { close(p); return nil }
func (pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

// TestFunctionalSlowReader: a phone that takes 16 KiB in 20 s gets all of the engine, in many minutes; who takes
// nothing for 30 s is hung up on, and so is who asks nothing.
func TestFunctionalSlowReader(t *testing.T) {
	engine := bytes.Repeat([]byte("0123456789abcdef"), 800<<10/16)
	page := fstest.MapFS{"assets/engine-abc1.wasm": {Data: engine}, "index.html": testPage["index.html"]}
	synctest.Test(t, func(t *testing.T) {
		h, err := newPageHandler(page, nil, nil, nil)
		require.NoError(t, err)
		listener := make(pipes)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() {
			done <- (&pageServer{listener: listener, handler: h}).serve(ctx, terminal{err: io.Discard})
		}()
		dial := func(begin string) net.Conn {
			ours, theirs := net.Pipe()
			listener <- theirs
			go func() { _, _ = io.WriteString(ours, begin) }()
			return ours
		}
		slow, start := dial(large), time.Now()
		var got []byte
		for b := make([]byte, 16<<10); !bytes.HasSuffix(got, engine); {
			n, err := io.ReadAtLeast(slow, b, 1)
			require.NoError(t, err, "after %v and %d bytes", time.Since(start), len(got))
			if got = append(got, b[:n]...); n == len(b) {
				time.Sleep(20 * time.Second)
			}
		}
		assert.Greater(t, time.Since(start), 10*time.Minute)
		_ = slow.Close()

		for name, c := range map[string]struct {
			begin  string
			within time.Duration
		}{
			"no reader":     {large, answerTime},
			"nor of little": {whole, answerTime},
			"nothing asked": {"", headerTime},
			"half a header": {half, headerTime},
			"half a body":   {"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 300\r\n\r\nx", bodyTime},
		} {
			start := time.Now()
			conn := dial(c.begin)
			synctest.Wait()
			time.Sleep(c.within + time.Second)
			rest, _ := io.ReadAll(conn)
			assert.LessOrEqual(t, time.Since(start), c.within+time.Second, name)
			assert.Less(t, len(rest), len(engine)/2, name)
		}

		// What was answered and asks no more: gone before an engine's next question, 5 s later.
		idle := dial(strings.Replace(whole, "/config.json", "/nothing", 1))
		start = time.Now()
		_, err = io.ReadAll(idle)
		assert.NoError(t, err)
		assert.Equal(t, idleTime, time.Since(start))
		assert.Less(t, idleTime, 5*time.Second)
		stop()
		require.NoError(t, <-done)
	})
}
