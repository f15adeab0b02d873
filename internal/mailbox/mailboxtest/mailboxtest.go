// Package mailboxtest is what every client of a mailbox must make of an answer, whatever
// it makes its requests with: natively net/http, in a page fetch.
package mailboxtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"tincan/internal/mailbox"
)

// Handler answers each request as its path says, before what the client adds to it:
//
//	/answer/STATUS/SIZE     so many bytes with this status
//	/retry/STATUS/VALUE     with this Retry-After
//	/redirect/STATUS        to a mailbox that has a reply
//	/half                   a body that breaks off where a reply would end
func Handler() http.Handler {
	mux := http.NewServeMux()
	status := func(r *http.Request) int {
		n, _ := strconv.Atoi(r.PathValue("status"))
		return n
	}
	mux.HandleFunc("POST /answer/{status}/{size}/api/v1/{operation}", func(w http.ResponseWriter, r *http.Request) {
		size, _ := strconv.Atoi(r.PathValue("size"))
		w.WriteHeader(status(r))
		_, _ = w.Write(bytes.Repeat([]byte{0xAD}, size))
	})
	mux.HandleFunc("POST /retry/{status}/{value}/api/v1/{operation}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", r.PathValue("value"))
		w.WriteHeader(status(r))
	})
	mux.HandleFunc("POST /redirect/{status}/api/v1/{operation}", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/elsewhere", status(r))
	})
	mux.HandleFunc("/elsewhere", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(bytes.Repeat([]byte{0xAD}, 177))
	})
	mux.HandleFunc("POST /half/api/v1/{operation}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "241")
		_, _ = w.Write(bytes.Repeat([]byte{0xAD}, 177))
	})
	return mux
}

// answer is what each operation makes of one: nil, ErrNone, ErrOccupied or ErrSilent.
type answer struct {
	path            string
	put, take, drop error
	after           time.Duration // of a mailbox that wants to be left alone
}

// refused are the answers that no operation makes anything of.
func refused(path string) answer {
	return answer{path: path, put: mailbox.ErrSilent, take: mailbox.ErrSilent, drop: mailbox.ErrSilent}
}

func answers() []answer {
	all := []answer{
		{path: "answer/204/0", take: mailbox.ErrNone},
		{path: "answer/200/177", put: mailbox.ErrSilent, drop: mailbox.ErrSilent},
		{path: "answer/200/241", put: mailbox.ErrSilent, drop: mailbox.ErrSilent},
		{path: "answer/200/305", put: mailbox.ErrSilent, drop: mailbox.ErrSilent},
		{path: "answer/409/9", put: mailbox.ErrOccupied, take: mailbox.ErrSilent, drop: mailbox.ErrSilent},
		refused("half"),
	}
	for _, size := range []int{0, 1, 176, 178, 306, 4 << 20} {
		all = append(all, refused(fmt.Sprint("answer/200/", size)))
	}
	for _, status := range []int{201, 202, 206, 400, 401, 403, 404, 405, 410, 429, 500, 502, 503} {
		all = append(all, refused(fmt.Sprint("answer/", status, "/177")))
	}
	for _, status := range []int{205, 304} { // which have no body
		all = append(all, refused(fmt.Sprint("answer/", status, "/0")))
	}
	for _, status := range []int{301, 302, 303, 307, 308} {
		all = append(all, refused(fmt.Sprint("redirect/", status)))
	}
	for value, after := range map[string]time.Duration{
		"1": time.Second, "007": 7 * time.Second, "299": 299 * time.Second, "301": 5 * time.Minute, "9223372036854775807": 5 * time.Minute,
		"18446744073709551617": 5 * time.Minute, "0": 0, "-1": 0, "+5": 0, "5.5": 0, "5s": 0, "1e9": 0, "5, 6": 0, "0x10": 0, "soon": 0, "٣": 0,
		"Fri, 31 Dec 2999 23:59:59 GMT": 0,
	} {
		for _, status := range []int{429, 500, 503} {
			waits := refused(fmt.Sprint("retry/", status, "/", value))
			waits.after = after
			all = append(all, waits)
		}
	}
	for _, status := range []int{302, 400, 404, 418, 502} {
		all = append(all, refused(fmt.Sprint("retry/", status, "/60")))
	}
	return all
}

// Run asks for each answer with each operation. url leads to a Handler.
func Run(t *testing.T, url string) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for _, a := range answers() {
		client := mailbox.NewClient(url+"/"+strings.ReplaceAll(a.path, " ", "%20"), true)
		reply, err := client.Take(ctx, mailbox.Slot{}, mailbox.Claim{})
		a.check(t, "take", a.take, err)
		if (err == nil) != (reply != nil) {
			t.Errorf("%s: take gave %d bytes and %v", a.path, len(reply), err)
		}
		a.check(t, "put", a.put, client.Put(ctx, mailbox.Slot{}, make([]byte, 177)))
		a.check(t, "drop", a.drop, client.Drop(ctx, mailbox.Slot{}, mailbox.Claim{}))
		client.Close()
	}
}

func (a answer) check(t *testing.T, operation string, want, got error) {
	if !errors.Is(got, want) || (want == nil) != (got == nil) || mailbox.RetryAfter(got) != a.after {
		t.Errorf("%s: %s gave %v, after %v; want %v, after %v", a.path, operation, got, mailbox.RetryAfter(got), want, a.after)
	}
}
