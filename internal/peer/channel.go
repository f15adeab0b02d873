package peer

import (
	"context"
	"sync"
)

// channel is what both halves have in common: whether the channel is open or has ended, the
// messages that have arrived, and the wait for room to send. The engines' callbacks call only
// those of its methods that never wait: opened.set, end, low.set, inbox.put, inbox.end.
type channel struct {
	opened  latch  // the engine's channel can send
	ended   latch  // nothing can be sent any more, whoever ended it
	foreign latch  // the other side is no program of ours; set before ended
	low     signal // no more than lowWater bytes wait in the engine
	inbox   inbox
}

func newChannel() channel {
	return channel{opened: newLatch(), ended: newLatch(), foreign: newLatch(), low: newSignal(), inbox: newInbox()}
}

// end notes that nothing can be sent and nothing will arrive any more.
func (c *channel) end() {
	c.ended.set()
	c.inbox.end()
}

// why is the error that methods return once the channel has ended.
func (c *channel) why() error {
	if c.foreign.isSet() {
		return ErrForeign
	}
	return ErrClosed
}

// Open waits until the channel can send. It gives up only when Close is called, the other side
// closes, or ctx ends: for how long two ends may look for each other, the caller decides.
func (c *channel) Open(ctx context.Context) error {
	select {
	case <-c.opened.done:
	case <-c.ended.done:
	case <-ctx.Done():
		return ctx.Err()
	}
	if c.ended.isSet() {
		return c.why()
	}
	return nil
}

// Receive returns the next message. Messages come in the order in which they were sent, and
// none is lost, however rarely Receive is called. When the other side has ended, the messages
// that had arrived are still returned, and after them ErrClosed or ErrForeign. After Close the
// error is returned at once.
func (c *channel) Receive(ctx context.Context) ([]byte, error) {
	message, err := c.inbox.take(ctx)
	if err == ErrClosed {
		err = c.why()
	}
	return message, err
}

// waitToSend waits until a message of this size may be given to the engine. buffered returns how
// many bytes the engine still holds.
func (c *channel) waitToSend(ctx context.Context, size int, buffered func() int) error {
	if size > MaxMessage {
		return ErrTooLarge
	}
	if err := c.Open(ctx); err != nil {
		return err
	}
	if buffered() <= highWater {
		return ctx.Err()
	}
	// The engine sets low when it is down to lowWater. If low is still set from an
	// earlier time, this loop only goes round once more.
	for buffered() > lowWater {
		select {
		case <-c.low:
		case <-c.ended.done:
			return c.why()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// inbox holds the messages that arrived until Receive takes them.
type inbox struct {
	mu       sync.Mutex
	messages [][]byte
	held     int // the sum of their lengths, and messageWeight for each
	arrived  signal
	taken    signal
	ended    latch
}

// messageWeight is added to the length of each message, so that a flood of empty messages
// counts for something, too.
const messageWeight = 64

func newInbox() inbox {
	return inbox{arrived: newSignal(), taken: newSignal(), ended: newLatch()}
}

// put keeps a message and returns how much is held now. After the end it keeps
// nothing.
func (b *inbox) put(message []byte) (held int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended.isSet() {
		return 0
	}
	b.messages = append(b.messages, message)
	b.held += len(message) + messageWeight
	b.arrived.set()
	return b.held
}

// end makes take return ErrClosed when everything has been taken.
func (b *inbox) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended.set()
}

// drop forgets all messages and makes take return ErrClosed at once.
func (b *inbox) drop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.messages, b.held = nil, 0
	b.ended.set()
}

func (b *inbox) take(ctx context.Context) ([]byte, error) {
	for {
		if message, ok := b.next(); ok {
			return message, nil
		}
		select {
		case <-b.arrived:
		case <-b.ended.done:
			// What arrived just before the end comes first.
			if message, ok := b.next(); ok {
				return message, nil
			}
			return nil, ErrClosed
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (b *inbox) next() ([]byte, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.messages) == 0 {
		return nil, false
	}
	message := b.messages[0]
	b.messages[0] = nil
	b.messages = b.messages[1:]
	b.held -= len(message) + messageWeight
	b.taken.set()
	return message, true
}

// latch can be set once and stays set. done is closed when it is.
type latch struct {
	once *sync.Once
	done chan struct{}
}

func newLatch() latch { return latch{once: new(sync.Once), done: make(chan struct{})} }

func (l latch) set() { l.once.Do(func() { close(l.done) }) }

func (l latch) isSet() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}

// signal tells one waiter that something has changed. If it is set several times before anybody
// waits, the waiter notices once. Setting it never waits.
type signal chan struct{}

func newSignal() signal { return make(signal, 1) }

func (s signal) set() {
	select {
	case s <- struct{}{}:
	default:
	}
}
