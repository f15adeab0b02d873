package chat

import (
	"strings"
	"time"

	"tincan/internal/invite"
)

// Link is a code to hand over by hand: as text, and as the text of a QR code.
type Link struct {
	Link string
	QR   string
	// GoodFor is for how long the public address in it is kept alive; 0 is for
	// as long as the session.
	GoodFor time.Duration
}

// newLink puts the site before a code. Without a site both are the bare code.
func newLink(site string, code invite.Code) Link {
	if site == "" {
		return Link{Link: code.LinkText(), QR: code.QRText()}
	}
	site, _, _ = strings.Cut(site, "#")
	scheme, rest, _ := strings.Cut(site, "://")
	host, path, hasPath := strings.Cut(rest, "/")
	if !hasPath {
		site += "/"
	}
	qrSite := site
	if path == "" {
		// Scheme and host have no case; capitals take less room in a QR code.
		qrSite = strings.ToUpper(scheme) + "://" + strings.ToUpper(host) + "/"
	}
	return Link{Link: site + "#" + code.LinkText(), QR: qrSite + "#" + code.QRText()}
}

// Kind is what a pasted text holds.
type Kind string

// The kinds.
const (
	KindInvite Kind = "invite"
	KindReply  Kind = "reply"
)

// Find returns the bare code in a pasted text and its kind.
func Find(text string) (Kind, string, error) {
	code, err := invite.Find(text)
	if err != nil {
		return "", "", textError(err)
	}
	if code.IsReply() {
		return KindReply, code.LinkText(), nil
	}
	return KindInvite, code.LinkText(), nil
}
