package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// bom is what is read and written of CycloneDX: https://cyclonedx.org/docs/1.6/json/
type bom struct {
	Schema       string       `json:"$schema,omitempty"`
	Format       string       `json:"bomFormat"`
	Spec         string       `json:"specVersion"`
	Version      int          `json:"version"`
	Metadata     metadata     `json:"metadata"`
	Components   []component  `json:"components"`
	Dependencies []dependency `json:"dependencies"`
}

type metadata struct {
	Timestamp string    `json:"timestamp,omitempty"`
	Tools     []tool    `json:"tools,omitempty"`
	Component component `json:"component"`
}

type tool struct {
	Vendor  string `json:"vendor"`
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
}

type component struct {
	Ref      string           `json:"bom-ref"`
	Type     string           `json:"type"`
	Name     string           `json:"name"`
	Version  string           `json:"version,omitempty"`
	Hashes   []map[string]any `json:"hashes,omitempty"`
	Licences []map[string]any `json:"licenses,omitempty"`
	PURL     string           `json:"purl,omitempty"`
}

type dependency struct {
	Ref string   `json:"ref"`
	On  []string `json:"dependsOn,omitempty"`
}

// parts is what is put together here: components by their reference, and what each needs.
type parts struct {
	components map[string]component
	needs      map[string][]string
}

// listed is a line of notices.txt, as site/notices.ts writes it.
var listed = regexp.MustCompile(`(?m)^- (\S+) (\S+): ([^;\n]+); in the (.+)$`)

// writeSBOM has cyclonedx-gomod and npm say what is in each part of tincan, and makes one list of it. npm knows what is
// installed to build the page; what of it is in the page say the notices. The modules that the notices name and those that
// cyclonedx-gomod finds must be the same.
func writeSBOM(gomod, noticesFile, version, epoch, out string) error {
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return fmt.Errorf("sbom: the time is not in seconds since 1970: %q", epoch)
	}
	notices, err := os.ReadFile(noticesFile)
	if err != nil {
		return fmt.Errorf("sbom: %w", err)
	}
	all := parts{map[string]component{}, map[string][]string{}}
	tools := []tool{{Vendor: "npm", Name: "cli"}}
	for _, b := range builds {
		one, err := goParts(gomod, b)
		if err != nil {
			return fmt.Errorf("sbom: %s: %w", b.in, err)
		}
		all.add("tincan "+b.in, one)
		if len(tools) == 1 {
			tools = append(tools, one.Metadata.Tools...)
		}
	}
	page, err := npmParts("site")
	if err != nil {
		return fmt.Errorf("sbom: %w", err)
	}
	if err := all.compare(string(notices), page); err != nil {
		return fmt.Errorf("sbom: %w", err)
	}

	whole := bom{Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", Format: "CycloneDX", Spec: "1.6", Version: 1}
	whole.Metadata = metadata{time.Unix(seconds, 0).UTC().Format(time.RFC3339), tools, ours("tincan", "tincan", version)}
	for _, name := range []string{"engine", "mailbox for AWS", "page", "program"} {
		ref := "tincan " + name
		all.components[ref] = ours(ref, ref, version)
		all.needs["tincan"] = append(all.needs["tincan"], ref)
	}
	all.needs["tincan page"] = append(all.needs["tincan page"], "tincan engine")
	all.needs["tincan program"] = append(all.needs["tincan program"], "tincan page")
	for _, ref := range slices.Sorted(maps.Keys(all.components)) {
		whole.Components = append(whole.Components, all.components[ref])
	}
	for _, ref := range slices.Sorted(maps.Keys(all.needs)) {
		on := slices.DeleteFunc(all.needs[ref], func(other string) bool { return all.components[other].Ref == "" })
		slices.Sort(on)
		whole.Dependencies = append(whole.Dependencies, dependency{ref, slices.Compact(on)})
	}
	text, err := json.MarshalIndent(whole, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(out, append(text, '\n'), 0o644)
}

func ours(ref, name, version string) component {
	return component{Ref: ref, Type: "application", Name: name, Version: version, Licences: licences("MIT")}
}

// licences are an identifier or, of several, an expression.
func licences(spdx string) []map[string]any {
	if strings.Contains(spdx, " ") {
		return []map[string]any{{"expression": spdx}}
	}
	return []map[string]any{{"license": map[string]any{"id": spdx}}}
}

// add takes over what a tool has found, below a part of ours.
func (p parts) add(name string, one bom) {
	for _, c := range one.Components {
		p.components[c.Ref] = component{Ref: c.Ref, Type: "library", Name: c.Name, Version: c.Version, Hashes: c.Hashes, PURL: c.PURL}
	}
	for _, d := range one.Dependencies {
		ref := d.Ref
		if ref == one.Metadata.Component.Ref || strings.HasPrefix(ref, "pkg:golang/tincan@") {
			ref = name
		}
		p.needs[ref] = append(p.needs[ref], d.On...)
	}
}

// compare gives each component the licence that the notices tell, adds what is in the page, and fails where the
// notices name another set of modules than was found.
func (p parts) compare(notices string, page bom) error {
	byName := map[string]string{}
	for ref, c := range p.components {
		name := c.Name + " " + c.Version
		if c.Name == "std" {
			name = "Go " + strings.TrimPrefix(c.Version, "go")
		}
		byName[name] = ref
	}
	npm := map[string]component{}
	for _, c := range page.Components {
		npm[c.Name+" "+c.Version] = c
	}
	found := bom{Dependencies: page.Dependencies}
	told := map[string]string{}
	for _, m := range listed.FindAllStringSubmatch(notices, -1) {
		name, licence, in := m[1]+" "+m[2], m[3], m[4]
		ref := byName[name]
		if in == "page" {
			c, is := npm[name]
			if !is {
				return fmt.Errorf("%s is in the page, and npm knows nothing of it", name)
			}
			found.Components = append(found.Components, c)
			p.needs["tincan page"] = append(p.needs["tincan page"], c.Ref)
			ref = c.Ref
		}
		if ref == "" {
			return fmt.Errorf("the notices name %s, which cyclonedx-gomod has not found", name)
		}
		told[ref] = licence
	}
	found.Dependencies = slices.DeleteFunc(found.Dependencies, func(d dependency) bool { return told[d.Ref] == "" })
	p.add("", found)
	for ref, c := range p.components {
		if told[ref] == "" {
			return fmt.Errorf("cyclonedx-gomod has found %s, which the notices do not name", ref)
		}
		c.Licences = licences(told[ref])
		p.components[ref] = c
	}
	return nil
}

// goParts is what cyclonedx-gomod finds in a program. Its licences are not asked for: it takes BSD-3-Clause for another.
func goParts(gomod string, b build) (bom, error) {
	cmd := exec.Command(gomod, "app", "-json", "-noserial", "-notimestamp", "-short-purls", "-std", "-main", filepath.Clean(b.folder), ".")
	cmd.Env = append(append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-tags="+b.tags), b.environment...)
	return read(cmd)
}

// npmParts is what npm finds in the lock file of a folder. It takes no package without a version, which a page that is
// on no registry has no use for.
func npmParts(folder string) (bom, error) {
	temporary, err := os.MkdirTemp("", "tincan-sbom")
	if err != nil {
		return bom{}, err
	}
	defer os.RemoveAll(temporary)
	lock, err := os.ReadFile(filepath.Join(folder, "package-lock.json"))
	if err != nil {
		return bom{}, err
	}
	raw, err := os.ReadFile(filepath.Join(folder, "package.json"))
	if err != nil {
		return bom{}, err
	}
	described := map[string]any{}
	if err := json.Unmarshal(raw, &described); err != nil {
		return bom{}, fmt.Errorf("package.json of %s: %w", folder, err)
	}
	described["version"] = "0.0.0"
	if raw, err = json.Marshal(described); err != nil {
		return bom{}, err
	}
	for name, body := range map[string][]byte{"package.json": raw, "package-lock.json": lock} {
		if err := os.WriteFile(filepath.Join(temporary, name), body, 0o600); err != nil {
			return bom{}, err
		}
	}
	cmd := exec.Command("npm", "sbom", "--package-lock-only", "--sbom-format", "cyclonedx")
	cmd.Dir = temporary
	return read(cmd)
}

func read(cmd *exec.Cmd) (bom, error) {
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return bom{}, fmt.Errorf("%s: %w\n%s", filepath.Base(cmd.Path), err, complaint.Bytes())
	}
	var found bom
	if err := json.Unmarshal(out, &found); err != nil {
		return bom{}, fmt.Errorf("%s: %w", filepath.Base(cmd.Path), err)
	}
	if found.Format != "CycloneDX" || len(found.Components) == 0 {
		return bom{}, fmt.Errorf("%s: this is no list of parts", filepath.Base(cmd.Path))
	}
	return found, nil
}
