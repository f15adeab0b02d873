//go:build js

package main

import (
	"strings"
	"syscall/js"

	"tincan/internal/chat"
)

// Every value that crosses to Go costs a finalizer: these cross once, and not with each message.
var (
	objectType = js.Global().Get("Object")

	kinds = map[string]js.Value{} // the types of events, of which there are few
)

// failure is why a chat could not be made, with what was found out until then.
type failure struct {
	error
	diary *chat.Diary
}

func (f failure) Unwrap() error { return f.error }

func errorObject(err error) js.Value {
	e := js.Global().Get("Error").New(err.Error())
	e.Set("code", string(chat.CodeOf(err)))
	if f, is := err.(failure); is {
		e.Set("diagnostics", f.diary.Text())
	}
	return e
}

// object makes a js object of names and values in turn.
func object(pairs ...any) js.Value {
	o := objectType.New()
	for i := 0; i < len(pairs); i += 2 {
		name, value := pairs[i].(string), pairs[i+1]
		if name == "type" {
			value = kind(value.(string))
		}
		o.Set(name, value)
	}
	return o
}

func kind(name string) js.Value {
	value, known := kinds[name]
	if !known {
		value = js.ValueOf(name)
		kinds[name] = value
	}
	return value
}

// eventObject is the event as engine.d.ts describes it.
func eventObject(event chat.Event) js.Value {
	switch e := event.(type) {
	case chat.StateChanged:
		return object("type", "state", "state", string(e.State))
	case chat.Absent:
		return object("type", "absent", "since", float64(e.Since.UnixMilli()))
	case chat.Opened:
		return opened(object("type", "open"), e)
	case chat.Back:
		return opened(object("type", "back", "fresh", true), chat.Opened(e))
	case chat.PathChanged:
		return object("type", "path", "path", string(e.Path))
	case chat.MailboxChanged:
		return object("type", "mailbox", "state", string(e.State))
	case chat.Message:
		return about(object("type", "message", "id", float64(e.ID), "text", exact(e.Text)), e.Answers)
	case chat.Talked:
		return about(object("type", "talk", "id", float64(e.ID), "kind", string(e.Talk.Kind), "text", exact(e.Talk.Text), "seconds", e.Talk.Seconds), e.Talk.About)
	case chat.Can:
		return object("type", "can", "files", e.Files, "talk", e.Talk)
	case chat.Presence:
		return object("type", "presence", "here", e.Here)
	case chat.Read:
		return object("type", "read", "id", float64(e.ID))
	case chat.FileOffered:
		return object("type", "file", "id", float64(e.ID), "name", exact(e.File.Name), "kind", e.File.Kind,
			"size", float64(e.File.Size), "voice", e.File.Voice)
	case chat.FileGoes:
		return object("type", "progress", "ours", e.Ours, "id", float64(e.ID), "done", float64(e.Done))
	case chat.FileEnded:
		return object("type", "ended", "ours", e.Ours, "id", float64(e.ID), "how", string(e.How))
	case chat.Typing:
		return object("type", "typing")
	case chat.Delivered:
		return object("type", "delivered", "id", float64(e.ID))
	case chat.Failed:
		return object("type", "failed", "ref", e.Ref, "id", float64(e.ID), "code", string(e.Code))
	case chat.Problem:
		return object("type", "error", "code", string(e.Code))
	case chat.Repair:
		return object("type", "repair", "code", linkObject(e.Link))
	case chat.Closed:
		return object("type", "closed", "reason", string(e.Reason))
	}
	panic("wasm: an event without a form")
}

// about puts into o which message it is about, if it is about one.
func about(o js.Value, said chat.Said) js.Value {
	if said.ID > 0 {
		o.Set("about", object("ours", said.Ours, "id", float64(said.ID)))
	}
	return o
}

// opened puts into o what there is to say of a chat whose keys are new.
func opened(o js.Value, e chat.Opened) js.Value {
	words, digits := js.Global().Get("Array").New(), js.Global().Get("Array").New()
	for _, w := range e.SAS.Words() {
		words.Call("push", object("emoji", w.Emoji, "name", w.Name))
	}
	for _, d := range e.SAS.Digits() {
		digits.Call("push", d)
	}
	o.Set("path", string(e.Path))
	o.Set("sas", words)
	o.Set("digits", digits)
	return o
}

func linkObject(link chat.Link) js.Value {
	return object("link", link.Link, "qr", link.QR, "goodFor", link.GoodFor.Seconds())
}

// The roles as a page keeps them.
const (
	roleInviter = "inviter"
	roleJoiner  = "joiner"
)

func savedObject(saved chat.Saved) js.Value {
	role := roleJoiner
	if saved.Inviter {
		role = roleInviter
	}
	return object("ticket", saved.Ticket, "role", role, "mailbox", saved.Mailbox)
}

// savedFrom is what savedObject made an object of; without a ticket if it is none.
func savedFrom(o js.Value) chat.Saved {
	role := text(o, "role")
	if role != roleInviter && role != roleJoiner {
		return chat.Saved{}
	}
	return chat.Saved{Ticket: text(o, "ticket"), Inviter: role == roleInviter, Mailbox: get(o, "mailbox").Truthy()}
}

// exact makes sure that a text arrives as it is: Go's loader decodes with a
// TextDecoder, which swallows a byte order mark at the start.
func exact(text string) string {
	const mark = "\uFEFF"
	if strings.HasPrefix(text, mark) {
		return mark + text
	}
	return text
}

// argument is the i-th, undefined if there are fewer.
func argument(args []js.Value, i int) js.Value {
	if i < len(args) {
		return args[i]
	}
	return js.Undefined()
}

// str is an argument as text; what is no string is none.
func str(args []js.Value, i int) string {
	if v := argument(args, i); v.Type() == js.TypeString {
		return v.String()
	}
	return ""
}

// get is a field of an object; undefined where there is no object. The page may have
// put anything there, a getter or a proxy that throws: Value.Get would let that pass
// through the middle of this program and end it, a call turns it into a panic.
func get(o js.Value, name any) js.Value {
	if o.Type() != js.TypeObject && o.Type() != js.TypeFunction {
		return js.Undefined()
	}
	return js.Global().Get("Reflect").Call("get", o, name)
}

func text(o js.Value, name string) string { return str([]js.Value{get(o, name)}, 0) }

// maxList is more than any list of the page's holds.
const maxList = 64

// list is an array in a field; what is none is empty.
func list(o js.Value, name string) (values []js.Value) {
	array := get(o, name)
	if !js.Global().Get("Array").Call("isArray", array).Bool() {
		return nil
	}
	length := get(array, "length")
	if length.Type() != js.TypeNumber {
		return nil
	}
	for i := range min(length.Int(), maxList) {
		values = append(values, get(array, i))
	}
	return values
}
