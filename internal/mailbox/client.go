package mailbox

import (
	"context"
	"errors"
	"time"
)

// patience is how long a request may take.
const patience = 10 * time.Second

// maxRetryAfter is how long a client waits at most, whatever Retry-After says.
const maxRetryAfter = 5 * time.Minute

// The errors that callers of a Client tell apart.
var (
	// ErrOccupied: another reply lies in the slot.
	ErrOccupied = errors.New("mailbox: something else is there")
	// ErrNone: there is no reply in the slot, or none that this claim may take.
	ErrNone = errors.New("mailbox: nothing is there")
	// ErrSilent: there was no answer, or one that no mailbox gives. It can be asked again.
	ErrSilent = errors.New("mailbox: no answer that can be used")
)

// NotNow is the ErrSilent of a mailbox that has said (Retry-After) for how long it does not want
// to be asked. It is five minutes at most.
type NotNow time.Duration

func (NotNow) Error() string { return ErrSilent.Error() }

// Is makes errors.Is(err, ErrSilent) true.
func (NotNow) Is(target error) bool { return target == ErrSilent }

// RetryAfter is for how long a mailbox does not want to be asked, 0 if it has not said.
func RetryAfter(err error) time.Duration {
	after, _ := err.(NotNow)
	return time.Duration(after)
}

// parseRetryAfter reads a Retry-After in seconds. One with a date is ignored, as the clocks of
// the two computers may differ.
func parseRetryAfter(value string) (after time.Duration) {
	for i := range len(value) {
		if value[i] < '0' || value[i] > '9' {
			return 0
		}
		after = min(after*10+time.Duration(value[i]-'0')*time.Second, maxRetryAfter)
	}
	return after
}

// Client makes requests to the mailbox at one origin. It checks the size of what comes back, and
// no more: the bytes may be anybody's.
type Client struct {
	origin string
	caller caller
}

// NewClient makes a client for the mailbox at an origin such as https://chat.example. It makes no
// request yet. If somebody else has chosen the origin, anywhere must be false: then loopback
// and link-local addresses are not asked but are ErrSilent, also behind a name that leads to
// them. Otherwise a link could make a program talk to this computer itself, or to the metadata
// service of a cloud.
func NewClient(origin string, anywhere bool) *Client {
	return &Client{origin: origin, caller: newCaller(origin, anywhere)}
}

// Close closes connections that are kept open. The client can still be used after it.
func (c *Client) Close() { c.caller.close() }

// Put leaves a reply in the slot for Lifetime. If the same bytes lie there already, it returns
// nil, and their time is not prolonged.
func (c *Client) Put(ctx context.Context, slot Slot, reply []byte) error {
	_, err := c.ask(ctx, PathPut, NewPut(slot, reply))
	return err
}

// Take fetches the reply, and binds it to this claim: the same claim gets it again, any other
// gets nothing. It returns ErrNone if there is no reply yet.
func (c *Client) Take(ctx context.Context, slot Slot, claim Claim) ([]byte, error) {
	reply, err := c.ask(ctx, PathTake, NewClaim(slot, claim))
	if err == nil && !isReply(reply) {
		return nil, ErrSilent
	}
	return reply, err
}

// Drop removes the reply that this claim has taken. If there is none, it returns nil, too.
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

// response is the part of an HTTP response that is looked at.
type response struct {
	status     int
	retryAfter string
	body       []byte // only if the status is 200; at most MaxReply+1 bytes
}
