package main

import (
	"context"
	"crypto/sha256"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tincan/internal/chat"
)

func write(t *testing.T, path, text string) string {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// TestUnitOpenFile: what can be sent is told as it is, and what cannot be is a sentence that says what to do.
func TestUnitOpenFile(t *testing.T) {
	folder := t.TempDir()
	file, source, err := openFile(write(t, filepath.Join(folder, "a photo.png"), "12345"))
	require.NoError(t, err)
	defer source.close()
	require.Equal(t, chat.File{Name: "a photo.png", Kind: "image/png", Size: 5}, file)
	p := make([]byte, 3)
	require.NoError(t, source.Read(t.Context(), p, 2))
	require.Equal(t, "345", string(p))
	require.Error(t, source.Read(t.Context(), p, 3), "it ends before")
	for path, want := range map[string]string{
		filepath.Join(folder, "none"): "There is no file ",
		folder:                        " is a folder. Pack it first",
		os.DevNull:                    " is no file that could be sent.",
	} {
		_, _, err := openFile(path)
		require.ErrorContains(t, err, want)
	}
	require.Equal(t, "a", nameOf("/b/a"))
	long := nameOf(strings.Repeat("é", 300) + ".jpeg")
	require.Equal(t, strings.Repeat("é", 125)+".jpeg", long)
	require.Equal(t, "a_.txt", nameOf("a\xff.txt"))
}

// keep stores a text as a file.
func keep(t *testing.T, folder, name, text string, exact bool) (*diskSink, error) {
	t.Helper()
	s, err := createFile(folder, name, int64(len(text)), exact)
	if err != nil {
		return nil, err
	}
	require.NoError(t, s.Write(context.Background(), []byte(text)))
	require.NoError(t, s.Finish(context.Background()))
	return s, nil
}

// TestUnitCreateFile: a file has its name once it is whole, none is ever written over, and none can be run.
func TestUnitCreateFile(t *testing.T) {
	folder := t.TempDir()
	write(t, filepath.Join(folder, "a.txt"), "before")
	s, err := createFile(folder, "a.txt", 3, false)
	require.NoError(t, err)
	require.NoError(t, s.Write(t.Context(), []byte("new")))
	require.Equal(t, []string{"a (2).txt" + partSuffix, "a.txt"}, filesIn(t, folder))
	other, err := createFile(folder, "a.txt", 3, false)
	require.NoError(t, err, "the one before is still on its way")
	write(t, filepath.Join(folder, "a (2).txt"), "somebody was faster")
	require.NoError(t, s.Finish(t.Context()))
	require.Equal(t, filepath.Join(folder, "a (2) (2).txt"), s.path)
	info, err := os.Stat(s.path)
	require.NoError(t, err)
	require.Zero(t, info.Mode()&0o111)
	other.drop()
	require.Equal(t, []string{"a (2) (2).txt", "a (2).txt", "a.txt"}, filesIn(t, folder))

	_, err = createFile(folder, "a.txt", 3, true)
	require.ErrorContains(t, err, "There is a file ")
	_, err = createFile(filepath.Join(folder, "none"), "a.txt", 3, false)
	require.ErrorContains(t, err, "There is no folder ")
	s, err = keep(t, folder, "Makefile", "x", true)
	require.NoError(t, err)
	require.Equal(t, filepath.Join(folder, "Makefile"), s.path)
	s, err = keep(t, folder, "Makefile", "y", false)
	require.NoError(t, err)
	require.Equal(t, filepath.Join(folder, "Makefile (2)"), s.path)

	require.NoError(t, os.Symlink("/nowhere/else", filepath.Join(folder, "link")))
	s, err = keep(t, folder, "link", "z", false)
	require.NoError(t, err)
	require.Equal(t, filepath.Join(folder, "link (2)"), s.path, "what a link leads to is not made")
}

// TestUnitCopy: where a file system has no links, a whole file is copied, and replaces none either.
func TestUnitCopy(t *testing.T) {
	folder := t.TempDir()
	s, err := createFile(folder, "a.txt", 3, false)
	require.NoError(t, err)
	require.NoError(t, s.Write(t.Context(), []byte("new")))
	require.NoError(t, s.part.Close())
	write(t, filepath.Join(folder, "b.txt"), "before")
	require.Error(t, s.copyTo(filepath.Join(folder, "b.txt")))
	require.NoError(t, s.copyTo(s.at()))
	require.Equal(t, []string{"a.txt", "a.txt" + partSuffix, "b.txt"}, filesIn(t, folder))
	text, err := os.ReadFile(s.at())
	require.NoError(t, err)
	require.Equal(t, "new", string(text))
}

func filesIn(t *testing.T, folder string) (names []string) {
	t.Helper()
	list, err := os.ReadDir(folder)
	require.NoError(t, err)
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

// TestUnitWords: names with blanks are quoted as in a shell.
func TestUnitWords(t *testing.T) {
	for line, want := range map[string][]string{
		`/send a.txt`:              {"/send", "a.txt"},
		`/send  a.txt	b.txt `:      {"/send", "a.txt", "b.txt"},
		`/send "a b.txt" 'c "d"'`:  {"/send", "a b.txt", `c "d"`},
		`/send a\ b.txt "a\"b" ''`: {"/send", "a b.txt", `a"b`, ""},
		`/send Grüße\ 你好.txt`:      {"/send", "Grüße 你好.txt"},
		`/send "never closed`:      {"/send", "never closed"},
		``:                         nil,
	} {
		require.Equal(t, want, words(line), line)
	}
}

// TestUnitFileCommands: which files are meant.
func TestUnitFileCommands(t *testing.T) {
	home, err := os.UserHomeDir()
	require.NoError(t, err)
	for line, want := range map[string]command{
		"/send a ~/b ~c": {Do: "file", Paths: []string{"a", filepath.Join(home, "b"), "~c"}},
		"/accept":        {Do: "accept"},
		"/accept 3":      {Do: "accept", Number: 3},
		"/decline 12":    {Do: "decline", Number: 12},
	} {
		do, ok := fileCommand(line)
		require.True(t, ok, line)
		require.Equal(t, want, do, line)
	}
	for _, line := range []string{"/accept 0", "/accept -1", "/accept x", "/accept 1 2", "/accepts"} {
		_, ok := fileCommand(line)
		require.False(t, ok, line)
	}
}

// TestUnitProgress: sizes, times and rates as people read them.
func TestUnitProgress(t *testing.T) {
	for n, want := range map[int64]string{0: "0 bytes", 999: "999 bytes", 1000: "1.0 KB", 9949: "9.9 KB", 9950: "10 KB", 999_499: "999 KB", 999_500: "1.0 MB", 12_345_678: "12 MB", 3_200_000_000: "3.2 GB", 1 << 53: "9.0 PB"} {
		require.Equal(t, want, inUnits(n), "%d", n)
	}
	for d, want := range map[time.Duration]string{300 * time.Millisecond: "0 s", 90 * time.Second: "90 s", 10 * time.Minute: "10 min", 5 * time.Hour: "5 h"} {
		require.Equal(t, want, inTime(d))
	}
	now := time.Now()
	e := &entry{file: chat.File{Size: 100_000_000}, began: now.Add(-10 * time.Second), from: 20_000_000, done: 60_000_000}
	require.Equal(t, "60 MB of 100 MB, 4.0 MB a second, 10 s left", e.progress(now))
	e.done = e.from
	require.Equal(t, "20 MB of 100 MB", e.progress(now), "nothing has come yet")
}

// TestUnitFileSentences: each way to end has its sentence, on either side.
func TestUnitFileSentences(t *testing.T) {
	for _, ours := range []bool{true, false} {
		for _, how := range []chat.FileEnd{chat.FileWhole, chat.FileRefused, chat.FileWithdrawn, chat.FileUnreadable, chat.FileUnstorable, chat.FileLost} {
			require.Contains(t, fileWords[ours][how], "%s", "%v %s", ours, how)
		}
	}
}

// TestUnitGoesOn: what was kept of a file before is there the next time, with its digest, but never all of it; nobody else
// gets at it meanwhile, and what cannot be of this file is not there.
func TestUnitGoesOn(t *testing.T) {
	folder := t.TempDir()
	s, err := createFile(folder, "a.txt", 10, false)
	require.NoError(t, err)
	require.Zero(t, s.offset)
	require.NoError(t, s.Write(t.Context(), []byte("01234")))
	other, err := createFile(folder, "a.txt", 10, false)
	require.NoError(t, err)
	require.Equal(t, "a (2).txt", other.name, "the first is still coming")
	other.leave()
	require.Equal(t, []string{"a.txt" + partSuffix}, filesIn(t, folder), "of nothing nothing stays")
	s.leave()

	s, err = createFile(folder, "a.txt", 10, true)
	require.NoError(t, err)
	require.Equal(t, int64(5), s.offset)
	require.Equal(t, sha256.Sum256([]byte("01234")), s.begins)
	require.NoError(t, s.Write(t.Context(), []byte("56789")))
	s.leave()
	s, err = createFile(folder, "a.txt", 10, true)
	require.NoError(t, err)
	require.Equal(t, int64(9), s.offset, "all but one byte")
	require.Equal(t, sha256.Sum256([]byte("012345678")), s.begins)
	require.NoError(t, s.Restart(t.Context()))
	require.NoError(t, s.Write(t.Context(), []byte("another")))
	s.leave()
	s, err = createFile(folder, "a.txt", 3, true)
	require.NoError(t, err)
	require.Zero(t, s.offset, "it was longer than this file")
	s.drop()
	require.Empty(t, filesIn(t, folder))

	require.NoError(t, os.Symlink(filepath.Join(t.TempDir(), "elsewhere"), filepath.Join(folder, "b.txt"+partSuffix)))
	s, err = createFile(folder, "b.txt", 3, false)
	require.NoError(t, err)
	require.Equal(t, "b (2).txt", s.name, "nothing is written to where a link leads")
	s.drop()
}

// TestUnitDropWhole: a file that is declined when it has just become whole is gone, and nothing else is.
func TestUnitDropWhole(t *testing.T) {
	folder := t.TempDir()
	s, err := keep(t, folder, "a.txt", "x", false)
	require.NoError(t, err)
	next := write(t, filepath.Join(folder, "a.txt"+partSuffix), "of the next file of this name")
	s.drop()
	require.Equal(t, []string{filepath.Base(next)}, filesIn(t, folder))
}
