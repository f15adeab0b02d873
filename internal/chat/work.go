package chat

import (
	"context"
	"sync"
)

// work runs what has to wait for the engine. run itself never waits: it asks for a job, a
// goroutine waits for the engine, and the function that it returns is called inside run.
type work struct {
	asked []job // asked for, and begun when the loop comes round
	back  chan func() error
}

// job waits for the engine and returns what run is to do with the answer. It touches nothing
// of the session, and must return soon after ctx has ended, which it does when we leave.
type job func(ctx context.Context) (then func() error)

func newWork() work { return work{back: make(chan func() error, 4)} }

// ask asks for a job. The loop begins it by calling begin.
func (w *work) ask(do job) { w.asked = append(w.asked, do) }

// begin starts the jobs that were asked for.
func (w *work) begin(ctx context.Context, running *sync.WaitGroup) {
	for _, do := range w.asked {
		running.Go(func() {
			then := do(ctx)
			if ctx.Err() != nil {
				return // the session is leaving and needs no answer
			}
			select {
			case w.back <- then:
			case <-ctx.Done():
			}
		})
	}
	w.asked = nil
}
