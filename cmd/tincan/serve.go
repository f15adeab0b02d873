package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"tincan/relay"
	"tincan/site"
)

const defaultListen = ":8787"

// How long a visitor may take. A request is read within seconds, and a connection
// on which nothing is asked is closed before the next question of an engine that
// waits for a reply, 5 s after its last: later, the two would cross. An answer has all
// the time it takes to a slow phone, as long as some of it goes out in each while.
const (
	headerTime = 5 * time.Second
	bodyTime   = 10 * time.Second
	idleTime   = 4 * time.Second
	answerTime = 30 * time.Second
	answerStep = 16 << 10 // bytes
)

// lonely is how long serve waits for a first visitor before it says why there
// may be none. Tests make it shorter.
var lonely = time.Minute

// pageFlags say how the page is served.
type pageFlags struct {
	listen, public    string
	noSTUN, noMailbox bool
	relay             bool
	relayAt           string // the address that relays have
	stunListen        string // where STUN and the relay listen, if not where the page does
	turnPort          int    // of the relay over TCP; 0 is any
	relayPorts        portRange
	proxies           proxies
}

// runServe serves the page until it is interrupted.
func runServe(ctx context.Context, t terminal, args []string) error {
	var f pageFlags
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.StringVar(&f.listen, "listen", "", "")
	flags.StringVar(&f.public, "public", "", "")
	flags.BoolVar(&f.noSTUN, "no-stun", false, "")
	flags.BoolVar(&f.noMailbox, "no-mailbox", false, "")
	flags.BoolVar(&f.relay, "turn", false, "")
	flags.StringVar(&f.relayAt, "turn-address", "", "")
	flags.StringVar(&f.stunListen, "stun-listen", "", "")
	flags.IntVar(&f.turnPort, "turn-port", 0, "")
	flags.Var(&f.relayPorts, "relay-ports", "")
	flags.Var(&f.proxies, "proxy", "")
	if err := parseFlags(t, flags, args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		t.say("tincan: serve takes flags and nothing else. See tincan serve --help.")
		return errUsage
	}
	if !isPublic(f.public) {
		t.say("tincan: --public needs an address such as https://chat.example/")
		return errUsage
	}
	if wrong := f.contradiction(); wrong != "" {
		t.say("tincan: %s", wrong)
		return errUsage
	}
	p, err := openPage(ctx, t, f)
	if err != nil {
		return err
	}
	defer p.close()
	t.say("The page is served at:\n")
	for _, u := range append(slices.Clone(p.reach.others), p.reach.here...) {
		fmt.Fprintln(t.out, u)
	}
	t.say("")
	if len(p.reach.others) > 0 {
		others, scan := "Others on this network open", ""
		if f.public != "" {
			others = "Others open"
		}
		if drawn, err := drawQR(qrAddress(p.reach.others[0])); err == nil && fits(windowOf(t.err), drawn, 4) {
			t.say("%s", drawn)
			scan = ", or scan the code"
		}
		t.say("%s the first address%s. Ctrl-C stops.", others, scan)
	} else {
		t.say("No other computer can reach it. Ctrl-C stops.")
	}
	for _, needs := range p.needs(f) {
		t.say("%s", needs)
	}
	return p.serve(ctx, t)
}

// isPublic tells an address to reach the page under; none is one, too.
func isPublic(address string) bool {
	u, err := url.Parse(address)
	return address == "" || err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

// pageServer is the page at a port, with what helps its visitors: STUN, a relay
// and a mailbox. Nothing answers before serve.
type pageServer struct {
	listener net.Listener
	reach    addresses
	nat      *natServer
	handler  *pageHandler
	proxies  proxies
}

func openPage(ctx context.Context, t terminal, f pageFlags) (*pageServer, error) {
	page, err := site.Page()
	if err != nil {
		return nil, err
	}
	p := &pageServer{}
	if p.listener, err = listenOn(ctx, f.listen); err != nil {
		return nil, fmt.Errorf("%w; --listen :0 takes any free port", err)
	}
	at := p.listener.Addr().(*net.TCPAddr)
	p.reach = reachable(at, f.public)
	natAt, reached := f.natAddress(at)
	if !f.noSTUN && !reached {
		t.say("STUN is off: this port is for this computer alone, and no proxy passes UDP on. --stun-listen :3478 switches it on.")
	} else if !f.noSTUN {
		relayAt, err := relayAddress(f.relay, f.relayAt)
		if err != nil {
			p.close()
			return nil, err
		}
		p.nat, err = newNATServer(natAt, relayAt, f.ports(), net.InterfaceAddrs)
		if err != nil && relayAt.IsValid() {
			p.close()
			return nil, fmt.Errorf("start the relay: %w", err)
		} else if err != nil {
			t.say("STUN is off, as its port cannot be opened: %v. Chats on one network work without.", err)
		}
	}
	if p.handler, err = newPageHandler(page, p.reach.others, p.nat); err != nil {
		p.close()
		return nil, err
	}
	_, p.handler.public = publicOrigin(f.public)
	p.proxies = f.proxies
	if !f.noMailbox {
		p.handler.mailbox = newMailbox(f.public)
	}
	return p, nil
}

// newMailbox keeps replies in memory; browsers know it also by the public address.
func newMailbox(public string) http.Handler {
	var config relay.Config
	if origin, _ := publicOrigin(public); origin != "" {
		config.Origins = []string{origin}
	}
	return relay.Limit(relay.New(relay.NewMemory(), config), nil)
}

// close lets go of the ports.
func (p *pageServer) close() {
	_ = p.listener.Close()
	_ = p.nat.Close()
}

// link is what links to this page begin with.
func (p *pageServer) link() string {
	return append(slices.Clone(p.reach.others), p.reach.here...)[0]
}

// own is the origin under which this very program reaches it.
func (p *pageServer) own() string {
	at := p.listener.Addr().(*net.TCPAddr)
	if at.IP.IsUnspecified() {
		return fmt.Sprintf("http://localhost:%d", at.Port)
	}
	return "http://" + at.String()
}

// serve answers until ctx ends.
func (p *pageServer) serve(ctx context.Context, t terminal) error {
	visitors := newVisitors(p.listener)
	visitors.proxies = p.proxies
	server := &http.Server{
		Handler:           p.proxies.handler(p.handler),
		ConnState:         visitors.state,
		ReadHeaderTimeout: headerTime,
		ReadTimeout:       bodyTime,
		WriteTimeout:      answerTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    8 << 10,
		ErrorLog:          log.New(io.Discard, "", 0), // it names addresses
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(visitors) }()
	alone := time.NewTimer(lonely)
	defer alone.Stop()
	for {
		select {
		case err := <-failed:
			return err
		case <-alone.C:
			if len(p.reach.others) > 0 && !p.handler.visited.Load() {
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
	public  string   // host and port by which others know this server, where it was told
	nat     *natServer
	mailbox http.Handler // nil without one
	visited atomic.Bool  // by another computer
}

type pageFile struct {
	kind  string
	plain []byte
	small func() []byte // gzip, made when it is first asked for; nil where that is not smaller
}

// types by extension: what the system thinks of them differs between systems.
var types = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".wasm": "application/wasm", ".svg": "image/svg+xml", ".json": "application/json", ".png": "image/png",
	".webmanifest": "application/manifest+json",
}

// newPageHandler reads the whole page into memory. Browsers take brotli only over
// https, so it is compressed with gzip, each file once, for the first who asks:
// whoever serves a page for one visitor alone need not wait for it.
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
		f.small = sync.OnceValue(func() []byte { return compress(f.plain) })
		h.files[name] = f
		return nil
	})
	if len(h.files) == 0 && err == nil {
		err = errors.New("the page is empty")
	}
	return h, err
}

// compress gives nil where little is won. The level is gzip's own: the best one takes
// more than twice the time for 0.7 %.
func compress(plain []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(plain)
	_ = w.Close()
	if b.Len() >= len(plain)*9/10 {
		return nil
	}
	return b.Bytes()
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
	own := ownName(r.Host, h.public)
	if h.mailbox != nil && strings.HasPrefix(r.URL.Path, "/api/") {
		if !own {
			http.Error(w, http.StatusText(http.StatusForbidden), http.StatusForbidden)
			return
		}
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
	body := f.plain
	if acceptsGzip(r) {
		if small := f.small(); small != nil {
			header.Set("Content-Encoding", "gzip")
			body = small
		}
	}
	header.Set("Content-Length", fmt.Sprint(len(body)))
	if r.Method == http.MethodGet {
		answer(w, body)
	}
}

// answer writes a body for as long as each piece of it is taken in time.
func answer(w http.ResponseWriter, body []byte) {
	control := http.NewResponseController(w)
	for piece := range slices.Chunk(body, answerStep) {
		_ = control.SetWriteDeadline(time.Now().Add(answerTime)) // a recorder of tests has none
		if _, err := w.Write(piece); err != nil {
			return
		}
	}
}

// config is config.json, made anew for each visitor: logins run out. Never
// offline: this page is gone when whoever runs it is, and a worker would keep
// it at an address that somebody else's may have next. Under a name that is not own
// it says nothing about this computer, gives no login, and offers no mailbox, which
// would refuse: only the port of STUN, which is the page's.
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
