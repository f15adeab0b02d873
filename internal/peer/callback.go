//go:build js

package peer

import (
	"context"
	"sync/atomic"
	"syscall/js"
)

// liveCallbacks counts what the page could still call: every js.Func. A
// listener lives as long as its js.Func does. Tests hold it at zero after
// Close.
var liveCallbacks atomic.Int64

// callback is a Go function the page may call, as the listener of an event
// where target is set.
type callback struct {
	target js.Value
	event  string
	f      js.Func
}

func newCallback(f func(js.Value)) *callback {
	liveCallbacks.Add(1)
	return &callback{f: js.FuncOf(func(_ js.Value, arguments []js.Value) any {
		argument := js.Undefined()
		if len(arguments) > 0 {
			argument = arguments[0]
		}
		f(argument)
		return nil
	})}
}

func (b *callback) release() {
	if b.event != "" {
		b.target.Call("removeEventListener", b.event, b.f)
	}
	b.f.Release()
	liveCallbacks.Add(-1)
}

// on listens to an event until the connection is closed.
func (c *Conn) on(target js.Value, event string, f func(event js.Value)) {
	b := newCallback(f)
	b.target, b.event = target, event
	c.keep(b)
	target.Call("addEventListener", event, b.f)
}

// keep has callbacks released by Close, unless that is over.
func (c *Conn) keep(callbacks ...*callback) (kept bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.released {
		for _, b := range callbacks {
			b.release()
		}
		return false
	}
	for _, b := range callbacks {
		c.callbacks[b] = struct{}{}
	}
	return true
}

// letGo releases callbacks that are done before Close is.
func (c *Conn) letGo(callbacks ...*callback) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, b := range callbacks {
		if _, ok := c.callbacks[b]; ok {
			delete(c.callbacks, b)
			b.release()
		}
	}
}

// releaseAll releases every callback there is and refuses new ones.
func (c *Conn) releaseAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for b := range c.callbacks {
		b.release()
	}
	c.callbacks, c.released = nil, true
}

// await calls a method of the RTCPeerConnection that returns a promise, and
// waits for it. It returns a *refusal where the promise is rejected. A promise
// given up here keeps its callbacks until Close: the engine never settles it
// after that.
func (c *Conn) await(ctx context.Context, method string, arguments ...any) (js.Value, error) {
	if c.ended.isSet() {
		return js.Undefined(), c.why()
	}
	type result struct {
		value js.Value
		err   error
	}
	settled := make(chan result, 1)
	fulfilled := newCallback(func(value js.Value) { settled <- result{value: value} })
	rejected := newCallback(func(reason js.Value) { settled <- result{err: newRefusal(reason)} })
	if !c.keep(fulfilled, rejected) {
		return js.Undefined(), c.why()
	}
	err := try(func() { c.pc.Call(method, arguments...).Call("then", fulfilled.f, rejected.f) })
	if err != nil {
		c.letGo(fulfilled, rejected)
		return js.Undefined(), err
	}
	select {
	case r := <-settled:
		c.letGo(fulfilled, rejected)
		return r.value, r.err
	case <-c.ended.done:
		return js.Undefined(), c.why()
	case <-ctx.Done():
		return js.Undefined(), ctx.Err()
	}
}

// try runs f and returns a *refusal where the engine throws.
func try(f func()) (err error) {
	defer func() {
		switch thrown := recover().(type) {
		case nil:
		case js.Error:
			err = newRefusal(thrown.Value)
		default:
			panic(thrown)
		}
	}()
	f()
	return nil
}

// refusal is what the engine throws or rejects with, by its name. The engine's
// message is left out: it quotes SDP and addresses.
type refusal struct{ name string }

func newRefusal(reason js.Value) *refusal {
	if reason.Type() == js.TypeObject && reason.Get("name").Type() == js.TypeString {
		return &refusal{reason.Get("name").String()}
	}
	return &refusal{"the browser refuses"}
}

func (r *refusal) Error() string { return r.name }

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
