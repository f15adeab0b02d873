package main

import (
	"errors"
	"flag"
	"net"
	"net/url"
	"strings"
	"time"

	"tincan/internal/chat"
)

// options are the flags of new and join.
type options struct {
	config  chat.Config
	json    bool
	link    string // join's argument
	mailbox string // on, off or, without the flag, empty
	serve   bool   // serve the page, too; only with new
	page    pageFlags

	moves  string   // send or receive, where the chat is for files alone
	files  []string // to send
	folder string   // where files of the other person are kept

	patience time.Duration // see terminal
}

// mailboxOf returns the origin of the mailbox in which the reply is left: the one that the link
// names, unless the person does not want that. Whoever made the link chose it. So a mailbox on
// this computer is used only with --loopback. And with --relay-only, which hides the person's
// address, no mailbox is used unless the person asks for it.
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

// hostOfOrigin returns host and port of an origin, for a person to read.
func hostOfOrigin(origin string) string {
	_, host, _ := strings.Cut(origin, "://")
	return host
}

// sayAsked names the servers that are about to be asked.
func (o options) sayAsked(t terminal) {
	if asked := o.config.Network.STUN; len(asked) > 0 && o.config.Network.Mode == chat.ModeAll && !o.json {
		t.say("Asking %s for this computer's public address; --stun none asks nobody.", strings.Join(asked, " and "))
	}
}

func parseOptions(t terminal, name string, args []string) (o options, err error) {
	o.patience = t.patience
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	o.config.Files = true
	flags.BoolVar(&o.json, "json", false, "")
	flags.StringVar(&o.folder, "folder", ".", "")
	if name == "send" || name == "receive" {
		o.moves = name
		flags.StringVar(&o.folder, "o", ".", "")
	}
	flags.BoolVar(&o.config.LoopbackOnly, "loopback", false, "")
	if name != "join" {
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
	makes := name == "new" || name == "send" || o.serve
	switch {
	case name == "send" && len(rest) == 0:
		t.say("tincan: send which files? See tincan send --help.")
		return o, errUsage
	case name == "send":
		o.files = rest
	case makes && len(rest) > 0 || len(rest) > 1:
		t.say("tincan: %s takes flags%s and nothing else. See tincan %s --help.", name, map[bool]string{false: ", one link"}[makes], name)
		return o, errUsage
	case len(rest) > 0:
		o.link = rest[0]
	}
	if o.config.Network, err = ways.network(); err == nil && makes {
		err = o.settleNew(ways)
	} else if err == nil && (o.config.Site != "" || o.page.listen != "" || o.page.public != "") {
		err = errWithServe
	} else if err == nil && o.mailbox == "on" && o.config.Network.Mode == chat.ModeLocal {
		err = errLocalMailbox
	}
	if err == nil && o.config.LoopbackOnly {
		err = o.confine(ways)
	}
	if err != nil {
		t.say("tincan: %s", sentenceOf(err))
		return o, errUsage
	}
	return o, nil
}

// confine applies --loopback: no server is asked, and no packet leaves this computer. Its errors are
// sentences for the person.
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

var errWithServe = errors.New("--site, --listen and --public are for who makes the invite, which receive does with --serve")

var errLocalMailbox = errors.New("--local-only asks no server, and so no mailbox")

// settleNew decides what the links of new begin with, and which mailbox is used. Its errors are
// sentences for the person.
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
			o.mailbox = "on" // it is on this computer
		}
		// Whoever opens the link can reach this computer, so no other server needs to be asked.
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
