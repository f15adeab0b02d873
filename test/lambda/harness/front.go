package harness

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// maxBody is API Gateway's, in bytes.
const maxBody = 10 << 20

// ServeHTTP is the API Gateway HTTP API in front of the function: a request
// becomes an event of payload version 2.0 with all that AWS tells about it, the
// answer a response. Where the function fails it says so as API Gateway does.
func (f *Function) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		Message(w, http.StatusRequestEntityTooLarge, "Request Too Long")
		return
	}
	event, err := json.Marshal(NewEvent(r, body))
	if err != nil {
		Message(w, http.StatusInternalServerError, "Internal Server Error")
		return
	}
	payload, err := f.Invoke(r.Context(), event)
	var response events.APIGatewayV2HTTPResponse
	if err != nil || json.Unmarshal(payload, &response) != nil || response.StatusCode == 0 {
		Message(w, http.StatusInternalServerError, "Internal Server Error")
		return
	}
	answer := []byte(response.Body)
	if response.IsBase64Encoded {
		if answer, err = base64.StdEncoding.DecodeString(response.Body); err != nil {
			Message(w, http.StatusInternalServerError, "Internal Server Error")
			return
		}
	}
	for name, value := range response.Headers {
		w.Header().Set(name, value)
	}
	w.WriteHeader(response.StatusCode)
	_, _ = w.Write(answer)
}

// Message is how API Gateway itself answers.
func Message(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": text})
}

// NewEvent is what API Gateway makes of a request. Header names are lower case,
// several values are joined, cookies stand apart, and the address of who asks is
// in two places.
func NewEvent(r *http.Request, body []byte) events.APIGatewayV2HTTPRequest {
	address, _, _ := net.SplitHostPort(r.RemoteAddr)
	headers := map[string]string{
		"host":              r.Host,
		"x-amzn-trace-id":   "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700",
		"x-forwarded-port":  "443",
		"x-forwarded-proto": "https",
	}
	for name, values := range r.Header {
		headers[strings.ToLower(name)] = strings.Join(values, ",")
	}
	headers["x-forwarded-for"] = strings.TrimPrefix(headers["x-forwarded-for"]+", "+address, ", ")
	var cookies []string
	for _, c := range r.Cookies() {
		cookies = append(cookies, c.String())
	}
	delete(headers, "cookie")
	query := map[string]string{}
	for name, values := range r.URL.Query() {
		query[name] = strings.Join(values, ",")
	}
	now := time.Now().UTC()
	e := events.APIGatewayV2HTTPRequest{
		Version:               "2.0",
		RouteKey:              "ANY /api/{proxy+}",
		RawPath:               r.URL.Path,
		RawQueryString:        r.URL.RawQuery,
		Cookies:               cookies,
		Headers:               headers,
		QueryStringParameters: query,
		PathParameters:        map[string]string{"proxy": strings.TrimPrefix(r.URL.Path, "/api/")},
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			RouteKey: "ANY /api/{proxy+}", AccountID: "123456789012", Stage: "$default", RequestID: "JKJaXmPLvHcESHA=",
			APIID: "api-id", DomainName: r.Host, DomainPrefix: "api-id",
			Time: now.Format("02/Jan/2006:15:04:05 +0000"), TimeEpoch: now.UnixMilli(),
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{
				Method: r.Method, Path: r.URL.Path, Protocol: r.Proto, SourceIP: address, UserAgent: r.UserAgent(),
			},
		},
	}
	if isText(r.Header.Get("Content-Type")) {
		e.Body = string(body)
	} else if len(body) > 0 {
		e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	return e
}

// isText: these bodies API Gateway hands on as they are.
func isText(contentType string) bool {
	for _, prefix := range []string{"text/", "application/json", "application/javascript", "application/xml"} {
		if strings.HasPrefix(contentType, prefix) {
			return true
		}
	}
	return false
}

// CloudFront hands a request on as the distribution does: three headers of it, no
// query, and its own name and the address of who asked.
func CloudFront(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		address, _, _ := net.SplitHostPort(r.RemoteAddr)
		out := r.Clone(r.Context())
		out.Header = http.Header{
			"User-Agent":      {"Amazon CloudFront"},
			"Via":             {"2.0 d1.cloudfront.net (CloudFront)"},
			"X-Amz-Cf-Id":     {"SmVQyIrx4XJ-ajWKLpqVCgZVlzk=="},
			"X-Forwarded-For": {address},
		}
		for _, name := range []string{"Content-Type", "Origin", "Sec-Fetch-Site"} {
			if values := r.Header.Values(name); len(values) > 0 {
				out.Header[name] = values
			}
		}
		out.Host = "api-id.execute-api.us-east-1.amazonaws.com"
		out.URL = &url.URL{Path: r.URL.Path}
		next.ServeHTTP(w, out)
	})
}
