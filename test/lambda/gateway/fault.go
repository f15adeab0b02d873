package main

import (
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"tincan/internal/mailbox"
	"tincan/test/lambda/harness"
)

// faults of the mailbox:
//
//	none
//	down    connections are closed
//	slow    done at once, answered after 30 s
//	429     too many requests, as API Gateway says it
//	500     the function failed, as API Gateway says it
//	half    a reply is cut in the middle of its length
//	other   every take finds 177 random bytes
var faults = []string{"none", "down", "slow", "429", "500", "half", "other"}

// slowness is API Gateway's own limit: longer than that nobody waits.
const slowness = 30 * time.Second

// faulty is the mailbox with a fault, which may change while it runs.
type faulty struct {
	next http.Handler
	name atomic.Value // string
}

// set is false where there is no such fault.
func (f *faulty) set(name string) bool {
	if !slices.Contains(faults, name) {
		return false
	}
	f.name.Store(name)
	return true
}

func (f *faulty) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	take := r.URL.Path == mailbox.PathTake
	switch name := f.name.Load(); {
	case name == "down":
		panic(http.ErrAbortHandler) // which closes the connection
	case name == "429":
		harness.Message(w, http.StatusTooManyRequests, "Too Many Requests")
	case name == "500":
		harness.Message(w, http.StatusInternalServerError, "Internal Server Error")
	case name == "slow":
		answer := httptest.NewRecorder()
		f.next.ServeHTTP(answer, r)
		timer := time.NewTimer(slowness)
		defer timer.Stop()
		select {
		case <-timer.C:
			send(w, answer, answer.Body.Bytes())
		case <-r.Context().Done():
		}
	case name == "half" && take:
		answer := httptest.NewRecorder()
		f.next.ServeHTTP(answer, r)
		body := answer.Body.Bytes()
		if answer.Code != http.StatusOK {
			send(w, answer, body)
			return
		}
		answer.Header().Set("Content-Length", strconv.Itoa(len(body)))
		send(w, answer, body[:len(body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case name == "other" && take:
		reply := make([]byte, 177)
		rand.Read(reply)
		w.Header().Set("Content-Type", mailbox.ContentType)
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write(reply)
	default:
		f.next.ServeHTTP(w, r)
	}
}

func send(w http.ResponseWriter, answer *httptest.ResponseRecorder, body []byte) {
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(body)
}
