// Package files carries what files are made of over the second channel of a chat's line (PROTOCOL.md §4.3).
// It knows nothing of frames, lines or people: package chat tells it which files are to be sent and kept, under which
// key, and from where on, and is told what became of them.
//
//	Source ── Mover.part ──▶ channel ── Mover.arrive ──▶ Mover.store ──▶ Sink
//	   window, pace ◀── stored ──────────┘
package files

import (
	"context"
	"errors"
	"sync"

	"tincan/internal/seal"
)

// Limits of PROTOCOL.md §5.
const (
	// MaxPart is the most that one message holds of a file, in bytes.
	MaxPart = 63488
	// MaxAhead is how many bytes a side sends, of all files, of which it has not been told that they are stored. So many of one
	// file wait to be stored at most.
	MaxAhead = 3 << 19
	// MaxSize is the largest file: JavaScript counts exactly up to here.
	MaxSize = 1<<53 - 1
	// MaxKept is how many files come at the same time.
	MaxKept = 4
)

// Source is a file to send.
type Source interface {
	// Read fills p with what the file holds from offset on. Any error ends the sending of the file.
	Read(ctx context.Context, p []byte, offset int64) error
}

// Sink is where a file is kept. Its methods are called one at a time.
type Sink interface {
	// Write keeps the next bytes. When it returns, p belongs to others again.
	Write(ctx context.Context, p []byte) error
	// Restart forgets all of the file: it comes from its beginning then.
	Restart(ctx context.Context) error
	// Finish is called after the last Write. All is kept when it returns.
	Finish(ctx context.Context) error
}

// ErrBreach: the other side did what nobody does who follows the protocol.
var ErrBreach = errors.New("files: a message against the protocol")

// Channel is what a Mover needs of a line; *peer.Channel is one.
type Channel interface {
	Send(ctx context.Context, message []byte) error
	Receive(ctx context.Context) ([]byte, error)
}

// News says that a file is over: all of it is stored, or it cannot be read or stored any more.
type News struct {
	Ours bool
	ID   uint64
	Err  error
}

// Progress is how far a file has come. Done counts bytes from the beginning of the file that are stored at the
// receiver, as far as this side knows.
type Progress struct {
	Ours bool
	ID   uint64
	Done int64
}

// Mover has all files of a chat that are on their way. Its methods may be called from any goroutine.
type Mover struct {
	role    seal.Role
	ctx     context.Context // ends when Close is called
	cancel  context.CancelFunc
	storing sync.WaitGroup
	carries sync.Mutex    // one Carry at a time
	wake    chan struct{} // something may be sent
	told    chan struct{} // there are news

	mu    sync.Mutex // guards what follows
	sends []*send
	keeps []*keep
	over  []uint64 // files of the other side that are over, the newest: more of them may be on its way
	pace  pace
	turns int // how many parts were sent
	news  []News
}

// New returns a Mover for the side of role.
func New(role seal.Role) *Mover {
	m := &Mover{role: role, wake: make(chan struct{}, 1), told: make(chan struct{}, 1)}
	m.ctx, m.cancel = context.WithCancel(context.Background())
	return m
}

// Told is readable when News returns something.
func (m *Mover) Told() <-chan struct{} { return m.told }

// News returns what has ended since it was last called.
func (m *Mover) News() []News {
	m.mu.Lock()
	list := m.news
	m.news = nil
	m.mu.Unlock()
	return list
}

// Progress is that of each file under way.
func (m *Mover) Progress() []Progress {
	var list []Progress
	m.mu.Lock()
	for _, s := range m.sends {
		list = append(list, Progress{true, s.id, s.stored})
	}
	for _, k := range m.keeps {
		list = append(list, Progress{false, k.id, k.stored})
	}
	m.mu.Unlock()
	return list
}

// Carry sends and receives over a line until ctx or the line ends; then it returns nil. It begins when the Carry of
// another line has returned. ErrBreach: the other side is none that follows the protocol.
func (m *Mover) Carry(ctx context.Context, channel Channel) error {
	m.carries.Lock()
	defer m.carries.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m.mu.Lock()
	m.pace = pace{window: firstWindow}
	m.mu.Unlock()
	var out sync.WaitGroup
	defer out.Wait()
	out.Go(func() {
		defer cancel()
		m.carryOut(ctx, channel)
	})
	for {
		message, err := channel.Receive(ctx)
		if err != nil {
			cancel()
			return nil
		}
		if err := m.arrive(ctx, message); err != nil {
			cancel()
			return err
		}
	}
}

// Came tells whether something of a file of the other side has come in the attempt that is under way.
func (m *Mover) Came(id uint64) bool {
	m.mu.Lock()
	k := m.keep(id)
	came := k != nil && k.received > k.from
	m.mu.Unlock()
	return came
}

// Hold has nothing sent of any file until Send names it again: the line has changed.
func (m *Mover) Hold() {
	m.mu.Lock()
	for _, s := range m.sends {
		s.hold()
	}
	m.mu.Unlock()
}

// Stop forgets a file. Nothing more is read, written or told of it when Stop returns, but for a Read or Write that goes
// on until its ctx has ended.
func (m *Mover) Stop(ours bool, id uint64) {
	m.mu.Lock()
	if ours {
		m.endSend(id)
	} else {
		m.endKeep(id)
	}
	var rest []News
	for _, n := range m.news {
		if n.Ours != ours || n.ID != id {
			rest = append(rest, n)
		}
	}
	m.news = rest
	m.mu.Unlock()
}

// Close forgets all files, and returns when no goroutine is left.
func (m *Mover) Close() {
	m.cancel()
	m.mu.Lock()
	for len(m.sends) > 0 {
		m.endSend(m.sends[0].id)
	}
	for len(m.keeps) > 0 {
		m.endKeep(m.keeps[0].id)
	}
	m.mu.Unlock()
	m.storing.Wait()
}

// tell notes news, for who holds mu.
func (m *Mover) tell(n News) {
	m.news = append(m.news, n)
	signal(m.told)
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
