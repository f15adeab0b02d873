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
)

// version is set by the linker.
var version = "dev"

func main() {
	js.Global().Set("tincan", js.FuncOf(func(_ js.Value, args []js.Value) any {
		return promise(func() (any, error) { return start(args) })
	}))
	select {}
}

// engine holds the one chat of a page. The verbs are called by page events,
// so one may arrive while another is under way.
type engine struct {
	config  chat.Config
	onevent js.Value

	mu      sync.Mutex
	session *chat.Session
	diary   *chat.Diary // of the chat that is or was last
	making  bool
}

// verbs are what the page can ask for (engine.d.ts). As data they need no code to
// be put together.
var verbs = []struct {
	name string
	do   func(e *engine, args []js.Value) (any, error)
}{
	{"find", (*engine).find},
	{"create", (*engine).create},
	{"join", (*engine).join},
	{"accept", (*engine).accept},
	{"put", (*engine).put},
	{"take", (*engine).take},
	{"send", (*engine).send},
	{"typing", (*engine).typing},
	{"verify", (*engine).verify},
	{"diagnostics", (*engine).diagnostics},
	{"leave", (*engine).leave},
	{"close", (*engine).close},
}

func start(args []js.Value) (any, error) {
	config, onevent := argument(args, 0), argument(args, 1)
	e := &engine{onevent: onevent, config: chat.Config{
		Site:     text(config, "site"),
		Loopback: get(config, "loopback").Truthy(),
		Mailbox:  text(config, "mailbox"),
	}}
	face := js.Global().Get("Object").New()
	face.Set("version", version)
	for _, v := range verbs {
		face.Set(v.name, js.FuncOf(func(_ js.Value, args []js.Value) any {
			return promise(func() (any, error) { return v.do(e, args) })
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
	return e.begin(config, func() (*chat.Session, error) { return chat.Create(context.Background(), config) })
}

func (e *engine) join(args []js.Value) (any, error) {
	config := e.with(argument(args, 1), argument(args, 2))
	return e.begin(config, func() (*chat.Session, error) { return chat.Join(context.Background(), config, str(args, 0)) })
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

// begin makes a session, unless there is one.
func (e *engine) begin(config chat.Config, make func() (*chat.Session, error)) (any, error) {
	e.mu.Lock()
	busy := e.session != nil || e.making
	if !busy {
		e.making, e.diary = true, config.Diary
	}
	e.mu.Unlock()
	if busy {
		return nil, chat.ErrBusy
	}
	var s *chat.Session
	defer func() { // also where make panics, or no chat could ever be made again
		e.mu.Lock()
		e.making, e.session = false, s
		e.mu.Unlock()
		if s != nil {
			go e.tell(s)
		}
	}()
	s, err := make()
	if err != nil {
		return nil, err
	}
	return object("link", s.Link().Link, "qr", s.Link().QR, "goodFor", s.Link().GoodFor.Seconds()), nil
}

// tell hands the session's events to the page until the last.
func (e *engine) tell(s *chat.Session) {
	for {
		event, ok := s.Next(context.Background())
		if !ok {
			return
		}
		if _, closed := event.(chat.Closed); closed {
			e.mu.Lock()
			if e.session == s {
				e.session = nil
			}
			e.mu.Unlock()
		}
		e.hand(event)
	}
}

// hand calls the page's listener. What that throws is the page's own affair, is told
// where pages hear of their errors, and costs this one event.
func (e *engine) hand(event chat.Event) {
	defer func() {
		if thrown, ok := recover().(js.Error); ok {
			defer func() { _ = recover() }() // the page may have no reportError
			js.Global().Call("reportError", thrown.Value)
		}
	}()
	e.onevent.Invoke(eventObject(event))
}

// current is the session, or an error for the page.
func (e *engine) current() (*chat.Session, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.session == nil {
		return nil, chat.ErrNoChat
	}
	return e.session, nil
}

// inSession does something with the session: an error for the page where there is none.
func (e *engine) inSession(do func(*chat.Session) error) (any, error) {
	s, err := e.current()
	if err != nil {
		return nil, err
	}
	return nil, do(s)
}

func (e *engine) accept(args []js.Value) (any, error) {
	return e.inSession(func(s *chat.Session) error { return s.Accept(str(args, 0), argument(args, 1).Truthy()) })
}

func (e *engine) put([]js.Value) (any, error)  { return e.inSession((*chat.Session).LeaveAgain) }
func (e *engine) take([]js.Value) (any, error) { return e.inSession((*chat.Session).AskNow) }

func (e *engine) verify(args []js.Value) (any, error) {
	return e.inSession(func(s *chat.Session) error { return s.Verify(argument(args, 0).Truthy()) })
}

func (e *engine) send(args []js.Value) (any, error) {
	s, err := e.current()
	if err != nil {
		return nil, err
	}
	id, err := s.Send(str(args, 0), str(args, 1))
	return float64(id), err
}

func (e *engine) typing([]js.Value) (any, error) {
	if s, err := e.current(); err == nil {
		s.Typing()
	}
	return nil, nil
}

func (e *engine) diagnostics([]js.Value) (any, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.diary == nil {
		return nil, chat.ErrNoChat
	}
	return e.diary.Text(), nil
}

func (e *engine) leave([]js.Value) (any, error) { return nil, e.end((*chat.Session).Leave) }
func (e *engine) close([]js.Value) (any, error) { return nil, e.end((*chat.Session).Close) }

// end ends the session, if there is one.
func (e *engine) end(how func(*chat.Session) error) error {
	s, err := e.current()
	if err != nil {
		return nil
	}
	return how(s)
}
