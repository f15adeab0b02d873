//go:build !js

package mailbox

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
)

// caller makes the one kind of HTTP request that there is: with net/http here, with fetch in the
// browser.
type caller struct{ http *http.Client }

func newCaller(origin string, anywhere bool) caller {
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true,
		MaxIdleConns: 1, MaxResponseHeaderBytes: 16 << 10, DisableCompression: true,
	}
	if !anywhere {
		own := addressOf(origin)
		transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			var dialer net.Dialer
			if address == own { // any other is a proxy, which the owner of this computer has set
				dialer.Control = refuseNear
			}
			return dialer.DialContext(ctx, network, address)
		}
	}
	return caller{&http.Client{
		Transport: transport,
		// Redirects are not followed: only the origin in the link is asked.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// addressOf returns host and port of a URL, as they are dialled.
func addressOf(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return ""
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}

var errNear = errors.New("mailbox: not an address of somebody else")

// refuseNear checks the address to which a name has been resolved.
func refuseNear(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := at.Addr().Unmap()
	if ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsUnspecified() || ip.IsMulticast() {
		return errNear
	}
	return nil
}

func (c caller) close() { c.http.CloseIdleConnections() }

// post makes one request.
func (c caller) post(ctx context.Context, url string, body []byte) (response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return response{}, err
	}
	request.Header.Set("Content-Type", ContentType)
	request.Header.Set("User-Agent", "") // do not tell which program this is
	answer, err := c.http.Do(request)
	if err != nil {
		return response{}, err
	}
	defer answer.Body.Close()
	got := response{status: answer.StatusCode, retryAfter: answer.Header.Get("Retry-After")}
	if got.status == http.StatusOK {
		got.body, err = io.ReadAll(io.LimitReader(answer.Body, MaxReply+1))
	} else {
		// The body is read so that the connection can be used again.
		_, err = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<10))
	}
	return got, err
}
