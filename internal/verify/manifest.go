// Package verify compares a page that a host serves with its manifest, with the page inside a
// program, and with one that was built from source.
//
// The manifest is .well-known/tincan.json below the page's address, written by the build
// (site/plugins/manifest.ts): a JSON object with format, version, commit, and files, which has the
// SHA-256 of each file of the page by its path, as 64 hexadecimal digits. It does not name itself,
// nor config.json, which belongs to the host.
//
// All that a host says is hostile: sizes, counts and times have limits, and names and versions are
// of plain letters or are refused.
package verify

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
)

// Where the manifest is, and what is not in it.
const (
	ManifestPath = ".well-known/tincan.json"
	configPath   = "config.json"
	indexPath    = "index.html" // served at the page's address itself
)

// Limits of a manifest.
const (
	maxManifest = 256 << 10 // bytes
	maxFiles    = 500
	maxName     = 200
	format      = 1
)

// Manifest says which build a page is, and what each of its files must be.
type Manifest struct {
	Format  int               `json:"format"`
	Version string            `json:"version"`
	Commit  string            `json:"commit"` // empty where the build did not know it
	Files   map[string]string `json:"files"`
}

var (
	versionForm = regexp.MustCompile(`^[0-9A-Za-z.+_-]{1,100}$`)
	commitForm  = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})?$`)
	digestForm  = regexp.MustCompile(`^[0-9a-f]{64}$`)
	nameForm    = regexp.MustCompile(`^[0-9A-Za-z._/-]+$`)
)

// ParseManifest reads a manifest. It takes what the build writes and nothing else, to the byte, so that
// two programs never read two things from one manifest.
func ParseManifest(raw []byte) (Manifest, error) {
	var m Manifest
	if len(raw) > maxManifest {
		return m, fmt.Errorf("it has more than %d bytes", maxManifest)
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return Manifest{}, errors.New("it is not the JSON of a manifest")
	}
	switch {
	case m.Format != format:
		return Manifest{}, fmt.Errorf("its format is %d, and this program knows %d", m.Format, format)
	case !versionForm.MatchString(m.Version):
		return Manifest{}, errors.New("its version is none")
	case !commitForm.MatchString(m.Commit):
		return Manifest{}, errors.New("its commit is none")
	case len(m.Files) == 0 || len(m.Files) > maxFiles:
		return Manifest{}, fmt.Errorf("it names %d files, and may name 1 to %d", len(m.Files), maxFiles)
	}
	for name, digest := range m.Files {
		if !isName(name) || name == ManifestPath || name == configPath {
			return Manifest{}, fmt.Errorf("it names %.200q, which cannot be a file of the page", name)
		}
		if !digestForm.MatchString(digest) {
			return Manifest{}, fmt.Errorf("it has no SHA-256 for %s", name)
		}
	}
	if !bytes.Equal(m.encode(), raw) {
		return Manifest{}, errors.New("it is not written as the build writes it")
	}
	return m, nil
}

// encode writes a manifest as the build does.
func (m Manifest) encode() []byte {
	b, _ := json.MarshalIndent(m, "", "  ") // cannot fail: these are strings and a number
	return append(b, '\n')
}

// isName tells whether this is the name of a file of a page: a path below its address, in letters
// that mean nothing to a terminal, in a URL or in JSON.
func isName(name string) bool {
	return len(name) <= maxName && nameForm.MatchString(name) && fs.ValidPath(name) && name != "."
}

// Page is a built page in the form in which it is compared: its manifest, and the digests of its files
// as they are, whatever the manifest says.
type Page struct {
	Manifest Manifest
	Build    string // SHA-256 of the manifest
	Files    map[string]string
}

// ReadPage reads a built page from a folder, or from the one inside a program.
func ReadPage(folder fs.FS) (Page, error) {
	raw, err := readFile(folder, ManifestPath, maxManifest)
	if err != nil {
		return Page{}, err
	}
	p := Page{Build: digestOf(raw), Files: map[string]string{}}
	if p.Manifest, err = ParseManifest(raw); err != nil {
		return Page{}, fmt.Errorf("%s: %w", ManifestPath, err)
	}
	err = fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || name == ManifestPath || name == configPath {
			return err
		}
		if !isName(name) || len(p.Files) == maxFiles {
			return fmt.Errorf("%.200q cannot be a file of the page", name)
		}
		content, err := readFile(folder, name, maxFile)
		p.Files[name] = digestOf(content)
		return err
	})
	if err == nil && !maps.Equal(p.Files, p.Manifest.Files) {
		err = errors.New("its files are not those of its manifest: build it anew")
	}
	return p, err
}

// readFile reads a file of a folder unless it is too large, or no plain file.
func readFile(folder fs.FS, name string, most int64) ([]byte, error) {
	f, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	switch info, err := f.Stat(); {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular() || info.Size() > most:
		return nil, fmt.Errorf("%s is no file of at most %d bytes", name, most)
	}
	return readAll(f, most)
}

func digestOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
