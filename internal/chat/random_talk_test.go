//go:build !js

package chat

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	talkRuns = flag.Int("talks", 30, "how many chats TestUnitTalkAtRandom goes through")
	talkSeed = flag.Uint64("talks-seed", 0, "the first seed of TestUnitTalkAtRandom")
)

// thing is a message as a person sees it who is told of it, or has said it.
type thing struct {
	name      string // what its text begins with, or the name of the file: by this the two ends find it
	text      string
	answers   Said
	file      bool
	over      bool // a file that has ended
	gone      bool
	delivered bool
	edits     int
	ours      string // our reaction
	theirs    string
}

// view is what a person sees of a chat.
type view struct {
	things  map[Said]*thing
	ops     map[uint64]Talk // of ours, that are not known to have arrived
	failed  []Talk
	seconds [2]uint32 // what each has last said of a timer: the other side, this one
	wrong   []string
}

func newView() *view { return &view{things: map[Said]*thing{}, ops: map[uint64]Talk{}} }

// wants notes what must not be so.
func (v *view) wants(ok bool, format string, args ...any) {
	if !ok {
		v.wrong = append(v.wrong, fmt.Sprintf(format, args...))
	}
}

// does has what somebody does with a message be seen.
func (v *view) does(ours bool, t Talk) {
	x := v.things[t.About]
	if t.Kind == TalkTimer {
		v.seconds[map[bool]int{true: 1}[ours]] = t.Seconds
		return
	}
	if x == nil || x.gone {
		return
	}
	switch t.Kind {
	case TalkEdit:
		x.text = t.Text
		x.edits++
	case TalkUnsend:
		x.gone = true
	case TalkReaction:
		if ours {
			x.ours = t.Text
		} else {
			x.theirs = t.Text
		}
	}
}

// tells has an event be seen.
func (v *view) tells(event Event) {
	switch e := event.(type) {
	case Message:
		v.wants(v.things[Said{ID: e.ID}] == nil, "message %d comes twice", e.ID)
		v.wants(e.Answers.ID == 0 || v.things[e.Answers] != nil, "message %d answers %v, which nobody knows", e.ID, e.Answers)
		v.things[Said{ID: e.ID}] = &thing{name: nameOf(e.Text), text: e.Text, answers: e.Answers}
	case FileOffered:
		v.things[Said{ID: e.ID}] = &thing{name: e.File.Name, file: true}
	case FileEnded:
		if x := v.things[Said{e.Ours, e.ID}]; x != nil {
			x.over = true
		}
	case Talked:
		x := v.things[e.Talk.About]
		v.wants(e.Talk.Kind == TalkTimer || x != nil, "%v is of what nobody knows", e)
		v.wants(x == nil || !x.gone || e.Talk.About.Ours, "%v is of what they took back", e)
		v.does(false, e.Talk)
	case Delivered:
		x, op := v.things[Said{true, e.ID}], v.ops[e.ID]
		v.wants(x != nil || op.Kind != "", "%d is delivered, which was not said", e.ID)
		delete(v.ops, e.ID)
		if x != nil {
			v.wants(!x.delivered || x.file, "%d is delivered twice", e.ID)
			x.delivered = true
		}
	case Failed:
		if e.Code != CodeEnded {
			v.wants(v.ops[e.ID].Kind != "", "%d has failed, which is a message or over", e.ID)
			v.failed = append(v.failed, v.ops[e.ID])
			delete(v.ops, e.ID)
		}
	case Back:
		v.back()
	case Closed:
		v.wants(e.Reason != ReasonUntrusted && e.Reason != ReasonInternal, "the chat has ended: %s", e.Reason)
	}
}

// back has only be there what the other page, which has lost all, is told again.
func (v *view) back() {
	v.seconds[0] = 0
	for said, x := range v.things {
		switch {
		case !said.Ours, x.delivered && !x.file, x.over:
			delete(v.things, said)
			continue
		case x.file:
			x.ours = ""
		}
		x.theirs = ""
		if !x.answers.Ours {
			x.answers = Said{}
		}
	}
	timer := false
	for _, id := range slices.Sorted(maps.Keys(v.ops)) {
		if op := v.ops[id]; op.Kind == TalkReaction {
			v.does(true, op)
		} else {
			timer = timer || op.Kind == TalkTimer
		}
	}
	if !timer {
		v.seconds[1] = 0
	}
}

// answered is the name of what a message answers, where that is there.
func (v *view) answered(x *thing) string {
	if a := v.things[x.answers]; a != nil && !a.gone {
		return a.name
	}
	return ""
}

func nameOf(text string) string {
	name, _, _ := strings.Cut(text, " ")
	return name
}

// agree tells where two ends see something else, once all has arrived.
func agree(a, b *view) (wrong []string) {
	differs := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	there := map[string]*thing{}
	for said, y := range b.things {
		if !said.Ours {
			there[y.name] = y
		}
	}
	for said, x := range a.things {
		if !said.Ours {
			continue
		}
		y := there[x.name]
		delete(there, x.name)
		switch {
		case y == nil && (x.gone || x.over):
		case y == nil:
			differs("%s has not come", x.name)
		case x.gone != y.gone:
			differs("%s is gone %v there %v", x.name, x.gone, y.gone)
		case x.gone:
		case !x.delivered:
			differs("%s has come, and is not delivered", x.name)
		case x.text != y.text:
			differs("%s is %.40q there %.40q", x.name, x.text, y.text)
		case x.ours != y.theirs || x.theirs != y.ours:
			differs("%s has the reactions %q %q there %q %q", x.name, x.ours, x.theirs, y.theirs, y.ours)
		case a.answered(x) != b.answered(y):
			differs("%s answers %q there %q", x.name, a.answered(x), b.answered(y))
		}
	}
	for name := range there {
		differs("%s has come, and was not said", name)
	}
	if a.seconds[1] != b.seconds[0] {
		differs("the timer is %d there %d", a.seconds[1], b.seconds[0])
	}
	return wrong
}

// chatter is two pages, what their persons see, and the luck by which they do something.
type chatter struct {
	*pages
	views [2]*view
	mu    sync.Mutex
	luck  *rand.Rand
	names int
	did   map[string]int
	began [2]time.Time // when each page was loaded
}

func newChatter(t *testing.T, seed uint64) *chatter {
	c := &chatter{luck: rand.New(rand.NewPCG(seed, 3)), did: map[string]int{}}
	most := 1 + c.pick(300)
	c.pages = newPages(t, func() time.Duration { return time.Duration(c.pick(most)) * time.Millisecond }, func(p *pages) {
		p.files = true
		p.tells = func(i int, e Event) { c.views[i].tells(e) }
		p.fresh = func(i int) { c.views[i], c.began[i] = newView(), time.Now() }
		p.hub.rate = []int{0, 0, 30_000, 300_000}[c.pick(4)]
	})
	return c
}

func (c *chatter) pick(n int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.luck.IntN(n)
}

// acts has a person do something with what they see, if they can do anything. All that was told them they know.
func (c *chatter) acts(i int, do func(s *Session, v *view, certain bool)) {
	synctest.Wait()
	c.pages.mu.Lock()
	defer c.pages.mu.Unlock()
	e, v := &c.ends[i], c.views[i]
	if !e.opened || e.closed != "" {
		return
	}
	certain := false // that what is seen is what can be named
	_ = e.s.call(func(context.Context) error { certain = !e.s.meet.returns.untold; return nil })
	do(e.s, v, certain)
}

func (c *chatter) name(i int) string {
	c.names++
	return fmt.Sprintf("%c%d", 'a'+i, c.names)
}

func (c *chatter) text(name string) string {
	return fmt.Sprint(name, " ", c.pick(1000), strings.Repeat("x", c.pick([]int{1, 10, 10, 10, 10, 10, 20_000, 60_000}[c.pick(8)])))
}

func (c *chatter) says(i int) {
	c.acts(i, func(s *Session, v *view, _ bool) {
		name := c.name(i)
		text := c.text(name)
		id, err := s.Send("", text)
		v.wants(err == nil, "%s is not sent: %v", name, err)
		v.things[Said{true, id}] = &thing{name: name, text: text}
	})
}

func (c *chatter) offers(i int) {
	c.acts(i, func(s *Session, v *view, _ bool) {
		name := c.name(i)
		id, err := s.SendFile("", File{Name: name, Size: 200_000}, someSource{c: make([]byte, 200_000)})
		if CodeOf(err) == CodeTooManyFiles {
			return
		}
		v.wants(err == nil, "%s is not offered: %v", name, err)
		v.things[Said{true, id}] = &thing{name: name, file: true}
	})
}

func (c *chatter) keeps(i int) {
	c.acts(i, func(s *Session, v *view, _ bool) {
		if about, x := c.some(v, func(said Said, x *thing) bool { return !said.Ours && x.file && !x.over }); x != nil {
			if c.pick(3) == 0 {
				v.wants(s.StopFile(false, about.ID) == nil, "a file is not refused")
			} else {
				_ = s.KeepFile(about.ID, new(someSink), 0, [32]byte{})
			}
		}
	})
}

// some is one of the messages that are seen, mostly of the last.
func (c *chatter) some(v *view, ok func(Said, *thing) bool) (Said, *thing) {
	var list []Said
	for said, x := range v.things {
		if ok(said, x) {
			list = append(list, said)
		}
	}
	if len(list) == 0 {
		return Said{}, nil
	}
	slices.SortFunc(list, func(a, b Said) int {
		if a.Ours != b.Ours {
			return map[bool]int{true: 1, false: -1}[a.Ours]
		}
		return int(a.ID) - int(b.ID)
	})
	said := list[c.pick(len(list))]
	if c.pick(2) == 0 {
		said = list[len(list)-1-c.pick(min(4, len(list)))]
	}
	return said, v.things[said]
}

func (c *chatter) talks(i int, kind TalkKind) {
	c.acts(i, func(s *Session, v *view, certain bool) {
		gone := c.pick(12) == 0
		t := Talk{Kind: kind}
		own := kind == TalkEdit || kind == TalkUnsend
		var x *thing
		if kind == TalkTimer {
			t.Seconds = timers[c.pick(len(timers))]
		} else if t.About, x = c.some(v, func(said Said, x *thing) bool {
			return x.gone == gone && (!own || said.Ours) && !(kind == TalkEdit && (x.file || x.edits > 90))
		}); x == nil {
			return
		}
		name := c.name(i)
		switch kind {
		case TalkAnswer:
			t.Text = c.text(name)
		case TalkEdit:
			t.Text = c.text(x.name)
		case TalkReaction:
			t.Text = []string{"👍", "❤️", "😂", ""}[c.pick(4)]
		}
		id, err := s.Talk("", t)
		c.log = append(c.log, fmt.Sprintf("%s %d %s of %v %.20q: %d %v", time.Now().Format("04:05.000"), i, kind, t.About, t.Text, id, err))
		switch {
		case err != nil:
			v.wants(CodeOf(err) == CodeNoMessage && (gone || !certain), "%s of %v: %v", kind, t.About, err)
			return
		case x != nil && gone && !t.About.Ours:
			v.wants(!certain, "%s of what they took back: %d", kind, id)
		}
		c.did[string(kind)]++
		switch {
		case kind == TalkAnswer:
			v.things[Said{true, id}] = &thing{name: name, text: t.Text, answers: t.About}
		case id > 0:
			v.ops[id] = t
		default:
			v.wants(own, "%s has no number", kind)
			c.did[string(kind)+" in place"]++
		}
		v.does(true, t)
	})
}

func (c *chatter) shows(i int) {
	c.acts(i, func(s *Session, v *view, _ bool) {
		s.Presence(c.pick(2) == 0)
		if said, x := c.some(v, func(said Said, _ *thing) bool { return !said.Ours }); x != nil {
			s.Read(said.ID)
		}
	})
}

// pours has a person say more than goes without an ack, some of it changed since.
func (c *chatter) pours(i int) {
	for range 40 + c.pick(80) {
		c.says(i)
		if c.pick(3) == 0 {
			c.changes(i)
		}
	}
}

func (c *chatter) changes(i int) {
	for range 1 + c.pick(4) {
		c.talks(i, []TalkKind{TalkEdit, TalkEdit, TalkUnsend, TalkAnswer, TalkReaction}[c.pick(5)])
	}
}

// reloads has a page lose all, if it can come back then.
func (c *chatter) reloads(i int) {
	if !c.at(i).opened || c.at(i).saved.Ticket == c.at(1-i).saved.Ticket {
		c.did["reload"]++
		c.reload(i)
	}
}

// again has a page try once more where its session has ended, or looks in vain: the connections here never give up, as those of
// engines do.
func (c *chatter) again() {
	for i := range c.ends {
		if c.at(i).closed != "" || !c.at(i).opened && time.Since(c.began[i]) > time.Minute {
			c.reload(i)
		}
	}
}

// settled tells whether all has arrived.
func (c *chatter) settled() bool {
	if !c.together() {
		return false
	}
	settled := true
	for i := range c.ends {
		s := c.at(i).s
		_ = s.call(func(context.Context) error {
			settled = settled && s.phase == open && !s.meet.returns.untold && len(s.out.rest()) == 0 && len(s.stream.control) == 0
			return nil
		})
	}
	synctest.Wait()
	return settled
}

// right has nothing be wrong yet.
func (c *chatter) right() {
	c.pages.mu.Lock()
	defer c.pages.mu.Unlock()
	for i, v := range c.views {
		require.Empty(c.t, v.wrong, "end %d", i)
	}
}

// compares waits until all has arrived, and compares what the two see.
func (c *chatter) compares() {
	for began := time.Now(); !c.settled(); c.right() {
		c.again()
		time.Sleep(500 * time.Millisecond)
		require.Less(c.t, time.Since(began), 10*time.Minute, "something hangs")
	}
	time.Sleep(2 * time.Second)
	synctest.Wait()
	c.right()
	c.pages.mu.Lock()
	defer c.pages.mu.Unlock()
	for i, v := range c.views {
		require.Empty(c.t, agree(v, c.views[1-i]), "what %d has said", i)
		require.Empty(c.t, v.ops, "end %d", i)
		for _, t := range v.failed {
			x := v.things[t.About]
			require.True(c.t, x == nil || x.gone, "end %d: %v has failed, and could have been done", i, t)
		}
		v.failed = nil
	}
}

// TestUnitTalkAtRandom: whatever two people say, answer, edit, take back and react to, whenever their line breaks and their pages are
// reloaded, no chat ends because of it, and both see the same of every message that can be named.
func TestUnitTalkAtRandom(t *testing.T) {
	did := map[string]int{}
	for seed := *talkSeed; seed < *talkSeed+uint64(*talkRuns); seed++ {
		synctest.Test(t, func(t *testing.T) {
			c := newChatter(t, seed)
			reloads := []int{0, 1, 2}[c.pick(3)]
			for range 3 {
				for range 30 + c.pick(100) {
					switch i, what := c.pick(2), c.pick(40); {
					case what < 8:
						c.says(i)
					case what < 12:
						c.talks(i, TalkAnswer)
					case what < 17:
						c.talks(i, TalkEdit)
					case what < 20:
						c.talks(i, TalkUnsend)
					case what < 25:
						c.talks(i, TalkReaction)
					case what < 26:
						c.talks(i, TalkTimer)
					case what < 28:
						c.offers(i)
					case what < 30:
						c.keeps(i)
					case what < 31:
						c.shows(i)
					case what < 32 && c.pick(2) == 0:
						c.did["cut"]++
						c.hub.cut(c.pick(3), i)
					case what < 32+reloads && c.pick(2) == 0:
						c.reloads(i)
					case what < 33 && c.pick(3) == 0:
						c.pours(i)
					case what < 34 && reloads > 0 && c.pick(4) == 0:
						c.pours(i)
						c.reloads(1 - i)
						for range 10 {
							c.changes(i)
						}
						for n := 0; n < 10_000 && !c.at(1-i).opened; n++ {
							time.Sleep(2 * time.Millisecond)
						}
						for range 10 {
							c.changes(i)
						}
					case what < 38:
						time.Sleep(time.Duration(c.pick([]int{2, 20, 500, 9000}[c.pick(4)])) * time.Millisecond)
						c.again()
					default:
						time.Sleep(time.Duration(c.pick(20)) * time.Millisecond)
					}
					c.right()
				}
				c.compares()
			}
			for what, n := range c.did {
				did[what] += n
			}
		})
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	t.Log(did)
}
