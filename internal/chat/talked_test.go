//go:build !js

package chat_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tincan/internal/chat"
)

// says sends a text and returns its id at either end.
func (e *twoEnds) says(t *testing.T, i int, text string) (ours, theirs uint64) {
	t.Helper()
	ours, err := e.ends[i].Send("", text)
	require.NoError(t, err)
	m := awaits[chat.Message](t, e, 1-i)
	require.Equal(t, chat.Message{ID: m.ID, Text: text}, m)
	return ours, m.ID
}

// does has an end talk, and returns what the other one is told.
func (e *twoEnds) does(t *testing.T, i int, talk chat.Talk) chat.Talk {
	t.Helper()
	id, err := e.ends[i].Talk("ref", talk)
	require.NoError(t, err)
	require.NotZero(t, id)
	return awaits[chat.Talked](t, e, 1-i).Talk
}

func own(id uint64) chat.Said    { return chat.Said{Ours: true, ID: id} }
func others(id uint64) chat.Said { return chat.Said{ID: id} }

// TestFunctionalTalk: what either does with a message is told to the other one of that message.
func TestFunctionalTalk(t *testing.T) {
	t.Parallel()
	e := newTwoEnds(t, withFiles)
	for i := range e.ends {
		require.Equal(t, chat.Can{Files: true, Talk: true}, awaits[chat.Can](t, e, i))
	}
	for i := range e.ends {
		ours, theirs := e.says(t, i, "one")
		long := strings.Repeat("é", chat.MaxText/2)

		id, err := e.ends[1-i].Talk("", chat.Talk{Kind: chat.TalkAnswer, About: others(theirs), Text: long})
		require.NoError(t, err)
		m := awaits[chat.Message](t, e, i)
		require.Equal(t, chat.Message{ID: m.ID, Text: long, Answers: own(ours)}, m)
		again, err := e.ends[1-i].Talk("", chat.Talk{Kind: chat.TalkAnswer, About: own(id), Text: "of my own"})
		require.NoError(t, err)
		require.Equal(t, id+1, again)
		require.Equal(t, chat.Message{ID: m.ID + 1, Text: "of my own", Answers: others(m.ID)}, awaits[chat.Message](t, e, i))

		require.Equal(t, chat.Talk{Kind: chat.TalkEdit, About: others(theirs), Text: long}, e.does(t, i, chat.Talk{Kind: chat.TalkEdit, About: own(ours), Text: long}))
		require.Equal(t, chat.Talk{Kind: chat.TalkEdit, About: others(m.ID), Text: "shorter"}, e.does(t, 1-i, chat.Talk{Kind: chat.TalkEdit, About: own(id), Text: "shorter"}), "an answer, too")
		for _, emoji := range []string{"👍", "❤️", ""} {
			require.Equal(t, chat.Talk{Kind: chat.TalkReaction, About: own(ours), Text: emoji}, e.does(t, 1-i, chat.Talk{Kind: chat.TalkReaction, About: others(theirs), Text: emoji}))
		}
		require.Equal(t, chat.Talk{Kind: chat.TalkReaction, About: others(theirs), Text: "🎉"}, e.does(t, i, chat.Talk{Kind: chat.TalkReaction, About: own(ours), Text: "🎉"}), "to oneself")
		require.Equal(t, chat.Talk{Kind: chat.TalkTimer, Seconds: 3600}, e.does(t, i, chat.Talk{Kind: chat.TalkTimer, Seconds: 3600}))
		require.Equal(t, chat.Talk{Kind: chat.TalkUnsend, About: others(theirs)}, e.does(t, i, chat.Talk{Kind: chat.TalkUnsend, About: own(ours)}))

		mine, offered := e.offers(t, i, chat.File{Name: "a", Size: 3}, content("abc"))
		require.Equal(t, chat.Talk{Kind: chat.TalkReaction, About: own(mine), Text: "👀"}, e.does(t, 1-i, chat.Talk{Kind: chat.TalkReaction, About: others(offered), Text: "👀"}))
		_, err = e.ends[i].Talk("", chat.Talk{Kind: chat.TalkUnsend, About: own(mine)})
		require.NoError(t, err)
		e.fileEnds(t, i, chat.FileEnded{Ours: true, ID: mine, How: chat.FileWithdrawn})
		e.fileEnds(t, 1-i, chat.FileEnded{ID: offered, How: chat.FileWithdrawn})
		require.Equal(t, chat.Talk{Kind: chat.TalkUnsend, About: others(offered)}, awaits[chat.Talked](t, e, 1-i).Talk)
	}
	e.talk(t, time.Millisecond, func() {})
}

// TestFunctionalNoTalk: what cannot be done with a message, or not any more, is refused here and changes nothing.
func TestFunctionalNoTalk(t *testing.T) {
	t.Parallel()
	e := newTwoEnds(t, withFiles)
	s := e.ends[0]
	awaits[chat.Can](t, e, 0)
	awaits[chat.Can](t, e, 1)
	ours, _ := e.says(t, 0, "mine")
	_, theirs := e.says(t, 1, "theirs")
	gone, _ := e.says(t, 0, "gone")
	e.does(t, 0, chat.Talk{Kind: chat.TalkUnsend, About: own(gone)})
	_, taken := e.says(t, 1, "taken back")
	e.does(t, 1, chat.Talk{Kind: chat.TalkUnsend, About: own(theirs + 1)})
	reaction, err := s.Talk("", chat.Talk{Kind: chat.TalkReaction, About: others(theirs), Text: "👍"})
	require.NoError(t, err)
	file, _ := e.offers(t, 0, chat.File{Name: "a", Size: 3}, content("abc"))
	for name, c := range map[string]struct {
		code chat.Code
		talk chat.Talk
	}{
		"no kind":                       {chat.CodeNoMessage, chat.Talk{About: own(ours)}},
		"another kind":                  {chat.CodeNoMessage, chat.Talk{Kind: "shout", About: own(ours)}},
		"an answer to nothing":          {chat.CodeNoMessage, chat.Talk{Kind: chat.TalkAnswer, Text: "a"}},
		"an answer to what comes later": {chat.CodeNoMessage, chat.Talk{Kind: chat.TalkAnswer, About: own(99), Text: "a"}},
		"an answer to an unsent one":    {chat.CodeNoMessage, chat.Talk{Kind: chat.TalkAnswer, About: own(gone), Text: "a"}},
		"to one that they took back":    {chat.CodeNoMessage, chat.Talk{Kind: chat.TalkAnswer, About: others(taken), Text: "a"}},
		"an answer to a reaction":       {chat.CodeNoMessage, chat.Talk{Kind: chat.TalkAnswer, About: own(reaction), Text: "a"}},
		"an empty answer":               {chat.CodeMessageEmpty, chat.Talk{Kind: chat.TalkAnswer, About: own(ours)}},
		"a long answer":                 {chat.CodeMessageTooLong, chat.Talk{Kind: chat.TalkAnswer, About: own(ours), Text: strings.Repeat("a", chat.MaxText+1)}},
		"an empty edit":                 {chat.CodeMessageEmpty, chat.Talk{Kind: chat.TalkEdit, About: own(ours)}},
		"an edit of theirs":             {chat.CodeNoMessage, chat.Talk{Kind: chat.TalkEdit, About: others(theirs), Text: "a"}},
		"an edit of a file":             {chat.CodeNoMessage, chat.Talk{Kind: chat.TalkEdit, About: own(file), Text: "a"}},
		"an edit of an unsent one":      {chat.CodeNoMessage, chat.Talk{Kind: chat.TalkEdit, About: own(gone), Text: "a"}},
		"unsending theirs":              {chat.CodeNoMessage, chat.Talk{Kind: chat.TalkUnsend, About: others(theirs)}},
		"unsending twice":               {chat.CodeNoMessage, chat.Talk{Kind: chat.TalkUnsend, About: own(gone)}},
		"unsending a reaction":          {chat.CodeNoMessage, chat.Talk{Kind: chat.TalkUnsend, About: own(reaction)}},
		"two emoji":                     {chat.CodeNoEmoji, chat.Talk{Kind: chat.TalkReaction, About: others(theirs), Text: "👍👍"}},
		"a word":                        {chat.CodeNoEmoji, chat.Talk{Kind: chat.TalkReaction, About: others(theirs), Text: "yes"}},
		"a reaction to nothing":         {chat.CodeNoMessage, chat.Talk{Kind: chat.TalkReaction, About: others(99), Text: "👍"}},
		"another time":                  {chat.CodeNoMessage, chat.Talk{Kind: chat.TalkTimer, Seconds: 61}},
	} {
		id, err := s.Talk("", c.talk)
		require.Zero(t, id, name)
		require.Error(t, err, name)
		require.Equal(t, c.code, chat.CodeOf(err), name)
	}
	for range 100 {
		_, err := s.Talk("", chat.Talk{Kind: chat.TalkEdit, About: own(ours), Text: "again"})
		require.NoError(t, err)
		awaits[chat.Talked](t, e, 1)
	}
	_, err = s.Talk("", chat.Talk{Kind: chat.TalkEdit, About: own(ours), Text: "once more"})
	wantCode(t, chat.CodeNoMessage, err)
	e.talk(t, time.Millisecond, func() {})
	require.NoError(t, s.Leave())
	_, err = s.Talk("", chat.Talk{Kind: chat.TalkTimer})
	wantCode(t, chat.CodeEnded, err)
}

// TestFunctionalTalkBeforeItGoes: a message that waits for a line is changed where it waits, and nothing more is told of
// it; one that has gone is changed when there is a line.
func TestFunctionalTalkBeforeItGoes(t *testing.T) {
	t.Parallel()
	e := newTwoEnds(t, withFiles)
	awaits[chat.Can](t, e, 0)
	awaits[chat.Can](t, e, 1)
	before, there := e.says(t, 0, "before")
	e.cut(true)
	e.inState(t, 0, chat.StateLost)
	s := e.ends[0]
	var ids [4]uint64
	for i, text := range []string{"a", "b", "c", "d"} {
		id, err := s.Send("", text)
		require.NoError(t, err)
		ids[i] = id
	}
	for _, talk := range []chat.Talk{
		{Kind: chat.TalkEdit, About: own(ids[0]), Text: "A"},
		{Kind: chat.TalkUnsend, About: own(ids[1])},
	} {
		id, err := s.Talk("", talk)
		require.NoError(t, err)
		require.Zero(t, id)
	}
	_, err := s.Talk("", chat.Talk{Kind: chat.TalkUnsend, About: own(ids[1])})
	wantCode(t, chat.CodeNoMessage, err)
	for _, talk := range []chat.Talk{
		{Kind: chat.TalkAnswer, About: own(ids[2]), Text: "to c"},
		{Kind: chat.TalkReaction, About: own(ids[3]), Text: "👍"},
		{Kind: chat.TalkEdit, About: own(before), Text: "BEFORE"},
		{Kind: chat.TalkUnsend, About: own(before)},
	} {
		id, err := s.Talk("", talk)
		require.NoError(t, err)
		require.NotZero(t, id)
	}
	e.cut(false)
	for i, text := range []string{"A", "c", "d"} {
		require.Equal(t, chat.Message{ID: there + uint64(i) + 1, Text: text}, awaits[chat.Message](t, e, 1))
	}
	require.Equal(t, chat.Message{ID: there + 4, Text: "to c", Answers: others(there + 2)}, awaits[chat.Message](t, e, 1))
	for _, want := range []chat.Talk{
		{Kind: chat.TalkReaction, About: others(there + 3), Text: "👍"},
		{Kind: chat.TalkEdit, About: others(there), Text: "BEFORE"},
		{Kind: chat.TalkUnsend, About: others(there)},
	} {
		require.Equal(t, want, awaits[chat.Talked](t, e, 1).Talk)
	}
}

// TestFunctionalTalkAfterReload: what a page that was reloaded has lost cannot be named any more. Of what waited meanwhile
// an answer goes as a text, and the rest is told to be over.
func TestFunctionalTalkAfterReload(t *testing.T) {
	t.Parallel()
	eachReloaded(t, func(t *testing.T, i int) {
		e := newTwoEnds(t, withFiles)
		awaits[chat.Can](t, e, 0)
		awaits[chat.Can](t, e, 1)
		stays := e.ends[1-i]
		ours, _ := e.says(t, 1-i, "lost with the page")
		_, theirs := e.says(t, i, "this one, too")
		file, _ := e.offers(t, 1-i, chat.File{Name: "a", Size: 3}, content("abc"))
		awaits[chat.Delivered](t, e, 1-i)
		saved := e.saved(t, i)
		s := e.reload(t, i, saved)
		e.inState(t, 1-i, chat.StateLost)
		waits, err := stays.Send("", "waits")
		require.NoError(t, err)
		for n, talk := range []chat.Talk{
			{Kind: chat.TalkAnswer, About: own(ours), Text: "to mine"},
			{Kind: chat.TalkAnswer, About: others(theirs), Text: "to theirs"},
			{Kind: chat.TalkAnswer, About: own(waits), Text: "to what waits"},
			{Kind: chat.TalkReaction, About: own(file), Text: "👍"},
			{Kind: chat.TalkReaction, About: own(waits), Text: "👍"},
			{Kind: chat.TalkReaction, About: others(theirs), Text: "👍"},
			{Kind: chat.TalkEdit, About: own(ours), Text: "a"},
			{Kind: chat.TalkUnsend, About: own(ours)},
		} {
			_, err := stays.Talk("over", talk)
			require.NoError(t, err, n)
		}
		e.meetByHand(t, i, s)
		awaits[chat.Opened](t, e, i)
		require.Equal(t, uint64(1), awaits[chat.FileOffered](t, e, i).ID)
		for n, text := range []string{"waits", "to mine", "to theirs"} {
			require.Equal(t, chat.Message{ID: uint64(n + 2), Text: text}, awaits[chat.Message](t, e, i))
		}
		require.Equal(t, chat.Message{ID: 5, Text: "to what waits", Answers: others(2)}, awaits[chat.Message](t, e, i))
		require.Equal(t, chat.Talk{Kind: chat.TalkReaction, About: others(1), Text: "👍"}, awaits[chat.Talked](t, e, i).Talk)
		require.Equal(t, chat.Talk{Kind: chat.TalkReaction, About: others(2), Text: "👍"}, awaits[chat.Talked](t, e, i).Talk)
		for range 3 {
			f := awaits[chat.Failed](t, e, 1-i)
			require.Equal(t, chat.CodeNoMessage, f.Code)
			require.Equal(t, "over", f.Ref)
		}
		ours, theirs = e.says(t, i, "named again")
		require.Equal(t, chat.Talk{Kind: chat.TalkReaction, About: own(ours), Text: "👍"}, e.does(t, 1-i, chat.Talk{Kind: chat.TalkReaction, About: others(theirs), Text: "👍"}))
		e.talk(t, time.Millisecond, func() {})
	})
}

// TestFunctionalSigns: presence and what was read come only where their person shows them, and again to a page that is back.
func TestFunctionalSigns(t *testing.T) {
	t.Parallel()
	e := newTwoEnds(t)
	awaits[chat.Can](t, e, 0)
	awaits[chat.Can](t, e, 1)
	first, there := e.says(t, 0, "one")
	last, at := e.says(t, 0, "two")
	s := e.ends[1]
	s.Read(0)
	s.Read(99)
	s.Read(there)
	require.Equal(t, chat.Read{ID: first}, awaits[chat.Read](t, e, 0))
	s.Read(there)
	s.Read(at)
	require.Equal(t, chat.Read{ID: last}, awaits[chat.Read](t, e, 0))
	s.Presence(true)
	require.Equal(t, chat.Presence{Here: true}, awaits[chat.Presence](t, e, 0))
	s.Presence(false)
	s.Presence(true) // over before it could be told
	s.Presence(false)
	require.Equal(t, chat.Presence{Here: false}, awaits[chat.Presence](t, e, 0))
}

// TestFunctionalTalkWithoutRoom: where no more can wait, what waits can be taken back, which makes room. A file that waits is no
// text that could be edited.
func TestFunctionalTalkWithoutRoom(t *testing.T) {
	t.Parallel()
	e := newTwoEnds(t, withFiles)
	awaits[chat.Can](t, e, 0)
	awaits[chat.Can](t, e, 1)
	gone, there := e.says(t, 0, "gone")
	e.cut(true)
	e.inState(t, 0, chat.StateLost)
	s := e.ends[0]
	file, err := s.SendFile("", chat.File{Name: "a", Size: 3}, content("abc"))
	require.NoError(t, err)
	_, err = s.Talk("", chat.Talk{Kind: chat.TalkEdit, About: own(file), Text: "a"})
	wantCode(t, chat.CodeNoMessage, err)
	var last uint64
	for n := 0; err == nil || chat.CodeOf(err) == chat.CodeNoMessage; n++ {
		require.Less(t, n, 2000)
		var id uint64
		if id, err = s.Send("", "a"); err == nil {
			last = id
		}
	}
	wantCode(t, chat.CodeTooManyWaiting, err)
	_, err = s.Talk("", chat.Talk{Kind: chat.TalkUnsend, About: own(gone)})
	wantCode(t, chat.CodeTooManyWaiting, err)
	for _, id := range []uint64{last, file} {
		told, err := s.Talk("", chat.Talk{Kind: chat.TalkUnsend, About: own(id)})
		require.NoError(t, err)
		require.Zero(t, told)
	}
	e.fileEnds(t, 0, chat.FileEnded{Ours: true, ID: file, How: chat.FileWithdrawn})
	_, err = s.Talk("", chat.Talk{Kind: chat.TalkUnsend, About: own(gone)})
	require.NoError(t, err)
	_, err = s.Send("", "the last")
	require.NoError(t, err)
	e.cut(false)
	for n := range last - file - 1 {
		require.Equal(t, chat.Message{ID: there + n + 1, Text: "a"}, awaits[chat.Message](t, e, 1))
	}
	require.Equal(t, chat.Talk{Kind: chat.TalkUnsend, About: others(there)}, awaits[chat.Talked](t, e, 1).Talk)
	require.Equal(t, "the last", awaits[chat.Message](t, e, 1).Text)
}
