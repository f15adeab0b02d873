//go:build js

package peer

import (
	"context"
	"syscall/js"

	"tincan/internal/promise"
)

// port is an RTCDataChannel.
type port struct {
	data   js.Value
	buffer js.Value // Send copies each message into it; send() copies it from there. Made by the first
	view   js.Value // the part of it that was sent last, kept because many frames have one length
	viewed int      // its length, -1 before the first
}

// newPort makes a data channel. The other side makes its like, and neither tells the other.
func newPort(pc js.Value, label string, id int) port {
	options := js.Global().Get("Object").New()
	options.Set("negotiated", true)
	options.Set("id", id)
	return port{data: pc.Call("createDataChannel", label, options), viewed: -1}
}

// Send hands one message to the channel, copying it. It waits for the
// channel to open, and while too much is on its way out.
func (c *Channel) Send(ctx context.Context, message []byte) error {
	err := c.waitToSend(ctx, len(message), func() int { return c.data.Get("bufferedAmount").Int() })
	if err != nil {
		return err
	}
	// After the other side has closed, Firefox silently drops what is sent, and the
	// event that tells of it cannot come while a sender goes on without a pause.
	if !c.data.Get("readyState").Equal(open) {
		c.ended.set()
		return c.why()
	}
	if c.buffer.IsUndefined() {
		c.buffer = uint8Array.New(MaxMessage) // most cards never send
	}
	js.CopyBytesToJS(c.buffer, message)
	if len(message) != c.viewed {
		c.view, c.viewed = c.buffer.Call("subarray", 0, len(message)), len(message)
	}
	return during("send", promise.Try(func() { c.data.Call("send", c.view) }))
}
