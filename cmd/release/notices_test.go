package main

import (
	"debug/buildinfo"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// served is what the page says of others, as make has built it.
func served(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile("../../site/dist/notices.txt")
	require.NoError(t, err, "there is no page with its notices: run make build")
	return string(raw)
}

// TestIntegrationNoneIsMissing: what is linked into the program says the linker, and all of it is named in the notices that
// the page serves; so is what the engine and the mailbox for AWS need. They have its licence, word for word.
func TestIntegrationNoneIsMissing(t *testing.T) {
	program, err := buildinfo.ReadFile("../../bin/tincan")
	require.NoError(t, err, "there is no program to read: run make build")
	modules := map[string]string{}
	for _, module := range program.Deps {
		require.Nil(t, module.Replace, module.Path)
		modules[module.Path+" "+module.Version] = "program"
	}
	require.Greater(t, len(modules), 20)
	for in, args := range map[string][]string{
		"engine":          {"GOOS=js", "GOARCH=wasm", "./wasm"},
		"mailbox for AWS": {"GOOS=linux", "GOARCH=arm64", "-tags=lambda.norpc", "./relay/lambda"},
	} {
		cmd := exec.Command("go", append([]string{"list", "-deps", "-f", `{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}{{end}}{{end}}`}, args[2:]...)...)
		cmd.Dir, cmd.Env = "../..", append(os.Environ(), append([]string{"CGO_ENABLED=0"}, args[:2]...)...)
		out, err := cmd.Output()
		require.NoError(t, err)
		names := strings.FieldsFunc(string(out), func(r rune) bool { return r == '\n' })
		require.NotEmpty(t, names, in)
		for _, name := range names {
			modules[name] = in
		}
	}
	notices := served(t)
	for name, in := range modules {
		assert.Regexp(t, `(?m)^- `+regexp.QuoteMeta(name)+`: [^;\n]+; in the .*`+in, notices)
	}
	assert.Contains(t, notices, "- Go "+strings.TrimPrefix(program.GoVersion, "go")+": BSD-3-Clause; in the engine, program, mailbox for AWS\n")

	for path, file := range map[string]string{"": "LICENSE", "github.com/pion/webrtc/v4": "LICENSE", "github.com/rivo/uniseg": "LICENSE.txt"} {
		dir, _, err := goRoot()
		if path != "" {
			var out []byte
			out, err = exec.Command("go", "list", "-m", "-f", "{{.Dir}}", path).Output()
			dir = strings.TrimSpace(string(out))
		}
		require.NoError(t, err)
		text, err := os.ReadFile(filepath.Join(dir, file))
		require.NoError(t, err)
		assert.Contains(t, notices, strings.TrimSpace(string(text)), path)
	}
}

// TestFunctionalParts: a part of a module that was taken from elsewhere has a licence of its own.
func TestFunctionalParts(t *testing.T) {
	t.Chdir("../..")
	out := filepath.Join(t.TempDir(), "new", "notices.json")
	require.NoError(t, writeNotices(out))
	raw, err := os.ReadFile(out)
	require.NoError(t, err)
	var notices []notice
	require.NoError(t, json.Unmarshal(raw, &notices))
	licences := map[string]string{}
	for _, n := range notices {
		licences[n.Name] = n.Licence
		assert.NotEmpty(t, n.Texts, n.Name)
	}
	assert.Equal(t, "Apache-2.0 AND BSD-3-Clause", licences["github.com/aws/smithy-go"], "its internal/sync/singleflight is of Go's authors")
	assert.Equal(t, "BSD-3-Clause AND MIT", licences["github.com/pion/stun/v4"], "so is its internal/hmac, as its LICENSES say")
}

// TestUnitLeftAlone: make sees by its time whether a file has changed.
func TestUnitLeftAlone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "new", "notices.json")
	require.NoError(t, writeIfNew(file, []byte("one")))
	long := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)
	require.NoError(t, os.Chtimes(file, long, long))
	require.NoError(t, writeIfNew(file, []byte("one")))
	left, err := os.Stat(file)
	require.NoError(t, err)
	assert.True(t, left.ModTime().Equal(long))
	require.NoError(t, writeIfNew(file, []byte("two")))
	written, err := os.Stat(file)
	require.NoError(t, err)
	assert.False(t, written.ModTime().Equal(long))
}

// TestUnitUnknownLicence: what has no licence, or one that nobody knows, is not built.
func TestUnitUnknownLicence(t *testing.T) {
	folder := t.TempDir()
	_, _, err := licencesIn([]string{folder})
	require.ErrorContains(t, err, folder)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "LICENSE"), []byte("Nobody may have this.\n"), 0o600))
	_, _, err = licencesIn([]string{folder})
	require.ErrorContains(t, err, folder)

	own, err := os.ReadFile("../../LICENSE")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "LICENSE"), []byte(strings.ReplaceAll(string(own), "\n", "\r\n")), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "NOTICE"), []byte("By somebody."), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "notice.go"), []byte("package notice"), 0o600))
	texts, licence, err := licencesIn([]string{folder, folder})
	require.NoError(t, err)
	assert.Equal(t, "MIT", licence)
	assert.Equal(t, []string{strings.TrimSpace(string(own)), "By somebody."}, texts)
}
