// Package architecture holds the shape of the project: who may import whom,
// what may not reach the browser, and that the engine's TypeScript face names
// what the Go code behind it does.
package architecture

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// allowed lists every package of ours and which of ours it may import.
var allowed = map[string][]string{
	"tincan/internal/promise":             {},
	"tincan/internal/sdp":                 {},
	"tincan/internal/sdp/sdptest":         {},
	"tincan/internal/invite":              {"tincan/internal/sdp"},
	"tincan/internal/seal":                {},
	"tincan/internal/mailbox":             {"tincan/internal/promise"},
	"tincan/internal/mailbox/mailboxtest": {"tincan/internal/mailbox"},
	"tincan/internal/peer":                {"tincan/internal/promise", "tincan/internal/sdp"},
	"tincan/internal/peer/peertest":       {"tincan/internal/peer"},
	"tincan/internal/files":               {"tincan/internal/seal"},
	"tincan/internal/chat":                {"tincan/internal/files", "tincan/internal/invite", "tincan/internal/mailbox", "tincan/internal/peer", "tincan/internal/sdp", "tincan/internal/seal"},
	"tincan/wasm":                         {"tincan/internal/chat", "tincan/internal/promise"},
	"tincan/site":                         {},
	"tincan/relay":                        {"tincan/internal/mailbox"},
	"tincan/relay/relaytest":              {"tincan/internal/mailbox", "tincan/relay"},
	"tincan/relay/dynamo":                 {"tincan/internal/mailbox", "tincan/relay"},
	"tincan/relay/lambda":                 {"tincan/internal/mailbox", "tincan/relay", "tincan/relay/dynamo"},
	"tincan/internal/verify":              {},
	"tincan/cmd/tincan":                   {"tincan/internal/chat", "tincan/internal/verify", "tincan/relay", "tincan/site"},
	"tincan/cmd/release":                  {},
	"tincan/infra":                        {"tincan/site"},
}

// onlyJS are the packages that there are in pages alone.
var onlyJS = []string{"tincan/internal/promise", "tincan/wasm"}

func list(t *testing.T, js bool, format string, args ...string) []string {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-f", format}, args...)...)
	cmd.Dir = "../.."
	cmd.Env = os.Environ()
	if js {
		cmd.Env = append(cmd.Env, "GOOS=js", "GOARCH=wasm")
	}
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	return strings.Fields(string(out))
}

// TestUnitImports: the arrows point one way, and every package named here exists. It prints them.
func TestUnitImports(t *testing.T) {
	var arrows []string
	for _, name := range slices.Sorted(maps.Keys(allowed)) {
		may := allowed[name]
		var imports []string
		if !slices.Contains(onlyJS, name) {
			imports = list(t, false, `{{join .Imports " "}}`, name)
		}
		if slices.Contains(onlyJS, name) || strings.HasPrefix(name, "tincan/internal/") {
			imports = append(imports, list(t, true, `{{join .Imports " "}}`, name)...)
		}
		require.NotEmpty(t, imports, name)
		slices.Sort(imports)
		var ours []string
		for _, imported := range slices.Compact(imports) {
			if short, is := strings.CutPrefix(imported, "tincan/"); is {
				assert.Contains(t, may, imported, "%s may not import it", name)
				ours = append(ours, short)
			}
		}
		arrows = append(arrows, strings.TrimPrefix(name, "tincan/")+" → "+strings.Join(ours, ", "))
	}
	t.Logf("who imports what of ours:\n%s", strings.Join(arrows, "\n"))
	for _, name := range list(t, false, "{{.ImportPath}}", "./cmd/...", "./infra/...", "./internal/...", "./relay/...", "./site/...") {
		assert.Contains(t, allowed, name, "a new package: say here what it may import")
	}
}

// TestUnitBrowser: what must not be linked into the page's engine. Size apart,
// a second WebRTC or TLS in the wasm would be a second thing to trust.
func TestUnitBrowser(t *testing.T) {
	deps := list(t, true, "{{.ImportPath}}", "-deps", "./wasm")
	require.Contains(t, deps, "tincan/internal/peer")
	for _, dep := range deps {
		assert.NotContains(t, dep, "pion", "pion stays out of the wasm")
		assert.NotContains(t, []string{"net", "net/http", "crypto/tls", "crypto/x509", "encoding/json"}, dep)
	}
	// syscall/js belongs to the four places that face the browser.
	for name := range allowed {
		if !slices.Contains([]string{"tincan/wasm", "tincan/internal/promise", "tincan/internal/peer", "tincan/internal/mailbox"}, name) {
			assert.NotContains(t, list(t, true, `{{join .Imports " "}}`, name), "syscall/js", name)
		}
	}
}

// ofHTTPS are what https is made of, for the page of tincan serve. No chat rests on it.
var ofHTTPS = []string{"crypto/ecdsa", "crypto/elliptic", "crypto/sha256", "crypto/tls", "crypto/x509", "crypto/x509/pkix"}

// TestUnitPrimitives: only seal names a primitive of cryptography, but for what https needs, and for the
// digests of files, which keep no secret. What cmd/release names is in no program of ours.
func TestUnitPrimitives(t *testing.T) {
	for name := range allowed {
		if name == "tincan/internal/seal" || name == "tincan/cmd/release" {
			continue
		}
		for _, imported := range list(t, slices.Contains(onlyJS, name), `{{join .Imports " "}}`, name) {
			if name == "tincan/cmd/tincan" && slices.Contains(ofHTTPS, imported) || name == "tincan/internal/verify" && imported == "crypto/sha256" {
				continue
			}
			if strings.HasPrefix(imported, "crypto/") && imported != "crypto/rand" && imported != "crypto/subtle" || strings.HasPrefix(imported, "golang.org/x/crypto") {
				assert.Fail(t, "a primitive outside seal", "%s imports %s", name, imported)
			}
		}
	}
}

// TestUnitConstantTime: nothing secret is compared in a way whose time tells.
func TestUnitConstantTime(t *testing.T) {
	files, err := filepath.Glob("../../internal/seal/*.go")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.NotContains(t, string(raw), "bytes.Equal", file)
		assert.NotContains(t, string(raw), "reflect.", file)
	}
}

// TestUnitTestNames: a test says by its name what kind it is (test/README.md).
func TestUnitTestNames(t *testing.T) {
	kind := regexp.MustCompile(`^Test(Unit|Functional|Integration)[A-Z]|^TestMain$`)
	seen := 0
	for _, file := range list(t, false, `{{range .TestGoFiles}}{{$.Dir}}/{{.}} {{end}}{{range .XTestGoFiles}}{{$.Dir}}/{{.}} {{end}}{{range .IgnoredGoFiles}}{{$.Dir}}/{{.}} {{end}}`, "./...") {
		if !strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, declared := range parsed.Decls {
			if function, ok := declared.(*ast.FuncDecl); ok && strings.HasPrefix(function.Name.Name, "Test") {
				seen++
				assert.Regexp(t, kind, function.Name.Name, file)
			}
		}
	}
	assert.Greater(t, seen, 300)
}

// constants are the values of a string type in a Go file.
func constants(t *testing.T, file, typeName string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	require.NoError(t, err)
	var values []string
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || spec.Type == nil {
			return true
		}
		if id, ok := spec.Type.(*ast.Ident); ok && id.Name == typeName {
			for _, v := range spec.Values {
				value, err := strconv.Unquote(v.(*ast.BasicLit).Value)
				require.NoError(t, err)
				if value != "" {
					values = append(values, value)
				}
			}
		}
		return true
	})
	require.NotEmpty(t, values, "%s in %s", typeName, file)
	slices.Sort(values)
	return values
}

func literals(t *testing.T, s string) []string {
	t.Helper()
	var out []string
	for _, m := range regexp.MustCompile(`'([a-z-]+)'`).FindAllStringSubmatch(s, -1) {
		out = append(out, m[1])
	}
	require.NotEmpty(t, out)
	slices.Sort(out)
	return out
}

func between(t *testing.T, s, begin, end string) string {
	t.Helper()
	_, rest, ok := strings.Cut(s, begin)
	require.True(t, ok, begin)
	inside, _, ok := strings.Cut(rest, end)
	require.True(t, ok, end)
	return inside
}

// TestUnitEngineContract: engine.d.ts and the Go code name the same verbs,
// events, states, codes and reasons.
func TestUnitEngineContract(t *testing.T) {
	raw, err := os.ReadFile("../../wasm/engine.d.ts")
	require.NoError(t, err)
	contract := string(raw)

	assert.Equal(t, constants(t, "../../internal/chat/errors.go", "Code"), literals(t, between(t, contract, "type ErrorCode =", ";")))
	assert.Equal(t, constants(t, "../../internal/chat/errors.go", "Reason"), literals(t, between(t, contract, "type Reason =", ";")))
	assert.Equal(t, constants(t, "../../internal/chat/phase.go", "State"), literals(t, between(t, contract, "state: ", " }")))
	assert.Equal(t, constants(t, "../../internal/chat/mailbox.go", "MailboxState"), literals(t, between(t, contract, "type MailboxState =", ";")))
	assert.Equal(t, constants(t, "../../internal/chat/files.go", "FileEnd"), literals(t, between(t, contract, "type FileEnd =", ";")))
	assert.Equal(t, constants(t, "../../internal/chat/event.go", "Path"), literals(t, between(t, contract, "path: ", " | '';")))

	for name, c := range map[string]struct{ file, receiver, verb string }{
		"Engine": {"main.go", "engine", `(?m)^  ([a-zA-Z]+)\(`},
		"Chat":   {"handle.go", "handle", `(?m)^  ([a-zA-Z]+): \(.*Promise<`},
	} {
		source, err := os.ReadFile("../../wasm/" + c.file)
		require.NoError(t, err)
		verbs := map[string]bool{}
		for _, m := range regexp.MustCompile(`"([a-zA-Z]+)", \(\*`+c.receiver+`\)\.`).FindAllStringSubmatch(string(source), -1) {
			verbs[m[1]] = true
		}
		face := map[string]bool{}
		for _, m := range regexp.MustCompile(c.verb).FindAllStringSubmatch(between(t, contract, "interface "+name+" {", "\n}"), -1) {
			face[m[1]] = true
		}
		require.NotEmpty(t, verbs, name)
		assert.Equal(t, slices.Sorted(maps.Keys(face)), slices.Sorted(maps.Keys(verbs)), name)
	}

	goBridge, err := os.ReadFile("../../wasm/bridge.go")
	require.NoError(t, err)
	events := map[string]bool{}
	for _, m := range regexp.MustCompile(`object\("type", "([a-z]+)"`).FindAllStringSubmatch(string(goBridge), -1) {
		events[m[1]] = true
	}
	declared := map[string]bool{}
	for _, m := range regexp.MustCompile(`type: '([a-z]+)'`).FindAllStringSubmatch(contract, -1) {
		declared[m[1]] = true
	}
	require.NotEmpty(t, events)
	assert.Equal(t, slices.Sorted(maps.Keys(declared)), slices.Sorted(maps.Keys(events)))
}
