package chat

// typingTicks is how many turns of the clock are between two typing frames. The first of
// them may come at once, so that it is 4 s at least.
const typingTicks = 5

// typing is that somebody is writing: this person, and the other one.
type typing struct {
	due  bool // a frame goes next
	rest int  // turns of the clock until another may
	told bool // of the other one since the last turn, however many frames came
}

// write has a frame go, unless one went too lately.
func (t *typing) write() {
	if t.rest == 0 {
		t.due, t.rest = true, typingTicks
	}
}

// goes tells whether a frame goes now.
func (t *typing) goes() bool {
	due := t.due
	t.due = false
	return due
}

// heard tells whether a frame of the other side is news.
func (t *typing) heard() bool {
	was := t.told
	t.told = true
	return !was
}

// tick is a turn of the clock.
func (t *typing) tick() {
	t.told = false
	t.rest = max(t.rest-1, 0)
}
