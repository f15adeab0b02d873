package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestFunctionalPartsOfPage: npm tells of each package that the notices have in the page, with a hash.
func TestFunctionalPartsOfPage(t *testing.T) {
	page, err := npmParts("../../site")
	require.NoError(t, err)
	lines := regexp.MustCompile(`(?m)^- (\S+) (\S+): .*; in the page\n`).FindAllStringSubmatch(served(t), -1)
	require.Greater(t, len(lines), 8)
	var notices string
	version := map[string]string{}
	for _, line := range lines {
		notices += line[0]
		version[line[1]] = line[2]
	}
	all := parts{map[string]component{}, map[string][]string{}}
	require.NoError(t, all.compare(notices, page))
	assert.Len(t, all.components, len(lines), "not what only builds the page")
	assert.Len(t, all.needs["tincan page"], len(lines))
	svelte, qr := all.components["svelte@"+version["svelte"]], all.components["qr@"+version["qr"]]
	assert.Equal(t, "pkg:npm/svelte@"+version["svelte"], svelte.PURL)
	require.Len(t, svelte.Hashes, 1)
	assert.Equal(t, "SHA-512", svelte.Hashes[0]["alg"])
	assert.Equal(t, []map[string]any{{"license": map[string]any{"id": "MIT"}}}, svelte.Licences)
	assert.Equal(t, []map[string]any{{"expression": "MIT OR Apache-2.0"}}, qr.Licences)
}

// TestUnitPartsDiffer: the notices and what was found with another tool name the same modules.
func TestUnitPartsDiffer(t *testing.T) {
	const notices = "- Go 1.26.8: BSD-3-Clause; in the engine, program\n- example.org/a v1.0.0: MIT; in the program\n"
	found := func(components ...component) parts {
		all := parts{map[string]component{}, map[string][]string{}}
		one := bom{Components: components, Dependencies: []dependency{{"pkg:golang/tincan@v0?type=module", []string{"a"}}, {"a", []string{"std"}}}}
		all.add("tincan program", one)
		return all
	}
	std := component{Ref: "std", Name: "std", Version: "go1.26.8"}
	a := component{Ref: "a", Name: "example.org/a", Version: "v1.0.0"}

	all := found(std, a)
	require.NoError(t, all.compare(notices, bom{}))
	assert.Equal(t, map[string][]string{"tincan program": {"a"}, "a": {"std"}}, all.needs)
	assert.Equal(t, licences("BSD-3-Clause"), all.components["std"].Licences)

	require.ErrorContains(t, found(std).compare(notices, bom{}), "the notices name example.org/a v1.0.0")
	require.ErrorContains(t, found(std, component{Ref: "a", Name: "example.org/a", Version: "v1.0.1"}).compare(notices, bom{}), "the notices name example.org/a v1.0.0")
	require.ErrorContains(t, found(std, a, component{Ref: "b", Name: "example.org/b", Version: "v1.0.0"}).compare(notices, bom{}), "has found b")
	require.ErrorContains(t, found(std, a).compare(notices+"- c 1.0.0: MIT; in the page\n", bom{}), "c 1.0.0 is in the page")
}

// TestUnitNoListOfParts: a tool that fails, or says something else, makes no list, and what it complains of is told.
func TestUnitNoListOfParts(t *testing.T) {
	for script, want := range map[string]string{
		"echo the lock is gone >&2; exit 1": "the lock is gone",
		"echo no json":                      "invalid character",
		"echo '{}'":                         "no list of parts",
	} {
		_, err := read(exec.Command("sh", "-c", script))
		assert.ErrorContains(t, err, want)
	}
	require.ErrorContains(t, run([]string{"sbom", "tool", "notices", "v1", "today", "out"}), "today")
	missing := filepath.Join(t.TempDir(), "notices.txt")
	require.ErrorIs(t, run([]string{"sbom", "tool", missing, "v1", "0", "out"}), os.ErrNotExist)
}
