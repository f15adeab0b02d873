package verify

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/andybalholm/brotli"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var testHeaders = Headers{
	All:    map[string]string{"Content-Security-Policy": "default-src 'none'; script-src 'self'", "X-Content-Type-Options": "nosniff"},
	Secure: map[string]string{"Strict-Transport-Security": "max-age=63072000", "Cross-Origin-Opener-Policy": "same-origin"},
}

// site is what a host serves, by path.
type site map[string]string

const commit = "0123456789abcdef0123456789abcdef01234567"

// build is a page as the build leaves it, with its manifest.
func build(version string) site {
	s := site{
		"index.html":                  `<!doctype html><link rel="icon" href="./favicon.svg"><script type="module" src="./assets/main-aaaaaaaa.js"></script>`,
		"assets/main-aaaaaaaa.js":     "import{a}from\"./shared-bbbbbbbb.js\";import(`./late-cccccccc.js`);fetch('config.json');new URL(`engine-dddddddd.wasm`,import.meta.url)",
		"assets/shared-bbbbbbbb.js":   "export const a='such as photo.png or node.js'",
		"assets/late-cccccccc.js":     "export default 1",
		"assets/main-eeeeeeee.css":    "a{background:url(../icons/icon.png)}",
		"assets/engine-dddddddd.wasm": "\x00asm" + strings.Repeat("x", 5000),
		"icons/icon.png":              "png",
		"favicon.svg":                 "<svg/>",
		"sw.js":                       `const files={"./":"sha256-x","assets/main-aaaaaaaa.js":"sha256-y"}`,
	}
	s.vouch(version)
	return s
}

// vouch writes the manifest anew, for the files as they are.
func (s site) vouch(version string) {
	m := Manifest{Format: 1, Version: version, Commit: commit, Files: map[string]string{}}
	for name, content := range s {
		if name != ManifestPath && name != configPath {
			m.Files[name] = digestOf([]byte(content))
		}
	}
	s[ManifestPath] = string(m.encode())
}

func (s site) page(t *testing.T) *Page {
	t.Helper()
	folder := fstest.MapFS{}
	for name, content := range s {
		folder[name] = &fstest.MapFile{Data: []byte(content)}
	}
	p, err := ReadPage(folder)
	require.NoError(t, err)
	return &p
}

func (s site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for name, value := range testHeaders.All {
		w.Header().Set(name, value)
	}
	name := strings.TrimPrefix(r.URL.Path, "/chat/")
	if name == "" {
		name = indexPath
	}
	content, has := s[name]
	if !has {
		http.Error(w, "no such file", http.StatusNotFound)
		return
	}
	_, _ = io.WriteString(w, content)
}

// serve serves below /chat/, so that a file at the root of the host is another one.
func serve(t *testing.T, h http.Handler) *url.URL {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	u, err := url.Parse(server.URL + "/chat/")
	require.NoError(t, err)
	return u
}

func checked(t *testing.T, h http.Handler, with With) Report {
	t.Helper()
	with.Headers = testHeaders
	r, err := Check(t.Context(), serve(t, h), with)
	require.NoError(t, err)
	assert.Equal(t, len(r.Findings) == 0, r.Agrees)
	return r
}

func said(r Report) string {
	var b strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%s|%s|%s\n", f.What, f.File, f.Says)
	}
	return b.String()
}

// TestFunctionalAgrees: the page that a host serves as it was built has no findings, whether or not it is
// compared with source, and two runs say the same to the byte.
func TestFunctionalAgrees(t *testing.T) {
	s := build("v1.0.0")
	with := With{Program: s.page(t)}
	r := checked(t, s, with)
	assert.Empty(t, said(r))
	assert.Equal(t, []string{"manifest", "program"}, r.Compared)
	assert.Len(t, r.Files, len(s))
	assert.Equal(t, &Claim{Build: digestOf([]byte(s[ManifestPath])), Version: "v1.0.0", Commit: commit}, r.Manifest)

	with.Source = s.page(t)
	assert.Equal(t, []string{"manifest", "source", "program"}, checked(t, s, with).Compared)

	with.Headers = testHeaders
	base := serve(t, s)
	var runs [2]string
	for i := range runs {
		r, err := Check(t.Context(), base, with)
		require.NoError(t, err)
		runs[i] = string(r.JSON())
		again, err := ParseReport(r.JSON())
		require.NoError(t, err)
		assert.Equal(t, r, again)
	}
	assert.Equal(t, runs[0], runs[1])
}

// TestFunctionalDiffers: each way in which a host can serve something else is found, and the file named.
func TestFunctionalDiffers(t *testing.T) {
	for name, c := range map[string]struct {
		change func(s site)
		what   string // of all findings
		files  string
		says   string
	}{
		"one byte changed": {func(s site) { s["assets/late-cccccccc.js"] += "\n" },
			"changed", "assets/late-cccccccc.js", "is not what the manifest says"},
		"the page itself changed": {func(s site) { s[indexPath] += " " },
			"changed", "index.html", "is not what the manifest says"},
		"the service worker changed": {func(s site) { s["sw.js"] += " " },
			"changed", "sw.js", "is not what the manifest says"},
		"a file missing": {func(s site) { delete(s, "icons/icon.png") },
			"missing", "icons/icon.png", "is missing: the manifest names it, and the host answers with status 404"},
		"a file added": {func(s site) {
			s[indexPath] += `<script src="assets/evil.js"></script>`
			s["assets/evil.js"] = "import './evil2.js'"
			s["assets/evil2.js"] = "1"
		},
			"added added changed", "assets/evil.js assets/evil2.js index.html", "is served, and is named by index.html and not by the manifest"},
		"a file added by the service worker": {func(s site) { s["sw.js"] += `;importScripts("more.js")`; s["more.js"] = "1" },
			"added changed", "more.js sw.js", "is named by sw.js"},
		"a file in the manifest alone": {func(s site) { s["notes.txt"] = "x"; s.vouch("v1.0.0") },
			"program", "notes.txt", "is in the manifest, and the page in this program has no such file"},
		"a file that the manifest conceals": {func(s site) { delete(s, "icons/icon.png"); s.vouch("v1.0.0") },
			"program", "icons/icon.png", "is in the page in this program, and not in the manifest"},
		"a lying manifest": {func(s site) { s["assets/late-cccccccc.js"] = "export default 2"; s.vouch("v1.0.0") },
			"program", "assets/late-cccccccc.js", "is what the manifest says, and the page in this program has another"},
		"another version": {func(s site) { s["assets/late-cccccccc.js"] = "export default 2"; s.vouch("v1.0.1") },
			"version", "", "the host serves version v1.0.1 and this program is v1.0.0, so only this was checked"},
		"another commit": {func(s site) { s[ManifestPath] = strings.Replace(s[ManifestPath], "0123", "3210", 1) },
			"version", "", "the manifest says version v1.0.0 of commit 3210"},
		"no manifest": {func(s site) { delete(s, ManifestPath) },
			"manifest", ManifestPath, "the host has no manifest; its files are compared with those of this program"},
		"no manifest, and a byte changed": {func(s site) { delete(s, ManifestPath); s["sw.js"] += " " },
			"manifest changed", ManifestPath + " sw.js", "is not the one of this program"},
		"a manifest that is none": {func(s site) { s[ManifestPath] = "<!doctype html>" },
			"manifest", ManifestPath, "the manifest cannot be used: it is not the JSON of a manifest"},
		"a script of another host": {func(s site) { s[indexPath] += `<script src="https://evil.example/x.js"></script>` },
			"changed elsewhere", "index.html index.html", `names "https://evil.example/x.js", which is at another host`},
	} {
		t.Run(name, func(t *testing.T) {
			s := build("v1.0.0")
			with := With{Program: s.page(t)}
			c.change(s)
			r := checked(t, s, with)
			var what, files []string
			for _, f := range r.Findings {
				what, files = append(what, f.What), append(files, f.File)
			}
			assert.Equal(t, c.what, strings.Join(what, " "))
			assert.Equal(t, c.files, strings.Join(files, " "))
			assert.Contains(t, said(r), c.says)
		})
	}
}

// TestFunctionalSource: the page built from source is compared, too, and where it is of the host's version, the
// host need not have that of this program.
func TestFunctionalSource(t *testing.T) {
	s := build("v1.0.1")
	r := checked(t, s, With{Program: build("v1.0.0").page(t), Source: s.page(t)})
	assert.Empty(t, said(r))
	assert.Equal(t, []string{"manifest", "source"}, r.Compared)

	source := s.page(t)
	s["sw.js"] += " "
	s.vouch("v1.0.1")
	r = checked(t, s, With{Program: s.page(t), Source: source})
	assert.Contains(t, said(r), "source|sw.js|sw.js is what the manifest says, and the page built from source has another")
	r = checked(t, s, With{Program: s.page(t), Source: build("v1.0.0").page(t)})
	assert.Contains(t, said(r), "version||the manifest says version v1.0.1")
}

// TestFunctionalServedDifferently: what a host serves to one and not to another is found by the reports of two people,
// even where each finds the page in order.
func TestFunctionalServedDifferently(t *testing.T) {
	s := build("v1.0.0")
	other := maps.Clone(s)
	other["sw.js"] += " "
	other.vouch("v1.0.0")
	// Its first visitor gets the one, its second the other.
	first := true
	base := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if first {
			s.ServeHTTP(w, r)
		} else {
			other.ServeHTTP(w, r)
		}
	}))
	a, err := Check(t.Context(), base, With{Headers: testHeaders, Program: s.page(t)})
	require.NoError(t, err)
	require.True(t, a.Agrees)
	first = false
	b, err := Check(t.Context(), base, With{Headers: testHeaders, Program: other.page(t)})
	require.NoError(t, err)
	require.True(t, b.Agrees)
	assert.Equal(t, []string{
		"the build was v1.0.0 (" + a.Manifest.Build + ") in a.json, and v1.0.0 (" + b.Manifest.Build + ") in b.json",
		ManifestPath + " had the SHA-256 " + a.Manifest.Build + " in a.json, and " + b.Manifest.Build + " in b.json",
		"sw.js had the SHA-256 " + digestOf([]byte(s["sw.js"])) + " in a.json, and " + digestOf([]byte(other["sw.js"])) + " in b.json",
	}, Differences(a, b, "a.json", "b.json"))
	assert.Empty(t, Differences(a, a, "a.json", "b.json"))

	delete(b.Files, "icons/icon.png")
	b.Files["evil.js"] = a.Files["sw.js"]
	b.Headers["X-Content-Type-Options"] = []string{"sniff", "nosniff"}
	b.Address = "http://other.example/"
	found := strings.Join(Differences(a, b, "a.json", "b.json"), "\n")
	for _, want := range []string{"icons/icon.png was served in a.json, and not in b.json", "evil.js was served in b.json, and not in a.json",
		`the header X-Content-Type-Options was "nosniff" in a.json, and "sniff; and nosniff" in b.json`, "the two are about two addresses"} {
		assert.Contains(t, found, want)
	}
}

// TestFunctionalHeaders: each header has to be there, once, with its value; that of https may be stricter.
func TestFunctionalHeaders(t *testing.T) {
	s := build("v1.0.0")
	with := With{Program: s.page(t), Headers: testHeaders}
	for name, c := range map[string]struct {
		https  bool
		change func(h http.Header)
		says   string
	}{
		"plain http":            {false, func(http.Header) {}, ""},
		"missing":               {false, func(h http.Header) { h.Del("X-Content-Type-Options") }, "X-Content-Type-Options is missing, on 12 of 12 answers, such as that for .well-known/tincan-none"},
		"twice":                 {false, func(h http.Header) { h.Add("X-Content-Type-Options", "nosniff") }, "X-Content-Type-Options is there 2 times"},
		"weaker":                {false, func(h http.Header) { h.Set("Content-Security-Policy", "default-src *") }, `Content-Security-Policy is "default-src *" and has to be "default-src 'none'`},
		"https without its own": {true, func(http.Header) {}, "Strict-Transport-Security is missing"},
		"https": {true, func(h http.Header) {
			h.Set("Strict-Transport-Security", "max-age=63072000")
			h.Set("Cross-Origin-Opener-Policy", "same-origin")
		}, ""},
		"https, stricter": {true, func(h http.Header) {
			h.Set("Strict-Transport-Security", "max-age=99999999; includeSubDomains")
			h.Set("Cross-Origin-Opener-Policy", "same-origin")
		}, ""},
		"https, for a day": {true, func(h http.Header) {
			h.Set("Strict-Transport-Security", "max-age=86400")
			h.Set("Cross-Origin-Opener-Policy", "same-origin")
		}, `Strict-Transport-Security is "max-age=86400"`},
		"plain http with another": {false, func(h http.Header) { h.Set("Cross-Origin-Opener-Policy", "unsafe-none") }, `Cross-Origin-Opener-Policy is "unsafe-none"`},
		"leads away":              {false, func(h http.Header) { h.Set("Refresh", "0; url=https://evil.example/") }, `Refresh is "0; url=https://evil.example/", and may not be there, on 12 of 12 answers`},
		"names a style":           {false, func(h http.Header) { h.Set("Link", "<x.css>; rel=stylesheet") }, `Link is "<x.css>; rel=stylesheet", and may not be there`},
		"letters for a terminal":  {false, func(h http.Header) { h.Set("X-Content-Type-Options", "\x9b31mé") }, `X-Content-Type-Options is "\x9b31m\u00e9"`},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				inner := httptest.NewRecorder()
				s.ServeHTTP(inner, r)
				maps.Copy(w.Header(), inner.Header())
				c.change(w.Header())
				w.WriteHeader(inner.Code)
				_, _ = w.Write(inner.Body.Bytes())
			}))
			base := &url.URL{Scheme: "http", Path: "/chat/"}
			if c.https {
				base.Scheme = "https"
				server.StartTLS()
			} else {
				server.Start()
			}
			t.Cleanup(server.Close)
			base.Host = server.Listener.Addr().String()
			h := newHost(base)
			h.client.Transport = server.Client().Transport // which knows the certificate
			r, err := checkHost(t.Context(), h, with)
			require.NoError(t, err)
			if c.says == "" {
				assert.Empty(t, said(r))
				return
			}
			assert.Contains(t, said(r), "headers||"+c.says)
		})
	}
}

// TestFunctionalEncodings: what is compressed counts as what it is, and a bomb is not unpacked.
func TestFunctionalEncodings(t *testing.T) {
	s := build("v1.0.0")
	pack := map[string]func(io.Writer) io.WriteCloser{
		"gzip": func(w io.Writer) io.WriteCloser { p, _ := gzip.NewWriterLevel(w, gzip.BestSpeed); return p },
		"br":   func(w io.Writer) io.WriteCloser { return brotli.NewWriterLevel(w, brotli.BestSpeed) },
	}
	packed := func(coding string, content []byte) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasSuffix(r.URL.Path, ".wasm") {
				s.ServeHTTP(w, r)
				return
			}
			for name, value := range testHeaders.All {
				w.Header().Set(name, value)
			}
			w.Header().Set("Content-Encoding", coding)
			var b bytes.Buffer
			p := pack[coding](&b)
			_, _ = p.Write(content)
			_ = p.Close()
			_, _ = w.Write(b.Bytes())
		})
	}
	for coding := range pack {
		assert.Empty(t, said(checked(t, packed(coding, []byte(s["assets/engine-dddddddd.wasm"])), With{Program: s.page(t)})), coding)
		h := newHost(serve(t, packed(coding, make([]byte, 1<<20+1))))
		h.most = 1 << 20
		bomb, err := checkHost(t.Context(), h, With{Headers: testHeaders, Program: s.page(t)})
		require.NoError(t, err)
		assert.Contains(t, said(bomb), "assets/engine-dddddddd.wasm could not be fetched, and the manifest names it: it is larger than any file of the page can be", coding)
	}
	r := checked(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "sw.js") {
			w.Header().Set("Content-Encoding", "zip\xc3\xa9")
		}
		s.ServeHTTP(w, r)
	}), With{Program: s.page(t)})
	assert.Contains(t, said(r), `it comes in the encoding "zip\u00e9"`)
	r = checked(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "sw.js") {
			w.Header()["Content-Encoding"] = []string{"identity", "br"}
		}
		s.ServeHTTP(w, r)
	}), With{Program: s.page(t)})
	assert.Contains(t, said(r), `missing|sw.js|sw.js could not be fetched, and the manifest names it: it comes in 2 encodings`)
}

// TestFunctionalOneHost: no name has the program ask another host, nor is one taken for another name.
func TestFunctionalOneHost(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("another host was asked") }))
	t.Cleanup(other.Close)
	for _, base := range []string{"/", "/chat/"} {
		for _, slashes := range []string{"//", "///"} {
			s, asked := build("v1.0.0"), []string{}
			program := s.page(t)
			host := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked = append(asked, r.URL.Path)
				r.URL.Path = "/chat/" + strings.TrimPrefix(r.URL.Path, base)
				s.ServeHTTP(w, r)
			}))
			host.Path = base
			path := slashes + strings.TrimPrefix(other.URL, "http://") + "/secret.png"
			s["index.html"] += `<img src="http://` + host.Host + path + `">`
			_, err := Check(t.Context(), host, With{Headers: testHeaders, Program: program})
			require.NoError(t, err)
			assert.Contains(t, asked, path, base)
		}
	}
}

// TestFunctionalRedirects: to another name in the same folder, and nowhere else.
func TestFunctionalRedirects(t *testing.T) {
	for to, says := range map[string]string{
		"/chat/assets/late-cccccccc.js": "", "./late-cccccccc.js": "", "../assets/late-cccccccc.js": "",
		"https://evil.example/":         `sends its visitors on to "https://evil.example/"`,
		"//evil.example/x.js":           `sends its visitors on to "//evil.example/x.js"`,
		"late-cccccccc.js":              "only to a path may it",
		"/chat/assets/moved.js":         "the host redirects on and on",
		"/chat/moved.js":                "only to another name in the same folder may it",
		"/evil/late-cccccccc.js":        "only to another name in the same folder may it",
		`/\evil.example/x.js`:           `sends its visitors on to "/\\evil.example/x.js"`,
		"./late-cccccccc.js#an-invite":  `sends its visitors on to "./late-cccccccc.js#an-invite"`,
		"javascript:alert(1)//\xc2\x9b": `sends its visitors on to "javascript:alert(1)//\u009b"`,
	} {
		s := build("v1.0.0")
		moved := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			inner := httptest.NewRecorder()
			s.ServeHTTP(inner, r)
			maps.Copy(w.Header(), inner.Header())
			if strings.HasSuffix(r.URL.Path, "/assets/main-aaaaaaaa.js") || strings.HasSuffix(r.URL.Path, "/moved.js") {
				w.Header().Set("Location", to)
				w.WriteHeader(http.StatusFound)
				return
			}
			w.WriteHeader(inner.Code)
			_, _ = w.Write(inner.Body.Bytes())
		})
		changed := maps.Clone(s)
		changed["assets/main-aaaaaaaa.js"] = s["assets/late-cccccccc.js"] // where the redirect leads
		changed.vouch("v1.0.0")
		s[ManifestPath] = changed[ManifestPath]
		r := checked(t, moved, With{Program: changed.page(t)})
		if says == "" {
			assert.Empty(t, said(r), to)
			continue
		}
		assert.Contains(t, said(r), "missing|assets/main-aaaaaaaa.js|", to)
		assert.Contains(t, said(r), says, to)
	}
	// A host that says so where there is no file.
	s := build("v1.0.0")
	s["assets/shared-bbbbbbbb.js"] = "export const a='node.js'"
	s.vouch("v1.0.0")
	home := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, has := s[strings.TrimPrefix(r.URL.Path, "/chat/")]; !has && r.URL.Path != "/chat/" {
			http.Redirect(w, r, "/chat/", http.StatusFound)
			return
		}
		s.ServeHTTP(w, r)
	})
	assert.Empty(t, said(checked(t, home, With{Program: s.page(t)})))
	// The page itself.
	s = build("v1.0.0")
	_, err := Check(t.Context(), serve(t, http.RedirectHandler("https://chat.example/", http.StatusFound)), With{Headers: testHeaders, Program: s.page(t)})
	assert.ErrorContains(t, err, `sends its visitors on to "https://chat.example/"; if that is the page's address, verify that one`)
	_, err = Check(t.Context(), serve(t, http.NotFoundHandler()), With{Headers: testHeaders, Program: s.page(t)})
	assert.ErrorContains(t, err, "status 404")
}

// TestFunctionalEverything: a host that has a page for every name adds no file by that; one that names without end is
// left alone at some point.
func TestFunctionalEverything(t *testing.T) {
	s := build("v1.0.0")
	with := With{Program: s.page(t)}
	everything := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inner := httptest.NewRecorder()
		if s.ServeHTTP(inner, r); inner.Code == http.StatusNotFound {
			r.URL.Path = "/chat/"
		}
		s.ServeHTTP(w, r)
	})
	assert.Empty(t, said(checked(t, everything, with)))

	asked := 0
	endless := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if strings.Contains(r.URL.Path, "more") {
			for name, value := range testHeaders.All {
				w.Header().Set(name, value)
			}
			for i := range 10 {
				fmt.Fprintf(w, "'more%d-%d.js'", asked, i)
			}
			return
		}
		s.ServeHTTP(w, r)
	})
	s["sw.js"] += "'more.js'"
	r := checked(t, endless, with)
	assert.Contains(t, said(r), fmt.Sprintf("limit||the files name more than %d others", maxFound))
	assert.Less(t, asked, maxFound+50)
}

// TestFunctionalManyNames: a file with more names than any of the page can have is told of, and does not take the memory
// of all of them.
func TestFunctionalManyNames(t *testing.T) {
	var text, page strings.Builder
	for i := range 2 * maxNames {
		fmt.Fprintf(&text, "'http://other.example/%d.js' ", i)
		fmt.Fprintf(&page, "<a href=http://other.example/%d>", i)
	}
	for name, content := range map[string]string{"assets/main-aaaaaaaa.js": text.String(), "index.html": page.String()} {
		s := build("v1.0.0")
		s[name] = content
		s.vouch("v1.0.0")
		assert.Contains(t, said(checked(t, s, With{Program: s.page(t)})), "limit|"+name+"|"+name+" has more than 10000 names")
		found, all := named(&url.URL{Scheme: "http", Host: "chat.example", Path: "/"}, name, []byte(content))
		assert.False(t, all)
		assert.LessOrEqual(t, len(found), maxNames+1)
	}
}

// TestUnitManifest: what is not exactly as the build writes it is refused, before anything is made of it.
func TestUnitManifest(t *testing.T) {
	good := build("v1.0.0")[ManifestPath]
	_, err := ParseManifest([]byte(good))
	require.NoError(t, err)
	digest := strings.Repeat("0a", 32)
	files := func(list string) string {
		return "{\n  \"format\": 1,\n  \"version\": \"v1\",\n  \"commit\": \"\",\n  \"files\": {\n" + list + "\n  }\n}\n"
	}
	_, err = ParseManifest([]byte(files(`    "a.js": "` + digest + `"`)))
	require.NoError(t, err)
	var many []string
	for i := range maxFiles + 1 {
		many = append(many, fmt.Sprintf(`    "a%d.js": "%s"`, i, digest))
	}
	for name, bad := range map[string]string{
		"empty": "", "another format": strings.Replace(good, `"format": 1`, `"format": 2`, 1),
		"a version with an escape": strings.Replace(good, `"v1.0.0"`, `"v1\u001b[2J"`, 1),
		"a version with a newline": strings.Replace(good, `"v1.0.0"`, `"v1\nv2"`, 1),
		"a commit that is none":    strings.Replace(good, commit, "HEAD", 1),
		"no files":                 files(""),
		"too many files":           files(strings.Join(many, ",\n")),
		"up":                       files(`    "../a.js": "` + digest + `"`),
		"up in between":            files(`    "a/../../b.js": "` + digest + `"`),
		"from the root":            files(`    "/a.js": "` + digest + `"`),
		"backslash":                files(`    "a\\b.js": "` + digest + `"`),
		"percent":                  files(`    "a%2e.js": "` + digest + `"`),
		"a name with an escape":    files(`    "a\u001b.js": "` + digest + `"`),
		"another host":             files(`    "//evil.example/a.js": "` + digest + `"`),
		"a long name":              files(`    "` + strings.Repeat("a", maxName+1) + `": "` + digest + `"`),
		"itself":                   files(`    ".well-known/tincan.json": "` + digest + `"`),
		"the configuration":        files(`    "config.json": "` + digest + `"`),
		"no digest":                files(`    "a.js": ""`),
		"another digest":           files(`    "a.js": "` + strings.ToUpper(digest) + `"`),
		"twice":                    files(`    "a.js": "` + digest + "\",\n" + `    "a.js": "` + digest + `"`),
		"out of order":             files(`    "b.js": "` + digest + "\",\n" + `    "a.js": "` + digest + `"`),
		"more behind it":           good + " ",
		"another field":            strings.Replace(good, `"format": 1`, `"format": 1, "safe": true`, 1),
		"large":                    good + strings.Repeat(" ", maxManifest),
	} {
		m, err := ParseManifest([]byte(bad))
		assert.Error(t, err, name)
		assert.Empty(t, m, name)
		assert.NotContains(t, fmt.Sprint(err), "\x1b", name)
	}
}

// TestUnitReports: what another person sends is read only if it is a report.
func TestUnitReports(t *testing.T) {
	good := string(Report{Format: 1, Address: "https://a.example/", Files: map[string]string{"a": strings.Repeat("0", 64)}}.JSON())
	_, err := ParseReport([]byte(good))
	require.NoError(t, err)
	for _, bad := range []string{"", "{}", strings.Replace(good, `"format": 1`, `"format": 9`, 1), strings.Replace(good, "000", "\\u001b[", 1),
		strings.Replace(good, `"manifest": null`, `"manifest": {"version": "a\nb"}`, 1), good + strings.Repeat(" ", maxReport)} {
		_, err := ParseReport([]byte(bad))
		assert.Error(t, err, bad[:min(len(bad), 200)])
	}
	// What it calls its files is shown in letters that mean nothing to a terminal.
	a, _ := ParseReport([]byte(good))
	b := a
	b.Files = map[string]string{"\x1b[2J": a.Files["a"], "a": a.Files["a"]}
	assert.Equal(t, []string{`"\x1b[2J" was served in b, and not in a`}, Differences(a, b, "a", "b"))
}

// TestUnitReadPage: a folder whose files are not those of its manifest is no page to compare with.
func TestUnitReadPage(t *testing.T) {
	for name, change := range map[string]func(s site){
		"changed": func(s site) { s["sw.js"] += " " }, "added": func(s site) { s["x.js"] = "" }, "missing": func(s site) { delete(s, "sw.js") },
	} {
		s := build("v1.0.0")
		change(s)
		folder := fstest.MapFS{}
		for name, content := range s {
			folder[name] = &fstest.MapFile{Data: []byte(content)}
		}
		_, err := ReadPage(folder)
		assert.ErrorContains(t, err, "its files are not those of its manifest", name)
	}
	_, err := ReadPage(fstest.MapFS{})
	assert.ErrorIs(t, err, fs.ErrNotExist)
	_, err = ReadPage(fstest.MapFS{ManifestPath: {Mode: fs.ModeNamedPipe}})
	assert.ErrorContains(t, err, "is no file")
}

func FuzzManifest(f *testing.F) {
	f.Add([]byte(build("v1.0.0")[ManifestPath]))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := ParseManifest(raw)
		if err != nil {
			assert.Empty(t, m)
			return
		}
		assert.Equal(t, raw, m.encode())
	})
}
