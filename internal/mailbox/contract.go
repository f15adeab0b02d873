// Package mailbox is the contract between the engine and a mailbox, in which a sealed reply waits
// for at most five minutes (PROTOCOL.md §2.6), and the engine's side of it, Client.
//
//	put   slot(16) ‖ reply(177, 241 or 305)   204, 409 other bytes are there, or any were
//	take  slot(16) ‖ claim(16)                200 reply, 204 nothing for this claim
//	drop  slot(16) ‖ claim(16)                204, also where there was nothing
//
// Every request is a POST to the origin of the link. Slot and claim stand in the body, never in
// the address.
package mailbox

import "time"

// The three operations, at the link's own origin.
const (
	PathPut  = "/api/v1/put"
	PathTake = "/api/v1/take"
	PathDrop = "/api/v1/drop"
)

// ContentType is the type of every body, in requests and answers. It must be exactly this, without
// parameters or capitals.
const ContentType = "application/octet-stream"

// Lifetime is how long a reply stays after it was put. Nothing prolongs it.
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

// Claim is a random number drawn by whoever takes a reply. Nobody without it can take the same
// reply again.
type Claim [claimSize]byte

// String hides the claim.
func (Claim) String() string { return "mailbox.Claim" }

// isReply tells whether b has one of the three sizes of PROTOCOL.md §2.3 and the first byte of a
// reply. The mailbox cannot know what is inside.
func isReply(b []byte) bool {
	return len(b) == 177 || len(b) == 241 || len(b) == MaxReply
}

// NewPut makes the body of put.
func NewPut(slot Slot, reply []byte) []byte {
	return append(append(make([]byte, 0, MaxBody), slot[:]...), reply...)
}

// ParsePut reads the body of put. The reply that it returns shares memory with body. Anything
// that is no reply is refused: an invite that was put by mistake could be taken for five minutes.
func ParsePut(body []byte) (slot Slot, reply []byte, ok bool) {
	if len(body) < slotSize || !isReply(body[slotSize:]) || body[slotSize] != replyKind {
		return Slot{}, nil, false
	}
	return Slot(body), body[slotSize:], true
}

// NewClaim makes the body of take and of drop.
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
