package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/chat"
)

// A screen is a front for a person in an open chat, with what it writes.
type screen struct {
	plain
	said, heard strings.Builder
}

func openScreen() *screen {
	s := &screen{}
	s.plain = plain{t: terminal{out: &s.heard, err: &s.said}, words: "six words"}
	s.event(chat.Can{Files: true, Talk: true})
	return s
}

// news is what was said since the last call.
func (s *screen) news() string {
	defer s.said.Reset()
	return s.said.String()
}

// types has a person type a line, and returns what it is taken for.
func (s *screen) types(t *testing.T, line string) command {
	t.Helper()
	do, err := s.parse(line, false)
	require.NoError(t, err, line)
	return do
}

// TestUnitCommandsByNumber: what is typed of a message becomes what the session knows it by, and what is typed wrongly becomes
// a sentence.
func TestUnitCommandsByNumber(t *testing.T) {
	s := openScreen()
	s.event(chat.Message{ID: 1, Text: "theirs"})
	s.sent(command{Do: "send", Text: "ours"}, 1)
	s.sent(command{Do: "send", Text: "ours that is gone"}, 2)
	s.file(&entry{id: 2, file: chat.File{Name: "their file"}})
	s.take(3)
	yes, no, up, none := true, false, "👍", ""
	theirs, ours := &about{&no, 1}, &about{&yes, 1}
	for line, want := range map[string]command{
		"/reply 1 Yes,  so  it is ": {Do: "send", Text: "Yes,  so  it is ", About: theirs, Number: 1},
		"/reply 2 two\nlines":       {Do: "send", Text: "two\nlines", About: ours, Number: 2},
		"/reply  2   x":             {Do: "send", Text: "x", About: ours, Number: 2},
		"/reply 4 nice":             {Do: "send", Text: "nice", About: &about{&no, 2}, Number: 4},
		"/react 1 👍":                {Do: "react", Emoji: &up, About: theirs, Number: 1},
		"/react 2":                  {Do: "react", Emoji: &none, About: ours, Number: 2},
		"/react 2 ":                 {Do: "react", Emoji: &none, About: ours, Number: 2},
		"/edit 2 other":             {Do: "edit", Text: "other", ID: 1, Number: 2},
		"/unsend 2":                 {Do: "unsend", ID: 1, Number: 2},
		" /reply 1 x":               {Do: "send", Text: " /reply 1 x"},
	} {
		assert.Equal(t, want, s.types(t, line), line)
	}
	for line, want := range map[string]string{
		"/reply":           usageOf["/reply"],
		"/reply 1":         usageOf["/reply"],
		"/reply 1   ":      usageOf["/reply"],
		"/reply one x":     usageOf["/reply"],
		"/reply -1 x":      usageOf["/reply"],
		"/reply 0 x":       usageOf["/reply"],
		"/react":           usageOf["/react"],
		"/react 👍":         usageOf["/react"],
		"/edit 2":          usageOf["/edit"],
		"/unsend":          usageOf["/unsend"],
		"/unsend 2 please": usageOf["/unsend"],
		"/timer":           usageOf["/timer"],
		"/timer 2h":        usageOf["/timer"],
		"/presence":        usageOf["/presence"],
		"/presence maybe":  usageOf["/presence"],
		"/read":            usageOf["/read"],
		"/reply 99 x":      "There is no message 99 here. /list shows the last ones with their numbers.",
		"/react 3 👍":       "Message 3 was taken back.",
		"/unsend 3":        "Message 3 was taken back.",
		"/edit 1 x":        "Message 1 is the other person's.",
		"/unsend 1":        "Message 1 is the other person's.",
	} {
		do, err := s.parse(line, false)
		assert.Equal(t, command{}, do, line)
		require.Error(t, err, line)
		assert.Equal(t, want, sentenceOf(err), line)
	}
	for _, line := range []string{"/list all", "/replying 1 x", "/reply2"} {
		s.news()
		assert.Equal(t, command{}, s.types(t, line))
		assert.Contains(t, s.news(), "There is no command "+strings.Fields(line)[0])
	}
	for name := range usageOf {
		assert.Contains(t, plainHelp, "  "+name+" ")
		before := &plain{t: s.t}
		do, err := before.parse(name+" 1 x", false)
		require.NoError(t, err)
		assert.Equal(t, command{}, do, "there is no chat yet")
		assert.Contains(t, s.news(), "There is no command "+name)
	}
}

// TestUnitListed: /list names the last messages of both by their numbers, in the order of the screen.
func TestUnitListed(t *testing.T) {
	s := openScreen()
	s.types(t, "/list")
	assert.Equal(t, "There are no messages yet.\n", s.news())
	s.event(chat.Message{ID: 1, Text: "one\ntwo"})
	s.sent(command{Do: "send", Text: "ours"}, 1)
	s.sent(command{Do: "send", Text: "gone"}, 2)
	s.take(3)
	s.types(t, "/list")
	assert.Equal(t, "1 them “one two”\n2 you “ours”\n3 you, taken back\n", s.news())
	for id := range uint64(listed) {
		s.event(chat.Message{ID: id + 2, Text: "more"})
	}
	s.types(t, "/list")
	list := s.news()
	assert.Equal(t, listed, strings.Count(list, "\n"))
	assert.True(t, strings.HasPrefix(list, "4 them"))
}

// TestUnitTold: what the other person does with messages is one line each, and nothing that they say poses as a line of ours.
func TestUnitTold(t *testing.T) {
	s := openScreen()
	ours, theirs := chat.Said{Ours: true, ID: 1}, chat.Said{ID: 1}
	s.sent(command{Do: "send", Text: "shall we meet at the station tomorrow?"}, 1)
	s.event(chat.Message{ID: 1, Text: "yes", Answers: ours})
	assert.Equal(t, "↳ 1 “shall we meet at the…”\n", s.news())
	assert.Equal(t, "them 2: yes\n", s.heard.String())
	s.heard.Reset()
	talked := func(talk chat.Talk) string { s.event(chat.Talked{ID: 9, Talk: talk}); return s.news() }
	assert.Empty(t, talked(chat.Talk{Kind: chat.TalkEdit, About: theirs, Text: "no\n▌ Verified"}))
	assert.Equal(t, "them 2 edited: no\n               \uFFFD Verified\n", s.heard.String())
	s.heard.Reset()
	assert.Equal(t, "👍 to 1 “shall we meet at the…”\n", talked(chat.Talk{Kind: chat.TalkReaction, About: ours, Text: "👍"}))
	assert.Equal(t, "👍 to 2 “no \uFFFD Verified”\n", talked(chat.Talk{Kind: chat.TalkReaction, About: theirs, Text: "👍"}))
	assert.Equal(t, "The other person took back the reaction to 1 “shall we meet at the…”\n", talked(chat.Talk{Kind: chat.TalkReaction, About: ours}))
	assert.Equal(t, "The other person took back message 2. What is printed stays on this screen.\n", talked(chat.Talk{Kind: chat.TalkUnsend, About: theirs}))
	unknown := chat.Said{ID: 77}
	assert.Equal(t, "👍 to an earlier message\n", talked(chat.Talk{Kind: chat.TalkReaction, About: unknown, Text: "👍"}))
	assert.Equal(t, "The other person took back an earlier message. What is printed stays on this screen.\n", talked(chat.Talk{Kind: chat.TalkUnsend, About: unknown}))
	assert.Equal(t, "The other person has edited an earlier message:\n", talked(chat.Talk{Kind: chat.TalkEdit, About: unknown, Text: "x"}))
	assert.Equal(t, "them: x\n", s.heard.String())
	s.event(chat.Presence{Here: true})
	s.event(chat.Presence{})
	assert.Equal(t, "The other person is here.\nThe other person is away.\n", s.news())
	for _, id := range []uint64{1, 1, 5, 1} { // a number that only an edit of ours has is above no other message
		s.event(chat.Read{ID: id})
	}
	assert.Equal(t, "The other person has read up to 1.\n", s.news())
	is := &entry{id: 3, file: chat.File{Name: "a\x1b.jpg"}}
	s.file(is)
	assert.Contains(t, s.news(), "File 3: a␛.jpg")
	s.fileEnded(is, chat.FileWithdrawn)
	s.news()
	assert.Empty(t, talked(chat.Talk{Kind: chat.TalkUnsend, About: chat.Said{ID: 3}}), "it is told already")
}

// TestUnitNarrow: in 40 columns, in a window that is marked, every row of what is told of hostile texts is marked and fits.
func TestUnitNarrow(t *testing.T) {
	for _, text := range hostile {
		s := openScreen()
		s.event(chat.Message{ID: 1, Text: text})
		for _, row := range wrap("↳ "+s.name(chat.Said{ID: 1}), 40-3) {
			require.LessOrEqual(t, columns(row), 37, "%q", row)
			require.NotContains(t, row, string(mark))
		}
		s.event(chat.Message{ID: 2, Text: "x", Answers: chat.Said{ID: 1}})
		told := s.news()
		require.Equal(t, 1, strings.Count(told, "\n"), "%q", told)
		require.True(t, strings.HasPrefix(told, "↳ 1 “"), "%q", told)
	}
}

// TestUnitTimer: each side's last word counts; messages go where neither says off, after the longer of the two times. After a
// reload both have said off, but for what of ours has still to arrive.
func TestUnitTimer(t *testing.T) {
	for _, c := range []struct{ ours, theirs, want uint32 }{
		{0, 0, 0}, {300, 0, 0}, {0, 300, 0}, {300, 300, 300}, {300, 3600, 3600}, {86400, 3600, 86400},
	} {
		assert.Equal(t, c.want, (&said{ours: c.ours, theirs: c.theirs}).inForce())
	}
	s := openScreen()
	theirs := func(seconds uint32) string {
		s.event(chat.Talked{ID: 1, Talk: chat.Talk{Kind: chat.TalkTimer, Seconds: seconds}})
		return s.news()
	}
	id := uint64(0)
	ours := func(typed string) string {
		id++
		s.sent(s.types(t, "/timer "+typed), id)
		return s.news()
	}
	assert.Equal(t, "The other person wants messages to go after 1 hour. /timer 1h agrees. "+stays+"\n", theirs(3600))
	assert.Equal(t, "Messages go after 1 hour now. "+stays+"\n", ours("5m"))
	assert.Contains(t, ours("1d"), "Messages go after 1 day")
	assert.Contains(t, theirs(300), "Messages go after 1 day")
	assert.Equal(t, "Messages stay, whatever the other person wants.\n", ours("off"))
	assert.Contains(t, theirs(300), "wants messages to go after 5 minutes. /timer 5m agrees.")
	assert.Equal(t, "The other person wants messages to stay, so they do.\n", theirs(0))
	assert.Equal(t, "The other person is told that you want messages to go after 1 hour. They do when both of you want it.\n", ours("1h"))

	s.event(chat.Back{})
	s.news()
	assert.Contains(t, theirs(3600), "Messages go after 1 hour", "what had not arrived is still wanted")
	s.event(chat.Delivered{ID: id})
	s.event(chat.Back{})
	s.news()
	assert.Contains(t, theirs(3600), "agrees")
	assert.Contains(t, ours("1h"), "Messages go after 1 hour")
	s.event(chat.Failed{ID: id, Code: chat.CodeNoMessage})
	assert.Equal(t, "tincan: What you want of the timer was not delivered. "+codeSentences[chat.CodeNoMessage]+"\n", s.news())
	assert.Contains(t, theirs(3600), "agrees")
}

// TestUnitExpired: where messages go after a time, nothing quotes one whose time is over.
func TestUnitExpired(t *testing.T) {
	s := openScreen()
	s.event(chat.Message{ID: 1, Text: "old"})
	old := time.Now()
	s.expire(old.Add(48 * time.Hour))
	assert.Equal(t, "1 “old”", s.name(chat.Said{ID: 1}), "nobody wants that")
	s.ours, s.theirs = 300, 3600
	s.expire(old.Add(59 * time.Minute))
	assert.Equal(t, "1 “old”", s.name(chat.Said{ID: 1}))
	s.expire(old.Add(time.Hour + time.Second))
	assert.Equal(t, "1", s.name(chat.Said{ID: 1}))
	s.edit(1, "new words")
	s.event(chat.Message{ID: 2, Text: "new"})
	s.types(t, "/list")
	assert.Equal(t, "1 them\n2 them “new”\n", s.news())
	assert.Equal(t, uint64(1), s.types(t, "/reply 1 x").About.ID)
}

// TestUnitNotDelivered: what did not go is named.
func TestUnitNotDelivered(t *testing.T) {
	s := openScreen()
	s.sent(command{Do: "send", Text: "a"}, 1)
	s.sent(command{Do: "edit", Text: "b", ID: 1, Number: 1}, 2)
	s.sent(command{Do: "react", Number: 1}, 3)
	s.sent(command{Do: "unsend", ID: 1, Number: 1}, 4)
	assert.Equal(t, "Message 1 is taken back. What the other person has read or copied stays with them.\n", s.news())
	for id := range uint64(5) {
		s.event(chat.Failed{ID: id + 1, Code: chat.CodeEnded})
	}
	assert.Equal(t, `tincan: Message 1 was not delivered.
tincan: The edit of message 1 was not delivered.
tincan: Your reaction to message 1 was not delivered.
tincan: That message 1 is taken back was not delivered.
tincan: A message was not delivered.
`, s.news())
	assert.Empty(t, s.doing)
	s.sent(command{Do: "edit", Number: 1}, 0)
	assert.Empty(t, s.doing, "nothing goes, so nothing is waited for")
}

// TestUnitShown: what is shown of this person is off, is told with a line when it is switched, and is nothing to a program that
// does not understand it.
func TestUnitShown(t *testing.T) {
	s := openScreen()
	for name, do := range map[string]string{"/presence": "presence", "/read": "marks"} {
		assert.Equal(t, command{}, s.types(t, name+" off"))
		assert.Equal(t, "It is off already: nothing is shown.\n", s.news())
		on := s.types(t, name+" on")
		require.True(t, *on.Here)
		assert.Equal(t, do, on.Do)
		assert.Contains(t, s.news(), "The other person is shown")
		assert.Equal(t, command{}, s.types(t, name+" on"))
		assert.Equal(t, "It is on already.\n", s.news())
		off := s.types(t, name+" off")
		require.False(t, *off.Here)
		assert.Equal(t, 1, strings.Count(s.news(), "\n"))
		s.event(chat.Can{})
		_, err := s.parse(name+" on", false)
		assert.Equal(t, codeSentences[chat.CodeNoTalk], sentenceOf(err))
		s.event(chat.Can{Talk: true})
	}
}

// TestUnitNumberedLine: what is to be a message is shown with its number, and all else without.
func TestUnitNumberedLine(t *testing.T) {
	for line, want := range map[string]bool{"hello": true, " /shrug": true, "/reply 3 x": true, "/replying": false, "/edit 3 x": false, "/help": false} {
		assert.Equal(t, want, numberedLine(line), line)
	}
	var names []string
	l := inputLine{text: "x", echo: func(name string) { names = append(names, name) }}
	l.show("first")
	l.show("second")
	(&inputLine{}).show("none")
	assert.Equal(t, []string{"first"}, names)
}
