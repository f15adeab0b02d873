// Package peer is one WebRTC connection with two ordered, reliable data
// channels, the same for a terminal and for a browser: pion.go natively,
// browser.go over the page's own RTCPeerConnection.
//
// It is given session descriptions as SDP text and knows nothing of links,
// mailboxes or keys. "The engine" is the WebRTC implementation: pion, or the browser's.
// How engines differ (for how long they look for the other end, what makes them go on,
// which callbacks may block) is hidden here and matters nowhere else. Both halves pass
// the tests of peertest.
package peer

import (
	"errors"
	"sync"
	"time"
)

// MaxMessage is the largest message that Send takes, in bytes. The channel itself could carry
// 262,144; the largest frame of ours has less than 16,400.
const MaxMessage = 65536

// Flow control. When more than highWater bytes wait in the engine to be sent, Send waits until
// only lowWater are left. A browser's engine cannot slow the other side down, so when more than
// maxQueued bytes have arrived and are not read, the connection is ended; a well-behaved peer
// never comes near that.
const (
	highWater = 1 << 20
	lowWater  = 256 << 10
	maxQueued = 4 << 20
)

// closeWait is how long Close waits until the last messages have arrived, the goodbye among
// them, and the other side has closed its half of the channel, too.
const closeWait = time.Second

// gatherWait is how long a description waits for candidates. If a STUN server does not answer,
// engines would go on gathering for 25 s and more.
const gatherWait = 1500 * time.Millisecond

// cardWait is the same for an offer that waits: nobody waits for it, and without a public address
// it may be of no use.
const cardWait = 3 * time.Second

// emptyWait is for how long it waits on for its first candidate, on a computer that is busy.
const emptyWait = 9 * time.Second

// relayWait is how long a description waits for a relay if no other candidates are allowed:
// without a relay it would be of no use.
const relayWait = 5 * time.Second

// Config says how to look for addresses. The zero value asks no server.
type Config struct {
	// STUN lists the servers to ask for our public address, as host:port.
	STUN []string
	// TURN lists the relays to ask.
	TURN []TURN
	// RelayOnly has every packet go through a relay: no other candidate is
	// gathered, so none can stand in a description.
	RelayOnly bool
	// Loopback offers 127.0.0.1 and ::1 too, if the engine can, so that two
	// programs on one computer without a network find each other.
	Loopback bool
	// LoopbackOnly offers nothing but 127.0.0.1 and ::1, asks no server, and lets no packet
	// leave the computer. A browser cannot do that; only the terminal's half obeys it.
	LoopbackOnly bool
	// Waits is for an offer that may wait for hours, one of several, and may never be answered.
	// Once it is described, nothing more is sent for it while it waits, but to a relay and what
	// Chromium sends by itself for two minutes. So no mapping in a NAT is kept alive: a NAT that
	// gives the port anew as it was lets the other end in however late that comes, any other NAT
	// forgets within minutes. Findings.GoodFor says nothing then.
	Waits bool
	// Note, if it is set, is told what happens on the way to the other end, in
	// words without addresses or names. It is called from the engine's callbacks
	// and must not wait.
	Note func(text string)
}

// TURN is a relay: turn:host:port, with ?transport=tcp where UDP is blocked, or
// turns:host:port over TLS.
type TURN struct{ URL, Username, Credential string }

// Findings is what an end has found out about its own network so far.
type Findings struct {
	Complete            bool // there are no more candidates to find
	Host, Public, Relay int  // candidates by type
	RelayUDP            bool // a relay was reached over UDP
	Refused             bool // the engine says that a server does not answer; not every engine tells
	Symmetric           bool // the NAT gives each connection another port
	// GoodFor is for how long this engine keeps the public address of an offer
	// alive; 0 is for ever. It is always 0 with Config.Waits.
	GoodFor time.Duration
}

// Path is how the two ends reach each other.
type Path string

// PathUnknown is the answer of an engine that cannot tell, or cannot tell yet.
const (
	PathUnknown Path = ""
	PathDirect  Path = "direct" // across the internet or a router
	PathLocal   Path = "local"  // both ends used addresses of their own network; the other end may not see it
	PathRelay   Path = "relay"  // through a TURN server
)

// The errors that callers tell apart.
var (
	// ErrClosed is returned once either side has closed the channel.
	ErrClosed = errors.New("the connection is closed")
	// ErrForeign is returned in place of ErrClosed, which it wraps, if the other side did
	// something that no program of ours does: one of the two certificates is not the one
	// that its description names; or it sent text, sent more than MaxMessage bytes at
	// once, or opened a data channel of its own.
	ErrForeign error = foreign{}
	// ErrTooLarge is returned by Send for more than MaxMessage bytes.
	ErrTooLarge = errors.New("the message is too large for the channel")
	// ErrUnavailable is returned by New where there is no WebRTC, or none that
	// may be used.
	ErrUnavailable = errors.New("there is no WebRTC here")
	// ErrDescription is returned by Answer and Accept for SDP that the engine
	// refuses. The engine's own message is left out, because it quotes addresses.
	ErrDescription = errors.New("the session description cannot be used")
)

// foreign is the type of ErrForeign.
type foreign struct{}

func (foreign) Error() string { return "the other side is none of ours" }
func (foreign) Unwrap() error { return ErrClosed }

// A Conn is one end of the connection. Its first call must be Offer or Answer, once; the side
// that offers calls Accept when the answer has come. A Conn may be used by several goroutines,
// but Send and Receive of a channel each by one at a time. A method that waits returns the context's error
// if the context ends first.
type Conn struct {
	Channel           // for the chat
	files     Channel // for what files are made of
	engine            // pion natively, the page's RTCPeerConnection under js
	gathering *gathering
	close     sync.Once
}

// Channel is one of the two data channels of a Conn. They end together.
type Channel struct {
	channel
	port // the engine's side of it
}

// Files is the second channel. Messages that go by it don't make those of the first wait for room.
func (c *Conn) Files() *Channel { return &c.files }

// begin makes what both channels have in common.
func (c *Conn) begin() {
	c.channel, c.files.channel = newChannel(), newChannel()
	c.files.ended, c.files.foreign = c.ended, c.foreign
}

// end notes that nothing can be sent and nothing will arrive any more.
func (c *Conn) end() {
	c.Channel.end()
	c.files.end()
}

// breach ends the connection because the other side did what no program of ours does. If it has
// ended already, the reason stays what it was.
func (c *Conn) breach() {
	if !c.ended.isSet() {
		c.foreign.set()
	}
	c.end()
}

// drop forgets what has arrived, and has nothing more kept.
func (c *Conn) drop() {
	c.ended.set()
	c.inbox.drop()
	c.files.inbox.drop()
}

// Findings returns what is known of this end's network so far. It does not ask the engine. For
// some seconds after the description was made, more may still become known.
func (c *Conn) Findings() Findings { return c.gathering.know() }
