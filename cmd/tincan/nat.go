package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/pion/logging"
	"github.com/pion/turn/v5"
)

// Limits of the relay. A login is good for one long evening; whoever can load
// the page can get one, so each address may hold a few relays and all together
// some more.
const (
	turnLogin       = 12 * time.Hour
	relaysByAddress = 16
	relaysInAll     = 512
)

// natServer helps visitors of the page through their routers: it tells them the
// address they come from (STUN) and, where asked to, relays what they can't
// send each other directly (TURN). It keeps nothing, and what it relays is
// sealed twice.
type natServer struct {
	server  *turn.Server
	udpPort int    // the page's own
	tcpPort int    // of TURN over TCP; 0 without a relay
	secret  string // that logins are made of, new at every start

	mu     sync.Mutex
	relays map[string]int // by address
	all    int
}

// newNATServer listens on UDP beside the page. relayAt is the address that
// relays have; the zero value is no relay.
func newNATServer(page *net.TCPAddr, relayAt netip.Addr) (*natServer, error) {
	n := &natServer{relays: map[string]int{}}
	udp, err := net.ListenUDP("udp", &net.UDPAddr{IP: page.IP, Port: page.Port, Zone: page.Zone})
	if err != nil {
		return nil, err
	}
	n.udpPort = udp.LocalAddr().(*net.UDPAddr).Port
	var listener net.Listener
	config := turn.ServerConfig{
		Realm:               "tincan",
		StrictAddressFamily: true,                                              // relays are IPv4, also for who comes over IPv6
		LoggerFactory:       &logging.DefaultLoggerFactory{Writer: io.Discard}, // pion logs addresses
		PacketConnConfigs:   []turn.PacketConnConfig{{PacketConn: udp}},
	}
	if relayAt.IsValid() {
		secret := make([]byte, 32)
		rand.Read(secret) // never fails: it would end the program
		n.secret = hex.EncodeToString(secret)
		tcp, err := net.ListenTCP("tcp", &net.TCPAddr{IP: page.IP, Zone: page.Zone})
		if err != nil {
			return nil, errors.Join(err, udp.Close())
		}
		n.tcpPort = tcp.Addr().(*net.TCPAddr).Port
		relay := udpRelays{&turn.RelayAddressGeneratorStatic{RelayAddress: relayAt.AsSlice(), Address: "0.0.0.0"}}
		listener = &turnListener{Listener: tcp, byHost: map[string]int{}}
		mayRelayTo := permission(relayAt)
		config.PacketConnConfigs[0].RelayAddressGenerator = relay
		config.PacketConnConfigs[0].PermissionHandler = mayRelayTo
		config.ListenerConfigs = []turn.ListenerConfig{{Listener: listener, RelayAddressGenerator: relay, PermissionHandler: mayRelayTo}}
		config.AuthHandler = turn.NewLongTermAuthHandler(n.secret, config.LoggerFactory.NewLogger("turn"))
		config.QuotaHandler = n.mayHaveRelay
		config.EventHandler = turn.EventHandler{OnAllocationCreated: n.created, OnAllocationDeleted: n.deleted}
	}
	if n.server, err = turn.NewServer(config); err != nil {
		if listener != nil {
			err = errors.Join(err, listener.Close())
		}
		return nil, errors.Join(err, udp.Close())
	}
	return n, nil
}

// permission keeps the relay from being a way to this computer's own services, but
// for its own address: two relays of one chat meet there.
func permission(relayAt netip.Addr) turn.PermissionHandler {
	own := localAddresses()
	return func(_ net.Addr, to net.IP) bool {
		ip, ok := netip.AddrFromSlice(to)
		ip = ip.Unmap()
		return ok && ip.IsGlobalUnicast() && (ip == relayAt || !slices.Contains(own, ip))
	}
}

func (n *natServer) mayHaveRelay(_, _ string, from net.Addr) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.all < relaysInAll && n.relays[hostOf(from)] < relaysByAddress
}

func (n *natServer) created(from, _ net.Addr, _, _, _ string, _ net.Addr, _ int) { n.count(from, 1) }
func (n *natServer) deleted(from, _ net.Addr, _, _, _ string)                    { n.count(from, -1) }

func (n *natServer) count(from net.Addr, more int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all += more
	host := hostOf(from)
	if n.relays[host] += more; n.relays[host] <= 0 {
		delete(n.relays, host)
	}
}

func hostOf(a net.Addr) string {
	host, _, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	return host
}

// turnEntry is a relay in config.json.
type turnEntry struct {
	URL        string `json:"url"`
	Username   string `json:"username"`
	Credential string `json:"credential"`
}

// config names the servers for config.json. Without a host they are where the
// page is.
func (n *natServer) config() (stun []string, relays []turnEntry) {
	stun, relays = []string{}, []turnEntry{}
	if n == nil {
		return stun, relays
	}
	stun = append(stun, ":"+strconv.Itoa(n.udpPort))
	if n.tcpPort == 0 {
		return stun, relays
	}
	user, password, err := turn.GenerateLongTermCredentials(n.secret, turnLogin)
	if err != nil {
		return stun, relays
	}
	for _, url := range []string{
		fmt.Sprintf("turn::%d?transport=udp", n.udpPort),
		fmt.Sprintf("turn::%d?transport=tcp", n.tcpPort),
	} {
		relays = append(relays, turnEntry{url, user, password})
	}
	return stun, relays
}

func (n *natServer) Close() error {
	if n == nil {
		return nil
	}
	return n.server.Close()
}
