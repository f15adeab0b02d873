// Package relay is the mailbox: an http.Handler that keeps sealed replies for
// five minutes. It reads none of them, links them to nobody and writes nothing
// down (PROTOCOL.md §2.6; README.md beside this file has examples).
//
// tincan serve runs it over Memory, AWS Lambda over a table (relay/dynamo).
package relay

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"tincan/internal/mailbox"
)

// Store keeps replies. now is the time of the operation; what has expired by
// then does not exist. Every operation is atomic.
type Store interface {
	// Put keeps reply for mailbox.Lifetime. Where a reply is kept already it MUST
	// change nothing: nil for the same bytes, ErrOccupied for others, and for any
	// after Drop. reply is the caller's again when Put returns.
	Put(ctx context.Context, slot mailbox.Slot, reply []byte, now time.Time) error
	// Take returns the reply to the first claim that asks for it, and to the same
	// claim again. Everybody else gets ErrNone, whatever the reason.
	Take(ctx context.Context, slot mailbox.Slot, claim mailbox.Claim, now time.Time) ([]byte, error)
	// Drop removes the reply that this claim took, and keeps the slot taken until
	// it would have expired. Where this claim took nothing it changes nothing: nil, too.
	Drop(ctx context.Context, slot mailbox.Slot, claim mailbox.Claim, now time.Time) error
}

// What a Store answers. Any other error is a fault of the store.
var (
	// ErrOccupied: something else was put there first.
	ErrOccupied = errors.New("relay: the slot is occupied")
	// ErrNone, of Take: there is nothing here for this claim.
	ErrNone = errors.New("relay: there is nothing to take")
	// ErrBusy: the store takes no more now; later it may.
	ErrBusy = errors.New("relay: the store takes no more now")
)

// Config says what the handler is told beside its store. The zero value works.
type Config struct {
	// Origins under which browsers know this mailbox, as Origin writes them, beside
	// the one that the request shows: a proxy that speaks https to them has another.
	Origins []string
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// handler is the mailbox over HTTP.
type handler struct {
	store   Store
	origins []string
	now     func() time.Time
}

// New gives the handler of everything below /api/. It logs nothing.
func New(store Store, config Config) http.Handler {
	if config.Now == nil {
		config.Now = time.Now
	}
	return &handler{store: store, origins: config.Origins, now: config.Now}
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	operation := h.operation(r.URL.Path)
	switch {
	case operation == nil:
		refuse(w, http.StatusNotFound)
		return
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		refuse(w, http.StatusMethodNotAllowed)
		return
	case h.foreign(r):
		refuse(w, http.StatusForbidden)
		return
	case !rightType(r):
		refuse(w, http.StatusUnsupportedMediaType)
		return
	case r.ContentLength > mailbox.MaxBody:
		refuse(w, http.StatusRequestEntityTooLarge)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mailbox.MaxBody))
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		refuse(w, http.StatusRequestEntityTooLarge)
		return
	} else if err != nil {
		refuse(w, http.StatusBadRequest)
		return
	}
	answer, status := operation(r.Context(), body)
	switch status {
	case http.StatusOK:
		w.Header().Set("Content-Type", mailbox.ContentType)
		_, _ = w.Write(answer) // who asked and went away asks again
	case http.StatusNoContent:
		w.WriteHeader(status)
	case http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "5")
		refuse(w, status)
	default:
		refuse(w, status)
	}
}

// refuse says no more than the status does.
func refuse(w http.ResponseWriter, status int) {
	http.Error(w, http.StatusText(status), status)
}

func (h *handler) operation(path string) func(context.Context, []byte) ([]byte, int) {
	switch path {
	case mailbox.PathPut:
		return h.put
	case mailbox.PathTake:
		return h.take
	case mailbox.PathDrop:
		return h.drop
	}
	return nil
}

func (h *handler) put(ctx context.Context, body []byte) ([]byte, int) {
	slot, reply, ok := mailbox.ParsePut(body)
	if !ok {
		return nil, http.StatusBadRequest
	}
	return nil, statusOf(h.store.Put(ctx, slot, reply, h.now()))
}

func (h *handler) take(ctx context.Context, body []byte) ([]byte, int) {
	slot, claim, ok := mailbox.ParseClaim(body)
	if !ok {
		return nil, http.StatusBadRequest
	}
	reply, err := h.store.Take(ctx, slot, claim, h.now())
	if err != nil {
		return nil, statusOf(err)
	}
	return reply, http.StatusOK
}

func (h *handler) drop(ctx context.Context, body []byte) ([]byte, int) {
	slot, claim, ok := mailbox.ParseClaim(body)
	if !ok {
		return nil, http.StatusBadRequest
	}
	return nil, statusOf(h.store.Drop(ctx, slot, claim, h.now()))
}

// statusOf: that nothing is there yet is what an inviter hears most, and no error of
// anybody. Browsers write every status from 400 on into the console as one.
func statusOf(err error) int {
	switch {
	case err == nil, errors.Is(err, ErrNone):
		return http.StatusNoContent
	case errors.Is(err, ErrOccupied):
		return http.StatusConflict
	case errors.Is(err, ErrBusy), errors.Is(err, context.DeadlineExceeded):
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// foreign tells a request that a page of somebody else's made. Programs send
// neither header; browsers over plain http send Origin alone. An origin is all of
// scheme, host and port, for put, take and drop alike. What a name in Host means is
// not known here: who serves pages under any name refuses foreign ones before.
func (h *handler) foreign(r *http.Request) bool {
	site, origin := r.Header.Get("Sec-Fetch-Site"), r.Header.Get("Origin")
	switch {
	case site != "" && site != "same-origin":
		return true
	case origin == "":
		return false
	case r.Host == "" && len(h.origins) == 0:
		// Behind a proxy that does not tell its name: the browser's word has to do.
		return site == ""
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	own := func(known string) bool { return strings.EqualFold(known, origin) }
	return (r.Host == "" || !own(Origin(scheme, r.Host))) && !slices.ContainsFunc(h.origins, own)
}

// Origin is what browsers write for a scheme and a host with its port: without the
// port where it is the usual one.
func Origin(scheme, host string) string {
	usual := map[string]string{"http": ":80", "https": ":443"}
	return strings.ToLower(scheme + "://" + strings.TrimSuffix(host, usual[scheme]))
}

// rightType: one header with these letters. A form or a page that was not asked
// about it beforehand cannot send it, and there is one way to say it.
func rightType(r *http.Request) bool {
	types := r.Header.Values("Content-Type")
	return len(types) == 1 && types[0] == mailbox.ContentType
}
