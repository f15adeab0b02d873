//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

// canEdit says that the editor can control the terminal, and give it back when the program is
// stopped.
const canEdit = true

// stopSignal is the signal that Ctrl-Z stands for.
var stopSignal os.Signal = syscall.SIGTSTP

// watchSignals notices when the size of the window changes, and takes the terminal again when the
// program continues after it was stopped.
func (e *editor) watchSignals() {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGWINCH, syscall.SIGCONT)
	go func() {
		defer restoreOnPanic()
		defer signal.Stop(signals)
		for {
			select {
			case <-e.closed:
				return
			case s := <-signals:
				switch s {
				case syscall.SIGWINCH:
					e.redraw()
				case syscall.SIGCONT:
					e.resume()
				}
			}
		}
	}()
}

// stop gives the terminal back and stops the program until its shell lets it continue. A Go program
// that has called signal.Notify for SIGTSTP cannot restore what the signal does by default, so
// this program never does.
func (e *editor) stop() {
	e.mu.Lock()
	defer e.mu.Unlock()
	running := e.running
	e.release()
	_ = syscall.Kill(0, syscall.SIGTSTP) // to all programs of a pipeline, as the terminal does
	// The program stops here or a moment later. If there is no shell that could continue it, it goes on.
	time.Sleep(50 * time.Millisecond)
	if running {
		_ = e.take()
	}
}

// resume takes the terminal again. Another program may have changed its state in the meantime.
func (e *editor) resume() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.running {
		_ = e.take()
	}
}
