package mailbox

import (
	"context"
	"errors"
	"time"
)

// patience is for how long one request is waited for.
const patience = 10 * time.Second

// maxRetryAfter is how long a mailbox can have a client wait, whatever it says.
const maxRetryAfter = 5 * time.Minute

// What a Client's callers decide on.
var (
	// ErrOccupied: somebody else's reply lies in the slot.
	ErrOccupied = errors.New("mailbox: something else is there")
	// ErrNone: there is nothing here for this claim.
	ErrNone = errors.New("mailbox: nothing is there")
	// ErrSilent: no answer, or none that a mailbox gives. Later there may be one.
	ErrSilent = errors.New("mailbox: no answer that can be used")
)

// NotNow is ErrSilent of a mailbox that said for how long it wants to be left alone:
// at most five minutes.
type NotNow time.Duration

func (NotNow) Error() string { return ErrSilent.Error() }

// Is makes it ErrSilent for whoever does not care when.
func (NotNow) Is(target error) bool { return target == ErrSilent }

// RetryAfter is for how long, 0 where the mailbox did not say.
func RetryAfter(err error) time.Duration {
	after, _ := err.(NotNow)
	return time.Duration(after)
}

// parseRetryAfter reads the seconds of a Retry-After. A date is not read: the clocks
// of the two need not agree.
func parseRetryAfter(value string) (after time.Duration) {
	for i := range len(value) {
		if value[i] < '0' || value[i] > '9' {
			return 0
		}
		after = min(after*10+time.Duration(value[i]-'0')*time.Second, maxRetryAfter)
	}
	return after
}

// Client asks the mailbox of one origin. Whatever comes back is measured here and
// may be anything all the same: its sender is not known.
type Client struct {
	origin string
	caller caller
}

// NewClient gives a client for the mailbox at an origin such as
// https://chat.example. Nothing is asked yet. Where somebody else named the origin, a
// program must not be led to this computer, or to what is nearest to it, such as a
// cloud's own data: without anywhere such addresses are silent, whatever name has them.
func NewClient(origin string, anywhere bool) *Client {
	return &Client{origin: origin, caller: newCaller(origin, anywhere)}
}

// Close lets go of connections that are kept open. A client can be used after it.
func (c *Client) Close() { c.caller.close() }

// Put leaves a reply for Lifetime. Nil also where the same bytes are there already,
// which prolongs nothing.
func (c *Client) Put(ctx context.Context, slot Slot, reply []byte) error {
	_, err := c.ask(ctx, PathPut, NewPut(slot, reply))
	return err
}

// Take fetches the reply and makes the slot this claim's: asked again it gives
// the same bytes, to nobody else any. ErrNone where there is none yet.
func (c *Client) Take(ctx context.Context, slot Slot, claim Claim) ([]byte, error) {
	reply, err := c.ask(ctx, PathTake, NewClaim(slot, claim))
	if err == nil && !isReply(reply) {
		return nil, ErrSilent
	}
	return reply, err
}

// Drop removes what this claim took. Nil also where there was nothing.
func (c *Client) Drop(ctx context.Context, slot Slot, claim Claim) error {
	_, err := c.ask(ctx, PathDrop, NewClaim(slot, claim))
	return err
}

func (c *Client) ask(ctx context.Context, path string, body []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	got, err := c.caller.post(ctx, c.origin+path, body)
	switch status := got.status; {
	case err != nil:
		return nil, ErrSilent
	case status == 200 && path == PathTake:
		return got.body, nil
	case status == 204 && path == PathTake:
		return nil, ErrNone
	case status == 204:
		return nil, nil
	case status == 409 && path == PathPut:
		return nil, ErrOccupied
	case status == 429, status == 500, status == 503:
		if after := parseRetryAfter(got.retryAfter); after > 0 {
			return nil, NotNow(after)
		}
	}
	return nil, ErrSilent
}

// response is what is read of one.
type response struct {
	status     int
	retryAfter string
	body       []byte // of 200 alone, MaxReply+1 bytes at most
}
