//go:build js

package mailbox

import (
	"context"
	"errors"
	"syscall/js"

	"tincan/internal/promise"
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
	thrown := promise.Try(func() { got, err = post(ctx, url, body) })
	if thrown != nil || err != nil {
		return response{}, errFetch
	}
	return got, nil
}

func post(ctx context.Context, url string, body []byte) (got response, err error) {
	controller := js.Global().Get("AbortController")
	if controller.Type() != js.TypeFunction || js.Global().Get("fetch").Type() != js.TypeFunction {
		return response{}, errFetch // the reply goes by hand, then
	}
	abort := controller.New()
	defer abort.Call("abort")
	sent := js.Global().Get("Uint8Array").New(len(body))
	js.CopyBytesToJS(sent, body)
	answer, err := promise.Await(ctx, js.Global(), "fetch", url, map[string]any{
		"method": "POST", "headers": map[string]any{"Content-Type": ContentType}, "body": sent,
		"mode": "cors", "keepalive": true, "credentials": "omit", "redirect": "error", "cache": "no-store",
		"referrerPolicy": "no-referrer", "signal": abort.Get("signal"),
	})
	if err != nil {
		return response{}, err
	}
	// It is a fetch of the browser's own, or what an extension has put in its place.
	if answer.Type() != js.TypeObject || answer.Get("status").Type() != js.TypeNumber {
		return response{}, errFetch
	}
	if got.status = answer.Get("status").Int(); got.status != 200 {
		if value := answer.Get("headers").Call("get", "Retry-After"); value.Type() == js.TypeString {
			got.retryAfter = value.String()
		}
		return got, nil
	}
	stream := answer.Get("body")
	if stream.Type() != js.TypeObject {
		return response{}, errFetch
	}
	reader, array := stream.Call("getReader"), js.Global().Get("Uint8Array")
	for {
		piece, err := promise.Await(ctx, reader, "read")
		if err != nil {
			return response{}, err
		}
		if piece.Get("done").Truthy() {
			return got, nil
		}
		bytes := piece.Get("value")
		if !bytes.InstanceOf(array) {
			return response{}, errFetch
		}
		room := make([]byte, min(bytes.Length(), MaxReply+1-len(got.body)))
		js.CopyBytesToGo(room, bytes)
		if got.body = append(got.body, room...); len(got.body) > MaxReply {
			return got, nil // too long to be a reply: the rest is not asked for
		}
	}
}
