package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// tlsFlag is the value of --tls: two files, or the word self.
type tlsFlag struct{ cert, key string }

func (f tlsFlag) on() bool   { return f.cert != "" }
func (f tlsFlag) self() bool { return f.cert == "self" && f.key == "" }

// takeKey takes the key of --tls from the arguments behind the flags: package flag gives a flag one value, and
// --tls CERT KEY has two. The key must stand right behind the certificate.
func (f *tlsFlag) takeKey(args, behind []string) (rest []string, ok bool) {
	at := len(args) - len(behind) - 1
	if !f.on() || f.self() || f.key != "" || len(behind) == 0 || at < 0 || args[at] != f.cert && !strings.HasSuffix(args[at], "tls="+f.cert) {
		return nil, false
	}
	f.key = behind[0]
	return behind[1:], true
}

// shown is the certificate that browsers are shown. It can be another one a moment later, since certificates end.
type shown interface {
	// get returns the certificate for a browser that has connected.
	get(hello *tls.ClientHelloInfo) (*tls.Certificate, error)
}

// tlsConfig is what the page speaks: TLS 1.2 or newer, HTTP/2 or 1.1.
func tlsConfig(s shown) *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}, GetCertificate: s.get}
}

// patienceWithFiles is how long the files of --tls may not fit together before that is said: whoever renews a certificate
// writes one of the two first.
const patienceWithFiles = 10 * time.Second

// filesShown is a certificate in files. They are read again when they have changed, so that a renewed one
// needs no new start.
type filesShown struct {
	files   tlsFlag
	notices *notices

	mu     sync.Mutex
	now    *tls.Certificate
	read   [2]os.FileInfo // of the files when they were last read
	wrong  time.Time      // since when they cannot be read; zero if they can
	reason error
}

// openFiles reads the files for the first time. Its errors are sentences for the person.
func openFiles(files tlsFlag, n *notices) (*filesShown, error) {
	s := &filesShown{files: files, notices: n}
	s.look()
	return s, s.reason
}

// get looks at the files each time: that costs two calls of the system, and a handshake a signature.
func (s *filesShown) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.look()
	if s.reason != nil && time.Since(s.wrong) >= patienceWithFiles {
		s.notices.once("The files of --tls have changed, and " + s.reason.Error() + ". The certificate from before is shown until they are right.")
	}
	if time.Now().After(s.now.Leaf.NotAfter) {
		s.notices.once(endedSaid(s.now.Leaf))
	}
	return s.now, nil
}

// look reads the files if they are other ones than before, or could not be read then.
func (s *filesShown) look() {
	var about [2]os.FileInfo
	for i, name := range []string{s.files.cert, s.files.key} {
		about[i], _ = os.Stat(name) // why there is none, reading says
	}
	if same(about[0], s.read[0]) && same(about[1], s.read[1]) && s.reason == nil {
		return
	}
	read, err := readPair(s.files)
	if s.reason = err; err == nil {
		s.now, s.read, s.wrong = read, about, time.Time{}
	} else if s.wrong.IsZero() {
		s.wrong = time.Now()
	}
}

// same tells whether a name leads to the same file as before, and that has not been written since.
func same(a, b os.FileInfo) bool {
	return a != nil && b != nil && os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

// readPair reads a certificate and its key. Its errors are sentences for the person.
func readPair(files tlsFlag) (*tls.Certificate, error) {
	var read [2][]byte
	for i, name := range []string{files.cert, files.key} {
		b, err := os.ReadFile(name)
		switch {
		case errors.Is(err, os.ErrPermission):
			return nil, fmt.Errorf("%s cannot be read by the user of this program: give it leave to read the file of --tls", name)
		case err != nil:
			return nil, fmt.Errorf("the file of --tls cannot be read: %w", err)
		}
		read[i] = b
	}
	cert, key := read[0], read[1]
	if !bytes.Contains(cert, []byte("BEGIN CERTIFICATE")) {
		if bytes.Contains(cert, []byte("PRIVATE KEY")) && bytes.Contains(key, []byte("BEGIN CERTIFICATE")) {
			return nil, fmt.Errorf("%s is the key: --tls takes the certificate first, and then the key", files.cert)
		}
		return nil, fmt.Errorf("%s has no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----", files.cert)
	}
	pair, err := tls.X509KeyPair(cert, key)
	switch {
	case err == nil:
		return &pair, nil
	case strings.Contains(err.Error(), "does not match"):
		return nil, fmt.Errorf("the key in %s is not that of the certificate in %s: name the two that were made together", files.key, files.cert)
	case bytes.Contains(key, []byte("ENCRYPTED")):
		return nil, fmt.Errorf("the key in %s has a password, for which nobody can be asked: name one without", files.key)
	case !bytes.Contains(key, []byte("PRIVATE KEY")):
		return nil, fmt.Errorf("%s has no key in PEM, which begins with -----BEGIN PRIVATE KEY-----", files.key)
	}
	return nil, fmt.Errorf("the files of --tls cannot be used: %w", err)
}

// openTLS reads or makes the certificate that --tls asks for. If it names this server, and --public does not, f.public is
// that name from then on.
func (p *pageServer) openTLS(t terminal, f *pageFlags, port int) (err error) {
	switch {
	case !f.tls.on():
	case f.tls.self():
		if p.self, err = openSelf(f.public, p.notices); err == nil {
			p.tls = tlsConfig(p.self)
		}
	default:
		p.notices.tell(t.say)
		var files *filesShown
		if files, err = openFiles(f.tls, p.notices); err != nil {
			return err
		}
		if f.public == "" {
			f.public = publicOf(files.now.Leaf, port)
		}
		for _, doubt := range doubts(files.now, f.public, time.Now()) {
			p.notices.once(doubt)
		}
		p.tls, p.leaf = tlsConfig(files), files.now.Leaf
	}
	return err
}

// certified leaves out the addresses at which browsers would refuse the certificate, unless these are all there are.
func (a *addresses) certified(leaf *x509.Certificate) {
	refused := func(address string) bool {
		u, err := url.Parse(address)
		return err != nil || leaf.VerifyHostname(u.Hostname()) != nil
	}
	if others := slices.DeleteFunc(slices.Clone(a.others), refused); len(others) > 0 {
		a.others = others
	}
	if len(a.others) > 0 {
		a.here = slices.DeleteFunc(a.here, refused)
	}
}

// publicOf is the address of --public for a page with this certificate, if the person has not said another: the first
// name in it, at the port of the page. Whoever has the key has shown the name to be theirs.
func publicOf(leaf *x509.Certificate, port int) string {
	for _, name := range leaf.DNSNames {
		if strings.HasPrefix(name, "*") || loopbackHost(name) {
			continue
		}
		if port == 443 {
			return "https://" + name + "/"
		}
		return fmt.Sprintf("https://%s:%d/", name, port)
	}
	return ""
}

// doubts returns sentences about a certificate that browsers will not take for the address of --public.
func doubts(chain *tls.Certificate, public string, now time.Time) (said []string) {
	leaf := chain.Leaf
	_, host := publicOrigin(public)
	name := host
	if host, _, err := net.SplitHostPort(host); err == nil {
		name = host
	}
	if name != "" && leaf.VerifyHostname(name) != nil {
		said = append(said, fmt.Sprintf("The certificate of --tls is for %s and not for the name in --public, so browsers refuse it there.", namesIn(leaf)))
	}
	switch {
	case now.After(leaf.NotAfter):
		said = append(said, endedSaid(leaf))
	case now.Before(leaf.NotBefore):
		said = append(said, fmt.Sprintf("The certificate of --tls begins on %s, so browsers refuse the page until then. Is the clock of this computer right?", leaf.NotBefore.Format(time.DateOnly)))
	}
	// Authorities that browsers know say where their own certificate is to be had; one's own usually does not.
	if len(chain.Certificate) == 1 && len(leaf.IssuingCertificateURL) > 0 {
		said = append(said, "The file of --tls has the certificate alone, without that of its authority, so some browsers refuse it: name the file with the whole chain, such as fullchain.pem.")
	}
	return said
}

func endedSaid(leaf *x509.Certificate) string {
	return fmt.Sprintf("The certificate of --tls ended on %s, so browsers refuse the page. Renew it: its files are read again by themselves.", leaf.NotAfter.Format(time.DateOnly))
}

// namesIn says for what a certificate is, briefly.
func namesIn(leaf *x509.Certificate) string {
	names := append([]string{}, leaf.DNSNames...)
	for _, ip := range leaf.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return "no name at all"
	}
	return strings.Join(names[:min(3, len(names))], ", ")
}
