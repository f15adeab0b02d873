package chat

import (
	"errors"

	"tincan/internal/invite"
)

// Code names a failure for programs: on the command line's JSON, in
// engine.d.ts, in tests. The list is closed; test/architecture compares it.
type Code string

// The codes. Each has a sentence below.
const (
	CodeEmpty          Code = "empty"
	CodeTooLong        Code = "too-long"
	CodeNoCode         Code = "no-code"
	CodeSeveralCodes   Code = "several-codes"
	CodeCut            Code = "cut"
	CodeVersion        Code = "version"
	CodeMalformed      Code = "malformed"
	CodeWantInvite     Code = "want-invite"
	CodeWantReply      Code = "want-reply"
	CodeOwnInvite      Code = "own-invite"
	CodeOwnReply       Code = "own-reply"
	CodeOtherInvite    Code = "other-invite"
	CodeAlreadyUsed    Code = "already-used"
	CodeSecondReply    Code = "second-reply"
	CodeTries          Code = "tries"
	CodeNoWebRTC       Code = "no-webrtc"
	CodeNoAddresses    Code = "no-addresses"
	CodeUnreachable    Code = "unreachable"
	CodeSTUNSilent     Code = "stun-silent"
	CodeUDPBlocked     Code = "udp-blocked"
	CodeSymmetric      Code = "symmetric"
	CodeSymmetricPair  Code = "symmetric-pair"
	CodeHiddenAddress  Code = "hidden-address"
	CodeOldLink        Code = "old-link"
	CodeNobodyCame     Code = "nobody-came"
	CodeNoRelay        Code = "no-relay"
	CodeRelaySilent    Code = "relay-silent"
	CodeBusy           Code = "busy"
	CodeNoChat         Code = "no-chat"
	CodeNotOpen        Code = "not-open"
	CodeMessageEmpty   Code = "message-empty"
	CodeMessageTooLong Code = "message-too-long"
	CodeTooManyWaiting Code = "too-many-waiting"
	CodeEnded          Code = "ended"
	CodeInternal       Code = "internal"
)

// sentences say what happened and what to do, to a person.
var sentences = map[Code]string{
	CodeEmpty:          "There is nothing to read. Paste the invite or reply you were sent.",
	CodeTooLong:        "This is too much text to search. Paste only the invite or reply.",
	CodeNoCode:         "There is no invite or reply in this text. Copy the whole message you were sent.",
	CodeSeveralCodes:   "There are two different invites or replies in this text. Paste only the newest one.",
	CodeCut:            "The end of this link is missing. Copy it again, to the last letter.",
	CodeVersion:        "This link was made by another version of tincan. Both of you need the same one: reload, or update.",
	CodeMalformed:      "Something inside this link was changed on its way. Ask for it to be sent again, or for a new one.",
	CodeWantInvite:     "This is a reply. It belongs to the person who made the invite; here an invite is needed.",
	CodeWantReply:      "This is an invite. Here the reply to your own invite is needed.",
	CodeOwnInvite:      "This is your own invite. Send it to the other person, and paste here what comes back.",
	CodeOwnReply:       "This is your own reply. Send it to the person who invited you.",
	CodeOtherInvite:    "This reply belongs to another invite. Ask for the reply to the newest one.",
	CodeAlreadyUsed:    "This reply has been used already. The chat goes on.",
	CodeSecondReply:    "Somebody else also answered this invite, so somebody else had your link. Compare the safety words before you trust this chat.",
	CodeTries:          "Ten replies did not fit this invite. Make a new one.",
	CodeNoWebRTC:       "This browser offers no WebRTC, so it cannot connect directly. Another browser, or its settings, may.",
	CodeNoAddresses:    "No network address was found. Connect to a network, then make a new link.",
	CodeSTUNSilent:     "None of the STUN servers answered: they are down, or this network blocks UDP. The link works on the same network; for others try another network, another server (--stun) or a relay (--turn).",
	CodeUDPBlocked:     "This network blocks UDP, so the chat goes through the relay, which sees both addresses but no message. For a direct one, try another network.",
	CodeSymmetric:      "This network gives every connection another port (symmetric NAT), so it reaches only people on an open network. Try another network, such as a phone's hotspot, or name a relay (--turn).",
	CodeSymmetricPair:  "There is no connection yet. One of the two networks gives every connection another port (symmetric NAT), and the other lets nobody in unasked. One of you can try another network, such as a phone's hotspot, or name a relay (--turn).",
	CodeHiddenAddress:  "There is no connection yet. The other browser names its address in a way that works on its own network only. Be both on the same Wi-Fi, not a guest one, or let both ask a STUN server.",
	CodeOldLink:        "There is no connection yet. The link was too old when the reply came: the address in it is no longer kept. Make a new link and reply sooner.",
	CodeNobodyCame:     "Nobody has connected with this reply yet. The invite may have been used already, or its page closed. Ask whether the reply arrived, or for a new link.",
	CodeNoRelay:        "Only relayed chats are allowed here, but no relay is named. Name one (--turn), or allow other ways.",
	CodeRelaySilent:    "The relay did not answer or did not accept the login, so it cannot be used. Check its address and login (--turn).",
	CodeUnreachable:    "There is no connection yet. A firewall or the two networks may not allow a direct one; try both on the same Wi-Fi, or another network.",
	CodeBusy:           "A chat is already under way here. Leave it first, or open another tab.",
	CodeNoChat:         "There is no chat here yet. Make an invite, or open one.",
	CodeNotOpen:        "The chat is not open yet.",
	CodeMessageEmpty:   "There is nothing to send.",
	CodeMessageTooLong: "This message is too long: 65,536 bytes at most. Send it in parts.",
	CodeTooManyWaiting: "Too many messages are waiting to be delivered. Wait a moment, then send again.",
	CodeEnded:          "This chat has ended. Make a new link.",
	CodeInternal:       "Something went wrong in tincan itself. Make a new link, and tell us if it happens again.",
}

// Error is a failure with its sentence. Its cause, if any, is for tests and
// never shown.
type Error struct {
	Code  Code
	cause error
}

// Error is the sentence.
func (e *Error) Error() string { return sentences[e.Code] }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// What the holder of a session says itself.
var (
	ErrBusy     = fail(CodeBusy, nil)
	ErrNoChat   = fail(CodeNoChat, nil)
	ErrTooLong  = fail(CodeTooLong, nil)
	ErrInternal = fail(CodeInternal, nil)
)

// CodeOf is the code of an error from this package, CodeInternal for others.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeInternal
}

// asError is err where that has a code, else an internal failure.
func asError(err error) error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return fail(CodeInternal, err)
}

func fail(code Code, cause error) error { return &Error{Code: code, cause: cause} }

// textError names what the parser of codes found.
func textError(err error) error {
	switch err {
	case invite.ErrEmpty:
		return fail(CodeEmpty, err)
	case invite.ErrTooLong:
		return fail(CodeTooLong, err)
	case invite.ErrNoCode:
		return fail(CodeNoCode, err)
	case invite.ErrSeveral:
		return fail(CodeSeveralCodes, err)
	case invite.ErrCut:
		return fail(CodeCut, err)
	case invite.ErrVersion:
		return fail(CodeVersion, err)
	}
	return fail(CodeMalformed, err)
}

// Reason says why a chat ended.
type Reason string

// The reasons.
const (
	ReasonClosed      Reason = "closed"
	ReasonLeft        Reason = "left" // so says the other side's goodbye, as do the next two
	ReasonOtherClosed Reason = "other-closed"
	ReasonOtherDiffer Reason = "other-differ"
	ReasonLost        Reason = "lost"
	ReasonUnreachable Reason = "unreachable"
	ReasonUntrusted   Reason = "untrusted"
	ReasonDiffer      Reason = "differ"
	ReasonTries       Reason = "tries"
	ReasonInternal    Reason = "internal"
)

var reasonSentences = map[Reason]string{
	ReasonClosed:      "You left the chat. Nothing of it was stored.",
	ReasonLeft:        "The other person left. Nothing of the chat was stored.",
	ReasonOtherClosed: "The other person closed the page or the program. Nothing of the chat was stored. Make a new link to go on.",
	ReasonOtherDiffer: "The other person says that the safety words differ, so somebody may have read along. Make a new link and send it another way.",
	ReasonLost:        "The connection was lost and did not come back. Make a new link to go on.",
	ReasonUnreachable: "No connection was found. Try both on the same Wi-Fi, or another network, with a new link.",
	ReasonUntrusted:   "This connection could not be trusted. Make a new link.",
	ReasonDiffer:      "The safety words differ, so somebody may have read along. The chat was ended; make a new link and send it another way.",
	ReasonTries:       sentences[CodeTries],
	ReasonInternal:    sentences[CodeInternal],
}

// Sentence says to a person what happened and what to do.
func (r Reason) Sentence() string { return reasonSentences[r] }
