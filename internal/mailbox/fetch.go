//go:build js

package mailbox

import (
	"context"
	"errors"
	"syscall/js"
)

// caller is the one HTTP request there is: fetch here, net/http natively.
type caller struct{}

func newCaller() caller { return caller{} }

func (caller) close() {}

var errFetch = errors.New("mailbox: the request failed")

// post gives the status and, of 200 alone, at most MaxReply+1 bytes. Only the
// page's own origin can be asked: the request says so, and so does the policy
// of the page. It says nothing beside its body.
func (caller) post(ctx context.Context, url string, body []byte) (status int, answer []byte, err error) {
	defer func() {
		// What the browser doesn't have throws; the reply goes by hand, then.
		if recover() != nil {
			status, answer, err = 0, nil, errFetch
		}
	}()
	abort := js.Global().Get("AbortController").New()
	defer abort.Call("abort")
	sent := js.Global().Get("Uint8Array").New(len(body))
	js.CopyBytesToJS(sent, body)
	options := js.Global().Get("Object").New()
	for name, value := range map[string]any{
		"method": "POST", "body": sent, "signal": abort.Get("signal"), "mode": "same-origin", "redirect": "error",
		"credentials": "omit", "cache": "no-store", "referrerPolicy": "no-referrer",
	} {
		options.Set(name, value)
	}
	headers := js.Global().Get("Object").New()
	headers.Set("Content-Type", ContentType)
	options.Set("headers", headers)
	response, err := await(ctx, js.Global().Call("fetch", url, options))
	if err != nil {
		return 0, nil, err
	}
	if status = response.Get("status").Int(); status != 200 {
		return status, nil, nil
	}
	reader := response.Get("body").Call("getReader")
	for {
		piece, err := await(ctx, reader.Call("read"))
		if err != nil {
			return 0, nil, err
		}
		if piece.Get("done").Truthy() {
			return status, answer, nil
		}
		bytes := piece.Get("value")
		room := make([]byte, min(bytes.Length(), MaxReply+1-len(answer)))
		js.CopyBytesToGo(room, bytes)
		if answer = append(answer, room...); len(answer) > MaxReply {
			return status, answer, nil // too long to be a reply: the rest is not asked for
		}
	}
}

// await waits for a promise, or for the end of ctx. The callbacks only hand over;
// one that comes late finds room in the channel, and is released with the other.
func await(ctx context.Context, promise js.Value) (js.Value, error) {
	type result struct {
		value js.Value
		err   error
	}
	settled := make(chan result, 1)
	var fulfilled, rejected js.Func
	release := func() {
		fulfilled.Release()
		rejected.Release()
	}
	fulfilled = js.FuncOf(func(_ js.Value, args []js.Value) any {
		settled <- result{value: args[0]}
		release()
		return nil
	})
	rejected = js.FuncOf(func(js.Value, []js.Value) any {
		settled <- result{err: errFetch}
		release()
		return nil
	})
	promise.Call("then", fulfilled, rejected)
	select {
	case r := <-settled:
		return r.value, r.err
	case <-ctx.Done():
		return js.Undefined(), ctx.Err()
	}
}
