package cli

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const manifestPath = "/.well-known/tincan.json"

// built is the program as make has built it. The one of the other tests looks for races, which makes
// digests and compression ten times slower, and there is none to look for between two programs.
const built = "../../bin/tincan"

// tampered is a host between its visitors and the page of a real tincan serve: it changes what it likes.
type tampered struct {
	t      *testing.T
	inner  http.Handler
	change atomic.Pointer[map[string]func(was string) (now string)] // by path; no answer for an empty one
}

// tamper serves what tincan serve does at another address.
func tamper(t *testing.T) (*tampered, string) {
	t.Helper()
	origin, err := url.Parse(servePage(t))
	require.NoError(t, err)
	proxy := httputil.NewSingleHostReverseProxy(origin)
	h := &tampered{t: t, inner: proxy}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return h, server.URL + "/"
}

func (h *tampered) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Header.Del("Accept-Encoding")
	change := map[string]func(string) string{}
	if p := h.change.Load(); p != nil {
		change = *p
	}
	does, has := change[r.URL.Path]
	if !has {
		h.inner.ServeHTTP(w, r)
		return
	}
	inner := httptest.NewRecorder()
	h.inner.ServeHTTP(inner, r)
	was := inner.Body.String()
	if inner.Code != http.StatusOK {
		was = ""
	}
	now := does(was)
	for name, values := range inner.Header() {
		if name != "Content-Length" {
			w.Header()[name] = values
		}
	}
	if now == "" {
		http.Error(w, "no such file", http.StatusNotFound)
		return
	}
	_, _ = w.Write([]byte(now))
}

// servePage starts tincan serve, and returns where.
func servePage(t *testing.T) string {
	t.Helper()
	require.FileExists(t, built, "run make build first")
	p := start(t, exec.Command(built, "serve", "--listen", "127.0.0.1:0", "--no-stun"))
	for {
		if line := p.line(patience); strings.HasPrefix(line, "http://127.0.0.1:") {
			return line
		}
	}
}

// verifies runs tincan verify, and returns what it wrote and its exit code.
func verifies(t *testing.T, args ...string) (out string, code int) {
	t.Helper()
	cmd := exec.Command(built, append([]string{"verify"}, args...)...)
	var both bytes.Buffer
	cmd.Stdout, cmd.Stderr = &both, &both
	_ = cmd.Run()
	return both.String(), cmd.ProcessState.ExitCode()
}

func sha256Of(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

// fetch returns what a host serves at a path.
func fetch(t *testing.T, address string) string {
	t.Helper()
	response, err := http.Get(address)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	require.Equal(t, http.StatusOK, response.StatusCode, address)
	var b bytes.Buffer
	_, err = b.ReadFrom(response.Body)
	require.NoError(t, err)
	return b.String()
}

// TestIntegrationVerify: the page of tincan serve passes; each way to change it on its way fails, and names the file.
func TestIntegrationVerify(t *testing.T) {
	host, address := tamper(t)
	out, code := verifies(t, address+"#a-secret-that-nobody-shows")
	require.Equal(t, 0, code, out)
	assert.Regexp(t, `^http://127\.0\.0\.1:\d+/ serves tincan .*\nBuild: [0-9a-f]{64}\nAll \d\d+ files are those of the manifest, and those of this program; each answer has the headers it must have\.\n`, out)
	assert.Contains(t, out, "nor that the program is safe")
	assert.NotContains(t, out, "a-secret")

	manifest := fetch(t, strings.TrimSuffix(address, "/")+manifestPath)
	var claims struct{ Version string }
	require.NoError(t, json.Unmarshal([]byte(manifest), &claims))
	script := regexp.MustCompile(`assets/main-[\w-]+\.js`).FindString(manifest)
	digests := regexp.MustCompile(`"(` + regexp.QuoteMeta(script) + `)": "[0-9a-f]{64}"`)
	require.Regexp(t, digests, manifest)
	more := func(was string) string { return was + "\n" }
	gone := func(string) string { return "" }

	for name, c := range map[string]struct {
		change map[string]func(string) string
		says   string
	}{
		"one byte changed": {map[string]func(string) string{"/" + script: more},
			script + " is not what the manifest says: it should have the SHA-256"},
		"a file missing": {map[string]func(string) string{"/" + script: gone},
			script + " is missing: the manifest names it, and the host answers with status 404."},
		"a file added": {map[string]func(string) string{
			"/":               func(was string) string { return was + `<script type="module" src="./assets/evil.js"></script>` },
			"/assets/evil.js": func(string) string { return "export {}" },
		}, "assets/evil.js is served, and is named by index.html and not by the manifest."},
		"another version": {map[string]func(string) string{manifestPath: func(was string) string {
			return strings.Replace(was, `"version": "`+claims.Version+`"`, `"version": "v99.0.0"`, 1)
		}}, "The host serves version v99.0.0 and this program is " + claims.Version + ", so only this was checked:"},
		"a lying manifest": {map[string]func(string) string{
			"/" + script: more,
			manifestPath: func(was string) string {
				return digests.ReplaceAllString(was, `"$1": "`+sha256Of(fetch(t, address+script))+`"`)
			},
		}, script + " is what the manifest says, and the page in this program has another:"},
		"no manifest": {map[string]func(string) string{manifestPath: gone},
			"The host has no manifest; its files are compared with those of this program."},
	} {
		t.Run(name, func(t *testing.T) {
			host.change.Store(&c.change)
			defer host.change.Store(nil)
			out, code := verifies(t, address)
			assert.Equal(t, 1, code)
			assert.Contains(t, "\n"+out, "\n- "+c.says)
		})
	}

	// The host serves one person something else, with a manifest that agrees: what each of them has found tells.
	folder := t.TempDir()
	reports := []string{filepath.Join(folder, "anna.json"), filepath.Join(folder, "ben.json")}
	changes := map[string]func(string) string{"/" + script: more}
	for i, name := range reports {
		out, code := verifies(t, "--json", address)
		assert.Equal(t, i, code)
		again, _ := verifies(t, "--json", address)
		assert.Equal(t, out, again, "two runs say the same")
		require.NoError(t, os.WriteFile(name, []byte(out), 0o600))
		host.change.Store(&changes)
	}
	out, code = verifies(t, "--compare", reports[0], reports[1])
	assert.Equal(t, 1, code)
	assert.Regexp(t, `^- `+regexp.QuoteMeta(script)+` had the SHA-256 [0-9a-f]{64} in .*anna\.json, and [0-9a-f]{64} in .*ben\.json\.\n$`, out)
	out, code = verifies(t, "--compare", reports[0], reports[0])
	assert.Equal(t, 0, code)
	assert.Contains(t, out, "Both were served the same")
}

// TestIntegrationVerifySource: the page that was built from source is compared as well. Nothing is built by it.
func TestIntegrationVerifySource(t *testing.T) {
	address := servePage(t)
	out, code := verifies(t, "--source", "../..", address)
	require.Equal(t, 0, code, out)
	assert.Contains(t, out, "those of this program and those built from source")
	folder := t.TempDir()
	out, code = verifies(t, address, "--source", folder)
	assert.Equal(t, 1, code)
	assert.Equal(t, "tincan: there is no built page in "+filepath.Join(folder, "site", "dist")+": run make build in "+folder+" first\n", out)
	require.NoError(t, os.CopyFS(filepath.Join(folder, "site", "dist"), os.DirFS("../../site/dist")))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "site", "dist", "sw.js"), []byte("another"), 0o600))
	out, code = verifies(t, address, "--source", folder)
	assert.Equal(t, 1, code)
	assert.Contains(t, out, "its files are not those of its manifest: build it anew")
}
