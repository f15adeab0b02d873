package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/chat"
	"tincan/internal/mailbox"
	"tincan/relay/relaytest"
)

// TestUnitNewMailbox: which mailbox an invite of new names, and what does not go together.
func TestUnitNewMailbox(t *testing.T) {
	t.Setenv(loginVariable, "u:p")
	for _, c := range []struct {
		args, mailbox, problem string
	}{
		{"", "", ""},
		{"--site https://chat.example/", "", ""},
		{"--site https://chat.example/ --mailbox off", "", ""},
		{"--site https://chat.example/a/b --mailbox on", "https://chat.example", ""},
		{"--mailbox on --site http://10.0.0.7:8787", "http://10.0.0.7:8787", ""},
		{"--site https://chat.example --mailbox on --relay-only --turn turn:t.example:1", "https://chat.example", ""},
		{"--mailbox off", "", ""},
		{"--mailbox on", "", "needs --site or --serve"},
		{"--mailbox on --local-only --site https://chat.example/", "", "asks no server"},
		{"--mailbox maybe", "", "on or off"},
		{"--serve --site https://chat.example/", "", "leave --site away"},
		{"--listen :0", "", "go with --serve"},
		{"--public https://chat.example/", "", "go with --serve"},
		{"--serve --relay-only", "", "name another with --public"},
		{"--serve --public nonsense", "", "--public needs an address"},
	} {
		var said bytes.Buffer
		o, err := parseOptions(terminal{err: &said}, "new", strings.Fields(c.args))
		if c.problem != "" {
			assert.ErrorIs(t, err, errUsage, c.args)
			assert.Contains(t, said.String(), c.problem, c.args)
			continue
		}
		require.NoError(t, err, c.args+said.String())
		assert.Equal(t, c.mailbox, o.config.Mailbox, c.args)
	}
}

// TestUnitNewServe: with a page of its own nobody else is asked, unless the person says so.
func TestUnitNewServe(t *testing.T) {
	for _, c := range []struct {
		args    string
		mode    chat.Mode
		stun    []string
		mailbox bool
	}{
		{"--serve", chat.ModeAll, nil, true},
		{"--serve --mailbox off", chat.ModeAll, nil, false},
		{"--serve --mailbox on --local-only", chat.ModeAll, nil, true},
		{"--serve --stun stun.example:1", chat.ModeAll, []string{"stun.example:1"}, true},
		{"--serve --public https://chat.example/", chat.ModeAll, chat.DefaultSTUN, true},
		{"--serve --public https://chat.example/ --stun none", chat.ModeAll, nil, true},
		{"--serve --relay-only --public https://chat.example/", chat.ModeRelay, chat.DefaultSTUN, true},
	} {
		o, err := parseOptions(terminal{err: io.Discard}, "new", strings.Fields(c.args))
		require.NoError(t, err, c.args)
		assert.True(t, o.serve)
		assert.Equal(t, c.mode, o.config.Network.Mode, c.args)
		assert.Equal(t, c.stun, o.config.Network.STUN, c.args)
		assert.Equal(t, c.mailbox, o.mailbox == "on", c.args)
		assert.Equal(t, !c.mailbox, o.page.noMailbox, c.args)
	}
}

// TestUnitJoinMailbox: where the reply is left, which whoever made the link has chosen.
func TestUnitJoinMailbox(t *testing.T) {
	t.Setenv(loginVariable, "u:p")
	invite := func(site, mailbox string) string {
		s, err := chat.Create(t.Context(), chat.Config{Site: site, Mailbox: mailbox, Loopback: true})
		require.NoError(t, err)
		defer s.Close()
		return s.Link().Link
	}
	with := invite("https://chat.example/x/", "https://chat.example")
	_, bare, _ := strings.Cut(with, "#")
	elsewhere := func(origin string) string { return origin + "/#" + bare }
	for _, c := range []struct{ args, link, origin string }{
		{"", with, "https://chat.example"},
		{"", "see " + with + ".", "https://chat.example"},
		{"", bare, ""},
		{"", invite("https://chat.example/", ""), ""},
		{"", with + " " + elsewhere("https://evil.example"), ""},
		{"--mailbox off", with, ""},
		{"--mailbox on", with, "https://chat.example"},
		{"--local-only", with, ""},
		{"--relay-only --turn turn:t.example:1", with, ""},
		{"--relay-only --turn turn:t.example:1 --mailbox on", with, "https://chat.example"},
		{"", elsewhere("http://10.0.0.7:8787"), "http://10.0.0.7:8787"},
		{"", elsewhere("http://127.0.0.1:8787"), ""},
		{"", elsewhere("http://127.1.2.3"), ""},
		{"", elsewhere("http://localhost:8787"), ""},
		{"", elsewhere("http://[::1]:8787"), ""},
		{"", elsewhere("http://[::ffff:7f00:1]:8787"), ""},
		{"", elsewhere("http://169.254.169.254"), ""},
		{"", elsewhere("http://[fe80::1]"), ""},
		{"", elsewhere("http://0.0.0.0:80"), ""},
		{"--loopback", elsewhere("http://127.0.0.1:8787"), "http://127.0.0.1:8787"},
		{"--loopback", elsewhere("http://localhost:8787"), "http://localhost:8787"},
		{"--loopback --mailbox on", elsewhere("http://[::1]:8787"), "http://[::1]:8787"},
		{"--loopback", elsewhere("http://169.254.169.254"), ""},
		{"--loopback", elsewhere("http://10.0.0.7:8787"), ""},
		{"--loopback --mailbox on", with, ""},
		{"--loopback", elsewhere("http://a.localhost:8787"), ""}, // a name server may be asked for it
		{"", "no link at all", ""},
	} {
		o, err := parseOptions(terminal{err: io.Discard}, "join", strings.Fields(c.args))
		require.NoError(t, err, c.args)
		assert.Equal(t, c.origin, o.mailboxOf(c.link), "%s %s", c.args, hostOfOrigin(c.link))
	}
	_, err := parseOptions(terminal{err: io.Discard}, "join", []string{"--mailbox", "on", "--local-only"})
	assert.ErrorIs(t, err, errUsage)
}

// TestUnitLoopbackAsksNobody: nobody elsewhere is asked with --loopback, and what would
// have somebody asked is refused.
func TestUnitLoopbackAsksNobody(t *testing.T) {
	for _, c := range []struct {
		name, args string
		refused    bool
	}{
		{"new", "--loopback", false},
		{"join", "--loopback", false},
		{"new", "--json --loopback", false},
		{"new", "--loopback --stun none", false},
		{"new", "--loopback --local-only", false},
		{"new", "--loopback --serve", false},
		{"new", "--loopback --serve --listen [::1]:0", false},
		{"new", "--loopback --site https://chat.example", false}, // it stands in the link alone
		{"new", "--loopback --site http://localhost:8787 --mailbox on", false},
		{"new", "--loopback --stun stun.example:3478", true},
		{"join", "--loopback --stun localhost:3478", true},
		{"join", "--loopback --stun 192.0.2.1:3478", true},
		{"join", "--loopback --stun 127.0.0.1:3478 --stun 10.0.0.1:3478", true},
		{"join", "--loopback --turn turn:turn.example:3478", true},
		{"join", "--loopback --turn turns:192.0.2.1:5349", true},
		{"new", "--loopback --site https://chat.example --mailbox on", true},
		{"new", "--loopback --site http://a.localhost --mailbox on", true},
		{"new", "--loopback --serve --listen :8787", true},
		{"new", "--loopback --serve --listen 192.0.2.1:8787", true},
	} {
		t.Setenv(loginVariable, "u:p")
		o, err := parseOptions(terminal{err: io.Discard}, c.name, strings.Fields(c.args))
		if c.refused {
			assert.ErrorIs(t, err, errUsage, c.args)
			continue
		}
		require.NoError(t, err, c.args)
		assert.Empty(t, o.config.Network.STUN, c.args)
		assert.True(t, o.config.LoopbackOnly, c.args)
		if o.serve {
			host, _, err := net.SplitHostPort(o.page.listen)
			require.NoError(t, err)
			assert.True(t, onlyHere(host), c.args)
		}
	}
}

// served is a small page with its mailbox, as serve runs it.
func served(t *testing.T, f pageFlags) *pageServer {
	t.Helper()
	return servedPage(t, testPage, f)
}

func servedPage(t *testing.T, page fs.FS, f pageFlags) *pageServer {
	t.Helper()
	p := newServedPage(t, page, f)
	runPage(t, p, io.Discard)
	return p
}

func newServedPage(t *testing.T, page fs.FS, f pageFlags) *pageServer {
	t.Helper()
	listener, err := listenOn(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	h, err := newPageHandler(page, nil, nil, nil)
	require.NoError(t, err)
	h.origin, h.public = publicOrigin(f.public)
	if !f.noMailbox {
		h.mailbox = newMailbox(f.public)
	}
	return &pageServer{listener: listener, handler: h, proxies: f.proxies}
}

// runPage has a page answer until the test ends.
func runPage(t *testing.T, p *pageServer, said io.Writer) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.serve(ctx, terminal{err: said}) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-done)
	})
}

// TestFunctionalServeMailbox: serve answers for its mailbox and says so in config.json, with
// the headers of the page; --no-mailbox has neither.
func TestFunctionalServeMailbox(t *testing.T) {
	for name, c := range map[string]struct {
		flags  pageFlags
		word   string
		status int
	}{
		"with":    {pageFlags{}, "offered", 204},
		"without": {pageFlags{noMailbox: true}, "none", 405},
	} {
		p := served(t, c.flags)
		r, err := http.Get(p.own() + "/config.json")
		require.NoError(t, err)
		var config struct{ Mailbox string }
		require.NoError(t, json.NewDecoder(r.Body).Decode(&config))
		_ = r.Body.Close()
		assert.Equal(t, c.word, config.Mailbox, name)
		r, err = http.Post(p.own()+mailbox.PathTake, mailbox.ContentType, bytes.NewReader(mailbox.NewClaim(relaytest.NewSlot(), relaytest.NewClaim())))
		require.NoError(t, err)
		_ = r.Body.Close()
		assert.Equal(t, c.status, r.StatusCode, name)
		assert.NotEmpty(t, r.Header.Get("Content-Security-Policy"), name)
		assert.Equal(t, "no-store", r.Header.Get("Cache-Control"), name)
	}
}

// TestFunctionalServePublic: behind a proxy that calls it by another name, browsers at
// the public address are at home.
func TestFunctionalServePublic(t *testing.T) {
	p := served(t, pageFlags{public: "https://chat.example/"})
	for origin, status := range map[string]int{
		"https://chat.example": 204, p.own(): 204, "https://evil.example": 403,
	} {
		r, err := http.NewRequest(http.MethodPost, p.own()+mailbox.PathTake, bytes.NewReader(make([]byte, 32)))
		require.NoError(t, err)
		r.Header.Set("Content-Type", mailbox.ContentType)
		r.Header.Set("Origin", origin)
		answer, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		_ = answer.Body.Close()
		assert.Equal(t, status, answer.StatusCode, origin)
	}
}

// from is a client at an address of this computer.
func from(address string) *http.Client {
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	return &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext}}
}

func ask(c *http.Client, url string, body []byte) (int, error) {
	r, err := c.Post(url, mailbox.ContentType, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	_, _ = io.Copy(io.Discard, r.Body)
	return r.StatusCode, r.Body.Close()
}

// TestFunctionalFlood: while one client asks at five times the limit, another's put,
// take and drop all get through. TINCAN_BENCH makes it a minute instead of four
// seconds, and tells how long the honest one waited.
func TestFunctionalFlood(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	p := served(t, pageFlags{})
	duration := 4 * time.Second
	if os.Getenv("TINCAN_BENCH") != "" {
		duration = time.Minute
	}
	ctx, stop := context.WithTimeout(t.Context(), duration)
	defer stop()
	var flood sync.WaitGroup
	allowed, refused := 0, 0
	flood.Go(func() {
		client := from("127.0.0.2")
		defer client.CloseIdleConnections()
		every := time.NewTicker(time.Second / 50)
		defer every.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-every.C:
			}
			switch status, _ := ask(client, p.own()+mailbox.PathPut, mailbox.NewPut(relaytest.NewSlot(), relaytest.NewReply())); status {
			case 204:
				allowed++
			case 429:
				refused++
			}
		}
	})
	client := from("127.0.0.1")
	defer client.CloseIdleConnections()
	var waits []time.Duration
	for ctx.Err() == nil {
		slot, claim, reply := relaytest.NewSlot(), relaytest.NewClaim(), relaytest.NewReply()
		for _, o := range []struct {
			path   string
			body   []byte
			status int
		}{
			{mailbox.PathPut, mailbox.NewPut(slot, reply), 204},
			{mailbox.PathTake, mailbox.NewClaim(slot, claim), 200},
			{mailbox.PathDrop, mailbox.NewClaim(slot, claim), 204},
		} {
			start := time.Now()
			status, err := ask(client, p.own()+o.path, o.body)
			require.NoError(t, err)
			require.Equal(t, o.status, status, o.path)
			waits = append(waits, time.Since(start))
		}
		select {
		case <-time.After(400 * time.Millisecond): // as a person with several chats would
		case <-ctx.Done():
		}
	}
	flood.Wait()
	slices.Sort(waits)
	t.Logf("flood: %d allowed, %d refused in %v; honest: %d of %d got through, median %v, p99 %v",
		allowed, refused, duration, len(waits), len(waits), waits[len(waits)/2], waits[len(waits)*99/100])
	assert.Greater(t, refused, allowed/2, "it was a flood")
	assert.LessOrEqual(t, allowed, 40+10*int(duration/time.Second)+10)
}

// faulty is a listener that fails now and then, as when there are no descriptors left.
type faulty struct {
	net.Listener
	fault chan error
}

func (f faulty) Accept() (net.Conn, error) {
	select {
	case err := <-f.fault:
		return nil, err
	default:
		return f.Listener.Accept()
	}
}

// outOfDescriptors is what accept says then, with the address.
var outOfDescriptors = &net.OpError{Op: "accept", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}, Err: os.NewSyscallError("accept4", syscall.EMFILE)}

// TestFunctionalServeSilent: whatever visitors send, and whatever goes wrong with it, serve says nothing about
// them, neither where it speaks nor through Go's own log.
func TestFunctionalServeSilent(t *testing.T) {
	var said output
	log.SetOutput(&said)
	defer log.SetOutput(os.Stderr)
	h := testHandler(t)
	real := newMailbox("")
	h.mailbox = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/api/fault":
			panic("a fault of ours") // net/http would tell of it, with the visitor's address
		case "/api/twice":
			w.WriteHeader(204)
			w.WriteHeader(204) // and of this
		}
		real.ServeHTTP(w, r)
	})
	listener, err := listenOn(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	fault := make(chan error, 1)
	fault <- outOfDescriptors // and of this
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- (&pageServer{listener: faulty{listener, fault}, handler: h}).serve(ctx, terminal{out: &said, err: &said})
	}()
	slot, claim, reply := relaytest.NewSlot(), relaytest.NewClaim(), relaytest.NewReply()
	client := from("127.0.0.3")
	url := "http://" + listener.Addr().String()
	for path, body := range map[string][]byte{
		mailbox.PathPut: mailbox.NewPut(slot, reply), mailbox.PathTake: mailbox.NewClaim(slot, claim),
		mailbox.PathDrop: make([]byte, 4000), "/api/v1/x?id=" + "x": nil, "/api/twice": nil, "/?a;b=c": nil,
	} {
		_, err := ask(client, url+path, body)
		require.NoError(t, err)
	}
	_, err = ask(client, url+"/api/fault", nil)
	require.Error(t, err)
	assert.Empty(t, fault, "accept has failed once")
	// What is no HTTP, and what is too much or contradicts itself.
	for _, begin := range []string{"\x16\x03\x01 hello\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("x", 20_000) + "\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"} {
		conn, err := net.Dial("tcp", listener.Addr().String())
		require.NoError(t, err)
		_, _ = conn.Write([]byte(begin))
		_, _ = io.ReadAll(conn)
		_ = conn.Close()
	}
	client.CloseIdleConnections()
	stop()
	require.NoError(t, <-done)
	assert.Equal(t, "Stopped.\n", said.String())
}

// TestUnitMailboxWords: what a person at a terminal, and a program, are told.
func TestUnitMailboxWords(t *testing.T) {
	assert.Contains(t, mailboxWords(chat.MailboxExpired), "/again")
	assert.NotContains(t, mailboxWords(chat.MailboxLeft), "/again")
	var out bytes.Buffer
	newJSONLines(terminal{out: &out}).event(chat.MailboxChanged{State: chat.MailboxLeft})
	assert.JSONEq(t, `{"event":"mailbox","state":"left","text":"`+mailboxSentences[chat.MailboxLeft]+`"}`, out.String())
	do, err := (&plain{}).parse("/again", false)
	require.NoError(t, err)
	assert.Equal(t, "put", do.Do)
	do, err = newJSONLines(terminal{out: &out}).parse(`{"do":"put"}`, false)
	require.NoError(t, err)
	assert.Equal(t, "put", do.Do)
}
