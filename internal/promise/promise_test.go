//go:build js

package promise_test

import (
	"context"
	"errors"
	"syscall/js"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/promise"
)

// script is an object with the functions that a piece of JavaScript names.
func script(t *testing.T, body string) js.Value {
	t.Helper()
	return js.Global().Get("Function").New("return ({" + body + "})").Invoke()
}

// promises return one each, or do something else.
const promises = `
	value: (v) => Promise.resolve(v),
	late: (v) => new Promise((resolve) => setTimeout(resolve, 5, v)),
	refused: () => Promise.reject(new DOMException('secret', 'DataError')),
	failed: () => Promise.reject(new TypeError('secret')),
	text: () => Promise.reject('secret'),
	nothing: () => Promise.reject(),
	number: () => Promise.reject({ name: 7 }),
	trap: () => Promise.reject({ get name() { throw new Error('secret') } }),
	revoked: () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return Promise.reject(proxy) },
	twice: () => ({ then: (yes, no) => { yes(1); yes(2); no(3) } }),
	bare: () => ({ then: (yes) => yes() }),
	bad: () => ({ then: () => { throw new RangeError('secret') } }),
	throws: () => { throw new SyntaxError('secret') },
	never: () => new Promise(() => undefined),
`

// TestUnitAwait: a value, and what stands for each way of having none.
func TestUnitAwait(t *testing.T) {
	object := script(t, promises)
	for name, c := range map[string]struct {
		value   any
		refusal string
	}{
		"value": {value: 7}, "late": {value: 7}, "twice": {value: 1}, "bare": {value: js.Undefined()},
		"refused": {refusal: "DataError"}, "failed": {refusal: "TypeError"},
		"text": {refusal: "the browser refuses"}, "nothing": {refusal: "the browser refuses"},
		"number": {refusal: "the browser refuses"}, "trap": {refusal: "the browser refuses"},
		"revoked": {refusal: "the browser refuses"},
		"bad":     {refusal: "RangeError"}, "throws": {refusal: "SyntaxError"},
	} {
		t.Run(name, func(t *testing.T) {
			value, err := promise.Await(t.Context(), object, name, 7)
			if c.refusal == "" {
				require.NoError(t, err)
				assert.True(t, value.Equal(js.ValueOf(c.value)), value.String())
			} else {
				var refusal *promise.Refusal
				require.ErrorAs(t, err, &refusal)
				assert.Equal(t, c.refusal, refusal.Name)
				assert.Equal(t, c.refusal, err.Error(), "the message is not told")
				assert.True(t, value.IsUndefined())
			}
			assert.Zero(t, promise.Waiting())
		})
	}
}

// TestUnitAwaitMany: each gets its own, whichever is settled first.
func TestUnitAwaitMany(t *testing.T) {
	object := script(t, `after: (ms) => new Promise((resolve) => setTimeout(resolve, ms, ms))`)
	got := make(chan [2]int, 20)
	for i := range 20 {
		go func() {
			ms := (7 * i) % 20
			value, err := promise.Await(context.Background(), object, "after", ms)
			if assert.NoError(t, err) {
				got <- [2]int{ms, value.Int()}
			}
		}()
	}
	for range 20 {
		each := <-got
		assert.Equal(t, each[0], each[1])
	}
	assert.Zero(t, promise.Waiting())
}

// TestUnitAwaitEnd: the end of the context is the end of the wait. A promise that is settled
// later, or never, changes nothing, and nothing of it is kept.
func TestUnitAwaitEnd(t *testing.T) {
	object := script(t, promises)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(time.Millisecond, cancel)
	_, err := promise.Await(ctx, object, "never")
	require.ErrorIs(t, err, context.Canceled)
	assert.Zero(t, promise.Waiting())

	complaints := 0
	console := js.Global().Get("console")
	real := console.Get("error")
	complain := js.FuncOf(func(js.Value, []js.Value) any { complaints++; return nil })
	defer complain.Release()
	console.Set("error", complain)
	defer console.Set("error", real)
	p, err := promise.Call(object, "late", 1)
	require.NoError(t, err)
	p.Forget()
	p.Forget()
	_, err = promise.Await(t.Context(), script(t, `later: () => new Promise((resolve) => setTimeout(resolve, 20))`), "later")
	require.NoError(t, err)
	assert.Empty(t, p.Settled)
	assert.Zero(t, complaints, "a callback was called after it was released")
}

// TestUnitOwnPanics: a fault of ours is none of the browser's, and is not taken for one.
func TestUnitOwnPanics(t *testing.T) {
	assert.PanicsWithValue(t, "ours", func() { _ = promise.Try(func() { panic("ours") }) })
	var none []int
	assert.Panics(t, func() { _ = promise.Try(func() { none[len(none)]++ }) })
	for name, answer := range map[string]string{
		"no such method": `other: 1`, "no promise": `method: () => 7`, "nothing": `method: () => undefined`, "no then": `method: () => ({})`,
	} {
		assert.Panics(t, func() { _, _ = promise.Await(t.Context(), script(t, answer), "method") }, name)
	}
	assert.Zero(t, promise.Waiting())
	require.NoError(t, promise.Try(func() {}))
	var refusal *promise.Refusal
	require.ErrorAs(t, promise.Try(func() { js.Global().Get("Function").New("throw new EvalError('secret')").Invoke() }), &refusal)
	assert.Equal(t, "EvalError", refusal.Name)
}

func reasonOf(err error) js.Value { return js.Global().Get("Error").New(err.Error()) }

// TestUnitNew: what a goroutine comes to, the page hears; Await is its ear here.
func TestUnitNew(t *testing.T) {
	holder := js.Global().Get("Object").New()
	of := func(do func() (any, error)) (js.Value, error) {
		holder.Set("promise", promise.New(do, reasonOf))
		return promise.Await(t.Context(), js.Global().Get("Promise"), "resolve", holder.Get("promise"))
	}
	value, err := of(func() (any, error) { return "done", nil })
	require.NoError(t, err)
	assert.Equal(t, "done", value.String())
	value, err = of(func() (any, error) { time.Sleep(time.Millisecond); return 7, nil })
	require.NoError(t, err)
	assert.Equal(t, 7, value.Int())
	for name, do := range map[string]func() (any, error){
		"an error":             func() (any, error) { return nil, errors.New("refused") },
		"a panic":              func() (any, error) { panic("secret") },
		"a panic of the page":  func() (any, error) { js.Global().Get("Function").New("throw 'secret'").Invoke(); return nil, nil },
		"what is no value":     func() (any, error) { return struct{}{}, nil },
		"a method of nothing":  func() (any, error) { return js.Undefined().Call("method"), nil },
		"a panic with nothing": func() (any, error) { panic(error(nil)) },
	} {
		_, err := of(do)
		require.Error(t, err, name)
		assert.Equal(t, "Error", err.Error(), name)
	}
	_, err = of(func() (any, error) { return "still here", nil })
	require.NoError(t, err)
}

// TestUnitNextTask: it comes after all that was waiting for settled promises.
func TestUnitNextTask(t *testing.T) {
	said := js.Global().Get("Array").New()
	js.Global().Get("Function").New("said", `
		(async () => { for (let i = 0; i < 50; i++) await undefined; said.push('chain') })();
	`).Invoke(said)
	promise.NextTask()
	said.Call("push", "task")
	assert.Equal(t, "chain,task", said.Call("join").String())
}
