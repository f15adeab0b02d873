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

// An engine looks for the other end for 15 s (Chromium) or 5 to 15 s (Firefox,
// and then never again), while the reply is on its way by hand. Naming the other
// end's addresses once more, as if they were new, makes it go on, and so keeps
// open the hole in our NAT that the other end comes in by. Chromium's turns are
// rarer: it goes on for 15 s after each, and NATs forget after 30 s.
const (
	patienceFirefox  = 5 * time.Second
	patienceChromium = 20 * time.Second
)

// Chromium shows itself to its STUN server, and so to the NAT, for 120 s. Before
// that is over a provisional answer from nobody, with an address of nobody's to
// try every now and then, has it send packets from the same socket on. The real
// answer then replaces it. Firefox knows no provisional answers.
const (
	provisionalAfter = 100 * time.Second
	provisionalEvery = 30 * time.Second // it tries each for 15 s
)

// For how long after the offer a reply opened the chat through NATs that forget
// after 30 s: test/network measures it.
const (
	goodForChromium = 30 * time.Minute
	goodForFirefox  = 5 * time.Minute
)

// engine is the page's RTCPeerConnection. The page calls back on the one thread there is,
// in the middle of whatever Go was waiting for: callbacks only hand over.
type engine struct {
	pc, data js.Value
	buffer   js.Value // what Send copies through, as send() copies too
	view     js.Value // the part of it that was sent last: many frames have one length
	viewed   int      // its length, -1 before the first
	accepted latch    // the real answer is applied
	closed   latch    // the data channel is closed on both sides
	tasks    sync.WaitGroup

	mu        sync.Mutex // guards what follows
	callbacks []callback
	released  bool
}

// Every value that crosses to Go costs a finalizer: these cross once, and not with each message.
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
	channelOptions := js.Global().Get("Object").New()
	channelOptions.Set("negotiated", true)
	channelOptions.Set("id", 0)

	c := &Conn{
		channel: newChannel(),
		engine: engine{
			buffer:   uint8Array.New(MaxMessage),
			viewed:   -1,
			accepted: newLatch(),
			closed:   newLatch(),
		},
		gathering: newGathering(config),
	}
	err := promise.Try(func() {
		c.pc = constructor.New(options)
		if offers(c.pc, "createDataChannel") {
			c.data = c.pc.Call("createDataChannel", "chat", channelOptions)
		}
	})
	if err != nil {
		shut(c.pc)
		// An address that is no server is refused too, where WebRTC is not.
		if !allowed(constructor) {
			return nil, during(err.Error(), ErrUnavailable)
		}
		return nil, during("new connection", err)
	}
	if !usable(c.pc, c.data) {
		shut(c.pc)
		return nil, ErrUnavailable
	}
	c.data.Set("binaryType", "arraybuffer")
	c.data.Set("bufferedAmountLowThreshold", lowWater)
	c.listen()
	return c, nil
}

// allowed says whether a connection without any server can be made. Extensions
// and settings that protect from WebRTC leave its name in place and have it
// throw, or make things that do nothing.
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

// usable says whether these are what they are called: Call panics at a method
// that isn't there.
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

// shut closes what was made of a connection, whatever it is.
func shut(pc js.Value) {
	if offers(pc, "close") {
		_ = promise.Try(func() { pc.Call("close") }) // there is nothing that could still be done
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
		// A failed ICE is not the end: Chromium finds its way back when the
		// other side appears.
		c.gathering.note("connection: " + c.pc.Get("connectionState").String())
	})
	// There is one channel, and it is not negotiated in band.
	c.on(c.pc, "datachannel", func(js.Value) { c.refuse() })
	c.on(c.data, "open", func(js.Value) { c.opened.set() })
	c.on(c.data, "message", c.receive)
	c.on(c.data, "bufferedamountlow", func(js.Value) { c.low.set() })
	c.on(c.data, "close", func(js.Value) {
		c.closed.set()
		c.end()
	})
}

// watchDTLS ends the connection when DTLS fails, which is final. Where the two ends had
// found each other and no more, a certificate was refused, by us or by the other side:
// it is not the one who was invited. Firefox calls DTLS failed as well when ICE is. The
// transport is there once both descriptions are.
func (c *Conn) watchDTLS() {
	sctp := c.pc.Get("sctp")
	if !sctp.Truthy() || !sctp.Get("transport").Truthy() {
		return
	}
	transport := sctp.Get("transport")
	met := false
	look := func(js.Value) {
		switch transport.Get("state").String() {
		case "connected":
			met = true
		case "failed":
			c.gathering.note("DTLS: failed")
			ice := c.pc.Get("iceConnectionState").String()
			if !met && !c.opened.isSet() && (ice == "connected" || ice == "completed") {
				c.breach()
			} else {
				c.end()
			}
		}
	}
	c.on(transport, "statechange", look)
	look(js.Undefined())
}

// receive takes one message out of its event. The page cannot be told to send
// more slowly from here, so what piles up unread ends the connection.
func (c *Conn) receive(event js.Value) {
	if c.ended.isSet() {
		return
	}
	data := event.Get("data")
	length := js.Undefined()
	if data.Type() == js.TypeObject {
		length = data.Get("byteLength")
	}
	// Text or a Blob, or too much: nothing of ours sends that.
	if length.Type() != js.TypeNumber || length.Int() > MaxMessage {
		c.refuse()
		return
	}
	message := make([]byte, length.Int())
	js.CopyBytesToGo(message, uint8Array.New(data))
	if c.inbox.put(message) > maxQueued {
		c.hangUp()
	}
}

// refuse ends the connection from within a callback for what nothing of ours does.
func (c *Conn) refuse() {
	c.breach()
	c.pc.Call("close")
}

// hangUp ends the connection from within a callback. What arrived may still be
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
	c.tasks.Go(func() { c.stayPatient(answer, offer) })
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
	c.tasks.Go(func() { c.stayPatient(own, answer) })
	return nil
}

// describe makes and applies the local description the state calls for and
// returns it with its candidates.
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

// Send hands one message to the channel, copying it. It waits for the
// channel to open, and while too much is on its way out.
func (c *Conn) Send(ctx context.Context, message []byte) error {
	err := c.waitToSend(ctx, len(message), func() int { return c.data.Get("bufferedAmount").Int() })
	if err != nil {
		return err
	}
	// Firefox swallows what is sent after the other side closed, and its event
	// can't come while a sender is at it.
	if !c.data.Get("readyState").Equal(open) {
		c.ended.set()
		return c.why()
	}
	js.CopyBytesToJS(c.buffer, message)
	if len(message) != c.viewed {
		c.view, c.viewed = c.buffer.Call("subarray", 0, len(message)), len(message)
	}
	return during("send", promise.Try(func() { c.data.Call("send", c.view) }))
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
		c.ended.set()
		c.inbox.drop()
		if c.data.Get("readyState").Equal(open) {
			c.sayGoodbye()
		}
		c.pc.Call("close")
		c.tasks.Wait()
		c.releaseAll()
	})
	return nil
}

// sayGoodbye closes the channel, which goes out behind what was sent, and
// waits until the other side has closed its half.
func (c *Conn) sayGoodbye() {
	// An open channel may still find its connection called connecting: the page
	// hears of the one before the other.
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
