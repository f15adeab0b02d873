package relay_test

import (
	"bytes"
	"context"
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
		{mailbox.PathTake, mine, 404, nil},
		{mailbox.PathPut, mailbox.NewPut(slot, reply), 204, nil},
		{mailbox.PathPut, mailbox.NewPut(slot, reply), 204, nil},
		{mailbox.PathPut, mailbox.NewPut(slot, relaytest.NewReply()), 409, nil},
		{mailbox.PathDrop, mine, 404, nil},
		{mailbox.PathTake, mine, 200, reply},
		{mailbox.PathTake, others, 404, nil},
		{mailbox.PathDrop, others, 404, nil},
		{mailbox.PathTake, mine, 200, reply},
		{mailbox.PathDrop, mine, 204, nil},
		{mailbox.PathDrop, mine, 204, nil},
		{mailbox.PathTake, mine, 404, nil},
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
	}
	now = now.Add(mailbox.Lifetime)
	require.Equal(t, 204, post(h, mailbox.PathPut, mailbox.NewPut(slot, relaytest.NewReply())).Code)
}

// TestFunctionalSameRefusal: who may not have a reply cannot tell why, by status, headers or body.
func TestFunctionalSameRefusal(t *testing.T) {
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
	require.Equal(t, 404, unknown.Code)
	for name, body := range map[string][]byte{
		"expired":            mailbox.NewClaim(expired, claim),
		"claimed by another": mailbox.NewClaim(fill(true, false), relaytest.NewClaim()),
		"dropped":            mailbox.NewClaim(fill(true, true), claim),
		"too short":          mailbox.NewClaim(fill(false, false), claim)[:31],
		"too long":           append(mailbox.NewClaim(fill(false, false), claim), 0),
		"empty":              nil,
	} {
		w := post(h, mailbox.PathTake, body)
		assert.Equal(t, unknown.Code, w.Code, name)
		assert.Equal(t, unknown.Body.String(), w.Body.String(), name)
		assert.Equal(t, unknown.Header(), w.Header(), name)
	}
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
		"one byte more than most": {mailbox.PathPut, make([]byte, mailbox.MaxBody+1), nil, 413},
		"4 MiB":                   {mailbox.PathPut, make([]byte, 4<<20), nil, 413},
		"reply of another size":   {mailbox.PathPut, body[:len(body)-1], nil, 400},
		"slot alone":              {mailbox.PathPut, slot[:], nil, 400},
		"nothing":                 {mailbox.PathPut, nil, nil, 400},
		"take of nothing":         {mailbox.PathTake, nil, nil, 404},
		"drop of too much":        {mailbox.PathDrop, make([]byte, 33), nil, 404},
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
// operation; programs, and browsers at the mailbox's own names, are not.
func TestFunctionalForeign(t *testing.T) {
	for _, c := range []struct {
		name, host, site, origin string
		hosts                    []string
		ok                       bool
	}{
		{"a program", "chat.example", "", "", nil, true},
		{"own page", "chat.example", "same-origin", "https://chat.example", nil, true},
		{"own page, plain http", "10.0.0.7:8787", "", "http://10.0.0.7:8787", nil, true},
		{"own page, capitals", "Chat.example", "same-origin", "https://chat.example", nil, true},
		{"cross site", "chat.example", "cross-site", "https://evil.example", nil, false},
		{"same site, other origin", "chat.example", "same-site", "https://x.chat.example", nil, false},
		{"a navigation", "chat.example", "none", "", nil, false},
		{"nonsense", "chat.example", "Same-Origin", "", nil, false},
		{"origin alone, foreign", "chat.example", "", "https://evil.example", nil, false},
		{"origin alone, other port", "chat.example", "", "https://chat.example:8443", nil, false},
		{"origin alone, opaque", "chat.example", "", "null", nil, false},
		{"the two differ", "chat.example", "same-origin", "https://evil.example", nil, false},
		{"behind a proxy with a name", "api.internal", "same-origin", "https://chat.example", []string{"chat.example"}, true},
		{"behind a proxy with a name, foreign", "api.internal", "", "https://evil.example", []string{"chat.example"}, false},
		{"behind a proxy with a name, origin without one", "", "", "https://", []string{"chat.example"}, false},
		{"own name unknown, the browser says so", "", "same-origin", "https://d1.example", nil, true},
		{"own name unknown, origin alone", "", "", "https://d1.example", nil, false},
		{"own name unknown, a program", "", "", "", nil, true},
	} {
		store := relay.NewMemory()
		h := relay.New(store, relay.Config{Hosts: c.hosts})
		for _, path := range []string{mailbox.PathPut, mailbox.PathTake, mailbox.PathDrop} {
			r := httptest.NewRequest(http.MethodPost, "http://x"+path, bytes.NewReader(mailbox.NewPut(relaytest.NewSlot(), relaytest.NewReply())))
			r.Host = c.host
			r.Header.Set("Content-Type", mailbox.ContentType)
			for name, value := range map[string]string{"Sec-Fetch-Site": c.site, "Origin": c.origin} {
				if value != "" {
					r.Header.Set(name, value)
				}
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			assert.Equal(t, c.ok, w.Code != 403, "%s: %s got %d", c.name, path, w.Code)
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
