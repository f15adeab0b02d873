package files

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// TestUnitSafeName: names as people have them stay; others become one that harms nobody.
func TestUnitSafeName(t *testing.T) {
	for given, want := range map[string]string{
		"photo.jpg": "photo.jpg",
		"Bericht 2026 (Entwurf) – größer.pdf": "Bericht 2026 (Entwurf) – größer.pdf",
		"写真.png":                                 "写真.png",
		"تقرير.docx":                             "تقرير.docx",
		"🐱.gif":                                  "🐱.gif",
		"archive.tar.gz":                         "archive.tar.gz",
		"Makefile":                               "Makefile",
		"/etc/passwd":                            "passwd",
		"../../.ssh/authorized_keys":             "authorized_keys",
		`C:\Windows\system32\evil.dll`:           "evil.dll",
		"C:evil.exe":                             "C_evil.exe",
		".bashrc":                                "bashrc",
		"..":                                     "file",
		"":                                       "file",
		"...":                                    "file",
		"   ":                                    "file",
		"a/":                                     "file",
		"name.":                                  "name",
		"name. . .":                              "name",
		"nul":                                    "_nul",
		"NUL.txt":                                "_NUL.txt",
		"con .txt":                               "_con.txt",
		"com1.tar.gz":                            "_com1.tar.gz",
		"COM¹":                                   "_COM¹",
		"lpt9.log":                               "_lpt9.log",
		"com10.txt":                              "com10.txt",
		"console.log":                            "console.log",
		"photo\u202egpj.exe":                     "photogpj.exe",
		"a\u2066b\u2069\u200f\u061c\ufeff.txt":   "ab.txt",
		"line\nbreak\r\t\x00\x1b[31m.txt":        "linebreak[31m.txt",
		"a\u2028b\u0085c.txt":                    "abc.txt",
		"what?*<>|\":.txt":                       "what_______.txt",
		"~a~b.txt~":                              "_a~b.txt_",
		"~":                                      "file",
		strings.Repeat("-", 300) + "x":           "file",
		"-_.~":                                   "file",
		"???":                                    "file",
		"-.txt":                                  "-.txt",
		strings.Repeat("a", 119) + "~b":          strings.Repeat("a", 119) + "_",
		"bad\xff\xfeutf.txt":                     "badutf.txt",
		strings.Repeat("é", 300) + ".jpeg":       strings.Repeat("é", 97) + ".jpeg",
		strings.Repeat("a", 300) + ".jpeg":       strings.Repeat("a", 115) + ".jpeg",
		strings.Repeat("a", 300):                 strings.Repeat("a", 120),
		"x." + strings.Repeat("y", 300):          "x." + strings.Repeat("y", 118),
		strings.Repeat("🐱", 300) + ".gif":        strings.Repeat("🐱", 49) + ".gif",
		strings.Repeat("a", 112) + "....   .txt": strings.Repeat("a", 112) + ".txt",
	} {
		require.Equal(t, want, SafeName(given), "%q", given)
	}
}

// TestFunctionalHostileNames: each of 300 hostile names becomes one under which a file can be made here, in the
// folder that was meant.
func TestFunctionalHostileNames(t *testing.T) {
	parts := []string{"..", "/", `\`, "\x00", "\n", "CON", "aux", "\u202e", ".", " ", "~", "$(id)", "`id`", "%2e%2e%2f", "é", "👩‍👩‍👧", "-rf", "\xff", ":", "|"}
	names := []string{"./.", "~/.profile", "-", "--help", "/dev/null", `\\server\share\x`, "file:///etc/passwd", "a\u0000.png", "\u200b", strings.Repeat("../", 80) + "x"}
	for _, a := range parts {
		for _, b := range parts[:15] {
			names = append(names, a+b+"x.txt")
		}
	}
	require.GreaterOrEqual(t, len(names), 300)
	folder := t.TempDir()
	for i, name := range names {
		safe := SafeName(name)
		requireSafe(t, safe)
		path := filepath.Join(folder, fmt.Sprint(i), safe)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, nil, 0o600), "%q", name)
		entries, err := os.ReadDir(filepath.Dir(path))
		require.NoError(t, err)
		require.Len(t, entries, 1)
		require.Equal(t, safe, entries[0].Name())
	}
	outside, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, outside, len(names))
}

func requireSafe(t *testing.T, safe string) {
	t.Helper()
	require.NotEmpty(t, safe)
	require.True(t, utf8.ValidString(safe), "%q", safe)
	require.LessOrEqual(t, len(safe), maxNameBytes+1, "%q", safe)
	require.NotContains(t, []string{".", ".."}, safe)
	require.False(t, strings.HasPrefix(safe, "."), "%q", safe)
	require.False(t, strings.ContainsAny(safe, "/\\\x00"), "%q", safe)
	require.False(t, strings.ContainsFunc(safe, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }), "%q", safe)
	require.Equal(t, safe, strings.TrimRight(safe, " ."), "%q", safe)
	require.Equal(t, safe, SafeName(safe), "a name that is safe stays")
}

// FuzzSafeName: so does everything else.
func FuzzSafeName(f *testing.F) {
	for _, seed := range []string{"a.txt", "../x", "con", "\u202e.exe", " .a. ", "a. .b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) { requireSafe(t, SafeName(name)) })
}
