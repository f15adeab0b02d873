package cli

import (
	"testing"

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
