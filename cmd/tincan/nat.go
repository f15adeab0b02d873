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
// the page can get one, so each client may hold a few relays and all together
// some more. A chat takes a permission for each address of the other person, 8 and
// a few that show themselves, and a channel for those in use.
const (
	turnLogin          = 12 * time.Hour
	relaysByClient     = 16
	relaysInAll        = 512
	permissionsByRelay = 64
	channelsByRelay    = 64
)

// natServer helps visitors of the page through their routers. It tells them the address that they
// come from (STUN) and, with --turn, relays what they cannot send to each other directly (TURN).
// It keeps nothing, and what it relays is encrypted twice, by DTLS and by the chat itself.
type natServer struct {
	udp     *bindings
	drained chan struct{} // closed when nothing reads udp any more; nil with a relay
	server  *turn.Server  // nil without a relay
	udpPort int           // the page's own
	tcpPort int           // of TURN over TCP; 0 without a relay
	secret  string        // logins are derived from it; it is new at every start
	reach   *reach
	places  *places // relays

	mu   sync.Mutex
	uses map[string]*use // by the client's address and port, from which there can be only one relay
}

// use is what the client of one relay has in use.
type use struct {
	permitted map[netip.Addr]bool
	channels  int
}

// relayPorts are the ports of relays; the zero value is any.
type relayPorts struct {
	tcp int       // of TURN over TCP
	udp portRange // that relays have
}

// newNATServer listens on UDP at the page's address and port, or at others. relayAt is the
// address that relays have; the zero value is no relay. interfaces tells this computer's addresses,
// such as net.InterfaceAddrs.
func newNATServer(page *net.TCPAddr, relayAt netip.Addr, ports relayPorts, interfaces func() ([]net.Addr, error)) (*natServer, error) {
	udp, err := net.ListenUDP("udp", &net.UDPAddr{IP: page.IP, Port: page.Port, Zone: page.Zone})
	if err != nil {
		return nil, err
	}
	n := &natServer{
		udp:     &bindings{PacketConn: udp, relay: relayAt.IsValid()},
		udpPort: udp.LocalAddr().(*net.UDPAddr).Port,
		places:  newPlaces(relaysByClient, relaysInAll),
		uses:    map[string]*use{},
	}
	if relayAt.IsValid() {
		n.reach = newReach(relayAt, interfaces)
		if err := n.openRelay(page, ports); err != nil {
			return nil, errors.Join(err, udp.Close())
		}
		return n, nil
	}
	n.drained = make(chan struct{})
	go func() {
		defer close(n.drained)
		n.udp.drain()
	}()
	return n, nil
}

// openRelay has pion answer on the socket there is, and over TCP.
func (n *natServer) openRelay(page *net.TCPAddr, ports relayPorts) error {
	secret := make([]byte, 32)
	rand.Read(secret) // never fails: it would end the program
	n.secret = hex.EncodeToString(secret)
	tcp, err := net.ListenTCP("tcp", &net.TCPAddr{IP: page.IP, Port: ports.tcp, Zone: page.Zone})
	if err != nil {
		return err
	}
	n.tcpPort = tcp.Addr().(*net.TCPAddr).Port
	at := &turn.RelayAddressGeneratorStatic{RelayAddress: n.reach.relayAt.AsSlice(), Address: "0.0.0.0"}
	relays := udpRelays{at, n.reach, ports.udp}
	listener := &turnListener{Listener: tcp, places: newPlaces(relaysByClient, relaysInAll)}
	logs := &logging.DefaultLoggerFactory{Writer: io.Discard} // pion logs addresses
	n.server, err = turn.NewServer(turn.ServerConfig{
		Realm:               "tincan",
		StrictAddressFamily: true, // relays are IPv4, also for who comes over IPv6
		LoggerFactory:       logs,
		AuthHandler:         turn.NewLongTermAuthHandler(n.secret, logs.NewLogger("turn")),
		QuotaHandler:        n.mayHaveRelay,
		PacketConnConfigs:   []turn.PacketConnConfig{{PacketConn: n.udp, RelayAddressGenerator: relays, PermissionHandler: n.mayPermit}},
		ListenerConfigs:     []turn.ListenerConfig{{Listener: listener, RelayAddressGenerator: relays, PermissionHandler: n.mayPermit}},
		EventHandler: turn.EventHandler{
			OnAllocationCreated: n.created,
			OnAllocationDeleted: n.deleted,
			OnPermissionCreated: n.permitted,
			OnPermissionDeleted: n.permissionEnded,
			OnChannelCreated:    func(from, _ net.Addr, _, _, _ string, _, _ net.Addr, _ uint16) { n.bound(from, 1) },
			OnChannelDeleted:    func(from, _ net.Addr, _, _, _ string, _, _ net.Addr, _ uint16) { n.bound(from, -1) },
		},
	})
	if err != nil {
		return errors.Join(err, tcp.Close())
	}
	return nil
}

func (n *natServer) mayHaveRelay(_, _ string, from net.Addr) bool {
	return n.places.free(clientOf(from))
}

// mayPermit is called by pion when a client wants a permission or a channel, or wants to keep one.
// pion does not say which of the two, so a client that has all its channels gets neither. No chat
// needs that many.
func (n *natServer) mayPermit(from net.Addr, to net.IP) bool {
	ip, ok := netip.AddrFromSlice(to)
	if ip = ip.Unmap(); !ok || !n.reach.to(ip) {
		return false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	u := n.uses[useOf(from)]
	return u != nil && u.channels < channelsByRelay && (u.permitted[ip] || len(u.permitted) < permissionsByRelay)
}

func useOf(client net.Addr) string { return client.Network() + client.String() }

func (n *natServer) created(from, _ net.Addr, _, _, _ string, _ net.Addr, _ int) {
	n.places.count(clientOf(from), 1)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.uses[useOf(from)] = &use{permitted: map[netip.Addr]bool{}}
}

func (n *natServer) deleted(from, _ net.Addr, _, _, _ string) {
	n.places.count(clientOf(from), -1)
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.uses, useOf(from))
}

func (n *natServer) permitted(from, _ net.Addr, _, _, _ string, _ net.Addr, to net.IP) {
	n.change(from, func(u *use) {
		ip, _ := netip.AddrFromSlice(to)
		u.permitted[ip.Unmap()] = true
	})
}

func (n *natServer) permissionEnded(from, _ net.Addr, _, _, _ string, _ net.Addr, to net.IP) {
	n.change(from, func(u *use) {
		ip, _ := netip.AddrFromSlice(to)
		delete(u.permitted, ip.Unmap())
	})
}

func (n *natServer) bound(from net.Addr, more int) {
	n.change(from, func(u *use) { u.channels += more })
}

func (n *natServer) change(from net.Addr, by func(*use)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if u := n.uses[useOf(from)]; u != nil {
		by(u)
	}
}

// turnEntry is a relay in config.json.
type turnEntry struct {
	URL        string `json:"url"`
	Username   string `json:"username"`
	Credential string `json:"credential"`
}

// config returns the servers for config.json. If host is empty, they have the host of the page.
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

// Close ends the server and all its relays.
func (n *natServer) Close() error {
	switch {
	case n == nil:
		return nil
	case n.server != nil:
		return n.server.Close()
	}
	err := n.udp.Close()
	<-n.drained
	return err
}
