package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

// notice is what is said of one module of others. site/notices.ts reads it, and adds what is in the page.
type notice struct {
	Name    string   `json:"name"`
	Version string   `json:"version"`
	Licence string   `json:"licence"` // SPDX identifiers, joined by AND
	In      []string `json:"in"`
	Texts   []string `json:"texts"`
}

// build is a program of ours as it is built for one kind of computer: what is linked differs between them.
type build struct {
	in          string // what people call it
	folder      string
	environment []string
	tags        string
}

var builds = []build{
	{in: "engine", folder: "./wasm", environment: []string{"GOOS=js", "GOARCH=wasm"}},
	{in: "program", folder: "./cmd/tincan", environment: []string{"GOOS=linux", "GOARCH=amd64"}},
	{in: "program", folder: "./cmd/tincan", environment: []string{"GOOS=linux", "GOARCH=arm64"}},
	{in: "program", folder: "./cmd/tincan", environment: []string{"GOOS=darwin", "GOARCH=amd64"}},
	{in: "program", folder: "./cmd/tincan", environment: []string{"GOOS=darwin", "GOARCH=arm64"}},
	{in: "program", folder: "./cmd/tincan", environment: []string{"GOOS=windows", "GOARCH=amd64"}},
	{in: "program", folder: "./cmd/tincan", environment: []string{"GOOS=windows", "GOARCH=arm64"}},
	{in: "mailbox for AWS", folder: "./relay/lambda", environment: []string{"GOOS=linux", "GOARCH=arm64"}, tags: "lambda.norpc"},
}

// linked is a package, as go list prints it.
type linked struct {
	Dir      string
	Standard bool
	Module   *struct {
		Path, Version, Dir string
		Main               bool
	}
}

// writeNotices collects the notices of all builds.
func writeNotices(file string) error {
	notices, err := collect(builds)
	if err != nil {
		return fmt.Errorf("collect notices: %w", err)
	}
	text, err := json.MarshalIndent(notices, "", " ")
	if err != nil {
		return err
	}
	return writeIfNew(file, text)
}

// writeIfNew leaves a file alone that says the same already, so that make builds the page anew only for a difference.
func writeIfNew(file string, text []byte) error {
	if there, err := os.ReadFile(file); err == nil && bytes.Equal(there, text) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o644)
}

func collect(builds []build) ([]notice, error) {
	root, version, err := goRoot()
	if err != nil {
		return nil, err
	}
	found := map[string]*notice{}
	folders := map[string][]string{} // those to look for licences in, by module
	for _, b := range builds {
		packages, err := packagesOf(b)
		if err != nil {
			return nil, err
		}
		for _, p := range packages {
			name, version, top := "Go", version, root
			if !p.Standard {
				if p.Module == nil {
					return nil, fmt.Errorf("%s belongs to no module", p.Dir)
				}
				if p.Module.Main {
					continue
				}
				name, version, top = p.Module.Path, p.Module.Version, p.Module.Dir
			}
			if found[name] == nil {
				found[name] = &notice{Name: name, Version: version}
				folders[name] = []string{top}
			}
			if !slices.Contains(found[name].In, b.in) {
				found[name].In = append(found[name].In, b.in)
			}
			// A part of a module may have been taken from elsewhere, and have a licence of its own beside it.
			for dir := p.Dir; len(dir) > len(top) && !p.Standard; dir = filepath.Dir(dir) {
				if !slices.Contains(folders[name], dir) {
					folders[name] = append(folders[name], dir)
				}
			}
		}
	}
	notices := []notice{}
	for name, n := range found {
		// By REUSE, which pion follows, it has a text for each licence that is named in a source file.
		if reuse := filepath.Join(folders[name][0], "LICENSES"); isFolder(reuse) {
			folders[name] = append(folders[name], reuse)
		}
		if n.Texts, n.Licence, err = licencesIn(folders[name]); err != nil {
			return nil, fmt.Errorf("%s %s: %w", n.Name, n.Version, err)
		}
		notices = append(notices, *n)
	}
	slices.SortFunc(notices, func(a, b notice) int { return strings.Compare(a.Name, b.Name) })
	return notices, nil
}

// goRoot is where Go itself is, and its version. The standard library is linked into all that is ours, and wasm_exec.js of
// it is in the page.
func goRoot() (root, version string, err error) {
	out, err := exec.Command("go", "env", "GOROOT", "GOVERSION").Output()
	if err != nil {
		return "", "", fmt.Errorf("go env: %w", err)
	}
	fields := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(fields) != 2 {
		return "", "", fmt.Errorf("go env: said %q", out)
	}
	return fields[0], strings.TrimPrefix(fields[1], "go"), nil
}

func packagesOf(b build) ([]linked, error) {
	cmd := exec.Command("go", "list", "-deps", "-json=Dir,Standard,Module", "-tags", b.tags, b.folder)
	cmd.Env = append(append(os.Environ(), "CGO_ENABLED=0"), b.environment...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list %s: %w", b.folder, err)
	}
	var packages []linked
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p linked
		switch err := decoder.Decode(&p); err {
		case nil:
			packages = append(packages, p)
		case io.EOF:
			return packages, nil
		default:
			return nil, fmt.Errorf("go list %s: %w", b.folder, err)
		}
	}
}

var licenceName = regexp.MustCompile(`(?i)^(licen[cs]e|copying|copyright|notice)([.-][a-z0-9.-]*)?$`)

// licencesIn reads what the folders have of licences and notices: each text once, with the identifiers of all of them.
func licencesIn(folders []string) (texts []string, licence string, err error) {
	var ids []string
	for _, folder := range folders {
		entries, err := os.ReadDir(folder)
		if err != nil {
			return nil, "", err
		}
		for _, entry := range entries {
			if filepath.Base(folder) == "LICENSES" {
				// CC0 asks for no notice. What has been found already came with the names of its authors.
				id := strings.TrimSuffix(entry.Name(), ".txt")
				if id == "CC0-1.0" || slices.Contains(ids, id) {
					continue
				}
			} else if entry.IsDir() || !licenceName.MatchString(entry.Name()) || filepath.Ext(entry.Name()) == ".go" {
				continue
			}
			raw, err := os.ReadFile(filepath.Join(folder, entry.Name()))
			if err != nil {
				return nil, "", err
			}
			text := strings.TrimSpace(strings.ReplaceAll(string(raw), "\r\n", "\n"))
			for _, match := range licensecheck.Scan([]byte(text)).Match {
				if !match.IsURL && !slices.Contains(ids, match.ID) {
					ids = append(ids, match.ID)
				}
			}
			if !slices.Contains(texts, text) {
				texts = append(texts, text)
			}
		}
	}
	if len(ids) == 0 {
		return nil, "", fmt.Errorf("no licence that is known is in %s: read it, and have licencesIn find it", strings.Join(folders, ", "))
	}
	slices.Sort(ids)
	return texts, strings.Join(ids, " AND "), nil
}

func isFolder(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}
