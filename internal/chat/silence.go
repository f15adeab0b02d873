package chat

import "time"

// silence measures for how long the other side has sent nothing while we were reading.
type silence struct {
	heard  time.Time     // when something last came
	length time.Duration // of the silence: time in which something could have come, and did not
	until  time.Time     // length is counted up to this time
	told   bool          // the person has been told of this silence
}

// since is the time that has passed by the calendar: the other clock stands still while a computer sleeps.
func since(then, now time.Time) time.Duration { return now.Round(0).Sub(then.Round(0)) }

// broken is called when anything comes from the other side.
func (s *silence) broken(now time.Time) {
	*s = silence{heard: now, until: now}
}

// listened is called at each tick of the clock. reading says whether we were reading from the
// connection: while our events are not fetched we are not, and what the other side sends
// waits. Nor does a page read that the browser has frozen. Such a tick comes late, so no tick
// counts for more than most, a third of what makes a connection lost.
func (s *silence) listened(now time.Time, reading bool, most time.Duration) {
	if reading {
		s.length += min(now.Sub(s.until), most)
	}
	s.until = now
}

// woken is called when we were asleep until now, or may have been: the silence is lost after so
// much longer, if nothing comes by then.
func (s *silence) woken(lost, left time.Duration) { s.length = max(s.length, lost-left) }

// lost tells whether the silence is so long that the connection counts as lost.
func (s *silence) lost(after time.Duration) bool { return s.length >= after }

// absent is true once in each silence, when it is time to tell the person what they can do.
func (s *silence) absent(after time.Duration) bool {
	if s.told || s.length < after {
		return false
	}
	s.told = true
	return true
}
