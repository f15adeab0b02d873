package peertest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/peer"
)

// soon is when a Close is over at the latest with which nobody is said goodbye to. Where there is
// somebody, it may take longer.
const soon = time.Second

// Nobody is what cards are told in TriedWithNobodyThere of an other side that is gone: its
// candidates, on this computer. A half that asks for names adds one.
var Nobody = [][]string{
	nil,
	{"127.0.0.1 5000 typ host"},
	{"127.0.0.1 5000 typ srflx raddr 0.0.0.0 rport 0", "::1 5000 typ host"},
	{"127.0.0.1 5000 typ host", "::1 5000 typ host", "127.0.0.1 5001 typ relay raddr 0.0.0.0 rport 0"},
}

// Name is a candidate behind a name that is nobody's.
const Name = "0b1d7ef2-7a4e-4f6c-9a51-3f1a2b3c4d5e.local 5000 typ host"

// RunCards holds what is asked of cards: connections with Config.Waits that have only made an
// offer and wait, several at once, until the other side's card is applied to one or none. newConn
// makes them; left is called when all of them are closed and fails if anything is left of them.
func RunCards(t *testing.T, newConn func(t *testing.T) *peer.Conn, left func(t *testing.T)) {
	s := suite{newConn}
	t.Run("Waited", s.waited)
	t.Run("Several", s.several)
	t.Run("TriedWithNobodyThere", func(t *testing.T) { s.nobodyThere(t, left) })
	t.Run("MadeAndClosed", func(t *testing.T) { s.madeAndClosed(t, left) })
}

// card returns a card and what it says.
func (s suite) card(t *testing.T, ctx context.Context) (*peer.Conn, string) {
	t.Helper()
	c := s.conn(t)
	text, err := c.Offer(ctx)
	require.NoError(t, err)
	return c, text
}

// meet applies the card of each side to that of the other.
func meet(t *testing.T, ctx context.Context, inviter, joiner *peer.Conn, ours, theirs string) {
	t.Helper()
	require.NoError(t, inviter.Accept(ctx, setup(theirs, "passive")))
	require.NoError(t, joiner.Accept(ctx, setup(ours, "active")))
}

// waited: two cards have waited, for as long as -late says, and then meet. One side has noticed
// sooner than the other that it has to.
func (s suite) waited(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), *late+deadline)
	defer cancel()
	inviter, ours := s.card(t, ctx)
	joiner, theirs := s.card(t, ctx)

	time.Sleep(*late) // the lateness itself, not a hope
	require.NoError(t, joiner.Accept(ctx, setup(ours, "active")))
	time.Sleep(min(*late/2, 20*time.Second))
	require.NoError(t, inviter.Accept(ctx, setup(theirs, "passive")))

	open(t, ctx, inviter, joiner)
	greet(t, ctx, inviter, joiner)
	assert.NotEqual(t, peer.PathUnknown, inviter.Path(ctx))
	assert.Zero(t, inviter.Findings().GoodFor)
}

// several: a chat has a line, cards that wait and cards that are tried, on either side. What
// becomes of one is nothing to the others.
func (s suite) several(t *testing.T) {
	ctx := withDeadline(t)
	const tried, all = 3, 7
	var inviters, joiners [all]*peer.Conn
	var ours, theirs [all]string
	for i := range all {
		inviters[i], ours[i] = s.card(t, ctx)
		joiners[i], theirs[i] = s.card(t, ctx)
	}
	line, lineToo := s.pair(t, ctx)
	for i := range tried {
		meet(t, ctx, inviters[i], joiners[i], ours[i], theirs[i])
	}
	for i := range tried {
		open(t, ctx, inviters[i], joiners[i])
		greet(t, ctx, inviters[i], joiners[i])
	}
	greet(t, ctx, line, lineToo)
	require.NoError(t, line.Close())
	for i := range tried - 1 {
		require.NoError(t, inviters[i].Close())
		require.NoError(t, inviters[i+tried].Close()) // one that waits
	}
	greet(t, ctx, inviters[tried-1], joiners[tried-1])
	meet(t, ctx, inviters[all-1], joiners[all-1], ours[all-1], theirs[all-1])
	open(t, ctx, inviters[all-1], joiners[all-1])
	greet(t, ctx, inviters[all-1], joiners[all-1])
}

// Of cards that are tried while the other side is gone, by whatever they are told of the other
// side, nothing is left once they are closed, and they are closed at once.
func (s suite) nobodyThere(t *testing.T, left func(t *testing.T)) {
	ctx := withDeadline(t)
	var cards []*peer.Conn
	var opened []<-chan error
	for _, candidates := range Nobody {
		c := s.newConn(t)
		_, err := c.Offer(ctx)
		require.NoError(t, err)
		other := s.newConn(t)
		theirs, err := other.Offer(ctx)
		require.NoError(t, err)
		require.NoError(t, other.Close())
		var nobody strings.Builder
		for line := range strings.Lines(theirs) {
			if !strings.HasPrefix(line, "a=candidate:") && !strings.HasPrefix(line, "a=end-of-candidates") {
				nobody.WriteString(line)
			}
		}
		for _, candidate := range candidates {
			nobody.WriteString("a=candidate:1 1 udp 2113937151 " + candidate + "\r\n")
		}
		require.NoError(t, c.Accept(ctx, setup(nobody.String(), "passive")), candidates)
		cards, opened = append(cards, c), append(opened, inBackground(func() error { return c.Open(ctx) }))
	}
	tried, cancel := context.WithTimeout(ctx, 3*time.Second) // more than a turn of patience
	defer cancel()
	require.ErrorIs(t, cards[0].Open(tried), context.DeadlineExceeded)
	for i, c := range cards {
		began := time.Now()
		require.NoError(t, c.Close())
		assert.Less(t, time.Since(began), soon, "there was nobody to say goodbye to: %v", Nobody[i])
		require.ErrorIs(t, outcome(t, ctx, "Open", opened[i]), peer.ErrClosed)
		requireClosed(t, ctx, c)
	}
	left(t)
}

// A long chat makes many cards that come to nothing.
func (s suite) madeAndClosed(t *testing.T, left func(t *testing.T)) {
	ctx := withDeadline(t)
	const cards = 50
	var waiting []*peer.Conn
	for range cards {
		c := s.newConn(t)
		_, err := c.Offer(ctx)
		require.NoError(t, err)
		if waiting = append(waiting, c); len(waiting) > 4 {
			require.NoError(t, waiting[0].Close())
			waiting = waiting[1:]
		}
	}
	began := time.Now()
	for _, c := range waiting {
		require.NoError(t, c.Close())
	}
	assert.Less(t, time.Since(began), soon, "there was nobody to say goodbye to")
	left(t)
}
