package main

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"tincan/relay"
)

// notices tells the host what is set up wrongly, as the requests of visitors show it. Each sentence is said once, and none
// has anything of a visitor in it: no address, nor a name that they wrote. The zero value and nil tell nobody.
type notices struct {
	mu    sync.Mutex
	to    func(format string, args ...any)
	said  map[string]bool
	asked time.Time // when a visitor from elsewhere first asked the mailbox, and so was making a chat
}

// The sentences. Anybody can send any header, so each says what was seen, and when something is to be done about it.
const (
	untrustedSaid  = "A request names somebody for whom a proxy asks (X-Forwarded-For), and comes from an address that --behind-proxy does not name: if there is a proxy of yours, name its address, or all its visitors count as one and share the limits of one."
	namelessSaid   = "A request from an address of --behind-proxy does not say for whom it is: have the proxy set X-Forwarded-For to the visitor's address, or all its visitors count as one and share the limits of one."
	foreignSaid    = "The page was opened under a name that is not known here, where it has no mailbox and no relay: if the name is yours, say --public https://NAME/, and if it is that already, have the proxy pass on the Host that the browser asks for."
	plainSaid      = "The page was opened over plain http, while --public says https: have the proxy send its visitors from http to https, or their browsers give the page neither camera nor microphone."
	originSaid     = "The page was opened under its own name, but with another scheme or port than is known here, so the mailbox refuses it: give --public the address as it stands in the browser, such as https://chat.example/."
	plainProxySaid = "A proxy speaks plain http to this port, which has --tls: leave --tls away behind a proxy, or have it speak https to this port."
	stunSaid       = "Chats were begun and no packet has come to STUN: open UDP %d in the firewall, and have the router pass it on to this computer, since a proxy does not. Until then people in two networks may not reach each other."
)

// stunPatience is how long chats may be made before it is strange that none of them has asked STUN.
const stunPatience = 20 * time.Second

// The headers by which proxies say for whom they ask, and how they were asked.
const (
	forHeader   = "X-Forwarded-For"
	protoHeader = "X-Forwarded-Proto"
)

// tell says who is told.
func (n *notices) tell(to func(string, ...any)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.to = to
}

// once says what has not been said.
func (n *notices) once(sentence string) {
	if n == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.to == nil || n.said[sentence] {
		return
	}
	if n.said == nil {
		n.said = map[string]bool{}
	}
	n.said[sentence] = true
	n.to("%s", sentence)
}

// arrived looks at a request as it came from its connection. trusted tells whether that is of a proxy of the host.
func (n *notices) arrived(r *http.Request, from netip.Addr, trusted bool) {
	switch forwarded := r.Header.Values(forHeader); {
	case trusted && !namesVisitor(forwarded):
		if r.URL.Path == configPath { // the host, who looks whether the program answers, goes past the proxy
			n.once(namelessSaid)
		}
	case !trusted && len(forwarded) > 0 && (from.IsLoopback() || from.IsPrivate()):
		n.once(untrustedSaid) // from farther away it is the invention of somebody who comes without a proxy
	}
}

// namesVisitor tells whether the last proxy wrote an address.
func namesVisitor(forwarded []string) bool {
	all := strings.Join(forwarded, ",")
	_, ok := addressIn(strings.TrimSpace(all[strings.LastIndex(all, ",")+1:]))
	return ok
}

// configPath is asked for by pages, and not by those who only try what there is.
const configPath = "/config.json"

// opened looks at a request of a page for its configuration. own tells whether it
// came under a name of this server, public is the origin that --public names.
func (n *notices) opened(r *http.Request, own bool, public string) {
	switch {
	case !own:
		n.once(foreignSaid)
	case strings.HasPrefix(public, "https:") && r.Header.Get(protoHeader) == "http":
		n.once(plainSaid)
	}
}

// left looks at a request to the mailbox, which makes a chat.
func (n *notices) left(r *http.Request, public string, nat *natServer) {
	if n == nil {
		return
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	origin := r.Header.Get("Origin")
	at, err := url.Parse(origin)
	known, _ := url.Parse(public)
	if err == nil && at.Host != "" && !strings.EqualFold(origin, public) && !strings.EqualFold(origin, relay.Origin(scheme, r.Host)) &&
		(nameIn(at.Host) == nameIn(r.Host) || nameIn(at.Host) == nameIn(known.Host)) {
		n.once(originSaid)
	}
	if nat == nil || nat.udp.asked.Load() || fromHere(r) {
		return
	}
	n.mu.Lock()
	if n.asked.IsZero() {
		n.asked = time.Now()
	}
	late := time.Since(n.asked) >= stunPatience
	n.mu.Unlock()
	if late {
		n.once(fmt.Sprintf(stunSaid, nat.udpPort))
	}
}
