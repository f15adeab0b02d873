package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"sync"
	"time"

	"tincan/relay"
	"tincan/site"
)

const defaultListen = ":8787"

// How long a visitor may take. A request must be sent within seconds. An idle connection is closed
// after 4 s: an engine that waits for a reply makes a request every 5 s, and one that arrives just
// when its connection is closed would be lost. An answer may take as long as a slow phone needs, if
// answerStep bytes of it are taken in each answerTime.
const (
	headerTime = 5 * time.Second
	bodyTime   = 10 * time.Second
	idleTime   = 4 * time.Second
	answerTime = 30 * time.Second
	answerStep = 16 << 10 // bytes
)

// stopTime is how long answers that are under way may still take when the program is to end.
const stopTime = 10 * time.Second

// streams is how many requests there may be at the same time in one connection of HTTP/2. A page makes about twenty.
const streams = 64

// lonely is how long serve waits for a first visitor before it says why there
// may be none.
const lonely = time.Minute

// pageFlags are the flags that say how the page is served.
type pageFlags struct {
	listen, public    string
	noSTUN, noMailbox bool
	relay             bool
	relayAt           string // the address of relays
	stunListen        string // where STUN and the relay listen, if not at the address of the page
	turnPort          int    // of the relay over TCP; 0 is any
	relayPorts        portRange
	proxies           proxies
	tls               tlsFlag
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
	flags.Var(&f.proxies, "behind-proxy", "")
	flags.StringVar(&f.tls.cert, "tls", "", "")
	for first := true; first || len(args) > 0; first = false {
		if err := parseFlags(t, flags, args); err != nil {
			return err
		}
		rest, isKey := f.tls.takeKey(args, flags.Args())
		if !isKey && flags.NArg() > 0 {
			t.say("tincan: serve takes flags and nothing else. See tincan serve --help.")
			return errUsage
		}
		args = rest
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
	if p.self != nil {
		t.say("%s", selfSaid(p.self.now))
	}
	for _, needs := range p.needs() {
		t.say("%s", needs)
	}
	return p.serve(ctx, t)
}

// isPublic tells whether a value of --public can be used. It may be empty.
func isPublic(address string) bool {
	u, err := url.Parse(address)
	return address == "" || err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

// pageServer serves the page at a port, with what helps its visitors: STUN, a relay and a mailbox.
// No request is answered before serve is called.
type pageServer struct {
	listener net.Listener
	reach    addresses
	nat      *natServer
	handler  *pageHandler
	proxies  proxies
	notices  *notices
	tls      *tls.Config       // nil is plain http
	self     *selfShown        // nil without --tls self
	leaf     *x509.Certificate // of --tls CERT KEY, at the start
	flags    pageFlags
	lonely   time.Duration // 0 for the usual time
}

func openPage(ctx context.Context, t terminal, f pageFlags) (*pageServer, error) {
	page, err := site.Page()
	if err != nil {
		return nil, err
	}
	p := &pageServer{notices: &notices{}}
	if p.listener, err = listenOn(ctx, f.listen); err != nil {
		return nil, fmt.Errorf("%w; --listen :0 takes any free port", err)
	}
	at := p.listener.Addr().(*net.TCPAddr)
	if err = p.openTLS(t, &f, at.Port); err != nil {
		p.close()
		return nil, err
	}
	p.flags = f
	p.reach = reachable(at, f.public, f.tls.on())
	if p.leaf != nil {
		p.reach.certified(p.leaf)
	}
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
	if p.handler, err = newPageHandler(page, site.Compressed(), p.reach.others, p.nat); err != nil {
		p.close()
		return nil, err
	}
	p.handler.origin, p.handler.public = publicOrigin(f.public)
	p.handler.self = p.self != nil
	p.proxies = f.proxies
	if !f.noMailbox {
		p.handler.mailbox = newMailbox(f.public)
	}
	return p, nil
}

// newMailbox makes a mailbox that keeps replies in memory. Browsers may know it by the public
// address, too.
func newMailbox(public string) http.Handler {
	var config relay.Config
	if origin, _ := publicOrigin(public); origin != "" {
		config.Origins = []string{origin}
	}
	return relay.Limit(relay.New(relay.NewMemory(), config), nil)
}

// close closes the ports.
func (p *pageServer) close() {
	_ = p.listener.Close()
	_ = p.nat.Close()
}

// link returns what links to this page begin with.
func (p *pageServer) link() string {
	return append(slices.Clone(p.reach.others), p.reach.here...)[0]
}

// own returns the origin under which this program itself reaches the page.
func (p *pageServer) own() string {
	at := p.listener.Addr().(*net.TCPAddr)
	scheme := "http://"
	if p.tls != nil {
		scheme = "https://"
	}
	if at.IP.IsUnspecified() {
		return fmt.Sprintf("%slocalhost:%d", scheme, at.Port)
	}
	return scheme + at.String()
}

// serve answers requests until ctx ends.
func (p *pageServer) serve(ctx context.Context, t terminal) error {
	if p.notices == nil {
		p.notices = &notices{}
	}
	p.handler.notices = p.notices
	p.notices.tell(t.say)
	servers, failed := p.start()
	alone := time.NewTimer(cmp.Or(p.lonely, lonely))
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
			stop(servers)
			t.say("Stopped.")
			return nil
		}
	}
}

// start begins to answer. What fails is told.
func (p *pageServer) start() (servers []*http.Server, failed chan error) {
	visitors := newVisitors(p.listener)
	visitors.proxies = p.proxies
	server := func(h http.Handler) *http.Server {
		s := &http.Server{
			Handler:           h,
			ConnState:         visitors.state,
			ReadHeaderTimeout: headerTime,
			ReadTimeout:       bodyTime,
			WriteTimeout:      answerTime,
			IdleTimeout:       idleTime,
			MaxHeaderBytes:    8 << 10,
			HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: streams, MaxReceiveBufferPerConnection: 64 << 10, MaxReceiveBufferPerStream: 64 << 10},
			ErrorLog:          log.New(io.Discard, "", 0), // it names addresses
		}
		servers = append(servers, s)
		return s
	}
	failed = make(chan error, 2)
	page := server(p.front())
	if p.tls == nil {
		go func() { failed <- page.Serve(visitors) }()
		return servers, failed
	}
	page.TLSConfig = p.tls
	page.Handler = limitRequests(page.Handler, p.proxies)
	both, plain := sortConnections(visitors), server(http.HandlerFunc(p.handler.toHTTPS))
	go func() { failed <- page.ServeTLS(both, "", "") }()
	go func() { failed <- plain.Serve(plainHalf{both}) }()
	return servers, failed
}

// front answers all that is asked. Who asks whether this server is well is no visitor, and has no visitor's limits.
func (p *pageServer) front() http.Handler {
	visitors := p.proxies.handler(p.handler, p.notices)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == healthPath {
			p.handler.health(w, r)
			return
		}
		visitors.ServeHTTP(w, r)
	})
}

// stop lets nobody in any more, and waits for answers that are under way, for as long as stopTime.
func stop(servers []*http.Server) {
	within, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	var all sync.WaitGroup
	for _, server := range servers {
		all.Go(func() {
			if server.Shutdown(within) != nil {
				_ = server.Close()
			}
		})
	}
	all.Wait()
}

// listenOn listens at the given address, or, if there is none, at the default port or any free one.
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

// relayAddress returns the address for relays: the one that is named, or that of the default route.
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
