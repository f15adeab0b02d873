package verify

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

const (
	reportFormat = 1
	maxReport    = 1 << 20 // bytes
)

// Report is what was found at an address. As JSON it is the same for the same answers: it has no
// times, and everything is sorted.
type Report struct {
	Format   int                 `json:"format"`
	Address  string              `json:"address"`
	Manifest *Claim              `json:"manifest"` // null where there is none that can be read
	Compared []string            `json:"compared"` // with what: manifest, program, source
	Files    map[string]string   `json:"files"`    // SHA-256 of what was served, by name
	Headers  map[string][]string `json:"headers"`  // of the page itself, those of headers.json
	Findings []Finding           `json:"findings"`
	Agrees   bool                `json:"agrees"` // there are no findings
}

// Claim is which build the host says it serves.
type Claim struct {
	Build   string `json:"build"` // SHA-256 of the manifest
	Version string `json:"version"`
	Commit  string `json:"commit"`
}

// Finding is one thing that is not as it should be.
type Finding struct {
	File string `json:"file"` // empty where it is about no single file
	What string `json:"what"` // manifest, missing, changed, added, elsewhere, program, source, version, headers or limit
	Says string `json:"says"` // a sentence
}

func (r *Report) finish() {
	slices.SortFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(strings.Compare(a.File, b.File), strings.Compare(a.What, b.What), strings.Compare(a.Says, b.Says))
	})
	r.Agrees = len(r.Findings) == 0
}

// JSON writes a report, with a newline at its end.
func (r Report) JSON() []byte {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	_ = e.Encode(r) // cannot fail: these are strings, numbers and lists of them
	return []byte(b.String())
}

// ParseReport reads what JSON has written, for Differences. Another person has sent it, who may have got it from the host.
func ParseReport(raw []byte) (Report, error) {
	var r Report
	if len(raw) > maxReport {
		return r, fmt.Errorf("it has more than %d bytes", maxReport)
	}
	if err := json.Unmarshal(raw, &r); err != nil || r.Format != reportFormat || r.Address == "" || len(r.Files) == 0 {
		return Report{}, errors.New("it is not what tincan verify --json has written")
	}
	for _, digest := range r.Files {
		if !digestForm.MatchString(digest) {
			return Report{}, errors.New("it has something else where a SHA-256 should be")
		}
	}
	if m := r.Manifest; m != nil && (!digestForm.MatchString(m.Build) || !versionForm.MatchString(m.Version) || !commitForm.MatchString(m.Commit)) {
		return Report{}, errors.New("it has something else where a build should be")
	}
	return r, nil
}

// Differences says what a host served to one person and not to another, one sentence each. The names are
// what the two reports are called.
func Differences(a, b Report, nameA, nameB string) []string {
	var found []string
	say := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	if a.Address != b.Address {
		say("the two are about two addresses: %s and %s", quoted(a.Address), quoted(b.Address))
	}
	if buildA, buildB := a.Manifest.build(), b.Manifest.build(); buildA != buildB {
		say("the build was %s in %s, and %s in %s", buildA, nameA, buildB, nameB)
	}
	for _, name := range sorted(both(a.Files, b.Files)) {
		switch inA, inB := a.Files[name], b.Files[name]; {
		case inB == "":
			say("%s was served in %s, and not in %s", shown(name), nameA, nameB)
		case inA == "":
			say("%s was served in %s, and not in %s", shown(name), nameB, nameA)
		case inA != inB:
			say("%s had the SHA-256 %s in %s, and %s in %s", shown(name), inA, nameA, inB, nameB)
		}
	}
	for _, name := range sorted(both(a.Headers, b.Headers)) {
		if inA, inB := a.Headers[name], b.Headers[name]; !slices.Equal(inA, inB) {
			say("the header %s was %s in %s, and %s in %s", shown(name), quoted(strings.Join(inA, "; and ")), nameA, quoted(strings.Join(inB, "; and ")), nameB)
		}
	}
	return found
}

func (c *Claim) build() string {
	if c == nil {
		return "unknown"
	}
	return c.Version + " (" + c.Build + ")"
}

func both[V any](a, b map[string]V) map[string]V {
	all := map[string]V{}
	for name, value := range a {
		all[name] = value
	}
	for name, value := range b {
		all[name] = value
	}
	return all
}
