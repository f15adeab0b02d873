package chat_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tincan/internal/chat"
	"tincan/internal/invite"
	"tincan/internal/mailbox"
	"tincan/internal/seal"
	"tincan/relay"
)

// post is a real mailbox that counts, and can be made to fail.
type post struct {
	server *httptest.Server
	store  *relay.Memory
	clock  chat.Change // of those who use it

	mu    sync.Mutex
	asked map[string]int
	fault func(w http.ResponseWriter, r *http.Request, next http.Handler)
	now   time.Time
	news  chan struct{} // closed when a request comes, and when it has been answered
}

func newPost(t testing.TB, clock chat.MailClock) *post {
	p := &post{store: relay.NewMemory(), clock: clock.Clock, asked: map[string]int{}, now: time.Now(), news: make(chan struct{})}
	h := relay.New(p.store, relay.Config{Now: p.time})
	p.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.asked[r.URL.Path]++
		fault := p.fault
		p.mu.Unlock()
		p.tell()
		defer p.tell()
		if fault != nil {
			fault(w, r, h)
			return
		}
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(p.server.Close)
	return p
}

// tell has those who wait for something look again.
func (p *post) tell() {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.news)
	p.news = make(chan struct{})
}

func (p *post) time() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}

func (p *post) pass(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = p.now.Add(d)
}

func (p *post) fail(fault func(w http.ResponseWriter, r *http.Request, next http.Handler)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = fault
}

func (p *post) count(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked[path]
}

// until waits for what requests to the mailbox bring about, and no event tells.
func (p *post) until(t testing.TB, what string, done func() bool) {
	t.Helper()
	limit := ctx(t)
	for {
		p.mu.Lock()
		news := p.news
		p.mu.Unlock()
		if done() {
			return
		}
		select {
		case <-news:
		case <-limit.Done():
			require.Fail(t, "it never came: "+what)
		}
	}
}

func (p *post) config() chat.Config {
	c := loopback
	c.Site, c.Mailbox = p.server.URL+"/", p.server.URL
	p.clock(&c)
	return c
}

func begin(t testing.TB, s *chat.Session, err error) *chat.Session {
	t.Helper()
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func (p *post) create(t testing.TB) *chat.Session {
	t.Helper()
	s, err := chat.Create(ctx(t), p.config())
	return begin(t, s, err)
}

// join answers as a terminal does: the mailbox is the one that the link names.
func (p *post) join(t testing.TB, link string) *chat.Session {
	t.Helper()
	found, err := chat.Find(link)
	require.NoError(t, err)
	require.Equal(t, p.server.URL, found.Mailbox)
	c := loopback
	c.Mailbox = found.Mailbox
	p.clock(&c)
	s, err := chat.Join(ctx(t), c, link)
	return begin(t, s, err)
}

func awaitMailbox(t testing.TB, s *chat.Session, state chat.MailboxState) {
	t.Helper()
	for await[chat.MailboxChanged](t, s).State != state {
	}
}

// slotOf is where the reply to an invite waits.
func slotOf(t testing.TB, link string) mailbox.Slot {
	t.Helper()
	code, err := invite.Find(link)
	require.NoError(t, err)
	inv, err := invite.ParseInvite(code, true)
	require.NoError(t, err)
	return mailbox.Slot(seal.MailboxSlot(seal.NewLinkSecret(inv.Secret.Bytes())))
}

// TestUnitMailboxSchedule: 1, 2, 3, 5 s, every 5 s for five minutes, every 15 s up to half an hour.
func TestUnitMailboxSchedule(t *testing.T) {
	var ages []time.Duration
	for age := chat.NextAsk(0); age != 0; age = chat.NextAsk(age) {
		ages = append(ages, age/time.Second)
	}
	upTo := func(seconds time.Duration) (n int) {
		for _, age := range ages {
			if age <= seconds {
				n++
			}
		}
		return n
	}
	require.Equal(t, []time.Duration{1, 2, 3, 5, 10, 15, 20}, ages[:7])
	require.Equal(t, []time.Duration{290, 295, 300, 315, 330}, ages[upTo(289):upTo(330)])
	require.EqualValues(t, 1800, ages[len(ages)-1])
	require.Equal(t, 9, upTo(30))
	require.Equal(t, 27, upTo(120))
	require.Equal(t, 63, upTo(300))
	require.Len(t, ages, 63+100)
	// A tab that was held up goes on with the next, not with all that it missed.
	require.Equal(t, 50*time.Second, chat.NextAsk(47300*time.Millisecond))
}

// TestUnitMailboxVisits: when a mailbox is asked, however long it takes to answer and however late the clock ticks.
func TestUnitMailboxVisits(t *testing.T) {
	seconds := func(ages []time.Duration) (whole []int) {
		for _, age := range ages {
			whole = append(whole, int(age/time.Second))
		}
		return whole
	}
	from := func(first, step, last int) (all []int) {
		for n := first; n <= last; n += step {
			all = append(all, n)
		}
		return all
	}
	whole := slices.Concat([]int{1, 2, 3}, from(5, 5, 300), from(315, 15, 1800))
	for _, late := range []time.Duration{0, time.Millisecond, 300 * time.Millisecond, 900 * time.Millisecond} {
		for _, delay := range []time.Duration{0, time.Millisecond, 90 * time.Millisecond} {
			require.Equal(t, whole, seconds(chat.Visits(seal.Inviter, false, mailbox.ErrNone, delay, late)), "%s %s", delay, late)
			require.Equal(t, whole, seconds(chat.Visits(seal.Inviter, false, mailbox.ErrSilent, delay, late)))
			require.Equal(t, append([]int{0}, whole...), seconds(chat.Visits(seal.Joiner, false, mailbox.ErrSilent, delay, late)))
			// Whoever was there first is gone after five minutes.
			require.Equal(t, from(0, 315, 1575), seconds(chat.Visits(seal.Joiner, false, mailbox.ErrOccupied, delay, late))[:6])
			// Where the two have met, a second reply is looked for rarely.
			watched := seconds(chat.Visits(seal.Inviter, true, mailbox.ErrNone, delay, late))
			require.Equal(t, from(15, 15, 1800), watched)
			require.LessOrEqual(t, len(watched), 120)
			require.Equal(t, watched, seconds(chat.Visits(seal.Inviter, true, mailbox.ErrSilent, delay, late)))
		}
		// One that does not answer is left after 10 s, and asked again when its time comes.
		slow := seconds(chat.Visits(seal.Joiner, false, mailbox.ErrSilent, 10*time.Second, late))
		require.Equal(t, []int{0, 15, 30, 45}, slow[:4])
		require.LessOrEqual(t, slow[len(slow)-1], 1800)
	}
	require.Equal(t, []int{0}, seconds(chat.Visits(seal.Joiner, false, nil, 0, 0)), "it lies there")

	// A mailbox that says when to come again is asked at the next of these ages, and never after half an hour.
	for after, ages := range map[time.Duration][]int{
		time.Second: {1, 3, 5, 10, 15}, 7 * time.Second: {1, 10, 20, 30, 40}, time.Minute: {1, 65, 130, 195, 260},
		5 * time.Minute: {1, 315, 630, 945, 1260},
	} {
		got := seconds(chat.Visits(seal.Inviter, false, mailbox.NotNow(after), time.Millisecond, 0))
		require.Equal(t, ages, got[:5], after)
		require.LessOrEqual(t, got[len(got)-1], 1800)
	}
	require.Equal(t, []int{15, 330, 645}, seconds(chat.Visits(seal.Inviter, true, mailbox.NotNow(5*time.Minute), 0, 0))[:3])
}

// TestFunctionalMailbox: the reply comes by itself, once, and is dropped when it has opened.
func TestFunctionalMailbox(t *testing.T) {
	t.Parallel()
	p := newPost(t, chat.MailClock{})
	inviter := p.create(t)
	require.Equal(t, chat.MailboxAsked, await[chat.MailboxChanged](t, inviter).State)
	joiner := p.join(t, inviter.Link().Link)
	require.Equal(t, chat.MailboxLeaving, await[chat.MailboxChanged](t, joiner).State)
	require.Equal(t, chat.MailboxLeft, await[chat.MailboxChanged](t, joiner).State)
	a, b := await[chat.Opened](t, inviter), await[chat.Opened](t, joiner)
	require.Equal(t, a.SAS, b.SAS)
	p.until(t, "drop", func() bool { return p.count(mailbox.PathDrop) == 1 })
	require.Equal(t, 1, p.count(mailbox.PathPut))

	slot := slotOf(t, inviter.Link().Link)
	p.until(t, "a tombstone", func() bool {
		_, err := p.store.Take(context.Background(), slot, mailbox.Claim{}, p.time())
		return err == relay.ErrNone && p.store.Put(context.Background(), slot, make([]byte, 177), p.time()) == relay.ErrOccupied
	})
	// When the words have been compared, nothing is asked any more.
	require.NoError(t, inviter.Verify(true))
	taken := p.count(mailbox.PathTake)
	_, err := inviter.Send("1", "hello")
	require.NoError(t, err)
	await[chat.Message](t, joiner)
	require.NoError(t, inviter.AskNow())
	require.NoError(t, joiner.AskNow())
	require.NoError(t, joiner.LeaveAgain())
	await[chat.Delivered](t, inviter)
	require.LessOrEqual(t, p.count(mailbox.PathTake), taken+1, "one may have been on the road")
	require.Equal(t, 1, p.count(mailbox.PathPut))
}

// TestFunctionalMailboxByHand: where one side does not want the mailbox it asks it nothing, and the chat opens.
func TestFunctionalMailboxByHand(t *testing.T) {
	t.Parallel()
	t.Run("joiner", func(t *testing.T) {
		t.Parallel()
		p := newPost(t, chat.MailClock{})
		inviter := p.create(t)
		joiner := join(t, inviter.Link().Link)
		require.NoError(t, inviter.Accept(joiner.Link().Link, false))
		await[chat.Opened](t, inviter)
		await[chat.Opened](t, joiner)
		require.Zero(t, p.count(mailbox.PathPut))
	})
	for name, change := range map[string]func(*chat.Config){
		"inviter":        func(c *chat.Config) { c.Mailbox = "" },
		"local only":     func(c *chat.Config) { c.Network.Mode = chat.ModeLocal },
		"no site in it":  func(c *chat.Config) { c.Site = "" },
		"joiner asks it": func(c *chat.Config) { c.Mailbox = "" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPost(t, chat.MailClock{})
			config := p.config()
			change(&config)
			s, err := chat.Create(ctx(t), config)
			inviter := begin(t, s, err)
			found, err := chat.Find(inviter.Link().Link)
			require.NoError(t, err)
			require.Empty(t, found.Mailbox)
			s, err = chat.Join(ctx(t), p.config(), inviter.Link().Link) // it would ask, but the invite names none
			joiner := begin(t, s, err)
			require.NoError(t, inviter.AskNow())
			require.NoError(t, joiner.LeaveAgain())
			require.NoError(t, inviter.Accept(joiner.Link().Link, false))
			await[chat.Opened](t, inviter)
			await[chat.Opened](t, joiner)
			require.Empty(t, p.asked)
		})
	}
	t.Run("joiner's network is the local one", func(t *testing.T) {
		t.Parallel()
		p := newPost(t, chat.MailClock{})
		inviter := p.create(t)
		config := p.config()
		config.Network.Mode = chat.ModeLocal
		s, err := chat.Join(ctx(t), config, inviter.Link().Link)
		joiner := begin(t, s, err)
		require.NoError(t, inviter.Accept(joiner.Link().Link, false))
		await[chat.Opened](t, joiner)
		require.Zero(t, p.count(mailbox.PathPut))
	})
}

// TestFunctionalMailboxFaults: whatever is wrong with the mailbox, both are told in one
// line, and the reply by hand opens the chat.
func TestFunctionalMailboxFaults(t *testing.T) {
	t.Parallel()
	random := make([]byte, 177)
	rand.Read(random)
	random[0] = 0xAD
	status := func(code int) func(http.ResponseWriter, *http.Request, http.Handler) {
		return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { w.WriteHeader(code) }
	}
	onlyTake := func(fault http.HandlerFunc) func(http.ResponseWriter, *http.Request, http.Handler) {
		return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if r.URL.Path == mailbox.PathTake {
				fault(w, r)
				return
			}
			next.ServeHTTP(w, r)
		}
	}
	for name, c := range map[string]struct {
		fault           func(http.ResponseWriter, *http.Request, http.Handler)
		inviter, joiner chat.MailboxState
	}{
		"down": {func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			conn, _, _ := http.NewResponseController(w).Hijack()
			_ = conn.Close()
		}, chat.MailboxSilent, chat.MailboxSilent},
		"429": {status(429), chat.MailboxSilent, chat.MailboxSilent},
		"500": {status(500), chat.MailboxSilent, chat.MailboxSilent},
		"503": {status(503), chat.MailboxSilent, chat.MailboxSilent},
		"half a body": {onlyTake(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "241")
			_, _ = w.Write(random)
		}), chat.MailboxSilent, chat.MailboxLeft},
		"a page": {onlyTake(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "<!doctype html><title>Log in to this Wi-Fi</title>")
		}), chat.MailboxSilent, chat.MailboxLeft},
		"someone else's bytes":       {onlyTake(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(random) }), chat.MailboxForeign, chat.MailboxLeft},
		"bytes that are no reply's":  {onlyTake(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 305)) }), chat.MailboxForeign, chat.MailboxLeft},
		"an invite":                  {onlyTake(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(append([]byte{0x89}, random[1:]...)) }), chat.MailboxForeign, chat.MailboxLeft},
		"nothing, though it was put": {onlyTake(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }), chat.MailboxAsked, chat.MailboxLeft},
		"a site without a mailbox":   {status(404), chat.MailboxSilent, chat.MailboxSilent},
		"everything occupied":        {status(409), chat.MailboxSilent, chat.MailboxOccupied},
		"another one's every other ask": {onlyTake(func(w http.ResponseWriter, _ *http.Request) {
			b := bytes.Clone(random)
			rand.Read(b[1:])
			_, _ = w.Write(b)
		}), chat.MailboxForeign, chat.MailboxLeft},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPost(t, chat.MailClock{})
			p.fail(c.fault)
			inviter := p.create(t)
			awaitMailbox(t, inviter, c.inviter)
			joiner := p.join(t, inviter.Link().Link)
			awaitMailbox(t, joiner, c.joiner)
			asked := p.count(mailbox.PathTake)
			p.until(t, "more than ten tries", func() bool { return p.count(mailbox.PathTake) > asked+11 })
			require.NoError(t, inviter.Accept(joiner.Link().Link, false))
			await[chat.Opened](t, inviter)
			await[chat.Opened](t, joiner)
		})
	}
}

// TestFunctionalMailboxRetryAfter: a mailbox that wants to be left alone is, for five minutes at most, and the person
// is told at once. What is wished by hand doesn't wait, and neither does the reply by hand.
func TestFunctionalMailboxRetryAfter(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"3600", "99999999999999999999"} {
		t.Run(value, func(t *testing.T) {
			t.Parallel()
			p := newPost(t, chat.MailClock{AtOnce: true})
			p.fail(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				w.Header().Set("Retry-After", value)
				w.WriteHeader(503)
			})
			inviter := p.create(t)
			awaitMailbox(t, inviter, chat.MailboxSilent)
			joiner := p.join(t, inviter.Link().Link)
			awaitMailbox(t, joiner, chat.MailboxSilent)
			require.Equal(t, 1, p.count(mailbox.PathTake))
			require.Equal(t, 1, p.count(mailbox.PathPut))
			p.fail(nil)
			require.NoError(t, joiner.LeaveAgain())
			awaitMailbox(t, joiner, chat.MailboxLeft)
			require.Equal(t, 1, p.count(mailbox.PathTake), "the inviter waits")
			require.NoError(t, inviter.AskNow())
			p.until(t, "asked again", func() bool { return p.count(mailbox.PathTake) > 1 })
			await[chat.Opened](t, inviter)
			await[chat.Opened](t, joiner)
		})
	}
	t.Run("then by hand", func(t *testing.T) {
		t.Parallel()
		p := newPost(t, chat.MailClock{})
		p.fail(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			w.Header().Set("Retry-After", "300")
			w.WriteHeader(429)
		})
		inviter := p.create(t)
		awaitMailbox(t, inviter, chat.MailboxSilent)
		joiner := join(t, inviter.Link().Link)
		require.NoError(t, inviter.Accept(joiner.Link().Link, false))
		await[chat.Opened](t, inviter)
		await[chat.Opened](t, joiner)
	})
}

// TestFunctionalMailboxSlow: one that never answers holds nothing up, neither the chat nor its end.
func TestFunctionalMailboxSlow(t *testing.T) {
	t.Parallel()
	p := newPost(t, chat.MailClock{})
	p.fail(func(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
		_, _ = io.ReadAll(r.Body)
		<-r.Context().Done()
	})
	inviter := p.create(t)
	joiner := p.join(t, inviter.Link().Link)
	p.until(t, "both are on the road", func() bool { return p.count(mailbox.PathPut) == 1 && p.count(mailbox.PathTake) == 1 })
	require.NoError(t, inviter.Accept(joiner.Link().Link, false))
	await[chat.Opened](t, inviter)
	await[chat.Opened](t, joiner)
	require.NoError(t, joiner.Close())
	require.NoError(t, inviter.Close())
}

// TestFunctionalMailboxSquatted: somebody who has the link was faster with nonsense, or took the
// reply away: told at the end that sees it, and the way by hand is open.
func TestFunctionalMailboxSquatted(t *testing.T) {
	t.Parallel()
	t.Run("put", func(t *testing.T) {
		t.Parallel()
		p := newPost(t, chat.MailClock{})
		inviter := p.create(t)
		squatter := make([]byte, 241)
		rand.Read(squatter)
		require.NoError(t, p.store.Put(context.Background(), slotOf(t, inviter.Link().Link), squatter, p.time()))
		awaitMailbox(t, inviter, chat.MailboxForeign)
		joiner := p.join(t, inviter.Link().Link)
		awaitMailbox(t, joiner, chat.MailboxOccupied)
		require.NoError(t, inviter.Accept(joiner.Link().Link, false))
		await[chat.Opened](t, inviter)
	})
	t.Run("claimed", func(t *testing.T) {
		t.Parallel()
		p := newPost(t, chat.MailClock{Rarely: true})
		inviter := p.create(t)
		joiner := p.join(t, inviter.Link().Link)
		awaitMailbox(t, joiner, chat.MailboxLeft)
		_, err := p.store.Take(context.Background(), slotOf(t, inviter.Link().Link), mailbox.Claim{7}, p.time())
		require.NoError(t, err)
		require.NoError(t, inviter.AskNow())
		p.until(t, "asked in vain", func() bool { return p.count(mailbox.PathTake) == 1 })
		require.NoError(t, inviter.Accept(joiner.Link().Link, false))
		await[chat.Opened](t, inviter)
		await[chat.Opened](t, joiner)
	})
}

// TestFunctionalMailboxAgain: after five minutes the joiner is told, and may leave the reply
// again; an inviter who was away for longer than that still gets it.
func TestFunctionalMailboxAgain(t *testing.T) {
	t.Parallel()
	p := newPost(t, chat.MailClock{Rarely: true, AtOnce: true, Gone: 400 * time.Millisecond}) // an inviter that is frozen asks nothing
	inviter := p.create(t)
	joiner := p.join(t, inviter.Link().Link)
	awaitMailbox(t, joiner, chat.MailboxLeft)
	require.NoError(t, joiner.LeaveAgain())
	require.Equal(t, 1, p.count(mailbox.PathPut), "it lies there")
	p.pass(mailbox.Lifetime)
	awaitMailbox(t, joiner, chat.MailboxExpired)
	require.NoError(t, inviter.AskNow())
	p.until(t, "asked in vain", func() bool { return p.count(mailbox.PathTake) == 1 })
	require.NoError(t, joiner.LeaveAgain())
	awaitMailbox(t, joiner, chat.MailboxLeaving)
	awaitMailbox(t, joiner, chat.MailboxLeft)
	require.Equal(t, 2, p.count(mailbox.PathPut))
	require.NoError(t, inviter.AskNow())
	p.until(t, "asked again", func() bool { return p.count(mailbox.PathDrop) == 1 })
	await[chat.Opened](t, inviter)
	await[chat.Opened](t, joiner)
}

// TestFunctionalMailboxReturns: a mailbox that was down is tried again, at both ends.
func TestFunctionalMailboxReturns(t *testing.T) {
	t.Parallel()
	p := newPost(t, chat.MailClock{})
	p.fail(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { w.WriteHeader(500) })
	inviter := p.create(t)
	joiner := p.join(t, inviter.Link().Link)
	awaitMailbox(t, inviter, chat.MailboxSilent)
	awaitMailbox(t, joiner, chat.MailboxSilent)
	p.fail(nil)
	awaitMailbox(t, joiner, chat.MailboxLeft)
	await[chat.Opened](t, inviter)
	await[chat.Opened](t, joiner)
}

// TestFunctionalMailboxOver: after half an hour nothing is asked any more, and the person told.
func TestFunctionalMailboxOver(t *testing.T) {
	t.Parallel()
	p := newPost(t, chat.MailClock{Over: 200 * time.Millisecond})
	inviter := p.create(t)
	awaitMailbox(t, inviter, chat.MailboxOver)
	asked := p.count(mailbox.PathTake)
	require.NoError(t, inviter.AskNow())
	joiner := join(t, inviter.Link().Link)
	require.NoError(t, inviter.Accept(joiner.Link().Link, false))
	await[chat.Opened](t, inviter)
	require.LessOrEqual(t, asked, 6)
	require.Equal(t, asked, p.count(mailbox.PathTake))
}

// TestFunctionalMailboxWithdrawn: a joiner that leaves before anybody came takes its reply back, so
// that the inviter waits on for the one who comes after.
func TestFunctionalMailboxWithdrawn(t *testing.T) {
	t.Parallel()
	for name, slow := range map[string]bool{"left": false, "on the road": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPost(t, chat.MailClock{Rarely: true})
			arrived := make(chan struct{})
			if slow { // it arrives, and the answer doesn't
				p.fail(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
					next.ServeHTTP(w, r)
					if r.URL.Path == mailbox.PathPut {
						close(arrived)
						<-r.Context().Done()
					}
				})
			}
			inviter := p.create(t)
			gone := p.join(t, inviter.Link().Link)
			if slow {
				<-arrived
			} else {
				awaitMailbox(t, gone, chat.MailboxLeft)
			}
			require.NoError(t, gone.Close())
			require.Equal(t, 1, p.count(mailbox.PathDrop))
			p.fail(nil)

			require.NoError(t, inviter.AskNow())
			p.until(t, "asked in vain", func() bool { return p.count(mailbox.PathTake) == 2 })
			again := p.join(t, inviter.Link().Link)
			awaitMailbox(t, again, chat.MailboxOccupied)
			require.NoError(t, inviter.Accept(again.Link().Link, false))
			await[chat.Opened](t, inviter)
			await[chat.Opened](t, again)
		})
	}
}

// TestFunctionalMailboxLate: an answer of the mailbox that comes when the two have met is told to nobody.
func TestFunctionalMailboxLate(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"kept": 204, "occupied": 409, "failing": 500} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPost(t, chat.MailClock{})
			met := make(chan struct{})
			p.fail(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if r.URL.Path != mailbox.PathPut {
					next.ServeHTTP(w, r)
					return
				}
				_, _ = io.ReadAll(r.Body)
				<-met
				w.WriteHeader(status)
			})
			inviter := p.create(t)
			joiner := p.join(t, inviter.Link().Link)
			p.until(t, "put", func() bool { return p.count(mailbox.PathPut) == 1 })
			require.NoError(t, inviter.Accept(joiner.Link().Link, false))
			await[chat.Opened](t, joiner)
			await[chat.Opened](t, inviter)
			close(met)
			_, err := inviter.Send("1", "hello")
			require.NoError(t, err)
			for {
				e, ok := joiner.Next(ctx(t))
				require.True(t, ok)
				notMailbox(t, e)
				if _, is := e.(chat.Message); is {
					break
				}
			}
			require.NoError(t, inviter.Close())
			require.NoError(t, joiner.Close())
			for e, ok := joiner.Next(ctx(t)); ok; e, ok = joiner.Next(ctx(t)) {
				notMailbox(t, e)
			}
		})
	}
}

func notMailbox(t testing.TB, e chat.Event) {
	t.Helper()
	_, is := e.(chat.MailboxChanged)
	require.False(t, is, "the mailbox concerns nobody any more")
}

// TestFunctionalMailboxHurry: who comes back while a request is still on the road, cut off with the
// network, has the mailbox asked as soon as that has failed.
func TestFunctionalMailboxHurry(t *testing.T) {
	t.Parallel()
	p := newPost(t, chat.MailClock{Rarely: true, AtOnce: true})
	cut := make(chan struct{})
	p.fail(func(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
		_, _ = io.ReadAll(r.Body)
		<-cut
		panic(http.ErrAbortHandler)
	})
	inviter := p.create(t)
	require.NoError(t, inviter.AskNow())
	p.until(t, "on the road", func() bool { return p.count(mailbox.PathTake) == 1 })
	joiner := join(t, inviter.Link().Link)
	reply, err := invite.Find(joiner.Link().Link)
	require.NoError(t, err)
	require.NoError(t, p.store.Put(context.Background(), slotOf(t, inviter.Link().Link), reply, p.time()))
	require.NoError(t, inviter.AskNow(), "a wish while it is on the road")
	p.fail(nil)
	close(cut)
	await[chat.Opened](t, inviter)
	await[chat.Opened](t, joiner)
}

// TestFunctionalMailboxSecond: a reply that comes by hand leaves none behind in the mailbox, and if
// another person's lies there, the inviter is warned of it.
func TestFunctionalMailboxSecond(t *testing.T) {
	t.Parallel()
	for name, same := range map[string]bool{"the same": true, "another": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPost(t, chat.MailClock{Rarely: true})
			inviter := p.create(t)
			joiner := p.join(t, inviter.Link().Link)
			awaitMailbox(t, joiner, chat.MailboxLeft)
			byHand := joiner
			if !same {
				byHand = join(t, inviter.Link().Link)
			}
			require.NoError(t, inviter.Accept(byHand.Link().Link, false))
			opened, warned := false, same // in either order
			for !opened || !warned {
				e, ok := inviter.Next(ctx(t))
				require.True(t, ok, "opened %t, warned %t", opened, warned)
				switch e := e.(type) {
				case chat.Opened:
					opened = true
				case chat.Problem:
					require.Equal(t, chat.CodeSecondReply, e.Code)
					require.False(t, same, "it was one person")
					warned = true
				}
			}
			await[chat.Opened](t, byHand)
			p.until(t, "drop", func() bool { return p.count(mailbox.PathDrop) == 1 })
		})
	}
}

// TestFunctionalSecondTyped: another reply to the invite that is written into the open chat is not sent to
// whoever is there, and is told; any other code is a message like all.
func TestFunctionalSecondTyped(t *testing.T) {
	t.Parallel()
	inviter, joiner := open(t)
	friend := join(t, inviter.Link().Link)
	_, err := inviter.Send("1", "they sent me this: "+friend.Link().Link)
	wantCode(t, chat.CodeSecondReply, err)
	other := join(t, create(t).Link().Link)
	for _, text := range []string{"a reply to somebody: " + other.Link().Link, joiner.Link().Link, inviter.Link().Link} {
		_, err := inviter.Send("2", text)
		require.NoError(t, err)
		require.Equal(t, text, await[chat.Message](t, joiner).Text)
	}
	_, err = joiner.Send("3", friend.Link().Link)
	require.NoError(t, err)
	require.Equal(t, friend.Link().Link, await[chat.Message](t, inviter).Text)
}

// TestFunctionalMailboxWatched: somebody who has the link was faster. When the one who is meant leaves a reply, seconds
// or minutes later, the inviter is warned, once, and what lay in the mailbox is gone. Who has compared the safety words
// needs no warning, and the mailbox is asked nothing more.
func TestFunctionalMailboxWatched(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		later            time.Duration
		byHand, compared bool
	}{
		"10 s later":                   {later: 10 * time.Second},
		"6 minutes later":              {later: 6 * time.Minute},
		"6 minutes later, compared":    {later: 6 * time.Minute, compared: true},
		"10 s later, by hand first":    {later: 10 * time.Second, byHand: true},
		"6 minutes later, by hand too": {later: 6 * time.Minute, byHand: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPost(t, chat.MailClock{Gone: 300 * time.Millisecond})
			inviter := p.create(t)
			link := inviter.Link().Link
			var faster *chat.Session
			if c.byHand {
				faster = join(t, link)
				require.NoError(t, inviter.Accept(faster.Link().Link, false))
			} else {
				faster = p.join(t, link)
				p.until(t, "drop", func() bool { return p.count(mailbox.PathDrop) == 1 })
			}
			await[chat.Opened](t, inviter)
			await[chat.Opened](t, faster)
			if c.compared {
				require.NoError(t, inviter.Verify(true))
			}
			dropped := p.count(mailbox.PathDrop)

			p.pass(c.later)
			friend := p.join(t, link)
			if c.later < mailbox.Lifetime && !c.byHand {
				awaitMailbox(t, friend, chat.MailboxOccupied) // by what the first one left
				p.pass(mailbox.Lifetime)
			}
			awaitMailbox(t, friend, chat.MailboxLeft)
			if c.compared {
				taken := p.count(mailbox.PathTake)
				awaitMailbox(t, friend, chat.MailboxExpired)
				require.LessOrEqual(t, p.count(mailbox.PathTake), taken+1, "one may have been on the road")
				require.Equal(t, dropped, p.count(mailbox.PathDrop))
				require.NoError(t, inviter.Close())
				require.Zero(t, problems(t, inviter)[chat.CodeSecondReply])
				return
			}
			require.Equal(t, chat.CodeSecondReply, await[chat.Problem](t, inviter).Code)
			p.until(t, "drop", func() bool { return p.count(mailbox.PathDrop) == dropped+1 })
			slot := slotOf(t, link)
			p.until(t, "it is gone", func() bool {
				return p.store.Put(context.Background(), slot, make([]byte, 177), p.time()) == relay.ErrOccupied
			})
			// The chat goes on, and the warning is not repeated.
			taken := p.count(mailbox.PathTake)
			p.until(t, "it is watched on", func() bool { return p.count(mailbox.PathTake) > taken+3 })
			_, err := inviter.Send("1", "who are you?")
			require.NoError(t, err)
			await[chat.Message](t, faster)
			require.NoError(t, inviter.Close())
			require.Zero(t, problems(t, inviter)[chat.CodeSecondReply])
		})
	}
}

// TestFunctionalMailboxComparedEarly: who has compared the words while an errand was still on the road
// is not watched for either.
func TestFunctionalMailboxComparedEarly(t *testing.T) {
	t.Parallel()
	p := newPost(t, chat.MailClock{Gone: 300 * time.Millisecond})
	compared := make(chan struct{})
	p.fail(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.URL.Path == mailbox.PathDrop {
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			<-compared
		}
		next.ServeHTTP(w, r)
	})
	inviter := p.create(t)
	joiner := p.join(t, inviter.Link().Link)
	await[chat.Opened](t, inviter)
	await[chat.Opened](t, joiner)
	p.until(t, "drop", func() bool { return p.count(mailbox.PathDrop) == 1 })
	require.NoError(t, inviter.Verify(true))
	taken := p.count(mailbox.PathTake)
	close(compared)
	p.pass(mailbox.Lifetime)
	late := p.join(t, inviter.Link().Link)
	awaitMailbox(t, late, chat.MailboxLeft)
	awaitMailbox(t, late, chat.MailboxExpired) // many times of the schedule later
	require.Equal(t, taken, p.count(mailbox.PathTake))
}

// TestFunctionalMailboxWatchedGarbage: what lies there after the two have met and does not open is nobody's reply.
func TestFunctionalMailboxWatchedGarbage(t *testing.T) {
	t.Parallel()
	p := newPost(t, chat.MailClock{})
	inviter := p.create(t)
	joiner := p.join(t, inviter.Link().Link)
	await[chat.Opened](t, inviter)
	p.until(t, "drop", func() bool { return p.count(mailbox.PathDrop) == 1 })
	p.pass(mailbox.Lifetime)
	garbage := make([]byte, 241)
	rand.Read(garbage)
	garbage[0] = 0xAD
	require.NoError(t, p.store.Put(context.Background(), slotOf(t, inviter.Link().Link), garbage, p.time()))
	p.until(t, "drop", func() bool { return p.count(mailbox.PathDrop) == 2 })
	p.pass(mailbox.Lifetime)
	reply, err := invite.Find(joiner.Link().Link) // the same person's own, once more
	require.NoError(t, err)
	require.NoError(t, p.store.Put(context.Background(), slotOf(t, inviter.Link().Link), reply, p.time()))
	p.until(t, "drop", func() bool { return p.count(mailbox.PathDrop) == 3 })
	require.NoError(t, inviter.Close())
	require.Zero(t, problems(t, inviter)[chat.CodeSecondReply])
}
