//go:build js

package main

import (
	"math"
	"syscall/js"

	"tincan/internal/chat"
)

// handle is a chat that the page has; nil is one that has ended, whose verbs do what engine.d.ts
// says of that. A verb may be called while another is under way.
type handle struct {
	session *chat.Session
	diary   *chat.Diary
}

// chatVerbs are what the page can ask of a chat.
var chatVerbs = []struct {
	name string
	do   func(h *handle, args []js.Value) (any, error)
}{
	{"accept", (*handle).accept},
	{"leaveAgain", (*handle).leaveAgain},
	{"askNow", (*handle).askNow},
	{"moved", (*handle).moved},
	{"repairLink", (*handle).repairLink},
	{"saved", (*handle).saved},
	{"send", (*handle).send},
	{"talk", (*handle).talk},
	{"presence", (*handle).presence},
	{"read", (*handle).read},
	{"sendFile", (*handle).sendFile},
	{"keepFile", (*handle).keepFile},
	{"stopFile", (*handle).stopFile},
	{"typing", (*handle).typing},
	{"verify", (*handle).verify},
	{"diagnostics", (*handle).diagnostics},
	{"leave", (*handle).leave},
	{"close", (*handle).close},
}

// in does something with the session, if that has not ended.
func (h *handle) in(do func(*chat.Session) error) (any, error) {
	if h == nil {
		return nil, chat.ErrEnded
	}
	return nil, do(h.session)
}

func (h *handle) accept(args []js.Value) (any, error) {
	return h.in(func(s *chat.Session) error { return s.Accept(str(args, 0), argument(args, 1).Truthy()) })
}

func (h *handle) leaveAgain([]js.Value) (any, error) { return h.in((*chat.Session).LeaveAgain) }
func (h *handle) askNow([]js.Value) (any, error)     { return h.in((*chat.Session).AskNow) }

func (h *handle) moved([]js.Value) (any, error) { return h.in((*chat.Session).Moved) }

func (h *handle) repairLink([]js.Value) (code any, err error) {
	_, err = h.in(func(s *chat.Session) error {
		link, err := s.RepairLink()
		code = linkObject(link)
		return err
	})
	return code, err
}

func (h *handle) saved([]js.Value) (kept any, err error) {
	_, err = h.in(func(s *chat.Session) error {
		saved, err := s.Saved()
		kept = savedObject(saved)
		return err
	})
	return kept, err
}

func (h *handle) verify(args []js.Value) (any, error) {
	return h.in(func(s *chat.Session) error { return s.Verify(argument(args, 0).Truthy()) })
}

func (h *handle) send(args []js.Value) (id any, err error) {
	_, err = h.in(func(s *chat.Session) error {
		number, err := s.Send(str(args, 0), str(args, 1))
		id = float64(number)
		return err
	})
	return id, err
}

func (h *handle) talk(args []js.Value) (id any, err error) {
	_, err = h.in(func(s *chat.Session) error {
		what := argument(args, 1)
		about := get(what, "about")
		number, err := s.Talk(str(args, 0), chat.Talk{
			Kind:    chat.TalkKind(text(what, "kind")),
			About:   chat.Said{Ours: get(about, "ours").Truthy(), ID: idOf(get(about, "id"))},
			Text:    text(what, "text"),
			Seconds: uint32(min(idOf(get(what, "seconds")), math.MaxUint32)),
		})
		id = float64(number)
		return err
	})
	return id, err
}

func (h *handle) presence(args []js.Value) (any, error) {
	if h != nil {
		h.session.Presence(argument(args, 0).Truthy())
	}
	return nil, nil
}

func (h *handle) read(args []js.Value) (any, error) {
	if h != nil {
		h.session.Read(idOf(argument(args, 0)))
	}
	return nil, nil
}

func (h *handle) typing([]js.Value) (any, error) {
	if h != nil {
		h.session.Typing()
	}
	return nil, nil
}

// diagnostics gets the object last of the chat before what the page says.
func (h *handle) diagnostics(args []js.Value) (any, error) {
	if h == nil {
		return args[0].Get("diagnostics"), nil
	}
	return h.diary.Text(), nil
}

func (h *handle) leave([]js.Value) (any, error) { return nil, h.end((*chat.Session).Leave) }
func (h *handle) close([]js.Value) (any, error) { return nil, h.end((*chat.Session).Close) }

func (h *handle) end(how func(*chat.Session) error) error {
	if h == nil {
		return nil
	}
	return how(h.session)
}
