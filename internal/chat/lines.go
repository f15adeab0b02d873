package chat

import (
	"context"
	"sync"
)

// lines are the connections of a chat.
type lines struct {
	in      chan arrival // from all of them
	now     *line        // it carries the chat
	opening []*line      // to be carried, as soon as the loop comes round
	running *sync.WaitGroup
}

func newLines(first connection) lines {
	return lines{in: make(chan arrival, ackEvery), now: newLine(first), running: new(sync.WaitGroup)}
}

// carry has messages carried over a line, from the moment at which its channel opens.
func (l *lines) carry(line *line) { l.opening = append(l.opening, line) }

// begin starts the goroutines of the lines that are to be carried.
func (l *lines) begin(ctx context.Context) {
	for _, line := range l.opening {
		l.running.Go(func() { line.carryIn(ctx, l.in) })
		l.running.Go(func() { line.carryOut(ctx) })
	}
	l.opening = nil
}

// close ends all connections and returns when no goroutine is left that waits for one.
func (l *lines) close() {
	_ = l.now.conn.Close()
	close(l.now.out)
	l.running.Wait()
}
