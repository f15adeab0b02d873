package chat

import (
	"context"
	"errors"

	"tincan/internal/peer"
)

// connection is what a chat needs of the network; *peer.Conn is one, and says what each
// method promises.
type connection interface {
	Offer(ctx context.Context) (sdp string, err error)
	Answer(ctx context.Context, offer string) (sdp string, err error)
	Accept(ctx context.Context, answer string) error
	Open(ctx context.Context) error
	Send(ctx context.Context, message []byte) error
	Receive(ctx context.Context) ([]byte, error)
	Findings() peer.Findings
	Path(ctx context.Context) peer.Path
	Close() error
}

// line is one connection to the other side, and the two goroutines that carry over it.
type line struct {
	conn connection
	out  chan []byte // what run sends; unbuffered, so that it knows what has been taken
}

func newLine(conn connection) *line { return &line{conn: conn, out: make(chan []byte)} }

// arrival is what carryIn brings to run: first that the channel of its line is open, then each
// message, and at the end that the channel is closed, by somebody who broke the rules of the
// connection itself if foreign is set.
type arrival struct {
	line    *line
	opened  bool
	message []byte
	ended   bool
	foreign bool
}

// carryIn waits for the channel to open and hands over what comes.
func (l *line) carryIn(ctx context.Context, in chan<- arrival) {
	next := arrival{line: l, opened: true}
	for err := l.conn.Open(ctx); !next.ended; {
		if err != nil {
			next = arrival{line: l, ended: true, foreign: errors.Is(err, peer.ErrForeign)}
		}
		select {
		case in <- next:
		case <-ctx.Done():
			return
		}
		if !next.ended {
			next = arrival{line: l}
			next.message, err = l.conn.Receive(ctx)
		}
	}
}

// carryOut sends what run hands over. If that fails, it closes the connection, so that
// carryIn tells run of the end.
func (l *line) carryOut(ctx context.Context) {
	for message := range l.out {
		if l.conn.Send(ctx, message) != nil {
			_ = l.conn.Close()
		}
	}
}
