package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// How long a certificate that this program makes for itself is good, and how long before its end the next one is made. No
// browser takes one of more than 398 days from an authority, and some hold all to that.
const (
	selfLife = 397 * 24 * time.Hour
	selfRest = 30 * 24 * time.Hour
)

// selfPause is how long no other certificate is made where the last try has not led to one that fits.
const selfPause = time.Minute

// maxCame is how many addresses a certificate has that this computer does not list. With some routes it has millions.
const maxCame = 16

// selfShown is a certificate that this program has made for its own addresses (--tls self). It is kept, as each new one
// makes browsers ask anew.
type selfShown struct {
	folder    string
	public    string              // host of --public, or empty
	addresses func() []netip.Addr // of this computer
	notices   *notices

	mu   sync.Mutex
	now  *tls.Certificate
	came []netip.Addr // to which browsers came, and which are not among addresses, such as 169.254.0.1
	vain time.Time    // when a certificate was made, or could not be made, and did not help
}

// openSelf reads the certificate that was kept, or makes one. Its errors are sentences for the person.
func openSelf(public string, n *notices) (*selfShown, error) {
	folder, err := keptFolder()
	if err != nil {
		return nil, err
	}
	_, host := publicOrigin(public)
	s := &selfShown{folder: folder, public: host, addresses: localAddresses, notices: n}
	if kept, err := readPair(s.files()); err == nil && s.fits(kept.Leaf, netip.Addr{}) {
		s.now = kept
		return s, nil
	}
	return s, s.renew()
}

// keptFolder is where the certificate is kept: where systemd says that a service may keep something, or with the
// person's other settings.
func keptFolder() (string, error) {
	if folder, _, _ := strings.Cut(os.Getenv("STATE_DIRECTORY"), ":"); folder != "" {
		return folder, nil
	}
	folder, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("--tls self has no place for its certificate: %w", err)
	}
	return filepath.Join(folder, "tincan"), nil
}

func (s *selfShown) files() tlsFlag {
	return tlsFlag{filepath.Join(s.folder, "self.crt"), filepath.Join(s.folder, "self.key")}
}

// fits tells whether a certificate is good for some time, and for the names and the IPv4 addresses of this computer, and at,
// if it is one. IPv6 addresses change every day by themselves, and browsers warn of a new certificate more than they warn of
// an address that is not in it.
func (s *selfShown) fits(leaf *x509.Certificate, at netip.Addr) bool {
	now := time.Now()
	if now.Before(leaf.NotBefore) || now.After(leaf.NotAfter.Add(-selfRest)) {
		return false
	}
	names, addresses := s.wanted()
	if at.Is4() && !at.IsLoopback() {
		addresses = append(addresses, at)
	}
	for _, name := range names {
		if leaf.VerifyHostname(name) != nil {
			return false
		}
	}
	for _, ip := range addresses {
		if ip.Is4() && leaf.VerifyHostname(ip.String()) != nil {
			return false
		}
	}
	return true
}

// wanted is what the certificate must be good for.
func (s *selfShown) wanted() (names []string, addresses []netip.Addr) {
	names = []string{"localhost"}
	addresses = append([]netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.IPv6Loopback()}, s.addresses()...)
	addresses = append(addresses, s.came...)
	if own, err := os.Hostname(); err == nil {
		first, _, _ := strings.Cut(strings.ToLower(own), ".")
		if isHostName(first) {
			names = append(names, first, first+".local")
		}
	}
	if ip, is := addressIn(s.public); is {
		addresses = append(addresses, ip)
	} else if name := nameIn(s.public); isHostName(name) {
		names = append(names, name)
	}
	return names, addresses
}

// isHostName tells whether a name may stand in a certificate, with no other signs than those of host names.
func isHostName(name string) bool {
	return name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789.-") == "" && !strings.HasPrefix(name, "-") && !strings.Contains(name, "..")
}

// get makes a new certificate when this one nears its end, or when a browser has come to an address that is new here.
func (s *selfShown) get(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	var at netip.Addr
	if local, err := netip.ParseAddrPort(hello.Conn.LocalAddr().String()); err == nil {
		at = local.Addr().Unmap()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.came) == maxCame && !slices.Contains(s.came, at) {
		at = netip.Addr{}
	}
	if s.fits(s.now.Leaf, at) || time.Since(s.vain) < selfPause {
		return s.now, nil
	}
	if at.Is4() && !at.IsLoopback() && !slices.Contains(s.came, at) {
		s.came = append(s.came, at)
	}
	if err := s.renew(); err != nil {
		s.notices.once("The certificate of --tls self cannot be renewed: " + err.Error())
	} else {
		s.notices.once("This computer has another address, or its certificate came near its end: there is a new one, of which browsers warn again.\nIts SHA-256 fingerprint: " + fingerprint(s.now))
	}
	if !s.fits(s.now.Leaf, at) {
		s.vain = time.Now()
	}
	return s.now, nil
}

// renew makes a certificate and keeps it. If it cannot be kept, the one from before stays, if there is one.
func (s *selfShown) renew() error {
	cert, key, err := s.make()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.folder, 0o700); err != nil {
		return fmt.Errorf("--tls self keeps its certificate in %s, and cannot: %w", s.folder, err)
	}
	files := s.files()
	for _, f := range []struct {
		name string
		data []byte
	}{{files.key, key}, {files.cert, cert}} {
		if err := replaceFile(f.name, f.data); err != nil {
			return fmt.Errorf("--tls self keeps its certificate in %s, and cannot: %w", s.folder, err)
		}
	}
	made, err := readPair(files)
	if err == nil {
		s.now = made
	}
	return err
}

// replaceFile writes a file that nobody else may read, whole or not at all.
func replaceFile(name string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*") // its mode is 0600
	if err != nil {
		return reason(err)
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return reason(err)
}

// reason leaves the names of files out of an error: the one of a new file is another each time, and a sentence that
// is said once would be said each time.
func reason(err error) error {
	if at := (*os.PathError)(nil); errors.As(err, &at) {
		return at.Err
	}
	if at := (*os.LinkError)(nil); errors.As(err, &at) {
		return at.Err
	}
	return err
}

// make returns a certificate that signs itself, and its key, in PEM. It is no authority: whoever has its key can pass for this
// computer, and for nothing else.
func (s *selfShown) make() (cert, key []byte, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, nil, err
	}
	names, addresses := s.wanted()
	var ips []net.IP
	for _, ip := range addresses {
		ips = append(ips, ip.AsSlice())
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "tincan"},
		NotBefore: now.Add(-time.Hour), // the clocks of phones differ
		NotAfter:  now.Add(selfLife - time.Hour),
		DNSNames:  names, IPAddresses: ips,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		return nil, nil, err
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}), nil
}

// fingerprint is the SHA-256 of a certificate, as browsers show it.
func fingerprint(c *tls.Certificate) string {
	var b strings.Builder
	for i, one := range sha256.Sum256(c.Certificate[0]) {
		if i > 0 {
			b.WriteByte(':')
		}
		fmt.Fprintf(&b, "%02X", one)
	}
	return b.String()
}

// selfSaid is what a person is told whose browser will be shown such a certificate.
func selfSaid(c *tls.Certificate) string {
	return "Each browser warns once, as nobody but this computer vouches for its certificate. Compare the SHA-256 fingerprint that it shows with\n" +
		fingerprint(c) + "\n" +
		"and go on only if they are the same: Chrome and Edge by Advanced, Proceed; Firefox by Advanced, Accept the Risk; Safari by Show Details, visit this website."
}
