package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/mailbox"
	"tincan/relay"
	"tincan/relay/relaytest"
)

// gatewayEvent is an event as the gateway makes it, with all that it tells.
func gatewayEvent(method, path string, body []byte, headers map[string]string) events.APIGatewayV2HTTPRequest {
	e := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: "POST /api/{proxy+}", RawPath: path, RawQueryString: "q=hidden-query",
		Cookies: []string{"c=hidden-cookie"},
		Headers: map[string]string{
			"host": "hidden-host", "user-agent": "hidden-agent", "x-forwarded-for": "198.51.100.7",
			"cookie": "hidden-cookie", "authorization": "hidden-token", "referer": "hidden-referer",
			"sec-fetch-mode": "hidden-mode", "content-length": "17", "x-amzn-trace-id": "hidden-trace",
		},
		QueryStringParameters: map[string]string{"q": "hidden-query"},
		PathParameters:        map[string]string{"proxy": "hidden-parameter"},
		StageVariables:        map[string]string{"s": "hidden-stage"},
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			AccountID: "hidden-account", DomainName: "hidden-domain", RequestID: "hidden-id", Stage: "$default",
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{
				Method: method, Path: path, SourceIP: "198.51.100.7", UserAgent: "hidden-agent", Protocol: "HTTP/1.1",
			},
		},
		Body: base64.StdEncoding.EncodeToString(body), IsBase64Encoded: true,
	}
	for name, value := range headers {
		e.Headers[name] = value
	}
	return e
}

func encode(t *testing.T, e any) []byte {
	t.Helper()
	payload, err := json.Marshal(e)
	require.NoError(t, err)
	return payload
}

func invoke(t *testing.T, f *function, payload []byte) events.APIGatewayV2HTTPResponse {
	t.Helper()
	encoded, err := f.Invoke(context.Background(), payload)
	require.NoError(t, err)
	var response events.APIGatewayV2HTTPResponse
	decoder := json.NewDecoder(bytes.NewReader(encoded))
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(&response))
	require.True(t, response.IsBase64Encoded)
	return response
}

// handler is what the adapter hands on to.
type handler func(http.ResponseWriter, *http.Request)

func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h(w, r) }

// TestUnitHandedOn: method, path, body and three headers. Every other field of the
// request is as empty as it was made.
func TestUnitHandedOn(t *testing.T) {
	body := relaytest.NewReply()
	for name, c := range map[string]struct {
		event events.APIGatewayV2HTTPRequest
		want  http.Header
	}{
		"all three": {
			gatewayEvent("POST", mailbox.PathTake, body, map[string]string{
				"content-type": mailbox.ContentType, "sec-fetch-site": "same-origin", "origin": "https://chat.example",
			}),
			http.Header{"Content-Type": {mailbox.ContentType}, "Sec-Fetch-Site": {"same-origin"}, "Origin": {"https://chat.example"}},
		},
		"none": {gatewayEvent("PUT", "/any/path", body, nil), http.Header{}},
	} {
		var got *http.Request
		var read []byte
		f := &function{out: io.Discard, relay: handler(func(_ http.ResponseWriter, r *http.Request) {
			got = r
			var err error
			read, err = io.ReadAll(r.Body)
			assert.NoError(t, err)
		})}
		invoke(t, f, encode(t, c.event))
		require.NotNil(t, got, name)
		assert.Equal(t, body, read, name)
		want := (&http.Request{
			Method: c.event.RequestContext.HTTP.Method, URL: &url.URL{Path: c.event.RawPath},
			Header: c.want, Body: got.Body, ContentLength: got.ContentLength,
		}).WithContext(got.Context())
		assert.Equal(t, want, got, name)
		assert.NotContains(t, fmt.Sprintf("%+v", got), "hidden", name)
		assert.NotContains(t, fmt.Sprintf("%+v", got), "198.51", name)
	}
}

// TestUnitBodies: base64 or text, at most MaxBody as the relay measures, and what
// is too large is not decoded.
func TestUnitBodies(t *testing.T) {
	text := func(body string) events.APIGatewayV2HTTPRequest {
		e := gatewayEvent("POST", mailbox.PathPut, nil, map[string]string{"content-type": mailbox.ContentType})
		e.Body, e.IsBase64Encoded = body, false
		return e
	}
	raw := func(body string) events.APIGatewayV2HTTPRequest {
		e := text(body)
		e.IsBase64Encoded = true
		return e
	}
	full := mailbox.NewPut(relaytest.NewSlot(), append([]byte{0xAD}, make([]byte, mailbox.MaxReply-1)...))
	binary := func(body []byte) events.APIGatewayV2HTTPRequest {
		return raw(base64.StdEncoding.EncodeToString(body))
	}
	for name, c := range map[string]struct {
		event  events.APIGatewayV2HTTPRequest
		status int
	}{
		"largest":                    {binary(full), 204},
		"one byte more":              {binary(append(full, 0)), 413},
		"two bytes more":             {binary(append(full, 0, 0)), 413},
		"10,000 bytes":               {binary(make([]byte, 10_000)), 413},
		"4 MiB":                      {binary(make([]byte, 4<<20)), 413},
		"short":                      {binary(full[:100]), 400},
		"empty":                      {binary(nil), 400},
		"text of a wrong size":       {text("hello"), 400},
		"text that is too long":      {text(strings.Repeat("x", mailbox.MaxBody+1)), 413},
		"no base64":                  {raw("*" + base64.StdEncoding.EncodeToString(full)[1:]), 400},
		"base64 of the other kind":   {raw(strings.Repeat("-_-_", 64)), 400},
		"base64 without its padding": {raw(base64.RawStdEncoding.EncodeToString(full[:193])), 400},
	} {
		f := &function{out: io.Discard, relay: relay.New(relay.NewMemory(), relay.Config{})}
		assert.Equal(t, c.status, invoke(t, f, encode(t, c.event)).StatusCode, name)
	}

	// Too large, and broken at the end: who decoded all of it would have said 400.
	e := raw(strings.Repeat("A", 4000) + "*")
	f := &function{out: io.Discard, relay: relay.New(relay.NewMemory(), relay.Config{})}
	assert.Equal(t, 413, invoke(t, f, encode(t, e)).StatusCode)

	// Far too large: not even the event is read.
	payload := encode(t, raw(strings.Repeat("A", 4<<20)))
	f.relay = handler(func(http.ResponseWriter, *http.Request) { assert.Fail(t, "it reached the relay") })
	bytesEach := testing.Benchmark(func(b *testing.B) {
		for b.Loop() {
			_, _ = f.Invoke(context.Background(), payload)
		}
	}).AllocedBytesPerOp()
	assert.Less(t, bytesEach, int64(16<<10))
}

// TestIntegrationVectors: the gateway's events are answered as PROTOCOL.md says.
func TestIntegrationVectors(t *testing.T) {
	var now time.Time
	f := &function{out: io.Discard, relay: relay.New(relay.NewMemory(), relay.Config{
		Origins: []string{"https://chat.example"}, Now: func() time.Time { return now },
	})}
	relaytest.Requests(t, "../../internal/mailbox/testdata/vectors/requests.json", func(r relaytest.Request) (int, []byte) {
		now = r.Now
		headers := map[string]string{}
		for name, value := range r.Headers {
			headers[strings.ToLower(name)] = value
		}
		path, query, _ := strings.Cut(r.Path, "?")
		e := gatewayEvent("POST", path, r.Body, headers)
		e.RawQueryString = query
		got := invoke(t, f, encode(t, e))
		answer, err := base64.StdEncoding.DecodeString(got.Body)
		require.NoError(t, err)
		return got.StatusCode, answer
	})
}

// TestUnitAnswer: what leaves, and in what form.
func TestUnitAnswer(t *testing.T) {
	body := []byte{0, 0xFF, 0xAD}
	f := &function{out: io.Discard, relay: handler(func(w http.ResponseWriter, _ *http.Request) {
		for _, name := range []string{"Content-Type", "Cache-Control", "Retry-After", "Allow", "X-Content-Type-Options", "Server", "Set-Cookie", "X-Slot"} {
			w.Header().Set(name, "of "+name)
		}
		w.WriteHeader(http.StatusTeapot)
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write(body)
	})}
	got := invoke(t, f, encode(t, gatewayEvent("POST", "/", nil, nil)))
	assert.Equal(t, events.APIGatewayV2HTTPResponse{
		StatusCode: http.StatusTeapot, IsBase64Encoded: true, Body: base64.StdEncoding.EncodeToString(body),
		Headers: map[string]string{
			"content-type": "of Content-Type", "cache-control": "of Cache-Control", "retry-after": "of Retry-After",
			"allow": "of Allow", "x-content-type-options": "of X-Content-Type-Options",
		},
	}, got)
	f.relay = handler(func(http.ResponseWriter, *http.Request) {})
	assert.Equal(t, 200, invoke(t, f, encode(t, gatewayEvent("POST", "/", nil, nil))).StatusCode)
}

// TestUnitLine: every outcome has its word.
func TestUnitLine(t *testing.T) {
	answers := func(status int) http.Handler {
		return handler(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
	}
	for _, c := range []struct {
		path   string
		status int
		want   string
	}{
		{mailbox.PathPut, 204, `{"op":"put","outcome":"kept"`},
		{mailbox.PathPut, 409, `{"op":"put","outcome":"occupied"`},
		{mailbox.PathPut, 400, `{"op":"put","outcome":"refused"`},
		{mailbox.PathPut, 413, `{"op":"put","outcome":"refused"`},
		{mailbox.PathPut, 503, `{"op":"put","outcome":"busy"`},
		{mailbox.PathTake, 200, `{"op":"take","outcome":"found"`},
		{mailbox.PathTake, 204, `{"op":"take","outcome":"none"`},
		{mailbox.PathTake, 400, `{"op":"take","outcome":"refused"`},
		{mailbox.PathTake, 403, `{"op":"take","outcome":"refused"`},
		{mailbox.PathDrop, 204, `{"op":"drop","outcome":"dropped"`},
		{mailbox.PathDrop, 400, `{"op":"drop","outcome":"refused"`},
		{mailbox.PathDrop, 500, `{"op":"drop","outcome":"failed"`},
		{"/api/v1/hidden", 404, `{"op":"other","outcome":"refused"`},
		{"", 405, `{"op":"other","outcome":"refused"`},
	} {
		var out bytes.Buffer
		f := &function{out: &out, relay: answers(c.status)}
		invoke(t, f, encode(t, gatewayEvent("POST", c.path, nil, nil)))
		invoke(t, f, encode(t, gatewayEvent("POST", c.path, nil, nil)))
		first, rest, _ := strings.Cut(out.String(), "\n")
		assert.Regexp(t, `^`+c.want+`,"ms":\d+,"cold":true}$`, first)
		assert.Regexp(t, `^`+c.want+`,"ms":\d+,"cold":false}\n$`, rest)
	}
}

// panicking is a store that does.
type panicking struct{ with func() }

func (p panicking) Put(context.Context, mailbox.Slot, []byte, time.Time) error { p.with(); return nil }
func (p panicking) Take(context.Context, mailbox.Slot, mailbox.Claim, time.Time) ([]byte, error) {
	p.with()
	return nil, nil
}
func (p panicking) Drop(context.Context, mailbox.Slot, mailbox.Claim, time.Time) error {
	p.with()
	return nil
}

// TestUnitPanic: a panic is answered, told by its kind alone, and the next
// invocation is served. The real program has no panic that a test could reach.
func TestUnitPanic(t *testing.T) {
	var nobody *event
	for want, with := range map[string]func(){
		"runtime": func() { _ = nobody.Body },
		"error":   func() { panic(errors.New("secret")) },
		"other":   func() { panic("secret") },
	} {
		var out bytes.Buffer
		f := &function{out: &out, relay: relay.New(panicking{with}, relay.Config{})}
		e := gatewayEvent("POST", mailbox.PathTake, mailbox.NewClaim(relaytest.NewSlot(), relaytest.NewClaim()),
			map[string]string{"content-type": mailbox.ContentType})
		for range 2 {
			got := invoke(t, f, encode(t, e))
			assert.Equal(t, 500, got.StatusCode)
			assert.Equal(t, base64.StdEncoding.EncodeToString([]byte("Internal Server Error\n")), got.Body)
		}
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		require.Len(t, lines, 2)
		assert.Regexp(t, `^{"op":"take","outcome":"panic","panic":"`+want+`","ms":\d+,"cold":true}$`, lines[0])
	}
}
