package chat

import (
	"context"
	"sync"
	"time"

	"tincan/internal/peer"
	"tincan/internal/seal"
)

// Event is what a session tells: one of the types below. The last is Closed.
type Event interface{ event() }

// Path is how the two ends reach each other, as both can tell.
type Path string

// The paths; empty until it is known.
const (
	PathDirect Path = "direct"
	PathRelay  Path = "relay" // through a TURN server
)

// pathOf does not tell that both are on one network. As engines hide addresses, only one side
// may see that, and then the two people would read different things of one chat.
func pathOf(seen peer.Path) Path {
	if seen == peer.PathLocal {
		return PathDirect
	}
	return Path(seen)
}

// StateChanged tells a new state.
type StateChanged struct{ State State }

// Opened tells, once, that both ends hold the same keys.
type Opened struct {
	Path Path
	SAS  seal.SAS
}

// Back tells that one of the two has come back after a reload: the keys, and so the safety words, are
// others from now on. At the side that was reloaded it follows on Opened.
type Back struct {
	Path Path
	SAS  seal.SAS
}

// Absent tells, once in each silence, that the chat has been lost for a minute. Nothing has
// come since the time in it. StateOpen may still follow.
type Absent struct{ Since time.Time }

// PathChanged tells that the two ends have gone over to another path.
type PathChanged struct{ Path Path }

// Message is a text from the other person. ID numbers what they have said from 1. Answers is the message that it answers;
// its id is 0 where there is none.
type Message struct {
	ID      uint64
	Text    string
	Answers Said
}

// FileOffered tells of a file that the other person has for this one. ID numbers it among their messages.
// Nothing of it comes before KeepFile is called.
type FileOffered struct {
	ID   uint64
	File File
}

// FileGoes tells how far a file is that is under way, ours or one of the other side: about every second,
// while that changes. Done counts bytes that are stored at the receiver, from the beginning of the file.
type FileGoes struct {
	Ours bool
	ID   uint64
	Done int64
}

// FileEnded tells that a file is over, however that came.
type FileEnded struct {
	Ours bool
	ID   uint64
	How  FileEnd
}

// Typing tells that the other person is writing. It comes again every few seconds while they
// do, and never more than once in a second.
type Typing struct{}

// Delivered says that our message is on the other person's device. It comes again for a file that is told again, since the
// other person's page was reloaded, and not for one that was withdrawn before it was told.
type Delivered struct{ ID uint64 }

// Failed says that our message will not arrive.
type Failed struct {
	Ref  string
	ID   uint64
	Code Code
}

// Problem is something the person should know; the chat goes on.
type Problem struct{ Code Code }

// Repair is a link to send to the other person, who has sent one that was not enough.
type Repair struct{ Link Link }

// Closed is the last event: the chat has ended and its keys are gone.
type Closed struct{ Reason Reason }

func (StateChanged) event() {}
func (FileOffered) event()  {}
func (FileGoes) event()     {}
func (FileEnded) event()    {}
func (Absent) event()       {}
func (Opened) event()       {}
func (Back) event()         {}
func (PathChanged) event()  {}
func (Message) event()      {}
func (Typing) event()       {}
func (Delivered) event()    {}
func (Failed) event()       {}
func (Problem) event()      {}
func (Repair) event()       {}
func (Closed) event()       {}

// eventQueue holds events until Next fetches them. While it is full, the session reads nothing
// from the network, so that it stays small however slowly events are fetched.
type eventQueue struct {
	mu     sync.Mutex
	list   []Event
	bytes  int // of the texts in list
	ended  bool
	added  chan struct{} // holds one token while there may be something to read
	shrunk chan struct{} // tells the session that there is room again
}

// The queue is full when it holds so many events, or so many bytes of messages.
const (
	fullQueue      = 256
	fullQueueBytes = 1 << 20
)

func newEventQueue() *eventQueue {
	return &eventQueue{added: make(chan struct{}, 1), shrunk: make(chan struct{}, 1)}
}

func (q *eventQueue) push(e Event) {
	q.mu.Lock()
	q.list = append(q.list, e)
	q.bytes += textSize(e)
	_, q.ended = e.(Closed)
	q.mu.Unlock()
	signal(q.added)
}

func (q *eventQueue) full() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.fullNow()
}

// fullNow is full for who holds mu.
func (q *eventQueue) fullNow() bool {
	return len(q.list) >= fullQueue || q.bytes >= fullQueueBytes
}

func textSize(e Event) int {
	switch e := e.(type) {
	case Message:
		return len(e.Text)
	case Talked:
		return len(e.Talk.Text)
	}
	return 0
}

// next returns false after the last event, or when ctx is done.
func (q *eventQueue) next(ctx context.Context) (Event, bool) {
	for {
		q.mu.Lock()
		if len(q.list) > 0 {
			full := q.fullNow()
			e := q.list[0]
			q.list[0] = nil
			q.bytes -= textSize(e)
			q.list = q.list[1:]
			q.mu.Unlock()
			if full { // only then the session may be waiting for room
				signal(q.shrunk)
			}
			return e, true
		}
		ended := q.ended
		q.mu.Unlock()
		if ended {
			signal(q.added) // for others who wait
			return nil, false
		}
		select {
		case <-q.added:
		case <-ctx.Done():
			return nil, false
		}
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
