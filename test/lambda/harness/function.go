// Package harness runs the compiled bootstrap as AWS does: a Runtime API on
// loopback that it asks for events, and in front of it what API Gateway and
// CloudFront make of a request.
//
//	HTTP → CloudFront → Function.ServeHTTP → event → Runtime API → bootstrap
package harness

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"time"
)

// Timeout is the function's own: who has not answered by then is ended.
const Timeout = 5 * time.Second

// startTimeout is ten times what a start takes on a busy computer.
const startTimeout = 30 * time.Second

// maxResponse is Lambda's, in bytes.
const maxResponse = 6 << 20

// Config says what runs.
type Config struct {
	// Bootstrap is the compiled program.
	Bootstrap string
	// Table and Endpoint are where its DynamoDB is.
	Table, Endpoint string
	// SiteHost is its SITE_HOST.
	SiteHost string
	// Output gets all that it prints.
	Output io.Writer
}

// Function is one running bootstrap, which answers one event at a time.
type Function struct {
	// Start is how long it took from exec to its first question for an event.
	Start time.Duration

	cmd    *exec.Cmd
	server *http.Server
	events chan *invocation
	ready  chan struct{} // closed by the first question
	ended  chan struct{} // closed when the program has ended

	mu    sync.Mutex
	asked bool
	count int
	open  map[string]*invocation
}

type invocation struct {
	id     string
	event  []byte
	answer chan result // holds one
}

type result struct {
	payload []byte
	err     error
}

// environ is all that the program sees of its surroundings.
func (c Config) environ(runtimeAPI string) []string {
	env := []string{
		"AWS_LAMBDA_RUNTIME_API=" + runtimeAPI,
		"AWS_LAMBDA_FUNCTION_NAME=mailbox",
		"AWS_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID=AKIAHARNESS",
		"AWS_SECRET_ACCESS_KEY=secret-key-of-the-harness",
		"AWS_SESSION_TOKEN=session-token-of-the-harness",
	}
	for name, value := range map[string]string{"TABLE": c.Table, "AWS_ENDPOINT_URL_DYNAMODB": c.Endpoint, "SITE_HOST": c.SiteHost} {
		if value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// Start runs the program and returns once it has asked for its first event.
func Start(c Config) (*Function, error) {
	f := &Function{
		events: make(chan *invocation), ready: make(chan struct{}), ended: make(chan struct{}),
		open: map[string]*invocation{},
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", f.next)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", f.response)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", f.failure)
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusAccepted) // it ends after this, which is what is noticed
	})
	f.server = &http.Server{Handler: mux, ReadHeaderTimeout: startTimeout}
	go func() { _ = f.server.Serve(listener) }()

	f.cmd = exec.Command(c.Bootstrap)
	f.cmd.Env = c.environ(listener.Addr().String())
	f.cmd.Stdout, f.cmd.Stderr = c.Output, c.Output
	start := time.Now()
	if err := f.cmd.Start(); err != nil {
		_ = f.server.Close()
		return nil, fmt.Errorf("start the bootstrap: %w", err)
	}
	go func() {
		_ = f.cmd.Wait()
		close(f.ended)
	}()
	select {
	case <-f.ready:
		f.Start = time.Since(start)
		return f, nil
	case <-f.ended:
		err = fmt.Errorf("start the bootstrap: it ended with %d", f.cmd.ProcessState.ExitCode())
	case <-time.After(startTimeout):
		err = errors.New("start the bootstrap: it asks for no event")
	}
	f.Close()
	return nil, err
}

// Close ends the program and waits for that. It may be called twice.
func (f *Function) Close() {
	_ = f.cmd.Process.Kill()
	<-f.ended
	_ = f.server.Close()
}

// Signal sends the program a signal.
func (f *Function) Signal(s os.Signal) error { return f.cmd.Process.Signal(s) }

// ExitCode waits until the program has ended. It is -1 after a signal that the
// program did not handle, and where the program does not end within a minute.
func (f *Function) ExitCode() int {
	select {
	case <-f.ended:
		return f.cmd.ProcessState.ExitCode()
	case <-time.After(time.Minute):
		return -1
	}
}

// Invoke hands an event to the program and gives its answer. It fails where the
// program says that it failed, ends, or takes longer than Timeout, which ends it.
func (f *Function) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	f.mu.Lock()
	f.count++
	i := &invocation{id: "invocation-" + strconv.Itoa(f.count), event: event, answer: make(chan result, 1)}
	f.mu.Unlock()
	select {
	case f.events <- i:
	case <-f.ended:
		return nil, errors.New("invoke: the program has ended")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	// From here on the caller may go away; the program goes on, as Lambda's does.
	timer := time.NewTimer(Timeout)
	defer timer.Stop()
	select {
	case r := <-i.answer:
		return r.payload, r.err
	case <-f.ended:
		return nil, errors.New("invoke: the program ended during it")
	case <-timer.C:
		f.Close()
		return nil, errors.New("invoke: the program took too long")
	}
}

func (f *Function) next(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	if !f.asked {
		f.asked = true
		close(f.ready)
	}
	f.mu.Unlock()
	select {
	case i := <-f.events:
		f.mu.Lock()
		f.open[i.id] = i
		f.mu.Unlock()
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", i.id)
		w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(Timeout).UnixMilli(), 10))
		w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:mailbox")
		w.Header().Set("Lambda-Runtime-Trace-Id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700")
		_, _ = w.Write(i.event)
	case <-r.Context().Done():
	}
}

func (f *Function) response(w http.ResponseWriter, r *http.Request) {
	payload, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxResponse))
	f.settle(w, r, result{payload, err})
}

func (f *Function) failure(w http.ResponseWriter, r *http.Request) {
	text, _ := io.ReadAll(http.MaxBytesReader(w, r.Body, maxResponse))
	f.settle(w, r, result{nil, fmt.Errorf("invoke: the program says: %s", text)})
}

func (f *Function) settle(w http.ResponseWriter, r *http.Request, answer result) {
	id := r.PathValue("id")
	f.mu.Lock()
	i := f.open[id]
	delete(f.open, id)
	f.mu.Unlock()
	if i == nil {
		http.Error(w, "no such invocation", http.StatusForbidden)
		return
	}
	i.answer <- answer
	w.WriteHeader(http.StatusAccepted)
}
