package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/netip"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"tincan/site"
)

// pageHandler serves the built page with its security headers, and config.json.
type pageHandler struct {
	files   map[string]pageFile
	headers site.Headers
	others  []string // addresses for config.json
	public  string   // host and port by which others know this server, if --public says so
	origin  string   // the same as an origin
	self    bool     // the certificate is one that browsers warn of
	notices *notices // nil is nobody
	nat     *natServer
	mailbox http.Handler // nil without one
	visited atomic.Bool  // another computer has opened the page
}

type pageFile struct {
	kind    string
	codings []coding // best first; the last is the file as it is
}

// types are the media types by extension. Those that the system knows differ between systems.
var types = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".wasm": "application/wasm", ".svg": "image/svg+xml", ".json": "application/json", ".png": "image/png",
	".webmanifest": "application/manifest+json", ".txt": "text/plain; charset=utf-8",
}

// newPageHandler reads the whole page into memory. small has files of it compressed with brotli.
func newPageHandler(page, small fs.FS, others []string, nat *natServer) (*pageHandler, error) {
	headers, err := site.LoadHeaders()
	if err != nil {
		return nil, err
	}
	h := &pageHandler{files: map[string]pageFile{}, headers: headers, others: others, nat: nat}
	err = fs.WalkDir(page, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		kind, known := types[path.Ext(name)]
		if !known {
			return fmt.Errorf("the page has a file of an unknown kind: %s", name)
		}
		plain, err := fs.ReadFile(page, name)
		if err != nil {
			return err
		}
		f := pageFile{kind: kind}
		f.codings, err = codings(name, plain, small)
		h.files[name] = f
		return err
	})
	if len(h.files) == 0 && err == nil {
		err = errors.New("the page is empty")
	}
	return h, err
}

func (h *pageHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	// What a browser holds to https for years is no certificate that it has to be talked into, nor this computer's own name.
	https := h.byHTTPS(r)
	h.setHeaders(header, https || loopbackHost(r.Host), https && !h.self && !loopbackHost(r.Host))
	own := ownName(r.Host, h.public)
	if h.mailbox != nil && strings.HasPrefix(r.URL.Path, "/api/") {
		if !own {
			http.Error(w, http.StatusText(http.StatusForbidden), http.StatusForbidden)
			return
		}
		h.notices.left(r, h.origin, h.nat)
		h.mailbox.ServeHTTP(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		http.Error(w, "Only GET and HEAD.", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(r.URL.Path, "/")
	if name == "config.json" {
		h.notices.opened(r, own, h.origin)
		header.Set("Content-Type", "application/json")
		_, _ = w.Write(h.config(own))
		return
	}
	if name == "" {
		name = "index.html"
		if !h.visited.Load() && !fromHere(r) {
			h.visited.Store(true)
		}
	}
	f, ok := h.files[name]
	if !ok {
		http.Error(w, "There is no such file.", http.StatusNotFound)
		return
	}
	header.Set("Content-Type", f.kind)
	if strings.HasPrefix(name, "assets/") {
		header.Set("Cache-Control", h.headers.Cache.Assets)
	}
	header.Set("Vary", "Accept-Encoding")
	sent := choose(f.codings, r)
	header.Set("ETag", sent.tag())
	if has(r, sent.tag()) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if sent.name != "" {
		header.Set("Content-Encoding", sent.name)
	}
	body := sent.body()
	header.Set("Content-Length", fmt.Sprint(len(body)))
	if r.Method == http.MethodGet {
		answer(w, body)
	}
}

// byHTTPS tells whether the browser speaks https, to here or to a proxy. Of proxies that are not trusted
// the header has been taken out.
func (h *pageHandler) byHTTPS(r *http.Request) bool {
	return r.TLS != nil || r.Header.Get(protoHeader) == "https" ||
		strings.HasPrefix(h.origin, "https:") && nameIn(r.Host) == nameIn(h.public)
}

// setHeaders sets what every answer has. strict is whether browsers are to come by https alone from now on.
func (h *pageHandler) setHeaders(header http.Header, secure, strict bool) {
	for name, value := range h.headers.All {
		header.Set(name, value)
	}
	for name, value := range h.headers.Secure {
		if secure && (strict || name != "Strict-Transport-Security") {
			header.Set(name, value)
		}
	}
	header.Set("Cache-Control", h.headers.Cache.Page)
}

// healthPath is where a load balancer asks whether the page can be served.
const healthPath = "/healthz"

// health answers there. It tells nothing else, and who asks is no visitor.
func (h *pageHandler) health(w http.ResponseWriter, r *http.Request) {
	h.setHeaders(w.Header(), false, false)
	_, whole := h.files["index.html"]
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Only GET and HEAD.", http.StatusMethodNotAllowed)
	case !whole:
		http.Error(w, "There is no page.", http.StatusServiceUnavailable)
	default:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte("ok\n"))
	}
}

// answer writes a body piece by piece. It gives up if a piece is not taken in time.
func answer(w http.ResponseWriter, body []byte) {
	control := http.NewResponseController(w)
	for piece := range slices.Chunk(body, answerStep) {
		_ = control.SetWriteDeadline(time.Now().Add(answerTime)) // fails only for the recorders of tests
		if _, err := w.Write(piece); err != nil {
			return
		}
	}
}

// config makes config.json, anew for each visitor, because the logins in it expire. It never
// allows the page to be kept for offline use: the page is gone when its program ends, and the
// browser would keep it at an address that may belong to somebody else next. If own is false, the
// request came under a name that is not this computer's. Then config.json tells nothing of this
// computer, has no login, and offers no mailbox, which would refuse anyway. It names only the
// port of STUN, which is that of the page.
func (h *pageHandler) config(own bool) []byte {
	stun, relays := h.nat.config()
	addresses, mailbox := h.others, "none"
	if h.mailbox != nil {
		mailbox = "offered"
	}
	if !own {
		addresses, relays, mailbox = nil, nil, "none"
	}
	b, _ := json.Marshal(map[string]any{
		"stun": stun, "turn": append([]turnEntry{}, relays...), "mailbox": mailbox, "offline": false,
		"addresses": append([]string{}, addresses...),
	}) // cannot fail: these are only strings
	return b
}

// fromHere tells whether a visitor is on this computer.
func fromHere(r *http.Request) bool {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	ip := from.Addr().Unmap()
	return ip.IsLoopback() || slices.Contains(localAddresses(), ip)
}
