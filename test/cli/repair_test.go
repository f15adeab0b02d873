package cli

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// awaitTexts reads what the other side says, from one number up to another: each once, in order.
func (p *terminal) awaitTexts(name string, from, to int) {
	p.t.Helper()
	for i := from; i < to; i++ {
		require.Equal(p.t, fmt.Sprintf("%s %d", name, i), p.await("message")["text"])
	}
}

// awaitCards waits until there is another line to try when the one in use breaks.
func (p *terminal) awaitCards() {
	p.t.Helper()
	deadline := time.Now().Add(patience)
	for text := ""; !strings.Contains(text, "card 2 of the other side"); {
		require.True(p.t, time.Now().Before(deadline), text)
		time.Sleep(100 * time.Millisecond)
		p.do(event{"do": "diagnostics"})
		text = p.await("diagnostics")["text"].(string)
	}
}

// TestIntegrationFrozen: a program that is stopped, as by Ctrl-Z or the lid of its computer, for
// longer than it takes the other side to call that lost. The chat goes on when it runs again, with
// all that was said before, meanwhile and after.
func TestIntegrationFrozen(t *testing.T) {
	inviter, joiner := pair(t)
	inviter.awaitCards()
	said := map[*terminal]int{}
	say := func(p *terminal, name string) {
		for range 50 {
			p.do(event{"do": "send", "ref": "x", "text": fmt.Sprintf("%s %d", name, said[p])})
			said[p]++
		}
	}
	say(inviter, "inviter")
	say(joiner, "joiner")
	before := said[joiner]
	inviter.awaitTexts("joiner", 0, before) // what waits for a state passes messages over
	require.NoError(t, joiner.cmd.Process.Signal(syscall.SIGSTOP))
	say(inviter, "inviter")
	inviter.awaitState("lost")
	say(inviter, "inviter")
	inviter.awaitState("trying")
	time.Sleep(5 * time.Second) // so long it is tried in vain
	say(inviter, "inviter")
	require.NoError(t, joiner.cmd.Process.Signal(syscall.SIGCONT))
	say(joiner, "joiner")
	heard := said[inviter]
	joiner.awaitTexts("inviter", 0, heard)
	say(inviter, "inviter")
	say(joiner, "joiner")
	joiner.awaitTexts("inviter", heard, said[inviter])
	inviter.awaitTexts("joiner", before, said[joiner])
	joiner.do(event{"do": "close"})
	assert.Equal(t, "left", inviter.ended()["reason"])
}

// TestIntegrationRepair: what a program reads of a link that brings the chat back, and of the wrong ones.
func TestIntegrationRepair(t *testing.T) {
	inviter, joiner := pair(t)
	refused := func(p *terminal, do event) any {
		p.do(do)
		return p.await("error")["code"]
	}
	inviter.awaitCards()
	assert.Equal(t, "no-repair", refused(inviter, event{"do": "repair"}))
	require.NoError(t, joiner.cmd.Process.Signal(syscall.SIGSTOP))
	inviter.awaitState("trying")
	inviter.do(event{"do": "repair"})
	link := inviter.await("repair")
	inviter.do(event{"do": "look"})
	inviter.do(event{"do": "repair"})
	again := inviter.await("repair")
	assert.Equal(t, link, again)
	assert.Equal(t, "own-repair", refused(inviter, event{"do": "reply", "link": link["link"]}))

	stranger := open(t, append([]string{"new"}, own...)...)
	stranger.await("invite")
	assert.Equal(t, "wrong-chat", refused(stranger, event{"do": "reply", "link": link["link"]}))

	require.NoError(t, joiner.cmd.Process.Signal(syscall.SIGCONT))
	inviter.awaitState("open")
	assert.Equal(t, "no-repair", refused(joiner, event{"do": "reply", "link": link["link"]}))
	joiner.do(event{"do": "send", "text": "here again"})
	assert.Equal(t, "here again", inviter.await("message")["text"])
}

// TestIntegrationRepairPlain: the same for a person, who types /repair, and pastes such a link where
// messages are typed: none of them is sent as a message.
func TestIntegrationRepairPlain(t *testing.T) {
	inviter := open(t, append([]string{"new"}, own[1:]...)...)
	joiner := open(t, append(append([]string{"join"}, own...), "-")...)
	joiner.write(inviter.line(patience))
	inviter.write(joiner.await("reply")["link"].(string))
	joiner.await("open")
	joiner.awaitCards()
	require.NoError(t, joiner.cmd.Process.Signal(syscall.SIGSTOP))
	inviter.awaitSaid("Trying to reach the other person again")
	inviter.write("/repair")
	link := inviter.line(patience)
	inviter.awaitSaid("Send this link to the other person.")
	inviter.write("my own: " + link)
	inviter.awaitSaid("This is your own link.")
	inviter.write("a message")
	require.NoError(t, joiner.cmd.Process.Signal(syscall.SIGCONT))
	assert.Equal(t, "a message", joiner.await("message")["text"])
	inviter.awaitSaid("The connection is back.")
	inviter.write("/leave")
	assert.Equal(t, "left", joiner.ended()["reason"])
}

// awaitSaid waits for a sentence of tincan's own.
func (p *terminal) awaitSaid(sentence string) {
	p.t.Helper()
	require.Eventually(p.t, func() bool { return strings.Contains(p.talk(), sentence) }, patience, 20*time.Millisecond, sentence)
}
