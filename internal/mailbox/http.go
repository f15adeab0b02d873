//go:build !js

package mailbox

import (
	"bytes"
	"context"
	"io"
	"net/http"
)

// caller is the one HTTP request there is: net/http here, fetch in the browser.
type caller struct{ http *http.Client }

func newCaller() caller {
	return caller{&http.Client{
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true,
			MaxIdleConns: 1, MaxResponseHeaderBytes: 16 << 10, DisableCompression: true,
		},
		// A mailbox that sends elsewhere is none: only the origin in the link is asked.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (c caller) close() { c.http.CloseIdleConnections() }

// post gives the status and, of 200 alone, at most MaxReply+1 bytes.
func (c caller) post(ctx context.Context, url string, body []byte) (status int, answer []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", ContentType)
	request.Header.Set("User-Agent", "") // says nothing of the program
	response, err := c.http.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusOK {
		answer, err = io.ReadAll(io.LimitReader(response.Body, MaxReply+1))
	} else {
		// Read, so that the connection can be used again.
		_, err = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<10))
	}
	return response.StatusCode, answer, err
}
