package main

import (
	"cmp"
	"context"
	"strings"
	"time"

	"tincan/internal/chat"
)

// talk connects the session of a chat with its front.
type talk struct {
	s           *chat.Session
	f           front
	diary       *chat.Diary
	mailbox     bool // the reply may come by itself
	waiting     bool // the inviter waits for a reply
	open        bool
	apart       bool // the connection of the open chat is lost
	ending      bool // the input has ended: leave when all messages have arrived
	heard       time.Time
	held        []command
	undelivered map[uint64]bool // by id
	printed     uint64          // the other person's messages up to this id
	marks       bool            // they are told so
	cabinet     cabinet
	moves       string // send or receive, where the chat is for files alone
	files       []string
	came        bool      // a file has
	json        bool      // each line is a command of its own
	reply       paste     // what the inviter has pasted, until there is a reply in it
	told        time.Time // when the person was told what came of the last code
	reason      chat.Reason
	failure     error // why it was ended here although nobody wanted that
	patience    time.Duration
}

// converse runs a chat to its end: input goes to the session, events to the front.
func converse(ctx context.Context, o options, f front, lines <-chan inputLine, s *chat.Session, kind chat.Kind, err error) error {
	switch {
	case err != nil && ctx.Err() != nil:
		return leave(ctx, f)
	case err != nil:
		return fail(f, err)
	}
	f.code(kind, s.Link(), o.config.Mailbox != "")
	c := &talk{s: s, f: f, json: o.json, diary: o.config.Diary, mailbox: o.config.Mailbox != "", undelivered: map[uint64]bool{}, cabinet: cabinet{folder: o.folder}, moves: o.moves, files: o.files, waiting: kind == chat.KindInvite, patience: cmp.Or(o.patience, patience)}
	if kind == chat.KindReply {
		c.tells()
	}
	events := make(chan chat.Event)
	go func() {
		defer restoreOnPanic()
		defer close(events)
		for {
			e, ok := s.Next(context.Background())
			if !ok {
				return
			}
			events <- e
		}
	}()
	interrupted := ctx.Done()
	var clock <-chan time.Time
	for {
		select {
		case line, ok := <-lines:
			if !ok {
				lines, c.ending = nil, ctx.Err() == nil
				c.heard = time.Now()
				ticker := time.NewTicker(c.patience / 4)
				defer ticker.Stop()
				clock = ticker.C
			} else {
				c.line(line)
			}
		case e, ok := <-events:
			if !ok {
				_ = s.Close() // its last request to the mailbox may still be under way
				return c.result()
			}
			c.event(e)
		case <-clock:
		case <-interrupted:
			interrupted = nil
			if context.Cause(ctx) == errUnread {
				c.failure = errUnread
			}
			_ = s.Close()
		}
		if c.ending {
			c.finish()
		}
	}
}

// finish ends a chat whose input has ended, when nothing is left to wait for.
func (c *talk) finish() {
	switch {
	case c.open && len(c.undelivered) == 0 && !c.cabinet.moving():
	case c.open && time.Since(c.heard) > c.patience && (len(c.undelivered) > 0 || c.apart || c.cabinet.going()):
		c.failure = errUnheard
	case c.waiting && !c.mailbox:
		c.failure = errNoReply
	default:
		return
	}
	c.ending = false
	_ = c.s.Leave()
}

func (c *talk) result() error {
	switch c.reason {
	case chat.ReasonClosed, chat.ReasonLeft, chat.ReasonOtherClosed:
		if c.failure == nil {
			return nil
		}
	}
	return errSilent
}

func (c *talk) line(l inputLine) {
	numbered := c.open && numberedLine(l.text) && !l.tooLong
	if !numbered {
		l.show(unnumbered)
	}
	defer l.show(unnumbered) // unless it had a number
	if l.tooLong {
		c.f.problem("", chat.ErrTooLong)
		return
	}
	if c.pasted(l) {
		return
	}
	if c.waiting && !c.json && !(c.reply.burst == "" && isCommand(l)) {
		text, ready := c.reply.add(l)
		if !ready {
			return
		}
		l.text = text
	}
	do, err := c.f.parse(l.text, c.waiting)
	if err != nil {
		l.show(unnumbered)
		c.f.problem("", err)
		return
	}
	if do.Do == "send" && c.apart && !c.json {
		// A link that brings this chat back is of use here, and not to who cannot be reached.
		if found, err := chat.Find(do.Text); err == nil && found.Kind == chat.KindRepair {
			do = command{Do: "reply", Link: do.Text}
		}
	}
	if do.waits() && !c.open && !c.waiting {
		c.held = append(c.held, do) // typed before the chat has opened
		return
	}
	do.show = l.show
	c.do(do)
}

func (c *talk) do(do command) {
	switch do.Do {
	case "reply":
		err := c.s.Accept(do.Link, false)
		if err != nil {
			c.f.problem("", err)
			return
		}
		c.waiting = false
		c.tells()
	case "send", "edit", "unsend", "react", "timer":
		id, err := c.say(do)
		if err != nil {
			do.shown(unnumbered)
			c.f.problem(do.Ref, err)
			return
		}
		if id > 0 {
			c.undelivered[id] = true
		}
		c.f.sent(do, id)
	case "presence":
		c.s.Presence(*do.Here)
	case "read":
		c.s.Read(do.ID)
	case "marks":
		c.marks = *do.Here
		c.seen(c.printed)
	case "file":
		c.sendFiles(do)
	case "accept":
		c.acceptFiles(do)
	case "decline", "withdraw":
		c.stopFiles(do)
	case "typing":
		c.s.Typing()
	case "verify":
		if err := c.s.Verify(*do.Match); err != nil {
			c.f.problem("", err)
		}
	case "put":
		if err := c.s.LeaveAgain(); err != nil {
			c.f.problem("", err)
		}
	case "look":
		_ = c.s.AskNow() // it fails only where the chat has ended, and then that is told
	case "repair":
		link, err := c.s.RepairLink()
		if err != nil {
			c.f.problem("", err)
			return
		}
		c.f.repair(link, false)
	case "diagnostics":
		c.f.diagnostics(c.diary.Text())
	case "close":
		_ = c.s.Leave()
	}
}

// waits tells whether a command is kept until the chat is open.
func (do command) waits() bool {
	switch do.Do {
	case "send", "edit", "unsend", "react", "timer", "presence", "file":
		return true
	}
	return false
}

// numberedLine tells whether a line that a person types is to be a message, which has a number.
func numberedLine(text string) bool {
	word, _ := cutWord(text)
	return !strings.HasPrefix(text, "/") || word == "/reply"
}

// say hands to the session what is said, or done with a message.
func (c *talk) say(do command) (id uint64, err error) {
	t := chat.Talk{Text: do.Text}
	switch do.Do {
	case "send":
		if do.About == nil {
			return c.s.Send(do.Ref, do.Text)
		}
		t.Kind, t.About = chat.TalkAnswer, do.About.said()
	case "edit":
		t.Kind, t.About = chat.TalkEdit, chat.Said{Ours: true, ID: do.ID}
	case "unsend":
		t.Kind, t.About = chat.TalkUnsend, chat.Said{Ours: true, ID: do.ID}
	case "react":
		t.Kind, t.About, t.Text = chat.TalkReaction, do.About.said(), *do.Emoji
	case "timer":
		t.Kind, t.Seconds = chat.TalkTimer, *do.Seconds
	}
	return c.s.Talk(do.Ref, t)
}

// seen notes that the other person's messages up to this one are printed, and tells them so if the person wants that.
func (c *talk) seen(id uint64) {
	c.printed = id
	if c.marks && id > 0 {
		c.s.Read(id)
	}
}

func (c *talk) event(e chat.Event) {
	_, ended := e.(chat.Closed)
	if ended && c.moves == "receive" && !c.came && c.failure == nil {
		c.failure = errNothing
	}
	if ended && c.failure != nil {
		c.f.fail(c.failure)
	} else {
		c.f.event(e)
	}
	c.fileEvent(e)
	switch e := e.(type) {
	case chat.StateChanged:
		// The reply may have come by itself, so what is typed from now on is not one.
		c.waiting = c.waiting && e.State == chat.StateWaiting
		c.apart = isApart(e.State)
	case chat.Opened:
		c.open, c.waiting, c.heard = true, false, time.Now()
		for _, do := range c.held {
			c.do(do)
		}
		c.held = nil
		if len(c.files) > 0 {
			c.sendFiles(command{Paths: c.files})
			c.files = nil
			if !c.cabinet.moving() {
				c.failure, c.ending = errNotAll, true
			}
		}
	case chat.Message:
		c.seen(e.ID)
	case chat.FileOffered:
		c.seen(e.ID)
	case chat.Talked:
		c.seen(e.ID)
	case chat.Delivered:
		delete(c.undelivered, e.ID)
		c.heard = time.Now()
	case chat.Failed:
		delete(c.undelivered, e.ID)
		c.heard = time.Now()
	case chat.Closed:
		c.reason = e.Reason
	}
}

// isApart tells whether the connection of a chat that was open is lost.
func isApart(state chat.State) bool {
	switch state {
	case chat.StateLost, chat.StateTrying, chat.StateAsking, chat.StatePaused:
		return true
	}
	return false
}
