package verify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// With is what a page is compared with.
type With struct {
	Headers Headers
	Program *Page // inside this program
	Source  *Page // built from source; nil without
}

// Check fetches all that belongs to the page at an address, and compares it. It fails if the page cannot
// be fetched; all else that is wrong is a finding.
func Check(ctx context.Context, base *url.URL, with With) (Report, error) {
	return checkHost(ctx, newHost(base), with)
}

func checkHost(ctx context.Context, h *host, with With) (Report, error) {
	ctx, cancel := context.WithTimeout(ctx, allTime)
	defer cancel()
	defer h.close()
	c := &check{host: h, with: with, headers: newHeaderCheck(with.Headers, h.base.Scheme == "https"), served: map[string]answer{}, asked: map[string]bool{}}
	c.report = Report{Format: reportFormat, Address: h.base.String(), Compared: []string{}, Files: map[string]string{}, Headers: map[string][]string{}, Findings: []Finding{}}
	if err := c.fetchPage(ctx); err != nil {
		return Report{}, err
	}
	c.fetchManifest(ctx)
	c.fetchFiles(ctx)
	c.fetchNamed(ctx)
	c.compare()
	c.headers.tell(c.found)
	c.report.finish()
	return c.report, nil
}

// check is one page while it is checked.
type check struct {
	host     *host
	with     With
	headers  *headerCheck
	manifest *Manifest         // nil where the host has none that can be read
	served   map[string]answer // with status 200, by name
	asked    map[string]bool
	nothing  string // digest of what the host serves for a name that no file has; empty where it serves nothing
	sent     bool   // for such a name it sends its visitors elsewhere
	foreign  int
	report   Report
}

func (c *check) found(file, what, format string, args ...any) {
	c.report.Findings = append(c.report.Findings, Finding{file, what, fmt.Sprintf(format, args...)})
}

// fetchPage asks for the page itself, and for a file that cannot be there: what comes for that is how the host
// says no.
func (c *check) fetchPage(ctx context.Context) error {
	got, err := c.get(ctx, indexPath)
	switch {
	case err != nil:
		return err
	case got.status != http.StatusOK:
		return fmt.Errorf("the host answers with status %d", got.status)
	}
	for name := range c.with.Headers.names() {
		if values := got.header.Values(name); len(values) > 0 {
			c.report.Headers[name] = values
		}
	}
	none, err := c.get(ctx, ".well-known/tincan-none")
	if c.sent = isAway(err); err == nil {
		c.nothing = none.digest
		delete(c.report.Files, ".well-known/tincan-none")
	}
	return nil
}

// get asks for a file once, and remembers what came.
func (c *check) get(ctx context.Context, name string) (answer, error) {
	c.asked[name] = true
	got, err := c.host.get(ctx, name)
	if err != nil {
		return got, err
	}
	c.headers.look(name, got)
	if got.status == http.StatusOK {
		c.served[name] = got
		c.report.Files[name] = got.digest
	}
	return got, nil
}

func (c *check) fetchManifest(ctx context.Context) {
	got, err := c.get(ctx, ManifestPath)
	switch {
	case err != nil:
		c.found(ManifestPath, "manifest", "the manifest could not be fetched: %v", err)
	case got.status != http.StatusOK:
		c.found(ManifestPath, "manifest", "the host has no manifest; its files are compared with those of this program")
	default:
		m, err := ParseManifest(got.text)
		if err != nil {
			c.found(ManifestPath, "manifest", "the manifest cannot be used: %v", err)
			return
		}
		c.manifest = &m
		c.report.Manifest = &Claim{Build: got.digest, Version: m.Version, Commit: m.Commit}
	}
}

// sameVersion tells whether the page says that it is the one of this program.
func (c *check) sameVersion() bool {
	return c.manifest == nil || c.manifest.Version == c.with.Program.Manifest.Version
}

// fetchFiles asks for each file that the page should have.
func (c *check) fetchFiles(ctx context.Context) {
	want := c.with.Program.Files
	by := "the page in this program has it"
	if c.manifest != nil {
		want, by = c.manifest.Files, "the manifest names it"
	}
	for _, name := range sorted(want) {
		got, known := c.served[name]
		if !known {
			var err error
			if got, err = c.get(ctx, name); err != nil {
				c.found(name, "missing", "%s could not be fetched, and %s: %v", name, by, err)
				continue
			}
		}
		switch {
		case got.status != http.StatusOK:
			c.found(name, "missing", "%s is missing: %s, and the host answers with status %d", name, by, got.status)
		case got.digest != want[name] && c.manifest != nil:
			c.found(name, "changed", "%s is not what the manifest says: it should have the SHA-256 %s, and has %s", name, want[name], got.digest)
		case got.digest != want[name]:
			c.found(name, "changed", "%s is not the one of this program: it should have the SHA-256 %s, and has %s", name, want[name], got.digest)
		}
	}
	if c.manifest != nil {
		c.report.Compared = append(c.report.Compared, "manifest")
	}
}

// fetchNamed looks into what was served for names of other files, asks for these, and goes on with what comes.
func (c *check) fetchNamed(ctx context.Context) {
	asked := 0
	delete(c.served, ManifestPath) // its names are those of the page's files, and have been asked for
	todo := sorted(c.served)
	for len(todo) > 0 {
		from := todo[0]
		todo = todo[1:]
		names, all := named(c.host.address(from), from, c.served[from].text)
		if !all {
			c.found(from, "limit", "%s has more than %d names; the rest is not checked", shown(from), maxNames)
		}
		for _, u := range names {
			name, ours := c.nameOf(u)
			if !ours {
				if strings.HasSuffix(from, ".html") {
					c.foreign++
					if c.foreign <= 10 {
						c.found(from, "elsewhere", "%s names %s, which is at another host and not checked", from, quoted(u.String()))
					}
				}
				continue
			}
			if name == "" || name == configPath || c.asked[name] {
				continue
			}
			if asked++; asked > maxFound {
				c.found("", "limit", "the files name more than %d others; the rest is not checked", maxFound)
				return
			}
			got, err := c.get(ctx, name)
			switch plainName, _, _ := strings.Cut(name, "?"); {
			case c.sent && isAway(err): // a text that only looks like a name
			case err != nil:
				if errors.Is(err, errRequests) || errors.Is(err, errAllLarge) || ctx.Err() != nil {
					c.found("", "limit", "not all that the files name was checked: %v", err)
					return
				}
				c.found(name, "added", "%s is named by %s and not by the manifest, and could not be fetched: %v", shown(name), from, err)
			case got.status != http.StatusOK || got.digest == c.nothing:
				delete(c.report.Files, name) // a text that only looks like a name
			case plainName != name && got.digest == c.report.Files[plainName]:
				delete(c.report.Files, name)
			default:
				c.found(name, "added", "%s is served, and is named by %s and not by the manifest", shown(name), from)
				todo = append(todo, name)
			}
		}
	}
}

// nameOf returns the name of a file of this host: its path below the page's address, or from the root on.
func (c *check) nameOf(u *url.URL) (name string, ours bool) {
	base := c.host.base
	if u.Host != base.Host || u.Scheme != base.Scheme {
		return "", false
	}
	name = u.EscapedPath()
	if rest, below := strings.CutPrefix(name, base.EscapedPath()); below && !strings.HasPrefix(rest, "/") {
		name = rest
	}
	if u.RawQuery != "" && name != "" {
		name += "?" + u.RawQuery
	}
	if len(name) > 2*maxName || strings.HasSuffix(name, "/") {
		return "", true
	}
	return name, true
}

// shown is the name of a file that no manifest has vouched for.
func shown(name string) string {
	if isName(name) {
		return name
	}
	return quoted(name)
}

// compare holds what the manifest says against the page in this program and the one built from source.
func (c *check) compare() {
	program, source := c.with.Program, c.with.Source
	if source != nil && c.manifest != nil {
		c.report.Compared = append(c.report.Compared, "source")
		c.against("source", "the page built from source", source)
	}
	switch {
	case c.manifest == nil:
		c.report.Compared = append(c.report.Compared, "program")
	case c.sameVersion():
		c.report.Compared = append(c.report.Compared, "program")
		c.against("program", "the page in this program", program)
	case source == nil:
		c.found("", "version", "the host serves version %s and this program is %s, so only this was checked: whether the host's files are those of its own manifest. Verify with tincan %s, or with --source", c.manifest.Version, program.Manifest.Version, c.manifest.Version)
	}
}

func (c *check) against(what, who string, other *Page) {
	if c.manifest.Version != other.Manifest.Version || c.manifest.Commit != other.Manifest.Commit {
		c.found("", "version", "the manifest says version %s of commit %s, and %s is %s of commit %s", c.manifest.Version, known(c.manifest.Commit), who, other.Manifest.Version, known(other.Manifest.Commit))
	}
	for _, name := range sorted(c.manifest.Files) {
		switch want, has := other.Files[name]; {
		case !has:
			c.found(name, what, "%s is in the manifest, and %s has no such file", name, who)
		case want != c.manifest.Files[name] && c.report.Files[name] == c.manifest.Files[name]:
			c.found(name, what, "%s is what the manifest says, and %s has another: it should have the SHA-256 %s, and has %s", name, who, want, c.manifest.Files[name])
		case want != c.manifest.Files[name]:
			c.found(name, what, "the manifest says that %s has the SHA-256 %s, and in %s it has %s", name, c.manifest.Files[name], who, want)
		}
	}
	for _, name := range sorted(other.Files) {
		if _, has := c.manifest.Files[name]; !has {
			c.found(name, what, "%s is in %s, and not in the manifest", name, who)
		}
	}
}

func known(commit string) string {
	if commit == "" {
		return "unknown"
	}
	return commit
}
