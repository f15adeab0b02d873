//go:build !js

package chat

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"tincan/internal/mailbox"
	"tincan/internal/peer"
	"tincan/internal/seal"
	"tincan/relay"
)

var returnRuns = flag.Int("returns", 100, "how many chats TestUnitReturnsAtRandom goes through")

// memoryBox is a mailbox in memory, in fake time.
type memoryBox struct {
	store *relay.Memory
	delay func() time.Duration
	side  int
	pages *pages
}

func (b memoryBox) wait(ctx context.Context) error {
	select {
	case <-time.After(b.delay()):
		return nil
	case <-ctx.Done():
		return mailbox.ErrSilent
	}
}

func (b memoryBox) Put(ctx context.Context, slot mailbox.Slot, reply []byte) error {
	if err := b.wait(ctx); err != nil {
		return err
	}
	if errors.Is(b.store.Put(ctx, slot, reply, time.Now()), relay.ErrOccupied) {
		return mailbox.ErrOccupied
	}
	b.pages.note(b.side, fmt.Sprintf("put %x", reply[1:4]))
	b.pages.mu.Lock()
	defer b.pages.mu.Unlock()
	b.pages.puts[b.side] = append(b.pages.puts[b.side], time.Now())
	return nil
}

func (b memoryBox) Take(ctx context.Context, slot mailbox.Slot, claim mailbox.Claim) ([]byte, error) {
	if err := b.wait(ctx); err != nil {
		return nil, err
	}
	reply, err := b.store.Take(ctx, slot, claim, time.Now())
	if err != nil {
		return nil, mailbox.ErrNone
	}
	b.pages.note(b.side, fmt.Sprintf("take %x", reply[1:4]))
	return reply, nil
}

func (b memoryBox) Drop(ctx context.Context, slot mailbox.Slot, claim mailbox.Claim) error {
	if err := b.wait(ctx); err != nil {
		return err
	}
	return b.store.Drop(ctx, slot, claim, time.Now())
}

// pages are two that have met, in fake time, and the mailbox by which they find each other.
type pages struct {
	t       *testing.T
	hub     *hub
	boxes   [2]memoryBox
	context context.Context
	running sync.WaitGroup

	mu   sync.Mutex
	ends [2]page
	puts [2][]time.Time // when each has left its returns
	log  []string

	files bool                 // they can send and keep files
	tells func(i int, e Event) // what is told is for this, too; it holds mu
	fresh func(i int)          // a page has lost all that it was told
}

// page is one of the two, with what it keeps.
type page struct {
	s      *Session
	saved  Saved
	state  State
	opened bool
	closed Reason
}

func newPages(t *testing.T, delay func() time.Duration, changes ...func(*pages)) *pages {
	p := &pages{t: t, hub: &hub{conns: map[string]*hconn{}, delay: 5 * time.Millisecond}, tells: func(int, Event) {}, fresh: func(int) {}}
	for _, change := range changes {
		change(p)
	}
	var leave context.CancelFunc
	p.context, leave = context.WithCancel(context.Background())
	store := relay.NewMemory()
	for i := range p.boxes {
		p.boxes[i] = memoryBox{store, delay, i, p}
	}
	inviter, err := Create(t.Context(), p.config(0))
	require.NoError(t, err)
	joiner, err := Join(t.Context(), p.config(1), inviter.Link().Link)
	require.NoError(t, err)
	require.NoError(t, inviter.Accept(joiner.Link().Link, false))
	p.listen(0, inviter)
	p.listen(1, joiner)
	t.Cleanup(func() {
		for i := range p.ends {
			p.ends[i].s.Vanish()
		}
		leave()
		p.running.Wait()
		if t.Failed() {
			t.Log(p.story())
		}
	})
	time.Sleep(5 * time.Second)
	for i := range p.ends {
		_ = p.ends[i].s.call(func(context.Context) error {
			p.ends[i].s.lines.courier.client = p.boxes[i]
			return nil
		})
		require.True(t, p.at(i).opened)
	}
	return p
}

// slowly is a connection whose engine takes its time with what it is given.
type slowly struct {
	connection
	delay func() time.Duration
}

func (c slowly) Offer(ctx context.Context) (string, error) {
	time.Sleep(4 * c.delay())
	return c.connection.Offer(ctx)
}

func (c slowly) Accept(ctx context.Context, text string) error {
	time.Sleep(c.delay())
	return c.connection.Accept(ctx, text)
}

func (p *pages) config(i int) Config {
	return Config{Files: p.files, dial: func(way peer.Config) (connection, error) {
		conn, err := p.hub.dial(i)(way)
		return slowly{conn, p.boxes[i].delay}, err
	}}
}

func (p *pages) at(i int) page {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ends[i]
}

func (p *pages) note(i int, what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.log = append(p.log, fmt.Sprintf("%s %d %s", time.Now().Format("04:05.000"), i, what))
}

// left is when a page has left its returns.
func (p *pages) left(i int) []time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.puts[i])
}

func (p *pages) story() string {
	text := strings.Join(p.log, "\n")
	for i := range p.ends {
		text += "\n" + p.ends[i].s.diary.Text()
	}
	return text
}

// listen has a session be that of a page, which keeps what it is to keep.
func (p *pages) listen(i int, s *Session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := &p.ends[i]
	e.s, e.state, e.opened, e.closed = s, "", false, ""
	p.fresh(i)
	p.running.Go(func() {
		for event, ok := s.Next(p.context); ok; event, ok = s.Next(p.context) {
			saved, err := s.Saved()
			p.mu.Lock()
			if e.s == s {
				switch event := event.(type) {
				case StateChanged:
					e.state = event.State
				case Opened:
					e.opened = true
				case Closed:
					e.closed = event.Reason
				}
				if err == nil {
					e.saved = saved
				}
				p.log = append(p.log, fmt.Sprintf("%s %d %T%.200v", time.Now().Format("04:05.000"), i, event, event))
				p.tells(i, event)
			}
			p.mu.Unlock()
		}
	})
}

// reload has a page lose all but what it keeps, and come back.
func (p *pages) reload(i int) {
	p.at(i).s.Vanish()
	saved := p.at(i).saved
	ticket, err := saved.ticket()
	require.NoError(p.t, err)
	role := seal.Joiner
	if saved.Inviter {
		role = seal.Inviter
	}
	s, err := newSession(p.config(i), role)
	require.NoError(p.t, err)
	s.meet.returns.now = &back{ticket: ticket}
	require.NoError(p.t, s.makeReturn(p.t.Context(), p.config(i), false))
	s.meet.returns.mail = returnMail{client: p.boxes[i], began: time.Now()}
	s.begin()
	p.note(i, "is reloaded")
	p.listen(i, s)
}

// together tells whether both are open, and over the same line.
func (p *pages) together() bool {
	a, b := p.at(0), p.at(1)
	return a.opened && b.opened && a.state == StateOpen && b.state == StateOpen && a.saved.Ticket == b.saved.Ticket
}

// TestUnitReturnsAtRandom: however often either page is reloaded, and whatever the other has read of its returns by then,
// both are soon back. A page tries once more where its session has ended.
func TestUnitReturnsAtRandom(t *testing.T) {
	ended, worst := 0, []time.Duration(nil)
	for seed := range uint64(*returnRuns) {
		synctest.Test(t, func(t *testing.T) {
			luck := rand.New(rand.NewPCG(seed, 0))
			var mu sync.Mutex
			most := 1 + luck.IntN(400)
			p := newPages(t, func() time.Duration {
				mu.Lock()
				defer mu.Unlock()
				return time.Duration(luck.IntN(most)) * time.Millisecond
			})
			pass := func(d time.Duration) {
				mu.Lock()
				d = d * time.Duration(luck.IntN(1000)) / 1000
				mu.Unlock()
				time.Sleep(d)
			}
			pick := func(n int) int {
				mu.Lock()
				defer mu.Unlock()
				return luck.IntN(n)
			}
			again := func() {
				for i := range p.ends {
					if p.at(i).closed != "" {
						ended++
						pass(time.Second)
						p.reload(i)
					}
				}
			}
			for range 2 + pick(10) {
				if pick(4) == 0 {
					p.hub.cut(1, 0) // neither sees that its line has ended
				}
				if i := pick(2); !p.at(i).opened || p.at(i).saved.Ticket == p.at(1-i).saved.Ticket {
					p.reload(i) // otherwise the other page has not kept the ticket of this one yet, which alone has both
				}
				pass([]time.Duration{10 * time.Millisecond, time.Second, 8 * time.Second}[pick(3)])
			}
			last := time.Now()
			for !p.together() {
				again()
				time.Sleep(100 * time.Millisecond)
				limit := time.Minute
				if max(len(p.left(0)), len(p.left(1))) >= maxReturns {
					limit += mailbox.Lifetime // there may be no place for another before one has expired
				}
				require.Less(t, time.Since(last), limit, "seed %d", seed)
			}
			worst = append(worst, time.Since(last))
		})
		if t.Failed() {
			return
		}
	}
	slices.Sort(worst)
	t.Logf("%d runs, half of them after %s, nine of ten after %s, all after %s, %d sessions ended", *returnRuns, worst[len(worst)/2], worst[len(worst)*9/10], worst[len(worst)-1], ended)
}

// eachPage runs a test in fake time, with a mailbox that answers at once, for either side as the one that is left alone.
func eachPage(t *testing.T, do func(t *testing.T, p *pages, i int)) {
	for i, name := range []string{"the inviter", "the joiner"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPages(t, func() time.Duration { return 0 })
				for i := range p.ends {
					p.at(i).s.Vanish()
				}
				do(t, p, i)
				for range 40 {
					if time.Sleep(100 * time.Millisecond); p.together() {
						return
					}
				}
				require.Fail(t, "they did not come back")
			})
		})
	}
}

// after is how long after the first of its returns a page has left another.
func (p *pages) after(i, n int) time.Duration {
	times := p.left(i)
	require.Greater(p.t, len(times), n)
	return times[n].Sub(times[0])
}

// TestUnitReturnAnswered: a page whose card is used up answers a fresh return as soon as it has read that and made another card,
// not when it next looks at its clock. The other, reloaded again, takes nothing that lies there from before the answer to what
// it has lost, and is back with the only return that it makes.
func TestUnitReturnAnswered(t *testing.T) {
	eachPage(t, func(t *testing.T, p *pages, i int) {
		p.reload(i)
		time.Sleep(100 * time.Millisecond)
		p.reload(1 - i) // read after a second, when it is lost, and ours used up with it
		time.Sleep(50 * time.Millisecond)
		p.at(1 - i).s.Vanish()
		time.Sleep(time.Second)
		p.reload(1 - i) // read after two
		time.Sleep(50 * time.Millisecond)
		p.at(1 - i).s.Vanish()
		time.Sleep(time.Second)
		require.Equal(t, 2*time.Second+20*time.Millisecond, p.after(i, 1))
		p.reload(1 - i)
		time.Sleep(4 * time.Second)
		require.Len(t, p.left(i), 3)
		require.Len(t, p.left(1-i), 3)
		require.Empty(t, p.at(i).closed)
	})
}

// TestUnitReturnPlace: an answer counts also where an older one lies behind it, since its place was used before and what lay there
// has expired.
func TestUnitReturnPlace(t *testing.T) {
	eachPage(t, func(t *testing.T, p *pages, i int) {
		p.reload(i)
		time.Sleep(100 * time.Millisecond)
		for range 2 {
			p.reload(1 - i)
			time.Sleep(50 * time.Millisecond)
			p.at(1 - i).s.Vanish()
			time.Sleep(2 * mailbox.Lifetime / 3)
		}
		require.Len(t, p.left(i), 2, "the second of them is answered")
		p.reload(1 - i)
		time.Sleep(20 * time.Second)
	})
}

// TestUnitReturnFreshAgain: a page whose own return is answered when its card is used up already makes another fresh one at once.
func TestUnitReturnFreshAgain(t *testing.T) {
	eachPage(t, func(t *testing.T, p *pages, i int) {
		p.reload(1 - i)
		time.Sleep(500 * time.Millisecond)
		p.reload(i) // read after a second, when it is lost
		time.Sleep(50 * time.Millisecond)
		p.at(i).s.Vanish()
		time.Sleep(700 * time.Millisecond)
		p.reload(i) // read after two, when it has been used with what lay there
		time.Sleep(1500 * time.Millisecond)
		require.Equal(t, time.Second+20*time.Millisecond, p.after(i, 2)-p.after(i, 1))
		require.Empty(t, p.at(i).closed)
	})
}
