package files

import "time"

// pace says how much of files is under way at one time. What people say goes by the same line, behind what the
// engine already holds of files. So no more is under way than the line carries in a moment: the delay of what is
// sent tells when a queue grows somewhere, as in LEDBAT (RFC 6817).
type pace struct {
	window   int           // bytes that may be under way
	underWay int           // sent, and not known to be stored
	base     time.Duration // the shortest delay so far: nothing waited there
}

const (
	firstWindow = 16 << 10
	minWindow   = 4 << 10
	minPart     = 1 << 10
	// A queue of less than half of maxQueue leaves room for more, one of more is too long.
	maxQueue = 150 * time.Millisecond
)

// room tells whether n bytes may be sent now.
func (p *pace) room(n int) bool { return p.underWay+n <= p.window }

// part is how many bytes go at once: what people say waits behind one part at least.
func (p *pace) part() int { return min(max(p.window/4, minPart), MaxPart) }

// stored is called when n bytes more are known to be stored, at so long after they were sent; delay is below 0 if that is
// not known.
func (p *pace) stored(n int, delay time.Duration) {
	full := p.underWay >= p.window/2
	p.underWay -= n
	if delay < 0 {
		return
	}
	if p.base == 0 || delay < p.base {
		p.base = delay
	}
	switch queue := delay - p.base; {
	case queue > maxQueue:
		p.window = max(minWindow, p.window-n/2)
	case queue < maxQueue/2 && full:
		p.window = min(p.window+n, MaxAhead)
	}
}

// flight is what of one file is under way.
type flight struct {
	bytes   int    // sent over this line, and not known to be stored
	unasked int    // of these, what was sent since the other side was last asked to say what is stored
	asked   []mark // where it was asked that
}

// mark is up to where a file had been sent at a time.
type mark struct {
	to int64
	at time.Time
}

// sent notes n bytes that are sent, with which the file has come to to.
func (f *flight) sent(n int, to int64, asks bool, now time.Time) {
	f.bytes += n
	if f.unasked += n; asks {
		f.unasked, f.asked = 0, append(f.asked, mark{to, now})
	}
}

// stored notes that n bytes more are stored, all before to, and returns how long after they were sent.
func (f *flight) stored(n int, to int64, now time.Time) (delay time.Duration) {
	f.bytes -= n
	delay = -1
	for len(f.asked) > 0 && f.asked[0].to <= to {
		delay = now.Sub(f.asked[0].at)
		f.asked = f.asked[1:]
	}
	return delay
}
