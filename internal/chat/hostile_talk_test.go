//go:build !js

package chat_test

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tincan/internal/chat"
)

// The directions as talk names them: in these tests the session invites, and who speaks by hand joins.
const (
	ofInviter = "\x01"
	ofJoiner  = "\x02"
)

func edits(id uint64, text string) string { return "\x45" + number(id) + text }
func unsends(id uint64) string            { return "\x46" + number(id) }
func reacts(whose string, id uint64, emoji string) string {
	return "\x47" + whose + number(id) + emoji
}
func answers(whose string, id uint64, text string) string {
	return "\x44" + whose + number(id) + text
}
func timer(seconds uint32) string {
	return "\x48" + string(binary.BigEndian.AppendUint32(nil, seconds))
}
func reads(id uint64) string { return "\x4a" + number(id) }

// TestFunctionalHostileTalk: what nobody does with messages who follows the protocol ends the chat, with the last of these
// frames and none before. The session has said 1, a text, 2, a file, 3, a text that it took back, and 4 by which it did; the
// other side 1, a text, and 2, a file.
func TestFunctionalHostileTalk(t *testing.T) {
	t.Parallel()
	part := "\x02" + strings.Repeat("x", 16000)
	for name, bodies := range map[string][]string{
		"an answer to nothing":                     {answers(ofInviter, 0, "a")},
		"an answer to what was not said":           {answers(ofInviter, 5, "a")},
		"an answer to what is far away":            {answers(ofInviter, 1<<63, "a")},
		"an answer to an unsend":                   {answers(ofInviter, 4, "a")},
		"an answer to itself":                      {answers(ofJoiner, 3, "a")},
		"an answer to what comes next":             {answers(ofJoiner, 4, "a")},
		"an answer to nobody":                      {answers("\x00", 1, "a")},
		"an answer to a third":                     {answers("\x03", 1, "a")},
		"an answer without a text":                 {answers(ofInviter, 1, "")},
		"an answer that is cut":                    {"\x44" + ofInviter + number(1)[:7]},
		"an answer that is empty":                  {"\x44"},
		"an answer that is no UTF-8":               {answers(ofInviter, 1, "\xff")},
		"an answer that is too long":               {"\x02" + ofInviter + number(1) + strings.Repeat("x", 15991), part, part, part, "\x44" + strings.Repeat("x", 1546)},
		"an answer of five whole parts":            {part, part, part, part, part},
		"an answer whose first part names nothing": {part, answers(ofInviter, 1, "a")},
		"an answer to a reaction of one's own":     {reacts(ofInviter, 1, "👍"), answers(ofJoiner, 3, "a")},
		"an answer to what one took back":          {unsends(1), answers(ofJoiner, 1, "a")},
		"an edit of nothing":                       {edits(0, "a")},
		"an edit of what was not said":             {edits(3, "a")},
		"an edit of what comes next":               {edits(4, "a")},
		"an edit of a file":                        {edits(2, "a")},
		"an edit without a text":                   {edits(1, "")},
		"an edit that is cut":                      {"\x45" + number(1)[:7]},
		"an edit that is no UTF-8":                 {edits(1, "a\xc3")},
		"an edit that is too long":                 {"\x02" + number(1) + strings.Repeat("x", 15992), part, part, part, "\x45" + strings.Repeat("x", 1545)},
		"an edit of an edit":                       {edits(1, "a"), edits(3, "a")},
		"an edit of a reaction":                    {reacts(ofInviter, 1, "👍"), edits(3, "a")},
		"an edit of what one took back":            {unsends(1), edits(1, "a")},
		"a hundred and one edits":                  slices.Repeat([]string{edits(1, "a")}, 101),
		"an unsend of nothing":                     {unsends(0)},
		"an unsend of what was not said":           {unsends(3)},
		"an unsend of an unsend":                   {unsends(1), unsends(3)},
		"an unsend of a reaction":                  {reacts(ofInviter, 1, "👍"), unsends(3)},
		"an unsend twice":                          {unsends(1), unsends(1)},
		"an unsend of a file twice":                {unsends(2), unsends(2)},
		"an unsend with a text":                    {unsends(1) + "a"},
		"an unsend that is cut":                    {"\x46" + number(1)[:7]},
		"an unsend inside a message":               {part, unsends(1)},
		"a reaction to nothing":                    {reacts(ofInviter, 0, "👍")},
		"a reaction to what was not said":          {reacts(ofInviter, 5, "👍")},
		"a reaction to a reaction":                 {reacts(ofInviter, 1, "👍"), reacts(ofJoiner, 3, "👍")},
		"a reaction to itself":                     {reacts(ofJoiner, 3, "👍")},
		"a reaction to an unsend":                  {reacts(ofInviter, 4, "👍")},
		"a reaction to nobody's":                   {reacts("\x00", 1, "👍")},
		"a reaction to what one took back":         {unsends(1), reacts(ofJoiner, 1, "👍")},
		"a reaction in letters":                    {reacts(ofInviter, 1, "yes")},
		"two reactions in one":                     {reacts(ofInviter, 1, "👍👎")},
		"a reaction that turns the text":           {reacts(ofInviter, 1, "👍\u202e")},
		"a reaction of marks alone":                {reacts(ofInviter, 1, "\u0301\u0302")},
		"a reaction of joiners":                    {reacts(ofInviter, 1, "\u200d\u200d")},
		"a reaction that is no UTF-8":              {reacts(ofInviter, 1, "\xf0\x9f\x91")},
		"a reaction of 65 bytes":                   {reacts(ofInviter, 1, strings.Repeat("👍", 16)+"x")},
		"a reaction that is cut":                   {"\x47" + ofInviter + number(1)[:7]},
		"a reaction inside a message":              {part, reacts(ofInviter, 1, "👍")},
		"a timer of a second":                      {timer(1)},
		"a timer of a year":                        {timer(365 * 24 * 3600)},
		"a timer that is cut":                      {"\x48\x00\x00\x01"},
		"a timer that goes on":                     {timer(300) + "\x00"},
		"a presence of another kind":               {"\x49\x03"},
		"a presence of nothing":                    {"\x49"},
		"a presence twice in one":                  {"\x49\x01\x02"},
		"nothing read":                             {reads(0)},
		"read what was not said":                   {reads(5)},
		"read the same twice":                      {reads(2), reads(2)},
		"read backwards":                           {reads(3), reads(2)},
		"a part of a message and then a file":      {part, fileFrame(0, 1, "a", "")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inviter, p := talkByHand(t)
			for i, body := range bodies {
				if i == len(bodies)-1 || i%16 == 15 {
					p.settle(t) // none of those before has ended the chat
				}
				frame, err := p.session.Seal([]byte(body))
				require.NoError(t, err)
				require.NoError(t, p.conn.Send(ctx(t), frame))
			}
			require.Equal(t, chat.ReasonUntrusted, awaitClosed(t, inviter))
		})
	}
	for name, body := range map[string]string{
		"an answer": answers(ofInviter, 1, "a"), "an edit": edits(1, "a"), "an unsend": unsends(1), "a reaction": reacts(ofInviter, 1, "👍"),
		"a timer": timer(0), "a presence": "\x49\x01", "a read": reads(1),
	} {
		t.Run(name+" of who has not said that it can talk", func(t *testing.T) {
			t.Parallel()
			inviter, p := openByHand(t)
			p.send(t, "\x41\x00\x00\x00\x00\x00\x00\x00\x07")
			_, err := inviter.Send("", "one")
			require.NoError(t, err)
			p.send(t, "\x01one")
			p.send(t, body)
			require.Equal(t, chat.ReasonUntrusted, awaitClosed(t, inviter))
		})
	}
}

// TestFunctionalTalkWithoutTheBit: who has not said that it understands talk gets none of it.
func TestFunctionalTalkWithoutTheBit(t *testing.T) {
	t.Parallel()
	inviter, p := openByHand(t)
	ours, err := inviter.Send("", "one")
	require.NoError(t, err)
	early, err := inviter.Talk("early", chat.Talk{Kind: chat.TalkReaction, About: own(ours), Text: "👍"})
	require.NoError(t, err, "it may say so yet")
	answer, err := inviter.Talk("", chat.Talk{Kind: chat.TalkAnswer, About: own(ours), Text: "two"})
	require.NoError(t, err)
	p.send(t, "\x41\x00\x00\x00\x00\x00\x00\x00\x07")
	require.Equal(t, chat.Can{}, await[chat.Can](t, inviter))
	require.Equal(t, chat.Failed{Ref: "early", ID: early, Code: chat.CodeNoMessage}, await[chat.Failed](t, inviter))
	_, err = inviter.Talk("", chat.Talk{Kind: chat.TalkTimer, Seconds: 300})
	wantCode(t, chat.CodeNoTalk, err)
	inviter.Presence(true)
	p.send(t, "\x01a")
	inviter.Read(await[chat.Message](t, inviter).ID)
	require.NotZero(t, answer)
	var texts []string
	for len(texts) < 2 {
		body := p.receive(t)
		require.False(t, body[0] >= 0x44 && body[0] <= 0x4F, "%x", body)
		if body[0] == 1 {
			texts = append(texts, string(body[1:]))
		}
	}
	require.Equal(t, []string{"one", "two"}, texts)
}

// TestFunctionalTalkOfWhatIsGone: what waits when the other person takes back what it is about is not said of that any more: an
// answer is a text, and a reaction is over.
func TestFunctionalTalkOfWhatIsGone(t *testing.T) {
	t.Parallel()
	inviter, p := talkByHand(t)
	about := others(await[chat.Message](t, inviter).ID)
	for range 64 {
		_, err := inviter.Send("", "a")
		require.NoError(t, err)
	}
	_, err := inviter.Talk("", chat.Talk{Kind: chat.TalkAnswer, About: about, Text: "an answer"})
	require.NoError(t, err)
	reaction, err := inviter.Talk("late", chat.Talk{Kind: chat.TalkReaction, About: about, Text: "👍"})
	require.NoError(t, err)
	_, err = inviter.Send("", "the last")
	require.NoError(t, err)
	p.send(t, unsends(1)) // what waits does so until this side acks the 64
	require.Equal(t, chat.Talk{Kind: chat.TalkUnsend, About: about}, await[chat.Talked](t, inviter).Talk)
	var bodies []string
	for len(bodies) == 0 || bodies[len(bodies)-1] != "\x01the last" {
		body := string(p.receive(t))
		switch {
		case body[0] == 1 && body != "\x01a", body[0] >= 0x44:
			bodies = append(bodies, body)
		case p.session.Received()%16 == 0:
			p.send(t, "\x04"+number(p.session.Received()))
		}
	}
	require.Equal(t, []string{"\x01an answer", "\x01the last"}, bodies)
	require.Equal(t, chat.Failed{Ref: "late", ID: reaction, Code: chat.CodeNoMessage}, await[chat.Failed](t, inviter))
}

// TestFunctionalTalkThatCrosses: who cannot know yet that a message was taken back may still say something of it. A reaction is
// ignored then, and an answer is a text. What the other side understands is told once, whatever it says.
func TestFunctionalTalkThatCrosses(t *testing.T) {
	t.Parallel()
	inviter, p := talkByHand(t)
	p.send(t, reacts(ofInviter, 3, "👍"))
	p.send(t, answers(ofInviter, 3, "an answer"))
	p.send(t, reacts(ofInviter, 1, "❤️"))
	p.send(t, unsends(2))
	var told []chat.Event
	for len(told) < 6 {
		switch e, ok := inviter.Next(ctx(t)); e.(type) {
		case chat.Message, chat.Talked, chat.FileOffered, chat.FileEnded, chat.Can:
			told = append(told, e)
		default:
			require.True(t, ok)
		}
	}
	require.Equal(t, []chat.Event{
		chat.Message{ID: 1, Text: "yours"},
		chat.FileOffered{ID: 2, File: chat.File{Name: "a", Size: 1}},
		chat.Message{ID: 4, Text: "an answer"},
		chat.Talked{ID: 5, Talk: chat.Talk{Kind: chat.TalkReaction, About: own(1), Text: "❤️"}},
		chat.FileEnded{ID: 2, How: chat.FileWithdrawn},
		chat.Talked{ID: 6, Talk: chat.Talk{Kind: chat.TalkUnsend, About: others(2)}},
	}, told, "a file comes no more that is taken back, even where nobody withdraws it")
}

// talkByHand is a chat in which both have said something, as TestFunctionalHostileTalk has it.
func talkByHand(t *testing.T) (inviter *chat.Session, p *byHand) {
	t.Helper()
	inviter, p = filesByHand(t)
	await[chat.Can](t, inviter)
	_, err := inviter.Send("", "mine")
	require.NoError(t, err)
	_, err = inviter.SendFile("", chat.File{Name: "ours", Size: 10}, content("0123456789"))
	require.NoError(t, err)
	gone, err := inviter.Send("", "taken back")
	require.NoError(t, err)
	for p.receive(t)[0] != 1 {
	}
	for p.receive(t)[0] != 1 {
	}
	_, err = inviter.Talk("", chat.Talk{Kind: chat.TalkUnsend, About: own(gone)})
	require.NoError(t, err)
	for p.receive(t)[0] != 0x46 {
	}
	p.send(t, "\x01yours")
	p.send(t, fileFrame(0, 1, "a", ""))
	return inviter, p
}

// settle waits until the session has acked all that came, and acks what it said.
func (p *byHand) settle(t *testing.T) {
	t.Helper()
	sent := p.session.Sent()
	p.send(t, "\x04"+number(p.session.Received()))
	for {
		body := p.receive(t)
		if next := binary.BigEndian.Uint64(append(body, make([]byte, 9)...)[1:]); (body[0] == 3 || body[0] == 4) && next >= sent {
			return
		}
	}
}
