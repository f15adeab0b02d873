package architecture

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestUnitWalk: the walk of a message in ARCHITECTURE.md leads somewhere. Each step names files, by
// their path from the root, and behind each file what is declared there.
func TestUnitWalk(t *testing.T) {
	text, err := os.ReadFile("../../ARCHITECTURE.md")
	require.NoError(t, err)
	_, walk, found := strings.Cut(string(text), "\n## The walk of a message\n")
	require.True(t, found)
	walk, _, _ = strings.Cut(walk, "\n## ")

	files, names := 0, 0
	for i, step := range regexp.MustCompile(`(?m)^\d+\. `).Split(walk, -1)[1:] {
		file, inStep := "", 0
		for _, span := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(step, -1) {
			if name := span[1]; strings.Contains(name, "/") {
				file = name
				files++
				assert.FileExists(t, "../../"+file, "step %d", i+1)
			} else if assert.NotEmpty(t, file, "step %d: %s stands before any file", i+1, name) {
				inStep++
				assert.True(t, declares(t, file, name), "step %d: %s is not declared in %s", i+1, name, file)
			}
		}
		assert.Positive(t, inStep, "step %d names nothing that is done", i+1)
		names += inStep
	}
	assert.Greater(t, files, 8)
	assert.Greater(t, names, 12)
	t.Logf("%d files and %d names", files, names)
}

// declares says whether a file declares a name: a function, a type, or Type.method.
func declares(t *testing.T, path, name string) bool {
	source, err := os.ReadFile("../../" + path)
	if err != nil {
		return false
	}
	owner, member, isMember := strings.Cut(name, ".")
	if !isMember {
		owner, member = "", name
	}
	if strings.HasSuffix(path, ".go") {
		file, err := parser.ParseFile(token.NewFileSet(), path, source, 0)
		require.NoError(t, err)
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.Name == member && receiver(d) == owner {
					return true
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					if s, is := spec.(*ast.TypeSpec); is && !isMember && s.Name.Name == member {
						return true
					}
				}
			}
		}
		return false
	}
	if isMember && !regexp.MustCompile(`\bclass `+owner+`\b`).Match(source) {
		return false
	}
	declared := `(?m)^\s*(?:export )?(?:async )?(?:function |class )?(?:get )?#?` + member + `\s*(?:[(<{]|$)`
	return regexp.MustCompile(declared).Match(source)
}

// receiver is the type whose method it is; empty for a function.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	typ := d.Recv.List[0].Type
	if star, is := typ.(*ast.StarExpr); is {
		typ = star.X
	}
	if id, is := typ.(*ast.Ident); is {
		return id.Name
	}
	return ""
}
