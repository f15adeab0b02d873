package chat

import (
	"strings"
	"time"

	"tincan/internal/invite"
)

// FastClock makes seconds pass in hundredths. The returned function undoes it.
func FastClock() (undo func()) {
	was := timing
	for _, d := range []*time.Duration{&timing.tick, &timing.handshake, &timing.ping, &timing.silence, &timing.look, &timing.slow, &timing.goodbye} {
		*d /= 20
	}
	timing.alone, timing.giveUp = 2*timing.slow, 2*timing.slow
	return func() { timing = was }
}

// LinkPrefixes are what a link and its QR text begin with.
func LinkPrefixes(site string) (link, qr string) {
	code := invite.Code{0x89}
	l := newLink(site, code)
	return strings.TrimSuffix(l.Link, code.LinkText()), strings.TrimSuffix(l.QR, code.QRText())
}

// Sentences are all of them, by code and by reason.
func Sentences() map[string]string {
	all := map[string]string{}
	for code, s := range sentences {
		all["code "+string(code)] = s
	}
	for reason, s := range reasonSentences {
		all["reason "+string(reason)] = s
	}
	return all
}
