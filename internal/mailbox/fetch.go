//go:build js

package mailbox

import (
	"context"
	"errors"
	"syscall/js"
)

// caller is the one HTTP request there is: fetch here, net/http natively.
type caller struct{}

// newCaller: a page asks its own server alone, wherever that is.
func newCaller(string, bool) caller { return caller{} }

func (caller) close() {}

var errFetch = errors.New("mailbox: the request failed")

// post asks once. Only the
// page's own origin can be asked: the policy of the page sees to it. The request says
// nothing beside its body. In mode same-origin Firefox would name no Origin, for want of
// a referrer, and be taken for somebody else's page. keepalive lets a page that is
// closed take its reply back.
func (caller) post(ctx context.Context, url string, body []byte) (got response, err error) {
	defer func() {
		// What the browser doesn't have throws; the reply goes by hand, then.
		if recover() != nil {
			got, err = response{}, errFetch
		}
	}()
	abort := js.Global().Get("AbortController").New()
	defer abort.Call("abort")
	sent := js.Global().Get("Uint8Array").New(len(body))
	js.CopyBytesToJS(sent, body)
	answer, err := await(ctx, js.Global(), "fetch", url, map[string]any{
		"method": "POST", "headers": map[string]any{"Content-Type": ContentType}, "body": sent,
		"mode": "cors", "keepalive": true, "credentials": "omit", "redirect": "error", "cache": "no-store",
		"referrerPolicy": "no-referrer", "signal": abort.Get("signal"),
	})
	if err != nil {
		return response{}, err
	}
	if got.status = answer.Get("status").Int(); got.status != 200 {
		if value := answer.Get("headers").Call("get", "Retry-After"); value.Type() == js.TypeString {
			got.retryAfter = value.String()
		}
		return got, nil
	}
	reader := answer.Get("body").Call("getReader")
	for {
		piece, err := await(ctx, reader, "read")
		if err != nil {
			return response{}, err
		}
		if piece.Get("done").Truthy() {
			return got, nil
		}
		bytes := piece.Get("value")
		room := make([]byte, min(bytes.Length(), MaxReply+1-len(got.body)))
		js.CopyBytesToGo(room, bytes)
		if got.body = append(got.body, room...); len(got.body) > MaxReply {
			return got, nil // too long to be a reply: the rest is not asked for
		}
	}
}

// await calls a method that returns a promise, and waits for it or for the end of
// ctx. The callbacks only hand over; one that comes late finds room in the channel,
// and releases both.
func await(ctx context.Context, object js.Value, method string, args ...any) (js.Value, error) {
	settled := make(chan js.Value, 1) // undefined where it was rejected
	var callbacks [2]js.Func
	for i := range callbacks {
		callbacks[i] = js.FuncOf(func(_ js.Value, args []js.Value) any {
			value := js.Undefined()
			if i == 0 {
				value = args[0]
			}
			settled <- value
			callbacks[0].Release()
			callbacks[1].Release()
			return nil
		})
	}
	object.Call(method, args...).Call("then", callbacks[0], callbacks[1])
	select {
	case value := <-settled:
		if value.IsUndefined() {
			return value, errFetch
		}
		return value, nil
	case <-ctx.Done():
		return js.Undefined(), errFetch
	}
}
