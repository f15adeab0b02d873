//go:build !js

package peer

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/stun/v4"
	"github.com/pion/transport/v4"
	"github.com/pion/transport/v4/stdnet"
	"github.com/pion/webrtc/v4"

	"tincan/internal/sdp"
)

// readAhead is how many bytes may have arrived that Receive has not returned yet. Beyond that
// pion's reader waits, and SCTP slows the other side down.
const readAhead = 64 << 10

// maxWireMessage is the size of message that our descriptions say we take. Frames are much
// smaller; it is the number that every engine announces, so that it tells nothing of us.
const maxWireMessage = 262144

// maxReadMessage is the size of message that pion accepts. It is more than SCTP keeps of an
// incomplete message (1 MiB), so that a message of a stranger which is too large arrives here,
// and can be told from a lost connection. pion's own limit is 1 GiB.
const maxReadMessage = 2 << 20

// goodForTerminal is for how long after the offer a reply still opens the chat through NATs that
// forget a mapping after 30 s. test/network measures it.
const goodForTerminal = 30 * time.Minute

// engine is pion.
type engine struct {
	pc        *webrtc.PeerConnection
	sockets   *sockets
	routes    func() []sdp.Address // see defaultRoutes; nil if the network is not this computer's own
	readerEnd latch                // the engine's reader has handed over the last message of the chat
	closing   latch                // Close was called: what arrives is thrown away, nothing more is looked up
}

// port is pion's data channel.
type port struct{ data *webrtc.DataChannel }

// New returns a connection that has not begun.
func New(config Config) (*Conn, error) {
	network, err := stdnet.NewNet()
	if err != nil {
		return nil, fmt.Errorf("new connection: %w", err)
	}
	closing := newLatch()
	if config.LoopbackOnly {
		return newOver(confined{lookup{network, closing}}, config, closing)
	}
	c, err := newOver(lookup{network, closing}, config, closing)
	if err != nil {
		return nil, err
	}
	c.routes = defaultRoutes
	return c, nil
}

// NewOver is New over another network than the computer's own.
func NewOver(network transport.Net, config Config) (*Conn, error) {
	return newOver(network, config, newLatch())
}

func newOver(network transport.Net, config Config, closing latch) (*Conn, error) {
	c := &Conn{
		engine:    engine{readerEnd: newLatch(), closing: closing},
		gathering: newGathering(config),
	}
	c.begin()
	c.sockets = newSockets(network, config, c.gathering, c.opened)
	webrtcConfig := webrtc.Configuration{}
	if len(config.STUN) > 0 && !config.RelayOnly {
		for _, server := range config.STUN {
			if _, err := stun.ParseURI("stun:" + server); err != nil {
				return nil, fmt.Errorf("new connection: %w", err)
			}
		}
		webrtcConfig.ICEServers = append(webrtcConfig.ICEServers, webrtc.ICEServer{URLs: []string{"stun:" + everyServer}})
	}
	for _, server := range config.TURN {
		webrtcConfig.ICEServers = append(webrtcConfig.ICEServers, webrtc.ICEServer{
			URLs: []string{server.URL}, Username: server.Username, Credential: server.Credential,
		})
	}
	if config.RelayOnly {
		webrtcConfig.ICETransportPolicy = webrtc.ICETransportPolicyRelay
	}
	var err error
	c.pc, err = newAPI(config, c.sockets).NewPeerConnection(webrtcConfig)
	if err != nil {
		return nil, fmt.Errorf("new connection: %w", err)
	}
	c.data, err = newData(c.pc, "chat", 0)
	if err == nil {
		c.files.data, err = newData(c.pc, "files", 1)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("new connection: %w", err), c.pc.GracefulClose())
	}
	c.listen()
	return c, nil
}

// newData makes a data channel. The other side makes its like, and neither tells the other.
func newData(pc *webrtc.PeerConnection, label string, id uint16) (*webrtc.DataChannel, error) {
	negotiated := true
	return pc.CreateDataChannel(label, &webrtc.DataChannelInit{Negotiated: &negotiated, ID: &id})
}

// newAPI sets pion up. Each setting removes a difference from browsers, or changes a default
// that does not fit a link which is answered minutes later.
func newAPI(config Config, network transport.Net) *webrtc.API {
	var s webrtc.SettingEngine
	s.LoggerFactory = silence{} // pion logs addresses
	s.SetNet(network)
	s.SetICECredentials(credential(3), credential(18)) // 4 and 24 characters, as Chromium
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6})
	s.SetIncludeLoopbackCandidate(config.Loopback || config.LoopbackOnly)
	if config.LoopbackOnly {
		s.SetIPFilter(net.IP.IsLoopback)
	}
	// Our own addresses are published as they are: pion finds a browser's mDNS
	// name unreliably, so it is the browser that must find us.
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeQueryOnly)
	if config.RelayOnly || config.LoopbackOnly {
		// To ask the network for an mDNS name would tell everybody in it of us.
		s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	}
	s.SetSTUNGatherTimeout(gatherWait)
	// For pion the state failed is final, so a joiner must never reach it: the
	// answer may be applied minutes from now. Nor may it stop sending: after
	// seven requests, in 1.4 s, pion would give up each pair of addresses.
	s.SetICETimeouts(5*time.Second, 0, 2*time.Second)
	s.SetICEMaxBindingRequests(math.MaxUint16)
	// An invite carries few candidates or none, so the path is often one that
	// neither side announced. pion would wait a second for a better one.
	s.SetSrflxAcceptanceMinWait(100 * time.Millisecond)
	s.SetPrflxAcceptanceMinWait(100 * time.Millisecond)
	s.SetSCTPMaxMessageSize(maxReadMessage)
	// Only Close closes, so that messages which arrived before the other side's end are kept.
	s.DisableCloseByDTLS(true)
	return webrtc.NewAPI(
		webrtc.WithSettingEngine(s),
		// No audio, no video: pion's own codecs and reports would only run idle.
		webrtc.WithMediaEngine(&webrtc.MediaEngine{}),
		webrtc.WithInterceptorRegistry(&interceptor.Registry{}),
	)
}

func (c *Conn) listen() {
	c.pc.OnICECandidate(func(found *webrtc.ICECandidate) {
		if found == nil {
			// pion names a public address even if it is one of the computer's own, so a server
			// has not answered if there is none.
			if c.gathering.stun && c.gathering.know().Public == 0 {
				c.gathering.refused()
			}
			c.gathering.complete()
			return
		}
		if found.Typ == webrtc.ICECandidateTypeRelay {
			c.sockets.hold(int(found.RelatedPort))
		}
		c.gathering.found(candidate{
			candidateType: found.Typ.String(),
			address:       found.Address,
			port:          int(found.Port),
			base:          net.JoinHostPort(found.RelatedAddress, strconv.Itoa(int(found.RelatedPort))),
			overTCP:       !c.sockets.relayOverUDP(int(found.RelatedPort)),
		})
	})
	c.pc.OnICEConnectionStateChange(func(state webrtc.ICEConnectionState) {
		c.gathering.note("ICE: " + state.String())
	})
	c.pc.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		c.gathering.note("connection: " + state.String())
		// ICE never fails here, so this is DTLS, which has no limit in time: a
		// certificate was refused, by us or by the other side.
		if state == webrtc.PeerConnectionStateFailed {
			c.breach()
		}
	})
	c.pc.SCTP().OnClose(func(error) {
		// pion's reader may still hold messages. When it has handed them over, it ends the inbox.
		c.ended.set()
		for _, ch := range []*Channel{&c.Channel, &c.files} {
			if !ch.opened.isSet() {
				ch.inbox.end()
			}
		}
	})
	c.pc.OnDataChannel(func(*webrtc.DataChannel) {
		c.breach() // our channels are not opened like this
		// pion keeps each channel for as long as the connection lives, and accepts the next
		// one when this function returns.
		<-c.closing.done
	})
	for _, ch := range []*Channel{&c.Channel, &c.files} {
		ch.data.OnOpen(ch.opened.set)
		ch.data.OnMessage(func(message webrtc.DataChannelMessage) { c.receive(ch, message) })
		ch.data.SetBufferedAmountLowThreshold(lowWater)
		ch.data.OnBufferedAmountLow(ch.low.set)
	}
	c.data.OnClose(func() {
		c.readerEnd.set()
		c.end()
	})
	c.files.data.OnClose(c.files.end)
}

// receive is called by pion's reader for one message after the other. To wait here is the only
// way to slow the other side down. Close ends the wait.
func (c *Conn) receive(by *Channel, message webrtc.DataChannelMessage) {
	if c.closing.isSet() {
		return
	}
	if message.IsString || len(message.Data) > MaxMessage {
		c.breach() // no program of ours sends that
		return
	}
	by.inbox.put(message.Data)
	for by.inbox.full(readAhead) {
		select {
		case <-by.inbox.taken:
		case <-c.closing.done:
			return
		}
	}
}

// Offer makes the local offer, gathers addresses and returns the SDP.
func (c *Conn) Offer(ctx context.Context) (string, error) {
	if c.ended.isSet() {
		return "", c.why()
	}
	offer, err := c.pc.CreateOffer(nil)
	if err != nil {
		return "", fmt.Errorf("create offer: %w", c.orClosed(err))
	}
	if !c.sockets.waits {
		c.gathering.goodFor(goodForTerminal)
	}
	return c.describe(ctx, offer)
}

// Answer applies the other side's offer, gathers addresses and returns
// the SDP of the answer. From then on the connection opens by itself,
// however late the other side applies it.
func (c *Conn) Answer(ctx context.Context, offer string) (string, error) {
	if err := c.apply(webrtc.SDPTypeOffer, offer); err != nil {
		return "", fmt.Errorf("apply offer: %w", err)
	}
	answer, err := c.pc.CreateAnswer(nil)
	if err != nil {
		return "", fmt.Errorf("create answer: %w", c.orClosed(ErrDescription))
	}
	return c.describe(ctx, answer)
}

// Accept applies the other side's answer. It may come minutes after Offer.
// After ErrDescription a better answer may still be applied.
func (c *Conn) Accept(_ context.Context, answer string) error {
	if err := c.apply(webrtc.SDPTypeAnswer, answer); err != nil {
		return fmt.Errorf("apply answer: %w", err)
	}
	return nil
}

// describe applies the local description and returns it with its candidates.
func (c *Conn) describe(ctx context.Context, description webrtc.SessionDescription) (string, error) {
	if err := c.pc.SetLocalDescription(description); err != nil {
		return "", fmt.Errorf("apply own description: %w", c.orClosed(err))
	}
	if err := c.gathering.wait(ctx, c.ended); err != nil {
		return "", err
	}
	text := strings.Replace(c.pc.LocalDescription().SDP, fmt.Sprint("a=max-message-size:", maxReadMessage), fmt.Sprint("a=max-message-size:", maxWireMessage), 1)
	// A browser names each mapping of a symmetric NAT, so that the other end learns of
	// it. pion knows of one server only, so the other mappings are added here.
	for i, m := range c.gathering.otherMappings() {
		if at, ok := sdp.ReadAddress(m.address); ok {
			other := sdp.Candidate{Type: sdp.ServerReflexive, Address: at, Port: uint16(m.port)}
			text += "a=" + other.Line(900+i, 1).String() + "\r\n"
		}
	}
	if c.routes != nil {
		text = favor(text, c.routes())
	}
	return text, nil
}

// favor marks the host candidates with these addresses as preferred, as browsers do it. A
// computer with containers has many others to which nobody else gets through.
func favor(text string, own []sdp.Address) string {
	lines := strings.SplitAfter(text, "\r\n")
	for i, line := range lines {
		l, _ := sdp.ParseCandidateLine(line)
		if at, ok := sdp.ReadAddress(l.Address); ok && l.Type == "host" && slices.Contains(own, at) {
			lines[i] = "a=" + l.With("network-cost", "0").String() + "\r\n"
		}
	}
	return strings.Join(lines, "")
}

func (c *Conn) apply(sdpType webrtc.SDPType, text string) error {
	if c.ended.isSet() {
		return c.why()
	}
	description := webrtc.SessionDescription{Type: sdpType, SDP: text}
	if !isComplete(description) || c.pc.SetRemoteDescription(description) != nil {
		return c.orClosed(ErrDescription)
	}
	return nil
}

// isComplete tells whether a description has everything that pion needs. pion itself checks some
// of it only after it has changed its state, and then no better description can be applied.
func isComplete(description webrtc.SessionDescription) bool {
	parsed, err := description.Unmarshal()
	if err != nil || len(parsed.MediaDescriptions) != 1 || parsed.MediaDescriptions[0].MediaName.Media != "application" {
		return false
	}
	for _, name := range []string{"ice-ufrag", "ice-pwd", "fingerprint"} {
		_, forAll := parsed.Attribute(name)
		_, forOne := parsed.MediaDescriptions[0].Attribute(name)
		if !forAll && !forOne {
			return false
		}
	}
	return true
}

// orClosed returns err, or why the connection has ended if it has.
func (c *Conn) orClosed(err error) error {
	if c.ended.isSet() {
		return c.why()
	}
	return err
}

// Send hands one message to the channel, copying it. It waits for the
// channel to open, and while too much is on its way out.
func (c *Channel) Send(ctx context.Context, message []byte) error {
	err := c.waitToSend(ctx, len(message), func() int { return int(c.data.BufferedAmount()) })
	if err != nil {
		return err
	}
	if c.data.Send(message) != nil {
		// The size has been checked and pion's queue has no limit, so the channel has ended.
		c.ended.set()
		return c.why()
	}
	return nil
}

// Path tells how the ends reach each other, once open.
func (c *Conn) Path(context.Context) Path {
	if !c.opened.isSet() || c.ended.isSet() {
		return PathUnknown
	}
	pair, err := c.pc.SCTP().Transport().ICETransport().GetSelectedCandidatePair()
	if err != nil || pair == nil {
		return PathUnknown
	}
	return pathBetween(
		end{pair.Local.Typ.String(), pair.Local.Address},
		end{pair.Remote.Typ.String(), pair.Remote.Address},
	)
}

// Close wakes whoever waits, gives what was sent up to closeWait to reach
// the other side, and returns when no goroutine, callback or listener of
// this Conn is left. It may be called twice, and at any time.
func (c *Conn) Close() error {
	c.close.Do(func() {
		c.closing.set()
		c.drop()
		if c.opened.isSet() {
			c.sayGoodbye()
		}
		c.sockets.giveUp()
		// An error here only concerns sockets that are being closed anyway.
		_ = c.pc.GracefulClose()
		c.sockets.tasks.Wait()
	})
	return nil
}

// sayGoodbye closes the channel, which goes out behind what was sent, and
// waits until the other side has closed its half. pion's reader ends then.
func (c *Conn) sayGoodbye() {
	if c.pc.ConnectionState() != webrtc.PeerConnectionStateConnected {
		return // nobody would hear it
	}
	_ = c.data.Close() // fails only where the other side was first
	limit := time.NewTimer(closeWait)
	defer limit.Stop()
	select {
	case <-c.readerEnd.done:
	case <-limit.C:
	}
}
