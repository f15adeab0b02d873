package chat

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/mailbox"
	"tincan/internal/seal"
)

func someErrands() *errands {
	return newErrands("http://192.0.2.1", true, seal.NewLinkSecret([16]byte{1}), &usual.mail)
}

// goes sends nobody: it says what a goroutine would bring back, and whether one was due.
func goes(t *testing.T, p post, now time.Time, reply []byte, err error) (got []byte) {
	t.Helper()
	e := p.road()
	require.True(t, p.due(now), "it is time to go")
	e.away, e.asked = true, now
	require.False(t, p.due(now.Add(time.Hour)), "one at a time")
	r := returned{errand: e.next, reply: reply, err: err}
	got, _ = p.brought(r, now)
	p.plan(r, now)
	return got
}

// news are the states since the last call.
func news(p post) []MailboxState {
	list := p.road().news
	p.road().news = nil
	return list
}

// TestUnitLeaver: what the joiner is told, and when its reply is left again.
func TestUnitLeaver(t *testing.T) {
	l := &leaver{errands: someErrands()}
	l.start(began)
	now := began
	goes(t, l, now, nil, mailbox.ErrSilent)
	assert.Equal(t, []MailboxState{MailboxLeaving}, news(l), "one that fails once is not told")
	l.askNow(now)
	assert.False(t, l.due(now), "not twice in a second")
	now = now.Add(time.Second)
	goes(t, l, now, nil, mailbox.ErrSilent)
	assert.Equal(t, []MailboxState{MailboxSilent}, news(l))
	now = now.Add(5 * time.Second)
	goes(t, l, now, nil, nil)
	assert.Equal(t, []MailboxState{MailboxLeft}, news(l))
	l.again(now.Add(time.Minute))
	assert.False(t, l.due(now.Add(usual.mail.gone-1)), "it lies there still")
	assert.Empty(t, news(l))
	now = now.Add(usual.mail.gone)
	assert.False(t, l.due(now), "whether it goes again the person decides")
	assert.Equal(t, []MailboxState{MailboxExpired}, news(l))
	l.again(now)
	goes(t, l, now, nil, mailbox.ErrOccupied)
	assert.Equal(t, []MailboxState{MailboxLeaving, MailboxOccupied}, news(l))
	assert.False(t, l.due(now.Add(usual.mail.gone-time.Second)), "what is there expires first")
	now = now.Add(usual.mail.gone + 15*time.Second)
	require.True(t, l.due(now))
	l.meet(now)
	l.again(now)
	assert.False(t, l.due(now.Add(time.Hour)), "they have met")
	assert.Empty(t, news(l))

	met := &leaver{errands: someErrands()}
	met.start(began)
	met.away = true
	met.meet(began)
	r := returned{errand: errandPut}
	met.brought(r, began)
	met.plan(r, began)
	assert.Equal(t, []MailboxState{MailboxLeaving}, news(met), "met while it was being left: it concerns nobody")
	assert.Equal(t, errandNone, met.next)
}

// TestUnitFetcher: what the inviter does at the mailbox before the two have met and after.
func TestUnitFetcher(t *testing.T) {
	begin := func() (*fetcher, time.Time) {
		f := &fetcher{errands: someErrands()}
		f.start(began)
		require.False(t, f.due(began))
		return f, began.Add(time.Second)
	}
	errand := func(f *fetcher, want errand, at time.Time, says string) {
		t.Helper()
		require.Equal(t, want, f.next, says)
		if want != errandNone {
			require.Equal(t, at, f.at, says)
		}
	}

	f, now := begin()
	goes(t, f, now, nil, mailbox.ErrNone)
	errand(f, errandTake, began.Add(2*time.Second), "asked again")
	now = now.Add(time.Second)
	require.Equal(t, []byte("garbage"), goes(t, f, now, []byte("garbage"), nil), "to be tried")
	f.tried([]byte("garbage"), false)
	require.True(t, f.isForeign([]byte("garbage")))
	require.Equal(t, []MailboxState{MailboxAsked, MailboxForeign}, news(f))
	now = now.Add(time.Second)
	goes(t, f, now, []byte("reply"), nil)
	f.meet(now) // with what lay there
	f.tried([]byte("reply"), true)
	errand(f, errandDrop, now, "it has been taken just now")
	claim := f.claim
	goes(t, f, now, nil, nil)
	require.NotEqual(t, claim, f.claim, "what it was drawn for is gone")
	errand(f, errandWatch, began.Add(15*time.Second), "for somebody else")
	f.askNow(now.Add(2 * time.Second))
	require.False(t, f.due(now.Add(2*time.Second)), "nobody waits for that")
	require.Equal(t, []byte("another"), goes(t, f, began.Add(15*time.Second), []byte("another"), nil))
	errand(f, errandDrop, began.Add(15*time.Second), "it is of no use there")
	goes(t, f, began.Add(15*time.Second), nil, nil)
	f.verify()
	errand(f, errandNone, now, "nobody else can be the one who is meant")
	require.Empty(t, news(f), "of all that the person sees nothing")

	f, now = begin()
	goes(t, f, now, nil, mailbox.ErrNone)
	f.meet(now) // with one that came by hand
	errand(f, errandClear, now, "it may lie there, too")
	goes(t, f, now, nil, mailbox.ErrSilent)
	errand(f, errandClear, now.Add(time.Second), "tried again")
	goes(t, f, now.Add(time.Second), nil, mailbox.ErrNone)
	errand(f, errandWatch, began.Add(15*time.Second), "it does not")

	f, now = begin()
	f.away = true
	f.meet(now) // by hand, while one is on the road
	f.away = false
	f.next = errandTake
	goes(t, f, now, nil, mailbox.ErrNone)
	errand(f, errandClear, now, "it may have come there since")
	f.verify()
	goes(t, f, now, nil, mailbox.ErrNone)
	errand(f, errandNone, now, "and then no more")

	f, _ = begin()
	now = began.Add(30*time.Minute - 15*time.Second)
	goes(t, f, now, nil, mailbox.NotNow(time.Minute))
	errand(f, errandNone, now, "half an hour is over")
	require.Equal(t, []MailboxState{MailboxAsked, MailboxSilent, MailboxOver}, news(f))
}
