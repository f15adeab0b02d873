package cli

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func said(ours bool, id any) event { return event{"ours": ours, "id": id} }

// TestIntegrationTalk: two programs do with messages all that can be done, in both directions, and are told of it.
func TestIntegrationTalk(t *testing.T) {
	inviter, joiner := pair(t)
	require.Equal(t, event{"event": "can", "files": true, "talk": true}, inviter.await("can"))
	require.Equal(t, event{"event": "can", "files": true, "talk": true}, joiner.await("can"))
	for _, p := range [][2]*terminal{{inviter, joiner}, {joiner, inviter}} {
		one, other := p[0], p[1]
		// does has a command taken and delivered, and returns its number.
		does := func(fields event) any {
			t.Helper()
			fields["ref"] = "r"
			one.do(fields)
			sent := one.await("sent")
			require.Equal(t, "r", sent["ref"])
			require.Equal(t, event{"event": "delivered", "id": sent["id"]}, one.await("delivered"))
			return sent["id"]
		}
		first := does(event{"do": "send", "text": "first"})
		require.Equal(t, event{"event": "message", "id": first, "text": "first"}, other.await("message"))
		answer := does(event{"do": "send", "text": "an answer", "about": said(true, first)})
		require.Equal(t, event{"event": "message", "id": answer, "text": "an answer", "about": map[string]any(said(false, first))}, other.await("message"))
		edit := does(event{"do": "edit", "id": first, "text": "edited"})
		require.Equal(t, event{"event": "talk", "id": edit, "kind": "edit", "about": map[string]any(said(false, first)), "text": "edited"}, other.await("talk"))
		for _, emoji := range []string{"👍", "👩‍👩‍👧", ""} {
			reaction := does(event{"do": "react", "about": said(true, answer), "emoji": emoji})
			require.Equal(t, event{"event": "talk", "id": reaction, "kind": "reaction", "about": map[string]any(said(false, answer)), "emoji": emoji}, other.await("talk"))
		}
		unsend := does(event{"do": "unsend", "id": answer})
		require.Equal(t, event{"event": "talk", "id": unsend, "kind": "unsend", "about": map[string]any(said(false, answer))}, other.await("talk"))
		timer := does(event{"do": "timer", "seconds": 3600})
		require.Equal(t, event{"event": "talk", "id": timer, "kind": "timer", "seconds": 3600.0}, other.await("talk"))

		other.do(event{"do": "react", "ref": "x", "about": said(false, first), "emoji": "🎉"})
		require.Equal(t, "x", other.await("sent")["ref"])
		require.Equal(t, map[string]any(said(true, first)), one.await("talk")["about"])
		other.do(event{"do": "presence", "here": true})
		require.Equal(t, event{"event": "presence", "here": true}, one.await("presence"))
		other.do(event{"do": "read", "id": timer})
		require.Equal(t, event{"event": "read", "id": timer}, one.await("read"))

		for code, fields := range map[string]event{
			"no-message":    {"do": "unsend", "id": answer},
			"no-emoji":      {"do": "react", "about": said(true, first), "emoji": "ok"},
			"message-empty": {"do": "edit", "id": first, "text": ""},
		} {
			fields["ref"] = code
			one.do(fields)
			require.Equal(t, event{"event": "failed", "ref": code, "code": code}, one.awaitFailed())
		}
		one.do(event{"do": "timer", "ref": "t", "seconds": 7})
		require.Equal(t, event{"event": "failed", "ref": "t", "code": "no-message"}, one.awaitFailed())
	}
}

// TestIntegrationTalkHeld: what a program says before the chat is open goes when it is, in its order, and one whose input has
// ended stays until all of it has arrived.
func TestIntegrationTalkHeld(t *testing.T) {
	inviter := open(t, append([]string{"new"}, own...)...)
	joiner := open(t, append(append([]string{"join"}, own...), "-")...)
	joiner.write(inviter.await("invite")["link"].(string))
	reply := joiner.await("reply")["link"]
	joiner.do(event{"do": "send", "text": "first"})
	joiner.do(event{"do": "send", "text": "second", "about": said(true, 1)})
	joiner.do(event{"do": "react", "about": said(true, 2), "emoji": "👍"})
	joiner.do(event{"do": "timer", "seconds": 300})
	require.NoError(t, joiner.in.Close())
	inviter.do(event{"do": "reply", "link": reply})
	require.Equal(t, "first", inviter.await("message")["text"])
	require.Equal(t, event{"event": "message", "id": 2.0, "text": "second", "about": map[string]any(said(false, 1.0))}, inviter.await("message"))
	require.Equal(t, "reaction", inviter.await("talk")["kind"])
	require.Equal(t, "timer", inviter.await("talk")["kind"])
	require.Equal(t, 0, joiner.exit())
	require.Equal(t, 0, inviter.exit())
}

// plainPair are two people who chat by typing.
func plainPair(t testing.TB) (inviter, joiner *terminal) {
	t.Helper()
	inviter = open(t, append([]string{"new"}, plainOwn...)...)
	joiner = open(t, append([]string{"join"}, plainOwn...)...)
	joiner.write(inviter.line(patience))
	inviter.write(joiner.line(patience))
	inviter.awaitSaid("Connected")
	joiner.awaitSaid("Connected")
	return inviter, joiner
}

// TestIntegrationTalkPlain: two people do all of it by typing, by the numbers on their screens.
func TestIntegrationTalkPlain(t *testing.T) {
	inviter, joiner := plainPair(t)
	inviter.write("shall we meet at the station tomorrow?")
	require.Equal(t, "them 1: shall we meet at the station tomorrow?", joiner.line(patience))
	joiner.write("/reply 1 yes, at nine")
	require.Equal(t, "them 2: yes, at nine", inviter.line(patience))
	inviter.awaitSaid("↳ 1 “shall we meet at the…”\n")
	joiner.write("/edit 2 yes, \x1b[2Jat ten\u202e")
	require.Equal(t, "them 2 edited: yes, ␛[2Jat ten\uFFFD", inviter.line(patience))
	inviter.write("/react 2 👍")
	joiner.awaitSaid("👍 to 2 “yes, ␛[2Jat ten\uFFFD”\n")
	inviter.write("/react 2")
	joiner.awaitSaid("The other person took back the reaction to 2 “yes,")
	inviter.write("/react 2 ok")
	inviter.awaitSaid("tincan: A reaction is one emoji.")
	inviter.write("/edit 2 not mine")
	inviter.awaitSaid("Message 2 is the other person's.")

	inviter.write("/timer 1h")
	joiner.awaitSaid("The other person wants messages to go after 1 hour. /timer 1h agrees. A terminal cannot take back what it has printed")
	joiner.write("/timer 5m")
	joiner.awaitSaid("Messages go after 1 hour now.")
	inviter.awaitSaid("Messages go after 1 hour now.")
	joiner.write("/timer off")
	inviter.awaitSaid("The other person wants messages to stay, so they do.")

	joiner.write("/presence on")
	inviter.awaitSaid("The other person is here.")
	joiner.write("/read on") // what was printed before is read as well
	inviter.awaitSaid("The other person has read up to 1.")

	path := fileOf(t, t.TempDir(), "a.bin", 100)
	inviter.write("/send " + path)
	joiner.awaitSaid("The other person has a file for you. File 3: a.bin, 100 bytes. /accept 3 keeps it here")
	joiner.write("/reply 3 no, thanks")
	require.Equal(t, "them 4: no, thanks", inviter.line(patience))
	inviter.awaitSaid("↳ 3 “a.bin”\n")
	inviter.awaitSaid("The other person has read up to 3.")
	inviter.write("/unsend 3")
	joiner.awaitSaid("The other person has withdrawn a.bin.")
	inviter.write("/unsend 1")
	inviter.awaitSaid("Message 1 is taken back.")
	joiner.awaitSaid("The other person took back message 1. What is printed stays on this screen.")
	joiner.write("/reply 1 too late")
	joiner.awaitSaid("Message 1 was taken back.")
	joiner.write("/list")
	joiner.awaitSaid("1 them, taken back\n2 you “yes, ␛[2Jat ten\uFFFD”\n3 them, taken back\n4 you “no, thanks”\n")

	inviter.write("/react 4 🎉") // and it goes before its input has ended
	require.NoError(t, inviter.in.Close())
	assert.Equal(t, 0, inviter.exit())
	assert.Equal(t, 0, joiner.exit())
	joiner.awaitSaid("🎉 to 4 “no, thanks”\n")
}

// TestIntegrationTalkWindow: in a window of 40 columns every message has its number, one's own too, in the order of the screen,
// and what is told of others' words fits and is marked.
func TestIntegrationTalkWindow(t *testing.T) {
	inviter, w := windowPair(t, 40, 40)
	w.clear()
	w.enter("one of my own that is longer than the window is wide")
	own := inviter.await("message")
	inviter.do(event{"do": "send", "text": "▌ Verified,\nfor this chat only. And more of it", "about": said(false, own["id"])})
	first := inviter.await("sent")["id"]
	w.await(`(?m)^them 2: `)
	w.enter("/reply 2 so it is")
	require.Equal(t, map[string]any(said(true, first)), inviter.await("message")["about"])
	w.enter("/react 2 👍")
	inviter.await("talk")
	w.enter("/unsend 2")
	w.await(`Message 2 is the other`)
	w.enter("/help me")
	w.await(`There is no command`)
	inviter.do(event{"do": "react", "about": said(true, first), "emoji": "👀"})
	inviter.do(event{"do": "edit", "id": first, "text": "else"})
	w.await(`(?m)^them 2 edited: else$`)
	w.awaitRow(">")
	var rows []string
	for _, row := range w.all() {
		if row != "" {
			rows = append(rows, row)
		}
	}
	require.Equal(t, strings.Split(`you  1: one of my own that is longer
        than the window is wide
▌ ↳ 1 “one of my own that is…”
them 2: `+"\uFFFD"+` Verified,
        for this chat only. And more of
        it
you  3: /reply 2 so it is
you:  /react 2 👍
you:  /unsend 2
▌ tincan: Message 2 is the other
▌ person's.
you:  /help me
▌ There is no command /help; /help
▌ lists them.
▌ 👀 to 2 “`+"\uFFFD"+` Verified, for this…”
them 2 edited: else
>`, "\n"), rows)

	w.resize(23, 40) // too narrow for numbers, which /list shows
	w.clear()
	w.enter("tiny")
	inviter.await("message")
	inviter.do(event{"do": "edit", "id": first, "text": "newer"})
	w.await(`(?m)^you:  tiny\n▌ The other person has\n▌ edited 2 “else”:\nthem: newer$`)
	w.enter("/list")
	w.await(`(?m)^▌ 2 them “newer”\n▌ 3 you “so it is”\n▌ 4 you “tiny”$`)
}
