package main

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/site"
)

var update = flag.Bool("update", false, "write the headers of site/headers.json into the configurations, and these into HOSTING.md")

// TestUnitHostingDocs: the configurations of web servers have the headers of site/headers.json, and HOSTING.md shows them to the
// letter. make hosting has nginx and Caddy run them.
func TestUnitHostingDocs(t *testing.T) {
	headers, err := site.LoadHeaders()
	require.NoError(t, err)
	all := maps.Clone(headers.All)
	maps.Copy(all, headers.Secure)
	for file, line := range map[string]string{"nginx-static.conf": "    add_header %s %q always;\n", "Caddyfile-static": "\t\t%s %q\n"} {
		var block strings.Builder
		for _, name := range slices.Sorted(maps.Keys(all)) {
			require.NotRegexp(t, `["\\$`+"`]|{", all[name], "what web servers would read as something else")
			fmt.Fprintf(&block, line, name, all[name])
		}
		raw, err := os.ReadFile("hosting/" + file)
		require.NoError(t, err)
		known := regexp.MustCompile(`(?m)^(    add_header [A-Z][\w-]+ "[^$]*" always;\n|\t\t[A-Z][\w-]+ ".*"\n)+`)
		begin := regexp.MustCompile(`(?m)(^    # Of site/headers.json.*\n|^\theader {\n)`)
		right := known.ReplaceAllLiteralString(string(raw), "")
		at := begin.FindAllStringIndex(right, -1)
		require.NotEmpty(t, at, file)
		end := at[len(at)-1][1]
		right = right[:end] + block.String() + right[end:]
		if *update {
			require.NoError(t, os.WriteFile("hosting/"+file, []byte(right), 0o644))
		} else {
			assert.Equal(t, right, string(raw), "go test ./cmd/tincan -run HostingDocs -update writes it")
		}
		assert.Contains(t, right, headers.Cache.Assets, file)
		assert.Contains(t, right, headers.Cache.Page, file)
	}

	page, err := os.ReadFile("HOSTING.md")
	require.NoError(t, err)
	shown := map[string]bool{}
	right := regexp.MustCompile("(?s)<!-- (hosting/[\\w.-]+) -->\n```\n.*?```\n").ReplaceAllStringFunc(string(page), func(s string) string {
		name := regexp.MustCompile(`hosting/[\w.-]+`).FindString(s)
		raw, err := os.ReadFile(name)
		require.NoError(t, err)
		shown[strings.TrimPrefix(name, "hosting/")] = true
		return "<!-- " + name + " -->\n```\n" + string(raw) + "```\n"
	})
	if *update {
		require.NoError(t, os.WriteFile("HOSTING.md", []byte(right), 0o644))
	} else {
		assert.Equal(t, right, string(page), "go test ./cmd/tincan -run HostingDocs -update writes it")
	}
	entries, err := os.ReadDir("hosting")
	require.NoError(t, err)
	for _, entry := range entries {
		assert.True(t, shown[entry.Name()], "%s is not in HOSTING.md", entry.Name())
	}
	assert.Len(t, shown, 4)
}

// TestUnitFlagsDocumented: README.md and the help name every flag of serve, and no other.
func TestUnitFlagsDocumented(t *testing.T) {
	source, err := os.ReadFile("serve.go")
	require.NoError(t, err)
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	serve := regexp.MustCompile(`(?s)    tincan serve.*?\n    tincan verify`).FindString(string(readme))
	known := map[string]bool{}
	for _, m := range regexp.MustCompile(`flags\.\w*Var\([^"]*"([a-z-]+)"`).FindAllStringSubmatch(string(source), -1) {
		known["--"+m[1]] = true
		assert.Contains(t, helpOf["serve"], "--"+m[1])
		assert.Contains(t, serve, "--"+m[1])
	}
	for _, said := range regexp.MustCompile(`--[a-z-]+`).FindAllString(helpOf["serve"]+serve, -1) {
		assert.True(t, known[said], said)
	}
	assert.Greater(t, len(known), 8)

	// What people copy.
	for file, command := range map[string]string{
		"HOSTING.md": `(?m)^ *tincan serve.*`, "../../Containerfile": `tincan serve.*`, "../release/debian/tincan.default": `(?m)^#?TINCAN_SERVE=.*`,
	} {
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		commands := regexp.MustCompile(command).FindAllString(string(raw), -1)
		require.NotEmpty(t, commands, file)
		for _, said := range regexp.MustCompile(`--[a-z-]+`).FindAllString(strings.Join(commands, " "), -1) {
			assert.True(t, known[said], "%s: %s", file, said)
		}
	}
}
