package main

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rclone/gofakes3"
	"github.com/rclone/gofakes3/s3mem"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/site"
)

const (
	keyID, secretKey = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	bucketName       = "tincan-page-1"
)

// s3 is an S3 server in memory with one bucket. Who signs may write; who reads, as CloudFront
// does with rights of its own, is another door to the same files.
type s3 struct {
	write, read *httptest.Server

	mu  sync.Mutex
	put []string // the keys, in the order in which they were whole
}

func newS3(t *testing.T) *s3 {
	t.Helper()
	files := s3mem.New()
	require.NoError(t, files.CreateBucket(context.Background(), bucketName))
	var server s3
	signed := gofakes3.New(files, gofakes3.WithV4Auth(map[string]string{keyID: secretKey})).Server()
	server.write = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		signed.ServeHTTP(w, r)
		if r.Method == http.MethodPut {
			server.mu.Lock()
			defer server.mu.Unlock()
			server.put = append(server.put, strings.TrimPrefix(r.URL.Path, "/"+bucketName+"/"))
		}
	}))
	t.Cleanup(server.write.Close)
	server.read = httptest.NewServer(gofakes3.New(files).Server())
	t.Cleanup(server.read.Close)
	return &server
}

// upload runs upload.mjs with the aws command that is installed, as make deploy does, but for
// where S3 is and whose account it is.
func (server *s3) upload(t *testing.T, secret, dist, assembly string) (stderr string, err error) {
	t.Helper()
	var problems bytes.Buffer
	cmd := exec.Command("node", "upload.mjs", dist, assembly)
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "AWS_") || strings.HasSuffix(strings.ToLower(strings.SplitN(variable, "=", 2)[0]), "_proxy")
	}),
		"AWS_ENDPOINT_URL="+server.write.URL, "AWS_ACCESS_KEY_ID="+keyID, "AWS_SECRET_ACCESS_KEY="+secret,
		"AWS_DEFAULT_REGION=eu-west-1", "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null",
	)
	cmd.Stderr = &problems
	err = cmd.Run()
	return problems.String(), err
}

// get is a file as whoever may read is sent it.
func (server *s3) get(t *testing.T, key string) (http.Header, []byte) {
	t.Helper()
	response, err := http.Get(server.read.URL + "/" + bucketName + "/" + key)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode, "%s: %s", key, body)
	return response.Header, body
}

// keys are all that is in the bucket.
func (server *s3) keys(t *testing.T) []string {
	t.Helper()
	_, list := server.get(t, "")
	var keys []string
	for _, match := range regexp.MustCompile(`<Key>([^<]*)</Key>`).FindAllSubmatch(list, -1) {
		keys = append(keys, string(match[1]))
	}
	return keys
}

// filesIn are the paths of all files below a folder.
func filesIn(t *testing.T, folder string) []string {
	t.Helper()
	var files []string
	require.NoError(t, filepath.WalkDir(folder, func(file string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			name, _ := filepath.Rel(folder, file)
			files = append(files, filepath.ToSlash(name))
		}
		return err
	}))
	return files
}

// TestIntegrationUpload puts the built page into an S3 server, with the real aws command, and a
// newer one after it: every file with its type and how long it may be kept, nothing deleted, and
// what names others after what it names.
func TestIntegrationUpload(t *testing.T) {
	if _, err := exec.LookPath("aws"); err != nil {
		t.Skip("there is no aws command here: apt install awscli")
	}
	t.Parallel()
	built := "../site/dist"
	if _, err := os.Stat(filepath.Join(built, "index.html")); err != nil {
		t.Skip("the page is not built: make build")
	}
	dist, assembly := fakeSite(t)
	require.NoError(t, os.RemoveAll(dist))
	require.NoError(t, os.CopyFS(dist, os.DirFS(built)))
	// Files in folders that begin with a dot, whichever the build has of them.
	known := ".well-known/security/about.txt"
	write := func(name, content string) {
		t.Helper()
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dist, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dist, name), []byte(content), 0o644))
	}
	write(known, "about")
	// brotli takes ten seconds for the whole engine.
	engines, err := filepath.Glob(filepath.Join(dist, "assets", "*.wasm"))
	require.NoError(t, err)
	require.NotEmpty(t, engines)
	for _, engine := range engines {
		require.NoError(t, os.Truncate(engine, 100_000))
	}
	older := filesIn(t, dist)
	index, err := os.ReadFile(filepath.Join(dist, "index.html"))
	require.NoError(t, err)
	server := newS3(t)

	stderr, err := server.upload(t, "another's", dist, assembly)
	assert.Error(t, err)
	assert.Contains(t, stderr, "upload: aws could not upload assets/*.css")
	assert.Empty(t, server.keys(t), "S3 refused")
	server.put = nil

	stderr, err = server.upload(t, secretKey, dist, assembly)
	require.NoError(t, err, stderr)
	assert.ElementsMatch(t, append(slices.Clone(older), "config.json"), server.keys(t))
	checkOrder(t, server.put)
	checkFiles(t, server, dist, assembly, older)
	named := regexp.MustCompile(`(?:src|href)="\.?/?(assets/[^"]+)"`).FindAllSubmatch(index, -1)
	require.NotEmpty(t, named)
	for _, match := range named {
		server.get(t, string(match[1]))
	}

	// A newer version has none of the old scripts.
	require.NoError(t, os.RemoveAll(dist))
	newer := map[string]string{
		"assets/main-newer.js": "newer", "index.html": `<script src="./assets/main-newer.js">`, "sw.js": "fetch('index.html')",
		".well-known/tincan.json": "{}",
	}
	for name, content := range newer {
		write(name, content)
	}
	server.put = nil
	stderr, err = server.upload(t, secretKey, dist, assembly)
	require.NoError(t, err, stderr)
	assert.ElementsMatch(t, append(slices.Clone(older), "config.json", "assets/main-newer.js"), server.keys(t), "pages that are open load what they name")
	checkOrder(t, server.put)
	checkFiles(t, server, dist, assembly, slices.Collect(maps.Keys(newer)))
}

// checkOrder: all assets, then the rest, then what names them.
func checkOrder(t *testing.T, put []string) {
	t.Helper()
	require.NotEmpty(t, put)
	asset := func(key string) bool { return strings.HasPrefix(key, "assets/") }
	rest := slices.IndexFunc(put, func(key string) bool { return !asset(key) })
	assert.False(t, slices.ContainsFunc(put[rest:], asset), "an asset came after what may name it: %q", put)
	assert.Equal(t, []string{"config.json", "index.html", "sw.js", ".well-known/tincan.json"}, put[len(put)-4:])
}

// checkFiles: each file is there as it is here, and says what it is.
func checkFiles(t *testing.T, server *s3, dist, assembly string, keys []string) {
	t.Helper()
	headers, err := site.LoadHeaders()
	require.NoError(t, err)
	types := map[string]string{
		".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
		".json": "application/json", ".webmanifest": "application/manifest+json", ".txt": "text/plain; charset=utf-8",
		".wasm": "application/wasm", ".svg": "image/svg+xml", ".png": "image/png", ".woff2": "font/woff2",
	}
	for _, key := range append(slices.Clone(keys), "config.json") {
		header, body := server.get(t, key)
		cache, encoding := headers.Cache.Page, ""
		if strings.HasPrefix(key, "assets/") {
			cache = headers.Cache.Assets
		}
		if strings.HasSuffix(key, ".wasm") {
			encoding = "br"
			body = unpack(t, body)
		}
		require.Contains(t, types, path.Ext(key), key)
		assert.Equal(t, [3]string{types[path.Ext(key)], cache, encoding}, [3]string{header.Get("Content-Type"), header.Get("Cache-Control"), header.Get("Content-Encoding")}, key)
		folder := dist
		if key == "config.json" {
			folder = assembly
		}
		want, err := os.ReadFile(filepath.Join(folder, key))
		require.NoError(t, err)
		assert.True(t, bytes.Equal(want, body), key)
	}
}
