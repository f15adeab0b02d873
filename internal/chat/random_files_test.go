//go:build !js

package chat

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	fileRuns    = flag.Int("files", 40, "how many chats TestUnitFilesAtRandom goes through")
	fileSeed    = flag.Uint64("files-seed", 0, "the first seed of TestUnitFilesAtRandom")
	fileReloads = flag.Bool("files-reload", false, "whether TestUnitFilesAtRandom reloads pages, too")
)

// someSource is a file that may be slow to read, or shorter than was told.
type someSource struct {
	c    []byte
	slow time.Duration
}

func (s someSource) Read(ctx context.Context, p []byte, offset int64) error {
	if s.slow > 0 {
		select {
		case <-time.After(s.slow):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if offset+int64(len(p)) > int64(len(s.c)) {
		return errors.New("short")
	}
	copy(p, s.c[offset:])
	return nil
}

// someSink keeps a file in memory, may be slow, stand still now and then, or fail.
type someSink struct {
	mu    sync.Mutex
	b     bytes.Buffer
	whole bool
	slow  time.Duration
	calls int
	fails int // after so many bytes
}

func (s *someSink) Write(ctx context.Context, p []byte) error {
	s.calls++
	if s.slow > 0 && (s.slow < time.Second || s.calls%40 == 20) {
		select {
		case <-time.After(s.slow):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fails > 0 && s.b.Len() > s.fails {
		return errors.New("full")
	}
	s.b.Write(p)
	return nil
}
func (s *someSink) Restart(context.Context) error { return nil }
func (s *someSink) Finish(context.Context) error {
	s.mu.Lock()
	s.whole = true
	s.mu.Unlock()
	return nil
}

// someEnd is one of the two, and what its session has told.
type someEnd struct {
	s       *Session
	config  Config
	mu      sync.Mutex
	state   State
	opened  bool
	closed  Reason
	repair  Link
	lazy    time.Duration
	offered map[uint64]File
	order   []uint64
	ended   map[[2]uint64]FileEnd // {ours 0/1, id}
	twice   bool
	texts   []string
	said    []string
	ours    map[uint64][]byte
	told    map[string]uint64 // name -> id at this end, of theirs
	names   map[uint64]string // ours
	sinks   map[uint64]*someSink
}

func (e *someEnd) listen(ctx context.Context, s *Session) {
	for {
		ev, ok := s.Next(ctx)
		if !ok {
			return
		}
		e.mu.Lock()
		lazy := e.lazy
		if !e.opened {
			lazy = 0
		}
		e.mu.Unlock()
		time.Sleep(lazy)
		e.mu.Lock()
		if e.s != s {
			e.mu.Unlock()
			continue
		}
		switch ev := ev.(type) {
		case StateChanged:
			e.state = ev.State
		case Opened:
			e.opened = true
		case Repair:
			e.repair = ev.Link
		case Closed:
			e.closed = ev.Reason
		case Message:
			e.texts = append(e.texts, ev.Text)
		case FileOffered:
			e.offered[ev.ID] = ev.File
			e.order = append(e.order, ev.ID)
			e.told[ev.File.Name] = ev.ID
		case FileEnded:
			k := [2]uint64{0, ev.ID}
			if ev.Ours {
				k[0] = 1
			}
			if _, is := e.ended[k]; is {
				e.twice = true
			}
			e.ended[k] = ev.How
		}
		e.mu.Unlock()
	}
}

// TestUnitFilesAtRandom: two sessions that send each other files and texts, keep, refuse and withdraw them, with slow and failing disks,
// slow fronts, and lines that break in every way. No chat ends, no file hangs, and each that is whole is the same.
func TestUnitFilesAtRandom(t *testing.T) {
	whole := 0
	for seed := *fileSeed; seed < *fileSeed+uint64(*fileRuns); seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { whole += randomFiles(t, seed) })
		})
		if t.Failed() {
			return
		}
	}
	t.Logf("%d whole", whole)
}

// randomFiles is one such chat. It returns how many files have become whole.
func randomFiles(t *testing.T, seed uint64) (whole int) {
	r := rand.New(rand.NewPCG(seed, 7))
	h := &hub{conns: map[string]*hconn{}, delay: time.Duration(1+r.IntN(80)) * time.Millisecond, rate: []int{0, 150_000, 1_000_000, 10_000_000}[r.IntN(4)]}
	slow := []time.Duration{0, 0, time.Millisecond, 30 * time.Millisecond, 400 * time.Millisecond, 8 * time.Second}
	var ends [2]*someEnd
	for i := range ends {
		ends[i] = &someEnd{config: Config{Files: true, dial: h.dial(i)}, offered: map[uint64]File{}, ended: map[[2]uint64]FileEnd{}, ours: map[uint64][]byte{}, told: map[string]uint64{}, names: map[uint64]string{}, sinks: map[uint64]*someSink{}}
	}
	if r.IntN(3) == 0 {
		ends[r.IntN(2)].lazy = time.Duration(r.IntN(1500)) * time.Millisecond
	}
	every := time.Duration(r.IntN(20)) * time.Second
	var err error
	ends[0].s, err = Create(t.Context(), ends[0].config)
	require.NoError(t, err)
	ends[1].s, err = Join(t.Context(), ends[1].config, ends[0].s.Link().Link)
	require.NoError(t, err)
	require.NoError(t, ends[0].s.Accept(ends[1].s.Link().Link, false))
	ctx, cancel := context.WithCancel(context.Background())
	var listening sync.WaitGroup
	for _, e := range ends {
		s := e.s
		listening.Go(func() { e.listen(ctx, s) })
	}
	defer func() {
		for _, e := range ends {
			_ = e.s.Close()
		}
		cancel()
		listening.Wait()
	}()
	note := func(format string, args ...any) {
		h.log = append(h.log, time.Now().Format("04:05.000 ")+fmt.Sprintf(format, args...))
	}
	defer func() {
		if t.Failed() {
			t.Logf("seed %d rate %d delay %v\n%s\n%s\n%s", seed, h.rate, h.delay, strings.Join(h.log[max(0, len(h.log)-60):], "\n"), ends[0].s.diary.Text(), ends[1].s.diary.Text())
		}
	}()
	time.Sleep(5 * time.Second)
	check := func() {
		for i, e := range ends {
			e.mu.Lock()
			closed, opened := e.closed, e.opened
			e.mu.Unlock()
			require.True(t, opened)
			require.Empty(t, closed, "end %d has ended", i)
		}
	}
	check()
	cutAt := time.Now()
	reloads := 0
	for n := range 40 + r.IntN(80) {
		check()
		i := r.IntN(2)
		e := ends[i]
		switch a := r.IntN(24); {
		case *fileReloads && r.IntN(12) == 0 && ends[0].stateIs(StateOpen) && ends[1].stateIs(StateOpen):
			o := ends[1-i]
			saved, err := e.s.Saved()
			require.NoError(t, err)
			old := e.s
			s, err := Return(t.Context(), e.config, saved)
			require.NoError(t, err)
			e.mu.Lock()
			e.s, e.opened, e.state = s, false, ""
			e.offered, e.order, e.ended, e.ours, e.told, e.names, e.sinks = map[uint64]File{}, nil, map[[2]uint64]FileEnd{}, map[uint64][]byte{}, map[string]uint64{}, map[uint64]string{}, map[uint64]*someSink{}
			e.mu.Unlock()
			old.Vanish()
			listening.Go(func() { e.listen(ctx, s) })
			note("%d is reloaded", i)
			reloads++
			for k := 0; ; k++ {
				time.Sleep(2 * time.Second)
				if err := o.s.Accept(s.Link().Link, false); err == nil {
					break
				} else {
					note("accept: %v", err)
				}
				require.Less(t, k, 40)
			}
			for k := 0; ; k++ {
				time.Sleep(time.Second)
				o.mu.Lock()
				link := o.repair
				o.repair = Link{}
				o.mu.Unlock()
				if link.Link != "" {
					require.NoError(t, s.Accept(link.Link, false))
					break
				}
				require.Less(t, k, 90)
			}
			for k := 0; !(ends[0].stateIs(StateOpen) && ends[1].stateIs(StateOpen)); k++ {
				time.Sleep(time.Second)
				require.Less(t, k, 90)
			}
			time.Sleep(time.Duration(r.IntN(3)) * time.Second)
			cutAt = time.Now()
		case a < 6:
			size := []int{0, 0, 1, 1 + r.IntN(5000), r.IntN(300_000), r.IntN(3 << 20)}[r.IntN(6)]
			c := make([]byte, size)
			for k := range c {
				c[k] = byte(k*7 + n)
			}
			f := File{Name: fmt.Sprintf("%d-%d", i, n), Size: int64(size)}
			src := someSource{c, slow[r.IntN(4)]}
			if r.IntN(15) == 0 {
				src.c = c[:size/2]
			}
			id, err := e.s.SendFile("", f, src)
			if err == nil {
				e.mu.Lock()
				e.ours[id], e.names[id] = c, f.Name
				e.mu.Unlock()
			}
			note("%d offers %d %s of %d: %v", i, id, f.Name, size, err)
		case a < 14:
			e.mu.Lock()
			var id uint64
			for _, o := range e.order {
				if e.sinks[o] == nil && e.ended[[2]uint64{0, o}] == "" {
					id = o
					break
				}
			}
			sink := &someSink{slow: slow[r.IntN(len(slow))]}
			if r.IntN(12) == 0 {
				sink.fails = 1 + r.IntN(200_000)
			}
			e.mu.Unlock()
			if id > 0 {
				err := e.s.KeepFile(id, sink, 0, [32]byte{})
				if err == nil {
					e.mu.Lock()
					e.sinks[id] = sink
					e.mu.Unlock()
				}
				note("%d keeps %d: %v", i, id, err)
			}
		case a < 16:
			ours := r.IntN(2) == 0
			id := uint64(1 + r.IntN(40))
			require.NoError(t, e.s.StopFile(ours, id))
			note("%d stops %v %d", i, ours, id)
		case a < 19:
			text := fmt.Sprint(n, strings.Repeat("x", r.IntN(40_000)))
			if _, err := e.s.Send("", text); err == nil {
				e.said = append(e.said, text)
			}
		case a < 21 && time.Since(cutAt) > every && (!*fileReloads || time.Since(cutAt) > 12*time.Second) && ends[0].stateIs(StateOpen) && ends[1].stateIs(StateOpen):
			kind := r.IntN(3)
			h.cut(kind, r.IntN(2))
			cutAt = time.Now()
			note("cut %d", kind)
			if r.IntN(2) == 0 {
				time.AfterFunc(time.Duration(r.IntN(30_000))*time.Millisecond, func() {
					h.mu.Lock()
					defer h.mu.Unlock()
					for _, c := range h.conns {
						if c.dead {
							c.dead = false
							signal(c.ch[0].kick)
							signal(c.ch[1].kick)
						}
					}
				})
			}
		default:
			time.Sleep(time.Duration(r.IntN(1+[]int{10, 500, 4000, 12_000}[r.IntN(4)])) * time.Millisecond)
		}
		synctest.Wait()
	}
	// All that is open is kept, and all must come.
	for _, e := range ends {
		e.mu.Lock()
		e.lazy = 0
		e.mu.Unlock()
	}
	settled := func() bool {
		done := true
		for i, e := range ends {
			e.mu.Lock()
			for _, o := range e.order {
				if e.ended[[2]uint64{0, o}] != "" {
					continue
				}
				done = false
				if e.sinks[o] == nil {
					sink := new(someSink)
					e.mu.Unlock()
					err := e.s.KeepFile(o, sink, 0, [32]byte{})
					e.mu.Lock()
					if err == nil {
						e.sinks[o] = sink
					}
				}
			}
			for id := range e.ours {
				if e.ended[[2]uint64{1, id}] == "" {
					done = false
				}
			}
			done = done && (reloads > 0 || len(e.texts) == len(ends[1-i].said))
			e.mu.Unlock()
		}
		return done
	}
	for range 600 {
		time.Sleep(2 * time.Second)
		check()
		if settled() {
			break
		}
	}
	check()
	if !settled() {
		for i, e := range ends {
			for _, o := range e.order {
				if e.ended[[2]uint64{0, o}] == "" {
					t.Logf("end %d: theirs %d %+v, kept %v", i, o, e.offered[o], e.sinks[o] != nil)
				}
			}
			for id := range e.ours {
				if e.ended[[2]uint64{1, id}] == "" {
					t.Logf("end %d: ours %d", i, id)
				}
			}
			_ = e.s.call(func(context.Context) error {
				t.Logf("end %d: phase %d progress %+v", i, e.s.phase, e.s.files.mover.Progress())
				return nil
			})
		}
		require.Fail(t, "something hangs")
	}
	for i, e := range ends {
		require.False(t, e.twice)
		if reloads == 0 {
			require.Equal(t, ends[1-i].said, e.texts)
		}
		for id, c := range e.ours {
			o, theirs := ends[1-i], ends[1-i].told[e.names[id]]
			if how := o.ended[[2]uint64{0, theirs}]; theirs > 0 && how == FileWhole {
				require.True(t, bytes.Equal(c, o.sinks[theirs].b.Bytes()))
				whole++
				if reloads == 0 && e.ended[[2]uint64{1, id}] != FileWhole {
					require.Equal(t, FileWithdrawn, e.ended[[2]uint64{1, id}])
				}
			} else if reloads == 0 && e.ended[[2]uint64{1, id}] == FileWhole {
				require.Equal(t, FileRefused, how, "%d %s", id, e.names[id])
			}
		}
	}
	return whole
}

func (e *someEnd) stateIs(s State) bool { e.mu.Lock(); defer e.mu.Unlock(); return e.state == s }
