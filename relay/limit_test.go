package relay_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/relay"
)

// TestFunctionalLimit: 40 at once and 10 a second for each client; one that asks
// five times as often takes nothing from another, and gets its own share.
func TestFunctionalLimit(t *testing.T) {
	now := time.Date(2031, 5, 1, 12, 0, 0, 0, time.UTC)
	reached := 0
	h := relay.Limit(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached++ }), func() time.Time { return now })
	ask := func(from string) int {
		r := httptest.NewRequest(http.MethodPost, "/api/v1/take", nil)
		r.RemoteAddr = from
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code == http.StatusTooManyRequests {
			require.Equal(t, "1", w.Header().Get("Retry-After"))
		}
		return w.Code
	}
	for range 40 {
		require.Equal(t, 200, ask("192.0.2.1:1000"))
	}
	require.Equal(t, 429, ask("192.0.2.1:2000"), "another port is the same client")
	require.Equal(t, 200, ask("192.0.2.2:1000"))

	allowed, reachedBefore := 0, reached
	for range 60 { // seconds, at five times the limit
		for range 50 {
			now = now.Add(20 * time.Millisecond)
			if ask("192.0.2.1:1000") == 200 {
				allowed++
			}
		}
		require.Equal(t, 200, ask("192.0.2.2:1000"))
	}
	assert.InDelta(t, 600, allowed, 1)
	assert.Equal(t, reachedBefore+allowed+60, reached)
}

// TestFunctionalLimitPrefix: an IPv6 client is its /64, and an IPv4 one itself however it is written.
func TestFunctionalLimitPrefix(t *testing.T) {
	now := time.Date(2031, 5, 1, 12, 0, 0, 0, time.UTC)
	h := relay.Limit(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), func() time.Time { return now })
	spend := func(from string) (allowed int) {
		for range 50 {
			r := httptest.NewRequest(http.MethodPost, "/", nil)
			r.RemoteAddr = from
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code == 200 {
				allowed++
			}
		}
		return allowed
	}
	assert.Equal(t, 40, spend("[2001:db8:1:2::1]:1"))
	assert.Equal(t, 0, spend("[2001:db8:1:2:ffff::9]:1"))
	assert.Equal(t, 40, spend("[2001:db8:1:3::1]:1"))
	assert.Equal(t, 40, spend("[fe80::1%eth0]:1"))
	assert.Equal(t, 0, spend("[fe80::2%eth1]:1"))
	assert.Equal(t, 40, spend("192.0.2.1:1"))
	assert.Equal(t, 0, spend("[::ffff:192.0.2.1]:1"))
	assert.Equal(t, 40, spend("no address"), "all that have none are one client")
	assert.Equal(t, 0, spend("neither"))
}

// TestFunctionalLimitClients: with 10,000 clients told apart, further ones share an
// allowance, until the first have been quiet for long enough to be forgotten.
func TestFunctionalLimitClients(t *testing.T) {
	now := time.Date(2031, 5, 1, 12, 0, 0, 0, time.UTC)
	h := relay.Limit(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), func() time.Time { return now })
	ask := func(i int) int {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.RemoteAddr = fmt.Sprintf("10.%d.%d.%d:1", i>>16, i>>8&255, i&255)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	for i := range 10_000 {
		require.Equal(t, 200, ask(i))
	}
	for i := range 40 {
		require.Equal(t, 200, ask(10_000+i))
	}
	require.Equal(t, 429, ask(20_000))
	require.Equal(t, 200, ask(0), "who is known has its own")
	now = now.Add(2 * time.Second)
	for i := range 100 {
		require.Equal(t, 200, ask(30_000+i))
	}
}
