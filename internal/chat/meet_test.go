package chat

import (
	"bytes"
	"crypto/rand"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/invite"
	"tincan/internal/peer"
	"tincan/internal/seal"
)

// anInvite is a meeting whose invite is out, and what makes replies to it that hold
// what they are given.
func anInvite(t *testing.T) (m *meeting, reply func(holds []byte) handedIn) {
	t.Helper()
	keys, err := seal.GenerateKeyPair(rand.Reader)
	require.NoError(t, err)
	m = &meeting{role: seal.Inviter, keys: keys}
	_, err = m.offer(candidateSDP("192.0.2.7 5000 typ host")+"a=mid:0\r\n", false)
	require.NoError(t, err)
	return m, func(holds []byte) handedIn {
		keys, err := seal.GenerateKeyPair(rand.Reader)
		require.NoError(t, err)
		code, handshake, err := seal.SealReply(rand.Reader, keys, m.secret, m.keys.PublicKey(), m.invite, holds)
		require.NoError(t, err)
		handshake.Close()
		return handedIn{code: code}
	}
}

func usable() []byte {
	d := candidates("192.0.2.8 5000 typ host")
	d.Ufrag, d.Password = "abcd", "abcdefghijklmnopqrstuvwx"
	return invite.AnswerBytes(d)
}

// TestUnitMeeting: the invite is spent by the first reply that the engine takes, and by nothing else.
func TestUnitMeeting(t *testing.T) {
	m, reply := anInvite(t)
	code := func(r handedIn) Code {
		sdp, err := m.examine(r)
		require.Empty(t, sdp)
		return CodeOf(err)
	}
	garbage, first, second, third := reply([]byte("garbage")), reply(usable()), reply(usable()), reply(usable())
	require.Equal(t, CodeMalformed, code(garbage))
	require.Nil(t, m.reply, "what opens and holds nothing uses nothing up")

	sdp, err := m.examine(first)
	require.Equal(t, errLater, err)
	require.Contains(t, sdp, "192.0.2.8")
	require.Equal(t, CodeAlreadyUsed, code(first), "pressed twice")
	sdp, err = m.examine(second)
	require.Empty(t, sdp, "one at a time")
	require.Equal(t, errLater, err)
	_, ok := m.nextHeld()
	require.False(t, ok, "not before the first is settled")
	_, err = m.settle(peer.ErrDescription)
	require.Equal(t, CodeMalformed, CodeOf(err))
	require.Nil(t, m.reply)

	held, ok := m.nextHeld()
	require.True(t, ok)
	require.Equal(t, second, held)
	sdp, err = m.examine(held)
	require.Equal(t, errLater, err)
	require.NotEmpty(t, sdp)
	a, err := m.settle(nil)
	require.NoError(t, err)
	require.Equal(t, second.code, a.code)
	require.Equal(t, second.code, m.reply)

	require.Equal(t, CodeAlreadyUsed, code(second))
	require.Equal(t, CodeSecondReply, code(third))
	require.Equal(t, CodeSecondReply, code(garbage), "whatever it holds: who made it had the link")
	m2, other := anInvite(t)
	require.Equal(t, CodeOtherInvite, code(other(usable())))
	require.True(t, m.isSecond("Here is my reply: "+third.code.LinkText()))
	require.False(t, m.isSecond(second.code.LinkText()))
	require.False(t, m.isSecond(other(usable()).code.LinkText()))
	require.False(t, m.isSecond(strings.Repeat("hello ", 100)))
	require.False(t, (&meeting{role: seal.Joiner}).isSecond(third.code.LinkText()))
	require.True(t, m.secondNews(third.code))
	require.False(t, m.secondNews(third.code), "once of each")

	for said, want := range map[error]stop{peer.ErrForeign: {reason: ReasonUntrusted}, errors.New("other"): {reason: ReasonInternal}} {
		_, err = m2.examine(other(usable()))
		require.Equal(t, errLater, err)
		_, err = m2.settle(said)
		require.Equal(t, want.reason, err.(stop).reason)
		require.Nil(t, m2.reply)
	}
}

// TestUnitTries: the tenth different reply that cannot be used ends it, and what is offered does not count.
func TestUnitTries(t *testing.T) {
	m, reply := anInvite(t)
	same := reply([]byte("garbage"))
	for range 3 {
		_, err := m.examine(same)
		require.Equal(t, CodeMalformed, CodeOf(err))
	}
	for range 2 * maxTries {
		r := reply(nil)
		r.offered = true
		_, err := m.examine(r)
		require.Equal(t, CodeMalformed, CodeOf(err))
	}
	for range maxTries - 2 {
		_, err := m.examine(reply(nil))
		require.Equal(t, CodeMalformed, CodeOf(err))
	}
	_, err := m.examine(reply(nil))
	require.Equal(t, ReasonTries, err.(stop).reason)
	for n := range 2 * maxTold {
		assert.Equal(t, n < maxTold, m.secondNews(reply(nil).code), n)
	}
}

// TestUnitHandedIn: what is a reply to our invite, and what each other thing is.
func TestUnitHandedIn(t *testing.T) {
	m, reply := anInvite(t)
	other, _ := anInvite(t)
	good := reply(usable()).code
	joiner := &meeting{role: seal.Joiner, invite: m.invite, reply: good}
	for name, c := range map[string]struct {
		m    *meeting
		text string
		want Code
	}{
		"nothing":                  {m, " ", CodeEmpty},
		"no code":                  {m, "hello", CodeNoCode},
		"our invite":               {m, m.invite.LinkText(), CodeOwnInvite},
		"another invite":           {m, other.invite.LinkText(), CodeWantReply},
		"the invite, at a joiner":  {joiner, m.invite.LinkText(), CodeWantReply},
		"a repair":                 {m, invite.NewRepair(false, [32]byte{}, make([]byte, 144)).LinkText(), CodeWrongChat},
		"a repair, at a joiner":    {joiner, invite.NewRepair(true, [32]byte{}, make([]byte, 208)).LinkText(), CodeWrongChat},
		"our reply, at a joiner":   {joiner, good.LinkText(), CodeOwnReply},
		"another one, at a joiner": {joiner, reply(usable()).code.LinkText(), CodeOtherInvite},
	} {
		_, err := c.m.find(c.text)
		assert.Equal(t, c.want, CodeOf(err), name)
	}
	code, err := m.find("see https://chat.example/#" + good.LinkText())
	require.NoError(t, err)
	require.True(t, bytes.Equal(good, code))
}
