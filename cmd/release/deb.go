package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/md5" // of dpkg's md5sums, by which it finds broken files; nobody trusts it
	"embed"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed debian
var debian embed.FS

// debVersion is the version as dpkg orders them: v1.0.0-3-g1234567 comes after 1.0.0, v1.0.0-rc.1 before it, and what has no
// version yet before all.
func debVersion(version string) string {
	v, released := strings.CutPrefix(version, "v")
	if !released || !regexp.MustCompile(`^[0-9]+\.`).MatchString(v) {
		return "0~" + strings.ReplaceAll(version, "-", ".")
	}
	v = regexp.MustCompile(`^([0-9.]+)-(alpha|beta|rc)`).ReplaceAllString(v, "$1~$2")
	return strings.ReplaceAll(strings.Replace(v, "-", "+", 1), "-", ".")
}

// writeDeb writes a Debian package: tincan, its unit for systemd and what Debian wants to read of it. dpkg-deb would do, but what it
// compresses depends on its libraries, and other systems have none.
func writeDeb(out, version, architecture, maintainer, epoch, program, notices string) error {
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return fmt.Errorf("deb %s: the time is not in seconds since 1970: %q", out, epoch)
	}
	at := time.Unix(seconds, 0).UTC()
	files, err := debFiles(version, maintainer, program, notices, at)
	if err != nil {
		return fmt.Errorf("deb %s: %w", out, err)
	}
	var sums strings.Builder
	size := 0
	for _, f := range files {
		size += (len(f.body) + 1023) / 1024
		if f.mode&folderMode == 0 && !strings.HasPrefix(f.name, "./etc/") {
			fmt.Fprintf(&sums, "%x  %s\n", md5.Sum(f.body), strings.TrimPrefix(f.name, "./"))
		}
	}
	control := []packed{{name: "./", mode: folderMode | 0o755}}
	for name, text := range map[string]string{
		"control": fmt.Sprintf(`Package: tincan
Version: %s
Architecture: %s
Maintainer: %s
Installed-Size: %d
Recommends: ca-certificates
Section: net
Priority: optional
Description: private chat for two, with one link and no server
 Two people hand over a link and a reply, and talk directly from then on,
 end-to-end encrypted, in browsers or terminals.
 .
 It also serves its page and a mailbox for replies to visitors; the service
 for that is started by: systemctl enable --now tincan
`, debVersion(version), architecture, maintainer, size),
		"conffiles": "/etc/default/tincan\n",
		"md5sums":   sums.String(),
	} {
		control = append(control, packed{name: "./" + name, mode: 0o644, body: []byte(text)})
	}
	for _, name := range []string{"postinst", "postrm", "prerm"} {
		body, err := debian.ReadFile("debian/" + name)
		if err != nil {
			return err
		}
		control = append(control, packed{name: "./" + name, mode: 0o755, body: body})
	}
	slices.SortFunc(control, func(a, b packed) int { return strings.Compare(a.name, b.name) })

	f, err := os.Create(out)
	if err != nil {
		return fmt.Errorf("deb: %w", err)
	}
	if err = errors.Join(writeAr(f, at, control, files), f.Close()); err != nil {
		_ = os.Remove(out)
		return fmt.Errorf("deb %s: %w", out, err)
	}
	return nil
}

// folderMode marks a folder: each has an entry of its own, so that dpkg removes it.
const folderMode = 1 << 20

func debFiles(version, maintainer, program, notices string, at time.Time) ([]packed, error) {
	read := func(name string) ([]byte, error) {
		if own, is := strings.CutPrefix(name, "debian/"); is {
			return debian.ReadFile("debian/" + own)
		}
		return os.ReadFile(name)
	}
	var files []packed
	for _, f := range []struct {
		to   string
		mode int64
		from []string // put together
	}{
		{"etc/default/tincan", 0o644, []string{"debian/tincan.default"}},
		{"usr/bin/tincan", 0o755, []string{program}},
		{"usr/lib/systemd/system/tincan.service", 0o644, []string{"debian/tincan.service"}},
		{"usr/share/doc/tincan/README.md", 0o644, []string{"README.md"}},
		{"usr/share/doc/tincan/copyright", 0o644, []string{"LICENSE", "debian/copyright"}},
		{"usr/share/doc/tincan/notices.txt", 0o644, []string{notices}},
		{"usr/share/doc/tincan/changelog.gz", 0o644, nil},
		{"usr/share/lintian/overrides/tincan", 0o644, []string{"debian/lintian-overrides"}},
		{"usr/share/man/man1/tincan.1.gz", 0o644, []string{"debian/tincan.1"}},
	} {
		var body []byte
		for i, from := range f.from {
			part, err := read(from)
			if err != nil {
				return nil, err
			}
			if i > 0 {
				body = append(body, '\n')
			}
			body = append(body, part...)
		}
		if f.from == nil {
			body = fmt.Appendf(nil, "tincan (%s) unstable; urgency=medium\n\n  * Version %s. What is new in it, says CHANGELOG.md of the sources.\n\n -- %s  %s\n",
				debVersion(version), version, maintainer, at.Format(time.RFC1123Z))
		}
		if path.Ext(f.to) == ".gz" {
			var small bytes.Buffer
			z, err := gzip.NewWriterLevel(&small, gzip.BestCompression)
			if err != nil {
				return nil, err
			}
			_, _ = z.Write(body) // memory takes all
			_ = z.Close()
			body = small.Bytes()
		}
		files = append(files, packed{"./" + f.to, f.mode, body})
		for folder := path.Dir("./" + f.to); ; folder = path.Dir(folder) {
			entry := packed{name: "./" + folder + "/", mode: folderMode | 0o755}
			if folder == "." {
				entry.name = "./"
			}
			if !slices.ContainsFunc(files, func(other packed) bool { return other.name == entry.name }) {
				files = append(files, entry)
			}
			if folder == "." {
				break
			}
		}
	}
	slices.SortFunc(files, func(a, b packed) int { return strings.Compare(a.name, b.name) })
	return files, nil
}

// writeAr writes what a Debian package is: an ar archive of its format's version and two .tar.gz.
func writeAr(w io.Writer, at time.Time, control, data []packed) error {
	if _, err := io.WriteString(w, "!<arch>\n"); err != nil {
		return err
	}
	member := func(name string, body []byte) error {
		padding := ""
		if len(body)%2 == 1 {
			padding = "\n"
		}
		_, err := fmt.Fprintf(w, "%-16s%-12d%-6d%-6d%-8s%-10d`\n%s%s", name, at.Unix(), 0, 0, "100644", len(body), body, padding)
		return err
	}
	err := member("debian-binary", []byte("2.0\n"))
	for _, part := range []struct {
		name  string
		files []packed
	}{{"control.tar.gz", control}, {"data.tar.gz", data}} {
		var body bytes.Buffer
		err = errors.Join(err, writeTar(&body, "", at, part.files))
		err = errors.Join(err, member(part.name, body.Bytes()))
	}
	return err
}

// typeOf is what tar calls a file or a folder.
func typeOf(mode int64) byte {
	if mode&folderMode != 0 {
		return tar.TypeDir
	}
	return tar.TypeReg
}
