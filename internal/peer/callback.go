//go:build js

package peer

import (
	"context"
	"runtime"
	"sync/atomic"
	"syscall/js"

	"tincan/internal/promise"
)

// liveCallbacks counts what the page could still call: every js.Func. A
// listener lives as long as its js.Func does. Tests hold it at zero after
// Close.
var liveCallbacks atomic.Int64

// callback is a Go function that the page calls as the listener of an event.
type callback struct {
	target js.Value
	event  string
	f      js.Func
}

func (b callback) release() {
	b.target.Call("removeEventListener", b.event, b.f)
	b.f.Release()
	liveCallbacks.Add(-1)
}

// on listens to an event until the connection is closed.
func (c *Conn) on(target js.Value, event string, f func(event js.Value)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.released {
		return
	}
	b := callback{target, event, js.FuncOf(func(_ js.Value, arguments []js.Value) any {
		argument := js.Undefined()
		if len(arguments) > 0 {
			argument = arguments[0]
		}
		f(argument)
		return nil
	})}
	liveCallbacks.Add(1)
	c.callbacks = append(c.callbacks, b)
	target.Call("addEventListener", event, b.f)
}

// releaseAll releases every callback there is and refuses new ones.
func (c *Conn) releaseAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, b := range c.callbacks {
		b.release()
	}
	c.callbacks, c.released = nil, true
}

// collectEvery is how many connections are closed until Go's collector is run. The browser keeps a
// closed connection while Go refers to it, and in a page Go collects only when its memory grows.
// But Chromium counts the closed ones too, and makes no more than 500.
const collectEvery = 16

var closedOnes atomic.Int32

// collect is called for each connection that was closed.
func collect() {
	if closedOnes.Add(1)%collectEvery == 0 {
		runtime.GC()
	}
}

// await calls a method of the RTCPeerConnection that returns a promise, and
// waits for it. It returns a *promise.Refusal where the promise is rejected.
func (c *Conn) await(ctx context.Context, method string, arguments ...any) (js.Value, error) {
	if c.ended.isSet() {
		return js.Undefined(), c.why()
	}
	pending, err := promise.Call(c.pc, method, arguments...)
	if err != nil {
		return js.Undefined(), err
	}
	defer pending.Forget() // after Close the engine never settles it
	select {
	case s := <-pending.Settled:
		return s.Value, s.Err
	case <-c.ended.done:
		return js.Undefined(), c.why()
	case <-ctx.Done():
		return js.Undefined(), ctx.Err()
	}
}

// failure says during what an error came. It stands in for fmt.Errorf, which
// would add 70 KB to the page.
type failure struct {
	doing string
	err   error
}

func during(doing string, err error) error {
	if err == nil {
		return nil
	}
	return &failure{doing, err}
}

func (f *failure) Error() string { return f.doing + ": " + f.err.Error() }
func (f *failure) Unwrap() error { return f.err }
