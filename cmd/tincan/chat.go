package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"tincan/internal/chat"
)

// maxLine is the longest line read: a message of 64 KiB, each byte escaped.
const maxLine = 512 << 10

// options are the flags of new and join.
type options struct {
	config  chat.Config
	json    bool
	link    string // join's argument
	mailbox string // on, off or, where nothing was said, empty
	serve   bool   // new alone: serve the page, too
	page    pageFlags
}

// A command is what a person or a program asks for: the "in" half of the JSON
// contract, which plain lines are turned into.
type command struct {
	Do    string `json:"do"` // reply, send, typing, verify, put, diagnostics, close; help is said by the front itself
	Link  string `json:"link"`
	Ref   string `json:"ref"`
	Text  string `json:"text"`
	Match *bool  `json:"match"`
}

// A front shows a chat to a person (plain) or a program (jsonLines).
type front interface {
	// parse turns a line into a command; waiting says that the reply is still
	// to come. A command without Do asks for nothing.
	parse(line string, waiting bool) (command, error)
	// code hands over the invite or the reply; mailbox says that the reply goes by itself, too.
	code(kind chat.Kind, link chat.Link, mailbox bool)
	sent(ref string, id uint64)
	// diagnostics shows how the way to the other person was looked for.
	diagnostics(text string)
	// problem tells what failed; the chat goes on. ref is that of a message, or empty.
	problem(ref string, err error)
	event(e chat.Event)
	// fail is the last word: why there is no chat, or none any more.
	fail(err error)
}

// errSilent fails a command whose reason has been shown already.
var errSilent = errors.New("")

// A trouble is a failure at the terminal itself, with a code for programs and a
// sentence.
type trouble struct{ code, text string }

func (t *trouble) Error() string { return t.text }

var (
	errNoInvite error = &trouble{"no-input", "The input ended before there was an invite."}
	errNoReply  error = &trouble{"no-input", "The input has ended, so no reply can come. Without a mailbox the reply is pasted here."}
	errUnheard  error = &trouble{"not-delivered", "The other side does not answer, so not everything has arrived."}
	errUnread   error = &trouble{"no-output", "Nobody reads the output any more, so the chat has ended."}
)

// fail ends with the reason for it.
func fail(f front, err error) error {
	f.fail(err)
	return errSilent
}

// leave ends what has not begun, because the person wants it or nobody listens.
func leave(ctx context.Context, f front) error {
	if cause := context.Cause(ctx); cause == errUnread {
		return fail(f, cause)
	}
	f.event(chat.Closed{Reason: chat.ReasonClosed})
	return nil
}

// patience is how long a chat whose input has ended waits for a word that something
// has arrived. Tests make it shorter.
var patience = time.Minute

// runNew and runJoin are the two commands; they differ in how they begin.
func runNew(ctx context.Context, t terminal, args []string) error {
	o, err := parseOptions(t, "new", args)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	t, lines, end := t.chatting(!o.json, func() { cancel(errUnread) })
	defer end()
	f := newFront(t, o)
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
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	t, lines, end := t.chatting(!o.json, func() { cancel(errUnread) })
	defer end()
	f := newFront(t, o)
	link := o.link
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
	// Nobody is asked for anything before there is an invite.
	if found, err := chat.Find(link); err == nil && found.Kind == chat.KindInvite {
		o.sayAsked(t)
	}
	s, err := chat.Join(ctx, o.config, link)
	return converse(ctx, o, f, lines, s, chat.KindReply, err)
}

// mailboxOf is the origin whose mailbox the reply goes to: the one that the link
// names, unless the person wants it otherwise. Whoever made the link chose it, so
// this computer itself is meant only where both programs are told to run on it; and
// who hides behind a relay tells no mailbox the address either, unless told to.
func (o options) mailboxOf(link string) string {
	found, err := chat.Find(link)
	mode := o.config.Network.Mode
	if err != nil || o.mailbox == "off" || mode == chat.ModeLocal || o.mailbox == "" && mode == chat.ModeRelay {
		return ""
	}
	host := hostOfOrigin(found.Mailbox)
	if o.config.LoopbackOnly && !onlyHere(host) || !o.config.LoopbackOnly && (loopbackHost(host) || isLinkLocal(host)) {
		return ""
	}
	return found.Mailbox
}

// hostOfOrigin is host and port of an origin, as a person reads them.
func hostOfOrigin(origin string) string {
	_, host, _ := strings.Cut(origin, "://")
	return host
}

func newFront(t terminal, o options) front {
	if o.json {
		return newJSONLines(t)
	}
	return &plain{t: t, relayed: o.config.Network.Mode == chat.ModeRelay}
}

// sayAsked names the servers that are about to be asked.
func (o options) sayAsked(t terminal) {
	if asked := o.config.Network.STUN; len(asked) > 0 && o.config.Network.Mode == chat.ModeAll && !o.json {
		t.say("Asking %s for this computer's public address; --stun none asks nobody.", strings.Join(asked, " and "))
	}
}

func parseOptions(t terminal, name string, args []string) (o options, err error) {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.BoolVar(&o.json, "json", false, "")
	flags.BoolVar(&o.config.LoopbackOnly, "loopback", false, "")
	if name == "new" {
		flags.Func("site", "", func(s string) error {
			u, err := url.Parse(s)
			if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.User != nil {
				return errors.New("not an address such as https://chat.example/")
			}
			o.config.Site = s
			return nil
		})
		flags.BoolVar(&o.serve, "serve", false, "")
		flags.StringVar(&o.page.listen, "listen", "", "")
		flags.StringVar(&o.page.public, "public", "", "")
	}
	flags.Func("mailbox", "", func(s string) error {
		if s != "on" && s != "off" {
			return errors.New("on or off")
		}
		o.mailbox = s
		return nil
	})
	o.config.Diary = chat.NewDiary()
	ways := networkFlags(flags)
	// Flags may stand before and after the link.
	var rest []string
	for first := true; first || len(args) > 0; first = false {
		if err := parseFlags(t, flags, args); err != nil {
			return o, err
		}
		if args = flags.Args(); len(args) > 0 {
			rest, args = append(rest, args[0]), args[1:]
		}
	}
	if name == "new" && len(rest) > 0 || len(rest) > 1 {
		t.say("tincan: %s takes flags%s and nothing else. See tincan %s --help.", name, map[string]string{"join": ", one link"}[name], name)
		return o, errUsage
	}
	if len(rest) > 0 {
		o.link = rest[0]
	}
	if o.config.Network, err = ways.network(); err == nil && name == "new" {
		err = o.settleNew(ways)
	} else if err == nil && o.mailbox == "on" && o.config.Network.Mode == chat.ModeLocal {
		err = errLocalMailbox
	}
	if err == nil && o.config.LoopbackOnly {
		err = o.confine(ways)
	}
	if err != nil {
		t.say("tincan: %s", err)
		return o, errUsage
	}
	return o, nil
}

// confine is for --loopback: nobody elsewhere is asked, and no packet leaves the computer.
// Its errors are for the person.
func (o *options) confine(ways *waysFlags) error {
	n := &o.config.Network
	if !ways.stunNamed {
		n.STUN = nil
	}
	if len(n.STUN) > 0 || len(n.TURN) > 0 {
		return errors.New("--loopback asks nobody: leave --stun and --turn away")
	}
	if o.config.Mailbox != "" && !onlyHere(hostOfOrigin(o.config.Mailbox)) {
		return errors.New("--loopback asks nobody elsewhere, and so not the mailbox of another computer")
	}
	if o.serve && o.page.listen == "" {
		o.page.listen = "127.0.0.1" + defaultListen
	}
	if host, _, err := net.SplitHostPort(o.page.listen); o.serve && (err != nil || !onlyHere(host)) {
		return errors.New("--loopback serves this computer alone: leave --listen away, or name 127.0.0.1")
	}
	return nil
}

var errLocalMailbox = errors.New("--local-only asks no server, and so no mailbox")

// settleNew brings together what new is told of its links. Its errors are for the person.
func (o *options) settleNew(ways *waysFlags) error {
	switch {
	case o.serve && o.config.Site != "":
		return errors.New("--serve makes links to this computer: leave --site away")
	case !o.serve && (o.page.listen != "" || o.page.public != ""):
		return errors.New("--listen and --public go with --serve")
	case o.serve && o.page.public == "" && o.config.Network.Mode == chat.ModeRelay:
		return errors.New("--serve puts this computer's address into the link, which --relay-only is to hide: name another with --public")
	case !isPublic(o.page.public):
		return errors.New("--public needs an address such as https://chat.example/")
	case o.mailbox == "on" && o.config.Site == "" && !o.serve:
		return errors.New("--mailbox on needs --site or --serve: a bare code does not say where the mailbox is")
	case o.mailbox == "on" && !o.serve && o.config.Network.Mode == chat.ModeLocal:
		return errLocalMailbox
	}
	switch {
	case o.serve:
		if o.mailbox == "" {
			o.mailbox = "on" // on this very computer
		}
		// Who opens the link reaches this computer; nobody else needs to be asked.
		if n := &o.config.Network; n.Mode == chat.ModeLocal || o.page.public == "" && !ways.stunNamed && n.Mode == chat.ModeAll {
			n.Mode, n.STUN = chat.ModeAll, nil
		}
		o.page.noMailbox = o.mailbox == "off"
	case o.mailbox == "on":
		u, _ := url.Parse(o.config.Site) // it was parsed before
		o.config.Mailbox = u.Scheme + "://" + u.Host
	}
	return nil
}

// talk is one chat between its session and its front.
type talk struct {
	s           *chat.Session
	f           front
	diary       *chat.Diary
	mailbox     bool // the reply may come by itself
	waiting     bool // the inviter waits for a reply
	open        bool
	ending      bool // no more input: leave once all has arrived
	heard       time.Time
	held        []command
	undelivered int
	json        bool      // its lines are commands, each for itself
	reply       paste     // of the inviter's person, until there is one
	told        time.Time // when the person was told what came of the last code
	reason      chat.Reason
	failure     error // why it was ended here, where nobody wished it
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
	c := &talk{s: s, f: f, json: o.json, diary: o.config.Diary, mailbox: o.config.Mailbox != "", waiting: kind == chat.KindInvite}
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
				ticker := time.NewTicker(patience / 4)
				defer ticker.Stop()
				clock = ticker.C
			} else {
				c.line(line)
			}
		case e, ok := <-events:
			if !ok {
				_ = s.Close() // its last errand may still be on the road
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

// finish ends a chat that gets no more input, once nothing is left to wait for.
func (c *talk) finish() {
	switch {
	case c.open && c.undelivered == 0:
	case c.open && time.Since(c.heard) > patience:
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
		c.f.problem("", err)
		return
	}
	if do.Do == "send" && !c.open && !c.waiting {
		c.held = append(c.held, do) // typed ahead
		return
	}
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
	case "send":
		id, err := c.s.Send(do.Ref, do.Text)
		if err != nil {
			c.f.problem(do.Ref, err)
			return
		}
		c.undelivered++
		c.f.sent(do.Ref, id)
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
	case "diagnostics":
		c.f.diagnostics(c.diary.Text())
	case "close":
		_ = c.s.Leave()
	}
}

func (c *talk) event(e chat.Event) {
	if _, ended := e.(chat.Closed); ended && c.failure != nil {
		c.f.fail(c.failure)
	} else {
		c.f.event(e)
	}
	switch e := e.(type) {
	case chat.StateChanged:
		// The reply may have come by itself: what is typed from now on is none.
		c.waiting = c.waiting && e.State == chat.StateWaiting
	case chat.Opened:
		c.open, c.waiting, c.heard = true, false, time.Now()
		for _, do := range c.held {
			c.do(do)
		}
		c.held = nil
	case chat.Delivered, chat.Failed:
		c.undelivered--
		c.heard = time.Now()
	case chat.Closed:
		c.reason = e.Reason
	}
}

// inputLine is a line of input, or the news that one was too long to keep.
type inputLine struct {
	text    string
	tooLong bool
	typed   bool      // into a terminal
	more    bool      // in which another line had arrived already
	at      time.Time // when it was read
}

// readLines reads in the background: a read of a terminal cannot be stopped,
// so this goroutine ends with its input or with the program. window is the terminal
// that it reads, if it is one.
func readLines(in *bufio.Reader, window *os.File) <-chan inputLine {
	lines := make(chan inputLine)
	go func() {
		defer close(lines)
		for {
			text, whole, err := readLine(in)
			if err == nil || text != "" {
				line := inputLine{text: text, tooLong: !whole, typed: window != nil, at: time.Now()}
				line.more = line.typed && (in.Buffered() > 0 || arrived(window))
				lines <- line
			}
			if err != nil {
				return
			}
		}
	}()
	return lines
}

// readLine reads up to maxLine bytes of a line; whole is false if there was
// more, which is read and forgotten.
func readLine(in *bufio.Reader) (line string, whole bool, err error) {
	var b []byte
	whole = true
	for {
		piece, err := in.ReadSlice('\n')
		if len(b)+len(piece) <= maxLine {
			b = append(b, piece...)
		} else {
			whole = false
		}
		switch err {
		case nil:
			return strings.TrimRight(string(b), "\r\n"), whole, nil
		case bufio.ErrBufferFull:
		case io.EOF:
			return strings.TrimRight(string(b), "\r\n"), whole, err
		default:
			return "", whole, err
		}
	}
}
