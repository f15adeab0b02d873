package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/site"
)

// fakeSite is a built page and what the CDK left behind, in two folders.
func fakeSite(t *testing.T) (dist, assembly string) {
	t.Helper()
	dist, assembly = filepath.Join(t.TempDir(), "dist"), filepath.Join(t.TempDir(), "cdk.out")
	for name, content := range map[string]string{
		"dist/index.html":              "<!doctype html>",
		"dist/favicon.svg":             "<svg/>",
		"dist/icons/icon-192.png":      "png",
		"dist/manifest.webmanifest":    "{}",
		"dist/sw.js":                   "fetch('index.html')",
		"dist/.well-known/tincan.json": "{}",
		"dist/assets/main-a1b2.js":     "import './scrub-c3d4.js'",
		"dist/assets/style-e5f6.css":   "a{}",
		"dist/assets/engine-0718.wasm": strings.Repeat("\x00asm", 1000),
		"cdk.out/config.json":          "{}",
		"cdk.out/outputs.json":         `{"tincan": {"Address": "https://d1.cloudfront.net/", "Bucket": "tincan-page-1"}}`,
		"cdk.out/tincan.template.json": "{}",
		"cdk.out/asset.0123/bootstrap": "not for the page",
	} {
		folder, name, _ := strings.Cut(name, "/")
		file := filepath.Join(map[string]string{"dist": dist, "cdk.out": assembly}[folder], name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(content), 0o644))
	}
	return dist, assembly
}

// upload runs upload.mjs. aws is a script that stands in for the command of
// that name; without one there is none.
func upload(t *testing.T, aws string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	node, err := exec.LookPath("node")
	require.NoError(t, err)
	path := t.TempDir()
	if aws != "" {
		require.NoError(t, os.WriteFile(filepath.Join(path, "aws"), []byte("#!/bin/sh\n"+aws), 0o755))
	}
	var out, problems bytes.Buffer
	cmd := exec.Command(node, append([]string{"upload.mjs"}, args...)...)
	cmd.Env = []string{"PATH=" + path}
	cmd.Stdout, cmd.Stderr = &out, &problems
	err = cmd.Run()
	return out.String(), problems.String(), err
}

// TestFunctionalUploadDryRun: which commands there are, in which order, and no
// other: nothing is deleted, nothing is made public, and nobody is asked.
func TestFunctionalUploadDryRun(t *testing.T) {
	dist, assembly := fakeSite(t)
	headers, err := site.LoadHeaders()
	require.NoError(t, err)
	stdout, stderr, err := upload(t, "", "--dry-run", dist, assembly)
	require.NoError(t, err, stderr)
	assert.Empty(t, stderr)

	assets, page := " --cache-control '"+headers.Cache.Assets+"'", " --cache-control "+headers.Cache.Page
	packed := filepath.Join(assembly, "packed")
	from := func(folder, pattern, but, kind, cache string) string {
		return folder + " s3://tincan-page-1 --recursive --exclude '*' --include '" + pattern + "'" + but + " --content-type " + kind + cache
	}
	but := " --exclude 'assets/*' --exclude config.json --exclude index.html --exclude sw.js --exclude .well-known/tincan.json"
	want := []string{
		from(dist, "assets/*.css", "", "'text/css; charset=utf-8'", assets),
		from(dist, "assets/*.js", "", "'text/javascript; charset=utf-8'", assets),
		from(packed, "assets/*.wasm", "", "application/wasm", assets) + " --content-encoding br",
		from(dist, "*.png", but, "image/png", page),
		from(dist, "*.svg", but, "'image/svg+xml'", page),
		from(dist, "*.webmanifest", but, "'application/manifest+json'", page),
		assembly + "/config.json s3://tincan-page-1/config.json --content-type application/json" + page,
		dist + "/index.html s3://tincan-page-1/index.html --content-type 'text/html; charset=utf-8'" + page,
		dist + "/sw.js s3://tincan-page-1/sw.js --content-type 'text/javascript; charset=utf-8'" + page,
		dist + "/.well-known/tincan.json s3://tincan-page-1/.well-known/tincan.json --content-type application/json" + page,
	}
	var expected strings.Builder
	for _, command := range want {
		expected.WriteString("aws s3 cp " + command + " --no-progress\n")
	}
	assert.Equal(t, expected.String(), stdout)

	// The engine goes out compressed, and is what it was.
	small, err := os.ReadFile(filepath.Join(packed, "assets", "engine-0718.wasm"))
	require.NoError(t, err)
	assert.Less(t, len(small), 100)
	assert.Equal(t, strings.Repeat("\x00asm", 1000), string(unpack(t, small)))
}

// unpack is what a browser makes of brotli.
func unpack(t *testing.T, small []byte) []byte {
	t.Helper()
	node := exec.Command("node", "-e", "process.stdout.write(require('zlib').brotliDecompressSync(require('fs').readFileSync(0)))")
	node.Stdin = bytes.NewReader(small)
	whole, err := node.Output()
	require.NoError(t, err)
	return whole
}

// TestFunctionalUploadDryRunAlone: before the first deploy there is no bucket.
func TestFunctionalUploadDryRunAlone(t *testing.T) {
	dist, assembly := fakeSite(t)
	require.NoError(t, os.Remove(filepath.Join(assembly, "outputs.json")))
	stdout, stderr, err := upload(t, "", "--dry-run", dist, assembly)
	require.NoError(t, err, stderr)
	assert.Contains(t, stdout, " s3://BUCKET/index.html ")
	_, stderr, err = upload(t, "exit 0", dist, assembly)
	assert.Error(t, err)
	assert.Contains(t, stderr, "names no bucket")
}

// TestFunctionalUploadStops: when one file fails, index.html and sw.js, which
// name it, are not uploaded.
func TestFunctionalUploadStops(t *testing.T) {
	dist, assembly := fakeSite(t)
	stdout, stderr, err := upload(t, `echo "$9"; case "$9" in *.js) exit 1;; esac`, dist, assembly)
	assert.Error(t, err)
	assert.Equal(t, "assets/*.css\nassets/*.js\n", stdout)
	assert.Equal(t, "upload: aws could not upload assets/*.js\n", stderr)

	stdout, stderr, err = upload(t, `echo "$4"`, dist, assembly)
	require.NoError(t, err, stderr)
	assert.Equal(t, 10, strings.Count(stdout, "\n"))
	assert.True(t, strings.HasSuffix(stdout, "/index.html\ns3://tincan-page-1/sw.js\ns3://tincan-page-1/.well-known/tincan.json\n"), stdout)

	_, stderr, err = upload(t, "", dist, assembly)
	assert.Error(t, err)
	assert.Contains(t, stderr, "ENOENT", "there is no aws command")
}

func TestFunctionalUploadRefuses(t *testing.T) {
	dist, assembly := fakeSite(t)
	require.NoError(t, os.WriteFile(filepath.Join(dist, "notes.odt"), nil, 0o644))
	stdout, stderr, err := upload(t, "", "--dry-run", dist, assembly)
	assert.Error(t, err)
	assert.Empty(t, stdout)
	assert.Equal(t, "upload: notes.odt: say in upload.mjs what type this is\n", stderr)

	require.NoError(t, os.Remove(filepath.Join(dist, "index.html")))
	_, stderr, err = upload(t, "", "--dry-run", dist, assembly)
	assert.Error(t, err)
	assert.Contains(t, stderr, "run make build")

	_, stderr, err = upload(t, "", "--dry-run", dist)
	assert.Error(t, err)
	assert.Contains(t, stderr, "say which folders")
}
