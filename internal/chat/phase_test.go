package chat

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/seal"
)

// TestUnitPhase: the state that the person reads follows from the phase, each is told once,
// and leaving takes back nothing that was told.
func TestUnitPhase(t *testing.T) {
	for name, c := range map[string]struct {
		phases []phase
		want   []State
	}{
		"a chat that was left":     {[]phase{waiting, looking, shaking, open, leaving}, []State{StateWaiting, StateConnecting, StateOpen}},
		"a joiner does not look":   {[]phase{waiting, shaking, open}, []State{StateWaiting, StateConnecting, StateOpen}},
		"lost twice":               {[]phase{waiting, shaking, open, apart, open, apart, leaving}, []State{StateWaiting, StateConnecting, StateOpen, StateLost, StateOpen, StateLost}},
		"apart for long":           {[]phase{waiting, shaking, open, apart, paused, apart, open}, []State{StateWaiting, StateConnecting, StateOpen, StateLost, StatePaused, StateLost, StateOpen}},
		"the same once more":       {[]phase{waiting, waiting, shaking, shaking, open, open}, []State{StateWaiting, StateConnecting, StateOpen}},
		"not even a link":          {[]phase{making}, nil},
		"never came to a handover": {[]phase{waiting, looking}, []State{StateWaiting, StateConnecting}},
	} {
		s := &Session{events: newEventQueue(), diary: NewDiary()}
		began := time.Date(2031, 5, 1, 12, 0, 0, 0, time.UTC)
		for i, p := range c.phases {
			now := began.Add(time.Duration(i) * time.Second)
			s.enter(p, now)
			require.Equal(t, p, s.phase, name)
			require.Equal(t, now, s.since, name)
		}
		var told []State
		for _, e := range s.events.list {
			told = append(told, e.(StateChanged).State)
		}
		assert.Equal(t, c.want, told, name)
	}
	for p := making; p <= leaving; p++ {
		assert.Equal(t, p == looking || p == shaking || p == open || p == apart || p == paused || p == leaving, p.met(), p)
		assert.Equal(t, p == open || p == apart || p == paused || p == leaving, p.opened(), p)
		assert.Equal(t, p == apart || p == paused, p.broken(), p)
	}
}

// TestUnitShakingSlowly: where the channel is open and nothing comes, the person is told that
// something is in the way, once, long before the chat is given up.
func TestUnitShakingSlowly(t *testing.T) {
	f := face(t, seal.Joiner)
	f.enter(shaking, began)
	told := func() (codes []Code) {
		for _, e := range f.events.list {
			if p, is := e.(Problem); is {
				codes = append(codes, p.Code)
			}
		}
		return codes
	}
	require.NoError(t, f.watch(began.Add(usual.slow-1)))
	require.Empty(t, told())
	for after := usual.slow; after < usual.handshake; after += time.Second {
		require.NoError(t, f.watch(began.Add(after)))
		require.Equal(t, []Code{CodeUnreachable}, told())
	}
	require.Equal(t, stop{reason: ReasonLost}, f.watch(began.Add(usual.handshake)))
}
