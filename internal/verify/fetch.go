package verify

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/andybalholm/brotli"
)

// Limits of what is fetched from one host.
const (
	maxFile      = 32 << 20 // bytes, after decompression; the engine has 5 MB
	maxAll       = 128 << 20
	maxRequests  = 1_200 // redirects among them
	maxRedirects = 3
	maxHeader    = 64 << 10
	oneTime      = time.Minute // for one file
	allTime      = 10 * time.Minute
)

var (
	errTooLarge = errors.New("it is larger than any file of the page can be")
	errAllLarge = fmt.Errorf("all that the host serves has more than %d bytes", int64(maxAll))
	errRequests = fmt.Errorf("it takes more than %d requests", maxRequests)
)

// host is the host of a page, as far as it is asked about its files.
type host struct {
	base     *url.URL // the page's address, which ends with a slash
	client   *http.Client
	requests int
	bytes    int64
	most     int64 // that one file may have
}

func newHost(base *url.URL) *host {
	transport := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DisableCompression:     true, // what comes is decompressed here, in measure
		ForceAttemptHTTP2:      true,
		MaxResponseHeaderBytes: maxHeader,
		ResponseHeaderTimeout:  oneTime,
		TLSHandshakeTimeout:    oneTime,
	}
	return &host{base: base, most: maxFile, client: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (h *host) close() { h.client.CloseIdleConnections() }

// answer is what a host answered for one file.
type answer struct {
	status int
	header http.Header
	digest string
	text   []byte // nil if it is not to be read for names
}

// get asks for a file. It follows redirects that lead to another name in the same folder, as these change nothing
// of what a browser makes of it.
func (h *host) get(ctx context.Context, name string) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, oneTime)
	defer cancel()
	at := h.address(name)
	for range maxRedirects + 1 {
		if h.requests++; h.requests > maxRequests {
			return answer{}, errRequests
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
		if err != nil {
			return answer{}, err
		}
		request.Header.Set("Accept-Encoding", "gzip, br")
		request.Header.Set("Cache-Control", "no-cache")
		response, err := h.client.Do(request)
		if err != nil {
			return answer{}, plain(err)
		}
		next, err := follow(at, response)
		if err == nil && next == nil {
			got, err := h.take(name, response)
			_ = response.Body.Close()
			return got, err
		}
		_ = response.Body.Close()
		if err != nil {
			return answer{}, err
		}
		at = next
	}
	return answer{}, errors.New("the host redirects on and on")
}

// address is where a file of the page is. The index is at the page's own address.
func (h *host) address(name string) *url.URL {
	if name == indexPath {
		return h.base
	}
	var at *url.URL
	var err error
	if strings.HasPrefix(name, "/") {
		// Parsed by itself, what begins with two slashes would be the name of another host.
		at, err = url.Parse(h.base.Scheme + "://" + h.base.Host + name)
	} else {
		at, err = h.base.Parse("./" + name)
	}
	if err != nil {
		return h.base // cannot be: it is a name that was checked, or part of a URL
	}
	return at
}

// follow returns where a redirect leads, or nil where there is none.
func follow(at *url.URL, response *http.Response) (*url.URL, error) {
	if response.StatusCode < 300 || response.StatusCode > 399 || response.StatusCode == http.StatusNotModified {
		return nil, nil
	}
	to := response.Header.Get("Location")
	next, err := at.Parse(to)
	if err != nil || next.Host != at.Host || next.Scheme != at.Scheme || next.User != nil {
		return nil, away("the host sends its visitors on to %s; if that is the page's address, verify that one", quoted(to))
	}
	if !strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "./") && !strings.HasPrefix(to, "../") {
		return nil, away("the host redirects to %s, and only to a path may it", quoted(to))
	}
	// Browsers take \ for /, so that /\ begins the name of another host. What stands behind a # in there comes in the place
	// of a link's own. And names in a file lead from where it came from, so that in another folder they are of other files.
	if strings.ContainsAny(to, `\#`) || folderOf(next) != folderOf(at) {
		return nil, away("the host sends its visitors on to %s, and only to another name in the same folder may it; if that is the page's address, verify that one", quoted(to))
	}
	return next, nil
}

// awayError is a redirect that is not followed.
type awayError struct{ error }

func away(format, to string) error { return awayError{fmt.Errorf(format, to)} }

func isAway(err error) bool { return errors.As(err, new(awayError)) }

func folderOf(u *url.URL) string {
	name := u.EscapedPath()
	return name[:strings.LastIndex(name, "/")+1]
}

// take reads a body, decompresses it and digests it.
func (h *host) take(name string, response *http.Response) (answer, error) {
	got := answer{status: response.StatusCode, header: response.Header}
	if got.status != http.StatusOK {
		return got, nil
	}
	if codings := response.Header.Values("Content-Encoding"); len(codings) > 1 {
		return got, fmt.Errorf("it comes in %d encodings, and a browser may unpack others of them", len(codings))
	}
	var body io.Reader = response.Body
	switch coding := response.Header.Get("Content-Encoding"); strings.ToLower(coding) {
	case "", "identity":
	case "gzip":
		unpacked, err := gzip.NewReader(response.Body)
		if err != nil {
			return got, errors.New("it is said to be compressed with gzip, and is not")
		}
		body = unpacked
	case "br":
		body = brotli.NewReader(response.Body)
	default:
		return got, fmt.Errorf("it comes in the encoding %s, for which nobody asked", quoted(coding))
	}
	content, err := readAll(body, min(h.most, maxAll-h.bytes))
	switch {
	case errors.Is(err, errTooLarge) && h.bytes > maxAll-h.most:
		return got, errAllLarge
	case err != nil && !errors.Is(err, errTooLarge):
		return got, plain(err)
	case err != nil:
		return got, err
	}
	h.bytes += int64(len(content))
	got.digest = digestOf(content)
	if readsNames(name) && len(content) <= maxText {
		got.text = content
	}
	return got, nil
}

// readAll reads to the end, unless that is more than most.
func readAll(r io.Reader, most int64) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(content)) > most {
		err = errTooLarge
	}
	return content, err
}

// plain takes the address out of an error of net/http, since whoever reads it has named it, and what a
// terminal would take for more than text: a certificate, for one, says what the host likes.
func plain(err error) error {
	if failed := (*url.Error)(nil); errors.As(err, &failed) {
		err = failed.Err
	}
	said := quoted(err.Error())
	return errors.New(strings.ReplaceAll(said[1:len(said)-1], `\"`, `"`))
}

// quoted is something that a host said, short and in letters that mean nothing to a terminal.
func quoted(said string) string {
	return fmt.Sprintf("%+q", said[:min(len(said), 300)])
}
