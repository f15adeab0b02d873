package architecture

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestUnitFilesAreShort: no file of more than 450 lines, but for tests and the contracts that they share.
func TestUnitFilesAreShort(t *testing.T) {
	files := 0
	for _, folder := range []string{"cmd", "infra", "internal", "relay", "wasm"} {
		require.NoError(t, filepath.WalkDir("../../"+folder, func(name string, entry fs.DirEntry, err error) error {
			shared := strings.HasSuffix(filepath.Dir(name), "test")
			if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || shared {
				return err
			}
			source, err := os.ReadFile(name)
			assert.LessOrEqual(t, bytes.Count(source, []byte("\n")), 450, name)
			files++
			return err
		}))
	}
	require.Greater(t, files, 80)
	t.Logf("%d files", files)
}

// TestUnitChatIsCut: internal/chat stays in parts that one can read: no struct of more than 15
// fields.
func TestUnitChatIsCut(t *testing.T) {
	files, err := filepath.Glob("../../internal/chat/*.go")
	require.NoError(t, err)
	structs := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		require.NoError(t, err)
		file, err := parser.ParseFile(token.NewFileSet(), name, source, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			if s, is := n.(*ast.StructType); is {
				structs++
				fields := 0
				for _, f := range s.Fields.List {
					fields += max(1, len(f.Names)) // an embedded one has no name
				}
				assert.LessOrEqual(t, fields, 15, "a struct in %s", name)
			}
			return true
		})
	}
	require.Greater(t, structs, 20)
	t.Logf("%d structs in %d files", structs, len(files))
}
