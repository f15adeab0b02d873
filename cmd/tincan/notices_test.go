package main

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/stun/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/mailbox"
	"tincan/relay/relaytest"
)

// TestFunctionalHealth: whoever asks whether the server is well gets "ok", and is no visitor: under no visitor's limits, and not
// counted.
func TestFunctionalHealth(t *testing.T) {
	var p proxies
	require.NoError(t, p.Set("127.0.0.1"))
	h := testHandler(t)
	front := (&pageServer{handler: h, proxies: p}).front()
	ask := func(method, host, from string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "/healthz", nil)
		r.Host, r.RemoteAddr = host, from
		w := httptest.NewRecorder()
		front.ServeHTTP(w, r)
		return w
	}
	for _, host := range []string{"127.0.0.1", "chat.example", ""} {
		for _, from := range []string{"127.0.0.1:9", "198.51.100.7:9"} {
			w := ask("GET", host, from)
			assert.Equal(t, []any{200, "ok\n", "no-store"}, []any{w.Code, w.Body.String(), w.Header().Get("Cache-Control")})
			assert.Equal(t, h.headers.All["Content-Security-Policy"], w.Header().Get("Content-Security-Policy"))
		}
	}
	assert.Equal(t, 200, ask("HEAD", "a", "127.0.0.1:9").Code)
	assert.Equal(t, 405, ask("POST", "a", "127.0.0.1:9").Code)
	assert.False(t, h.visited.Load())

	// While all the places of the proxy are taken.
	block, entered := make(chan struct{}), make(chan struct{}, visitsByClient)
	h.mailbox = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { entered <- struct{}{}; <-block })
	for range visitsByClient {
		go func() {
			r := httptest.NewRequest(http.MethodPost, "/api/x", nil)
			r.Host, r.RemoteAddr = "127.0.0.1", "127.0.0.1:9"
			front.ServeHTTP(httptest.NewRecorder(), r)
		}()
		<-entered
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Host, r.RemoteAddr = "127.0.0.1", "127.0.0.1:9"
	assert.Panics(t, func() { front.ServeHTTP(httptest.NewRecorder(), r) })
	assert.Equal(t, 200, ask("GET", "a", "127.0.0.1:9").Code)
	close(block)

	delete(h.files, "index.html")
	assert.Equal(t, 503, ask("GET", "a", "127.0.0.1:9").Code)
}

// knocks are requests that show how a server is set up.
type knock struct {
	from, path, host, origin string
	header                   map[string]string
}

func (k knock) to(h http.Handler) {
	method, body := http.MethodGet, []byte(nil)
	if strings.HasPrefix(k.path, "/api/") {
		method, body = http.MethodPost, mailbox.NewClaim(relaytest.NewSlot(), relaytest.NewClaim())
	}
	r := httptest.NewRequest(method, k.path, bytes.NewReader(body))
	r.RemoteAddr, r.Host = k.from, k.host
	r.Header.Set("Content-Type", mailbox.ContentType)
	if k.origin != "" {
		r.Header.Set("Origin", k.origin)
	}
	for name, value := range k.header {
		r.Header.Set(name, value)
	}
	h.ServeHTTP(httptest.NewRecorder(), r)
}

// TestFunctionalNotices: each mistake in how a server and its proxy are set up is told in one sentence, once, and right ones are
// not; no sentence tells anything of a visitor.
func TestFunctionalNotices(t *testing.T) {
	type headers = map[string]string
	const public, proxy = "https://chat.example/", "127.0.0.1:9"
	right := headers{forHeader: "198.51.100.7", protoHeader: "https"}
	for name, c := range map[string]struct {
		public, trusted string
		knock           knock
		want            string
	}{
		"right": {public, "127.0.0.1", knock{proxy, configPath, "chat.example", "", right}, ""},
		"right, the mailbox": {public, "127.0.0.1",
			knock{proxy, mailbox.PathTake, "chat.example", "https://chat.example", right}, ""},
		"right, with another Host": {public, "127.0.0.1",
			knock{proxy, mailbox.PathTake, "127.0.0.1:8787", "https://chat.example", right}, ""},
		"no proxy":                       {"", "", knock{"192.168.1.7:9", configPath, "192.168.1.5:8787", "", nil}, ""},
		"no proxy, mailbox":              {"", "", knock{"192.168.1.7:9", mailbox.PathTake, "192.168.1.5:8787", "http://192.168.1.5:8787", nil}, ""},
		"past the proxy, from elsewhere": {public, "127.0.0.1", knock{"203.0.113.9:9", configPath, "chat.example", "", right}, ""},
		"the host itself looks":          {public, "127.0.0.1", knock{proxy, "/", "127.0.0.1:8787", "", nil}, ""},

		"a proxy that is not named":         {public, "", knock{proxy, "/", "chat.example", "", right}, untrustedSaid},
		"a proxy at another address":        {public, "127.0.0.1", knock{"172.17.0.1:9", "/", "chat.example", "", right}, untrustedSaid},
		"no header":                         {public, "127.0.0.1", knock{proxy, configPath, "chat.example", "", headers{"X-Real-IP": "198.51.100.7"}}, namelessSaid},
		"no address in it":                  {public, "127.0.0.1", knock{proxy, configPath, "chat.example", "", headers{forHeader: "198.51.100.7, unknown"}}, namelessSaid},
		"another name":                      {public, "127.0.0.1", knock{proxy, configPath, "www.chat.example", "", right}, foreignSaid},
		"no --public":                       {"", "127.0.0.1", knock{proxy, configPath, "chat.example", "", right}, foreignSaid},
		"a proxy's own name":                {public, "127.0.0.1", knock{proxy, configPath, "tincan_upstream", "", right}, foreignSaid},
		"plain http":                        {public, "127.0.0.1", knock{proxy, configPath, "chat.example", "", headers{forHeader: "198.51.100.7", protoHeader: "http"}}, plainSaid},
		"plain http, as the proxy asks":     {public, "127.0.0.1", knock{proxy, mailbox.PathTake, "chat.example", "http://chat.example", right}, ""},
		"http in --public":                  {"http://chat.example/", "127.0.0.1", knock{proxy, mailbox.PathTake, "chat.example", "https://chat.example", right}, originSaid},
		"another port":                      {public, "127.0.0.1", knock{proxy, mailbox.PathTake, "chat.example", "https://chat.example:8443", right}, originSaid},
		"https in front, and no --public":   {"", "127.0.0.1", knock{proxy, mailbox.PathTake, "192.168.1.5", "https://192.168.1.5", right}, originSaid},
		"a page of somebody else":           {public, "127.0.0.1", knock{proxy, mailbox.PathTake, "chat.example", "https://evil.example", right}, ""},
		"a page of somebody else, no name":  {"", "", knock{"192.168.1.7:9", mailbox.PathTake, "192.168.1.5:8787", "null", nil}, ""},
		"who only tries what there may be":  {public, "127.0.0.1", knock{proxy, "/.env", "203.0.113.9.example", "", right}, ""},
		"a header that nobody can be asked": {public, "127.0.0.1", knock{"203.0.113.9:9", "/", "chat.example", "", headers{forHeader: "x"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var said output
			f := pageFlags{public: c.public}
			if c.trusted != "" {
				require.NoError(t, f.proxies.Set(c.trusted))
			}
			h := testHandler(t)
			h.origin, h.public = publicOrigin(c.public)
			h.mailbox = newMailbox(c.public)
			h.notices = &notices{}
			h.notices.tell(terminal{err: &said}.say)
			front := (&pageServer{handler: h, proxies: f.proxies, notices: h.notices}).front()
			for range 3 {
				c.knock.to(front)
			}
			if c.want == "" {
				assert.Empty(t, said.String())
				return
			}
			assert.Equal(t, c.want+"\n", said.String())
			for _, of := range []string{"198.51", "203.0", "172.17", "192.168.1.7", "www.", "8443", "evil"} {
				assert.NotContains(t, said.String(), of)
			}
		})
	}
}

// TestFunctionalSTUNNotice: where visitors make chats and no packet ever comes to STUN, that is said after a while, and not where one
// has come, where there is no STUN, or where the visitor is on this computer.
func TestFunctionalSTUNNotice(t *testing.T) {
	for name, c := range map[string]struct {
		from string
		nat  bool
		asks bool
		want bool
	}{
		"nobody asks":       {"198.51.100.7:9", true, false, true},
		"somebody asks":     {"198.51.100.7:9", true, true, false},
		"there is no STUN":  {"198.51.100.7:9", false, false, false},
		"on this computer":  {"127.0.0.1:9", true, false, false},
		"through the proxy": {"", true, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			var n *natServer
			if c.nat {
				n = nat(t, false)
			}
			if c.asks {
				conn := udp(t)
				_, err := conn.WriteTo(stun.MustBuild(stun.TransactionID, stun.BindingRequest).Raw, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: n.udpPort})
				require.NoError(t, err)
				require.NoError(t, conn.SetReadDeadline(time.Now().Add(30*time.Second)))
				_, _, err = conn.ReadFrom(make([]byte, 100))
				require.NoError(t, err)
			}
			h := testHandler(t)
			synctest.Test(t, func(t *testing.T) {
				var said output
				var p proxies
				require.NoError(t, p.Set("127.0.0.1"))
				h.nat, h.mailbox, h.notices = n, newMailbox(""), &notices{}
				h.notices.tell(terminal{err: &said}.say)
				front := (&pageServer{handler: h, proxies: p, notices: h.notices}).front()
				k := knock{c.from, mailbox.PathTake, "192.168.1.5", "", map[string]string{forHeader: "198.51.100.7"}}
				if k.from == "" {
					k.from = "127.0.0.1:9"
				} else if k.from == "127.0.0.1:9" {
					k.header = map[string]string{forHeader: "127.0.0.1"}
				}
				k.to(front)
				time.Sleep(stunPatience - time.Second)
				k.to(front)
				assert.Empty(t, said.String(), "it is too early")
				for range 3 {
					time.Sleep(time.Second)
					k.to(front)
				}
				if c.want {
					assert.Equal(t, fmt.Sprintf(stunSaid, n.udpPort)+"\n", said.String())
				} else {
					assert.Empty(t, said.String())
				}
			})
		})
	}
}

// TestFunctionalHTTPSBehindProxy: what browsers are told on https alone, they are told through a proxy that is trusted, or at the
// address of --public, and never because a visitor says that it is https.
func TestFunctionalHTTPSBehindProxy(t *testing.T) {
	for _, c := range []struct {
		public, trusted, from, host, proto string
		strict                             bool
	}{
		{"", "127.0.0.1", "127.0.0.1:9", "chat.example", "https", true},
		{"", "127.0.0.1", "127.0.0.1:9", "chat.example", "http", false},
		{"", "127.0.0.1", "127.0.0.1:9", "chat.example", "", false},
		{"", "", "127.0.0.1:9", "chat.example", "https", false},
		{"", "127.0.0.1", "198.51.100.7:9", "chat.example", "https", false},
		{"https://chat.example/", "", "127.0.0.1:9", "chat.example", "", true},
		{"https://chat.example/", "", "127.0.0.1:9", "other.example", "", false},
		{"http://chat.example/", "", "127.0.0.1:9", "chat.example", "", false},
		{"", "127.0.0.1", "127.0.0.1:9", "localhost:8787", "https", false},
	} {
		var p proxies
		if c.trusted != "" {
			require.NoError(t, p.Set(c.trusted))
		}
		h := testHandler(t)
		h.origin, h.public = publicOrigin(c.public)
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host, r.RemoteAddr = c.host, c.from
		r.Header.Set(forHeader, "198.51.100.8")
		if c.proto != "" {
			r.Header.Set(protoHeader, c.proto)
		}
		w := httptest.NewRecorder()
		(&pageServer{handler: h, proxies: p}).front().ServeHTTP(w, r)
		assert.Equal(t, c.strict, w.Header().Get("Strict-Transport-Security") != "", "%+v", c)
		assert.Equal(t, c.strict || loopbackHost(c.host), w.Header().Get("Cross-Origin-Opener-Policy") != "", "%+v", c)
	}
}
