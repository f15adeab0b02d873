package chat

import (
	"strings"
	"testing"
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

// MailClock says how mailboxes are asked in a test.
type MailClock struct {
	Rarely bool          // a session has no reason of its own to ask for minutes
	Over   time.Duration // ask up to this age of the link
	Gone   time.Duration // replies have expired after this
}

// FastMail makes seconds at the mailbox pass in fiftieths, until the test and all its
// sessions have ended.
func FastMail(t testing.TB, c MailClock) {
	was, tick := mailTiming, timing.tick
	t.Cleanup(func() { mailTiming, timing.tick = was, tick })
	mailTiming.first = []time.Duration{20 * time.Millisecond}
	mailTiming.often, mailTiming.less, mailTiming.again = 40*time.Millisecond, 40*time.Millisecond, 5*time.Millisecond
	timing.tick = 10 * time.Millisecond
	if c.Rarely {
		mailTiming.first, mailTiming.often = nil, 10*time.Minute
	}
	if c.Over > 0 {
		mailTiming.over = c.Over
	}
	if c.Gone > 0 {
		mailTiming.gone = c.Gone
	}
}

// NextAsk is the schedule.
func NextAsk(age time.Duration) time.Duration { return nextAsk(age) }

// MailboxSentences are all of them.
func MailboxSentences() map[MailboxState]string { return mailboxSentences }
