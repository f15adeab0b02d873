package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/pion/logging"
	"github.com/pion/turn/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/site"
)

// TestUnitHostingFlags: flags that contradict each other, or name nothing, start nothing.
func TestUnitHostingFlags(t *testing.T) {
	const public = "--public https://chat.example/ "
	for args, want := range map[string]string{
		"--no-stun --turn":                                     "do not go together",
		"--no-stun --turn-address 192.0.2.1":                   "do not go together",
		"--no-stun --stun-listen :3478":                        "do not go together",
		"--turn-port 3478":                                     "need --turn",
		"--relay-ports 50000-50100":                            "need --turn",
		"--turn --turn-port 65536":                             "between 1 and 65535",
		"--turn --turn-port -1":                                "between 1 and 65535",
		"--stun-listen 3478":                                   "needs a port",
		"--stun-listen :0":                                     "needs a port",
		"--stun-listen 127.0.0.1":                              "needs a port",
		public + "--stun-listen 127.0.0.1:3478":                "nobody who opens the address",
		public + "--listen 127.0.0.1:0 --turn":                 "--stun-listen :3478",
		public + "--listen [::1]:0 --turn":                     "--stun-listen :3478",
		public + "--listen localhost:0 --turn-address 1.2.3.4": "--stun-listen :3478",
		"--turn --relay-ports 1-2":                             "50000-50100",
		"--turn --relay-ports 0":                               "50000-50100",
		"--turn --relay-ports 50100-50000":                     "50000-50100",
		"--turn --relay-ports 50000-65536":                     "50000-50100",
		"--turn --relay-ports many":                            "50000-50100",
		"--behind-proxy 0.0.0.0/0":                             "would believe every visitor",
		"--behind-proxy 127.0.0.1,::/0":                        "would believe every visitor",
		"--behind-proxy ::ffff:0.0.0.0/96":                     "would believe every visitor",
		"--behind-proxy nginx":                                 "an IP address",
		"--behind-proxy 10.0.0.0/33":                           "an IP address",
		"--behind-proxy 127.0.0.1:80":                          "an IP address",
		"--behind-proxy ,":                                     "an IP address",
	} {
		var said output
		ctx, cancel := context.WithCancel(context.Background())
		cancel() // what is started by mistake ends at once
		err := runServe(ctx, terminal{out: io.Discard, err: &said}, strings.Fields(args))
		assert.ErrorIs(t, err, errUsage, args)
		assert.Contains(t, said.String(), want, args)
	}
}

// TestFunctionalHosting: what a host is told, and what visitors are.
func TestFunctionalHosting(t *testing.T) {
	if _, err := site.Page(); err != nil {
		t.Skip(err)
	}
	free := func() string { return strconv.Itoa(freePort(t)) }
	for _, c := range []struct {
		name, args string
		said, not  []string
		stun       string // port in config.json
	}{
		{"behind a proxy on this computer", "--listen 127.0.0.1:0 --public https://chat.example/",
			[]string{"STUN is off", "--stun-listen :3478", "count as one"}, []string{"Open in the firewall"}, ""},
		{"and STUN beside it", "--listen 127.0.0.1:0 --public https://chat.example/ --stun-listen :PORT --behind-proxy 127.0.0.1",
			[]string{"UDP PORT (STUN)", "none of these ports"}, []string{"STUN is off", "Behind a proxy all"}, "PORT"},
		{"a relay at fixed ports", "--listen 127.0.0.1:0 --public https://chat.example/ --stun-listen :PORT --turn-address 127.0.0.1 --turn-port PORT --relay-ports 50000-50100",
			[]string{"UDP PORT (STUN and the relay)", "TCP PORT (the relay)", "UDP 50000-50100"}, []string{"at each start"}, "PORT"},
		{"a relay at any ports", "--listen 127.0.0.1:0 --turn-address 127.0.0.1",
			[]string{"another one at each start", "all other UDP ports"}, []string{"count as one"}, "own"},
		{"this computer alone", "--listen 127.0.0.1:0", nil, []string{"firewall", "STUN", "proxy"}, "own"},
		{"a public name that is this computer", "--listen 127.0.0.1:0 --public http://localhost:9/", nil, []string{"firewall", "STUN", "proxy"}, "own"},
	} {
		t.Run(c.name, func(t *testing.T) {
			port := free()
			fill := func(s string) string { return strings.ReplaceAll(s, "PORT", port) }
			out, in := io.Pipe()
			var said output
			ctx, cancel := context.WithCancel(context.Background())
			ended := make(chan error, 1)
			go func() {
				defer in.Close()
				ended <- runServe(ctx, terminal{out: in, err: &said}, strings.Fields(fill(c.args)))
			}()
			// The page's own address is the last that is printed.
			var at string
			b := make([]byte, 1<<10)
			for !strings.Contains(at, "http://127.0.0.1") {
				n, err := out.Read(b)
				require.NoError(t, err, said.String())
				at += string(b[:n])
			}
			go func() { _, _ = io.Copy(io.Discard, out) }()
			at = strings.TrimSpace(at[strings.Index(at, "http://127.0.0.1"):])
			response, err := http.Get(at + "config.json")
			require.NoError(t, err)
			var config struct{ STUN []string }
			require.NoError(t, json.NewDecoder(response.Body).Decode(&config))
			_ = response.Body.Close()
			http.DefaultClient.CloseIdleConnections()
			switch c.stun {
			case "":
				assert.Empty(t, config.STUN, "a server that nobody reaches")
			case "own":
				require.Len(t, config.STUN, 1)
				assert.True(t, strings.HasSuffix(strings.TrimSuffix(at, "/"), config.STUN[0]))
			default:
				assert.Equal(t, []string{":" + port}, config.STUN)
			}
			cancel()
			require.NoError(t, <-ended)
			for _, s := range c.said {
				assert.Contains(t, said.String(), fill(s))
			}
			for _, s := range c.not {
				assert.NotContains(t, said.String(), s)
			}
		})
	}
}

// TestFunctionalRelayPorts: relays and TURN over TCP are where they were told to be.
func TestFunctionalRelayPorts(t *testing.T) {
	free := freePort(t)
	ports := relayPorts{tcp: free, udp: portRange{21100, 21103}}
	n, err := newNATServer(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, nat(t, true).reach.relayAt, ports, net.InterfaceAddrs)
	require.NoError(t, err)
	defer func() { require.NoError(t, n.Close()) }()
	assert.Equal(t, free, n.tcpPort)
	seen := map[int]bool{}
	for range 4 {
		_, relays := n.config()
		client, err := turn.NewClient(&turn.ClientConfig{
			TURNServerAddr: net.JoinHostPort("127.0.0.1", strconv.Itoa(n.udpPort)), Conn: udp(t),
			Username: relays[0].Username, Password: relays[0].Credential,
			LoggerFactory: &logging.DefaultLoggerFactory{Writer: io.Discard},
		})
		require.NoError(t, err)
		defer client.Close()
		require.NoError(t, client.Listen())
		relay, err := client.Allocate()
		require.NoError(t, err)
		defer func() { _ = relay.Close() }()
		seen[relay.LocalAddr().(*net.UDPAddr).Port] = true
	}
	assert.Equal(t, map[int]bool{21100: true, 21101: true, 21102: true, 21103: true}, seen)

	// The next is refused without a try at any port, and one that another program holds is gone round.
	tried := &triedPorts{}
	full := udpRelays{tried, n.reach, ports.udp}
	_, _, err = full.AllocatePacketConn(turn.AllocateListenerConfig{Network: "udp4"})
	require.Error(t, err)
	assert.Empty(t, tried.ports)
	n.reach.open(21102, false)
	_, _, err = full.AllocatePacketConn(turn.AllocateListenerConfig{Network: "udp4"})
	require.Error(t, err)
	assert.Equal(t, []int{21102}, tried.ports)
	held := udpRelays{&triedPorts{}, n.reach, portRange{22000, 23000}}
	_, _, err = held.AllocatePacketConn(turn.AllocateListenerConfig{Network: "udp4"})
	require.Error(t, err)
	assert.Len(t, held.RelayAddressGenerator.(*triedPorts).ports, portTries, "pion serves nobody else meanwhile")
}

// freePort has nobody listening, neither over UDP nor over TCP, and is none that the system gives by itself.
func freePort(t *testing.T) int {
	t.Helper()
	for range 100 {
		at := "127.0.0.1:" + strconv.Itoa(24000+rand.IntN(6000))
		tcp, err := net.Listen("tcp4", at)
		if err != nil {
			continue
		}
		udp, err := net.ListenPacket("udp4", at)
		require.NoError(t, tcp.Close())
		if err != nil {
			continue
		}
		require.NoError(t, udp.Close())
		return tcp.Addr().(*net.TCPAddr).Port
	}
	require.FailNow(t, "no port is free")
	return 0
}

// triedPorts has no port, and remembers which were wished for.
type triedPorts struct {
	turn.RelayAddressGenerator
	ports []int
}

func (p *triedPorts) AllocatePacketConn(c turn.AllocateListenerConfig) (net.PacketConn, net.Addr, error) {
	p.ports = append(p.ports, c.RequestedPort)
	return nil, nil, errPort
}

// TestFunctionalProxyHalfBodies: through a proxy that passes on what comes as it comes, no visitor holds the page:
// by bodies that are never whole, nor by answers that are never taken.
func TestFunctionalProxyHalfBodies(t *testing.T) {
	files := fstest.MapFS{"assets/engine-abc1.wasm": {Data: bytes.Repeat([]byte("0123456789abcdef"), 4<<20/16)}, "index.html": testPage["index.html"]}
	for name, begin := range map[string]string{
		"half a body": "POST /api/v1/put HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: 198.51.100.1\r\n" +
			"Content-Type: application/octet-stream\r\nContent-Length: 300\r\n\r\nx",
		"slow readers": "GET /assets/engine-abc1.wasm HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: 198.51.100.1\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			var p proxies
			require.NoError(t, p.Set("127.0.0.0/8"))
			page := servedPage(t, files, pageFlags{proxies: p})
			hold(t, page, "127.0.0.2", visitsInAll+100, begin)
			// Long before the halves run out of time; while all of them come at once nobody gets through.
			for _, address := range []string{"127.0.0.2", "127.0.0.3"} {
				assert.EventuallyWithT(t, func(c *assert.CollectT) {
					client := from(address)
					defer client.CloseIdleConnections()
					answer, err := client.Get(page.own() + "/")
					if !assert.NoError(c, err) {
						return
					}
					defer answer.Body.Close()
					assert.Equal(c, 200, answer.StatusCode)
				}, bodyTime/2, 50*time.Millisecond)
			}
		})
	}
}

// TestUnitProxy: a visitor is whom a trusted proxy names, and nobody else's word counts.
func TestUnitProxy(t *testing.T) {
	for _, c := range []struct{ proxies, from, forwarded, want string }{
		{"", "127.0.0.1:9", "198.51.100.7", "127.0.0.1"},
		{"127.0.0.1", "127.0.0.1:9", "198.51.100.7", "198.51.100.7"},
		{"127.0.0.1", "[::ffff:127.0.0.1]:9", "198.51.100.7", "198.51.100.7"},
		{"127.0.0.1", "192.0.2.1:9", "198.51.100.7", "192.0.2.1"}, // no proxy of ours
		{"127.0.0.1", "127.0.0.1:9", "", "127.0.0.1"},
		// What the visitor wrote stands before what the proxy heard.
		{"127.0.0.1", "127.0.0.1:9", "203.0.113.9, 198.51.100.7", "198.51.100.7"},
		{"127.0.0.1", "127.0.0.1:9", "127.0.0.1, 198.51.100.7", "198.51.100.7"},
		{"127.0.0.1,10.0.0.0/8", "127.0.0.1:9", "203.0.113.9, 198.51.100.7, 10.1.2.3", "198.51.100.7"},
		{"127.0.0.1", "127.0.0.1:9", "198.51.100.7, unknown", "127.0.0.1"},
		{"127.0.0.1", "127.0.0.1:9", "203.0.113.9\n198.51.100.7", "198.51.100.7"}, // two headers
		{"::1", "[::1]:9", "2001:db8::7", "2001:db8::7"},
		{"::1", "[::1]:9", "[2001:db8::7]:443", "2001:db8::7"},
		{"fd00::/8", "[fd12::1]:9", "198.51.100.7:50", "198.51.100.7"},
		{"127.0.0.1", "127.0.0.1:9", strings.Repeat("127.0.0.1,", 400), "127.0.0.1"},
	} {
		var p proxies
		if c.proxies != "" {
			require.NoError(t, p.Set(c.proxies))
		}
		var seen string
		h := p.handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = r.RemoteAddr }), nil)
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.from
		for one := range strings.SplitSeq(c.forwarded, "\n") {
			if one != "" {
				r.Header.Add("X-Forwarded-For", one)
			}
		}
		h.ServeHTTP(httptest.NewRecorder(), r)
		host, ok := addressIn(seen)
		assert.True(t, ok, seen)
		assert.Equal(t, c.want, host.String(), "%s from %s says %q", c.proxies, c.from, c.forwarded)
	}
}

// TestFunctionalProxyLimits: behind a trusted proxy each visitor has an allowance of its own at the
// mailbox, and the proxy as many connections as there are.
func TestFunctionalProxyLimits(t *testing.T) {
	var p proxies
	require.NoError(t, p.Set("127.0.0.1"))
	h := p.handler(newMailbox("https://chat.example/"), nil)
	ask := func(visitor string) int {
		r := httptest.NewRequest(http.MethodPost, "/api/take", bytes.NewReader(nil))
		r.RemoteAddr = "127.0.0.1:9"
		r.Header.Set("X-Forwarded-For", visitor)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	refused := func(visitor string) bool { return ask(visitor) == http.StatusTooManyRequests }
	for deadline := time.Now().Add(time.Minute); !refused("198.51.100.1"); {
		require.True(t, time.Now().Before(deadline), "one visitor is never refused")
	}
	assert.False(t, refused("198.51.100.2"), "another pays for it")

	v := newVisitors(nil)
	v.proxies = p
	for i := range visitsByClient + 10 {
		from := someone{at: "127.0.0.1:" + strconv.Itoa(1000+i)}
		instead, in := v.let(&visit{Conn: from, to: v, client: clientOf(from.RemoteAddr()), since: time.Now()})
		assert.True(t, in)
		assert.Nil(t, instead, "connection %d", i)
	}

	// Whoever comes past the proxy has the limit that all have.
	for i := range visitsByClient + 1 {
		from := someone{at: "198.51.100.3:" + strconv.Itoa(1000+i)}
		instead, _ := v.let(&visit{Conn: from, to: v, client: clientOf(from.RemoteAddr()), since: time.Now()})
		assert.Equal(t, i == visitsByClient, instead != nil, "connection %d", i)
	}
}
