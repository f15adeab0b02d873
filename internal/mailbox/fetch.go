//go:build js

package mailbox

import (
	"context"
	"errors"
	"syscall/js"

	"tincan/internal/promise"
)

// caller makes the one kind of HTTP request that there is: with fetch here, with net/http
// natively.
type caller struct{}

// newCaller takes no notice of where the mailbox is: a page can only ask its own server.
func newCaller(string, bool) caller { return caller{} }

func (caller) close() {}

var errFetch = errors.New("mailbox: the request failed")

// post makes one request. The page's content security policy allows requests to its own origin
// only. A request tells nothing but its body. Its mode is not same-origin, because Firefox would
// then send no header Origin, as there is no referrer, and be taken for the page of somebody
// else. With keepalive a page that is being closed can still take its reply back.
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
		return response{}, errFetch // the reply can still be passed on by hand
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
			return got, nil // it is too long to be a reply, so the rest is not read
		}
	}
}
