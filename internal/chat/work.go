package chat

import (
	"context"
	"sync"
)

// work is what waits for the engine beside run, which itself never does: run asks for
// it, a goroutine waits, and what that brings is carried out inside run.
type work struct {
	asked []job // by run, to be begun at its next turn
	back  chan func() error
}

// job waits for the engine and returns what run does with the answer. It must end soon
// after ctx, which does when the session leaves, and touches nothing of the session.
type job func(ctx context.Context) (then func() error)

func newWork() work { return work{back: make(chan func() error, 4)} }

// ask puts a job down. The loop begins it.
func (w *work) ask(do job) { w.asked = append(w.asked, do) }

// begin starts the jobs that were asked for.
func (w *work) begin(ctx context.Context, running *sync.WaitGroup) {
	for _, do := range w.asked {
		running.Go(func() {
			then := do(ctx)
			if ctx.Err() != nil {
				return // nobody is interested any more
			}
			select {
			case w.back <- then:
			case <-ctx.Done():
			}
		})
	}
	w.asked = nil
}
