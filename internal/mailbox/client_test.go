package mailbox_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"tincan/internal/mailbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serving gives a client of a server that answers with h.
func serving(t *testing.T, h http.HandlerFunc) *mailbox.Client {
	t.Helper()
	server := httptest.NewServer(h)
	c := mailbox.NewClient(server.URL, true)
	t.Cleanup(func() {
		c.Close()
		server.Close()
	})
	return c
}

// TestFunctionalRequests: each operation is one POST with its body and nothing
// that tells who asks.
func TestFunctionalRequests(t *testing.T) {
	slot, claim, reply := mailbox.Slot{1}, mailbox.Claim{2}, make([]byte, 177)
	type request struct {
		method, uri string
		body        []byte
		header      http.Header
	}
	var got request
	c := serving(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = request{r.Method, r.RequestURI, body, r.Header}
		if r.URL.Path == mailbox.PathTake {
			_, _ = w.Write(reply)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	for _, o := range []struct {
		uri  string
		body []byte
		do   func() error
	}{
		{"/api/v1/put", mailbox.NewPut(slot, reply), func() error { return c.Put(t.Context(), slot, reply) }},
		{"/api/v1/take", mailbox.NewClaim(slot, claim), func() error {
			taken, err := c.Take(t.Context(), slot, claim)
			require.Equal(t, reply, taken)
			return err
		}},
		{"/api/v1/drop", mailbox.NewClaim(slot, claim), func() error { return c.Drop(t.Context(), slot, claim) }},
	} {
		require.NoError(t, o.do())
		require.Equal(t, "POST", got.method)
		require.Equal(t, o.uri, got.uri)
		require.Equal(t, o.body, got.body)
		got.header.Del("Content-Length")
		require.Equal(t, http.Header{"Content-Type": {mailbox.ContentType}}, got.header)
	}
}

// TestFunctionalAnswers: what each answer means; all that a mailbox does not say is ErrSilent.
func TestFunctionalAnswers(t *testing.T) {
	var status atomic.Int64
	var body []byte
	c := serving(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(int(status.Load()))
		_, _ = w.Write(body)
	})
	put := func() error { return c.Put(t.Context(), mailbox.Slot{}, make([]byte, 177)) }
	take := func() error {
		reply, err := c.Take(t.Context(), mailbox.Slot{}, mailbox.Claim{})
		require.Equal(t, err == nil, reply != nil)
		return err
	}
	drop := func() error { return c.Drop(t.Context(), mailbox.Slot{}, mailbox.Claim{}) }
	for _, a := range []struct {
		status int
		size   int
		put    error
		take   error
		drop   error
	}{
		{204, 0, nil, mailbox.ErrNone, nil},
		{200, 177, mailbox.ErrSilent, nil, mailbox.ErrSilent},
		{200, 305, mailbox.ErrSilent, nil, mailbox.ErrSilent},
		{200, 0, mailbox.ErrSilent, mailbox.ErrSilent, mailbox.ErrSilent},
		{200, 176, mailbox.ErrSilent, mailbox.ErrSilent, mailbox.ErrSilent},
		{200, 306, mailbox.ErrSilent, mailbox.ErrSilent, mailbox.ErrSilent},
		{200, 4 << 20, mailbox.ErrSilent, mailbox.ErrSilent, mailbox.ErrSilent},
		{201, 0, mailbox.ErrSilent, mailbox.ErrSilent, mailbox.ErrSilent},
		{202, 177, mailbox.ErrSilent, mailbox.ErrSilent, mailbox.ErrSilent},
		{205, 0, mailbox.ErrSilent, mailbox.ErrSilent, mailbox.ErrSilent},
		{206, 177, mailbox.ErrSilent, mailbox.ErrSilent, mailbox.ErrSilent},
		{304, 0, mailbox.ErrSilent, mailbox.ErrSilent, mailbox.ErrSilent},
		{400, 9, mailbox.ErrSilent, mailbox.ErrSilent, mailbox.ErrSilent},
		{404, 0, mailbox.ErrSilent, mailbox.ErrSilent, mailbox.ErrSilent},
		{404, 9, mailbox.ErrSilent, mailbox.ErrSilent, mailbox.ErrSilent},
		{404, 177, mailbox.ErrSilent, mailbox.ErrSilent, mailbox.ErrSilent},
		{405, 9, mailbox.ErrSilent, mailbox.ErrSilent, mailbox.ErrSilent},
		{410, 9, mailbox.ErrSilent, mailbox.ErrSilent, mailbox.ErrSilent},
		{409, 9, mailbox.ErrOccupied, mailbox.ErrSilent, mailbox.ErrSilent},
		{403, 9, mailbox.ErrSilent, mailbox.ErrSilent, mailbox.ErrSilent},
		{429, 9, mailbox.ErrSilent, mailbox.ErrSilent, mailbox.ErrSilent},
		{500, 9, mailbox.ErrSilent, mailbox.ErrSilent, mailbox.ErrSilent},
		{503, 1 << 20, mailbox.ErrSilent, mailbox.ErrSilent, mailbox.ErrSilent},
	} {
		status.Store(int64(a.status))
		body = make([]byte, a.size)
		require.Equal(t, a.put, put(), a.status)
		require.Equal(t, a.take, take(), a.status)
		require.Equal(t, a.drop, drop(), a.status)
	}
}

// TestFunctionalNothing: an answer that nothing is there ends with its headers. What stands behind it all the same is
// no part of it.
func TestFunctionalNothing(t *testing.T) {
	reply := bytes.Repeat([]byte{0xAD}, 177)
	for name, behind := range map[string]string{
		"nothing":           "",
		"a reply":           string(reply),
		"an answer":         "HTTP/1.1 200 OK\r\nContent-Length: 177\r\n\r\n" + string(reply),
		"a page":            "<!doctype html><title>Log in to this Wi-Fi</title>",
		"a chunk":           "b1\r\n" + string(reply) + "\r\n0\r\n\r\n",
		"more than is read": strings.Repeat("\xAD", 1<<20),
	} {
		for _, header := range []string{"", "Content-Length: 0\r\n", fmt.Sprintf("Content-Length: %d\r\n", len(behind)), "Transfer-Encoding: chunked\r\n", "Retry-After: 60\r\n"} {
			c := serving(t, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.ReadAll(r.Body)
				conn, buffered, err := http.NewResponseController(w).Hijack()
				if err != nil {
					panic(err)
				}
				defer conn.Close()
				_, _ = conn.Write([]byte("HTTP/1.1 204 No Content\r\n" + header + "\r\n" + behind))
				_, _ = io.Copy(io.Discard, buffered) // until the client hangs up
			})
			got, err := c.Take(t.Context(), mailbox.Slot{}, mailbox.Claim{})
			require.Equal(t, mailbox.ErrNone, err, "%s behind %q", name, header)
			require.Nil(t, got)
			c.Close() // or it would wait for the answer to the next question there
			require.NoError(t, c.Drop(t.Context(), mailbox.Slot{}, mailbox.Claim{}), "%s behind %q", name, header)
		}
	}
}

// TestFunctionalRetryAfter: whole seconds, five minutes at most, of a mailbox that says not now; whatever else stands
// there, or with another answer, is as if it were not.
func TestFunctionalRetryAfter(t *testing.T) {
	var status atomic.Int64
	var value atomic.Value
	c := serving(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", value.Load().(string))
		w.WriteHeader(int(status.Load()))
	})
	ask := func(code int, header string) error {
		status.Store(int64(code))
		value.Store(header)
		err := c.Put(t.Context(), mailbox.Slot{}, make([]byte, 177))
		if code == 204 {
			require.NoError(t, err)
		} else if code != 409 {
			require.ErrorIs(t, err, mailbox.ErrSilent)
			require.Equal(t, mailbox.ErrSilent.Error(), err.Error())
		}
		return err
	}
	for header, after := range map[string]time.Duration{
		"1": time.Second, "7": 7 * time.Second, "007": 7 * time.Second, "299": 299 * time.Second, "300": 5 * time.Minute,
		"301": 5 * time.Minute, "3600": 5 * time.Minute, "9223372036854775807": 5 * time.Minute,
		"9999999999999999999999999999999999999999": 5 * time.Minute, "18446744073709551617": 5 * time.Minute,
		"0": 0, "": 0, "-1": 0, "+5": 0, "5.5": 0, "5s": 0, "1e9": 0, "5, 6": 0, "0x10": 0, "soon": 0, "٣": 0,
		"Fri, 31 Dec 2999 23:59:59 GMT": 0,
	} {
		for _, code := range []int{429, 500, 503} {
			require.Equal(t, after, mailbox.RetryAfter(ask(code, header)), "%d %q", code, header)
		}
	}
	for _, code := range []int{200, 204, 302, 400, 404, 409, 418, 502} {
		require.Zero(t, mailbox.RetryAfter(ask(code, "60")), code)
	}
	require.Zero(t, mailbox.RetryAfter(nil))
}

// TestFunctionalFlooded: of an answer without end the client reads no more than tells that it is too long, and
// hangs up. What the server could write is what fits into the system's buffers between them.
func TestFunctionalFlooded(t *testing.T) {
	const endless, buffers = 256 << 20, 32 << 20
	for _, status := range []int{200, 301, 404, 409, 500} { // 204 cannot carry a body
		for _, chunked := range []bool{true, false} {
			wrote := make(chan int, 1)
			c := serving(t, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.ReadAll(r.Body)
				if !chunked {
					w.Header().Set("Content-Length", strconv.Itoa(endless))
				}
				w.WriteHeader(status)
				wrote <- pour(w, endless)
			})
			_, err := c.Take(t.Context(), mailbox.Slot{}, mailbox.Claim{})
			require.Error(t, err)
			c.Close()
			require.Less(t, <-wrote, buffers, "bytes that a client has let a server write, status %d", status)
		}
	}
}

// pour writes until nobody takes it any more, and tells how much that was.
func pour(w io.Writer, most int) (wrote int) {
	piece := make([]byte, 64<<10)
	for wrote < most {
		n, err := w.Write(piece)
		if wrote += n; err != nil {
			break
		}
	}
	return wrote
}

// TestFunctionalHalf: a body that breaks off is no reply, though its size so far may be one's.
func TestFunctionalHalf(t *testing.T) {
	c := serving(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "241")
		_, _ = w.Write(make([]byte, 177))
	})
	_, err := c.Take(t.Context(), mailbox.Slot{}, mailbox.Claim{})
	require.Equal(t, mailbox.ErrSilent, err)
}

// TestFunctionalRedirect: a mailbox that sends elsewhere has nobody sent there.
func TestFunctionalRedirect(t *testing.T) {
	var elsewhere atomic.Bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Store(true) }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		c := serving(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL+r.URL.Path, status) })
		require.Equal(t, mailbox.ErrSilent, c.Put(t.Context(), mailbox.Slot{}, make([]byte, 177)), status)
		require.False(t, elsewhere.Load(), status)
	}
}

// TestFunctionalSlow: who ends the wait ends the request.
func TestFunctionalSlow(t *testing.T) {
	asked := make(chan struct{})
	gone := make(chan struct{})
	c := serving(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		close(asked)
		<-r.Context().Done()
		close(gone)
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-asked
		cancel()
	}()
	require.Equal(t, mailbox.ErrSilent, c.Drop(ctx, mailbox.Slot{}, mailbox.Claim{}))
	select {
	case <-gone:
	case <-time.After(30 * time.Second):
		t.Fatal("the server was not left")
	}
}

// TestFunctionalDown: nobody there is no answer, and so is an address that is none.
func TestFunctionalDown(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	for _, origin := range []string{server.URL, "http://", "nonsense", ""} {
		require.Equal(t, mailbox.ErrSilent, mailbox.NewClient(origin, true).Drop(t.Context(), mailbox.Slot{}, mailbox.Claim{}), origin)
	}
}

// TestFunctionalNear: whoever chose the origin leads nobody to this computer, under whatever name.
func TestFunctionalNear(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusNoContent)
	}))
	defer server.Close()
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	require.NoError(t, err)
	put := func(host string, anywhere bool) error {
		c := mailbox.NewClient("http://"+host+":"+port, anywhere)
		defer c.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		return c.Put(ctx, mailbox.Slot{}, make([]byte, 177))
	}
	require.NoError(t, put("localhost", true))
	require.NoError(t, put("127.0.0.1", true))
	require.EqualValues(t, 2, asked.Load())
	for _, host := range []string{"localhost", "127.0.0.1", "127.9.9.9", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "169.254.169.254", "[fe80::1]", "224.0.0.1"} {
		require.Equal(t, mailbox.ErrSilent, put(host, false), host)
	}
	require.EqualValues(t, 2, asked.Load())
}
