package chat

import (
	"time"

	"tincan/internal/mailbox"
)

// timing is how long things take, and may take, in one session.
type timing struct {
	tick      time.Duration // how often the clock is looked at
	handshake time.Duration // between two handshake messages
	ack       time.Duration // an ack may wait for more frames to serve for
	heard     time.Duration // after we last said what has arrived, say it again
	silence   time.Duration // of the other's before "connection lost"
	absent    time.Duration // of the other's before the person is told what can be done
	woken     time.Duration // after we slept: what is left of silence, if nothing had come for as long
	mute      time.Duration // of the other's silence, after which we say nothing until something comes
	look      time.Duration // at what gathering found out, after the link is made
	slow      time.Duration // after Accept: say that something is wrong
	alone     time.Duration // after our reply is made: say that nobody came
	giveUp    time.Duration // after Accept: end
	goodbye   time.Duration // for the other side to see our bye
	mail      schedule
	lines     lineTiming
}

// lineTiming is how long the steps towards another line take.
type lineTiming struct {
	card   time.Duration // after the chat has opened: make cards
	pair   time.Duration // between two cards that are tried
	last   time.Duration // before the last of them is tried, too
	stale  time.Duration // before a person who asks for a repair again gets another one
	answer time.Duration // before a repair that has led to nothing is answered with another
	mail   time.Duration // apart, before the mailbox is asked
	pause  time.Duration // apart, before nothing is looked for any more
	ticket time.Duration // after the other side has a new ticket, to keep the one before
	resume time.Duration // for what a new line has to bring, and for an old one to prove that it has healed
}

// schedule is when the mailbox is asked.
type schedule struct {
	first []time.Duration // ages of the link at which it is asked first
	often time.Duration   // then so often,
	until time.Duration   // up to this age,
	less  time.Duration   // then so often,
	over  time.Duration   // up to this one
	again time.Duration   // between two questions at least
	away  time.Duration   // for taking a reply back, at most
	gone  time.Duration   // after this a reply has expired for certain
	span  time.Duration   // for which what is left once can be found
}

// usual is the timing of every session outside of tests.
var usual = timing{
	tick: time.Second, ack: 40 * time.Millisecond, handshake: time.Minute, heard: 5 * time.Second, silence: 15 * time.Second,
	absent: 75 * time.Second, woken: 7 * time.Second, mute: time.Hour, look: 2 * time.Second, slow: 17 * time.Second, alone: 3 * time.Minute,
	giveUp: 15 * time.Minute, goodbye: 2 * time.Second,
	lines: lineTiming{card: time.Second, pair: 4 * time.Second, last: 30 * time.Second, stale: 45 * time.Second, answer: 20 * time.Second, mail: 8 * time.Second, pause: 30 * time.Minute, ticket: time.Minute, resume: 10 * time.Second},
	mail: schedule{
		first: []time.Duration{1 * time.Second, 2 * time.Second, 3 * time.Second, 5 * time.Second},
		often: 5 * time.Second, until: 5 * time.Minute, less: 15 * time.Second, over: 30 * time.Minute,
		again: time.Second, away: 2 * time.Second, gone: mailbox.Lifetime + 2*time.Second,
		span: mailbox.Lifetime,
	},
}

// next is the age at which the mailbox is asked next, 0 for never more.
func (s *schedule) next(age time.Duration) time.Duration {
	for _, at := range s.first {
		if at > age {
			return at
		}
	}
	if age < s.until {
		return s.nextEvery(s.often, age)
	}
	return s.nextEvery(s.less, age)
}

// nextEvery is the next age of those that are so far apart, 0 for never more.
func (s *schedule) nextEvery(every, age time.Duration) time.Duration {
	if next := (age/every + 1) * every; next <= s.over {
		return next
	}
	return 0
}
