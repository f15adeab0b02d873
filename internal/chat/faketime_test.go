//go:build !js

package chat_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/logging"
	"github.com/pion/transport/v4/vnet"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/chat"
	"tincan/internal/peer"
)

// In these tests time is fake, and the network is one of two computers that exists in memory
// alone. So sessions with their usual timing can be watched for minutes within no time. They
// are not parallel: vnet counts its network cards in a variable of its own.

// room is an inviter, and the network of somebody who speaks by hand.
type room struct {
	inviter *chat.Session
	network *vnet.Net
}

func newRoom(t *testing.T) room {
	t.Helper()
	lan, err := vnet.NewRouter(&vnet.RouterConfig{
		CIDR: "192.168.1.0/24", MinDelay: time.Millisecond,
		LoggerFactory: &logging.DefaultLoggerFactory{DefaultLogLevel: logging.LogLevelDisabled},
	})
	require.NoError(t, err)
	var ends [2]*vnet.Net
	for i := range ends {
		ends[i], err = vnet.NewNet(&vnet.NetConfig{StaticIPs: []string{fmt.Sprintf("192.168.1.%d", i+2)}})
		require.NoError(t, err)
		require.NoError(t, lan.AddNet(ends[i]))
	}
	require.NoError(t, lan.Start())
	t.Cleanup(func() { assert.NoError(t, lan.Stop()) })
	var config chat.Config
	chat.Over(ends[0])(&config)
	s, err := chat.Create(t.Context(), config)
	return room{begin(t, s, err), ends[1]}
}

// join has somebody answer the invite who speaks by hand.
func (r room) join(t *testing.T) *byHand {
	t.Helper()
	conn, err := peer.NewOver(r.network, peer.Config{})
	require.NoError(t, err)
	return joinOver(t, conn, r.inviter.Link().Link)
}

// next returns the next event of type E, however long it takes to come, and when it came.
func next[E chat.Event](t *testing.T, s *chat.Session) (E, time.Time) {
	t.Helper()
	for {
		e, ok := s.Next(t.Context())
		require.True(t, ok, "the session has ended")
		if got, is := e.(E); is {
			return got, time.Now()
		}
	}
}

// TestFunctionalSilence: a peer that stops answering is lost, and found again;
// messages that never arrived are told to have failed at the end.
func TestFunctionalSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t)
		p := r.join(t)
		require.NoError(t, r.inviter.Accept(p.reply, false))
		p.shake(t)
		_, opened := next[chat.Opened](t, r.inviter)
		assert.Equal(t, heardNothing, string(p.receive(t)), "what has arrived is said while nothing else is")
		assert.InDelta(t, 5, time.Since(opened).Seconds(), 1.1)
		lost, at := next[chat.StateChanged](t, r.inviter)
		assert.Equal(t, chat.StateLost, lost.State)
		assert.InDelta(t, 15, at.Sub(opened).Seconds(), 1.1)
		p.send(t, heardNothing)
		found, _ := next[chat.StateChanged](t, r.inviter)
		assert.Equal(t, chat.StateOpen, found.State)
		id, err := r.inviter.Send("ref", "into the void")
		require.NoError(t, err)
		require.NoError(t, r.inviter.Close())
		failed, _ := next[chat.Failed](t, r.inviter)
		assert.Equal(t, chat.Failed{Ref: "ref", ID: id, Code: chat.CodeEnded}, failed)
	})
}

// TestFunctionalSilentHandshake: a peer that connects and then says nothing is waited for
// for a minute.
func TestFunctionalSilentHandshake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t)
		p := r.join(t)
		require.NoError(t, r.inviter.Accept(p.reply, false))
		require.NoError(t, p.conn.Open(t.Context()))
		met := time.Now()
		closed, at := next[chat.Closed](t, r.inviter)
		assert.Equal(t, chat.ReasonLost, closed.Reason)
		assert.InDelta(t, 60, at.Sub(met).Seconds(), 1.1)
	})
}

// TestFunctionalUnreachable: that the author of a reply is not found is told after a while,
// and after a quarter of an hour is the end.
func TestFunctionalUnreachable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t)
		p := r.join(t)
		require.NoError(t, p.conn.Close())
		require.NoError(t, r.inviter.Accept(p.reply, false))
		accepted := time.Now()
		problem, at := next[chat.Problem](t, r.inviter)
		assert.Equal(t, chat.CodeUnreachable, problem.Code)
		assert.InDelta(t, 17, at.Sub(accepted).Seconds(), 1.1)
		closed, at := next[chat.Closed](t, r.inviter)
		assert.Equal(t, chat.ReasonUnreachable, closed.Reason)
		assert.InDelta(t, 900, at.Sub(accepted).Seconds(), 1.1)
	})
}
