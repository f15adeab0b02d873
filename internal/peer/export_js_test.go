package peer

import "syscall/js"

// LiveCallbacks counts the js callbacks not yet released.
func LiveCallbacks() int { return int(liveCallbacks.Load()) }

// Data is the RTCDataChannel of the chat.
func Data(c *Conn) js.Value { return c.data }

// Buffered is how many bytes the engine holds for sending.
func Buffered(c *Conn) int { return c.data.Get("bufferedAmount").Int() }

// Connection is the RTCPeerConnection behind c.
func Connection(c *Conn) js.Value { return c.pc }

// CollectEvery is for the tests outside the package.
const CollectEvery = collectEvery
