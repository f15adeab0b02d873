// Package mailbox is what the engine and a mailbox agree on, and the engine's
// side of it: a reply waits, sealed, for at most five minutes (PROTOCOL.md §2.6).
//
//	put   slot(16) ‖ reply(177, 241 or 305)   204, 409 other bytes are there, or any were
//	take  slot(16) ‖ claim(16)                200 reply, 204 nothing for this claim
//	drop  slot(16) ‖ claim(16)                204, also where there was nothing
//
// All of it is POST under the link's own origin. No id stands in an address.
package mailbox

import "time"

// The three operations, at the link's own origin.
const (
	PathPut  = "/api/v1/put"
	PathTake = "/api/v1/take"
	PathDrop = "/api/v1/drop"
)

// ContentType is that of every body, both ways, to the letter: no parameter, no capitals.
const ContentType = "application/octet-stream"

// Lifetime is for how long a reply waits after it was put, whatever happens to it.
const Lifetime = 5 * time.Minute

// Sizes in bytes. A body is measured before it is read.
const (
	slotSize  = 16
	claimSize = 16
	replyKind = 0xAD
	MaxReply  = 305
	MaxBody   = slotSize + MaxReply
)

// Slot names the place where the reply to one invite waits (seal.MailboxSlot).
type Slot [slotSize]byte

// String hides the slot: whoever reads it in a log could take the reply.
func (Slot) String() string { return "mailbox.Slot" }

// Claim is drawn by whoever takes, and makes the slot theirs.
type Claim [claimSize]byte

// String hides the claim.
func (Claim) String() string { return "mailbox.Claim" }

// isReply: the three sizes of PROTOCOL.md §2.3. What is inside, behind the kind, is
// not the mailbox's to know.
func isReply(b []byte) bool {
	return len(b) == 177 || len(b) == 241 || len(b) == MaxReply
}

// NewPut is the body of put.
func NewPut(slot Slot, reply []byte) []byte {
	return append(append(make([]byte, 0, MaxBody), slot[:]...), reply...)
}

// ParsePut reads the body of put. The reply is part of body. An invite that somebody
// put by mistake would stay for five minutes where whoever has the link can take it.
func ParsePut(body []byte) (slot Slot, reply []byte, ok bool) {
	if len(body) < slotSize || !isReply(body[slotSize:]) || body[slotSize] != replyKind {
		return Slot{}, nil, false
	}
	return Slot(body), body[slotSize:], true
}

// NewClaim is the body of take and of drop.
func NewClaim(slot Slot, claim Claim) []byte {
	return append(append(make([]byte, 0, slotSize+claimSize), slot[:]...), claim[:]...)
}

// ParseClaim reads the body of take and of drop.
func ParseClaim(body []byte) (slot Slot, claim Claim, ok bool) {
	if len(body) != slotSize+claimSize {
		return Slot{}, Claim{}, false
	}
	return Slot(body), Claim(body[slotSize:]), true
}
