package main

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// readAr takes an ar archive apart.
func readAr(t *testing.T, raw []byte) map[string][]byte {
	t.Helper()
	rest, is := bytes.CutPrefix(raw, []byte("!<arch>\n"))
	require.True(t, is)
	members := map[string][]byte{}
	for len(rest) > 0 {
		require.Equal(t, "`\n", string(rest[58:60]))
		size, err := strconv.Atoi(strings.TrimSpace(string(rest[48:58])))
		require.NoError(t, err)
		members[strings.TrimSpace(string(rest[:16]))] = rest[60 : 60+size]
		rest = rest[60+size+size%2:]
	}
	return members
}

// TestFunctionalDeb: a package has the program, its unit and what Debian wants to know, each with the mode that it should
// have, and is the same bytes whatever the files on the disk allow.
func TestFunctionalDeb(t *testing.T) {
	t.Chdir("../..")
	folder := t.TempDir()
	program, notices := filepath.Join(folder, "built"), filepath.Join(folder, "notices")
	require.NoError(t, os.WriteFile(program, []byte("a program, odd"), 0o600))
	require.NoError(t, os.WriteFile(notices, []byte("by others\n"), 0o600))
	var first []byte
	for i, mode := range []os.FileMode{0o400, 0o777} {
		require.NoError(t, os.Chmod(program, mode))
		out := filepath.Join(folder, fmt.Sprint(i))
		require.NoError(t, run([]string{"deb", out, "v1.2.0-rc.1", "arm64", "A <a@example.org>", "1700000001", program, notices}))
		raw, err := os.ReadFile(out)
		require.NoError(t, err)
		if first == nil {
			first = raw
		}
		assert.Equal(t, sha256.Sum256(first), sha256.Sum256(raw))
	}
	members := readAr(t, first)
	require.Len(t, members, 3)
	assert.True(t, bytes.HasPrefix(first[8:], []byte("debian-binary ")), "dpkg wants this one first")
	assert.Equal(t, "2.0\n", string(members["debian-binary"]))

	data := map[string]entry{}
	for _, e := range readTar(t, members["data.tar.gz"]) {
		data[e.name] = e
		assert.Equal(t, "0:0 root:root", e.owner, e.name)
		assert.EqualValues(t, 1700000001, e.at, e.name)
		if parent := filepath.Dir(strings.TrimSuffix(e.name, "/")); e.name != "./" {
			assert.Contains(t, data, strings.TrimSuffix("./"+parent, "/.")+"/", "a folder comes before what is in it")
		}
	}
	assert.Equal(t, entry{"./usr/bin/tincan", "0:0 root:root", 0o755, 1700000001, "a program, odd"}, data["./usr/bin/tincan"])
	assert.Equal(t, os.ModeDir|0o755, data["./usr/bin/"].mode)
	assert.Equal(t, os.FileMode(0o644), data["./usr/lib/systemd/system/tincan.service"].mode)
	assert.Contains(t, data["./usr/lib/systemd/system/tincan.service"].body, "\nStateDirectory=tincan\n", "where --tls self keeps its certificate")
	assert.Equal(t, "by others\n", data["./usr/share/doc/tincan/notices.txt"].body)
	assert.Contains(t, data["./usr/share/doc/tincan/copyright"].body, "Permission is hereby granted")

	control := map[string]entry{}
	for _, e := range readTar(t, members["control.tar.gz"]) {
		control[e.name] = e
	}
	assert.Contains(t, control["./control"].body, "Package: tincan\nVersion: 1.2.0~rc.1\nArchitecture: arm64\nMaintainer: A <a@example.org>\n")
	assert.Equal(t, "/etc/default/tincan\n", control["./conffiles"].body)
	assert.Contains(t, control["./md5sums"].body, fmt.Sprintf("%x  usr/bin/tincan\n", md5.Sum([]byte("a program, odd"))))
	assert.NotContains(t, control["./md5sums"].body, "etc/")
	for _, name := range []string{"postinst", "prerm", "postrm"} {
		assert.Equal(t, os.FileMode(0o755), control["./"+name].mode)
		out, err := exec.Command("sh", "-n", "cmd/release/debian/"+name).CombinedOutput()
		assert.NoError(t, err, "%s: %s", name, out)
	}

	require.ErrorContains(t, run([]string{"deb", filepath.Join(folder, "a"), "v1", "arm64", "A", "today", program, notices}), "today")
	require.ErrorIs(t, run([]string{"deb", filepath.Join(folder, "a"), "v1", "arm64", "A", "0", filepath.Join(folder, "b"), notices}), os.ErrNotExist)
	assert.NoFileExists(t, filepath.Join(folder, "a"))
}

// TestUnitDebVersion: dpkg orders versions as they came about.
func TestUnitDebVersion(t *testing.T) {
	for version, want := range map[string]string{
		"v1.0.0":                  "1.0.0",
		"v1.0.0-rc.1":             "1.0.0~rc.1",
		"v1.0.0-3-gabcdef0":       "1.0.0+3.gabcdef0",
		"v1.0.0-3-gabcdef0-dirty": "1.0.0+3.gabcdef0.dirty",
		"162a15b-dirty":           "0~162a15b.dirty",
		"dev":                     "0~dev",
	} {
		assert.Equal(t, want, debVersion(version), version)
	}
}
