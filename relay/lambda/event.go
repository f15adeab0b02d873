package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// maxEvent is the size of the largest event that is read, in bytes. With the largest body and the
// largest headers that the gateway lets through, an event has half of it.
const maxEvent = 128 << 10

// event is the part of an HTTP API's payload, version 2.0, that is used. Everything else is not
// even read: address, browser, cookies, query, all other headers.
type event struct {
	Version string `json:"version"`
	// Path has no stage in front of it: the stage is $default.
	Path    string `json:"rawPath"`
	Headers struct {
		ContentType string `json:"content-type"`
		Site        string `json:"sec-fetch-site"`
		Origin      string `json:"origin"`
	} `json:"headers"`
	Context struct {
		HTTP struct {
			Method string `json:"method"`
		} `json:"http"`
	} `json:"requestContext"`
	Body   string `json:"body"`
	Base64 bool   `json:"isBase64Encoded"`
}

// parseEvent checks the size of an event and reads it. If it cannot be used, the request is nil
// and status is what to answer.
func parseEvent(ctx context.Context, payload []byte) (r *http.Request, status int) {
	if len(payload) > maxEvent {
		return nil, http.StatusRequestEntityTooLarge
	}
	var e event
	if json.Unmarshal(payload, &e) != nil || e.Version != "2.0" {
		return nil, http.StatusBadRequest
	}
	var body io.Reader = strings.NewReader(e.Body)
	size := len(e.Body)
	if e.Base64 {
		// Decoded as it is read, which the relay does not do when this is too much.
		size = base64.StdEncoding.DecodedLen(size)
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	r = &http.Request{
		Method:        e.Context.HTTP.Method,
		URL:           &url.URL{Path: e.Path},
		Header:        http.Header{},
		Body:          io.NopCloser(body),
		ContentLength: int64(size),
	}
	for name, value := range map[string]string{
		"Content-Type": e.Headers.ContentType, "Sec-Fetch-Site": e.Headers.Site, "Origin": e.Headers.Origin,
	} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	return r.WithContext(ctx), 0
}

// answer is an http.ResponseWriter that collects the response for the gateway.
type answer struct {
	status int
	header http.Header
	body   bytes.Buffer
}

func newAnswer() *answer { return &answer{header: http.Header{}} }

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *answer) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(b)
}

// answerHeaders are the headers that are passed on; all others are left out.
var answerHeaders = []string{"allow", "cache-control", "content-type", "retry-after", "x-content-type-options"}

// encode makes the payload. The body is always in base64, as replies are bytes.
func (a *answer) encode() []byte {
	headers := map[string]string{}
	for _, name := range answerHeaders {
		if value := a.header.Get(name); value != "" {
			headers[name] = value
		}
	}
	a.WriteHeader(http.StatusOK)
	payload, err := json.Marshal(map[string]any{
		"statusCode": a.status, "headers": headers,
		"body": base64.StdEncoding.EncodeToString(a.body.Bytes()), "isBase64Encoded": true,
	})
	if err != nil {
		panic("lambda: an answer that is no JSON") // of strings and numbers
	}
	return payload
}

// refuse makes an answer with a status and nothing else, as the relay does.
func refuse(status int) *answer {
	a := newAnswer()
	a.header.Set("Cache-Control", "no-store")
	http.Error(a, http.StatusText(status), status)
	return a
}
