package chat

import (
	"strconv"
	"sync"
	"time"

	"tincan/internal/sdp"
	"tincan/internal/seal"
)

// maxNotes is how many lines a diary holds. It is for finding out why a chat does not begin;
// what happens late in a long chat does not help there.
const maxNotes = 200

// Diary records how a path to the other person was looked for: states, kinds of candidates,
// times. It holds no address, no name and nothing secret. It can be read while a chat is being
// made, while it goes on, and after its end.
type Diary struct {
	mu    sync.Mutex
	began time.Time
	lines []string
}

// NewDiary returns an empty diary, for Config.Diary.
func NewDiary() *Diary { return &Diary{began: time.Now()} }

// begin notes the role and what the person allows.
func (d *Diary) begin(role seal.Role, n Network) {
	side := "inviter"
	if role == seal.Joiner {
		side = "joiner"
	}
	d.note(side + ", ways: " + string(n.Mode) + ", STUN servers named: " + strconv.Itoa(len(n.STUN)) +
		", TURN: " + strconv.Itoa(len(n.TURN)))
}

// note adds a line with the time since the beginning, in seconds.
func (d *Diary) note(text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.lines) == maxNotes {
		return
	}
	ms := time.Since(d.began).Milliseconds()
	thousandths := strconv.FormatInt(1000+ms%1000, 10)[1:]
	d.lines = append(d.lines, strconv.FormatInt(ms/1000, 10)+"."+thousandths+" "+text)
}

func (d *Diary) candidates(whose string, description sdp.Description) {
	d.note(whose + " candidates: " + count(description.Candidates))
}

// Text is all of it, line by line.
func (d *Diary) Text() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	text := "tincan diagnostics: seconds since the start, no addresses\n"
	for _, line := range d.lines {
		text += line + "\n"
	}
	return text
}

// count says how many candidates there are of each kind.
func count(list []sdp.Candidate) string {
	text := ""
	for _, kind := range []struct {
		name string
		is   func(sdp.Candidate) bool
	}{
		{"host", func(c sdp.Candidate) bool { return c.Type == sdp.Host && c.Address.Kind != sdp.MDNS }},
		{"mDNS", func(c sdp.Candidate) bool { return c.Address.Kind == sdp.MDNS }},
		{"srflx", func(c sdp.Candidate) bool { return c.Type == sdp.ServerReflexive }},
		{"relay", func(c sdp.Candidate) bool { return c.Type == sdp.Relayed }},
	} {
		n := 0
		for _, c := range list {
			if kind.is(c) {
				n++
			}
		}
		if n > 0 {
			text += strconv.Itoa(n) + " " + kind.name + " "
		}
	}
	if text == "" {
		return "none"
	}
	return text[:len(text)-1]
}
