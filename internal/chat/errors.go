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
	CodeWantRepair     Code = "want-repair"
	CodeOwnInvite      Code = "own-invite"
	CodeOwnReply       Code = "own-reply"
	CodeOwnRepair      Code = "own-repair"
	CodeOtherInvite    Code = "other-invite"
	CodeWrongChat      Code = "wrong-chat"
	CodeAlreadyUsed    Code = "already-used"
	CodeNoRepair       Code = "no-repair"
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
	CodeNotOpen        Code = "not-open"
	CodeMessageEmpty   Code = "message-empty"
	CodeMessageTooLong Code = "message-too-long"
	CodeTooManyWaiting Code = "too-many-waiting"
	CodeNoFiles        Code = "no-files"
	CodeNoFile         Code = "no-file"
	CodeTooManyFiles   Code = "too-many-files"
	CodeNoTalk         Code = "no-talk"
	CodeNoMessage      Code = "no-message"
	CodeNoEmoji        Code = "no-emoji"
	CodeEnded          Code = "ended"
	CodeInternal       Code = "internal"
)

// Error is a failure with its code. Each front (page, terminal, JSON) has a sentence for each
// code. The cause, if there is one, is for tests and is never shown.
type Error struct {
	Code  Code
	cause error
}

// Error names the code.
func (e *Error) Error() string { return "chat: " + string(e.Code) }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// Errors that the owner of a session returns itself.
var (
	ErrTooLong  = fail(CodeTooLong, nil)
	ErrEnded    = fail(CodeEnded, nil)
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

// ReasonClosed and ReasonDiffer are this person's doing. ReasonLeft and the two behind it are
// the other person's, as their goodbye says. ReasonUntrusted is for everything that nobody
// sends who follows the protocol.
const (
	ReasonClosed      Reason = "closed"
	ReasonLeft        Reason = "left"
	ReasonOtherClosed Reason = "other-closed"
	ReasonOtherDiffer Reason = "other-differ"
	ReasonLost        Reason = "lost"
	ReasonUnreachable Reason = "unreachable"
	ReasonUntrusted   Reason = "untrusted"
	ReasonDiffer      Reason = "differ"
	ReasonTries       Reason = "tries"
	ReasonInternal    Reason = "internal"
)
