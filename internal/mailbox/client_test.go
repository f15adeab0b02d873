//go:build !js

package mailbox_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"tincan/internal/mailbox"
	"tincan/internal/mailbox/mailboxtest"
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

// TestFunctionalContract: what a client makes of each answer, over net/http and, under Node, over fetch.
func TestFunctionalContract(t *testing.T) {
	server := httptest.NewServer(mailboxtest.Handler())
	defer server.Close()
	t.Run("net/http", func(t *testing.T) { mailboxtest.Run(t, server.URL) })
	t.Run("fetch", func(t *testing.T) {
		root, err := exec.Command("go", "env", "GOROOT").Output()
		require.NoError(t, err)
		loader := filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "go_js_wasm_exec")
		test := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-v", "-run", "^TestFunctionalFetch$", "-exec", loader, ".")
		test.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "TINCAN_MAILBOXTEST="+server.URL)
		said, err := test.CombinedOutput()
		require.NoError(t, err, string(said))
		require.Contains(t, string(said), "--- PASS: TestFunctionalFetch")
	})
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
