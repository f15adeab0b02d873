//go:build js

package peer

import (
	"context"
	"errors"
	"sync"
	"syscall/js"
	"time"

	"tincan/internal/promise"
	"tincan/internal/sdp"
)

// While it waits for an answer, Chromium sends packets to its STUN server for 120 s, which keep
// the mapping in the NAT. Before that time is over, we give it a provisional answer of nobody,
// and from then on now and then an address at which nobody is. So it goes on sending packets
// from the same socket. The real answer replaces the provisional one. Firefox knows no
// provisional answers.
var provisionalAfter = 100 * time.Second // a variable for tests

const provisionalEvery = 30 * time.Second // Chromium tries each address for 15 s

// For how long after the offer a reply still opens the chat through NATs that forget a mapping
// after 30 s. test/network measures it.
const (
	goodForChromium = 30 * time.Minute
	goodForFirefox  = 5 * time.Minute
)

// engine is the page's RTCPeerConnection. The page calls back on the only thread that there is,
// whenever Go waits for something, so callbacks never wait themselves: they only pass on what
// they are given.
type engine struct {
	pc       js.Value
	waits    bool  // see Config.Waits
	accepted latch // the real answer is applied
	closed   latch // the data channel of the chat is closed on both sides
	met      latch // DTLS has been connected
	tasks    sync.WaitGroup

	mu        sync.Mutex // guards what follows
	callbacks []callback
	released  bool
}

// Each value that Go gets from JavaScript costs a finalizer. These are fetched once, and not for
// every message.
var (
	uint8Array = js.Global().Get("Uint8Array")
	open       = js.ValueOf("open")
)

// New returns a connection that has not begun.
func New(config Config) (*Conn, error) {
	constructor := js.Global().Get("RTCPeerConnection")
	if constructor.Type() != js.TypeFunction {
		return nil, ErrUnavailable
	}
	options := js.Global().Get("Object").New()
	options.Set("iceServers", iceServers(config))
	if config.RelayOnly {
		options.Set("iceTransportPolicy", "relay")
	}
	c := &Conn{
		engine: engine{
			waits:    config.Waits,
			accepted: newLatch(),
			closed:   newLatch(),
			met:      newLatch(),
		},
		gathering: newGathering(config),
	}
	c.begin()
	err := promise.Try(func() {
		c.pc = constructor.New(options)
		if offers(c.pc, "createDataChannel") {
			c.port, c.files.port = newPort(c.pc, "chat", 0), newPort(c.pc, "files", 1)
		}
	})
	if err != nil {
		shut(c.pc)
		// A malformed address of a server is refused here, too, although WebRTC is available.
		if !allowed(constructor) {
			return nil, during(err.Error(), ErrUnavailable)
		}
		return nil, during("new connection", err)
	}
	if !usable(c.pc, c.data) || !usable(c.pc, c.files.data) {
		shut(c.pc)
		return nil, ErrUnavailable
	}
	c.listen()
	return c, nil
}

// allowed tells whether a connection without any server can be made. Extensions and settings that
// block WebRTC leave its constructor in place, which then throws or makes objects that do nothing.
func allowed(constructor js.Value) bool {
	var pc, data js.Value
	err := promise.Try(func() {
		if pc = constructor.New(); offers(pc, "createDataChannel") {
			data = pc.Call("createDataChannel", "chat")
		}
	})
	shut(pc)
	return err == nil && usable(pc, data)
}

// usable tells whether these objects have the methods that are needed: Call panics if a method is
// missing.
func usable(pc, data js.Value) bool {
	return offers(pc, "addEventListener", "setLocalDescription", "setRemoteDescription", "addIceCandidate",
		"getStats", "close") && offers(data, "addEventListener", "send", "close")
}

func offers(value js.Value, methods ...string) bool {
	if value.Type() != js.TypeObject && value.Type() != js.TypeFunction {
		return false
	}
	for _, method := range methods {
		var is js.Type
		if promise.Try(func() { is = value.Get(method).Type() }) != nil || is != js.TypeFunction {
			return false
		}
	}
	return true
}

// Routes is always "": a page learns nothing of the networks that its computer is in.
func Routes() string { return "" }

// shut closes a connection that may be incomplete.
func shut(pc js.Value) {
	if offers(pc, "close") {
		_ = promise.Try(func() { pc.Call("close") }) // nothing more can be done
	}
}

// iceServers lists the servers as RTCConfiguration wants them.
func iceServers(config Config) js.Value {
	servers := js.Global().Get("Array").New()
	for _, server := range config.STUN {
		entry := js.Global().Get("Object").New()
		entry.Set("urls", "stun:"+server)
		servers.Call("push", entry)
	}
	for _, server := range config.TURN {
		entry := js.Global().Get("Object").New()
		entry.Set("urls", server.URL)
		entry.Set("username", server.Username)
		entry.Set("credential", server.Credential)
		servers.Call("push", entry)
	}
	return servers
}

func (c *Conn) listen() {
	c.on(c.pc, "icecandidate", func(event js.Value) {
		if found := event.Get("candidate"); found.Truthy() {
			line, ok := sdp.ParseCandidateLine(found.Get("candidate").String())
			if !ok || !line.UDP() {
				return // one of TCP, or how Firefox says that there are no more
			}
			own := ownCandidate(line)
			if protocol := found.Get("relayProtocol"); protocol.Type() == js.TypeString {
				own.overTCP = protocol.String() != "udp"
			}
			c.gathering.found(own)
		}
	})
	c.on(c.pc, "icecandidateerror", func(js.Value) { c.gathering.refused() })
	c.on(c.pc, "iceconnectionstatechange", func(js.Value) {
		c.gathering.note("ICE: " + c.pc.Get("iceConnectionState").String())
	})
	c.on(c.pc, "icegatheringstatechange", func(js.Value) {
		if c.pc.Get("iceGatheringState").String() == "complete" {
			c.gathering.complete()
		}
	})
	c.on(c.pc, "connectionstatechange", func(js.Value) {
		// The state failed is not the end: Chromium recovers when the other
		// side appears.
		c.gathering.note("connection: " + c.pc.Get("connectionState").String())
	})
	// Our channels are not opened like this, so it is a channel of the other side's own.
	c.on(c.pc, "datachannel", func(js.Value) { c.refuse() })
	for _, ch := range []*Channel{&c.Channel, &c.files} {
		ch.data.Set("binaryType", "arraybuffer")
		ch.data.Set("bufferedAmountLowThreshold", lowWater)
		c.on(ch.data, "open", func(js.Value) { ch.opened.set() })
		c.on(ch.data, "message", func(event js.Value) { c.receive(ch, event) })
		c.on(ch.data, "bufferedamountlow", func(js.Value) { ch.low.set() })
	}
	c.on(c.data, "close", func(js.Value) {
		c.closed.set()
		c.lookAtDTLS() // it may be why, and its own event come later
		c.end()
	})
	c.on(c.files.data, "close", func(js.Value) {
		c.lookAtDTLS()
		c.files.end()
	})
}

// watchDTLS ends the connection when DTLS fails, which is final. There is a transport to watch
// only when both descriptions have been applied.
func (c *Conn) watchDTLS() {
	if transport := c.transport(); transport.Truthy() {
		c.on(transport, "statechange", func(js.Value) { c.lookAtDTLS() })
		c.lookAtDTLS()
	}
}

// transport is the browser's RTCDtlsTransport; undefined or null where there is none yet.
func (c *Conn) transport() js.Value {
	if sctp := c.pc.Get("sctp"); sctp.Truthy() {
		return sctp.Get("transport")
	}
	return js.Undefined()
}

// lookAtDTLS ends the connection if DTLS has failed. If the two ends had found each other by ICE
// and DTLS was never connected, one of them has refused the other's certificate: somebody else
// is there than was invited. Firefox also calls DTLS failed when ICE has failed.
func (c *Conn) lookAtDTLS() {
	transport := c.transport()
	if !transport.Truthy() {
		return
	}
	switch transport.Get("state").String() {
	case "connected":
		c.met.set()
	case "failed":
		if c.ended.isSet() {
			return
		}
		c.gathering.note("DTLS: failed")
		ice := c.pc.Get("iceConnectionState").String()
		if !c.met.isSet() && !c.opened.isSet() && (ice == "connected" || ice == "completed") {
			c.breach()
		} else {
			c.end()
		}
	}
}

// receive takes the message out of an event. The other side cannot be slowed down from here, so
// the connection is ended if too much is held that nobody has read.
func (c *Conn) receive(by *Channel, event js.Value) {
	if c.ended.isSet() {
		return
	}
	data := event.Get("data")
	length := js.Undefined()
	if data.Type() == js.TypeObject {
		length = data.Get("byteLength")
	}
	// It is text or a Blob, or too large. No program of ours sends that.
	if length.Type() != js.TypeNumber || length.Int() > MaxMessage {
		c.refuse()
		return
	}
	message := make([]byte, length.Int())
	js.CopyBytesToGo(message, uint8Array.New(data))
	if by.inbox.put(message) > maxQueued {
		c.hangUp()
	}
}

// refuse ends the connection from within a callback, because the other side did what no program of
// ours does.
func (c *Conn) refuse() {
	c.breach()
	c.pc.Call("close")
}

// hangUp ends the connection from within a callback. Messages that have arrived can still be
// received.
func (c *Conn) hangUp() {
	c.end()
	c.pc.Call("close")
}

// Offer makes the local offer, gathers addresses and returns the SDP.
func (c *Conn) Offer(ctx context.Context) (string, error) {
	offer, err := c.describe(ctx)
	if err != nil {
		return "", err
	}
	if c.waits {
		return offer, nil
	}
	if isFirefox(offer) {
		c.gathering.goodFor(goodForFirefox)
		return offer, nil
	}
	c.gathering.goodFor(goodForChromium)
	if c.gathering.stun || c.gathering.turn {
		c.tasks.Go(func() { c.keepAlive(offer) })
	}
	return offer, nil
}

// Answer applies the other side's offer, gathers addresses and returns
// the SDP of the answer. From then on the connection opens by itself,
// however late the other side applies it.
func (c *Conn) Answer(ctx context.Context, offer string) (string, error) {
	if err := c.apply(ctx, "offer", offer); err != nil {
		return "", err
	}
	answer, err := c.describe(ctx)
	if err != nil {
		return "", err
	}
	c.watchDTLS()
	c.tasks.Go(func() { c.stayPatient(newPatience(answered, c.gathering.relayOnly, answer, offer)) })
	return answer, nil
}

// Accept applies the other side's answer. It may come minutes after Offer.
// After ErrDescription a better answer may still be applied.
func (c *Conn) Accept(ctx context.Context, answer string) error {
	if err := c.apply(ctx, "answer", answer); err != nil {
		return err
	}
	if c.accepted.isSet() {
		return nil
	}
	c.accepted.set()
	c.watchDTLS()
	own := c.pc.Get("localDescription").Get("sdp").String()
	c.tasks.Go(func() { c.stayPatient(newPatience(accepted, c.gathering.relayOnly, own, answer)) })
	return nil
}

// describe makes and applies the local description, an offer or an answer as the state requires,
// and returns it with its candidates.
func (c *Conn) describe(ctx context.Context) (string, error) {
	if c.ended.isSet() {
		return "", c.why()
	}
	if _, err := c.await(ctx, "setLocalDescription"); err != nil {
		return "", during("create description", err)
	}
	if err := c.gathering.wait(ctx, c.ended); err != nil {
		return "", err
	}
	return c.pc.Get("localDescription").Get("sdp").String(), nil
}

func (c *Conn) apply(ctx context.Context, sdpType, text string) error {
	if c.ended.isSet() {
		return c.why()
	}
	description := js.Global().Get("Object").New()
	description.Set("type", sdpType)
	description.Set("sdp", text)
	_, err := c.await(ctx, "setRemoteDescription", description)
	var refused *promise.Refusal
	if errors.As(err, &refused) {
		err = during(refused.Name, ErrDescription)
	}
	return during("apply "+sdpType, err)
}

// Path tells how the ends reach each other, once open.
func (c *Conn) Path(ctx context.Context) Path {
	if !c.opened.isSet() || c.ended.isSet() {
		return PathUnknown
	}
	stats, err := c.await(ctx, "getStats")
	if err != nil {
		return PathUnknown
	}
	pair := selectedPair(stats)
	if !pair.Truthy() {
		return PathUnknown
	}
	local := stats.Call("get", pair.Get("localCandidateId"))
	remote := stats.Call("get", pair.Get("remoteCandidateId"))
	return pathBetween(endOf(local), endOf(remote))
}

// Close wakes whoever waits, gives what was sent up to closeWait to reach
// the other side, and returns when no goroutine, callback or listener of
// this Conn is left. It may be called twice, and at any time.
func (c *Conn) Close() error {
	c.close.Do(func() {
		c.drop()
		if c.data.Get("readyState").Equal(open) {
			c.sayGoodbye()
		}
		c.pc.Call("close")
		c.tasks.Wait()
		c.releaseAll()
		collect()
	})
	return nil
}

// sayGoodbye closes the channel, which goes out behind what was sent, and
// waits until the other side has closed its half.
func (c *Conn) sayGoodbye() {
	// Even if the channel is open, the connection may still be called connecting, as
	// the page is told of the two one after the other.
	switch c.pc.Get("connectionState").String() {
	case "disconnected", "failed", "closed":
		return // nobody would hear it
	}
	c.data.Call("close")
	limit := time.NewTimer(closeWait)
	defer limit.Stop()
	select {
	case <-c.closed.done:
	case <-limit.C:
	}
}
