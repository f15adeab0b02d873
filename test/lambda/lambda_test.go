// Package lambda runs the mailbox as AWS would: the compiled bootstrap behind a
// Runtime API, dynalite behind it, API Gateway's events in front.
package lambda

import (
	"bytes"
	"context"
	"debug/elf"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/mailbox"
	"tincan/relay/relaytest"
	"tincan/test/lambda/harness"
)

// patience is ten times what anything here takes.
const patience = 60 * time.Second

// folder has the programs under test: bootstrap, and gateway.
var folder string

func build(out, arch, tags, name string) error {
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-tags", tags, "-ldflags", "-s -w -buildid=", "-o", out, name)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOARCH="+arch)
	cmd.Stderr = os.Stderr
	return cmd.Run()
}

func TestMain(m *testing.M) {
	var err error
	folder, err = os.MkdirTemp("", "tincan-lambda")
	if err != nil {
		panic(err)
	}
	for name, tags := range map[string]string{"bootstrap": "lambda.norpc", "gateway": ""} {
		source := map[string]string{"bootstrap": "tincan/relay/lambda", "gateway": "tincan/test/lambda/gateway"}[name]
		if err := build(filepath.Join(folder, name), runtime.GOARCH, tags, source); err != nil {
			panic(err)
		}
	}
	code := m.Run()
	_ = os.RemoveAll(folder)
	os.Exit(code)
}

// readSources opens what the programs are built from, or go test would not know
// that it changed, and repeat an old result.
func readSources(t *testing.T) {
	t.Helper()
	for _, folder := range []string{"../../relay", "../../relay/dynamo", "../../relay/lambda", "../../internal/mailbox", "gateway"} {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			_, err := os.ReadFile(file)
			require.NoError(t, err)
		}
	}
}

// subject is a running bootstrap, and what it must not tell.
type subject struct {
	*harness.Function
	t       *testing.T
	out     *output
	asked   int
	secrets [][]byte
	texts   []string
}

// start runs the bootstrap. At the end of the test everything that it has printed
// is looked through: one line of the closed vocabulary for each invocation.
func start(t *testing.T, c harness.Config) *subject {
	t.Helper()
	readSources(t)
	s := &subject{t: t, out: &output{}, texts: []string{
		"198.51.100.", "203.0.113.", "127.0.0.1", "Agent", "hidden", "api/v1", "octet-stream", "same-origin", "chat.example",
		"AKIAHARNESS", "of-the-harness", "mailbox-", "invocation",
	}}
	c.Bootstrap, c.Output = filepath.Join(folder, "bootstrap"), s.out
	var err error
	s.Function, err = harness.Start(c)
	require.NoError(t, err, "%s", s.out.bytes())
	t.Cleanup(func() {
		s.Close()
		checkOutput(t, s.out.bytes(), s.secrets, s.texts)
		assert.Equal(t, s.asked, bytes.Count(s.out.bytes(), []byte("\n")), "lines, one for each invocation")
	})
	return s
}

// slot, claim and reply draw what must not be told.
func (s *subject) slot() mailbox.Slot {
	slot := relaytest.NewSlot()
	s.secrets = append(s.secrets, slot[:])
	return slot
}

func (s *subject) claim() mailbox.Claim {
	claim := relaytest.NewClaim()
	s.secrets = append(s.secrets, claim[:])
	return claim
}

func (s *subject) reply() []byte {
	reply := relaytest.NewReply()
	s.secrets = append(s.secrets, reply)
	return reply
}

// send asks over HTTP, as a browser that tells more than it has to. Headers come
// in pairs; an empty value removes one.
func (s *subject) send(method, path string, body []byte, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "https://chat.example"+path+"?query=hidden-query", bytes.NewReader(body))
	r.RemoteAddr = "198.51.100.23:4711"
	for name, value := range map[string]string{
		"Content-Type": mailbox.ContentType, "Sec-Fetch-Site": "same-origin", "Origin": "https://chat.example",
		"User-Agent": "Agent/7 (hidden-agent)", "X-Forwarded-For": "203.0.113.77", "Cookie": "session=hidden-cookie",
		"Authorization": "Bearer hidden-token", "Referer": "https://chat.example/hidden-referer", "Accept-Language": "hidden-language",
	} {
		r.Header.Set(name, value)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
		if headers[i+1] == "" {
			r.Header.Del(headers[i])
		}
	}
	w := httptest.NewRecorder()
	s.asked++
	s.ServeHTTP(w, r)
	return w
}

func (s *subject) post(path string, body []byte, headers ...string) *httptest.ResponseRecorder {
	return s.send(http.MethodPost, path, body, headers...)
}

// lines are what it has printed so far, parsed: one for each invocation.
func (s *subject) lines() (lines []map[string]any) {
	require.Eventually(s.t, func() bool { return bytes.Count(s.out.bytes(), []byte("\n")) >= s.asked }, patience, time.Millisecond)
	for line := range strings.Lines(string(s.out.bytes())) {
		var l map[string]any
		require.NoError(s.t, json.Unmarshal([]byte(line), &l))
		lines = append(lines, l)
	}
	return lines
}

// TestIntegrationLife: a reply from put to tombstone, through the real program and
// a table.
func TestIntegrationLife(t *testing.T) {
	d := relaytest.NewDynalite(t)
	s := start(t, harness.Config{Table: d.NewTable(t), Endpoint: d.URL})
	slot, reply, claim := s.slot(), s.reply(), s.claim()
	mine, others := mailbox.NewClaim(slot, claim), mailbox.NewClaim(slot, s.claim())
	for i, step := range []struct {
		path   string
		body   []byte
		status int
		answer []byte
		told   string
	}{
		{mailbox.PathTake, mine, 204, nil, "none"},
		{mailbox.PathPut, mailbox.NewPut(slot, reply), 204, nil, "kept"},
		{mailbox.PathPut, mailbox.NewPut(slot, reply), 204, nil, "kept"},
		{mailbox.PathPut, mailbox.NewPut(slot, s.reply()), 409, nil, "occupied"},
		{mailbox.PathDrop, mine, 204, nil, "dropped"},
		{mailbox.PathTake, mine, 200, reply, "found"},
		{mailbox.PathTake, others, 204, nil, "none"},
		{mailbox.PathDrop, others, 204, nil, "dropped"},
		{mailbox.PathTake, mine, 200, reply, "found"},
		{mailbox.PathDrop, mine, 204, nil, "dropped"},
		{mailbox.PathDrop, mine, 204, nil, "dropped"},
		{mailbox.PathTake, mine, 204, nil, "none"},
		{mailbox.PathPut, mailbox.NewPut(slot, reply), 409, nil, "occupied"},
	} {
		w := s.post(step.path, step.body)
		require.Equal(t, step.status, w.Code, "step %d", i)
		require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
		if step.answer != nil {
			require.Equal(t, step.answer, w.Body.Bytes())
			require.Equal(t, mailbox.ContentType, w.Header().Get("Content-Type"))
		}
		if step.status == 204 {
			require.Empty(t, w.Body.Bytes(), "step %d", i)
			require.Empty(t, w.Header().Get("Content-Type"), "step %d", i)
		}
		line := s.lines()[i]
		require.Equal(t, step.told, line["outcome"], "step %d", i)
		require.Equal(t, strings.TrimPrefix(step.path, "/api/v1/"), line["op"])
		require.Equal(t, i == 0, line["cold"])
	}
}

// TestIntegrationColdStart: what one process has put another takes, a third drops.
func TestIntegrationColdStart(t *testing.T) {
	d := relaytest.NewDynalite(t)
	c := harness.Config{Table: d.NewTable(t), Endpoint: d.URL}
	putter := start(t, c)
	slot, reply, claim := putter.slot(), putter.reply(), putter.claim()
	require.Equal(t, 204, putter.post(mailbox.PathPut, mailbox.NewPut(slot, reply)).Code)
	putter.Close()

	var starts []time.Duration
	for i, path := range []string{mailbox.PathTake, mailbox.PathTake, mailbox.PathDrop} {
		s := start(t, c)
		s.secrets = putter.secrets
		w := s.post(path, mailbox.NewClaim(slot, claim))
		require.Equal(t, []int{200, 200, 204}[i], w.Code)
		if w.Code == 200 {
			require.Equal(t, reply, w.Body.Bytes())
		}
		require.Equal(t, true, s.lines()[0]["cold"])
		starts = append(starts, s.Start)
		s.Close()
	}
	t.Logf("exec to first question for an event: %v", slices.Min(starts))
}

// TestIntegrationRefused: what is not a request of ours, told by its status alone.
func TestIntegrationRefused(t *testing.T) {
	d := relaytest.NewDynalite(t)
	c := harness.Config{Table: d.NewTable(t), Endpoint: d.URL}
	s := start(t, c)
	body := mailbox.NewPut(s.slot(), s.reply())
	for name, c := range map[string]struct {
		method, path string
		body         []byte
		headers      []string
		status       int
	}{
		"get":               {"GET", mailbox.PathTake, nil, nil, 405},
		"options":           {"OPTIONS", mailbox.PathPut, nil, nil, 405},
		"other path":        {"POST", "/api/v1/hidden", body, nil, 404},
		"behind a stage":    {"POST", "/live" + mailbox.PathPut, body, nil, 404},
		"one byte more":     {"POST", mailbox.PathPut, make([]byte, mailbox.MaxBody+1), nil, 413},
		"4 MiB":             {"POST", mailbox.PathPut, make([]byte, 4<<20), nil, 413},
		"wrong size":        {"POST", mailbox.PathPut, body[:100], nil, 400},
		"no type":           {"POST", mailbox.PathPut, body, []string{"Content-Type", ""}, 415},
		"text":              {"POST", mailbox.PathPut, body, []string{"Content-Type", "text/plain; hidden=1"}, 415},
		"cross site":        {"POST", mailbox.PathPut, body, []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://hidden.example"}, 403},
		"a navigation":      {"POST", mailbox.PathPut, body, []string{"Sec-Fetch-Site", "none"}, 403},
		"origin alone":      {"POST", mailbox.PathPut, body, []string{"Sec-Fetch-Site", "", "Origin", "https://hidden.example"}, 403},
		"a malformed take":  {"POST", mailbox.PathTake, body, nil, 400},
		"neither header":    {"POST", mailbox.PathTake, body[:32], []string{"Sec-Fetch-Site", "", "Origin", ""}, 204},
		"empty with a type": {"POST", mailbox.PathPut, nil, nil, 400},
	} {
		w := s.send(c.method, c.path, c.body, c.headers...)
		assert.Equal(t, c.status, w.Code, name)
		assert.Equal(t, "no-store", w.Header().Get("Cache-Control"), name)
		assert.Empty(t, w.Header().Get("Access-Control-Allow-Origin"), name)
		assert.Equal(t, c.status == 405, w.Header().Get("Allow") == "POST", name)
	}

	// Told its name, it goes by Origin too.
	c.SiteHost = "chat.example"
	named := start(t, c)
	body = mailbox.NewPut(named.slot(), named.reply())
	assert.Equal(t, 204, named.post(mailbox.PathPut, body).Code)
	assert.Equal(t, 204, named.post(mailbox.PathPut, body, "Sec-Fetch-Site", "").Code)
	assert.Equal(t, 403, named.post(mailbox.PathPut, body, "Origin", "https://hidden.example").Code)
}

// TestIntegrationMalformedEvents: whatever the Runtime API hands over is answered,
// and the program goes on.
func TestIntegrationMalformedEvents(t *testing.T) {
	d := relaytest.NewDynalite(t)
	s := start(t, harness.Config{Table: d.NewTable(t), Endpoint: d.URL})
	slot, reply := s.slot(), s.reply()
	good, err := json.Marshal(harness.NewEvent(func() *http.Request {
		r := httptest.NewRequest("POST", "https://chat.example"+mailbox.PathPut, nil)
		r.Header.Set("Content-Type", mailbox.ContentType)
		return r
	}(), mailbox.NewPut(slot, reply)))
	require.NoError(t, err)
	for name, c := range map[string]struct {
		event  string
		status int
	}{
		"nothing":            {"", 400},
		"no JSON":            {"hidden 203.0.113.9", 400},
		"cut off":            {string(good[:len(good)/2]), 400},
		"twice":              {string(good) + string(good), 400},
		"null":               {"null", 400},
		"a list":             {`["hidden"]`, 400},
		"a string":           {`"hidden"`, 400},
		"no version":         {`{}`, 400},
		"payload version 1":  {strings.Replace(string(good), `"version":"2.0"`, `"version":"1.0"`, 1), 400},
		"headers are a list": {`{"version":"2.0","headers":["hidden"]}`, 400},
		"body is a number":   {`{"version":"2.0","body":7}`, 400},
		"version alone":      {`{"version":"2.0"}`, 404},
		"headers are null":   {`{"version":"2.0","headers":null,"requestContext":null,"body":null,"rawPath":"/api/v1/put"}`, 405},
		"another service":    {`{"Records":[{"eventSource":"hidden","body":"hidden"}]}`, 400},
		"half a megabyte":    {`{"version":"2.0","body":"` + strings.Repeat("A", 512<<10) + `"}`, 413},
		"deep":               {strings.Repeat("[", 20_000), 400},
		"no UTF-8":           {"{\"version\":\"2.0\",\"rawPath\":\"\xff\xfe\"}", 404},
		"good":               {string(good), 204},
	} {
		s.asked++
		payload, err := s.Invoke(context.Background(), []byte(c.event))
		require.NoError(t, err, name)
		var response events.APIGatewayV2HTTPResponse
		require.NoError(t, json.Unmarshal(payload, &response), name)
		assert.Equal(t, c.status, response.StatusCode, name)
	}
	w := s.post(mailbox.PathTake, mailbox.NewClaim(slot, s.claim()))
	assert.Equal(t, 200, w.Code)
	assert.Equal(t, reply, w.Body.Bytes())
}

// TestIntegrationUnreachable: without a DynamoDB, or with one that says nothing,
// the function says so before it would be ended.
func TestIntegrationUnreachable(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = silent.Close() })
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, gone.Close())
	for name, listener := range map[string]net.Listener{"silent": silent, "gone": gone} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, harness.Config{Table: "mailbox-table", Endpoint: "http://" + listener.Addr().String()})
			w := s.post(mailbox.PathPut, mailbox.NewPut(s.slot(), s.reply()))
			assert.Equal(t, 503, w.Code)
			assert.Equal(t, "5", w.Header().Get("Retry-After"))
			assert.Equal(t, 503, s.post(mailbox.PathTake, mailbox.NewClaim(s.slot(), s.claim())).Code)
			assert.Equal(t, "busy", s.lines()[1]["outcome"])
		})
	}
}

// TestIntegrationFailed: a table that is not there, and one that holds something
// else, are faults of ours and told as such.
func TestIntegrationFailed(t *testing.T) {
	d := relaytest.NewDynalite(t)
	s := start(t, harness.Config{Table: "mailbox-missing", Endpoint: d.URL})
	assert.Equal(t, 500, s.post(mailbox.PathPut, mailbox.NewPut(s.slot(), s.reply())).Code)
	assert.Equal(t, "failed", s.lines()[0]["outcome"])

	table := d.NewTable(t)
	s = start(t, harness.Config{Table: table, Endpoint: d.URL})
	slot := s.slot()
	require.NoError(t, d.Call("PutItem", map[string]any{"TableName": table, "Item": map[string]any{
		"id": map[string]any{"B": slot[:]}, "b": map[string]any{"S": "hidden"}, "exp": map[string]any{"N": "99999999999"},
	}}, nil))
	assert.Equal(t, 500, s.post(mailbox.PathTake, mailbox.NewClaim(slot, s.claim())).Code)
	assert.Equal(t, 500, s.post(mailbox.PathPut, mailbox.NewPut(slot, s.reply())).Code)
	assert.Equal(t, 204, s.post(mailbox.PathPut, mailbox.NewPut(s.slot(), s.reply())).Code, "it lives on")
}

// TestIntegrationFatal: where Go itself ends the program in the middle of an
// operation, it prints nothing: a traceback would hold slot and claim.
func TestIntegrationFatal(t *testing.T) {
	readSources(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = silent.Close() })
	require.NoError(t, silent.(*net.TCPListener).SetDeadline(time.Now().Add(patience)))
	out := &output{}
	f, err := harness.Start(harness.Config{
		Bootstrap: filepath.Join(folder, "bootstrap"), Output: out,
		Table: "mailbox-table", Endpoint: "http://" + silent.Addr().String(),
	})
	require.NoError(t, err)
	t.Cleanup(f.Close)
	slot, claim := relaytest.NewSlot(), relaytest.NewClaim()
	go func() {
		r := httptest.NewRequest("POST", "https://chat.example"+mailbox.PathTake, bytes.NewReader(mailbox.NewClaim(slot, claim)))
		r.Header.Set("Content-Type", mailbox.ContentType)
		f.ServeHTTP(httptest.NewRecorder(), r)
	}()
	c, err := silent.Accept() // it is in the middle
	require.NoError(t, err)
	defer func() { _ = c.Close() }()
	require.NoError(t, c.SetDeadline(time.Now().Add(patience)))
	_, err = c.Read(make([]byte, 1))
	require.NoError(t, err)
	require.NoError(t, f.Signal(syscall.SIGQUIT))
	require.Equal(t, 2, f.ExitCode(), "Go has ended it, with a traceback")
	assert.Empty(t, string(out.bytes()))
}

// TestIntegrationUnset: started without what it needs, one sentence and exit code 1.
func TestIntegrationUnset(t *testing.T) {
	readSources(t)
	for _, missing := range []string{"TABLE", "AWS_REGION", "AWS_LAMBDA_RUNTIME_API"} {
		cmd := exec.Command(filepath.Join(folder, "bootstrap"))
		for _, name := range []string{"TABLE", "AWS_REGION", "AWS_LAMBDA_RUNTIME_API"} {
			if name != missing {
				cmd.Env = append(cmd.Env, name+"=127.0.0.1:1")
			}
		}
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		require.Error(t, cmd.Run())
		assert.Equal(t, 1, cmd.ProcessState.ExitCode())
		assert.Equal(t, "bootstrap: "+missing+" is not set\n", out.String())
	}
}

// TestIntegrationArm64: what is deployed compiles too. It compiles the AWS SDK for
// another processor, which takes a minute.
func TestIntegrationArm64(t *testing.T) {
	if os.Getenv("TINCAN_SLOW") == "" {
		t.Skip("compiles for another processor, a minute: make slow")
	}
	readSources(t)
	arm := filepath.Join(t.TempDir(), "bootstrap")
	require.NoError(t, build(arm, "arm64", "lambda.norpc", "tincan/relay/lambda"))
	program, err := elf.Open(arm)
	require.NoError(t, err)
	defer func() { _ = program.Close() }()
	assert.Equal(t, elf.EM_AARCH64, program.Machine)
	libraries, err := program.ImportedLibraries()
	require.NoError(t, err)
	assert.Empty(t, libraries)
	for _, path := range []string{arm, filepath.Join(folder, "bootstrap")} {
		info, err := os.Stat(path)
		require.NoError(t, err)
		t.Logf("%.2f MB", float64(info.Size())/1e6)
		assert.Less(t, info.Size(), int64(10_000_000))
	}
}

// TestFunctionalCloudFront: three headers of the visitor's go on, and no query.
func TestFunctionalCloudFront(t *testing.T) {
	var got *http.Request
	h := harness.CloudFront(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r }))
	r := httptest.NewRequest("POST", "https://chat.example"+mailbox.PathTake+"?hidden", strings.NewReader("body"))
	for name, value := range map[string]string{
		"Content-Type": mailbox.ContentType, "Sec-Fetch-Site": "same-origin", "Origin": "https://chat.example",
		"Cookie": "hidden", "Referer": "hidden", "User-Agent": "hidden", "X-Forwarded-For": "hidden",
	} {
		r.Header.Set(name, value)
	}
	h.ServeHTTP(httptest.NewRecorder(), r)
	assert.Equal(t, "same-origin", got.Header.Get("Sec-Fetch-Site"))
	assert.Equal(t, "https://chat.example", got.Header.Get("Origin"))
	assert.Equal(t, mailbox.ContentType, got.Header.Get("Content-Type"))
	event, err := json.Marshal(harness.NewEvent(got, nil))
	require.NoError(t, err)
	assert.NotContains(t, string(event), "hidden")
	body, err := io.ReadAll(got.Body)
	require.NoError(t, err)
	assert.Equal(t, "body", string(body))
}
