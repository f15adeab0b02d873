package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// entry is what an archive says of a file.
type entry struct {
	name, owner string
	mode        fs.FileMode
	at          int64
	body        string
}

func readTar(t *testing.T, raw []byte) (entries []entry) {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(raw))
	require.NoError(t, err)
	require.True(t, z.ModTime.IsZero(), "gzip has no time of its own")
	require.Empty(t, z.Name)
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if err == io.EOF {
			return entries
		}
		require.NoError(t, err)
		body, err := io.ReadAll(r)
		require.NoError(t, err)
		owner := fmt.Sprintf("%d:%d %s:%s", h.Uid, h.Gid, h.Uname, h.Gname)
		entries = append(entries, entry{h.Name, owner, h.FileInfo().Mode(), h.ModTime.Unix(), string(body)})
	}
}

func readZip(t *testing.T, raw []byte) (entries []entry) {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	require.NoError(t, err)
	for _, f := range r.File {
		part, err := f.Open()
		require.NoError(t, err)
		body, err := io.ReadAll(part)
		require.NoError(t, err)
		entries = append(entries, entry{f.Name, "0:0 root:root", f.Mode(), f.Modified.Unix(), string(body)})
	}
	return entries
}

// TestFunctionalSameAnywhere: an archive is the same bytes in whatever folder, with whatever umask, time zone and language, from files
// of whatever time and mode; and it has in it what it should.
func TestFunctionalSameAnywhere(t *testing.T) {
	tool := filepath.Join(t.TempDir(), "release")
	out, err := exec.Command("go", "build", "-o", tool, ".").CombinedOutput()
	require.NoError(t, err, "%s", out)

	program := bytes.Repeat([]byte("\x7fELF of a program "), 4000)
	for name, read := range map[string]func(*testing.T, []byte) []entry{
		"tincan-v1.0.0-linux-amd64.tar.gz": readTar,
		"tincan-v1.0.0-windows-amd64.zip":  readZip,
	} {
		var first []byte
		for i, c := range []struct {
			umask, zone, language string
			mode                  os.FileMode
		}{{"022", "UTC", "C", 0o755}, {"077", "Pacific/Kiritimati", "tr_TR.UTF-8", 0o400}, {"000", "America/St_Johns", "de_DE.UTF-8", 0o666}} {
			folder := filepath.Join(t.TempDir(), fmt.Sprint("folder ", i))
			require.NoError(t, os.MkdirAll(folder, 0o700))
			for file, body := range map[string][]byte{"built": program, "LICENSE": []byte("MIT")} {
				file = filepath.Join(folder, file)
				require.NoError(t, os.WriteFile(file, body, 0o600))
				require.NoError(t, os.Chmod(file, c.mode))
				at := time.Date(2001+i, 1, 1, 0, 0, i, 0, time.UTC)
				require.NoError(t, os.Chtimes(file, at, at))
			}
			cmd := exec.Command("sh", "-c", `umask "$0" && exec "$@"`, c.umask, tool, "pack", name, "1700000001", "tincan=built", "LICENSE=LICENSE")
			cmd.Dir, cmd.Env = folder, append(os.Environ(), "TZ="+c.zone, "LC_ALL="+c.language)
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s", out)
			raw, err := os.ReadFile(filepath.Join(folder, name))
			require.NoError(t, err)
			if first == nil {
				first = raw
			}
			assert.Equal(t, sha256.Sum256(first), sha256.Sum256(raw), "%s: %+v", name, c)
		}
		assert.Less(t, len(first), len(program)/2, "it is compressed")
		top := name[:len(name)-len(".zip")]
		if filepath.Ext(name) == ".gz" {
			top = name[:len(name)-len(".tar.gz")]
		}
		assert.Equal(t, []entry{
			{top + "/tincan", "0:0 root:root", 0o755, 1700000001, string(program)},
			{top + "/LICENSE", "0:0 root:root", 0o644, 1700000001, "MIT"},
		}, read(t, first), name)
	}
}

// TestUnitPackRefuses: what would be no archive, or one that writes outside its folder, is not begun, and nothing half is left.
func TestUnitPackRefuses(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("a", []byte("a"), 0o600))
	for name, args := range map[string][]string{
		"another kind":    {"pack", "a.rar", "0", "a=a"},
		"no time":         {"pack", "a.zip", "today", "a=a"},
		"no pair":         {"pack", "a.zip", "0", "a"},
		"a name above":    {"pack", "a.zip", "0", "../a=a"},
		"a name below":    {"pack", "a.zip", "0", "b/a=a"},
		"no name":         {"pack", "a.zip", "0", "=a"},
		"no such file":    {"pack", "a.zip", "0", "a=b"},
		"no file":         {"pack", "a.zip", "0"},
		"no command":      {},
		"unknown":         {"dance"},
		"a name too long": {"pack", "a.tar.gz", "0", fmt.Sprintf("%0300d=a", 0)},
	} {
		assert.Error(t, run(args), name)
	}
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	assert.Len(t, entries, 1, "but for a itself")
}

// TestFunctionalSums: as sha256sum reads it, in the order of names, and without itself.
func TestFunctionalSums(t *testing.T) {
	folder := t.TempDir()
	require.ErrorContains(t, run([]string{"sums", folder}), "no file")
	for _, name := range []string{"b.zip", "a.tar.gz"} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(name), 0o600))
	}
	for range 2 {
		require.NoError(t, run([]string{"sums", folder}))
		raw, err := os.ReadFile(filepath.Join(folder, "SHA256SUMS"))
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprintf("%x  a.tar.gz\n%x  b.zip\n", sha256.Sum256([]byte("a.tar.gz")), sha256.Sum256([]byte("b.zip"))), string(raw))
	}
}
