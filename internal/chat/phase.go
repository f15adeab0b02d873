package chat

import "time"

// State is what a person reads of where a chat stands.
type State string

// The states. From lost on, each can turn into every other of these and into open.
const (
	StateWaiting    State = "waiting"    // for a reply, or for our reply to be used
	StateConnecting State = "connecting" // both know each other
	StateOpen       State = "open"
	StateLost       State = "lost"   // nothing heard for a while, or the line broke
	StateTrying     State = "trying" // the same, and another line is looked for
	StateAsking     State = "asking" // the same, and the mailbox is asked, too
	StatePaused     State = "paused" // the same for long, and nothing is looked for before the person comes back
)

// phase is where a chat stands. It only moves on, except between open, apart and paused, and back to waiting where
// another return is made.
type phase byte

const (
	making  phase = iota // our link is not made yet
	waiting              // our link is out, and nobody has used it
	looking              // the inviter has the reply; the two look for a way to each other
	shaking              // the channel is open: M1 to M3
	open                 // both have the same keys
	apart                // it was open, and nothing has been heard for a while, or the line broke
	paused               // apart for so long that nothing is looked for
	leaving              // our bye is on its way
)

// state is what the person reads in a phase. For leaving it is empty: the state stays what it
// was.
func (p phase) state() State {
	switch p {
	case waiting:
		return StateWaiting
	case looking, shaking:
		return StateConnecting
	case open:
		return StateOpen
	case apart:
		return StateLost
	case paused:
		return StatePaused
	}
	return ""
}

// met tells whether the two ends know each other.
func (p phase) met() bool { return p >= looking }

// opened tells whether the chat is open or has been, so that there are keys for frames.
func (p phase) opened() bool { return p >= open }

// broken tells whether the chat was open and has no line that carries.
func (p phase) broken() bool { return p == apart || p == paused }

// stage is where this chat stands.
type stage struct {
	phase  phase
	since  time.Time // when the phase began; in shaking, when the last handshake message came
	ending Reason    // in leaving: why we leave
	told   State     // what the person has been told
}

// enter begins a phase, and tells the state if it changes.
func (s *Session) enter(p phase, now time.Time) {
	s.phase, s.since = p, now
	s.tellState()
}

// tellState tells the state if it is another than the person has been told.
func (s *Session) tellState() {
	state := s.phase.state()
	switch {
	case s.phase == apart && !s.lines.courier.began.IsZero():
		state = StateAsking
	case s.phase == apart && s.lines.tried() > 0:
		state = StateTrying
	}
	if state != s.told && state != "" {
		s.told = state
		s.diary.note("chat: " + string(state))
		s.events.push(StateChanged{state})
	}
}
