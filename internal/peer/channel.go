package peer

import (
	"context"
	"sync"
)

// channel is what both halves have in common: its life, the messages that
// arrived, and the wait for room to send. The engines' callbacks only call its
// methods that never wait: opened.set, end, breach, low.set, inbox.put, inbox.end.
type channel struct {
	opened  latch  // the engine's channel can send
	ended   latch  // nothing can be sent any more, whoever ended it
	foreign latch  // set before ended: the other side is none of ours
	low     signal // less than lowWater is on its way out
	inbox   inbox
}

func newChannel() channel {
	return channel{opened: newLatch(), ended: newLatch(), foreign: newLatch(), low: newSignal(), inbox: newInbox()}
}

// end says that nothing can be sent or will arrive any more.
func (c *channel) end() {
	c.ended.set()
	c.inbox.end()
}

// breach ends for what nothing of ours does. What ended before stays as it was.
func (c *channel) breach() {
	if !c.ended.isSet() {
		c.foreign.set()
	}
	c.end()
}

// why is the error of a channel that has ended.
func (c *channel) why() error {
	if c.foreign.isSet() {
		return ErrForeign
	}
	return ErrClosed
}

// Open waits until the channel can send. How long two ends may look for
// each other is the caller's decision: only Close, the other side or ctx
// ends the wait, silence doesn't.
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

// Receive returns the next message, in the order sent, however slowly it
// is called. After the other side's end, what had arrived before is still
// returned, then ErrClosed or ErrForeign; after Close the same at once.
func (c *channel) Receive(ctx context.Context) ([]byte, error) {
	message, err := c.inbox.take(ctx)
	if err == ErrClosed {
		err = c.why()
	}
	return message, err
}

// waitToSend returns when a message of this size may be handed to the engine.
// buffered tells how many bytes the engine still holds.
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
	// Above highWater the engine tells when it is down to lowWater. A word
	// left over from an earlier wait costs one turn.
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
	held     int // what the messages weigh
	arrived  signal
	taken    signal
	ended    latch
}

// messageWeight is added to a message's length: a flood of empty messages
// weighs something too.
const messageWeight = 64

func newInbox() inbox {
	return inbox{arrived: newSignal(), taken: newSignal(), ended: newLatch()}
}

// put keeps a message and tells how much is held now. After the end it keeps
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

// end lets take return ErrClosed once everything is taken.
func (b *inbox) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended.set()
}

// drop forgets what is held and lets take return ErrClosed at once.
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

// latch is set once and stays set; done is closed then.
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

// signal tells one waiter that something changed; what was said twice before
// the waiter came is heard once. Setting it never waits.
type signal chan struct{}

func newSignal() signal { return make(signal, 1) }

func (s signal) set() {
	select {
	case s <- struct{}{}:
	default:
	}
}
