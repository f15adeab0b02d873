package chat

import "time"

// silence is how long the other side has said nothing, as far as this one has listened.
type silence struct {
	heard  time.Time     // last
	length time.Duration // what the other side could have said something in, and did not
	until  time.Time     // up to when length is counted
	told   bool          // that they are absent, in this silence
}

// broken is for whatever comes from the other side.
func (s *silence) broken(now time.Time) {
	*s = silence{heard: now, until: now}
}

// listened counts on, at each turn of the clock. reading tells whether this side was: while
// the reader of events is slow, what the other side says waits unread. A page that was frozen
// has not listened either, so that a turn which took long counts as most, a third of what
// makes a connection lost.
func (s *silence) listened(now time.Time, reading bool, most time.Duration) {
	if reading {
		s.length += min(now.Sub(s.until), most)
	}
	s.until = now
}

// lost tells that it has become too long for a connection.
func (s *silence) lost(after time.Duration) bool { return s.length >= after }

// absent tells, once in each silence, that the person should know what can be done.
func (s *silence) absent(after time.Duration) bool {
	if s.told || s.length < after {
		return false
	}
	s.told = true
	return true
}
