//go:build !js

package chat_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tincan/internal/chat"
)

// withFiles has a session send and keep files.
func withFiles(c *chat.Config) { c.Files = true }

// none is for a file of which nothing is there.
var none [32]byte

// content is a file in memory.
type content []byte

func (c content) Read(_ context.Context, p []byte, offset int64) error {
	if offset+int64(len(p)) > int64(len(c)) {
		return errors.New("it is not so long any more")
	}
	copy(p, c[offset:])
	return nil
}

func newContent(n int) content {
	c := make(content, n)
	_, _ = rand.Read(c)
	return c
}

// kept is a sink in memory. Its test may look at it once the file has ended.
type kept struct {
	mu    sync.Mutex
	bytes bytes.Buffer
	whole bool
	fails error
}

func (k *kept) Write(_ context.Context, p []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.fails != nil {
		return k.fails
	}
	_, err := k.bytes.Write(p)
	return err
}

func (k *kept) Restart(context.Context) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.bytes.Reset()
	return nil
}

func (k *kept) Finish(context.Context) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.whole = true
	return nil
}

func (k *kept) is(t *testing.T, want []byte) {
	t.Helper()
	k.mu.Lock()
	defer k.mu.Unlock()
	require.True(t, k.whole)
	require.Equal(t, sha256.Sum256(want), sha256.Sum256(k.bytes.Bytes()))
}

func (k *kept) length() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.bytes.Len()
}

// endless is a file of any size that costs nothing to read, and nowhere one that costs nothing to keep.
type (
	endless struct{}
	nowhere struct{ done chan struct{} }
)

func (endless) Read(context.Context, []byte, int64) error { return nil }
func (nowhere) Write(context.Context, []byte) error       { return nil }
func (nowhere) Restart(context.Context) error             { return nil }
func (n nowhere) Finish(context.Context) error            { close(n.done); return nil }

// meetByHand has the two pass on the links that bring back an end that was reloaded.
func (e *twoEnds) meetByHand(t *testing.T, i int, reloaded *chat.Session) {
	t.Helper()
	require.NoError(t, e.ends[1-i].Accept(reloaded.Link().Link, false))
	require.NoError(t, reloaded.Accept(awaits[chat.Repair](t, e, 1-i).Link.Link, false))
}

// offers has an end offer a file, and returns its number at either end.
func (e *twoEnds) offers(t *testing.T, i int, file chat.File, source chat.Source) (ours, theirs uint64) {
	t.Helper()
	ours, err := e.ends[i].SendFile("ref", file, source)
	require.NoError(t, err)
	offered := awaits[chat.FileOffered](t, e, 1-i)
	require.Equal(t, file, offered.File)
	return ours, offered.ID
}

// ends waits until a file has ended like this at an end.
func (e *twoEnds) fileEnds(t *testing.T, i int, want chat.FileEnded) {
	t.Helper()
	require.Equal(t, want, awaits[chat.FileEnded](t, e, i))
}

// TestFunctionalFiles: a file comes as it is once its receiver wants it, in either direction, while both talk. Its place
// among what is said is that in which it was sent.
func TestFunctionalFiles(t *testing.T) {
	t.Parallel()
	e := newTwoEnds(t, withFiles)
	for i := range e.ends {
		for n, size := range []int{0, 1, 63_487, 63_488, 63_489, 3 << 20} {
			_, err := e.ends[i].Send("", "before")
			require.NoError(t, err)
			source := newContent(size)
			file := chat.File{Name: fmt.Sprint(size, " Grüße.bin"), Kind: "application/x-test", Size: int64(size), Voice: n == 1}
			ours, err := e.ends[i].SendFile("ref", file, source)
			require.NoError(t, err)
			_, err = e.ends[i].Send("", "after")
			require.NoError(t, err)
			before, offered, after := awaits[chat.Message](t, e, 1-i), awaits[chat.FileOffered](t, e, 1-i), awaits[chat.Message](t, e, 1-i)
			require.Equal(t, []uint64{before.ID + 1, after.ID - 1}, []uint64{offered.ID, offered.ID})
			require.Equal(t, file, offered.File)
			require.Equal(t, ours, awaits[chat.Delivered](t, e, i).ID+1)
			require.Equal(t, ours, awaits[chat.Delivered](t, e, i).ID)
			sink := new(kept)
			require.NoError(t, e.ends[1-i].KeepFile(offered.ID, sink, 0, none))
			wantCode(t, chat.CodeNoFile, e.ends[1-i].KeepFile(offered.ID, sink, 0, none))
			e.fileEnds(t, 1-i, chat.FileEnded{ID: offered.ID, How: chat.FileWhole})
			e.fileEnds(t, i, chat.FileEnded{Ours: true, ID: ours, How: chat.FileWhole})
			sink.is(t, source)
			wantCode(t, chat.CodeNoFile, e.ends[1-i].KeepFile(offered.ID, sink, 0, none))
			require.NoError(t, e.ends[1-i].StopFile(false, offered.ID), "it is over, which is no failure")
		}
	}
}

// TestFunctionalFilesWhileTalking: what people say goes on while files go both ways, and the other way round.
func TestFunctionalFilesWhileTalking(t *testing.T) {
	t.Parallel()
	e := newTwoEnds(t, withFiles)
	source := newContent(6 << 20)
	sinks, ids := [2]kept{}, [2][2]uint64{}
	for i := range e.ends {
		ours, theirs := e.offers(t, i, chat.File{Name: "a", Size: int64(len(source))}, source)
		awaits[chat.Delivered](t, e, i)
		ids[i][0], ids[1-i][1] = ours, theirs
	}
	for i, s := range e.ends {
		require.NoError(t, s.KeepFile(ids[i][1], &sinks[i], 0, none))
	}
	told := e.talk(t, time.Millisecond, func() {
		for i := range sinks {
			require.Eventually(t, func() bool { return sinks[i].length() == len(source) }, 30*time.Second, time.Millisecond)
		}
	})
	for i := range e.ends {
		last := int64(-1)
		for _, event := range told[i] {
			if goes, ok := event.(chat.FileGoes); ok && !goes.Ours {
				require.Greater(t, goes.Done, last)
				last = goes.Done
			}
		}
		sinks[i].is(t, source)
	}
}

// TestFunctionalFilesRefused: a file that one of the two does not want, or cannot read or store, ends at both, whenever that
// is, and the chat goes on.
func TestFunctionalFilesRefused(t *testing.T) {
	t.Parallel()
	e := newTwoEnds(t, withFiles)
	const size = 8 << 20
	long := chat.File{Name: "long", Size: size}
	for name, c := range map[string]struct {
		source chat.Source
		sink   *kept
		does   func(t *testing.T, ours, theirs uint64)
		how    chat.FileEnd
	}{
		"refused at once":     {newContent(size), nil, func(t *testing.T, _, theirs uint64) { require.NoError(t, e.ends[1].StopFile(false, theirs)) }, chat.FileRefused},
		"withdrawn at once":   {newContent(size), nil, func(t *testing.T, ours, _ uint64) { require.NoError(t, e.ends[0].StopFile(true, ours)) }, chat.FileWithdrawn},
		"refused while going": {newContent(size), new(kept), func(t *testing.T, _, theirs uint64) { require.NoError(t, e.ends[1].StopFile(false, theirs)) }, chat.FileRefused},
		"withdrawn while going": {newContent(size), new(kept), func(t *testing.T, ours, _ uint64) {
			require.NoError(t, e.ends[0].StopFile(true, ours))
		}, chat.FileWithdrawn},
		"shorter than it was": {newContent(size / 2), new(kept), func(*testing.T, uint64, uint64) {}, chat.FileUnreadable},
		"no room":             {newContent(size), &kept{fails: errors.New("no room")}, func(*testing.T, uint64, uint64) {}, chat.FileUnstorable},
	} {
		t.Run(name, func(t *testing.T) {
			ours, theirs := e.offers(t, 0, long, c.source)
			if c.sink != nil {
				require.NoError(t, e.ends[1].KeepFile(theirs, c.sink, 0, none))
				if c.sink.fails == nil {
					require.Eventually(t, func() bool { return c.sink.length() > 0 }, 10*time.Second, time.Millisecond)
				}
			}
			c.does(t, ours, theirs)
			e.fileEnds(t, 0, chat.FileEnded{Ours: true, ID: ours, How: c.how})
			e.fileEnds(t, 1, chat.FileEnded{ID: theirs, How: c.how})
			if c.sink != nil {
				require.False(t, c.sink.whole)
			}
			source, sink := newContent(100_000), new(kept)
			ours, theirs = e.offers(t, 0, chat.File{Name: "next", Size: 100_000}, source)
			require.NoError(t, e.ends[1].KeepFile(theirs, sink, 0, none))
			e.fileEnds(t, 0, chat.FileEnded{Ours: true, ID: ours, How: chat.FileWhole})
			sink.is(t, source)
		})
	}
}

// TestFunctionalFilesInTurn: sixteen files can be offered, and no more; of those that are wanted four come at one time, and
// then the next.
func TestFunctionalFilesInTurn(t *testing.T) {
	t.Parallel()
	e := newTwoEnds(t, withFiles)
	source := newContent(500_000)
	file := chat.File{Name: "one of many", Size: int64(len(source))}
	var theirs []uint64
	for range 16 {
		_, id := e.offers(t, 0, file, source)
		theirs = append(theirs, id)
	}
	_, err := e.ends[0].SendFile("", file, source)
	wantCode(t, chat.CodeTooManyFiles, err)
	sinks := map[uint64]*kept{}
	for _, id := range theirs {
		sinks[id] = new(kept)
		require.NoError(t, e.ends[1].KeepFile(id, sinks[id], 0, none))
	}
	for range theirs {
		ended := awaits[chat.FileEnded](t, e, 1)
		require.Equal(t, chat.FileWhole, ended.How)
		sinks[ended.ID].is(t, source)
	}
	for range theirs {
		awaits[chat.FileEnded](t, e, 0)
	}
	e.offers(t, 0, file, source)
}

// TestFunctionalFilesOutlive: a file goes on over the next line from where it was, whatever became of the last one.
func TestFunctionalFilesOutlive(t *testing.T) {
	t.Parallel()
	e := newTwoEnds(t, withFiles)
	e.await(t, "card 2 of the other side", 1)
	source, sink := newContent(12<<20), new(kept)
	ours, theirs := e.offers(t, 1, chat.File{Name: "a", Size: int64(len(source))}, source)
	require.NoError(t, e.ends[0].KeepFile(theirs, sink, 0, none))
	for cut := range 3 {
		at := sink.length()
		e.waitFor(t, sink, at+1<<20)
		e.cut(true)
		e.mu.Lock()
		clear(e.called) // nobody is let in any more by whom the old line goes
		e.mu.Unlock()
		e.inState(t, 0, chat.StateTrying)
		stood := sink.length()
		require.Less(t, stood, len(source))
		e.cut(false)
		e.inState(t, 0, chat.StateOpen)
		t.Logf("cut %d at %d bytes", cut, stood)
	}
	e.fileEnds(t, 0, chat.FileEnded{ID: theirs, How: chat.FileWhole})
	e.fileEnds(t, 1, chat.FileEnded{Ours: true, ID: ours, How: chat.FileWhole})
	sink.is(t, source)
}

// TestFunctionalFilesAndReload: who was reloaded is told again of the files of the other side, and may take the rest; its own
// are lost.
func TestFunctionalFilesAndReload(t *testing.T) {
	eachReloaded(t, func(t *testing.T, i int) {
		e := newTwoEnds(t, withFiles)
		e.await(t, "card 2 of the other side", 1)
		source := newContent(3 << 20)
		file := chat.File{Name: "a", Size: int64(len(source))}
		_, lost := e.offers(t, i, file, source)
		for range 6 { // so that some wait for their turn
			_, id := e.offers(t, i, chat.File{Name: "endless", Size: 1 << 40}, endless{})
			require.NoError(t, e.ends[1-i].KeepFile(id, nowhere{}, 0, none))
		}
		gone, _ := e.offers(t, 1-i, file, source)
		ours, theirs := e.offers(t, 1-i, file, source)
		first := new(kept)
		require.NoError(t, e.ends[i].KeepFile(theirs, first, 0, none))
		e.waitFor(t, first, 1<<20)
		saved := e.saved(t, i)
		s := e.reload(t, i, saved)
		require.NoError(t, e.ends[1-i].StopFile(true, gone), "it is not told of again")
		e.inState(t, 1-i, chat.StateLost)
		unsaid, err := e.ends[1-i].SendFile("", chat.File{Name: "b", Size: int64(len(source))}, source)
		require.NoError(t, err)
		e.meetByHand(t, i, s)
		for id := lost; id < lost+7; id++ {
			e.fileEnds(t, 1-i, chat.FileEnded{ID: id, How: chat.FileLost})
		}
		e.back(t, i)
		again := awaits[chat.FileOffered](t, e, i)
		require.Equal(t, file, again.File)
		require.Equal(t, "b", awaits[chat.FileOffered](t, e, i).File.Name)
		rest, from := new(kept), first.length()
		require.NoError(t, s.KeepFile(again.ID, rest, int64(from), sha256.Sum256(source[:from])))
		e.fileEnds(t, i, chat.FileEnded{ID: again.ID, How: chat.FileWhole})
		e.fileEnds(t, 1-i, chat.FileEnded{Ours: true, ID: ours, How: chat.FileWhole})
		rest.is(t, source[from:])
		require.NoError(t, e.ends[1-i].StopFile(true, unsaid))
	})
}

// TestFunctionalFilesFromBefore: who has some of a file from an earlier chat gets the rest, if it is the same file, and else
// all of it.
func TestFunctionalFilesFromBefore(t *testing.T) {
	t.Parallel()
	e := newTwoEnds(t, withFiles)
	source := newContent(2 << 20)
	for name, have := range map[string][]byte{
		"some":        source[:1<<20],
		"one byte":    source[:1],
		"all but one": source[:len(source)-1],
		"of another":  newContent(1 << 20),
		"another's":   newContent(len(source) - 1),
	} {
		t.Run(name, func(t *testing.T) {
			ours, theirs := e.offers(t, 0, chat.File{Name: "a", Size: int64(len(source))}, source)
			sink := new(kept)
			sink.bytes.Write(have)
			require.NoError(t, e.ends[1].KeepFile(theirs, sink, int64(len(have)), sha256.Sum256(have)))
			e.fileEnds(t, 1, chat.FileEnded{ID: theirs, How: chat.FileWhole})
			e.fileEnds(t, 0, chat.FileEnded{Ours: true, ID: ours, How: chat.FileWhole})
			sink.is(t, source)
		})
	}
	t.Run("cannot be read", func(t *testing.T) {
		ours, theirs := e.offers(t, 0, chat.File{Name: "a", Size: int64(len(source))}, source[:100])
		require.NoError(t, e.ends[1].KeepFile(theirs, new(kept), 1000, sha256.Sum256(source[:1000])))
		e.fileEnds(t, 1, chat.FileEnded{ID: theirs, How: chat.FileUnreadable})
		e.fileEnds(t, 0, chat.FileEnded{Ours: true, ID: ours, How: chat.FileUnreadable})
	})
}

// slowly is a file whose beginning takes long to read: as long as the test wants.
type slowly struct {
	content
	goes chan struct{}
}

func (s slowly) Read(ctx context.Context, p []byte, offset int64) error {
	select {
	case <-s.goes:
	case <-ctx.Done():
		return ctx.Err()
	}
	return s.content.Read(ctx, p, offset)
}

// TestFunctionalFilesFromBeforeOverLines: while a beginning is checked, the line may become another, as often as it likes.
func TestFunctionalFilesFromBeforeOverLines(t *testing.T) {
	for name, have := range map[string]func(content) []byte{
		"the same": func(c content) []byte { return c[:1<<20] },
		"another":  func(content) []byte { return newContent(1 << 20) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newTwoEnds(t, withFiles)
			source, goes := newContent(2<<20), make(chan struct{})
			ours, theirs := e.offers(t, 0, chat.File{Name: "a", Size: int64(len(source))}, slowly{source, goes})
			sink := new(kept)
			sink.bytes.Write(have(source))
			require.NoError(t, e.ends[1].KeepFile(theirs, sink, 1<<20, sha256.Sum256(sink.bytes.Bytes())))
			for cut := range 2 {
				e.await(t, "card 2 of the other side", 1)
				e.cut(true)
				e.mu.Lock()
				clear(e.called)
				e.mu.Unlock()
				e.inState(t, 0, chat.StateTrying)
				if cut == 1 {
					close(goes) // and what comes of it is said over the next line
				}
				e.cut(false)
				e.inState(t, 0, chat.StateOpen)
			}
			e.fileEnds(t, 1, chat.FileEnded{ID: theirs, How: chat.FileWhole})
			e.fileEnds(t, 0, chat.FileEnded{Ours: true, ID: ours, How: chat.FileWhole})
			sink.is(t, source)
		})
	}
}

// lose cuts the line for good, so that another is needed.
func (e *twoEnds) lose(t *testing.T) {
	t.Helper()
	e.await(t, "card 2 of the other side", 1)
	e.cut(true)
	e.mu.Lock()
	clear(e.called)
	e.mu.Unlock()
	e.inState(t, 0, chat.StateTrying)
}

// TestFunctionalFilesWhileLost: an empty file that is wanted, and a file that is withdrawn, while there is no line.
func TestFunctionalFilesWhileLost(t *testing.T) {
	t.Parallel()
	e := newTwoEnds(t, withFiles)
	ours, theirs := e.offers(t, 1, chat.File{Name: "empty"}, content{})
	e.lose(t)
	require.NoError(t, e.ends[0].KeepFile(theirs, new(kept), 0, none))
	gone, err := e.ends[0].SendFile("", chat.File{Name: "gone", Size: 3}, content("abc"))
	require.NoError(t, err)
	require.NoError(t, e.ends[0].StopFile(true, gone))
	e.cut(false)
	e.inState(t, 0, chat.StateOpen)
	e.fileEnds(t, 1, chat.FileEnded{Ours: true, ID: ours, How: chat.FileWhole})
	e.talk(t, time.Millisecond, func() {})
}

// TestFunctionalBackWithoutFiles: who comes back and takes no files any more is told of none, and the chat goes on.
func TestFunctionalBackWithoutFiles(t *testing.T) {
	eachReloaded(t, func(t *testing.T, i int) {
		e := newTwoEnds(t, withFiles)
		ours, _ := e.offers(t, 1-i, chat.File{Name: "a", Size: 3}, content("abc"))
		awaits[chat.Delivered](t, e, 1-i)
		s := e.reload(t, i, e.saved(t, i), func(c *chat.Config) { c.Files = false })
		e.inState(t, 1-i, chat.StateLost)
		e.meetByHand(t, i, s)
		e.fileEnds(t, 1-i, chat.FileEnded{Ours: true, ID: ours, How: chat.FileRefused})
		awaits[chat.Opened](t, e, i)
		e.talk(t, time.Millisecond, func() {})
	})
}

// TestFunctionalFilesEnd: with the chat all files end, at both ends.
func TestFunctionalFilesEnd(t *testing.T) {
	t.Parallel()
	e := newTwoEnds(t, withFiles)
	ours, theirs := e.offers(t, 0, chat.File{Name: "a", Size: 1 << 30}, content(make([]byte, 1<<30)))
	require.NoError(t, e.ends[1].KeepFile(theirs, new(kept), 0, none))
	awaits[chat.FileGoes](t, e, 1)
	require.NoError(t, e.ends[1].Leave())
	e.fileEnds(t, 1, chat.FileEnded{ID: theirs, How: chat.FileLost})
	e.fileEnds(t, 0, chat.FileEnded{Ours: true, ID: ours, How: chat.FileLost})
}

// TestFunctionalNoFiles: nothing is offered to who has not said that it takes files, nor by who does not, and nothing that
// cannot be told.
func TestFunctionalNoFiles(t *testing.T) {
	t.Parallel()
	only := func(who int) chat.Change {
		n := -1
		return func(c *chat.Config) {
			n++
			c.Files = n == who
		}
	}
	e := newTwoEnds(t, only(1))
	_, err := e.ends[0].SendFile("", chat.File{Name: "a"}, content{})
	wantCode(t, chat.CodeNoFiles, err)
	e = newTwoEnds(t, only(0))
	if ours, err := e.ends[0].SendFile("", chat.File{Name: "a"}, content{}); err == nil { // it could not know yet
		e.fileEnds(t, 0, chat.FileEnded{Ours: true, ID: ours, How: chat.FileRefused})
	}
	e.talk(t, time.Millisecond, func() {})
	_, err = e.ends[0].SendFile("", chat.File{Name: "a"}, content{})
	wantCode(t, chat.CodeNoFiles, err)

	e = newTwoEnds(t, withFiles)
	for name, file := range map[string]chat.File{
		"no name":           {},
		"a long name":       {Name: strings.Repeat("a", 256)},
		"no UTF-8":          {Name: "\xff"},
		"a long kind":       {Name: "a", Kind: strings.Repeat("a", 101)},
		"a kind in letters": {Name: "a", Kind: "größer"},
		"a negative size":   {Name: "a", Size: -1},
		"too large":         {Name: "a", Size: 1 << 53},
	} {
		_, err := e.ends[0].SendFile("", file, content{})
		wantCode(t, chat.CodeNoFile, err)
		_ = name
	}
	for _, offset := range []int64{-1, 2, 3} {
		_, theirs := e.offers(t, 0, chat.File{Name: "a", Size: 2}, content("ab"))
		wantCode(t, chat.CodeNoFile, e.ends[1].KeepFile(theirs, new(kept), offset, none))
	}
	wantCode(t, chat.CodeNoFile, e.ends[1].KeepFile(99, new(kept), 0, none))
}

// waitFor waits until so much is kept.
func (e *twoEnds) waitFor(t *testing.T, sink *kept, size int) {
	t.Helper()
	require.Eventually(t, func() bool { return sink.length() >= size }, 20*time.Second, time.Millisecond)
}
