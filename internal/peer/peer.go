// Package peer is one WebRTC connection with one ordered, reliable data
// channel, the same for a terminal and for a browser: pion.go natively,
// browser.go over the page's own RTCPeerConnection.
//
// It is handed session descriptions as SDP text and knows nothing of links,
// mailboxes or keys. What differs between engines (how patient they are, what
// keeps them patient, which callbacks may block) is hidden here and told
// nowhere else. peertest is the contract both halves pass.
package peer

import (
	"errors"
	"sync"
	"time"
)

// MaxMessage is the largest message Send takes, in bytes. The wire's own limit
// is 262,144; a frame of ours never passes 16,400.
const MaxMessage = 65536

// Flow control: Send waits once more than highWater bytes are on their way
// out, and goes on when lowWater is reached. maxQueued bounds what an engine
// that cannot be slowed down may pile up on our side before the connection is
// ended: a well-behaved peer never comes near it.
const (
	highWater = 1 << 20
	lowWater  = 256 << 10
	maxQueued = 4 << 20
)

// closeWait is how long Close waits for the last messages, a goodbye among
// them, to arrive and for the other side to have closed its half too.
const closeWait = time.Second

// gatherWait is how long a description waits for candidates. A dead STUN
// server keeps an engine gathering for 25 s and more.
const gatherWait = 1500 * time.Millisecond

// relayWait is how long a description waits for a relay where nothing else may
// stand in it: without one it would be of no use.
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
	// Loopback offers 127.0.0.1 and ::1 too, where the engine can: two
	// programs on one computer without a network.
	Loopback bool
	// LoopbackOnly offers nothing but 127.0.0.1 and ::1, asks nobody elsewhere, and has no
	// packet leave the computer. A browser cannot, so only the terminal's half knows it.
	LoopbackOnly bool
	// Note, if set, hears what happens on the way to the other end, in words
	// without addresses or names. It is called from the engine's callbacks and
	// must not wait.
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
	Refused             bool // the engine says of a server that it doesn't answer; not every engine does
	Symmetric           bool // the NAT gives each connection another port
	// GoodFor is for how long this engine keeps the public address of an offer
	// alive; 0 is for ever.
	GoodFor time.Duration
}

// Path is how the two ends reach each other.
type Path string

// Unknown is what an engine says that cannot tell, or cannot tell yet.
const (
	PathUnknown Path = ""
	PathDirect  Path = "direct" // across the internet or a router
	PathLocal   Path = "local"  // both ends used addresses of their own network; the other end may not see it
	PathRelay   Path = "relay"  // through a TURN server
)

// What callers decide on.
var (
	// ErrClosed is returned once either side has closed the channel.
	ErrClosed = errors.New("the connection is closed")
	// ErrForeign is returned in place of ErrClosed, which it also is, where the other
	// side did what nothing of ours does: its certificate is not the one of its
	// description, or ours not that of ours for it; it sent text, or more than MaxMessage
	// bytes at once; it opened a data channel of its own.
	ErrForeign error = foreign{}
	// ErrTooLarge is returned by Send for more than MaxMessage bytes.
	ErrTooLarge = errors.New("the message is too large for the channel")
	// ErrUnavailable is returned by New where there is no WebRTC, or none that
	// may be used.
	ErrUnavailable = errors.New("there is no WebRTC here")
	// ErrDescription is returned by Answer and Accept for SDP the engine
	// refuses. The engine's own words are left out: they quote addresses.
	ErrDescription = errors.New("the session description cannot be used")
)

// foreign is the type of ErrForeign.
type foreign struct{}

func (foreign) Error() string { return "the other side is none of ours" }
func (foreign) Unwrap() error { return ErrClosed }

// A Conn is one end. Offer, or Answer, is called first and once; the offering
// side calls Accept once the answer is there. Conn may be used by several
// goroutines, Send and Receive each by one at a time. What waits returns the
// context's error when that ends first.
type Conn struct {
	channel
	engine    // pion natively, the page's RTCPeerConnection under js
	gathering *gathering
	close     sync.Once
}

// Findings tells what is known of this end's network, without asking the engine.
// It changes for seconds after the description.
func (c *Conn) Findings() Findings { return c.gathering.know() }
