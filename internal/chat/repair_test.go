//go:build !js

package chat_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/logging"
	"github.com/pion/transport/v4/vnet"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/chat"
)

// cable is what lies between the two computers of a chat. It can be cut for what goes to the
// inviter, to the joiner, or both.
type cable struct{ toInviter, toJoiner atomic.Bool }

func (c *cable) cut(is bool) { c.toInviter.Store(is); c.toJoiner.Store(is) }

// twoEnds are two sessions, open, over a network in memory.
type twoEnds struct {
	*cable
	ends    [2]*chat.Session
	told    [2]chan chat.Event
	diaries [2]*chat.Diary
}

const inviterIP, joinerIP = "192.168.1.2", "192.168.1.3"

func newTwoEnds(t *testing.T) *twoEnds {
	t.Helper()
	lan, err := vnet.NewRouter(&vnet.RouterConfig{
		CIDR: "192.168.1.0/24", MinDelay: time.Millisecond,
		LoggerFactory: &logging.DefaultLoggerFactory{DefaultLogLevel: logging.LogLevelDisabled},
	})
	require.NoError(t, err)
	e := &twoEnds{cable: &cable{}}
	lan.AddChunkFilter(func(c vnet.Chunk) bool {
		switch {
		case strings.HasPrefix(c.DestinationAddr().String(), inviterIP):
			return !e.toInviter.Load()
		case strings.HasPrefix(c.DestinationAddr().String(), joinerIP):
			return !e.toJoiner.Load()
		}
		return true
	})
	var configs [2]chat.Config
	for i, ip := range []string{inviterIP, joinerIP} {
		n, err := vnet.NewNet(&vnet.NetConfig{StaticIPs: []string{ip}})
		require.NoError(t, err)
		require.NoError(t, lan.AddNet(n))
		chat.Over(n)(&configs[i])
		chat.Quick(&configs[i])
		configs[i].Diary = chat.NewDiary()
		e.diaries[i] = configs[i].Diary
	}
	require.NoError(t, lan.Start())
	t.Cleanup(func() { assert.NoError(t, lan.Stop()) })
	inviter, err := chat.Create(t.Context(), configs[0])
	require.NoError(t, err)
	joiner, err := chat.Join(t.Context(), configs[1], inviter.Link().Link)
	require.NoError(t, err)
	e.ends = [2]*chat.Session{inviter, joiner}
	require.NoError(t, inviter.Accept(joiner.Link().Link, false))
	for i, s := range e.ends {
		e.told[i] = make(chan chat.Event, 10_000)
		go func() {
			for event, ok := s.Next(t.Context()); ok; event, ok = s.Next(t.Context()) {
				e.told[i] <- event
			}
			close(e.told[i])
		}()
		t.Cleanup(func() { assert.NoError(t, s.Close()) })
	}
	for i := range e.told {
		for is := false; !is; {
			_, is = (<-e.told[i]).(chat.Opened)
		}
	}
	return e
}

// await waits until both ends have written a line that begins like this into their diaries.
func (e *twoEnds) await(t *testing.T, line string, times int) {
	t.Helper()
	require.Eventually(t, func() bool {
		return strings.Count(e.diaries[0].Text(), line) >= times && strings.Count(e.diaries[1].Text(), line) >= times
	}, 10*time.Second, time.Millisecond, line)
}

// talk has both ends say numbered messages, one each every so often, for as long as do takes, and
// then waits until all of them are known to have arrived, for at most a minute. It returns what was told,
// without the messages, of which none is missing, doubled, or out of order.
func (e *twoEnds) talk(t *testing.T, every time.Duration, do func()) (told [2][]chat.Event) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		do()
		close(done)
	}()
	said := 0
	for over := false; !over; said++ {
		for _, s := range e.ends {
			_, err := s.Send("", fmt.Sprint(said))
			require.NoError(t, err)
		}
		select {
		case <-time.After(every):
		case <-done:
			over = true
		}
	}
	for i := range e.ends {
		heard, delivered := 0, 0
		limit := time.After(time.Minute)
		for heard < said || delivered < said {
			select {
			case event, ok := <-e.told[i]:
				require.True(t, ok, "end %d has ended\n%s\n%s", i, e.diaries[0].Text(), e.diaries[1].Text())
				switch event := event.(type) {
				case chat.Message:
					require.Equal(t, fmt.Sprint(heard), event.Text, "end %d", i)
					heard++
				case chat.Delivered:
					delivered++
				default:
					told[i] = append(told[i], event)
				}
			case <-limit:
				require.Fail(t, "not all has arrived", "end %d: %d heard and %d delivered of %d\n%s\n%s", i, heard, delivered, said, e.diaries[0].Text(), e.diaries[1].Text())
			}
		}
	}
	return told
}

// TestFunctionalOutage: a chat outlives its line. What is said while nothing gets through
// arrives when something does, once and in order, whichever way was cut and for however long.
// A second of the usual timing is a fiftieth of one here.
func TestFunctionalOutage(t *testing.T) {
	for name, cut := range map[string]func(*cable, bool){
		"both ways":      func(c *cable, is bool) { c.cut(is) },
		"to the inviter": func(c *cable, is bool) { c.toInviter.Store(is) },
		"to the joiner":  func(c *cable, is bool) { c.toJoiner.Store(is) },
	} {
		for _, length := range []time.Duration{200 * time.Millisecond, time.Second, 3 * time.Second} {
			t.Run(fmt.Sprint(name, " for ", length), func(t *testing.T) {
				e := newTwoEnds(t)
				e.talk(t, 2*time.Millisecond, func() { e.await(t, "card 2 of the other side", 1) })
				told := e.talk(t, length/250, func() {
					cut(e.cable, true)
					time.Sleep(length)
					cut(e.cable, false)
				})
				if length > time.Second {
					for i := range told {
						require.Equal(t, chat.StateChanged{State: chat.StateLost}, told[i][0])
						require.Equal(t, chat.StateChanged{State: chat.StateOpen}, told[i][len(told[i])-1])
					}
				}
				e.talk(t, time.Millisecond, func() { time.Sleep(100 * time.Millisecond) })
			})
		}
	}
}
