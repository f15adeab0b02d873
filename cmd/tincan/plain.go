package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"tincan/internal/chat"
)

// plain is the front for a person: messages and codes on standard output,
// everything else on standard error.
type plain struct {
	t       terminal
	relayed bool                // the other person learns only the address of the relay
	words   string              // the safety words, once open
	lost    bool                // the connection is, since it was open
	state   chat.State          // the last that was told
	stood   map[chat.State]bool // what was said of the lost connection
	differs bool                // /differ was typed once, and the person was asked to confirm it
	kind    chat.Kind
	link    chat.Link
	said
}

const plainHelp = `A line you type is sent.
  /verify   shows the safety words
  /match    they are the same on both sides
  /differ   they are not: ends the chat
  /send     offers files: /send photo.jpg "another file.pdf"
  /accept   has the other person's files come; /accept 2 that one alone
  /decline  does not; /decline 2 stops that one, yours as well
  /reply    answers a message: /reply 12 Yes. So for all with a number; /list shows them
  /react    has an emoji to one: /react 12 👍; without the emoji, none any more
  /edit     has one of yours say something else: /edit 12 Yes
  /unsend   takes one of yours back: /unsend 12
  /timer    has messages go after 5m, 1h or 1d, when both of you want it; or off
  /presence shows the other person that you are here: on or off
  /read     shows them up to where you have read: on or off
  /again    leaves the reply in the mailbox again
  /code     shows the invite or the reply again, before there is a chat
  /repair   makes a link that brings back a lost connection
  /look     looks for the other person at once
  /network  shows how the way to the other person was looked for
  /leave    ends the chat
A line that should begin with a slash: put a space before it.`

func (p *plain) parse(line string, waiting bool) (command, error) {
	trimmed := strings.TrimSpace(line)
	switch {
	case trimmed == "" && p.state == chat.StatePaused, trimmed == "/look":
		return command{Do: "look"}, nil
	case trimmed == "":
		return command{}, nil
	case trimmed == "/leave":
		return command{Do: "close"}, nil
	case trimmed == "/help":
		p.t.say("%s", plainHelp)
		return command{}, nil
	case trimmed == "/network":
		return command{Do: "diagnostics"}, nil
	case trimmed == "/again":
		return command{Do: "put"}, nil
	case trimmed == "/repair" && p.words != "":
		return command{Do: "repair"}, nil
	case trimmed == "/code" && p.words == "" && p.link.Link != "":
		p.show(p.link, "/code")
		return command{}, nil
	case waiting:
		return command{Do: "reply", Link: trimmed}, nil
	case trimmed == "/verify" && p.words != "":
		p.t.say("Read them to each other, by voice:\n%s\nThen type /match if all are the same on both sides, or /differ.", p.words)
		return command{}, nil
	case trimmed == "/match" && p.words != "":
		match := true
		p.t.say("Verified, for this chat only.")
		return command{Do: "verify", Match: &match}, nil
	case trimmed == "/differ" && p.words != "" && !p.differs:
		p.differs = true
		p.t.say("Do the words really differ? Then somebody may be reading along. It ends the chat for both of you: type /differ again.")
		return command{}, nil
	case trimmed == "/differ" && p.words != "":
		match := false
		return command{Do: "verify", Match: &match}, nil
	case p.words != "" && strings.HasPrefix(line, "/"):
		if do, ok := fileCommand(trimmed); ok {
			if do.Do == "file" && len(do.Paths) == 0 {
				p.t.say("Which file? /send photo.jpg")
				return command{}, nil
			}
			return do, nil
		}
		if do, ok, err := p.aboutMessages(line); ok {
			return do, err
		}
		fallthrough
	case strings.HasPrefix(line, "/"):
		p.t.say("There is no command %s; /help lists them.", strings.Fields(neutral(line))[0])
		return command{}, nil
	}
	return command{Do: "send", Text: line}, nil
}

func (p *plain) code(kind chat.Kind, link chat.Link, mailbox bool) {
	p.kind, p.link = kind, link
	address := "your network address"
	if p.relayed {
		address = "the relay's address, not yours"
	}
	bare := !strings.Contains(link.Link, "#") // it is a code without a link, which no page opens
	switch {
	case kind == chat.KindInvite && bare:
		p.t.say("\nSend this invite to the other person, or show them the code. They run: tincan join. Whoever has it can join and learns %s.", address)
	case kind == chat.KindInvite:
		p.t.say("\nSend this invite to the other person, or show them the code. Whoever has it can join and learns %s.", address)
	case mailbox:
		p.t.say("\nThis reply goes to the person who invited you by itself. If nothing happens, send it to them, or show them the code. It tells them %s. Keep this window open.", address)
	default:
		p.t.say("\nSend this reply back to the person who invited you, or show them the code. It tells them %s. Keep this window open.", address)
	}
	if kind == chat.KindInvite && link.GoodFor > 0 {
		p.t.say("The invite works as long as this window stays open; for somebody on another network for about %d minutes.", int(link.GoodFor.Minutes()))
	}
	p.show(link, "/code")
	switch {
	case kind == chat.KindInvite && mailbox:
		p.t.say("\nIf the reply is sent to you, paste it here, then press Enter:")
	case kind == chat.KindInvite:
		p.t.say("\nPaste the reply here, then press Enter:")
	}
}

// show shows the code: as a QR code, if the output is a window with room for it and for what
// follows, and below that as text. again is the command that shows it once more.
func (p *plain) show(link chat.Link, again string) {
	if p.t.marked && p.t.drawn {
		drawn, err := drawQR(link.QR)
		width, _ := sizeOf(p.t.window)
		below := 5 + len(link.Link)/width // the code, and a sentence in two rows
		switch {
		case err != nil:
		case fits(p.t.window, drawn, below):
			fmt.Fprint(p.t.err, "\n"+drawn)
		default:
			wide, high := size(drawn)
			p.t.say("\nA window of %d columns and %d rows has room for the QR code: make it larger, then type %s.", max(wide, width), high+below, again)
		}
	}
	fmt.Fprintln(p.t.err)
	fmt.Fprintln(p.t.out, link.Link)
}

func (p *plain) repair(link chat.Link, answers bool) {
	if answers {
		p.t.say("\nSend this link back to the other person. They open it, or paste it, and the chat goes on.")
	} else {
		p.t.say("\nSend this link to the other person. They open it, or paste it, and the chat goes on.")
	}
	p.show(link, "/repair")
}

// apartWords are said of a lost connection, each once until it is back or the person looks again.
var apartWords = map[chat.State]string{
	chat.StateLost:   "Connection lost. Messages wait and are sent when it is back. /repair makes a link that helps, /leave ends the chat.",
	chat.StateTrying: "Trying to reach the other person again…",
	chat.StateAsking: "Asking the mailbox…",
	chat.StatePaused: "Paused. Press Enter to look again.",
}

// stands says where the chat stands. What is tried changes to and fro, so nothing of it is said twice.
func (p *plain) stands(state chat.State) {
	was := p.state
	p.state = state
	switch {
	case state == chat.StateConnecting:
		p.t.say("Connecting…")
	case state == chat.StateOpen:
		if p.lost {
			p.t.say("The connection is back.")
		}
		p.lost, p.stood = false, nil
	case isApart(state):
		p.lost = true
		if p.stood == nil || was == chat.StatePaused {
			p.stood = map[chat.State]bool{}
		}
		if !p.stood[state] {
			p.t.say("%s", apartWords[state])
		}
		p.stood[state] = true
	}
}

// fileCommand reads /send, /accept and /decline.
func fileCommand(line string) (do command, ok bool) {
	list := words(line)
	switch list[0] {
	case "/send":
		for _, path := range list[1:] {
			if rest, is := strings.CutPrefix(path, "~/"); is {
				if home, err := os.UserHomeDir(); err == nil {
					path = filepath.Join(home, rest)
				}
			}
			do.Paths = append(do.Paths, path)
		}
		do.Do = "file"
		return do, true
	case "/accept", "/decline":
		do.Do = list[0][1:]
		if len(list) == 2 {
			number, err := strconv.Atoi(list[1])
			do.Number = number
			return do, err == nil && number > 0
		}
		return do, len(list) == 1
	}
	return command{}, false
}

func (p *plain) file(e *entry) {
	e.number = p.add(chat.Said{Ours: e.ours, ID: e.id}, e.file.Name)
	what := neutral(e.file.Name) + ", " + inUnits(e.file.Size)
	if e.ours {
		p.t.say("File %d: %s. It goes when the other person takes it. /decline %d withdraws it.", e.number, what, e.number)
		return
	}
	p.t.say("The other person has a file for you. File %d: %s. /accept %d keeps it here, /decline %d does not.", e.number, what, e.number, e.number)
}

// progressEvery is how often a person is told how far a file is.
const progressEvery = 5 * time.Second

func (p *plain) goes(e *entry) {
	now := time.Now()
	if now.Sub(e.began) < progressEvery || now.Sub(e.told) < progressEvery {
		return
	}
	e.told = now
	p.t.say("File %d: %s", e.number, e.progress(now))
}

func (p *plain) fileEnded(e *entry, how chat.FileEnd) {
	name := neutral(e.file.Name)
	if how == chat.FileWithdrawn {
		p.take(e.number)
	}
	if e.sink != nil && how == chat.FileWhole {
		p.t.say(fileWords[e.ours][how], name, e.sink.path)
		return
	}
	p.t.say(fileWords[e.ours][how], name)
}

func (p *plain) diagnostics(text string) { p.t.say("%s", text) }

func (p *plain) problem(_ string, err error) { p.t.say("tincan: %s", sentenceOf(err)) }

func (p *plain) fail(err error) { p.problem("", err) }

// pathWords follow the word "connected". There are none until the path is known.
var pathWords = map[chat.Path]string{chat.PathDirect: " directly", chat.PathRelay: " through a relay"}

func safetyWords(e chat.Opened) string {
	words := make([]string, 0, 6)
	for _, w := range e.SAS.Words() {
		words = append(words, w.Emoji+" "+w.Name)
	}
	digits := e.SAS.Digits()
	return "  " + strings.Join(words, "  ") + "\n  " + strings.Join(digits[:], " ")
}

func (p *plain) event(e chat.Event) {
	switch e := e.(type) {
	case chat.StateChanged:
		p.stands(e.State)
	case chat.Repair:
		p.repair(e.Link, true)
	case chat.Absent:
		p.t.say("Nothing has come from the other person since %s. The chat goes on as soon as there is a way to them again. If they closed their side, /leave and make a new link.", e.Since.Format("15:04"))
	case chat.Opened:
		p.words = safetyWords(e)
		p.t.say("Connected%s. Not verified: compare the safety words with the other person, by voice (/verify).\n%s\nType a line to send it; /help lists the commands.",
			pathWords[e.Path], p.words)
	case chat.Back:
		p.words = safetyWords(chat.Opened(e))
		p.anew()
		p.t.say("The other person is back%s, after their page was reloaded. The safety words are new: compare them again, by voice (/verify). Until then somebody else may have taken their place.\n%s",
			pathWords[e.Path], p.words)
	case chat.PathChanged:
		p.t.say("Now connected%s.", pathWords[e.Path])
	case chat.MailboxChanged:
		p.t.say("%s", mailboxWords(e.State))
	case chat.Message:
		p.hear(e)
	case chat.Talked:
		p.talked(e.Talk)
	case chat.Can:
		p.mute = !e.Talk
	case chat.Presence:
		p.t.say("%s", map[bool]string{true: "The other person is here.", false: "The other person is away."}[e.Here])
	case chat.Read:
		p.readUpTo(e.ID)
	case chat.Delivered:
		delete(p.doing, e.ID)
	case chat.Failed:
		p.failed(e)
	case chat.Problem:
		p.t.say("tincan: %s", codeSentences[e.Code])
	case chat.Closed:
		p.t.say("%s", farewell(e.Reason, p.words != ""))
	}
}

// farewell says how a chat ended. open says that it had begun.
func farewell(reason chat.Reason, open bool) string {
	if reason == chat.ReasonClosed && !open {
		return "You left before there was a chat."
	}
	return reasonSentences[reason]
}

// mailboxWords is the sentence for a state of the mailbox, with the command that helps, if any.
func mailboxWords(s chat.MailboxState) string {
	if s == chat.MailboxExpired {
		return mailboxSentences[s] + " /again leaves it."
	}
	return mailboxSentences[s]
}
