package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"tincan/site"
)

func TestMain(m *testing.M) {
	// Somebody may have begun the tests by nohup, and they are of a program that was not.
	if signal.Ignored(syscall.SIGHUP) {
		signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	}
	goleak.VerifyTestMain(m)
}

var testPage = fstest.MapFS{
	"index.html":              {Data: []byte("<!doctype html><title>page</title>" + strings.Repeat("<p>x", 500))},
	"assets/engine-abc1.wasm": {Data: bytes.Repeat([]byte("\x00asm"), 5000)},
	"assets/main-abc1.js":     {Data: []byte(strings.Repeat("export const x = 1;\n", 100))},
	"favicon.svg":             {Data: []byte("<svg/>")},
	"icons/icon-192.png":      {Data: []byte("png")},
	"manifest.webmanifest":    {Data: []byte("{}")},
	"sw.js":                   {Data: []byte("fetch('./')")},
	".well-known/tincan.json": {Data: []byte("{}")},
}

func get(t *testing.T, h http.Handler, method, target, host, encoding string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, target, nil)
	r.Host = host
	r.RemoteAddr = "198.51.100.9:4000"
	if encoding != "" {
		r.Header.Set("Accept-Encoding", encoding)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

// testSmall stands for what make compresses: that it unpacks to the page is a test of the site.
var testSmall = fstest.MapFS{"assets/engine-abc1.wasm": {Data: []byte("brotli")}}

func testHandler(t *testing.T) *pageHandler {
	h, err := newPageHandler(testPage, testSmall, []string{"http://192.0.2.2:8787/"}, nil)
	require.NoError(t, err)
	return h
}

// TestFunctionalPage: types, caching, compression, and what is not there.
func TestFunctionalPage(t *testing.T) {
	h := testHandler(t)
	for _, c := range []struct {
		method, path, encoding    string
		status                    int
		kind, cache, contentCoded string
	}{
		{"GET", "/", "", 200, "text/html; charset=utf-8", "no-store", ""},
		{"GET", "/", "gzip, deflate", 200, "text/html; charset=utf-8", "no-store", "gzip"},
		{"HEAD", "/", "br;q=1, gzip;q=0.5", 200, "text/html; charset=utf-8", "no-store", "gzip"},
		{"GET", "/", "gzip; q=0", 200, "text/html; charset=utf-8", "no-store", ""},
		{"GET", "/assets/engine-abc1.wasm", "gzip", 200, "application/wasm", "public, max-age=31536000, immutable", "gzip"},
		{"GET", "/assets/engine-abc1.wasm", "gzip, deflate, br, zstd", 200, "application/wasm", "public, max-age=31536000, immutable", "br"},
		{"GET", "/assets/main-abc1.js", "", 200, "text/javascript; charset=utf-8", "public, max-age=31536000, immutable", ""},
		{"GET", "/favicon.svg", "gzip", 200, "image/svg+xml", "no-store", ""},
		{"GET", "/icons/icon-192.png", "gzip", 200, "image/png", "no-store", ""},
		{"GET", "/manifest.webmanifest", "", 200, "application/manifest+json", "no-store", ""},
		{"GET", "/sw.js", "gzip", 200, "text/javascript; charset=utf-8", "no-store", ""},
		{"GET", "/.well-known/tincan.json", "", 200, "application/json", "no-store", ""},
		{"GET", "/config.json", "", 200, "application/json", "no-store", ""},
		{"GET", "/index.htm", "", 404, "text/plain; charset=utf-8", "no-store", ""},
		{"GET", "/assets/", "", 404, "text/plain; charset=utf-8", "no-store", ""},
		{"GET", "/../headers.json", "", 404, "text/plain; charset=utf-8", "no-store", ""},
		{"GET", "/api/v1/put", "", 404, "text/plain; charset=utf-8", "no-store", ""},
		{"POST", "/", "", 405, "text/plain; charset=utf-8", "no-store", ""},
	} {
		r := get(t, h, c.method, c.path, "192.0.2.2:8787", c.encoding)
		assert.Equal(t, c.status, r.StatusCode, c.path)
		assert.Equal(t, c.kind, r.Header.Get("Content-Type"), c.path)
		assert.Equal(t, c.cache, r.Header.Get("Cache-Control"), c.path)
		assert.Equal(t, c.contentCoded, r.Header.Get("Content-Encoding"), c.path)
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		if c.method == "HEAD" {
			assert.Empty(t, body)
		} else if c.contentCoded == "gzip" {
			z, err := gzip.NewReader(bytes.NewReader(body))
			require.NoError(t, err)
			body, err = io.ReadAll(z)
			require.NoError(t, err)
			name := strings.TrimPrefix(c.path, "/")
			if name == "" {
				name = "index.html"
			}
			assert.Equal(t, testPage[name].Data, body)
		}
	}
	var config map[string]any
	require.NoError(t, json.NewDecoder(get(t, h, "GET", "/config.json", "192.0.2.2:8787", "").Body).Decode(&config))
	assert.Equal(t, map[string]any{"stun": []any{}, "turn": []any{}, "mailbox": "none", "offline": false, "addresses": []any{"http://192.0.2.2:8787/"}}, config)
	assert.True(t, h.visited.Load())
}

// TestUnitCoding: which coding is sent for which Accept-Encoding.
func TestUnitCoding(t *testing.T) {
	for _, all := range []struct {
		file string
		want map[string]string
	}{
		{"assets/engine-abc1.wasm", map[string]string{
			"": "", "br": "br", "gzip": "gzip", "gzip, br": "br", "GZIP": "gzip", " br ; Q=0.5 ,gzip; q=0.5": "br",
			"br;q=0.5, gzip;q=0.6": "gzip", "br;q=0, gzip": "gzip", "br;q=0.001": "br", "*": "br", "*;q=0": "", "br;q=0, *": "gzip",
			"gzip, *;q=0": "gzip", "identity": "", "identity, br": "br", "identity;q=1, br;q=0.9": "", "identity;q=0.5, gzip": "gzip",
			"deflate, zstd": "", "identity;q=0": "", "br;q=2": "", "br;q=-1": "", "br;q=x": "", "br;q=NaN": "", "br;x=1": "", ";;,": "",
		}},
		{"favicon.svg", map[string]string{"br": "", "gzip": "", "br, gzip, *": "", "identity;q=0, gzip": ""}},
		{"index.html", map[string]string{"br": "", "br, gzip;q=0.1": "gzip"}},
	} {
		for accept, want := range all.want {
			r := httptest.NewRequest("GET", "/", nil)
			r.Header.Set("Accept-Encoding", accept)
			assert.Equal(t, want, choose(testHandler(t).files[all.file].codings, r).name, "%s, %q", all.file, accept)
		}
	}
	r := httptest.NewRequest("GET", "/", nil)
	r.Header["Accept-Encoding"] = []string{"gzip;q=0.5", "br"}
	assert.Equal(t, "br", choose(testHandler(t).files["assets/engine-abc1.wasm"].codings, r).name, "two lines of the header")
}

// TestFunctionalTags: each coding of a file has a tag of its own, and who has it is sent nothing.
func TestFunctionalTags(t *testing.T) {
	h := testHandler(t)
	ask := func(encoding, known string) *http.Response {
		r := httptest.NewRequest("GET", "/assets/engine-abc1.wasm", nil)
		r.Header.Set("Accept-Encoding", encoding)
		r.Header.Set("If-None-Match", known)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Result()
	}
	tags := map[string]bool{}
	for _, encoding := range []string{"br", "gzip", ""} {
		tag := ask(encoding, "").Header.Get("ETag")
		assert.Regexp(t, `^"[\w-]{22}"$`, tag)
		tags[tag] = true
		for _, known := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
			r := ask(encoding, known)
			assert.Equal(t, http.StatusNotModified, r.StatusCode, known)
			assert.Equal(t, "Accept-Encoding", r.Header.Get("Vary"))
			assert.Empty(t, r.Header.Get("Content-Encoding"))
			body, err := io.ReadAll(r.Body)
			require.NoError(t, err)
			assert.Empty(t, body)
		}
		assert.Equal(t, http.StatusOK, ask(encoding, `"other"`).StatusCode)
	}
	assert.Len(t, tags, 3)
}

// TestFunctionalHeaders: every answer carries the headers of headers.json, the
// ones for secure origins only where the origin is one.
func TestFunctionalHeaders(t *testing.T) {
	headers, err := site.LoadHeaders()
	require.NoError(t, err)
	policy := headers.All["Content-Security-Policy"]
	for _, want := range []string{"default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "connect-src 'self'", "require-trusted-types-for 'script'", "trusted-types svelte-trusted-html tincan-worker tincan-engine", "frame-ancestors 'none'"} {
		assert.Contains(t, policy, want)
	}
	for _, never := range []string{"'unsafe-inline'", "'unsafe-eval'", "http:", "https:", "*", "webrtc"} {
		assert.NotContains(t, policy, never)
	}
	h := testHandler(t)
	for host, secure := range map[string]bool{
		"192.0.2.2:8787": false, "laptop.local:8787": false, "tincan.example": false, "localhost.example": false,
		"localhost:8787": true, "127.0.0.1:8787": true, "[::1]:8787": true, "a.localhost": true,
	} {
		for _, path := range []string{"/", "/config.json", "/nothing"} {
			r := get(t, h, "GET", path, host, "")
			for name, value := range headers.All {
				assert.Equal(t, value, r.Header.Get(name), "%s on %s%s", name, host, path)
			}
			for name, value := range headers.Secure {
				if name == "Strict-Transport-Security" || !secure {
					value = "" // never over plain http
				}
				assert.Equal(t, value, r.Header.Get(name), "%s on %s%s", name, host, path)
			}
			assert.Empty(t, r.Header.Get("Access-Control-Allow-Origin"))
		}
	}
}

// TestFunctionalOnePolicy: every answer has the same content security policy, once: pages, errors, and whatever
// the mailbox says.
func TestFunctionalOnePolicy(t *testing.T) {
	headers, err := site.LoadHeaders()
	require.NoError(t, err)
	h := testHandler(t)
	h.mailbox = newMailbox("")
	statuses := map[int]bool{}
	for _, c := range []struct{ method, path, host string }{
		{"GET", "/", "localhost:8787"}, {"GET", "/assets/main-abc1.js", "localhost:8787"}, {"GET", "/config.json", "localhost:8787"},
		{"GET", "/.well-known/tincan.json", "localhost:8787"}, {"GET", "/nothing", "localhost:8787"}, {"POST", "/", "localhost:8787"},
		{"POST", "/api/v1/put", "localhost:8787"}, {"POST", "/api/v1/take", "localhost:8787"}, {"GET", "/api/v1/put", "localhost:8787"},
		{"OPTIONS", "/api/v1/put", "localhost:8787"}, {"POST", "/api/v1/nothing", "localhost:8787"}, {"POST", "/api/v1/put", "evil.example"},
	} {
		r := get(t, h, c.method, c.path, c.host, "")
		statuses[r.StatusCode] = true
		for name, value := range headers.All {
			assert.Equal(t, []string{value}, r.Header.Values(name), "%s %s", c.method, c.path)
		}
	}
	for _, status := range []int{200, 403, 404, 405} {
		assert.True(t, statuses[status], status)
	}
}

// TestUnitReachable: which addresses are named, and in which order.
func TestUnitReachable(t *testing.T) {
	tcp := func(ip string) *net.TCPAddr { return &net.TCPAddr{IP: net.ParseIP(ip), Port: 8787} }
	local := reachable(tcp("127.0.0.1"), "", false)
	assert.Empty(t, local.others)
	assert.Equal(t, []string{"http://127.0.0.1:8787/"}, local.here)
	assert.Equal(t, []string{"https://chat.example/"}, reachable(tcp("127.0.0.1"), "https://chat.example", false).others)

	everywhere := reachable(tcp("::"), "https://chat.example/", false)
	assert.Equal(t, "https://chat.example/", everywhere.others[0])
	assert.Equal(t, []string{"http://localhost:8787/"}, everywhere.here)
	for _, ip := range localAddresses() {
		assert.Contains(t, strings.Join(everywhere.others, " "), ip.String())
		one := reachable(tcp(ip.String()), "", false)
		require.Len(t, one.others, 1, "bound to one address, only that one is named")
		assert.Contains(t, one.others[0], ip.String())
		assert.NotContains(t, ip.String(), "127.")
	}
}

// output collects what a command says, while it runs.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// TestFunctionalServe: it listens, says so, answers, tells after a while that
// nobody came, and stops cleanly.
func TestFunctionalServe(t *testing.T) {
	listener, err := listenOn(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	var said output
	done := make(chan error, 1)
	go func() {
		done <- (&pageServer{listener: listener, reach: addresses{others: []string{"http://192.0.2.2/"}}, handler: testHandler(t), lonely: 50 * time.Millisecond}).serve(ctx, terminal{in: os.Stdin, out: io.Discard, err: &said})
	}()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	r, err := client.Get("http://" + listener.Addr().String() + "/")
	require.NoError(t, err)
	assert.Equal(t, 200, r.StatusCode)
	_ = r.Body.Close()
	require.Eventually(t, func() bool { return strings.Contains(said.String(), "Nobody has opened it yet") }, 10*time.Second, 5*time.Millisecond,
		"a visit from this computer does not count")
	stop()
	require.NoError(t, <-done)
	assert.Contains(t, said.String(), "Stopped.")
}

// TestUnitNotBuilt: a program without the page says what to do.
func TestUnitNotBuilt(t *testing.T) {
	if _, err := site.Page(); err != nil {
		require.ErrorIs(t, err, site.ErrNotBuilt)
		require.Contains(t, err.Error(), "make build")
	}
	_, err := newPageHandler(fstest.MapFS{}, nil, nil, nil)
	require.Error(t, err)
	_, err = newPageHandler(fstest.MapFS{"x.exe": {Data: []byte("x")}}, nil, nil, nil)
	require.Error(t, err)
}
