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
	// GoodFor is for how long the public address in the link is kept alive; 0 is for as long
	// as the session lasts.
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

// A text that holds none of them, or two different codes, is an error.
const (
	KindInvite Kind = "invite"
	KindReply  Kind = "reply"
	// KindRepair brings a chat back whose line broke. It is worth something only to that chat.
	KindRepair Kind = "repair"
)

// Found is what a pasted text holds.
type Found struct {
	Kind Kind
	// Code is the bare code, without link or surroundings.
	Code string
	// Mailbox is the origin of the link of an invite that names a mailbox; empty for
	// any other code, and for a bare one. Whoever made the link chose it.
	Mailbox string
}

// Find looks for the one code in a pasted text.
func Find(text string) (Found, error) {
	code, origin, err := invite.FindLink(text)
	if err != nil {
		return Found{}, textError(err)
	}
	switch {
	case code.IsReply():
		return Found{Kind: KindReply, Code: code.LinkText()}, nil
	case code.IsRepair():
		return Found{Kind: KindRepair, Code: code.LinkText()}, nil
	}
	inv, err := invite.ParseInvite(code, true)
	if err != nil {
		return Found{}, textError(err)
	}
	inv.Secret.Wipe()
	if !inv.Mailbox {
		origin = ""
	}
	return Found{Kind: KindInvite, Code: code.LinkText(), Mailbox: origin}, nil
}
