package chat

import (
	"errors"

	"tincan/internal/invite"
)

// Code names a failure for programs: on the command line's JSON, in
// engine.d.ts, in tests. The list is closed; test/architecture compares it.
type Code string

// What can fail. The sentence that a person reads of each is the front's to say.
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

// Error is a failure with its code, for which each front has a sentence. Its cause, if any,
// is for tests and never shown.
type Error struct {
	Code  Code
	cause error
}

// Error names the code.
func (e *Error) Error() string { return "chat: " + string(e.Code) }

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

// Closed and differ are this person's doing; left and the two behind it the other one's,
// who said so. Untrusted is for whatever nobody sends who follows the protocol.
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
