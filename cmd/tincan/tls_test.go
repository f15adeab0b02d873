package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"flag"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/site"
)

// TestUnitTLSFlag: --tls takes two files, one behind the other, or the word self, and nothing else stands among the flags.
func TestUnitTLSFlag(t *testing.T) {
	for args, want := range map[string]tlsFlag{
		"--tls a b":              {"a", "b"},
		"--tls=a b":              {"a", "b"},
		"-tls a b --listen :0":   {"a", "b"},
		"--listen :0 --tls a ./": {"a", "./"},
		"--tls self":             {"self", ""},
		"--tls ./self b":         {"./self", "b"},
		"":                       {},
		"--tls a":                {"a", ""}, // of which the person is told what is missing
		"--tls a --listen :0":    {"a", ""},
		"--tls self b":           {"wrong", ""},
		"--tls a b c":            {"wrong", ""},
		"--tls a --listen :0 b":  {"wrong", ""},
		"b --tls a":              {"wrong", ""},
		"b":                      {"wrong", ""},
	} {
		var f tlsFlag
		flags := flag.NewFlagSet("serve", flag.ContinueOnError)
		flags.StringVar(&f.cert, "tls", "", "")
		flags.String("listen", "", "")
		for rest := strings.Fields(args); len(rest) > 0; {
			require.NoError(t, flags.Parse(rest), args)
			behind, ok := f.takeKey(rest, flags.Args())
			if !ok && flags.NArg() > 0 {
				f = tlsFlag{"wrong", ""}
				break
			}
			rest = behind
		}
		assert.Equal(t, want, f, args)
	}
	for args, want := range map[string]string{
		"--tls cert.pem": "a certificate and its key",
		"--tls cert.pem key.pem --public http://chat.example/": "say https there",
		"--tls self --public http://chat.example/":             "say https there",
		"--tls cert.pem key.pem more":                          "flags and nothing else",
	} {
		var said output
		err := runServe(t.Context(), terminal{out: io.Discard, err: &said}, strings.Fields(args))
		assert.ErrorIs(t, err, errUsage, args)
		assert.Contains(t, said.String(), want, args)
	}
}

// pairMade writes a certificate and its key as an authority would give them, and returns their files.
func pairMade(t *testing.T, folder string, change func(*x509.Certificate), names ...string) tlsFlag {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<60))
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "test"}, DNSNames: names,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(90 * 24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	if change != nil {
		change(template)
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	require.NoError(t, err)
	key, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	files := tlsFlag{filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")}
	require.NoError(t, os.WriteFile(files.cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed}), 0o600))
	require.NoError(t, os.WriteFile(files.key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), 0o600))
	return files
}

// TestUnitTLSWrongFiles: what is wrong with the files is one sentence, and nothing of a key is in it.
func TestUnitTLSWrongFiles(t *testing.T) {
	one, other := pairMade(t, t.TempDir(), nil), pairMade(t, t.TempDir(), nil)
	file := func(content string) string {
		name := filepath.Join(t.TempDir(), "file.pem")
		require.NoError(t, os.WriteFile(name, []byte(content), 0o600))
		return name
	}
	for name, c := range map[string]struct {
		files tlsFlag
		want  string
	}{
		"none":               {tlsFlag{filepath.Join(t.TempDir(), "none"), one.key}, "cannot be read"},
		"a folder":           {tlsFlag{t.TempDir(), one.key}, "cannot be read"},
		"the other way":      {tlsFlag{one.key, one.cert}, "the certificate first, and then the key"},
		"no certificate":     {tlsFlag{file("hello"), one.key}, "no certificate in PEM"},
		"no key":             {tlsFlag{one.cert, file("hello")}, "no key in PEM"},
		"two certificates":   {tlsFlag{one.cert, one.cert}, "no key in PEM"},
		"another one's":      {tlsFlag{one.cert, other.key}, "is not that of the certificate"},
		"a password":         {tlsFlag{one.cert, file("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n")}, "has a password"},
		"what is no key":     {tlsFlag{one.cert, file("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")}, "cannot be used"},
		"no certificate yet": {tlsFlag{file("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), one.key}, "cannot be used"},
	} {
		_, err := openFiles(c.files, nil)
		require.ErrorContains(t, err, c.want, name)
		assert.NotContains(t, err.Error(), "\n", name)
		assert.NotContains(t, err.Error(), "AAAA", name)
	}
	_, err := openFiles(one, nil)
	require.NoError(t, err)
}

// TestUnitTLSDoubts: a certificate that browsers refuse is said at the start.
func TestUnitTLSDoubts(t *testing.T) {
	for name, c := range map[string]struct {
		public string
		change func(*x509.Certificate)
		want   []string
	}{
		"right":         {"https://chat.example/", nil, nil},
		"at a port":     {"https://chat.example:8443/", nil, nil},
		"at an address": {"https://127.0.0.1:8443/", nil, nil},
		"IPv6":          {"https://[2001:db8::1]:8443/", nil, []string{"not for the name in --public"}},
		"another name":  {"https://other.example/", nil, []string{"is for chat.example, 127.0.0.1 and not for the name in --public"}},
		"over":          {"https://chat.example/", func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }, []string{"ended on"}},
		"not yet":       {"https://chat.example/", func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Hour) }, []string{"begins on"}},
		"no chain": {"https://chat.example/", func(c *x509.Certificate) { c.IssuingCertificateURL = []string{"http://ca.example/ca.crt"} },
			[]string{"fullchain.pem"}},
		"two at once": {"https://other.example/", func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) },
			[]string{"not for the name in --public", "ended on"}},
	} {
		files, err := openFiles(pairMade(t, t.TempDir(), c.change, "chat.example"), nil)
		require.NoError(t, err, name)
		said := doubts(files.now, c.public, time.Now())
		require.Len(t, said, len(c.want), name)
		for i := range said {
			assert.Contains(t, said[i], c.want[i], name)
		}
	}
	named := func(names ...string) string {
		files, err := openFiles(pairMade(t, t.TempDir(), nil, names...), nil)
		require.NoError(t, err)
		return publicOf(files.now.Leaf, 443)
	}
	assert.Equal(t, "https://chat.example/", named("*.chat.example", "localhost", "chat.example", "b.example"))
	assert.Empty(t, named("*.chat.example"))
	files, err := openFiles(pairMade(t, t.TempDir(), nil, "chat.example"), nil)
	require.NoError(t, err)
	assert.Equal(t, "https://chat.example:8443/", publicOf(files.now.Leaf, 8443))
	for _, c := range []struct{ before, after addresses }{
		{addresses{[]string{"https://chat.example/", "https://192.0.2.1/", "https://127.0.0.1/"}, []string{"https://localhost/"}},
			addresses{[]string{"https://chat.example/", "https://127.0.0.1/"}, []string{}}},
		{addresses{[]string{"https://192.0.2.1/"}, []string{"https://localhost/"}}, addresses{[]string{"https://192.0.2.1/"}, []string{}}},
		{addresses{nil, []string{"https://localhost/"}}, addresses{nil, []string{"https://localhost/"}}},
	} {
		c.before.certified(files.now.Leaf)
		assert.Equal(t, c.after, c.before)
	}
}

// TestUnitTLSRenewed: the files are read again when they have changed; while they do not fit together the certificate from
// before is shown, and that is said if it lasts, once.
func TestUnitTLSRenewed(t *testing.T) {
	folder := t.TempDir()
	var said output
	n := &notices{}
	n.tell(terminal{err: &said}.say)
	s, err := openFiles(pairMade(t, folder, nil, "one.example"), n)
	require.NoError(t, err)
	name := func() string {
		c, err := s.get(nil)
		require.NoError(t, err)
		return c.Leaf.DNSNames[0]
	}
	assert.Equal(t, "one.example", name())

	next := pairMade(t, t.TempDir(), nil, "two.example")
	require.NoError(t, os.Rename(next.cert, s.files.cert))
	assert.Equal(t, "one.example", name(), "half of the new pair")
	assert.Empty(t, said.String())
	s.wrong = s.wrong.Add(-patienceWithFiles)
	name()
	name()
	assert.Equal(t, 1, strings.Count(said.String(), "is not that of the certificate"), said.String())
	require.NoError(t, os.Rename(next.key, s.files.key))
	assert.Equal(t, "two.example", name())
	assert.True(t, s.wrong.IsZero())

	require.NoError(t, os.Remove(s.files.cert))
	assert.Equal(t, "two.example", name(), "none")
	pairMade(t, folder, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }, "three.example")
	assert.Equal(t, "three.example", name())
	name()
	assert.Equal(t, 1, strings.Count(said.String(), "ended on"), said.String())
}

// TestUnitTLSSaidOnce: what is said of a certificate at the start is not said again to the first browser.
func TestUnitTLSSaidOnce(t *testing.T) {
	var said output
	p := &pageServer{notices: &notices{}}
	f := pageFlags{tls: pairMade(t, t.TempDir(), func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }, "chat.example")}
	require.NoError(t, p.openTLS(terminal{err: &said}, &f, 8787))
	_, err := p.tls.GetCertificate(nil)
	require.NoError(t, err)
	assert.Equal(t, 1, strings.Count(said.String(), "ended on"), said.String())
}

// tlsPage is a small page that speaks https, for chat.example and 127.0.0.1.
func tlsPage(t *testing.T, page fstest.MapFS, said io.Writer) (*pageServer, *x509.CertPool) {
	t.Helper()
	files, err := openFiles(pairMade(t, t.TempDir(), nil, "chat.example"), &notices{})
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(files.now.Leaf)
	p := newServedPage(t, page, pageFlags{public: "https://chat.example/"})
	p.tls = tlsConfig(files)
	runPage(t, p, said)
	return p, pool
}

// TestFunctionalTLS: TLS 1.2 and newer, HTTP/2 and 1.1; who speaks none is led there, and a proxy that does is told of.
func TestFunctionalTLS(t *testing.T) {
	var said output
	p, pool := tlsPage(t, testPage, &said)
	at := p.listener.Addr().String()
	for version, ok := range map[uint16]bool{tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		c, err := tls.Dial("tcp", at, &tls.Config{RootCAs: pool, MinVersion: version, MaxVersion: version})
		if ok {
			require.NoError(t, err, tls.VersionName(version))
			_ = c.Close()
		} else {
			assert.Error(t, err, tls.VersionName(version))
		}
	}
	client := func(protocol string) *http.Client {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, NextProtos: []string{protocol}}, ForceAttemptHTTP2: protocol == "h2"}
		t.Cleanup(transport.CloseIdleConnections)
		return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	request := func(c *http.Client, method, scheme, path, host string, forwarded ...string) *http.Response {
		r, err := http.NewRequest(method, scheme+"://"+at+path, nil)
		require.NoError(t, err)
		r.Host = host
		for _, f := range forwarded {
			r.Header.Add(forHeader, f)
		}
		answer, err := c.Do(r)
		require.NoError(t, err)
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		answer.Body = io.NopCloser(bytes.NewReader(body))
		return answer
	}
	for protocol, want := range map[string]string{"h2": "HTTP/2.0", "http/1.1": "HTTP/1.1"} {
		for host, hsts := range map[string]string{"chat.example": "max-age=63072000", "127.0.0.1": "", "localhost": ""} {
			r := request(client(protocol), "GET", "https", "/", host)
			assert.Equal(t, []any{200, want, hsts, "same-origin"}, []any{r.StatusCode, r.Proto, r.Header.Get("Strict-Transport-Security"),
				r.Header.Get("Cross-Origin-Opener-Policy")}, host)
		}
	}
	plain := client("http/1.1")
	for _, c := range []struct {
		method, path string
		status       int
		location     string
		forwarded    []string
	}{
		{"GET", "/", 307, "https://chat.example/", nil},
		{"HEAD", "/a?b=c", 307, "https://chat.example/a?b=c", nil},
		{"GET", "//evil.example/", 307, "https://chat.example//evil.example/", nil},
		{"POST", "/api/v1/put", 400, "", nil},
		{"GET", "/healthz", 200, "", nil},
		{"GET", "/", 502, "", []string{"198.51.100.7"}},
		{"GET", "/", 502, "", []string{"198.51.100.7"}},
	} {
		r := request(plain, c.method, "http", c.path, "chat.example", c.forwarded...)
		assert.Equal(t, []any{c.status, c.location}, []any{r.StatusCode, r.Header.Get("Location")}, c.path)
		assert.Equal(t, "no-store", r.Header.Get("Cache-Control"), c.path)
		assert.Empty(t, r.Header.Get("Strict-Transport-Security"), c.path)
	}
	assert.Equal(t, plainProxySaid+"\n", said.String(), "once, and nothing else")
}

// TestFunctionalTLSOneVisitor: who holds hundreds of connections to a page that speaks https, whatever is or is not said
// in them, stops neither others nor another browser behind the same address.
func TestFunctionalTLSOneVisitor(t *testing.T) {
	p, pool := tlsPage(t, testPage, io.Discard)
	for name, begin := range map[string]string{"nothing": "", "one byte": "\x16", "half a handshake": "\x16\x03\x01\x02\x00\x01\x00", "plain": whole, "half a header": half} {
		t.Run(name, func(t *testing.T) {
			hold(t, p, "127.0.0.2", visitsInAll+100, begin)
			for _, address := range []string{"127.0.0.2", "127.0.0.3"} {
				client := from(address)
				client.Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: pool}
				answer, err := client.Get(p.own() + "/")
				require.NoError(t, err, address)
				_ = answer.Body.Close()
				assert.Equal(t, 200, answer.StatusCode, address)
				client.CloseIdleConnections()
			}
		})
	}
}

// TestFunctionalTLSRequests: who has as many requests under way as HTTP/2 lets into as many connections as one may have, has
// most of them ended, and others are answered; a proxy of the host may have them.
func TestFunctionalTLSRequests(t *testing.T) {
	under, end := make(chan bool, 1000), make(chan bool)
	slow := testHandler(t)
	slow.mailbox = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { under <- true; <-end })
	files, err := openFiles(pairMade(t, t.TempDir(), nil, "chat.example"), nil)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(files.now.Leaf)
	p := newServedPage(t, testPage, pageFlags{public: "https://chat.example/"})
	p.tls, p.handler = tlsConfig(files), slow
	runPage(t, p, io.Discard)
	clients := func(address string) (all []*http.Client) {
		for range requestsByClient/streams + 1 {
			c := from(address)
			c.Timeout = 0
			transport := c.Transport.(*http.Transport)
			transport.TLSClientConfig, transport.ForceAttemptHTTP2, transport.DisableKeepAlives = &tls.Config{RootCAs: pool}, true, false
			t.Cleanup(transport.CloseIdleConnections)
			r, err := c.Get(p.own() + "/") // so that all that follows goes over one connection
			require.NoError(t, err)
			_, err = io.Copy(io.Discard, r.Body)
			require.NoError(t, err)
			_ = r.Body.Close()
			all = append(all, c)
		}
		return all
	}
	done := make(chan bool, 1000)
	ask := func(c *http.Client) {
		r, err := c.Post(p.own()+"/api/v1/take", "application/json", nil)
		if err == nil {
			assert.Equal(t, 2, r.ProtoMajor)
			_ = r.Body.Close()
		}
		done <- err == nil
	}
	many := clients("127.0.0.2")
	for i := range requestsByClient {
		go ask(many[i/streams])
	}
	for range requestsByClient {
		select {
		case <-under:
		case <-done:
			close(end)
			t.Fatal("not even as many as one may have")
		}
	}
	go ask(many[len(many)-1])
	select {
	case <-under:
		t.Error("one more is let in")
	case ok := <-done:
		assert.False(t, ok, "one more")
	}
	clients("127.0.0.4")
	close(end)
	for range requestsByClient {
		assert.True(t, <-done)
	}

	var trusted proxies
	require.NoError(t, trusted.Set("127.0.0.3"))
	deep := 0
	var all http.Handler
	all = limitRequests(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if deep++; deep <= requestsByClient {
			all.ServeHTTP(w, r)
		}
	}), trusted)
	asked := func(address string) func() {
		deep = 0
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = address + ":9"
		return func() { all.ServeHTTP(httptest.NewRecorder(), r) }
	}
	assert.NotPanics(t, asked("127.0.0.3"), "through a proxy of the host")
	assert.PanicsWithValue(t, http.ErrAbortHandler, asked("127.0.0.2"))
}

// TestFunctionalTLSSilent: who connects and says nothing, or not enough, is hung up on; and a stop waits for none of these.
func TestFunctionalTLSSilent(t *testing.T) {
	files, err := openFiles(pairMade(t, t.TempDir(), nil, "chat.example"), nil)
	require.NoError(t, err)
	synctest.Test(t, func(t *testing.T) {
		listener := make(pipes)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() {
			done <- (&pageServer{listener: listener, handler: testHandler(t), tls: tlsConfig(files)}).serve(ctx, terminal{err: io.Discard})
		}()
		dial := func(begin string) net.Conn {
			ours, theirs := net.Pipe()
			listener <- theirs
			go func() { _, _ = io.WriteString(ours, begin) }()
			return ours
		}
		for _, begin := range []string{"", "\x16", "\x16\x03\x01\x02\x00", "G", half} {
			start := time.Now()
			_, _ = io.ReadAll(dial(begin))
			assert.LessOrEqual(t, time.Since(start), headerTime+time.Second, "%q", begin)
			assert.GreaterOrEqual(t, time.Since(start), headerTime, "%q", begin)
		}
		silent := dial("")
		synctest.Wait()
		start := time.Now()
		stop()
		require.NoError(t, <-done)
		assert.Zero(t, time.Since(start))
		_, err := silent.Read(make([]byte, 1))
		assert.ErrorIs(t, err, io.EOF)
	})
}

// TestFunctionalSelf: the certificate that is made here is kept where nobody else reads it, holds for this computer's
// addresses, and is another one only when it has to be.
func TestFunctionalSelf(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "tincan")
	t.Setenv("STATE_DIRECTORY", folder+":/elsewhere")
	var said output
	open := func(public string) *selfShown {
		n := &notices{}
		n.tell(terminal{err: &said}.say)
		s, err := openSelf(public, n)
		require.NoError(t, err)
		return s
	}
	first := open("")
	for _, name := range []string{first.files().cert, first.files().key, folder} {
		about, err := os.Stat(name)
		require.NoError(t, err)
		assert.Zero(t, about.Mode().Perm()&0o077, name)
	}
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Len(t, left, 2, "and nothing half written")
	leaf := first.now.Leaf
	assert.LessOrEqual(t, leaf.NotAfter.Sub(leaf.NotBefore), 398*24*time.Hour)
	assert.False(t, leaf.IsCA)
	for _, name := range []string{"localhost", "127.0.0.1", "::1"} {
		assert.NoError(t, leaf.VerifyHostname(name))
	}
	for _, ip := range localAddresses() {
		assert.NoError(t, leaf.VerifyHostname(ip.String()))
	}
	assert.Equal(t, fingerprint(first.now), fingerprint(open("").now), "the same at the next start")
	public := open("https://chat.example:8443/")
	assert.NotEqual(t, fingerprint(first.now), fingerprint(public.now))
	assert.NoError(t, public.now.Leaf.VerifyHostname("chat.example"))
	assert.Empty(t, said.String())

	// While it runs.
	s := open("https://chat.example:8443/")
	shownAt := func(at string) string {
		c, err := s.get(&tls.ClientHelloInfo{Conn: someoneHere{at}})
		require.NoError(t, err)
		return fingerprint(c)
	}
	before := shownAt("127.0.0.1:8443")
	assert.Equal(t, fingerprint(public.now), before)
	assert.Equal(t, before, shownAt("[2001:db8::99]:8443"), "IPv6 addresses change by themselves")
	own := s.addresses
	s.addresses = func() []netip.Addr { return append(own(), netip.MustParseAddr("192.0.2.77")) }
	moved := shownAt("192.0.2.77:8443")
	assert.NotEqual(t, before, moved)
	assert.NoError(t, s.now.Leaf.VerifyHostname("192.0.2.77"))
	assert.Equal(t, 1, strings.Count(said.String(), moved), said.String())
	assert.Equal(t, moved, shownAt("192.0.2.77:8443"))
	assert.Equal(t, moved, fingerprint(open("https://chat.example:8443/").now), "it is kept, too")

	for what, of := range map[string]func(*x509.Certificate){
		"nearly over": func(c *x509.Certificate) { c.NotAfter = time.Now().Add(selfRest - time.Hour) },
		"not yet":     func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Hour) },
	} {
		old := *s.now.Leaf
		of(&old)
		assert.False(t, s.fits(&old, netip.Addr{}), what)
	}

	// Where nothing can be kept.
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	t.Setenv("STATE_DIRECTORY", file)
	_, err = openSelf("", nil)
	require.ErrorContains(t, err, "keeps its certificate in "+file)

	// Browsers are never held to it.
	h := testHandler(t)
	h.self = true
	h.origin, h.public = publicOrigin("https://chat.example/")
	assert.Empty(t, get(t, h, "GET", "/", "chat.example", "").Header.Get("Strict-Transport-Security"))
	h.self = false
	assert.NotEmpty(t, get(t, h, "GET", "/", "chat.example", "").Header.Get("Strict-Transport-Security"))
}

// TestFunctionalSelfSettles: no browser has a certificate made for each of its connections.
func TestFunctionalSelfSettles(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("STATE_DIRECTORY", folder)
	var said output
	n := &notices{}
	n.tell(terminal{err: &said}.say)
	s, err := openSelf("", n)
	require.NoError(t, err)
	s.addresses = func() []netip.Addr { return nil } // as they list none of one's own making
	shownAt := func(at string) string {
		c, err := s.get(&tls.ClientHelloInfo{Conn: someoneHere{at}})
		require.NoError(t, err)
		return fingerprint(c)
	}
	made := shownAt("169.254.7.7:8787")
	require.NoError(t, s.now.Leaf.VerifyHostname("169.254.7.7"))
	assert.Equal(t, made, shownAt("169.254.7.7:8787"))

	// A computer can have all addresses of a network.
	seen := map[string]bool{made: true}
	for range 2 {
		for i := range 40 {
			seen[shownAt(netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}), 8787).String())] = true
		}
	}
	assert.Len(t, seen, maxCame)

	// What cannot be kept is tried again, but not at once, and said once.
	s.came, s.now.Leaf.NotAfter = nil, time.Now()
	require.NoError(t, os.Remove(s.files().key))
	require.NoError(t, os.MkdirAll(filepath.Join(s.files().key, "in the way"), 0o700))
	before := shownAt("127.0.0.1:8787")
	assert.False(t, s.vain.IsZero())
	s.vain = time.Time{}
	assert.Equal(t, before, shownAt("127.0.0.1:8787"))
	assert.Equal(t, 1, strings.Count(said.String(), "cannot be renewed"), said.String())
	require.NoError(t, os.RemoveAll(s.files().key))
	assert.Equal(t, before, shownAt("127.0.0.1:8787"), "not at once")
	s.vain = time.Now().Add(-selfPause)
	assert.NotEqual(t, before, shownAt("127.0.0.1:8787"))
}

// someoneHere is a connection of which there is no more than the address of this computer.
type someoneHere struct{ at string }

func (s someoneHere) LocalAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(s.at))
}
func (someoneHere) RemoteAddr() net.Addr             { return nil }
func (someoneHere) Read([]byte) (int, error)         { return 0, io.EOF }
func (someoneHere) Write([]byte) (int, error)        { return 0, io.EOF }
func (someoneHere) Close() error                     { return nil }
func (someoneHere) SetDeadline(time.Time) error      { return nil }
func (someoneHere) SetReadDeadline(time.Time) error  { return nil }
func (someoneHere) SetWriteDeadline(time.Time) error { return nil }

// TestFunctionalStop: an answer that is under way ends before the program does, for ten seconds; nobody new is let in.
func TestFunctionalStop(t *testing.T) {
	body := bytes.Repeat([]byte("0123456789abcdef"), 800<<10/16)
	page := fstest.MapFS{"assets/engine-abc1.wasm": {Data: body}, "index.html": testPage["index.html"]}
	for name, c := range map[string]struct {
		wait time.Duration // between pieces
		all  bool
	}{
		"read on":    {100 * time.Millisecond, true},
		"never read": {time.Minute, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, err := newPageHandler(page, nil, nil, nil)
				require.NoError(t, err)
				listener := make(pipes)
				ctx, stop := context.WithCancel(t.Context())
				done := make(chan error, 1)
				var stopped, ended time.Time
				go func() {
					err := (&pageServer{listener: listener, handler: h}).serve(ctx, terminal{err: io.Discard})
					ended = time.Now()
					done <- err
				}()
				ours, theirs := net.Pipe()
				listener <- theirs
				go func() { _, _ = io.WriteString(ours, large) }()
				got := make([]byte, 16<<10)
				n, err := io.ReadFull(ours, got)
				require.NoError(t, err)
				stopped = time.Now()
				stop()
				synctest.Wait()
				_, open := <-listener
				assert.False(t, open, "nobody is let in")
				for err == nil && n < len(body) {
					var more int
					time.Sleep(c.wait)
					more, err = ours.Read(got)
					n += more
				}
				assert.Equal(t, c.all, n >= len(body), "%d bytes: %v", n, err)
				require.NoError(t, <-done)
				if c.all {
					assert.Less(t, ended.Sub(stopped), stopTime)
				} else {
					assert.Equal(t, stopTime, ended.Sub(stopped))
				}
				_ = ours.Close()
			})
		})
	}
}

// TestFunctionalServeTLS: with a certificate in files serve is at the name in it, says what browsers will not like, and does not start
// with files that do not belong together.
func TestFunctionalServeTLS(t *testing.T) {
	if _, err := site.Page(); err != nil {
		t.Skip(err)
	}
	start := func(files tlsFlag, more ...string) (out, said string) {
		read, write := io.Pipe()
		var talk output
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() {
			defer write.Close()
			ended <- runServe(ctx, terminal{out: write, err: &talk}, append([]string{"--listen", "127.0.0.1:0", "--stun-listen", ":" + strconv.Itoa(freePort(t)), "--tls", files.cert, files.key}, more...))
		}()
		lines := bufio.NewScanner(read)
		for !strings.Contains(out, "https://127.0.0.1:") && lines.Scan() {
			out += lines.Text() + "\n"
		}
		cancel()
		go func() { _, _ = io.Copy(io.Discard, read) }()
		require.NoError(t, <-ended, talk.String())
		return out, talk.String()
	}
	out, said := start(pairMade(t, t.TempDir(), nil, "chat.example"))
	assert.Regexp(t, `^https://chat\.example:\d+/\nhttps://127\.0\.0\.1:\d+/\n$`, out)
	assert.Contains(t, said, "(STUN)")
	assert.NotContains(t, said, "proxy", "there need not be one")
	assert.NotContains(t, said, "certificate")

	out, said = start(pairMade(t, t.TempDir(), func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }, "chat.example"), "--public", "https://other.example/")
	assert.Regexp(t, `^https://other\.example/\n`, out)
	assert.Contains(t, said, "not for the name in --public")
	assert.Contains(t, said, "ended on")

	other := pairMade(t, t.TempDir(), nil)
	err := runServe(t.Context(), terminal{out: io.Discard, err: io.Discard}, []string{"--listen", "127.0.0.1:0", "--tls", pairMade(t, t.TempDir(), nil).cert, other.key})
	require.ErrorContains(t, err, "is not that of the certificate")
	assert.NotErrorIs(t, err, errUsage)
}
