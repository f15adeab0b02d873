package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
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
	config := turn.ServerConfig{
		Realm:             "tincan",
		LoggerFactory:     &logging.DefaultLoggerFactory{Writer: io.Discard}, // pion logs addresses
		PacketConnConfigs: []turn.PacketConnConfig{{PacketConn: udp}},
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
		relay := &turn.RelayAddressGeneratorStatic{RelayAddress: relayAt.AsSlice(), Address: "0.0.0.0"}
		config.PacketConnConfigs[0].RelayAddressGenerator = relay
		config.PacketConnConfigs[0].PermissionHandler = mayRelayTo
		config.ListenerConfigs = []turn.ListenerConfig{{Listener: tcp, RelayAddressGenerator: relay, PermissionHandler: mayRelayTo}}
		config.AuthHandler = turn.NewLongTermAuthHandler(n.secret, config.LoggerFactory.NewLogger("turn"))
		config.QuotaHandler = n.mayHaveRelay
		config.EventHandler = turn.EventHandler{OnAllocationCreated: n.created, OnAllocationDeleted: n.deleted}
	}
	if n.server, err = turn.NewServer(config); err != nil {
		return nil, errors.Join(err, udp.Close())
	}
	return n, nil
}

// mayRelayTo keeps the relay from being a way to this computer's own services.
func mayRelayTo(_ net.Addr, to net.IP) bool {
	return !to.IsLoopback() && !to.IsUnspecified() && !to.IsMulticast() && !to.IsLinkLocalUnicast()
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
