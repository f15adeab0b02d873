//go:build js

// Program wasm is the engine of the page: it puts one function, tincan, on the
// global object, which starts an engine with the verbs of engine.d.ts.
//
// Nothing that the page does ends this program: every verb runs in a goroutine
// of its own, returns a promise, and turns a panic into a rejection. What the page
// hands over is read by get alone, and what its listener throws costs one event.
package main

import (
	"context"
	"sync"
	"syscall/js"

	"tincan/internal/chat"
	"tincan/internal/promise"
)

// version is set by the linker.
var version = "dev"

func main() {
	js.Global().Set("tincan", js.FuncOf(func(_ js.Value, args []js.Value) any {
		return promise.New(func() (any, error) { return start(args) }, errorObject)
	}))
	select {}
}

// engine makes chats. The page has a chat as an object whose verbs are one function of Go, call,
// bound to the chat's number: they need no release, and what they are called for may be over.
type engine struct {
	config chat.Config
	call   js.Value

	mu    sync.Mutex
	chats map[int]*handle // those whose last event has not been told
	made  int
}

// verbs are what the page can ask of an engine (engine.d.ts). As data they need no code to
// be put together.
var verbs = []struct {
	name string
	do   func(e *engine, args []js.Value) (any, error)
}{
	{"find", (*engine).find},
	{"create", (*engine).create},
	{"join", (*engine).join},
	{"returnTo", (*engine).returnTo},
	{"digest", (*engine).digest},
}

func start(args []js.Value) (any, error) {
	config := argument(args, 0)
	e := &engine{chats: map[int]*handle{}, config: chat.Config{
		Site:     text(config, "site"),
		Loopback: get(config, "loopback").Truthy(),
		Mailbox:  text(config, "mailbox"),
		Files:    true,
	}}
	e.call = js.FuncOf(func(_ js.Value, args []js.Value) any { // number of the chat, of the verb, and what the page says
		return promise.New(func() (any, error) {
			return chatVerbs[args[1].Int()].do(e.chat(args[0].Int()), args[2:])
		}, errorObject)
	}).Value
	face := js.Global().Get("Object").New()
	face.Set("version", version)
	for _, v := range verbs {
		face.Set(v.name, js.FuncOf(func(_ js.Value, args []js.Value) any {
			return promise.New(func() (any, error) { return v.do(e, args) }, errorObject)
		}))
	}
	return face, nil
}

func (e *engine) find(args []js.Value) (any, error) {
	found, err := chat.Find(str(args, 0))
	if err != nil {
		return nil, err
	}
	return object("kind", string(found.Kind), "code", found.Code, "mailbox", found.Mailbox), nil
}

func (e *engine) create(args []js.Value) (any, error) {
	config := e.with(argument(args, 0), argument(args, 1))
	s, err := chat.Create(context.Background(), config)
	return e.begun(s, err, config.Diary, argument(args, 2))
}

func (e *engine) join(args []js.Value) (any, error) {
	config := e.with(argument(args, 1), argument(args, 2))
	s, err := chat.Join(context.Background(), config, str(args, 0))
	return e.begun(s, err, config.Diary, argument(args, 3))
}

func (e *engine) returnTo(args []js.Value) (any, error) {
	config := e.with(argument(args, 1), argument(args, 2))
	s, err := chat.Return(context.Background(), config, savedFrom(argument(args, 0)))
	return e.begun(s, err, config.Diary, argument(args, 3))
}

// with is the configuration of a chat over this Network, with or without the mailbox.
func (e *engine) with(network, mailbox js.Value) chat.Config {
	config := e.config
	if !mailbox.Truthy() {
		config.Mailbox = ""
	}
	config.Diary = chat.NewDiary()
	config.Network.Mode = chat.Mode(text(network, "mode"))
	for _, server := range list(network, "stun") {
		config.Network.STUN = append(config.Network.STUN, server.String())
	}
	for _, server := range list(network, "turn") {
		config.Network.TURN = append(config.Network.TURN, chat.TURN{
			URL: text(server, "url"), Username: text(server, "username"), Credential: text(server, "credential"),
		})
	}
	return config
}

// begun is the chat as the page gets it, whose events it is told from then on.
func (e *engine) begun(s *chat.Session, err error, diary *chat.Diary, onevent js.Value) (any, error) {
	if err != nil {
		return nil, failure{err, diary}
	}
	h := &handle{s, diary}
	e.mu.Lock()
	e.made++
	number := e.made
	e.chats[number] = h
	e.mu.Unlock()

	last := objectType.New() // what there is to say of it once it is not in chats any more
	link := s.Link()
	face := object("code", linkObject(link))
	for i, v := range chatVerbs {
		if v.name == "diagnostics" {
			face.Set(v.name, e.call.Call("bind", nil, number, i, last))
		} else {
			face.Set(v.name, e.call.Call("bind", nil, number, i))
		}
	}
	go e.tell(number, h, onevent, last)
	return face, nil
}

// chat is the one of that number, nil after its end.
func (e *engine) chat(number int) *handle {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.chats[number]
}

// tell hands the events of a chat to the page until the last. The page has the chat by then.
func (e *engine) tell(number int, h *handle, onevent, last js.Value) {
	promise.NextTask()
	for {
		event, ok := h.session.Next(context.Background())
		if !ok {
			return
		}
		if _, closed := event.(chat.Closed); closed {
			last.Set("diagnostics", h.diary.Text())
			e.mu.Lock()
			delete(e.chats, number)
			e.mu.Unlock()
		}
		hand(onevent, event)
	}
}

// hand calls the page's listener. What that throws is the page's own affair, is told
// where pages hear of their errors, and costs this one event.
func hand(onevent js.Value, event chat.Event) {
	defer func() {
		if thrown, ok := recover().(js.Error); ok {
			defer func() { _ = recover() }() // the page may have no reportError
			js.Global().Call("reportError", thrown.Value)
		}
	}()
	onevent.Invoke(eventObject(event))
}
