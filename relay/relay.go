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

// Store keeps replies. now is the time of the operation: a reply that has expired by then counts
// as not there. Every operation is atomic.
type Store interface {
	// Put keeps reply for mailbox.Lifetime. If the slot has a reply already, it MUST
	// change nothing, and return nil if the bytes are the same and ErrOccupied if they
	// are not. After Drop it returns ErrOccupied for any. It keeps no reference to reply.
	Put(ctx context.Context, slot mailbox.Slot, reply []byte, now time.Time) error
	// Take returns the reply to the first claim that asks for it, and to the same
	// claim again. For any other claim it returns ErrNone, as if there were no reply.
	Take(ctx context.Context, slot mailbox.Slot, claim mailbox.Claim, now time.Time) ([]byte, error)
	// Drop removes the reply that this claim has taken. The slot stays occupied until
	// the reply would have expired. If this claim has taken nothing, it changes nothing
	// and returns nil.
	Drop(ctx context.Context, slot mailbox.Slot, claim mailbox.Claim, now time.Time) error
}

// The errors of a Store. Any other error means that the store is at fault.
var (
	// ErrOccupied: something else was put there first.
	ErrOccupied = errors.New("relay: the slot is occupied")
	// ErrNone is returned by Take: there is no reply for this claim.
	ErrNone = errors.New("relay: there is nothing to take")
	// ErrBusy: the store is full or cannot be reached. Later it may work again.
	ErrBusy = errors.New("relay: the store takes no more now")
)

// Config has the settings of the handler. The zero value works.
type Config struct {
	// Origins are further origins under which browsers know this mailbox, in the form
	// that Origin writes. They are needed behind a proxy: it speaks https to browsers,
	// while the request that it passes on shows another origin.
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

// New makes the handler for everything below /api/. It logs nothing.
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
		_, _ = w.Write(answer) // whoever has gone away can ask again
	case http.StatusNoContent:
		w.WriteHeader(status)
	case http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "5")
		refuse(w, status)
	default:
		refuse(w, status)
	}
}

// refuse answers with a status and nothing else.
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

// statusOf is the status for an error of the store. That there is no reply yet is 204: it is the
// usual answer to an inviter and no error, and browsers write every status from 400 on into
// their console as one.
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

// foreign tells whether the page of another origin made a request. Programs send neither of the
// two headers; browsers send Origin alone over plain http. Scheme, host and port must all be
// the same, for put, take and drop. Whether the name in Host is one of this server is not known
// here: a server that answers to any name must refuse foreign names before.
func (h *handler) foreign(r *http.Request) bool {
	site, origin := r.Header.Get("Sec-Fetch-Site"), r.Header.Get("Origin")
	switch {
	case site != "" && site != "same-origin":
		return true
	case origin == "":
		return false
	case r.Host == "" && len(h.origins) == 0:
		// Behind a proxy that does not tell the name it is known by, only the browser can say.
		return site == ""
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	own := func(known string) bool { return strings.EqualFold(known, origin) }
	return (r.Host == "" || !own(Origin(scheme, r.Host))) && !slices.ContainsFunc(h.origins, own)
}

// Origin writes a scheme and a host as browsers do in the header Origin: without the port if it
// is the default one.
func Origin(scheme, host string) string {
	usual := map[string]string{"http": ":80", "https": ":443"}
	return strings.ToLower(scheme + "://" + strings.TrimSuffix(host, usual[scheme]))
}

// rightType tells whether there is one header Content-Type with exactly the right value. A form
// cannot send it, and a page of another origin only after asking, which is refused.
func rightType(r *http.Request) bool {
	types := r.Header.Values("Content-Type")
	return len(types) == 1 && types[0] == mailbox.ContentType
}
