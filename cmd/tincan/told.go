package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"tincan/internal/chat"
)

// said is what a person who types knows of what is said with messages and of them.
type said struct {
	numbers
	doing map[uint64]string // by its id what waits to arrive and is no message
	mute  bool              // the other person's program understands nothing but messages
	here  bool              // the other person is shown that this one is here
	marks bool              // and what was printed
	read  int               // the number up to which they have read

	// The times after which each of the two wants messages to go, in seconds, and the id of our last word. 0 is never.
	ours, theirs uint32
	timer        uint64
}

// times are what /timer takes, and what a person calls them.
var times = []struct {
	typed   string
	seconds uint32
	words   string
}{
	{"off", 0, "never"},
	{"5m", 5 * 60, "5 minutes"},
	{"1h", 60 * 60, "1 hour"},
	{"1d", 24 * 60 * 60, "1 day"},
}

// inWords is a time of a timer for a person, as it is said and as it is typed.
func inWords(seconds uint32) (words, typed string) {
	for _, t := range times {
		if t.seconds == seconds {
			return t.words, t.typed
		}
	}
	return fmt.Sprintf("%d seconds", seconds), ""
}

// inForce is after how many seconds messages go: where neither has last said 0, after the longer of the two times.
func (s *said) inForce() uint32 {
	if s.ours == 0 || s.theirs == 0 {
		return 0
	}
	return max(s.ours, s.theirs)
}

const stays = "A terminal cannot take back what it has printed: it stays until you clear the window."

// expire forgets the words of what is to have gone by now: nothing quotes them any more.
func (s *said) expire(now time.Time) {
	if after := s.inForce(); after != 0 {
		s.forget(now.Add(-time.Duration(after) * time.Second))
	}
}

// timerWords say how the timer stands after one of the two has said something.
func (s *said) timerWords(ours bool) string {
	words, typed := inWords(s.theirs)
	switch all := s.inForce(); {
	case all != 0:
		words, _ = inWords(all)
		return "Messages go after " + words + " now. " + stays
	case ours && s.ours == 0:
		return "Messages stay, whatever the other person wants."
	case ours:
		words, _ = inWords(s.ours)
		return "The other person is told that you want messages to go after " + words + ". They do when both of you want it."
	case s.theirs == 0:
		return "The other person wants messages to stay, so they do."
	}
	return "The other person wants messages to go after " + words + ". /timer " + typed + " agrees. " + stays
}

// usageOf are the commands that are about messages, with what a person reads who types one wrongly.
var usageOf = map[string]string{
	"/reply":    "Which message, and what? /reply 12 Yes",
	"/react":    "Which message? /react 12 👍; without the emoji it is taken back.",
	"/edit":     "Which message, and what does it say now? /edit 12 Yes",
	"/unsend":   "Which message? /unsend 12",
	"/timer":    "After how long? /timer 5m, 1h, 1d or off",
	"/presence": "/presence on or off?",
	"/read":     "/read on or off?",
}

// usageError is for who types a command wrongly.
func usageError(text string) error { return &trouble{"usage", text} }

// aboutMessages reads a command that is about messages. ok says that it is one; of /list and of what is only told here, the
// command does nothing.
func (p *plain) aboutMessages(line string) (do command, ok bool, err error) {
	p.expire(time.Now())
	name, rest := cutWord(line)
	usage, ok := usageOf[name]
	switch {
	case name == "/list" && rest == "":
		p.list()
		return command{}, true, nil
	case !ok:
		return command{}, false, nil
	case name == "/timer":
		do, err = timerCommand(rest)
	case name == "/presence", name == "/read":
		do, err = p.showCommand(name, strings.TrimSpace(rest))
	default:
		do, err = p.messageCommand(name, rest)
	}
	if err == errUsage {
		err = usageError(usage)
	}
	return do, true, err
}

// cutWord cuts a text after its first word, and drops blanks between that and the rest.
func cutWord(text string) (word, rest string) {
	end := strings.IndexFunc(text, unicode.IsSpace)
	if end < 0 {
		return text, ""
	}
	return text[:end], strings.TrimLeft(text[end:], " \t")
}

// messageCommand reads what follows a command that names a message.
func (p *plain) messageCommand(name, rest string) (do command, err error) {
	first, text := cutWord(rest)
	number, err := strconv.Atoi(first)
	trimmed := strings.TrimSpace(text)
	switch {
	case err != nil, number <= 0, (name == "/reply" || name == "/edit") && trimmed == "", name == "/unsend" && trimmed != "":
		return command{}, errUsage
	}
	is := p.at(number)
	switch {
	case is == nil:
		return command{}, usageError(fmt.Sprintf("There is no message %d here. /list shows the last ones with their numbers.", number))
	case is.gone:
		return command{}, usageError(fmt.Sprintf("Message %d was taken back.", number))
	case !is.said.Ours && (name == "/edit" || name == "/unsend"):
		return command{}, usageError(fmt.Sprintf("Message %d is the other person's.", number))
	}
	about := &about{Ours: &is.said.Ours, ID: is.said.ID}
	switch name {
	case "/reply":
		return command{Do: "send", Text: text, About: about, Number: number}, nil
	case "/react":
		return command{Do: "react", Emoji: &trimmed, About: about, Number: number}, nil
	case "/edit":
		return command{Do: "edit", Text: text, ID: is.said.ID, Number: number}, nil
	}
	return command{Do: "unsend", ID: is.said.ID, Number: number}, nil
}

func timerCommand(rest string) (do command, err error) {
	for _, t := range times {
		if t.typed == strings.TrimSpace(rest) {
			return command{Do: "timer", Seconds: &t.seconds}, nil
		}
	}
	return command{}, errUsage
}

// showCommand reads whether something of what this person does is shown to the other one, and says what.
func (p *plain) showCommand(name, rest string) (command, error) {
	on := rest == "on"
	is, do, words := &p.here, "presence", map[bool]string{
		true:  "The other person is shown that you are here, as long as this chat is open: whether you look at it, a terminal does not know.",
		false: "The other person is shown that you are away, and then nothing any more.",
	}
	if name == "/read" {
		is, do, words = &p.marks, "marks", map[bool]string{
			true:  "The other person is shown up to where you have read: up to what was printed here last.",
			false: "The other person is not shown any more what you have read.",
		}
	}
	switch {
	case !on && rest != "off":
		return command{}, errUsage
	case p.mute:
		return command{}, usageError(codeSentences[chat.CodeNoTalk])
	case on == *is:
		p.t.say("%s", map[bool]string{true: "It is on already.", false: "It is off already: nothing is shown."}[on])
		return command{}, nil
	}
	*is = on
	p.t.say("%s", words[on])
	return command{Do: do, Here: &on}, nil
}

// listed is how many messages /list shows.
const listed = 20

// list shows the last messages with their numbers.
func (p *plain) list() {
	last := p.forgotten + len(p.numbers.list)
	if last == 0 {
		p.t.say("There are no messages yet.")
	}
	for number := max(last-listed, p.forgotten) + 1; number <= last; number++ {
		is, who := p.at(number), "them"
		if is.said.Ours {
			who = "you"
		}
		switch {
		case is.gone:
			p.t.say("%d %s, taken back", number, who)
		case is.over:
			p.t.say("%d %s", number, who)
		default:
			p.t.say("%d %s “%s”", number, who, is.words)
		}
	}
}

// sent notes what the session has taken. A message gets its number, and stands on the screen with it.
func (p *plain) sent(do command, id uint64) {
	what := ""
	switch do.Do {
	case "send":
		number := p.add(chat.Said{Ours: true, ID: id}, do.Text)
		do.shown(before(true, number, "", widthOf(p.t.window)))
		return
	case "edit":
		p.edit(do.Number, do.Text)
		what = fmt.Sprintf("The edit of message %d", do.Number)
	case "unsend":
		p.take(do.Number)
		p.t.say("Message %d is taken back. What the other person has read or copied stays with them.", do.Number)
		what = fmt.Sprintf("That message %d is taken back", do.Number)
	case "react":
		what = fmt.Sprintf("Your reaction to message %d", do.Number)
	case "timer":
		p.ours, p.said.timer = *do.Seconds, id
		p.t.say("%s", p.timerWords(true))
		what = "What you want of the timer"
	default:
		return
	}
	if id > 0 { // else nothing goes
		if p.doing == nil {
			p.doing = map[uint64]string{}
		}
		p.doing[id] = what
	}
}

// failed tells what will not arrive.
func (p *plain) failed(e chat.Failed) {
	what, why := p.doing[e.ID], ""
	delete(p.doing, e.ID)
	switch number := p.find(chat.Said{Ours: true, ID: e.ID}); {
	case what == "" && number > 0:
		what = fmt.Sprintf("Message %d", number)
	case what == "":
		what = "A message"
	}
	if e.ID > 0 && e.ID == p.said.timer {
		p.ours = 0
	}
	if e.Code == chat.CodeNoMessage || e.Code == chat.CodeNoTalk {
		why = " " + codeSentences[e.Code]
	}
	p.t.say("tincan: %s was not delivered.%s", what, why)
}

// anew is called when the other person's page was reloaded: it knows nothing of what was said of the timer, but for what is
// still on its way.
func (s *said) anew() {
	s.theirs = 0
	if s.doing[s.timer] == "" {
		s.ours = 0
	}
}

// hear shows a message of the other person.
func (p *plain) hear(e chat.Message) {
	p.expire(time.Now())
	if e.Answers.ID > 0 {
		p.t.say("↳ %s", p.name(e.Answers))
	}
	number := p.add(chat.Said{ID: e.ID}, e.Text)
	p.t.hear(before(false, number, "", widthOf(p.t.window)), e.Text)
}

// talked tells what the other person does with messages.
func (p *plain) talked(t chat.Talk) {
	p.expire(time.Now())
	switch t.Kind {
	case chat.TalkEdit:
		number, width := p.find(t.About), widthOf(p.t.window)
		if number == 0 || width < numberedColumns {
			p.t.say("The other person has edited %s:", p.name(t.About))
		}
		p.edit(number, t.Text)
		p.t.hear(before(false, number, " edited", width), t.Text)
	case chat.TalkUnsend:
		number := p.find(t.About)
		switch {
		case number == 0:
			p.t.say("The other person took back an earlier message. What is printed stays on this screen.")
		case p.take(number):
			p.t.say("The other person took back message %d. What is printed stays on this screen.", number)
		}
	case chat.TalkReaction:
		if t.Text == "" {
			p.t.say("The other person took back the reaction to %s", p.name(t.About))
			return
		}
		p.t.say("%s to %s", t.Text, p.name(t.About))
	case chat.TalkTimer:
		p.theirs = t.Seconds
		p.t.say("%s", p.timerWords(false))
	}
}

// readUpTo tells what the other person has read.
func (p *plain) readUpTo(id uint64) {
	if number := p.upTo(id); number > p.said.read {
		p.said.read = number
		p.t.say("The other person has read up to %d.", number)
	}
}
