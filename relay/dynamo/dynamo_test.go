package dynamo_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/mailbox"
	"tincan/relay"
	"tincan/relay/dynamo"
	"tincan/relay/relaytest"
)

var (
	begin   = time.Date(2031, 5, 1, 12, 0, 0, 0, time.UTC)
	expired = begin.Add(mailbox.Lifetime)
)

func newStore(endpoint, table string) *dynamo.Store {
	return dynamo.New(dynamo.Config{Table: table, Region: "us-east-1", KeyID: "a", Secret: "b", Endpoint: endpoint})
}

func TestFunctionalDynamo(t *testing.T) {
	d := relaytest.NewDynalite(t)
	relaytest.Store(t, newStore(d.URL, d.NewTable(t)))
}

// TestIntegrationVectors: the mailbox over a table answers as PROTOCOL.md says.
func TestIntegrationVectors(t *testing.T) {
	d := relaytest.NewDynalite(t)
	var now time.Time
	h := relay.New(newStore(d.URL, d.NewTable(t)), relay.Config{Origins: []string{"https://chat.example"}, Now: func() time.Time { return now }})
	relaytest.Requests(t, "../../internal/mailbox/testdata/vectors/requests.json", func(r relaytest.Request) (int, []byte) {
		now = r.Now
		request := httptest.NewRequest(http.MethodPost, "https://chat.example"+r.Path, bytes.NewReader(r.Body))
		for name, value := range r.Headers {
			request.Header.Set(name, value)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, request)
		return w.Code, w.Body.Bytes()
	})
}

// TestFunctionalDynamoLinearizable: make bench-relay sets TINCAN_BENCH for the long one.
func TestFunctionalDynamoLinearizable(t *testing.T) {
	operations := 300
	if os.Getenv("TINCAN_BENCH") != "" {
		operations = 10_000
	}
	d := relaytest.NewDynalite(t)
	relaytest.Linearizable(t, newStore(d.URL, d.NewTable(t)), 4, operations)
}

// call is one request to DynamoDB.
type call struct {
	operation string
	input     map[string]any
}

// recorder is a way to a DynamoDB that is written down. before, where set, is
// called before each request goes on.
type recorder struct {
	*httptest.Server
	before func(call)

	mu    sync.Mutex
	calls []call
}

func record(t *testing.T, endpoint string) *recorder {
	to, err := url.Parse(endpoint)
	require.NoError(t, err)
	rec := &recorder{}
	// The signature names the host, which dynalite does not check.
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }}
	rec.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		r.Body = io.NopCloser(bytes.NewReader(body))
		_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		c := call{operation: operation}
		assert.NoError(t, json.Unmarshal(body, &c.input))
		rec.mu.Lock()
		rec.calls = append(rec.calls, c)
		before := rec.before
		rec.mu.Unlock()
		if before != nil {
			before(c)
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(rec.Close)
	return rec
}

// operations gives what was asked since the last time.
func (r *recorder) operations() (names []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.calls {
		names = append(names, c.operation)
	}
	r.calls = nil
	return names
}

// TestFunctionalRequests: a put that meets another compares by one consistent read
// and writes no more; take and drop are one conditional update each.
func TestFunctionalRequests(t *testing.T) {
	ctx := context.Background()
	d := relaytest.NewDynalite(t)
	rec := record(t, d.URL)
	store := newStore(rec.URL, d.NewTable(t))
	slot, claim, reply := relaytest.NewSlot(), relaytest.NewClaim(), relaytest.NewReply()
	rec.before = func(c call) {
		if c.operation == "GetItem" {
			assert.Equal(t, true, c.input["ConsistentRead"])
		} else {
			assert.NotEmpty(t, c.input["ConditionExpression"], c.operation)
		}
	}

	require.NoError(t, store.Put(ctx, slot, reply, begin))
	assert.Equal(t, []string{"PutItem"}, rec.operations())
	require.NoError(t, store.Put(ctx, slot, reply, begin))
	assert.Equal(t, []string{"PutItem", "GetItem"}, rec.operations())
	require.ErrorIs(t, store.Put(ctx, slot, relaytest.NewReply(), begin), relay.ErrOccupied)
	assert.Equal(t, []string{"PutItem", "GetItem"}, rec.operations())

	_, err := store.Take(ctx, slot, claim, begin)
	require.NoError(t, err)
	_, err = store.Take(ctx, slot, relaytest.NewClaim(), begin)
	require.ErrorIs(t, err, relay.ErrNone)
	require.NoError(t, store.Drop(ctx, slot, claim, begin))
	require.NoError(t, store.Drop(ctx, slot, relaytest.NewClaim(), begin))
	assert.Equal(t, []string{"UpdateItem", "UpdateItem", "UpdateItem", "UpdateItem"}, rec.operations())
}

// TestFunctionalGoneMeanwhile: what was in a put's way may be removed before it is
// read. Then the put is tried again, once.
func TestFunctionalGoneMeanwhile(t *testing.T) {
	ctx := context.Background()
	d := relaytest.NewDynalite(t)
	rec := record(t, d.URL)
	table := d.NewTable(t)
	store, other := newStore(rec.URL, table), newStore(d.URL, table)
	slot := relaytest.NewSlot()
	remove := func() {
		assert.NoError(t, d.Call("DeleteItem", map[string]any{
			"TableName": table, "Key": map[string]any{"id": map[string]any{"B": slot[:]}},
		}, nil))
	}

	require.NoError(t, other.Put(ctx, slot, relaytest.NewReply(), begin))
	rec.before = func(c call) {
		if c.operation == "GetItem" {
			remove()
		}
	}
	reply := relaytest.NewReply()
	require.NoError(t, store.Put(ctx, slot, reply, begin))
	assert.Equal(t, []string{"PutItem", "GetItem", "PutItem"}, rec.operations())
	got, err := other.Take(ctx, slot, relaytest.NewClaim(), begin)
	require.NoError(t, err)
	require.Equal(t, reply, got)

	// What another computer wrote, whose clock is late by five minutes, is expired.
	rec.before = func(c call) {
		if c.operation == "GetItem" {
			remove()
			assert.NoError(t, other.Put(ctx, slot, relaytest.NewReply(), begin.Add(-mailbox.Lifetime)))
		}
	}
	require.NoError(t, store.Put(ctx, slot, relaytest.NewReply(), begin))
	assert.Equal(t, []string{"PutItem", "GetItem", "PutItem"}, rec.operations())

	rec.before = func(c call) {
		remove()
		if c.operation == "PutItem" {
			assert.NoError(t, other.Put(ctx, slot, relaytest.NewReply(), begin))
		}
	}
	require.ErrorIs(t, store.Put(ctx, slot, reply, begin), relay.ErrBusy)
	assert.Equal(t, []string{"PutItem", "GetItem", "PutItem", "GetItem"}, rec.operations())
}

// TestFunctionalLostAnswer: DynamoDB did it, and the answer was lost. The attempt
// that follows finds its own work and is content.
func TestFunctionalLostAnswer(t *testing.T) {
	ctx := context.Background()
	d := relaytest.NewDynalite(t)
	to, err := url.Parse(d.URL)
	require.NoError(t, err)
	var mu sync.Mutex
	lose := false
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) },
		ModifyResponse: func(*http.Response) error {
			mu.Lock()
			defer mu.Unlock()
			if lose {
				lose = false
				panic(http.ErrAbortHandler)
			}
			return nil
		},
	}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	store := newStore(server.URL, d.NewTable(t))
	loseOne := func() {
		mu.Lock()
		defer mu.Unlock()
		lose = true
	}

	slot, claim, reply := relaytest.NewSlot(), relaytest.NewClaim(), relaytest.NewReply()
	loseOne()
	require.NoError(t, store.Put(ctx, slot, reply, begin))
	loseOne()
	got, err := store.Take(ctx, slot, claim, begin)
	require.NoError(t, err)
	require.Equal(t, reply, got)
	loseOne()
	require.NoError(t, store.Drop(ctx, slot, claim, begin))
	require.False(t, lose, "an answer was not lost")
}

// TestFunctionalMalformed: items that the mailbox has not written are a fault of
// the table, and nothing of them is handed out.
func TestFunctionalMalformed(t *testing.T) {
	const malformed, occupied, none = "something else than a reply", "occupied", "nothing to take"
	type attribute = map[string]any
	ctx := context.Background()
	d := relaytest.NewDynalite(t)
	table := d.NewTable(t)
	store := newStore(d.URL, table)
	exp := attribute{"N": strconv.FormatInt(expired.Unix(), 10)}
	whole := attribute{"B": make([]byte, 177)}
	for name, c := range map[string]struct {
		item      map[string]any
		put, take string
	}{
		"reply is text":         {attribute{"b": attribute{"S": "secret"}, "exp": exp}, malformed, malformed},
		"reply is a list":       {attribute{"b": attribute{"L": []any{}}, "exp": exp}, malformed, malformed},
		"reply is null":         {attribute{"b": attribute{"NULL": true}, "exp": exp}, malformed, malformed},
		"reply is empty":        {attribute{"b": attribute{"B": ""}, "exp": exp}, malformed, malformed},
		"reply is too long":     {attribute{"b": attribute{"B": make([]byte, mailbox.MaxReply+1)}, "exp": exp}, malformed, malformed},
		"reply is enormous":     {attribute{"b": attribute{"B": make([]byte, 300_000)}, "exp": exp}, malformed, malformed},
		"claim is text":         {attribute{"b": whole, "c": attribute{"S": "secret"}, "exp": exp}, occupied, none},
		"no expiry":             {attribute{"b": whole}, malformed, none},
		"expiry is text":        {attribute{"b": whole, "exp": attribute{"S": "secret"}}, malformed, none},
		"expiry is no integer":  {attribute{"b": whole, "c": attribute{"B": whole["B"]}, "exp": attribute{"N": "1e30"}}, malformed, none},
		"nothing but a claim":   {attribute{"c": attribute{"B": make([]byte, 16)}, "exp": exp}, occupied, none},
		"nothing but an expiry": {attribute{"exp": exp}, occupied, none},
		"nothing":               {attribute{}, malformed, none},
	} {
		slot, claim := relaytest.NewSlot(), relaytest.NewClaim()
		c.item["id"] = attribute{"B": slot[:]}
		if d.Call("PutItem", map[string]any{"TableName": table, "Item": c.item}, nil) != nil {
			require.Equal(t, "reply is empty", name, "dynalite refuses this")
			continue
		}
		assert.ErrorContains(t, store.Put(ctx, slot, relaytest.NewReply(), begin), c.put, name)
		got, err := store.Take(ctx, slot, claim, begin)
		assert.ErrorContains(t, err, c.take, name)
		assert.Nil(t, got, name)
		read := func() (item map[string]any) {
			require.NoError(t, d.Call("GetItem", map[string]any{"TableName": table, "Key": attribute{"id": c.item["id"]}, "ConsistentRead": true}, &item))
			return item
		}
		before := read()
		assert.Contains(t, before, "Item", name)
		assert.NoError(t, store.Drop(ctx, slot, relaytest.NewClaim(), begin), name)
		assert.Equal(t, before, read(), "%s: nobody else's drop changes it", name)
	}
}

// TestFunctionalFaults: what passes is ErrBusy, what stays is a plain error, and
// both say nothing of what was asked or answered.
func TestFunctionalFaults(t *testing.T) {
	answer := func(status int, kind string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			w.Header().Set("Content-Type", "application/x-amz-json-1.0")
			w.WriteHeader(status)
			_ = json.NewEncoder(w).Encode(map[string]string{
				"__type": "com.amazonaws.dynamodb.v20120810#" + kind, "message": fmt.Sprintf("secret: %s %s", body, r.RemoteAddr),
			})
		}
	}
	text := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		busy    bool
	}{
		"throughput exceeded":  {answer(400, "ProvisionedThroughputExceededException"), true},
		"request limit":        {answer(400, "RequestLimitExceeded"), true},
		"throttling":           {answer(400, "ThrottlingException"), true},
		"internal":             {answer(500, "InternalServerError"), true},
		"unavailable":          {text(503, "secret"), true},
		"hangs up":             {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, true},
		"no such table":        {answer(400, "ResourceNotFoundException"), false},
		"not allowed":          {answer(400, "AccessDeniedException"), false},
		"expired credentials":  {answer(400, "ExpiredTokenException"), false},
		"not understood":       {answer(400, "ValidationException"), false},
		"of a kind to be made": {answer(400, "SomethingNewException"), false},
		"another server":       {text(404, "<html>secret</html>"), false},
		"not JSON":             {text(200, "<html>secret</html>"), false},
		"JSON of another form": {text(200, `{"Attributes": 7}`), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewUnstartedServer(c.handler)
			server.Config.ErrorLog = quiet
			server.Start()
			defer server.Close()
			for operation, err := range all(newStore(server.URL, "table")) {
				want := "relay/dynamo: the table does not answer as it should"
				if c.busy {
					want = relay.ErrBusy.Error()
				}
				assert.EqualError(t, err, want, operation)
				assert.Equal(t, c.busy, errors.Is(err, relay.ErrBusy), operation)
			}
		})
	}
}

// TestFunctionalUnreachable: nobody there, or nobody who says a word: ErrBusy in
// less time than the function has, which is 5 s.
func TestFunctionalUnreachable(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	silent := "http://" + listener.Addr().String() // accepts, by the kernel alone
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	nobody := "http://" + gone.Addr().String()
	require.NoError(t, gone.Close())

	for name, endpoint := range map[string]string{"silent": silent, "nobody": nobody} {
		start := time.Now()
		for operation, err := range all(newStore(endpoint, "table")) {
			assert.ErrorIs(t, err, relay.ErrBusy, "%s: %s", name, operation)
		}
		assert.Less(t, time.Since(start), 4500*time.Millisecond, name)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = newStore(silent, "table").Take(ctx, relaytest.NewSlot(), relaytest.NewClaim(), begin)
	assert.ErrorIs(t, err, relay.ErrBusy, "the caller has gone")
}

// TestFunctionalSlow: answers that come late, one after the other, do not add up
// to more than the function has.
func TestFunctionalSlow(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		timer := time.NewTimer(1300 * time.Millisecond)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			return
		}
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), "GetItem") {
			_, _ = io.WriteString(w, "{}")
			return
		}
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"}`)
	}))
	t.Cleanup(server.Close)
	start := time.Now()
	assert.ErrorIs(t, newStore(server.URL, "table").Put(context.Background(), relaytest.NewSlot(), relaytest.NewReply(), begin), relay.ErrBusy)
	assert.Less(t, time.Since(start), 4500*time.Millisecond)
}

// all does each operation at once and gives the errors.
func all(store relay.Store) map[string]error {
	ctx, slot, claim := context.Background(), relaytest.NewSlot(), relaytest.NewClaim()
	var put, take, drop error
	var group sync.WaitGroup
	group.Go(func() { put = store.Put(ctx, slot, relaytest.NewReply(), begin) })
	group.Go(func() { _, take = store.Take(ctx, slot, claim, begin) })
	group.Go(func() { drop = store.Drop(ctx, slot, claim, begin) })
	group.Wait()
	return map[string]error{"put": put, "take": take, "drop": drop}
}

// quiet is the log of servers whose handlers panic on purpose.
var quiet = log.New(io.Discard, "", 0)
