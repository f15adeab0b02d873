//go:build !js

package peer_test

import (
	"context"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pion/stun/v4"
	"github.com/pion/webrtc/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"tincan/internal/peer"
	"tincan/internal/peer/peertest"
)

// inBrowser is for what runs here too.
func inBrowser(*testing.T) {}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newConn returns a connection that is closed at the end of the test. No
// packet of the tests leaves this machine.
func newConn(t *testing.T, config peer.Config) *peer.Conn {
	t.Helper()
	config.Loopback = true
	c, err := peer.New(config)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, c.Close()) })
	return c
}

func withDeadline(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func TestFunctionalContract(t *testing.T) {
	var watched *testing.T
	peertest.Run(t, func(t *testing.T) *peer.Conn {
		if watched != t {
			watched = t
			t.Cleanup(func() { goleak.VerifyNone(t) }) // runs last
		}
		return newConn(t, peer.Config{})
	})
}

func TestFunctionalCards(t *testing.T) {
	before := openFiles()
	peertest.RunCards(t, func(t *testing.T) *peer.Conn {
		return newConn(t, peer.Config{Waits: true})
	}, func(t *testing.T) {
		goleak.VerifyNone(t)
		assert.LessOrEqual(t, openFiles(), before+openForGood)
	})
}

// openFiles counts the files and sockets of this process, where the system tells: on Linux.
func openFiles() int {
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(open)
}

// openForGood is what Go keeps open to wait for sockets, and for whoever ends early.
const openForGood = 4

func TestFunctionalDescriptionIsLikeABrowsers(t *testing.T) {
	ctx := withDeadline(t)
	offer, err := newConn(t, peer.Config{}).Offer(ctx)
	require.NoError(t, err)
	for _, line := range []string{
		`a=ice-ufrag:[A-Za-z0-9+/]{4}`,
		`a=ice-pwd:[A-Za-z0-9+/]{24}`,
		`a=max-message-size:262144`,
		`a=candidate:\S+ 1 udp \d+ 127.0.0.1 \d+ typ host.*`,
	} {
		assert.Regexp(t, `(?m)^`+line+`\r$`, offer)
	}
	assert.NotContains(t, offer, ".local", "raw addresses, as pion finds names unreliably")
	assert.NotContains(t, offer, " tcp ")
}

func TestFunctionalLoopbackOnlyWhenAsked(t *testing.T) {
	c, err := peer.New(peer.Config{})
	require.NoError(t, err)
	defer c.Close()
	offer, err := c.Offer(withDeadline(t))
	require.NoError(t, err)
	assert.NotContains(t, offer, " 127.0.0.1 ")
	assert.NotContains(t, offer, " ::1 ")
}

func TestFunctionalNewRefusesAServerThatIsNone(t *testing.T) {
	_, err := peer.New(peer.Config{STUN: []string{"no:such:server"}})
	require.Error(t, err)
}

// An engine that can be slowed down must be: nobody's memory fills, and the
// connection lives on.
func TestFunctionalReaderSlowsTheSenderDown(t *testing.T) {
	ctx := withDeadline(t)
	a, b := newConn(t, peer.Config{}), newConn(t, peer.Config{})
	peertest.Connect(t, ctx, a, b)
	message := make([]byte, peer.MaxMessage)
	for sent := 0; ; sent++ {
		require.Less(t, sent*len(message), peer.MaxQueued, "sent while nobody reads")
		stuck, cancel := context.WithTimeout(ctx, 2*time.Second)
		err := a.Send(stuck, message)
		cancel()
		if err != nil {
			require.ErrorIs(t, err, context.DeadlineExceeded)
			break
		}
	}
	resumed := make(chan error, 1)
	go func() { resumed <- a.Send(ctx, message) }()
	for {
		_, err := b.Receive(ctx)
		require.NoError(t, err)
		select {
		case err := <-resumed:
			require.NoError(t, err)
			return
		default:
		}
	}
}

// stunServer answers STUN requests with a public address that is nobody's, or
// not at all, and tells its own address.
func stunServer(t *testing.T, network, address, public string) string {
	t.Helper()
	conn, err := net.ListenPacket(network, address)
	if err != nil {
		t.Skipf("no %s here: %v", network, err)
	}
	done := make(chan struct{})
	t.Cleanup(func() {
		assert.NoError(t, conn.Close())
		<-done
	})
	go func() {
		defer close(done)
		buffer := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			request := &stun.Message{Raw: buffer[:n]}
			if public == "" || request.Decode() != nil {
				continue
			}
			answer, err := stun.Build(request, stun.BindingSuccess, &stun.XORMappedAddress{
				IP: net.ParseIP(public), Port: from.(*net.UDPAddr).Port,
			}, stun.Fingerprint)
			if err == nil {
				conn.WriteTo(answer.Raw, from)
			}
		}
	}()
	return conn.LocalAddr().String()
}

// A dead server beside live ones, or alone, must not hold the link back.
func TestFunctionalSTUN(t *testing.T) {
	dead := stunServer(t, "udp4", "127.0.0.1:0", "")
	alive4 := stunServer(t, "udp4", "127.0.0.1:0", "203.0.113.7")
	alive6 := stunServer(t, "udp6", "[::1]:0", "2001:db8::7")

	offer := func(servers ...string) (string, time.Duration) {
		began := time.Now()
		sdp, err := newConn(t, peer.Config{STUN: servers}).Offer(withDeadline(t))
		require.NoError(t, err)
		return sdp, time.Since(began)
	}
	without, waited := offer(dead)
	assert.Contains(t, without, " typ host")
	assert.NotContains(t, without, " typ srflx")
	assert.Less(t, waited, 10*peer.GatherWait)

	with, took := offer(dead, alive4, alive6)
	assert.Regexp(t, `(?m)^a=candidate:\S+ 1 udp \d+ 203\.0\.113\.7 \d+ typ srflx`, with)
	assert.Regexp(t, `(?m)^a=candidate:\S+ 1 udp \d+ 2001:db8::7 \d+ typ srflx`, with)
	assert.Less(t, took, waited, "the answer of the live servers is enough")

	unasked, took := offer()
	assert.NotContains(t, unasked, " typ srflx")
	assert.Less(t, took, waited, "nothing to wait for")
}

// pion gives a pair up after seven requests in 1.4 s. A joiner may have to ask
// for minutes, or its NAT lets nobody in.
func TestFunctionalJoinerKeepsAsking(t *testing.T) {
	ctx := withDeadline(t)
	inviter, joiner := newConn(t, peer.Config{}), newConn(t, peer.Config{})
	offer, err := inviter.Offer(ctx)
	require.NoError(t, err)

	silent, err := net.ListenPacket("udp4", "127.0.0.1:0")
	require.NoError(t, err)
	defer silent.Close()
	port := silent.LocalAddr().(*net.UDPAddr).Port
	offer = regexp.MustCompile(`(?m)^a=candidate:.*\r\n`).ReplaceAllString(offer, "")
	offer += "a=candidate:1 1 udp 2130706431 127.0.0.1 " + strconv.Itoa(port) + " typ host\r\n"
	_, err = joiner.Answer(ctx, offer)
	require.NoError(t, err)

	asked := map[string]int{}
	until, _ := ctx.Deadline()
	require.NoError(t, silent.SetReadDeadline(until))
	for buffer := make([]byte, 1500); ; {
		_, from, err := silent.ReadFrom(buffer)
		require.NoError(t, err, "asked %v", asked)
		asked[from.String()]++
		if asked[from.String()] == 20 {
			return
		}
	}
}

// pion's own loggers write addresses to the terminal.
func TestFunctionalSilence(t *testing.T) {
	t.Setenv("PION_LOG_TRACE", "all")
	out, err := os.CreateTemp(t.TempDir(), "")
	require.NoError(t, err)
	defer out.Close()
	stdout, stderr := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = out, out
	defer func() { os.Stdout, os.Stderr = stdout, stderr }()

	ctx := withDeadline(t)
	a, b := newConn(t, peer.Config{}), newConn(t, peer.Config{})
	peertest.Connect(t, ctx, a, b)
	require.ErrorIs(t, newConn(t, peer.Config{}).Accept(ctx, "v=0\r\n"), peer.ErrDescription)
	require.NoError(t, a.Close())
	require.NoError(t, b.Close())

	written, err := os.ReadFile(out.Name())
	require.NoError(t, err)
	assert.Empty(t, string(written))
}

// nativeStranger is an end that is not ours.
type nativeStranger struct {
	t  *testing.T
	pc *webrtc.PeerConnection
	d  *webrtc.DataChannel
}

func (s nativeStranger) SendText(text string) { require.NoError(s.t, s.d.SendText(text)) }
func (s nativeStranger) SendBytes(size int)   { require.NoError(s.t, s.d.Send(make([]byte, size))) }

func (s nativeStranger) OpenChannels(n int) {
	for range n {
		if _, err := s.pc.CreateDataChannel("more", nil); err != nil {
			return
		}
	}
}

// What nothing of ours does ends the connection: it isn't kept, and nobody is left
// waiting for more.
func TestFunctionalStrange(t *testing.T) {
	peertest.Strange(t, func(t *testing.T) (*peer.Conn, peertest.Stranger) {
		c := newConn(t, peer.Config{})
		return c, connectStranger(t, withDeadline(t), c)
	})
}

// More than was announced, up to what SCTP puts together, is told from a connection that
// was lost, too.
func TestFunctionalStrangeSizes(t *testing.T) {
	for _, size := range []int{peer.MaxMessage + 1, 262145, 300_000, 500_000, 1_000_000} {
		ctx := withDeadline(t)
		c := newConn(t, peer.Config{})
		stranger := connectStranger(t, ctx, c)
		stranger.SendBytes(size)
		_, err := c.Receive(ctx)
		require.ErrorIs(t, err, peer.ErrForeign, size)
	}
}

// Who opens channels without end fills nobody's memory, however late the connection is
// closed.
func TestFunctionalStrangeChannelsAreNotKept(t *testing.T) {
	ctx := withDeadline(t)
	c := newConn(t, peer.Config{})
	stranger := connectStranger(t, ctx, c)
	stranger.OpenChannels(3000)
	_, err := c.Receive(ctx)
	require.ErrorIs(t, err, peer.ErrForeign)
	require.LessOrEqual(t, peer.ChannelsKept(c), uint32(1))
}

// connectStranger connects c with an end that is not ours.
func connectStranger(t *testing.T, ctx context.Context, c *peer.Conn) nativeStranger {
	t.Helper()
	var s webrtc.SettingEngine
	s.SetIncludeLoopbackCandidate(true)
	stranger, err := webrtc.NewAPI(webrtc.WithSettingEngine(s)).NewPeerConnection(webrtc.Configuration{})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, stranger.GracefulClose()) })
	negotiated, id := true, uint16(0)
	channel, err := stranger.CreateDataChannel("chat", &webrtc.DataChannelInit{Negotiated: &negotiated, ID: &id})
	require.NoError(t, err)
	opened := make(chan struct{})
	channel.OnOpen(func() { close(opened) })

	offer, err := c.Offer(ctx)
	require.NoError(t, err)
	offer = strings.Replace(offer, "a=max-message-size:262144", "a=max-message-size:1073741823", 1)
	require.NoError(t, stranger.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}))
	answer, err := stranger.CreateAnswer(nil)
	require.NoError(t, err)
	gathered := webrtc.GatheringCompletePromise(stranger)
	require.NoError(t, stranger.SetLocalDescription(answer))
	<-gathered
	require.NoError(t, c.Accept(ctx, stranger.LocalDescription().SDP))
	<-opened
	require.NoError(t, c.Open(ctx))
	return nativeStranger{t, stranger, channel}
}
