package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"tincan/site"
)

const defaultListen = ":8787"

// lonely is how long serve waits for a first visitor before it says why there
// may be none. Tests make it shorter.
var lonely = time.Minute

// runServe serves the page until it is interrupted.
func runServe(ctx context.Context, t terminal, args []string) error {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.SetOutput(t.err)
	flags.Usage = func() { t.say("Run tincan help for the flags.") }
	listen := flags.String("listen", "", "")
	public := flags.String("public", "", "")
	noSTUN := flags.Bool("no-stun", false, "")
	relay := flags.Bool("turn", false, "")
	relayAt := flags.String("turn-address", "", "")
	if flags.Parse(args) != nil {
		return errUsage
	}
	if flags.NArg() > 0 {
		t.say("tincan: serve takes flags and nothing else. Run tincan help.")
		return errUsage
	}
	if u, err := url.Parse(*public); *public != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		t.say("tincan: --public needs an address such as https://chat.example/")
		return errUsage
	}
	if *noSTUN && (*relay || *relayAt != "") {
		t.say("tincan: a relay answers STUN too: --turn and --no-stun do not go together.")
		return errUsage
	}
	page, err := site.Page()
	if err != nil {
		return err
	}
	listener, err := listenOn(ctx, *listen)
	if err != nil {
		return fmt.Errorf("%w; --listen :0 takes any free port", err)
	}
	reach := reachable(listener.Addr().(*net.TCPAddr), *public)
	var nat *natServer
	if !*noSTUN {
		at, err := relayAddress(*relay, *relayAt)
		if err != nil {
			return err
		}
		nat, err = newNATServer(listener.Addr().(*net.TCPAddr), at)
		if err != nil && at.IsValid() {
			return fmt.Errorf("start the relay: %w", err)
		} else if err != nil {
			t.say("STUN is off, as its port cannot be opened: %v. Chats on one network work without.", err)
		}
		defer nat.Close()
	}
	handler, err := newPageHandler(page, reach.others, nat)
	if err != nil {
		return err
	}
	t.say("The page is served at:\n")
	for _, u := range append(slices.Clone(reach.others), reach.here...) {
		fmt.Fprintln(t.out, u)
	}
	t.say("")
	if len(reach.others) > 0 {
		if drawn, err := drawQR(qrAddress(reach.others[0])); err == nil {
			t.say("%s", drawn)
		}
		t.say("Others on this network open the first address, or scan the code. Ctrl-C stops.")
	} else {
		t.say("No other computer can reach it. Ctrl-C stops.")
	}
	return serve(ctx, t, listener, handler, len(reach.others) > 0)
}

func serve(ctx context.Context, t terminal, listener net.Listener, handler *pageHandler, expectOthers bool) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       30 * time.Second,
		MaxHeaderBytes:    8 << 10,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	alone := time.NewTimer(lonely)
	defer alone.Stop()
	for {
		select {
		case err := <-failed:
			return err
		case <-alone.C:
			if expectOthers && !handler.visited.Load() {
				t.say("Nobody has opened it yet. Is a firewall on this computer in the way, does a guest Wi-Fi keep devices apart, or are they on another network?")
			}
		case <-ctx.Done():
			stop, cancel := context.WithTimeout(context.Background(), 3*time.Second)
			defer cancel()
			if server.Shutdown(stop) != nil {
				_ = server.Close()
			}
			t.say("Stopped.")
			return nil
		}
	}
}

// listenOn listens where it is told, or on the default port or any free one.
func listenOn(ctx context.Context, address string) (net.Listener, error) {
	var c net.ListenConfig
	if address != "" {
		return c.Listen(ctx, "tcp", address)
	}
	l, err := c.Listen(ctx, "tcp", defaultListen)
	if err != nil {
		l, err = c.Listen(ctx, "tcp", ":0")
	}
	return l, err
}

// relayAddress is the address that relays are given: the one named, or that of
// the default route.
func relayAddress(wanted bool, named string) (netip.Addr, error) {
	if named != "" {
		ip, err := netip.ParseAddr(named)
		if err != nil || !ip.Is4() {
			return ip, errors.New("--turn-address needs an IPv4 address of this computer")
		}
		return ip, nil
	}
	if !wanted {
		return netip.Addr{}, nil
	}
	for _, ip := range localAddresses() {
		if ip.Is4() {
			return ip, nil
		}
	}
	return netip.Addr{}, errors.New("there is no address for a relay; name one with --turn-address")
}

// addresses under which the page can be opened.
type addresses struct {
	others []string // from other computers, best first
	here   []string // from this one
}

// reachable lists where a listener is reached: the public address first, then
// that of the default route, then the rest.
func reachable(at *net.TCPAddr, public string) (a addresses) {
	if public != "" {
		a.others = append(a.others, strings.TrimSuffix(public, "/")+"/")
	}
	bound, _ := netip.AddrFromSlice(at.IP)
	bound = bound.Unmap()
	add := func(ip netip.Addr) {
		if ip.Is4() != bound.Is4() && !bound.IsUnspecified() || !bound.IsUnspecified() && ip != bound {
			return
		}
		u := fmt.Sprintf("http://%s/", netip.AddrPortFrom(ip, uint16(at.Port)))
		if !slices.Contains(a.others, u) {
			a.others = append(a.others, u)
		}
	}
	if bound.IsLoopback() {
		a.here = []string{fmt.Sprintf("http://%s/", at)}
		return a
	}
	for _, ip := range localAddresses() {
		add(ip)
	}
	if bound.IsUnspecified() {
		a.here = []string{fmt.Sprintf("http://localhost:%d/", at.Port)}
	}
	return a
}

// localAddresses are this computer's own, that of the default route first.
func localAddresses() (list []netip.Addr) {
	add := func(ip net.IP) {
		a, ok := netip.AddrFromSlice(ip)
		if a = a.Unmap(); ok && a.IsGlobalUnicast() && !slices.Contains(list, a) {
			list = append(list, a)
		}
	}
	// Connecting a UDP socket sends nothing; it only asks the routing table.
	// The addresses are of documentation's ranges.
	for _, far := range []string{"192.0.2.1:9", "[2001:db8::1]:9"} {
		if c, err := net.Dial("udp", far); err == nil {
			add(c.LocalAddr().(*net.UDPAddr).IP)
			_ = c.Close()
		}
	}
	all, _ := net.InterfaceAddrs()
	for _, four := range []bool{true, false} {
		for _, a := range all {
			if n, ok := a.(*net.IPNet); ok && (n.IP.To4() != nil) == four {
				add(n.IP)
			}
		}
	}
	return list
}

// qrAddress writes an address with the capitals that QR codes store well.
func qrAddress(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Path != "/" {
		return address
	}
	return strings.ToUpper(address)
}

// pageHandler serves the built page with its security headers, and config.json.
type pageHandler struct {
	files   map[string]pageFile
	headers site.Headers
	others  []string // addresses for config.json
	nat     *natServer
	visited atomic.Bool // by another computer
}

type pageFile struct {
	kind         string
	plain, small []byte // small is gzip, where that is smaller
}

// types by extension: what the system thinks of them differs between systems.
var types = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".wasm": "application/wasm", ".svg": "image/svg+xml", ".json": "application/json", ".png": "image/png",
	".webmanifest": "application/manifest+json",
}

// newPageHandler reads the whole page into memory, compressed once: browsers
// take brotli only over https, so it is gzip.
func newPageHandler(page fs.FS, others []string, nat *natServer) (*pageHandler, error) {
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
		f := pageFile{kind: kind}
		if f.plain, err = fs.ReadFile(page, name); err != nil {
			return err
		}
		var b bytes.Buffer
		w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
		_, _ = w.Write(f.plain)
		_ = w.Close()
		if b.Len() < len(f.plain)*9/10 {
			f.small = b.Bytes()
		}
		h.files[name] = f
		return nil
	})
	if len(h.files) == 0 && err == nil {
		err = errors.New("the page is empty")
	}
	return h, err
}

func (h *pageHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	for name, value := range h.headers.All {
		header.Set(name, value)
	}
	for name, value := range h.headers.Secure {
		if r.TLS != nil || name != "Strict-Transport-Security" && loopbackHost(r.Host) {
			header.Set(name, value)
		}
	}
	header.Set("Cache-Control", h.headers.Cache.Page)
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		http.Error(w, "Only GET and HEAD.", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(r.URL.Path, "/")
	if name == "config.json" {
		header.Set("Content-Type", "application/json")
		_, _ = w.Write(h.config())
		return
	}
	if name == "" {
		name = "index.html"
		if !fromHere(r) {
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
	body := f.plain
	if f.small != nil {
		header.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r) {
			header.Set("Content-Encoding", "gzip")
			body = f.small
		}
	}
	header.Set("Content-Length", fmt.Sprint(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body)
	}
}

// config is config.json, made anew for each visitor: logins run out.
func (h *pageHandler) config() []byte {
	stun, relays := h.nat.config()
	others := h.others
	if others == nil {
		others = []string{}
	}
	b, _ := json.Marshal(map[string]any{
		"stun": stun, "turn": relays, "mailbox": "none", "offline": false, "addresses": others,
	}) // strings only: it can't fail
	return b
}

func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		coding, quality, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(coding, "gzip") {
			return strings.ReplaceAll(quality, " ", "") != "q=0"
		}
	}
	return false
}

// fromHere tells a visitor on this computer.
func fromHere(r *http.Request) bool {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	ip := from.Addr().Unmap()
	return ip.IsLoopback() || slices.Contains(localAddresses(), ip)
}

// loopbackHost tells a host name that can only mean this computer, which
// browsers treat as a secure origin.
func loopbackHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if ip, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return ip.IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}
