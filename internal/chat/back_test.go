//go:build !js

package chat_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/chat"
	"tincan/internal/invite"
)

// saved is what a page keeps of an end.
func (e *twoEnds) saved(t *testing.T, i int) chat.Saved {
	t.Helper()
	saved, err := e.ends[i].Saved()
	require.NoError(t, err)
	require.Equal(t, i == 0, saved.Inviter)
	return saved
}

// reload makes an end a page that has been reloaded. It does not end the other one.
func (e *twoEnds) reload(t *testing.T, i int, saved chat.Saved, changes ...chat.Change) *chat.Session {
	t.Helper()
	e.ends[i].Vanish()
	return e.returns(t, i, saved, changes...)
}

// returns has an end come back.
func (e *twoEnds) returns(t *testing.T, i int, saved chat.Saved, changes ...chat.Change) *chat.Session {
	t.Helper()
	config := e.configs[i]
	for _, change := range changes {
		change(&config)
	}
	s, err := chat.Return(t.Context(), config, saved)
	require.NoError(t, err)
	e.listen(t, i, s)
	return s
}

// back waits until both ends have come back, i being the one that was reloaded.
func (e *twoEnds) back(t *testing.T, i int) {
	t.Helper()
	sas := awaits[chat.Opened](t, e, i).SAS
	require.Equal(t, sas, awaits[chat.Back](t, e, i).SAS)
	require.Equal(t, sas, awaits[chat.Back](t, e, 1-i).SAS)
}

func isNot[E chat.Event](t *testing.T, event chat.Event) {
	t.Helper()
	_, is := event.(E)
	assert.False(t, is, "%#v", event)
}

// eachReloaded runs a test with either end as the one that is reloaded.
func eachReloaded(t *testing.T, do func(t *testing.T, i int)) {
	for i, name := range []string{"the inviter", "the joiner"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			do(t, i)
		})
	}
}

// said has an end say these texts, and returns when all are told at the other, each once and in this order.
func (e *twoEnds) hears(t *testing.T, i int, texts []string) {
	t.Helper()
	for _, text := range texts {
		require.Equal(t, text, awaits[chat.Message](t, e, i).Text)
	}
	_, err := e.ends[1-i].Send("", "the last")
	require.NoError(t, err)
	require.Equal(t, "the last", awaits[chat.Message](t, e, i).Text)
	for range len(texts) + 1 {
		awaits[chat.Delivered](t, e, 1-i)
	}
}

// TestFunctionalReload: who has lost everything but a ticket comes back with one link each way, as
// often as it is reloaded. The other side has kept what was said, and what had not arrived arrives then, once.
func TestFunctionalReload(t *testing.T) {
	eachReloaded(t, func(t *testing.T, i int) {
		e := newTwoEnds(t)
		e.await(t, "card 2 of the other side", 1)
		var last chat.Saved
		texts := []string{"short", strings.Repeat("long ", 8000), "", "third"}
		texts[2] = strings.Repeat("x", chat.MaxText)
		for times := range 2 {
			saved := e.saved(t, i)
			last = saved
			require.False(t, saved.Mailbox)
			e.cut(true)
			for _, text := range texts {
				_, err := e.ends[1-i].Send("", text)
				require.NoError(t, err)
			}
			e.cut(false)
			s := e.reload(t, i, saved)
			e.inState(t, 1-i, chat.StateLost)
			if times == 1 { // a second reload before it is back, and what was sent for the first is lost
				require.NoError(t, e.ends[1-i].Accept(s.Link().Link, false))
				stale := awaits[chat.Repair](t, e, 1-i).Link
				s = e.reload(t, i, saved)
				wantCode(t, chat.CodeAlreadyUsed, s.Accept(stale.Link, false))
			}
			wantCode(t, chat.CodeOwnRepair, s.Accept(s.Link().Link, false))
			require.NoError(t, e.ends[1-i].Accept(s.Link().Link, false))
			wantCode(t, chat.CodeAlreadyUsed, e.ends[1-i].Accept(s.Link().Link, false))
			link := awaits[chat.Repair](t, e, 1-i).Link
			wantCode(t, chat.CodeOwnRepair, e.ends[1-i].Accept(link.Link, false))
			require.NoError(t, s.Accept(link.Link, false))
			e.back(t, i)
			require.NotEqual(t, saved, e.saved(t, i))
			require.Equal(t, e.saved(t, i).Ticket, e.saved(t, 1-i).Ticket)
			e.hears(t, i, texts)
			e.talk(t, 5*time.Millisecond, func() { time.Sleep(20 * time.Millisecond) })
		}
		// The new keys make cards, too. The last ticket is soon worth nothing any more.
		e.await(t, "card 2 of the other side", 2)
		old, err := chat.Return(t.Context(), e.configs[i], last)
		require.NoError(t, err)
		defer old.Vanish()
		for n := range 2 {
			require.Eventually(t, func() bool {
				return chat.CodeOf(e.ends[(n+1-i)%2].Accept(old.Link().Link, false)) == chat.CodeWrongChat
			}, 10*time.Second, 50*time.Millisecond, "end %d", n)
		}
	})
}

// bothBack waits until both ends have come back that were reloaded. One that has ended is reloaded once more.
func (e *twoEnds) bothBack(t *testing.T, saved [2]chat.Saved) {
	t.Helper()
	limit := ctx(t)
	var told [2]chat.Back
	for told[0] == (chat.Back{}) || told[0].SAS != told[1].SAS {
		i, event := 0, chat.Event(nil)
		select {
		case event = <-e.told[0]:
		case event = <-e.told[1]:
			i = 1
		case <-limit.Done():
			require.Fail(t, "they never came back")
		}
		switch event := event.(type) {
		case chat.Back:
			told[i] = event
		case chat.Closed:
			e.returns(t, i, saved[i])
		}
	}
}

// TestFunctionalReloadByMailbox: the same without a hand, also where the page is reloaded again
// before it has come back, and where both were.
func TestFunctionalReloadByMailbox(t *testing.T) {
	eachReloaded(t, func(t *testing.T, i int) {
		box := newPost(t, chat.MailClock{})
		e := newTwoEnds(t, func(c *chat.Config) {
			c.Site, c.Mailbox, c.Loopback = box.server.URL, box.server.URL, true
		})
		e.await(t, "card 2 of the other side", 1)
		for times := range 3 {
			kept := [2]chat.Saved{e.saved(t, 0), e.saved(t, 1)}
			saved := kept[i]
			require.True(t, saved.Mailbox)
			e.ends[i].Vanish()
			both := times == 2
			if both {
				e.ends[1-i].Vanish()
			} else {
				_, err := e.ends[1-i].Send("", "said to nobody")
				require.NoError(t, err)
				e.inState(t, 1-i, chat.StateAsking)
			}
			for n := range times {
				before := box.count("/api/v1/put")
				lost, err := chat.Return(t.Context(), e.configs[i], saved)
				require.NoError(t, err)
				box.until(t, "a put", func() bool { return box.count("/api/v1/put") > before+n })
				lost.Vanish()
			}
			e.returns(t, i, saved)
			if both {
				e.returns(t, 1-i, kept[1-i])
				e.bothBack(t, kept)
			} else {
				e.back(t, i)
			}
			if !both {
				e.hears(t, i, []string{"said to nobody"})
			}
			e.talk(t, 5*time.Millisecond, func() { time.Sleep(20 * time.Millisecond) })
		}
	})
}

// TestFunctionalReloadByMailboxLater: a return that led to nothing has expired in the mailbox when the page is reloaded
// again, so the next one lies where that lay. And a mailbox that does not answer for a while loses no return.
func TestFunctionalReloadByMailboxLater(t *testing.T) {
	eachReloaded(t, func(t *testing.T, i int) {
		box := newPost(t, chat.MailClock{})
		e := newTwoEnds(t, func(c *chat.Config) {
			c.Site, c.Mailbox, c.Loopback = box.server.URL, box.server.URL, true
		})
		e.await(t, "card 2 of the other side", 1)
		saved := e.saved(t, i)
		e.cut(true)
		e.reload(t, i, saved)
		comes := func(times int) {
			require.Eventually(t, func() bool {
				return strings.Count(e.diaries[1-i].Text(), "the other side comes back") == times
			}, 10*time.Second, time.Millisecond)
		}
		comes(1)
		e.ends[i].Vanish()
		box.pass(6 * time.Minute)
		e.returns(t, i, saved)
		comes(2)
		e.ends[i].Vanish()
		e.cut(false)
		box.pass(6 * time.Minute)
		var refused atomic.Int32
		box.fail(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			answers := strings.Count(e.diaries[1-i].Text(), "the other side comes back") == 3
			if answers && r.URL.Path == "/api/v1/put" && refused.Add(1) <= 4 {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			next.ServeHTTP(w, r)
		})
		e.returns(t, i, saved)
		e.back(t, i)
		require.GreaterOrEqual(t, refused.Load(), int32(4))
	})
}

// TestFunctionalReloadBoth: where both were reloaded they meet, with nothing that was said before.
func TestFunctionalReloadBoth(t *testing.T) {
	e := newTwoEnds(t)
	e.talk(t, 5*time.Millisecond, func() { e.await(t, "card 2 of the other side", 1) })
	saved := [2]chat.Saved{e.saved(t, 0), e.saved(t, 1)}
	require.Equal(t, saved[0].Ticket, saved[1].Ticket)
	for i := range saved {
		e.ends[i].Vanish()
	}
	for i := range saved {
		e.returns(t, i, saved[i])
	}
	for i := range saved {
		require.NoError(t, e.ends[i].Accept(e.ends[1-i].Link().Link, false))
	}
	e.back(t, 0)
	e.talk(t, 5*time.Millisecond, func() { time.Sleep(20 * time.Millisecond) })
}

// TestFunctionalReloadKilled: where the page was killed, its line looks well for a while. What it sends is taken
// at once, and answered when the line is lost.
func TestFunctionalReloadKilled(t *testing.T) {
	eachReloaded(t, func(t *testing.T, i int) {
		e := newTwoEnds(t)
		saved := e.saved(t, i)
		killed := e.ends[i]
		e.move(t, i) // nothing of it arrives any more
		s := e.returns(t, i, saved)
		require.NoError(t, e.ends[1-i].Accept(s.Link().Link, false))
		for {
			event := <-e.told[1-i]
			if event == (chat.StateChanged{State: chat.StateLost}) {
				break
			}
			isNot[chat.Repair](t, event)
		}
		require.NoError(t, s.Accept(awaits[chat.Repair](t, e, 1-i).Link.Link, false))
		e.back(t, i)
		killed.Vanish()
		e.talk(t, 5*time.Millisecond, func() { time.Sleep(20 * time.Millisecond) })
	})
}

// TestFunctionalThiefInHealthyChat: whoever has a copy of the ticket cannot cut a chat whose line carries, and what
// they hand in is forgotten before the line breaks at some later time.
func TestFunctionalThiefInHealthyChat(t *testing.T) {
	eachReloaded(t, func(t *testing.T, i int) {
		box := newPost(t, chat.MailClock{})
		e := newTwoEnds(t, func(c *chat.Config) {
			c.Site, c.Mailbox, c.Loopback = box.server.URL, box.server.URL, true
		})
		e.await(t, "card 2 of the other side", 1)
		thief, err := chat.Return(t.Context(), e.configs[i], e.saved(t, i))
		require.NoError(t, err)
		defer thief.Vanish()
		require.NoError(t, e.ends[1-i].Accept(thief.Link().Link, false))
		told := e.talk(t, 10*time.Millisecond, func() { time.Sleep(time.Second) })
		require.Empty(t, told[1-i])
		thief.Vanish()
		told = e.talk(t, 100*time.Millisecond, func() {
			e.cut(true)
			time.Sleep(time.Second)
			e.cut(false)
		})
		for _, event := range append(told[0], told[1]...) {
			isNot[chat.Repair](t, event)
			isNot[chat.Back](t, event)
		}
	})
}

// strangers has somebody with a ticket try what they can while the real end is out of reach, and then that one
// come again: the chat goes on with the keys and the words that it has.
func strangers(t *testing.T, do func(t *testing.T, e *twoEnds, i int, saved chat.Saved)) {
	eachReloaded(t, func(t *testing.T, i int) {
		e := newTwoEnds(t)
		e.await(t, "card 2 of the other side", 1)
		saved, real, told := e.saved(t, i), e.ends[i], e.told[i]
		home, address := e.at[i].Load(), e.address[i]
		e.move(t, i)
		e.inState(t, 1-i, chat.StateLost)
		do(t, e, i, saved)
		e.at[i].Store(home)
		e.mu.Lock()
		clear(e.gone)
		e.mu.Unlock()
		e.address[i], e.ends[i], e.told[i] = address, real, told
		for _, heard := range e.talk(t, 20*time.Millisecond, func() { time.Sleep(100 * time.Millisecond) }) {
			for _, event := range heard {
				isNot[chat.Back](t, event)
				isNot[chat.Closed](t, event)
			}
		}
		require.Equal(t, saved, e.saved(t, i))
		require.Equal(t, saved.Ticket, e.saved(t, 1-i).Ticket)
	})
}

// TestFunctionalReloadStrangers: a return that is not the other side's changes nothing.
func TestFunctionalReloadStrangers(t *testing.T) {
	strangers(t, func(t *testing.T, e *twoEnds, i int, saved chat.Saved) {
		other := e.ends[1-i]
		wrong := saved
		wrong.Ticket = base64.RawURLEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))
		swapped := saved
		swapped.Inviter = !saved.Inviter
		for name, saved := range map[string]chat.Saved{"another ticket": wrong, "the other role": swapped} {
			s, err := chat.Return(t.Context(), e.configs[i], saved)
			require.NoError(t, err, name)
			wantCode(t, chat.CodeWrongChat, other.Accept(s.Link().Link, false))
			s.Vanish()
		}
		s, err := chat.Return(t.Context(), e.configs[i], saved)
		require.NoError(t, err)
		defer s.Vanish()
		code, err := invite.Find(s.Link().Link)
		require.NoError(t, err)
		for _, at := range []int{1, 32, 33, 100, len(code) - 1} {
			bad := bytes.Clone(code)
			bad[at] ^= 0x10
			wantCode(t, chat.CodeWrongChat, other.Accept(invite.Code(bad).LinkText(), false))
			wantCode(t, chat.CodeWrongChat, s.Accept(invite.Code(bad).LinkText(), false))
		}
		for _, length := range []int{33, 100, len(code) - 1} {
			require.Error(t, other.Accept(code[:length].LinkText(), false))
		}
		// It opens, and then again it does not: whoever saw it can make nothing of it.
		require.NoError(t, other.Accept(s.Link().Link, false))
		answer := awaits[chat.Repair](t, e, 1-i).Link
		wantCode(t, chat.CodeAlreadyUsed, other.Accept(s.Link().Link, false))
		wantCode(t, chat.CodeOwnRepair, other.Accept(answer.Link, false))
	})
}

// TestFunctionalReloadMangled: who has no keys to go with the ticket, or says anything else than it should on the line of
// a return, is dropped there.
func TestFunctionalReloadMangled(t *testing.T) {
	for name, mangle := range map[string]func(n int, message []byte) []byte{
		"first byte": func(n int, m []byte) []byte { return append([]byte{m[0] ^ 1}, m[1:]...) },
		"last byte":  func(n int, m []byte) []byte { return append(bytes.Clone(m[:len(m)-1]), m[len(m)-1]^1) },
		"cut":        func(n int, m []byte) []byte { return m[:len(m)-1] },
		"empty":      func(n int, m []byte) []byte { return []byte{} },
		"second": func(n int, m []byte) []byte {
			if n == 0 {
				return m
			}
			return append(bytes.Clone(m[:len(m)-1]), m[len(m)-1]^1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			strangers(t, func(t *testing.T, e *twoEnds, i int, saved chat.Saved) {
				if name == "second" && i == 0 {
					return // an inviter says one thing only
				}
				n := -1
				s := e.returns(t, i, saved, chat.Mangling(func(m []byte) []byte {
					n++
					return mangle(n, m)
				}))
				require.NoError(t, e.ends[1-i].Accept(s.Link().Link, false))
				require.NoError(t, s.Accept(awaits[chat.Repair](t, e, 1-i).Link.Link, false))
				for event := range e.told[i] {
					isNot[chat.Opened](t, event)
				}
			})
		})
	}
}

// TestFunctionalReloadCutOff: where the line breaks in the middle of the handshake, whichever message is
// the first that is lost, the page comes back with the ticket that it has.
func TestFunctionalReloadCutOff(t *testing.T) {
	for lost := range 3 {
		t.Run(fmt.Sprint("after ", lost), func(t *testing.T) {
			eachReloaded(t, func(t *testing.T, i int) {
				e := newTwoEnds(t)
				e.await(t, "card 2 of the other side", 1)
				saved := e.saved(t, i)
				_, err := e.ends[1-i].Send("", "first")
				require.NoError(t, err)
				require.Equal(t, "first", awaits[chat.Message](t, e, i).Text)
				awaits[chat.Delivered](t, e, 1-i)
				n, cut := 0, make(chan struct{})
				s := e.reload(t, i, saved, chat.Mangling(func(m []byte) []byte {
					if n++; n <= lost {
						return m
					}
					if n == lost+1 {
						close(cut)
					}
					return nil
				}))
				e.inState(t, 1-i, chat.StateLost)
				_, err = e.ends[1-i].Send("", "second")
				require.NoError(t, err)
				require.NoError(t, e.ends[1-i].Accept(s.Link().Link, false))
				require.NoError(t, s.Accept(awaits[chat.Repair](t, e, 1-i).Link.Link, false))
				e.inState(t, i, chat.StateConnecting)
				select {
				case <-cut:
				case <-time.After(10 * time.Second):
					require.Fail(t, "nothing was cut off")
				}
				s = e.reload(t, i, saved)
				require.Eventually(t, func() bool {
					return e.ends[1-i].Accept(s.Link().Link, false) == nil
				}, 5*time.Second, 10*time.Millisecond)
				require.NoError(t, s.Accept(awaits[chat.Repair](t, e, 1-i).Link.Link, false))
				e.back(t, i)
				e.hears(t, i, []string{"second"})
			})
		})
	}
}

// TestUnitReturnTicket: what cannot be a ticket is refused, and nobody is asked.
func TestUnitReturnTicket(t *testing.T) {
	good := base64.RawURLEncoding.EncodeToString(bytes.Repeat([]byte{0xFB}, 32))
	for _, ticket := range []string{
		"", good[:42], good + "A", good[:42] + "B", strings.ReplaceAll(good, "-", "+"), good + "=", " " + good, "\x00", strings.Repeat("A", 1<<20),
	} {
		_, err := chat.Return(t.Context(), chat.Config{Mailbox: "http://192.0.2.1"}, chat.Saved{Ticket: ticket})
		wantCode(t, chat.CodeMalformed, err)
	}
}
