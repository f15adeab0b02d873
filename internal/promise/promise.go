//go:build js

// Package promise is where promises of JavaScript and goroutines meet: Await waits for a promise
// that the browser made, New makes one that a goroutine keeps, Try tells what the browser throws
// from what panics in Go.
package promise

import (
	"context"
	"errors"
	"sync"
	"syscall/js"
)

// Refusal is what the browser throws, or rejects a promise with, by its name: a DOMException's
// or an Error's. Its message is left out, as it may quote what nobody should read.
type Refusal struct{ Name string }

func (r *Refusal) Error() string { return r.Name }

func refusalOf(reason js.Value) *Refusal {
	name := js.Undefined()
	if reason.Type() == js.TypeObject {
		_ = try(func() { name = js.Global().Get("Reflect").Call("get", reason, "name") })
	}
	if name.Type() == js.TypeString {
		return &Refusal{name.String()}
	}
	return &Refusal{"the browser refuses"}
}

// Try runs f and returns a *Refusal where JavaScript throws. Panics of Go pass.
func Try(f func()) error {
	if thrown := try(f); thrown != nil {
		return refusalOf(thrown.Value)
	}
	return nil
}

func try(f func()) (thrown *js.Error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case js.Error:
			thrown = &p
		default:
			panic(p)
		}
	}()
	f()
	return nil
}

// Settled is what became of a promise: a value, or a *Refusal.
type Settled struct {
	Value js.Value
	Err   error
}

// Pending is a promise that somebody waits for.
type Pending struct {
	// Settled brings what became of it, once.
	Settled <-chan Settled
	number  int
}

// All promises share one callback of Go, bound to a number for each: a promise that nobody waits
// for any longer may be settled whenever it likes, or never, and leaves nothing behind here.
var (
	mu      sync.Mutex
	waiting = map[int]chan<- Settled{}
	numbers int
	settle  = js.FuncOf(func(_ js.Value, args []js.Value) any { // number, whether fulfilled, value
		if settled := leave(args[0].Int()); settled != nil {
			result := Settled{Value: js.Undefined()}
			if len(args) > 2 {
				result.Value = args[2]
			}
			if !args[1].Bool() {
				result = Settled{js.Undefined(), refusalOf(result.Value)}
			}
			settled <- result // there is room for one
		}
		return nil
	})
)

// Call calls a method of an object that returns a promise. It returns a *Refusal where that throws.
func Call(object js.Value, method string, args ...any) (*Pending, error) {
	settled := make(chan Settled, 1)
	mu.Lock()
	numbers++
	p := &Pending{settled, numbers}
	waiting[p.number] = settled
	mu.Unlock()
	called := false
	defer func() {
		if !called {
			p.Forget()
		}
	}()
	err := Try(func() {
		fulfilled, rejected := settle.Call("bind", nil, p.number, true), settle.Call("bind", nil, p.number, false)
		object.Call(method, args...).Call("then", fulfilled, rejected)
	})
	if err != nil {
		return nil, err
	}
	called = true
	return p, nil
}

// Forget says that nobody waits any longer. It may be called at any time, and twice.
func (p *Pending) Forget() { leave(p.number) }

func leave(number int) chan<- Settled {
	mu.Lock()
	defer mu.Unlock()
	settled := waiting[number]
	delete(waiting, number)
	return settled
}

// Await is Call, and waits for the promise or for the end of ctx, whose error it returns then.
func Await(ctx context.Context, object js.Value, method string, args ...any) (js.Value, error) {
	p, err := Call(object, method, args...)
	if err != nil {
		return js.Undefined(), err
	}
	defer p.Forget()
	select {
	case s := <-p.Settled:
		return s.Value, s.Err
	case <-ctx.Done():
		return js.Undefined(), ctx.Err()
	}
}

// Every value that crosses to Go costs a finalizer: these cross once, and not with each promise.
var (
	promiseType = js.Global().Get("Promise")

	// An executor that has its array push what it is given: one of ours would be called back
	// in the middle of Promise's constructor, and cost more than all the rest of a promise.
	settlers = js.Global().Get("Array").New()
	executor = settlers.Get("push").Call("bind", settlers)
	settler  = settlers.Get("pop").Call("bind", settlers)
)

// ErrPanic is what stands in for a panic. Its text could hold anything, and goes nowhere.
var ErrPanic = errors.New("promise: panic")

// New makes a promise and runs do in a goroutine: that may wait, which a callback must not.
// The promise is resolved with what do returns, or rejected with what reason makes of the error:
// ErrPanic where do panics.
func New(do func() (any, error), reason func(error) js.Value) js.Value {
	p := promiseType.New(executor)
	reject, resolve := settler.Invoke(), settler.Invoke()
	inGoroutine(func() {
		defer func() {
			if recover() != nil {
				reject.Invoke(reason(ErrPanic))
			}
		}()
		value, err := do()
		if err != nil {
			reject.Invoke(reason(err))
			return
		}
		resolve.Invoke(value)
	})
	return p
}

var idle = make(chan func()) // to a goroutine that has nothing to do

// inGoroutine is go, in a goroutine that is there already if one is idle: a new one would
// grow its stack again, which costs more than a short verb does.
func inGoroutine(f func()) {
	select {
	case idle <- f:
	default:
		go func() {
			for {
				f()
				f = <-idle
			}
		}()
	}
}

// NextTask returns in a later task of JavaScript: whoever waits for a promise that was settled
// before has gone on by then, and so has whoever waits for them.
func NextTask() {
	done := make(chan struct{})
	f := js.FuncOf(func(js.Value, []js.Value) any {
		close(done)
		return nil
	})
	defer f.Release()
	js.Global().Call("setTimeout", f)
	<-done
}
