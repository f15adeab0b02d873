package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"runtime"
	"sync/atomic"
	"time"

	"tincan/internal/mailbox"
)

// function is the handler that Lambda calls.
type function struct {
	relay http.Handler
	out   io.Writer
	warm  atomic.Bool
}

// line is the only thing that is logged, once for each invocation. It consists of words of this
// file and two numbers, and of nothing that anybody sent.
type line struct {
	Operation operation `json:"op"`
	Outcome   outcome   `json:"outcome"`
	Panic     kind      `json:"panic,omitempty"`
	// Milliseconds is how long the invocation took.
	Milliseconds int64 `json:"ms"`
	// Cold says that this is the first invocation in its process.
	Cold bool `json:"cold"`
}

type (
	operation string
	outcome   string
	kind      string
)

const (
	put   operation = "put"
	take  operation = "take"
	drop  operation = "drop"
	other operation = "other"
)

const (
	kept     outcome = "kept"
	found    outcome = "found"
	dropped  outcome = "dropped"
	none     outcome = "none"
	occupied outcome = "occupied"
	busy     outcome = "busy"
	refused  outcome = "refused" // the request was not one of ours
	failed   outcome = "failed"  // the store is at fault
	panicked outcome = "panic"
)

const (
	kindRuntime kind = "runtime" // Go's own: a nil pointer, an index
	kindError   kind = "error"
	kindOther   kind = "other"
)

// Invoke answers one event. It never returns an error or panics, because aws-lambda-go would pass
// the text of either on to Lambda's log.
func (f *function) Invoke(ctx context.Context, payload []byte) (encoded []byte, _ error) {
	start := time.Now()
	l := line{Operation: other, Cold: !f.warm.Swap(true)}
	defer func() {
		if p := recover(); p != nil {
			l.Outcome, l.Panic = panicked, kindOf(p)
			encoded = refuse(http.StatusInternalServerError).encode()
		}
		l.Milliseconds = time.Since(start).Milliseconds()
		f.write(l)
	}()
	r, status := parseEvent(ctx, payload)
	if r == nil {
		l.Outcome = refused
		return refuse(status).encode(), nil
	}
	l.Operation = operationOf(r.URL.Path)
	a := newAnswer()
	f.relay.ServeHTTP(a, r)
	encoded = a.encode()
	l.Outcome = outcomeOf(l.Operation, a.status)
	return encoded, nil
}

func (f *function) write(l line) {
	text, err := json.Marshal(l)
	if err == nil {
		_, _ = f.out.Write(append(text, '\n'))
	}
}

func operationOf(path string) operation {
	switch path {
	case mailbox.PathPut:
		return put
	case mailbox.PathTake:
		return take
	case mailbox.PathDrop:
		return drop
	}
	return other
}

func outcomeOf(o operation, status int) outcome {
	switch {
	case status == http.StatusOK:
		return found
	case status == http.StatusNoContent && o == put:
		return kept
	case status == http.StatusNoContent && o == take:
		return none
	case status == http.StatusNoContent:
		return dropped
	case status == http.StatusConflict:
		return occupied
	case status == http.StatusServiceUnavailable:
		return busy
	case status < http.StatusInternalServerError:
		return refused
	}
	return failed
}

func kindOf(p any) kind {
	switch p.(type) {
	case runtime.Error:
		return kindRuntime
	case error:
		return kindError
	}
	return kindOther
}
