//go:build !js

package peer_test

import (
	"context"
	"fmt"
	"net"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/logging"
	"github.com/pion/stun/v4"
	"github.com/pion/transport/v4/vnet"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/peer"
)

// portRestricted keeps a socket's public address, lets in whom the socket has
// sent to, and forgets after 30 s, the shortest that home routers have.
var portRestricted = &vnet.NATType{
	MappingBehavior:   vnet.EndpointIndependent,
	FilteringBehavior: vnet.EndpointAddrPortDependent,
	MappingLifeTime:   30 * time.Second,
}

// internet has STUN servers at 192.0.2.11 and up, and two ends, each behind a
// router of its own, port-restricted: 203.0.113.1 and .2. It runs in the fake
// time of a synctest bubble, 10 ms from router to router.
type internet struct {
	servers []*server
	names   []string
	ends    [2]*vnet.Net
	routers [2]*vnet.Router
	wan     *vnet.Router
}

// server answers requests, unless says is nil, some time after they arrive.
type server struct {
	after time.Duration
	says  func(request *stun.Message, from *net.UDPAddr) []byte
	asked atomic.Int64
}

func newInternet(t *testing.T, servers ...*server) *internet {
	t.Helper()
	return newInternetBehind(t, portRestricted, servers...)
}

// newInternetBehind is newInternet with another kind of router.
func newInternetBehind(t *testing.T, nat *vnet.NATType, servers ...*server) *internet {
	t.Helper()
	n := &internet{servers: servers}
	router := func(config *vnet.RouterConfig) *vnet.Router {
		config.MinDelay = 10 * time.Millisecond
		config.LoggerFactory = &logging.DefaultLoggerFactory{DefaultLogLevel: logging.LogLevelDisabled}
		r, err := vnet.NewRouter(config)
		require.NoError(t, err)
		return r
	}
	computer := func(r *vnet.Router, address string) *vnet.Net {
		c, err := vnet.NewNet(&vnet.NetConfig{StaticIPs: []string{address}})
		require.NoError(t, err)
		require.NoError(t, r.AddNet(c))
		return c
	}
	wan := router(&vnet.RouterConfig{CIDR: "0.0.0.0/0"})
	n.wan = wan
	for i := range n.ends {
		n.routers[i] = router(&vnet.RouterConfig{
			CIDR: fmt.Sprintf("192.168.%d.0/24", i+1), StaticIPs: []string{fmt.Sprintf("203.0.113.%d", i+1)}, NATType: nat,
		})
		require.NoError(t, wan.AddRouter(n.routers[i]))
		n.ends[i] = computer(n.routers[i], fmt.Sprintf("192.168.%d.2", i+1))
	}
	var serving sync.WaitGroup
	for i, s := range servers {
		at := &net.UDPAddr{IP: net.IPv4(192, 0, 2, byte(11+i)).To4(), Port: 3478}
		conn, err := computer(wan, at.IP.String()).ListenUDP("udp4", at)
		require.NoError(t, err)
		n.names = append(n.names, at.String())
		serving.Go(func() { s.serve(conn) })
		t.Cleanup(func() { assert.NoError(t, conn.Close()); serving.Wait() })
	}
	require.NoError(t, wan.Start())
	t.Cleanup(func() { assert.NoError(t, wan.Stop()) })
	return n
}

func (s *server) serve(conn net.PacketConn) {
	var answering sync.WaitGroup
	defer answering.Wait()
	buffer := make([]byte, 1500)
	for {
		size, from, err := conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		s.asked.Add(1)
		request := new(stun.Message)
		if stun.Decode(buffer[:size], request) != nil || s.says == nil {
			continue
		}
		answering.Go(func() {
			time.Sleep(s.after)
			_, _ = conn.WriteTo(s.says(request, from.(*net.UDPAddr)), from)
		})
	}
}

// What servers say. Each is asked from 203.0.113.1, at the first port of the NAT.
const truth = "203.0.113.1 49152"

// mapped answers, as RFC 8489 has it, with an address that is not always true.
func mapped(change func(seen *stun.XORMappedAddress)) func(*stun.Message, *net.UDPAddr) []byte {
	return func(request *stun.Message, from *net.UDPAddr) []byte {
		seen := &stun.XORMappedAddress{IP: from.IP, Port: from.Port}
		change(seen)
		return stun.MustBuild(request, stun.BindingSuccess, seen, stun.Fingerprint).Raw
	}
}

var (
	honest       = mapped(func(*stun.XORMappedAddress) {})
	anotherPort  = mapped(func(seen *stun.XORMappedAddress) { seen.Port++ })
	anotherPlace = mapped(func(seen *stun.XORMappedAddress) { seen.IP = net.IPv4(203, 0, 113, 99) })
	loopback     = mapped(func(seen *stun.XORMappedAddress) { seen.IP = net.IPv4(127, 0, 0, 1) })
)

func garbage(*stun.Message, *net.UDPAddr) []byte { return []byte("HTTP/1.1 400 Bad Request") }

func foreign(_ *stun.Message, from *net.UDPAddr) []byte {
	return anotherPort(stun.MustBuild(stun.TransactionID, stun.BindingRequest), from)
}

func refusal(request *stun.Message, _ *net.UDPAddr) []byte {
	return stun.MustBuild(request, stun.BindingError, stun.CodeBadRequest).Raw
}

func nothing(request *stun.Message, _ *net.UDPAddr) []byte {
	return stun.MustBuild(request, stun.BindingSuccess).Raw
}

// publicAddresses are those that a description names, with their ports.
func publicAddresses(sdp string) (found []string) {
	for _, m := range regexp.MustCompile(`(?m)^a=candidate:\S+ 1 udp \d+ (\S+ \d+) typ srflx`).FindAllStringSubmatch(sdp, -1) {
		found = append(found, m[1])
	}
	return found
}

// However many servers are asked, and whatever some of them say, the link has
// one public address: what the first honest one saw.
func TestFunctionalServers(t *testing.T) {
	const (
		atOnce = 100 * time.Millisecond // two ways through two routers, and gathering's last look
		atLast = peer.GatherWait
	)
	late := func(by time.Duration, says func(*stun.Message, *net.UDPAddr) []byte) *server {
		return &server{after: by, says: says}
	}
	now := func(says func(*stun.Message, *net.UDPAddr) []byte) *server { return late(0, says) }
	dead := func() *server { return now(nil) }
	for name, row := range map[string]struct {
		servers   []*server
		ready     time.Duration // at the latest
		none      bool          // no public address is found
		symmetric bool          // after five seconds
	}{
		"one":                                {servers: []*server{now(honest)}, ready: atOnce},
		"three":                              {servers: []*server{now(honest), now(honest), now(honest)}, ready: atOnce},
		"one of three is dead":               {servers: []*server{dead(), now(honest), now(honest)}, ready: atOnce},
		"only one of three is alive":         {servers: []*server{dead(), dead(), now(honest)}, ready: atOnce},
		"one is late":                        {servers: []*server{now(honest), late(3*time.Second, honest)}, ready: atOnce},
		"the only one is late":               {servers: []*server{dead(), late(time.Second, honest)}, ready: time.Second + atOnce},
		"all are dead":                       {servers: []*server{dead(), dead()}, ready: atLast, none: true},
		"too late":                           {servers: []*server{late(2*time.Second, honest)}, ready: atLast, none: true},
		"two ports":                          {servers: []*server{now(honest), late(time.Millisecond, anotherPort)}, ready: atOnce, symmetric: true},
		"two addresses":                      {servers: []*server{now(honest), late(time.Millisecond, anotherPlace)}, ready: atOnce, symmetric: true},
		"two ports, told late":               {servers: []*server{now(honest), late(3*time.Second, anotherPort)}, ready: atOnce, symmetric: true},
		"garbage first":                      {servers: []*server{now(garbage), late(time.Millisecond, honest)}, ready: atOnce},
		"garbage":                            {servers: []*server{now(garbage)}, ready: atLast, none: true},
		"another's transaction first":        {servers: []*server{now(foreign), late(time.Millisecond, honest)}, ready: atOnce},
		"another's transaction":              {servers: []*server{now(foreign)}, ready: atLast, none: true},
		"a loopback address first":           {servers: []*server{now(loopback), late(time.Millisecond, honest)}, ready: atOnce},
		"a loopback address":                 {servers: []*server{now(loopback)}, ready: atLast, none: true},
		"a refusal first":                    {servers: []*server{now(refusal), late(time.Millisecond, honest)}, ready: atOnce},
		"a refusal":                          {servers: []*server{now(refusal)}, ready: atLast, none: true},
		"an answer without address first":    {servers: []*server{now(nothing), late(time.Millisecond, honest)}, ready: atOnce},
		"an answer without address, no more": {servers: []*server{now(nothing)}, ready: atLast, none: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newInternet(t, row.servers...)
				c, err := peer.NewOver(n.ends[0], peer.Config{STUN: append(n.names, "stun.nowhere.example:3478")})
				require.NoError(t, err)
				defer func() { assert.NoError(t, c.Close()) }()
				began := time.Now()
				offer, err := c.Offer(t.Context())
				require.NoError(t, err)
				assert.LessOrEqual(t, time.Since(began), row.ready)
				want := []string{truth}
				if row.none {
					want = nil
				}
				assert.Equal(t, want, publicAddresses(offer))
				time.Sleep(5 * time.Second)
				found := c.Findings()
				assert.Equal(t, row.symmetric, found.Symmetric)
				assert.Equal(t, len(want), found.Public)
				assert.Equal(t, row.none, found.Refused)
				for _, s := range n.servers {
					assert.Positive(t, s.asked.Load(), "not asked")
				}
			})
		})
	}
}

// newPair returns the two ends, which ask every server and are closed with the
// test.
func newPair(t *testing.T, n *internet) (inviter, joiner *peer.Conn) {
	t.Helper()
	var pair [2]*peer.Conn
	for i := range pair {
		c, err := peer.NewOver(n.ends[i], peer.Config{STUN: n.names})
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, c.Close()) })
		pair[i] = c
	}
	return pair[0], pair[1]
}

// A NAT forgets after 30 s. An invite that is answered after five minutes works
// because of what goes out meanwhile, and would not without.
func TestFunctionalKeepAlive(t *testing.T) {
	for name, silenced := range map[string]bool{"kept alive": false, "control: not kept alive": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newInternet(t, &server{says: honest})
				inviter, joiner := newPair(t, n)
				offer, err := inviter.Offer(t.Context())
				require.NoError(t, err)
				require.Equal(t, []string{truth}, publicAddresses(offer))
				var used sync.Map // public ports that the inviter sends to the joiner from
				n.wan.AddChunkFilter(func(c vnet.Chunk) bool {
					from, to := c.SourceAddr().(*net.UDPAddr), c.DestinationAddr().(*net.UDPAddr)
					if from.IP.String() == "203.0.113.1" && to.IP.String() == "203.0.113.2" {
						used.Store(from.Port, true)
					}
					return true
				})
				if silenced {
					n.routers[0].AddChunkFilter(func(c vnet.Chunk) bool {
						return c.DestinationAddr().(*net.UDPAddr).Port != 3478
					})
				}
				answer, err := joiner.Answer(t.Context(), offer)
				require.NoError(t, err)

				before := n.servers[0].asked.Load()
				time.Sleep(5*time.Minute + peer.KeepAliveEvery/2)
				askers := int64(2)
				if silenced {
					askers = 1
				}
				assert.Equal(t, askers*int64(5*time.Minute/peer.KeepAliveEvery), n.servers[0].asked.Load()-before)

				require.NoError(t, inviter.Accept(t.Context(), answer))
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				for _, c := range []*peer.Conn{inviter, joiner} {
					if silenced {
						require.ErrorIs(t, c.Open(ctx), context.DeadlineExceeded)
					} else {
						require.NoError(t, c.Open(ctx))
					}
				}
				_, kept := used.Load(49152)
				assert.NotEqual(t, silenced, kept, "the port that the offer names")
			})
		})
	}
}

// Once the chat is open its own packets keep the path alive, and after Close
// there is nothing to keep.
func TestFunctionalKeepAliveEnds(t *testing.T) {
	asked := func(n *internet) int64 {
		before := n.servers[0].asked.Load()
		time.Sleep(10 * peer.KeepAliveEvery)
		return n.servers[0].asked.Load() - before
	}
	t.Run("when open", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			n := newInternet(t, &server{says: honest})
			inviter, joiner := newPair(t, n)
			offer, err := inviter.Offer(t.Context())
			require.NoError(t, err)
			answer, err := joiner.Answer(t.Context(), offer)
			require.NoError(t, err)
			assert.Equal(t, int64(20), asked(n), "both ends wait")
			require.NoError(t, inviter.Accept(t.Context(), answer))
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			require.NoError(t, inviter.Open(ctx))
			require.NoError(t, joiner.Open(ctx))
			assert.Zero(t, asked(n))
		})
	})
	t.Run("when closed", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			n := newInternet(t, &server{says: honest})
			inviter, _ := newPair(t, n)
			_, err := inviter.Offer(t.Context())
			require.NoError(t, err)
			assert.Equal(t, int64(10), asked(n))
			require.NoError(t, inviter.Close())
			assert.Zero(t, asked(n))
		})
	})
}

// Nobody is asked for a card that waits, so that a STUN server doesn't learn for how long a chat
// goes on. What that costs: where the router has forgotten the port, and gives another one, a
// card of old opens nothing.
func TestFunctionalCardsAreNotKeptAlive(t *testing.T) {
	for name, row := range map[string]struct {
		remembers time.Duration // the router
		opens     bool
	}{
		"the port is as it was": {24 * time.Hour, true},
		"another port":          {30 * time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				nat := *portRestricted
				nat.MappingLifeTime = row.remembers
				n := newInternetBehind(t, &nat, &server{says: honest})
				var cards [2]*peer.Conn
				var offers [2]string
				for i := range cards {
					c, err := peer.NewOver(n.ends[i], peer.Config{STUN: n.names, Waits: true})
					require.NoError(t, err)
					t.Cleanup(func() { assert.NoError(t, c.Close()) })
					cards[i] = c
					offers[i], err = c.Offer(t.Context())
					require.NoError(t, err)
					require.Len(t, publicAddresses(offers[i]), 1)
					require.Zero(t, c.Findings().GoodFor)
				}
				time.Sleep(time.Second) // what was asked for the description is over
				var sent atomic.Int64
				n.wan.AddChunkFilter(func(vnet.Chunk) bool { sent.Add(1); return true })
				time.Sleep(3 * time.Hour)
				assert.Zero(t, sent.Load(), "packets for cards that wait")

				require.NoError(t, cards[0].Accept(t.Context(), strings.Replace(offers[1], "a=setup:actpass", "a=setup:passive", 1)))
				time.Sleep(20 * time.Second) // the other one has not noticed yet
				require.NoError(t, cards[1].Accept(t.Context(), strings.Replace(offers[0], "a=setup:actpass", "a=setup:active", 1)))
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				for _, c := range cards {
					if row.opens {
						require.NoError(t, c.Open(ctx))
					} else {
						require.ErrorIs(t, c.Open(ctx), context.DeadlineExceeded)
					}
				}
			})
		})
	}
}
