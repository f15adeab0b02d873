//go:build js

package peer

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"syscall/js"
	"time"
)

// Firefox gives a joiner's ICE up for good 4 to 15 s after it found nobody,
// while the reply is still on its way by hand. A remote candidate it has not
// tried yet keeps it looking.
const (
	patienceEvery = 3 * time.Second
	// patienceHost is where those candidates point, and Firefox does send a
	// few packets there. It is TEST-NET-2 (RFC 5737), which is nobody's and
	// which networks don't carry, so no third party is ever knocked at. A
	// loopback, private or multicast address could be somebody; class E
	// (240.0.0.0/4) can't be sent to from every system, and a candidate that
	// fails at once buys no time.
	patienceHost = "198.51.100.1"
	// patiencePort is the first port; each turn takes the next, as Firefox
	// ignores a candidate it knows.
	patiencePort = 40000
)

// browserConn is one end over the page's RTCPeerConnection. The page calls
// back on the one thread there is, in the middle of whatever Go was waiting
// for: callbacks only hand over.
type browserConn struct {
	channel
	pc, data  js.Value
	buffer    js.Value // what Send copies through, as send() copies too
	stun      bool
	gathering *gathering
	closed    latch // the data channel is closed on both sides
	close     sync.Once
	tasks     sync.WaitGroup

	mu        sync.Mutex // guards what follows
	callbacks map[*callback]struct{}
	released  bool
}

// New returns a connection that has not begun.
func New(config Config) (Conn, error) {
	constructor := js.Global().Get("RTCPeerConnection")
	if constructor.Type() != js.TypeFunction {
		return nil, ErrUnavailable
	}
	servers := js.Global().Get("Array").New()
	for _, server := range config.STUN {
		entry := js.Global().Get("Object").New()
		entry.Set("urls", "stun:"+server)
		servers.Call("push", entry)
	}
	options := js.Global().Get("Object").New()
	options.Set("iceServers", servers)
	channelOptions := js.Global().Get("Object").New()
	channelOptions.Set("negotiated", true)
	channelOptions.Set("id", 0)

	c := &browserConn{
		channel:   newChannel(),
		stun:      len(config.STUN) > 0,
		gathering: newGathering(),
		closed:    newLatch(),
		callbacks: map[*callback]struct{}{},
		buffer:    js.Global().Get("Uint8Array").New(MaxMessage),
	}
	err := try(func() {
		c.pc = constructor.New(options)
		c.data = c.pc.Call("createDataChannel", "chat", channelOptions)
		c.data.Set("binaryType", "arraybuffer")
		c.data.Set("bufferedAmountLowThreshold", lowWater)
	})
	if err != nil {
		if c.pc.Truthy() {
			c.pc.Call("close")
		}
		return nil, during("new connection", err)
	}
	c.listen()
	return c, nil
}

func (c *browserConn) listen() {
	c.on(c.pc, "icecandidate", func(event js.Value) {
		if candidate := event.Get("candidate"); candidate.Truthy() {
			candidateType, address := parseCandidate(candidate.Get("candidate").String())
			c.gathering.found(candidateType, address)
		}
	})
	c.on(c.pc, "icegatheringstatechange", func(js.Value) {
		if c.pc.Get("iceGatheringState").String() == "complete" {
			c.gathering.complete()
		}
	})
	c.on(c.pc, "connectionstatechange", func(js.Value) {
		// A failed ICE is not the end: Chromium finds its way back when the
		// other side appears. A failed DTLS is: not the one who was invited.
		if c.pc.Get("connectionState").String() == "failed" && c.dtlsState() == "failed" {
			c.end()
		}
	})
	c.on(c.data, "open", func(js.Value) { c.opened.set() })
	c.on(c.data, "message", c.receive)
	c.on(c.data, "bufferedamountlow", func(js.Value) { c.low.set() })
	c.on(c.data, "close", func(js.Value) {
		c.closed.set()
		c.end()
	})
}

func (c *browserConn) dtlsState() string {
	sctp := c.pc.Get("sctp")
	if !sctp.Truthy() || !sctp.Get("transport").Truthy() {
		return ""
	}
	return sctp.Get("transport").Get("state").String()
}

// receive takes one message out of its event. The page cannot be told to send
// more slowly from here, so what piles up unread ends the connection.
func (c *browserConn) receive(event js.Value) {
	if c.ended.isSet() {
		return
	}
	data := event.Get("data")
	if data.Type() != js.TypeObject || data.Get("byteLength").Type() != js.TypeNumber {
		c.hangUp() // text or a Blob: nothing of ours sends that
		return
	}
	size := data.Get("byteLength").Int()
	if size > MaxMessage {
		c.hangUp()
		return
	}
	message := make([]byte, size)
	js.CopyBytesToGo(message, js.Global().Get("Uint8Array").New(data))
	if c.inbox.put(message) > maxQueued {
		c.hangUp()
	}
}

// hangUp ends the connection from within a callback. What arrived may still be
// received.
func (c *browserConn) hangUp() {
	c.end()
	c.pc.Call("close")
}

func (c *browserConn) Offer(ctx context.Context) (string, error) {
	return c.describe(ctx)
}

func (c *browserConn) Answer(ctx context.Context, offer string) (string, error) {
	if err := c.apply(ctx, "offer", offer); err != nil {
		return "", err
	}
	answer, err := c.describe(ctx)
	if err != nil {
		return "", err
	}
	if isFirefox(answer) {
		c.tasks.Go(c.stayPatient)
	}
	return answer, nil
}

func (c *browserConn) Accept(ctx context.Context, answer string) error {
	return c.apply(ctx, "answer", answer)
}

// describe makes and applies the local description the state calls for and
// returns it with its candidates.
func (c *browserConn) describe(ctx context.Context) (string, error) {
	if c.ended.isSet() {
		return "", ErrClosed
	}
	if _, err := c.await(ctx, "setLocalDescription"); err != nil {
		return "", during("create description", err)
	}
	if err := c.gathering.wait(ctx, c.stun, c.ended); err != nil {
		return "", err
	}
	return c.pc.Get("localDescription").Get("sdp").String(), nil
}

func (c *browserConn) apply(ctx context.Context, sdpType, sdp string) error {
	if c.ended.isSet() {
		return ErrClosed
	}
	description := js.Global().Get("Object").New()
	description.Set("type", sdpType)
	description.Set("sdp", sdp)
	_, err := c.await(ctx, "setRemoteDescription", description)
	var refused *refusal
	if errors.As(err, &refused) {
		err = during(refused.name, ErrDescription)
	}
	return during("apply "+sdpType, err)
}

func (c *browserConn) Send(ctx context.Context, message []byte) error {
	err := c.waitToSend(ctx, len(message), func() int { return c.data.Get("bufferedAmount").Int() })
	if err != nil {
		return err
	}
	// Firefox swallows what is sent after the other side closed, and its event
	// can't come while a sender is at it.
	if c.data.Get("readyState").String() != "open" {
		c.ended.set()
		return ErrClosed
	}
	js.CopyBytesToJS(c.buffer, message)
	return during("send", try(func() { c.data.Call("send", c.buffer.Call("subarray", 0, len(message))) }))
}

func (c *browserConn) Path(ctx context.Context) Path {
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

// selectedPair finds the candidate pair in use: the transport names it, except
// in Firefox, where the pair itself says so.
func selectedPair(stats js.Value) js.Value {
	values := js.Global().Get("Array").Call("from", stats.Call("values"))
	for i := range values.Length() {
		entry := values.Index(i)
		switch entry.Get("type").String() {
		case "transport":
			if id := entry.Get("selectedCandidatePairId"); id.Truthy() {
				return stats.Call("get", id)
			}
		case "candidate-pair":
			if selected := entry.Get("selected"); selected.Truthy() {
				return entry
			}
		}
	}
	return js.Undefined()
}

func endOf(candidate js.Value) end {
	if !candidate.Truthy() {
		return end{}
	}
	e := end{candidateType: candidate.Get("candidateType").String()}
	if address := candidate.Get("address"); address.Type() == js.TypeString {
		e.address = address.String()
	}
	return e
}

func (c *browserConn) Close() error {
	c.close.Do(func() {
		c.ended.set()
		c.inbox.drop()
		if c.data.Get("readyState").String() == "open" {
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
func (c *browserConn) sayGoodbye() {
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

// isFirefox recognises the engine by the SDP it writes, which unlike the user
// agent nobody changes.
func isFirefox(sdp string) bool { return strings.Contains(sdp, "\no=mozilla") }

// stayPatient keeps Firefox looking until the inviter appears. The end of
// candidates is never signalled: it would make Firefox give up too.
func (c *browserConn) stayPatient() {
	every := time.NewTicker(patienceEvery)
	defer every.Stop()
	for port := patiencePort; ; port++ {
		select {
		case <-every.C:
		case <-c.opened.done:
			return
		case <-c.ended.done:
			return
		}
		// A refusal is one turn without patience, the next may do better.
		_ = c.addDummy(context.Background(), port)
	}
}

// addDummy names a remote address that nobody has.
func (c *browserConn) addDummy(ctx context.Context, port int) error {
	candidate := js.Global().Get("Object").New()
	candidate.Set("candidate", "candidate:0 1 UDP 1 "+patienceHost+" "+strconv.Itoa(port)+" typ host")
	candidate.Set("sdpMLineIndex", 0)
	_, err := c.await(ctx, "addIceCandidate", candidate)
	return err
}
