//go:build !js

package chat_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/logging"
	"github.com/pion/transport/v4"
	"github.com/pion/transport/v4/vnet"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/chat"
)

// cable is what lies between the two computers of a chat. It can be cut for what goes to the
// inviter, to the joiner, or both. Each lets nobody in whom it has not sent something to first.
type cable struct {
	toEnd [2]atomic.Bool

	mu     sync.Mutex
	gone   map[string]bool // addresses at which nobody is any more
	called map[string]bool // "from to", with ports
}

func (c *cable) cut(is bool) {
	for i := range c.toEnd {
		c.toEnd[i].Store(is)
	}
}

// passes tells whether a packet arrives.
func (c *cable) passes(chunk vnet.Chunk) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	from, to := chunk.SourceAddr().String(), chunk.DestinationAddr().String()
	fromHost, _, _ := strings.Cut(from, ":")
	toHost, _, _ := strings.Cut(to, ":")
	c.called[from+" "+to] = true
	return !c.gone[fromHost] && !c.gone[toHost] && c.called[to+" "+from] && !c.toEnd[end(toHost)].Load()
}

// end is whose address it is: those of the joiner are odd.
func end(host string) int { return int(host[len(host)-1]) % 2 }

// twoEnds are two sessions, open, over a network in memory.
type twoEnds struct {
	*cable
	lan     *vnet.Router
	at      [2]atomic.Pointer[vnet.Net]
	address [2]int // the last byte
	configs [2]chat.Config
	ends    [2]*chat.Session
	told    [2]chan chat.Event
	diaries [2]*chat.Diary
}

// vnets is held while something of vnet is made, which counts hardware addresses for the whole program.
var vnets sync.Mutex

func newTwoEnds(t *testing.T, changes ...chat.Change) *twoEnds {
	t.Helper()
	vnets.Lock()
	lan, err := vnet.NewRouter(&vnet.RouterConfig{
		CIDR: "192.168.1.0/24", MinDelay: time.Millisecond,
		LoggerFactory: &logging.DefaultLoggerFactory{DefaultLogLevel: logging.LogLevelDisabled},
	})
	vnets.Unlock()
	require.NoError(t, err)
	e := &twoEnds{cable: &cable{gone: map[string]bool{}, called: map[string]bool{}}, lan: lan, address: [2]int{2, 3}}
	lan.AddChunkFilter(e.passes)
	configs := &e.configs
	for i := range configs {
		e.arrive(t, i)
		chat.OverOneOf(func() transport.Net { return e.at[i].Load() })(&configs[i])
		chat.Quick(&configs[i])
		for _, change := range changes {
			change(&configs[i])
		}
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
	if configs[0].Mailbox == "" {
		require.NoError(t, inviter.Accept(joiner.Link().Link, false))
	}
	for i, s := range e.ends {
		e.listen(t, i, s)
	}
	for i := range e.told {
		awaits[chat.Opened](t, e, i)
	}
	return e
}

// listen collects what a session tells.
func (e *twoEnds) listen(t *testing.T, i int, s *chat.Session) {
	e.ends[i], e.told[i] = s, make(chan chat.Event, 10_000)
	told := e.told[i]
	go func() {
		for event, ok := s.Next(t.Context()); ok; event, ok = s.Next(t.Context()) {
			told <- event
		}
		close(told)
	}()
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
}

// arrive gives an end a network card with an address that it has not had before.
func (e *twoEnds) arrive(t *testing.T, i int) {
	t.Helper()
	vnets.Lock()
	card, err := vnet.NewNet(&vnet.NetConfig{StaticIPs: []string{fmt.Sprint("192.168.1.", e.address[i])}})
	vnets.Unlock()
	require.NoError(t, err)
	require.NoError(t, e.lan.AddNet(card))
	e.at[i].Store(card)
}

// move takes an end to another address. Nothing reaches it at the old one, nor comes from there.
func (e *twoEnds) move(t *testing.T, i int) {
	t.Helper()
	e.leave(e.address[i])
	e.address[i] += 2
	e.arrive(t, i)
}

// leave makes an address lead nowhere.
func (e *twoEnds) leave(address int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.gone[fmt.Sprint("192.168.1.", address)] = true
}

// awaits returns the next event of type E that an end is told, within ten seconds.
func awaits[E chat.Event](t *testing.T, e *twoEnds, i int) (event E) {
	t.Helper()
	limit := time.After(10 * time.Second)
	for {
		select {
		case got, ok := <-e.told[i]:
			require.True(t, ok, "end %d has ended\n%s\n%s", i, e.diaries[0].Text(), e.diaries[1].Text())
			if event, is := got.(E); is {
				return event
			}
		case <-limit:
			require.Fail(t, "no such event", "end %d\n%s\n%s", i, e.diaries[0].Text(), e.diaries[1].Text())
		}
	}
}

// inState waits until an end is told of this state.
func (e *twoEnds) inState(t *testing.T, i int, state chat.State) {
	t.Helper()
	for awaits[chat.StateChanged](t, e, i).State != state {
	}
}

// opensWith waits until an end is told that the chat is open, and of this message, which comes first where it is what
// shows that the old line carries again.
func (e *twoEnds) opensWith(t *testing.T, i int, text string) {
	t.Helper()
	for opened, said := false, false; !opened || !said; {
		switch event := awaits[chat.Event](t, e, i).(type) {
		case chat.StateChanged:
			opened = opened || event.State == chat.StateOpen
		case chat.Message:
			require.Equal(t, text, event.Text)
			said = true
		}
	}
}

// await waits until both ends have written a line that begins like this into their diaries.
func (e *twoEnds) await(t *testing.T, line string, times int) {
	t.Helper()
	if !assert.Eventually(t, func() bool {
		return strings.Count(e.diaries[0].Text(), line) >= times && strings.Count(e.diaries[1].Text(), line) >= times
	}, 10*time.Second, time.Millisecond, line) {
		require.FailNow(t, "", "%d times\n%s\n%s", times, e.diaries[0].Text(), e.diaries[1].Text())
	}
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
				case chat.Can:
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
		"to the inviter": func(c *cable, is bool) { c.toEnd[0].Store(is) },
		"to the joiner":  func(c *cable, is bool) { c.toEnd[1].Store(is) },
	} {
		for _, length := range []time.Duration{200 * time.Millisecond, time.Second, 3 * time.Second} {
			if length != time.Second && name != "both ways" {
				continue // what differs by length is the same for one way
			}
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

// TestFunctionalRepair: where an address has changed, and nobody is let in who was not called
// first, one link in one direction brings the chat back, and another where it was handed to the one who moved.
func TestFunctionalRepair(t *testing.T) {
	for name, c := range map[string]struct {
		moved []int
		first int // who makes the first link
		links int // as many are handed over
	}{
		"the joiner moved":                        {[]int{1}, 1, 1},
		"the inviter moved":                       {[]int{0}, 0, 1},
		"the joiner moved, the inviter sends":     {[]int{1}, 0, 2},
		"the inviter moved, the joiner sends":     {[]int{0}, 1, 2},
		"both moved":                              {[]int{0, 1}, 0, 4},
		"nobody moved, and the cable is in again": {nil, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			e := newTwoEnds(t)
			e.await(t, "card 2 of the other side", 1)
			for i := range e.ends {
				_, err := e.ends[i].RepairLink()
				wantCode(t, chat.CodeNoRepair, err)
			}
			e.cut(true)
			for _, i := range c.moved {
				e.move(t, i)
			}
			for i := range e.ends {
				_, err := e.ends[i].Send("", fmt.Sprint("said apart by ", i))
				require.NoError(t, err)
				e.inState(t, i, chat.StateTrying)
			}
			if c.moved != nil {
				e.cut(false)
				time.Sleep(200 * time.Millisecond) // what could open by itself would have
			}
			from := c.first
			link, err := e.ends[from].RepairLink()
			require.NoError(t, err)
			again, err := e.ends[from].RepairLink()
			require.NoError(t, err)
			require.Equal(t, link, again)
			wantCode(t, chat.CodeOwnRepair, e.ends[from].Accept(link.Link, false))
			for n := 1; ; n++ {
				require.NoError(t, e.ends[1-from].Accept(link.Link, false))
				wantCode(t, chat.CodeAlreadyUsed, e.ends[1-from].Accept(link.QR, true))
				if n == c.links {
					break
				}
				from = 1 - from
				link = awaits[chat.Repair](t, e, from).Link
			}
			e.cut(false)
			for i := range e.ends {
				e.opensWith(t, i, fmt.Sprint("said apart by ", 1-i))
				err := e.ends[i].Accept(link.Link, false)
				switch {
				case i == from:
					wantCode(t, chat.CodeNoRepair, err)
				default: // used, once a frame has come over the line that made its card void
					require.Contains(t, []chat.Code{chat.CodeNoRepair, chat.CodeAlreadyUsed}, chat.CodeOf(err))
				}
				wantCode(t, chat.CodeWrongChat, e.ends[i].Accept(repairCode(false).LinkText(), false))
			}
			e.talk(t, time.Millisecond, func() { time.Sleep(100 * time.Millisecond) })
		})
	}
}

// TestFunctionalRepairByMailbox: where the two have met by way of a mailbox, nobody has to hand
// anything over, whoever of them has moved.
func TestFunctionalRepairByMailbox(t *testing.T) {
	for name, moved := range map[string][]int{"the joiner moved": {1}, "the inviter moved": {0}, "both moved": {0, 1}} {
		t.Run(name, func(t *testing.T) {
			box := newPost(t, chat.MailClock{})
			e := newTwoEnds(t, func(c *chat.Config) {
				c.Site, c.Mailbox, c.Loopback = box.server.URL, box.server.URL, true
			})
			e.await(t, "card 2 of the other side", 1)
			for times := range 2 {
				for _, i := range moved {
					e.move(t, i)
				}
				for i := range e.ends {
					_, err := e.ends[i].Send("", fmt.Sprint("said apart by ", i))
					require.NoError(t, err)
				}
				for i := range e.ends {
					e.inState(t, i, chat.StateAsking)
					e.opensWith(t, i, fmt.Sprint("said apart by ", 1-i))
				}
				e.talk(t, time.Millisecond, func() { e.await(t, "of the other side", 2*(2+times)) })
			}
		})
	}
}

// TestFunctionalRepairByMailboxAgain: where nothing comes of the first two cards, the next ones are made without a wait
// for what lies in the mailbox to expire there.
func TestFunctionalRepairByMailboxAgain(t *testing.T) {
	for i, name := range []string{"the inviter moves on", "the joiner moves on"} {
		t.Run(name, func(t *testing.T) {
			box := newPost(t, chat.MailClock{})
			e := newTwoEnds(t, func(c *chat.Config) {
				c.Site, c.Mailbox, c.Loopback = box.server.URL, box.server.URL, true
			})
			e.await(t, "card 2 of the other side", 1)
			for times := range 3 {
				e.move(t, i)
				e.cut(true)
				e.await(t, "a card came by the mailbox", 2*times+1)
				e.move(t, i)
				e.cut(false)
				e.await(t, "a card came by the mailbox", 2*times+2)
				for i := range e.ends {
					e.inState(t, i, chat.StateOpen)
				}
				e.talk(t, time.Millisecond, func() { e.await(t, "carries the chat", 1+times) })
			}
		})
	}
}

// TestFunctionalMakeBeforeBreak: whoever comes to another network while the old one still carries
// goes over to it before that one is gone, and nobody notices.
func TestFunctionalMakeBeforeBreak(t *testing.T) {
	for i, name := range []string{"the inviter", "the joiner"} {
		t.Run(name, func(t *testing.T) {
			e := newTwoEnds(t)
			e.await(t, "card 2 of the other side", 1)
			told := e.talk(t, time.Millisecond, func() {
				old := e.address[i]
				e.address[i] += 2
				e.arrive(t, i)
				require.NoError(t, e.ends[i].Moved())
				e.await(t, "line 3 carries the chat", 1)
				e.leave(old)
				time.Sleep(time.Second) // three times as long as a silence may be
			})
			for _, events := range told {
				require.NotContains(t, events, chat.StateChanged{State: chat.StateLost})
			}
			require.NoError(t, e.ends[i].Moved(), "and where nothing has changed")
			e.talk(t, time.Millisecond, func() { e.await(t, "carries the chat", 2) })
		})
	}
}
