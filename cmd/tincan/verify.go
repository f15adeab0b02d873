package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"tincan/internal/verify"
	"tincan/site"
)

// errDiffers: what was compared is not the same. The person has been told how.
var errDiffers = fmt.Errorf("%w: it differs", errSilent)

// runVerify compares a page that is served with what it should be, or two reports of that.
func runVerify(ctx context.Context, t terminal, args []string) error {
	var source string
	var asJSON, compare bool
	flags := flag.NewFlagSet("verify", flag.ContinueOnError)
	flags.StringVar(&source, "source", "", "")
	flags.BoolVar(&asJSON, "json", false, "")
	flags.BoolVar(&compare, "compare", false, "")
	// Flags may stand before and after the address.
	var rest []string
	for first := true; first || len(args) > 0; first = false {
		if err := parseFlags(t, flags, args); err != nil {
			return err
		}
		if args = flags.Args(); len(args) > 0 {
			rest, args = append(rest, args[0]), args[1:]
		}
	}
	switch {
	case compare && (len(rest) != 2 || asJSON || source != ""):
		t.say("tincan: verify --compare takes two files that verify --json has written, and nothing else. See tincan verify --help.")
		return errUsage
	case compare:
		return compareReports(t, rest[0], rest[1])
	case len(rest) != 1:
		t.say("tincan: verify takes one address, such as https://chat.example/. See tincan verify --help.")
		return errUsage
	}
	base, ok := pageAddress(rest[0])
	if !ok {
		t.say("tincan: that is not the address of a page, such as https://chat.example/")
		return errUsage
	}
	with, err := verifyWith(source)
	if err != nil {
		return err
	}
	report, err := verify.Check(ctx, base, with)
	if err != nil {
		return fmt.Errorf("fetch the page: %w", err)
	}
	if asJSON {
		_, err = t.out.Write(report.JSON())
	} else {
		sayReport(t, report, with)
	}
	if err == nil && !report.Agrees {
		err = errDiffers
	}
	return err
}

// pageAddress reads the address of a page. What stands behind a # is the secret of a link: nobody
// gets it, and nothing shows it.
func pageAddress(text string) (*url.URL, bool) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return nil, false
	}
	base := &url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host), Path: path.Clean("/" + u.Path)}
	if strings.HasSuffix(base.Path, ".html") {
		base.Path = path.Dir(base.Path)
	}
	base.Path = strings.TrimSuffix(base.Path, "/") + "/"
	return base, true
}

// verifyWith reads what a page is compared with: the one inside this program and, if a folder is named, the one
// that was built there. It builds nothing itself, as that would run whatever the folder says.
func verifyWith(source string) (with verify.With, err error) {
	headers, err := site.LoadHeaders()
	if err != nil {
		return with, err
	}
	with.Headers = verify.Headers{All: headers.All, Secure: headers.Secure}
	own, err := site.Page()
	if err != nil {
		return with, err
	}
	program, err := verify.ReadPage(own)
	if err != nil {
		return with, fmt.Errorf("read the page in this program: %w", err)
	}
	with.Program = &program
	if source == "" {
		return with, nil
	}
	folder := filepath.Join(source, "site", "dist")
	page, err := verify.ReadPage(os.DirFS(folder))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return with, fmt.Errorf("there is no built page in %s: run make build in %s first", folder, source)
	case err != nil:
		return with, fmt.Errorf("read the page in %s: %w", folder, err)
	}
	with.Source = &page
	return with, nil
}

// sayReport tells the result in sentences.
func sayReport(t terminal, r verify.Report, with verify.With) {
	say := func(format string, args ...any) { fmt.Fprintln(t.out, neutral(fmt.Sprintf(format, args...))) }
	if m := r.Manifest; m != nil {
		commit := ""
		if m.Commit != "" {
			commit = ", commit " + m.Commit
		}
		say("%s serves tincan %s%s.\nBuild: %s", r.Address, m.Version, commit, m.Build)
	}
	if r.Agrees {
		others := "those of this program"
		if with.Source != nil {
			others = "those of this program and those built from source"
			if len(r.Compared) == 2 {
				others = "those built from source"
			}
		}
		// The manifest itself is one that was served, and names the others.
		say("All %d files are those of the manifest, and %s; each answer has the headers it must have.", len(r.Files)-1, others)
		say("That says nothing of what the host serves to others, nor that the program is safe: see tincan verify --help.")
		return
	}
	for _, f := range r.Findings {
		say("- %s", sentence(f.Says))
	}
}

// sentence is a sentence with a capital letter and a full stop, unless it begins with the name of a file.
func sentence(says string) string {
	if first, _, _ := strings.Cut(says, " "); !strings.ContainsAny(first, "./\"") {
		says = strings.ToUpper(says[:1]) + says[1:]
	}
	return says + "."
}

// compareReports tells what a host has served to one person and not to another.
func compareReports(t terminal, nameA, nameB string) error {
	var reports [2]verify.Report
	for i, name := range []string{nameA, nameB} {
		raw, err := readReport(name)
		if err == nil {
			reports[i], err = verify.ParseReport(raw)
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
	}
	found := verify.Differences(reports[0], reports[1], nameA, nameB)
	for _, says := range found {
		fmt.Fprintln(t.out, neutral("- "+sentence(says)))
	}
	if len(found) > 0 {
		return errDiffers
	}
	fmt.Fprintf(t.out, "Both were served the same %d files, with the same headers.\n", len(reports[0].Files))
	return nil
}

// readReport reads a file, but no more of it than a report may have.
func readReport(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, 2<<20))
}
