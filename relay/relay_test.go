package relay_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/mailbox"
	"tincan/relay"
	"tincan/relay/relaytest"
)

func post(h http.Handler, path string, body []byte, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "http://chat.example"+path, bytes.NewReader(body))
	r.Header.Set("Content-Type", mailbox.ContentType)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
		if headers[i+1] == "" {
			r.Header.Del(headers[i])
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// TestFunctionalWhole: a reply's life over HTTP, and what each answer is.
func TestFunctionalWhole(t *testing.T) {
	now := time.Date(2031, 5, 1, 12, 0, 0, 0, time.UTC)
	h := relay.New(relay.NewMemory(), relay.Config{Now: func() time.Time { return now }})
	slot, reply, claim := relaytest.NewSlot(), relaytest.NewReply(), relaytest.NewClaim()
	mine, others := mailbox.NewClaim(slot, claim), mailbox.NewClaim(slot, relaytest.NewClaim())

	steps := []struct {
		path   string
		body   []byte
		status int
		answer []byte
	}{
		{mailbox.PathTake, mine, 204, nil},
		{mailbox.PathPut, mailbox.NewPut(slot, reply), 204, nil},
		{mailbox.PathPut, mailbox.NewPut(slot, reply), 204, nil},
		{mailbox.PathPut, mailbox.NewPut(slot, relaytest.NewReply()), 409, nil},
		{mailbox.PathDrop, mine, 204, nil},
		{mailbox.PathTake, mine, 200, reply},
		{mailbox.PathTake, others, 204, nil},
		{mailbox.PathDrop, others, 204, nil},
		{mailbox.PathTake, mine, 200, reply},
		{mailbox.PathDrop, mine, 204, nil},
		{mailbox.PathDrop, mine, 204, nil},
		{mailbox.PathTake, mine, 204, nil},
		{mailbox.PathPut, mailbox.NewPut(slot, reply), 409, nil},
	}
	for i, s := range steps {
		w := post(h, s.path, s.body)
		require.Equal(t, s.status, w.Code, "step %d", i)
		require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
		require.Empty(t, w.Header().Get("Access-Control-Allow-Origin"))
		if s.answer != nil {
			require.Equal(t, s.answer, w.Body.Bytes())
			require.Equal(t, mailbox.ContentType, w.Header().Get("Content-Type"))
		}
		if s.status == 204 {
			require.Empty(t, w.Body.Bytes(), "step %d", i)
			require.Empty(t, w.Header().Get("Content-Type"), "step %d", i)
			require.Empty(t, w.Header().Get("Retry-After"), "step %d", i)
		}
	}
	now = now.Add(mailbox.Lifetime)
	require.Equal(t, 204, post(h, mailbox.PathPut, mailbox.NewPut(slot, relaytest.NewReply())).Code)
}

// TestIntegrationVectors: what PROTOCOL.md's mailbox answers to each request.
func TestIntegrationVectors(t *testing.T) {
	var now time.Time
	h := relay.New(relay.NewMemory(), relay.Config{Origins: []string{"https://chat.example"}, Now: func() time.Time { return now }})
	relaytest.Requests(t, "../internal/mailbox/testdata/vectors/requests.json", func(r relaytest.Request) (int, []byte) {
		now = r.Now
		headers := []string{"Content-Type", ""}
		for name, value := range r.Headers {
			headers = append(headers, name, value)
		}
		w := post(h, r.Path, r.Body, headers...)
		return w.Code, w.Body.Bytes()
	})
}

// TestFunctionalTwoTypes: a second header does not help the first.
func TestFunctionalTwoTypes(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, mailbox.PathTake, bytes.NewReader(mailbox.NewClaim(relaytest.NewSlot(), relaytest.NewClaim())))
	r.Header["Content-Type"] = []string{mailbox.ContentType, "text/plain"}
	w := httptest.NewRecorder()
	relay.New(untouched{t}, relay.Config{}).ServeHTTP(w, r)
	require.Equal(t, 415, w.Code)
}

// TestFunctionalSameNothing: who may not have a reply cannot tell why, by status, headers or body, nor who
// drops whether anything was there.
func TestFunctionalSameNothing(t *testing.T) {
	now := time.Date(2031, 5, 1, 12, 0, 0, 0, time.UTC)
	h := relay.New(relay.NewMemory(), relay.Config{Now: func() time.Time { return now }})
	claim := relaytest.NewClaim()
	fill := func(take, drop bool) mailbox.Slot {
		slot := relaytest.NewSlot()
		require.Equal(t, 204, post(h, mailbox.PathPut, mailbox.NewPut(slot, relaytest.NewReply())).Code)
		if take {
			require.Equal(t, 200, post(h, mailbox.PathTake, mailbox.NewClaim(slot, claim)).Code)
		}
		if drop {
			require.Equal(t, 204, post(h, mailbox.PathDrop, mailbox.NewClaim(slot, claim)).Code)
		}
		return slot
	}
	expired := fill(true, false)
	now = now.Add(mailbox.Lifetime)
	unknown := post(h, mailbox.PathTake, mailbox.NewClaim(relaytest.NewSlot(), claim))
	require.Equal(t, 204, unknown.Code)
	same := func(w *httptest.ResponseRecorder, name string) {
		assert.Equal(t, unknown.Code, w.Code, name)
		assert.Equal(t, unknown.Body.String(), w.Body.String(), name)
		assert.Equal(t, unknown.Header(), w.Header(), name)
	}
	for name, body := range map[string][]byte{
		"expired":            mailbox.NewClaim(expired, claim),
		"claimed by another": mailbox.NewClaim(fill(true, false), relaytest.NewClaim()),
		"dropped":            mailbox.NewClaim(fill(true, true), claim),
	} {
		same(post(h, mailbox.PathTake, body), name)
		same(post(h, mailbox.PathDrop, body), "drop, "+name)
	}
	same(post(h, mailbox.PathDrop, mailbox.NewClaim(relaytest.NewSlot(), claim)), "drop, unknown")
	same(post(h, mailbox.PathDrop, mailbox.NewClaim(fill(false, false), claim)), "drop, claimed by nobody")
	same(post(h, mailbox.PathDrop, mailbox.NewClaim(fill(true, false), claim)), "drop, this claim's")
}

// TestFunctionalRefused: what is not a request of ours does not reach the store.
func TestFunctionalRefused(t *testing.T) {
	h := relay.New(untouched{t}, relay.Config{})
	reply, slot := relaytest.NewReply(), relaytest.NewSlot()
	body := mailbox.NewPut(slot, reply)
	for name, refused := range map[string]struct {
		path    string
		body    []byte
		headers []string
		status  int
	}{
		"other path":              {"/api/v1/list", body, nil, 404},
		"path and more":           {mailbox.PathPut + "/" + "x", body, nil, 404},
		"no type":                 {mailbox.PathPut, body, []string{"Content-Type", ""}, 415},
		"type of a form":          {mailbox.PathPut, body, []string{"Content-Type", "application/x-www-form-urlencoded"}, 415},
		"type of plain text":      {mailbox.PathPut, body, []string{"Content-Type", "text/plain"}, 415},
		"broken type":             {mailbox.PathPut, body, []string{"Content-Type", "application/octet-stream; ="}, 415},
		"type with a parameter":   {mailbox.PathPut, body, []string{"Content-Type", "application/octet-stream; charset=utf-8"}, 415},
		"type in capitals":        {mailbox.PathPut, body, []string{"Content-Type", "Application/Octet-Stream"}, 415},
		"an invite":               {mailbox.PathPut, append(slot[:], append([]byte{0x89}, reply[1:]...)...), nil, 400},
		"one byte more than most": {mailbox.PathPut, make([]byte, mailbox.MaxBody+1), nil, 413},
		"4 MiB":                   {mailbox.PathPut, make([]byte, 4<<20), nil, 413},
		"reply of another size":   {mailbox.PathPut, body[:len(body)-1], nil, 400},
		"slot alone":              {mailbox.PathPut, slot[:], nil, 400},
		"nothing":                 {mailbox.PathPut, nil, nil, 400},
		"take of nothing":         {mailbox.PathTake, nil, nil, 400},
		"take of too little":      {mailbox.PathTake, make([]byte, 31), nil, 400},
		"take of a put":           {mailbox.PathTake, body, nil, 400},
		"drop of nothing":         {mailbox.PathDrop, nil, nil, 400},
		"drop of too much":        {mailbox.PathDrop, make([]byte, 33), nil, 400},
	} {
		w := post(h, refused.path, refused.body, refused.headers...)
		assert.Equal(t, refused.status, w.Code, name)
	}
	for _, method := range []string{"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(method, mailbox.PathTake, nil))
		assert.Equal(t, 405, w.Code, method)
		assert.Equal(t, "POST", w.Header().Get("Allow"), method)
		assert.Empty(t, w.Header().Get("Access-Control-Allow-Methods"), method)
	}

	// A body without a length is measured as it comes; one that breaks off is none.
	r := httptest.NewRequest(http.MethodPost, mailbox.PathPut, io.MultiReader(bytes.NewReader(make([]byte, 5000))))
	r.Header.Set("Content-Type", mailbox.ContentType)
	require.EqualValues(t, -1, r.ContentLength)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	assert.Equal(t, 413, w.Code)
	r = httptest.NewRequest(http.MethodPost, mailbox.PathPut, io.MultiReader(bytes.NewReader(body), broken{}))
	r.Header.Set("Content-Type", mailbox.ContentType)
	w = httptest.NewRecorder()
	h.ServeHTTP(w, r)
	assert.Equal(t, 400, w.Code)
}

// TestFunctionalForeign: requests of other people's pages are refused, by every
// operation alike; programs, and browsers at the mailbox's own origins, are not.
func TestFunctionalForeign(t *testing.T) {
	public := []string{relay.Origin("https", "chat.example")}
	for _, c := range []struct {
		name, host, site, origin string
		tls                      bool
		origins                  []string
		ok                       bool
	}{
		{"a program", "chat.example", "", "", false, nil, true},
		{"own page", "chat.example", "same-origin", "https://chat.example", true, nil, true},
		{"own page, plain http", "10.0.0.7:8787", "", "http://10.0.0.7:8787", false, nil, true},
		{"own page, plain http at its port", "10.0.0.7", "", "http://10.0.0.7", false, nil, true},
		{"own page, port written out", "10.0.0.7:80", "", "http://10.0.0.7", false, nil, true},
		{"own page, https port written out", "chat.example:443", "", "https://chat.example", true, nil, true},
		{"own page, IPv6", "[2001:db8::7]:8787", "", "http://[2001:db8::7]:8787", false, nil, true},
		{"own page, IPv6 that ends like a port", "[2001:db8::80]", "", "http://[2001:db8::80]", false, nil, true},
		{"own page, capitals", "Chat.example", "same-origin", "https://chat.example", true, nil, true},
		{"cross site", "chat.example", "cross-site", "https://evil.example", true, nil, false},
		{"same site, other origin", "chat.example", "same-site", "https://x.chat.example", true, nil, false},
		{"a navigation", "chat.example", "none", "", true, nil, false},
		{"nonsense", "chat.example", "Same-Origin", "", true, nil, false},
		{"origin alone, foreign", "chat.example", "", "https://evil.example", true, nil, false},
		{"origin alone, other port", "chat.example", "", "https://chat.example:8443", true, nil, false},
		{"origin alone, port of the other scheme", "chat.example", "", "https://chat.example:80", true, nil, false},
		{"origin alone, https to http", "127.0.0.1:8787", "", "https://127.0.0.1:8787", false, nil, false},
		{"origin alone, https to http without a port", "127.0.0.1", "", "https://127.0.0.1", false, nil, false},
		{"origin alone, http to https", "chat.example", "", "http://chat.example", true, nil, false},
		{"origin alone, another scheme", "chat.example", "", "moz-extension://chat.example", true, nil, false},
		{"origin alone, no scheme", "chat.example", "", "chat.example", true, nil, false},
		{"origin alone, opaque", "chat.example", "", "null", true, nil, false},
		{"origin alone, more behind it", "chat.example", "", "https://chat.example/", true, nil, false},
		{"origin alone, a longer name", "chat.example", "", "https://chat.example.evil.example", true, nil, false},
		{"the two differ", "chat.example", "same-origin", "https://evil.example", true, nil, false},
		{"the two differ in scheme", "10.0.0.7:8787", "same-origin", "https://10.0.0.7:8787", false, nil, false},
		{"https ends at a proxy with a name", "chat.example", "same-origin", "https://chat.example", false, public, true},
		{"https ends at a proxy that changes the name", "127.0.0.1:8787", "same-origin", "https://chat.example", false, public, true},
		{"https ends at a proxy, asked by http beside it", "127.0.0.1:8787", "", "http://127.0.0.1:8787", false, public, true},
		{"https ends at a proxy, http of the same name at another port", "127.0.0.1:8787", "", "http://chat.example", false, public, false},
		{"https ends at a proxy, other port", "127.0.0.1:8787", "", "https://chat.example:8443", false, public, false},
		{"https ends at a proxy, foreign", "127.0.0.1:8787", "", "https://evil.example", false, public, false},
		{"https ends at a proxy nobody named", "10.0.0.7", "same-origin", "https://10.0.0.7", false, nil, false},
		{"no name in the request, origin without one", "", "", "https://", true, public, false},
		{"own name unknown, the browser says so", "", "same-origin", "https://d1.example", true, nil, true},
		{"own name unknown, origin alone", "", "", "https://d1.example", true, nil, false},
		{"own name unknown, a program", "", "", "", true, nil, true},
	} {
		store := relay.NewMemory()
		h := relay.New(store, relay.Config{Origins: c.origins})
		for path, body := range map[string][]byte{
			mailbox.PathPut:  mailbox.NewPut(relaytest.NewSlot(), relaytest.NewReply()),
			mailbox.PathTake: mailbox.NewClaim(relaytest.NewSlot(), relaytest.NewClaim()),
			mailbox.PathDrop: mailbox.NewClaim(relaytest.NewSlot(), relaytest.NewClaim()),
		} {
			r := httptest.NewRequest(http.MethodPost, "http://x"+path, bytes.NewReader(body))
			r.Host = c.host
			if c.tls {
				r.TLS = &tls.ConnectionState{}
			}
			r.Header.Set("Content-Type", mailbox.ContentType)
			for name, value := range map[string]string{"Sec-Fetch-Site": c.site, "Origin": c.origin} {
				if value != "" {
					r.Header.Set(name, value)
				}
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			want := 403
			if c.ok {
				want = 204
			}
			assert.Equal(t, want, w.Code, "%s: %s", c.name, path)
		}
	}
}

// TestFunctionalFaults: a store that fails is told without a word of why.
func TestFunctionalFaults(t *testing.T) {
	for name, c := range map[string]struct {
		err    error
		status int
	}{
		"busy":     {relay.ErrBusy, 503},
		"too slow": {context.DeadlineExceeded, 503},
		"broken":   {errors.New("table tincan-7 at 10.0.0.9: no such host"), 500},
	} {
		h := relay.New(failing{c.err}, relay.Config{})
		for path, body := range map[string][]byte{
			mailbox.PathPut:  mailbox.NewPut(relaytest.NewSlot(), relaytest.NewReply()),
			mailbox.PathTake: mailbox.NewClaim(relaytest.NewSlot(), relaytest.NewClaim()),
			mailbox.PathDrop: mailbox.NewClaim(relaytest.NewSlot(), relaytest.NewClaim()),
		} {
			w := post(h, path, body)
			assert.Equal(t, c.status, w.Code, name)
			assert.Equal(t, http.StatusText(c.status), strings.TrimSpace(w.Body.String()), name)
			assert.Equal(t, c.status == 503, w.Header().Get("Retry-After") != "", name)
		}
	}
}

// untouched is a store that must not be reached.
type untouched struct{ t *testing.T }

func (u untouched) Put(context.Context, mailbox.Slot, []byte, time.Time) error {
	u.t.Error("put reached the store")
	return nil
}
func (u untouched) Take(context.Context, mailbox.Slot, mailbox.Claim, time.Time) ([]byte, error) {
	u.t.Error("take reached the store")
	return nil, nil
}
func (u untouched) Drop(context.Context, mailbox.Slot, mailbox.Claim, time.Time) error {
	u.t.Error("drop reached the store")
	return nil
}

// failing is a store with a fault.
type failing struct{ err error }

func (f failing) Put(context.Context, mailbox.Slot, []byte, time.Time) error { return f.err }
func (f failing) Take(context.Context, mailbox.Slot, mailbox.Claim, time.Time) ([]byte, error) {
	return nil, f.err
}
func (f failing) Drop(context.Context, mailbox.Slot, mailbox.Claim, time.Time) error { return f.err }

// broken is a connection that ends in the middle.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
