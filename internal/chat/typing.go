package chat

// typingTicks is how many ticks of the clock must pass between two typing frames. The first
// tick may come at once, so five of them are at least 4 s.
const typingTicks = 5

// typing keeps account of typing frames, ours and the other side's.
type typing struct {
	due  bool // a frame of ours waits to be sent
	rest int  // ticks until we may send another
	told bool // since the last tick the person has been told that the other one writes
}

// write makes a frame due, unless the last one was too lately.
func (t *typing) write() {
	if t.rest == 0 {
		t.due, t.rest = true, typingTicks
	}
}

// goes tells whether a frame is due, and takes it as sent.
func (t *typing) goes() bool {
	due := t.due
	t.due = false
	return due
}

// heard is called for a frame of the other side, and tells whether the person should be told.
func (t *typing) heard() bool {
	was := t.told
	t.told = true
	return !was
}

// tick is called at each tick of the clock.
func (t *typing) tick() {
	t.told = false
	t.rest = max(t.rest-1, 0)
}
