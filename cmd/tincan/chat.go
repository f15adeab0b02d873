package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"tincan/internal/chat"
)

// A command is what a person or a program asks for. Programs write it as JSON; the lines that a
// person types are turned into it.
type command struct {
	Do    string   `json:"do"` // reply, send, edit, unsend, react, timer, presence, read, marks, file, accept, decline, withdraw, typing, verify, put, look, repair, diagnostics, close; help is said by the front itself
	Link  string   `json:"link"`
	Ref   string   `json:"ref"`
	Text  string   `json:"text"`
	Match *bool    `json:"match"`
	Paths []string `json:"paths"` // of files to send
	Path  string   `json:"path"`  // where a file is to be kept
	ID    uint64   `json:"id"`    // of a file, or of the message that is edited, taken back or read

	About   *about  `json:"about"`   // the message that is answered or reacted to
	Emoji   *string `json:"emoji"`   // of a reaction; empty takes it back
	Seconds *uint32 `json:"seconds"` // of a timer; 0 is never
	Here    *bool   `json:"here"`    // of a presence; of marks, which a person types, whether what is printed is told to be read

	Number int `json:"-"` // of a file or a message, for a person; 0 for all files that fit

	show func(name string) // shows the line where the terminal has not; may be nil
}

// about names a message of either person.
type about struct {
	Ours *bool  `json:"ours"`
	ID   uint64 `json:"id"`
}

// said is the message for the session.
func (a *about) said() chat.Said { return chat.Said{Ours: *a.Ours, ID: a.ID} }

// shown shows the line of a command behind name, if nothing has shown it yet.
func (do command) shown(name string) {
	if do.show != nil {
		do.show(name)
	}
}

// A front shows a chat to a person (plain) or a program (jsonLines).
type front interface {
	// parse turns a line into a command. waiting says that the reply has not come
	// yet. A command without Do does nothing.
	parse(line string, waiting bool) (command, error)
	// code shows the invite or the reply. mailbox says that the reply also goes by itself.
	code(kind chat.Kind, link chat.Link, mailbox bool)
	// repair shows a link that brings the chat back; answers says that it is sent back for one
	// of the other person's.
	repair(link chat.Link, answers bool)
	// sent tells that the session has taken a message, a file or what is done with a message, and its id; 0 where nothing goes.
	sent(do command, id uint64)
	// file tells of a file that is offered, goes how far it is, and fileEnded how it ended.
	file(e *entry)
	goes(e *entry)
	fileEnded(e *entry, how chat.FileEnd)
	// diagnostics shows how the way to the other person was looked for.
	diagnostics(text string)
	// problem tells what failed; the chat goes on. ref is that of a message, or empty.
	problem(ref string, err error)
	event(e chat.Event)
	// fail is called last, and tells why there is no chat or why it has ended.
	fail(err error)
}

// errSilent is the error of a command whose reason has been shown already, so that nothing more
// is to be said.
var errSilent = errors.New("the reason has been shown")

// A trouble is a failure of the terminal program itself, with a code for programs and a sentence
// for people.
type trouble struct{ code, text string }

func (t *trouble) Error() string { return t.text }

var (
	errNoInvite error = &trouble{"no-input", "The input ended before there was an invite."}
	errNoReply  error = &trouble{"no-input", "The input has ended, so no reply can come. Without a mailbox the reply is pasted here."}
	errUnheard  error = &trouble{"not-delivered", "The other side does not answer, so not everything has arrived."}
	errNotAll   error = &trouble{"not-all", "Not all files have arrived. Run the same again, with a new link: what has come is not sent again."}
	errNothing  error = &trouble{"not-all", "No file has come."}
	errNoFile   error = &trouble{"no-file", "There is no such file."}
	errUnread   error = &trouble{"no-output", "Nobody reads the output any more, so the chat has ended."}
)

// fail shows the reason why a command failed.
func fail(f front, err error) error {
	f.fail(err)
	return errSilent
}

// leave ends a command before its chat has begun, because the person wants it or nobody reads the
// output any more.
func leave(ctx context.Context, f front) error {
	if cause := context.Cause(ctx); cause == errUnread {
		return fail(f, cause)
	}
	f.event(chat.Closed{Reason: chat.ReasonClosed})
	return nil
}

// patience is how long a chat whose input has ended waits for the next sign that a message has
// arrived.
const patience = time.Minute

// runNew and runJoin are the commands new and join. They differ only in how they begin.
func runNew(ctx context.Context, t terminal, args []string) error {
	o, err := parseOptions(t, "new", args)
	if err != nil {
		return err
	}
	return makeChat(ctx, t, o)
}

// runSend is new for files alone.
func runSend(ctx context.Context, t terminal, args []string) error {
	o, err := parseOptions(t, "send", args)
	if err != nil {
		return err
	}
	return makeChat(ctx, t, o)
}

// runReceive is the other end of it: join, or with --serve new.
func runReceive(ctx context.Context, t terminal, args []string) error {
	o, err := parseOptions(t, "receive", args)
	switch {
	case err != nil:
		return err
	case o.serve:
		return makeChat(ctx, t, o)
	}
	return joinChat(ctx, t, o)
}

func makeChat(ctx context.Context, t terminal, o options) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	t, lines, end := t.chatting(!o.json, func() { cancel(errUnread) })
	defer end(ctx)
	f := newFront(t, o)
	for _, path := range o.files {
		_, source, err := openFile(path)
		if err != nil {
			return fail(f, err)
		}
		source.close()
	}
	if o.serve {
		served, err := openPage(ctx, t, o.page)
		if err != nil {
			return err
		}
		o.config.Site = served.link()
		if !o.json {
			t.say("The page is served at %s until the chat has ended.", o.config.Site)
			if len(served.reach.others) == 0 {
				t.say("No other computer can reach it: the link works on this one only.")
			}
		}
		if o.mailbox == "on" {
			o.config.Mailbox = served.own()
		}
		done := make(chan error, 1)
		serving, stop := context.WithCancel(context.WithoutCancel(ctx))
		go func() {
			err := served.serve(serving, terminal{err: io.Discard})
			if err != nil && !o.json {
				t.say("The page is not served any more, so the link leads nowhere for whoever has not opened it.")
			}
			done <- err
		}()
		defer func() {
			stop()
			<-done
			_ = served.nat.Close()
		}()
	}
	if o.config.Mailbox != "" && !o.json {
		host, _, _ := strings.Cut(hostOfOrigin(o.config.Site), "/")
		t.say("The reply may come back by itself: left sealed for 5 minutes at %s, which sees both addresses.", host)
	}
	o.sayAsked(t)
	s, err := chat.Create(ctx, o.config)
	return converse(ctx, o, f, lines, s, chat.KindInvite, err)
}

func runJoin(ctx context.Context, t terminal, args []string) error {
	o, err := parseOptions(t, "join", args)
	if err != nil {
		return err
	}
	return joinChat(ctx, t, o)
}

func joinChat(ctx context.Context, t terminal, o options) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	t, lines, end := t.chatting(!o.json, func() { cancel(errUnread) })
	defer end(ctx)
	f := newFront(t, o)
	link := o.link
	var err error
	switch {
	case link == "" || link == "-":
		if link == "" && !o.json {
			t.say("Paste the invite, then press Enter:")
		}
		link, err = askInvite(ctx, f, lines)
		switch {
		case ctx.Err() != nil:
			return leave(ctx, f)
		case err != nil:
			return fail(f, err)
		}
	case !o.json:
		t.say("Note: other programs on this computer can see a link given as an argument. Without it, join asks for it.")
	}
	o.config.Mailbox = o.mailboxOf(link)
	if host := hostOfOrigin(o.config.Mailbox); host != "" && !o.json {
		t.say("The reply is left sealed for 5 minutes at %s, which sees both addresses; --mailbox off leaves it nowhere.", host)
	}
	// No server is asked, so none is named, before there is an invite.
	if found, err := chat.Find(link); err == nil && found.Kind == chat.KindInvite {
		o.sayAsked(t)
	}
	s, err := chat.Join(ctx, o.config, link)
	return converse(ctx, o, f, lines, s, chat.KindReply, err)
}

func newFront(t terminal, o options) front {
	if o.json {
		return newJSONLines(t)
	}
	return &plain{t: t, relayed: o.config.Network.Mode == chat.ModeRelay}
}
