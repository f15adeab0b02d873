//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

// canEdit: the terminal can be taken, and given back when the program is stopped.
const canEdit = true

// stopSignal is what Ctrl-Z stands for.
var stopSignal os.Signal = syscall.SIGTSTP

// watchSignals follows the window's size, and takes the terminal again when the program
// goes on after it was stopped.
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

// stop gives the terminal back and stops the program until its shell lets it go on. Go
// has no way back to what SIGTSTP does by itself once it was asked to notify of it, so it
// is not.
func (e *editor) stop() {
	e.mu.Lock()
	defer e.mu.Unlock()
	running := e.running
	e.release()
	_ = syscall.Kill(0, syscall.SIGTSTP) // all of a pipeline, as the terminal does
	// It stops here, or a moment later; or not at all, where no shell could let it go on.
	time.Sleep(50 * time.Millisecond)
	if running {
		_ = e.take()
	}
}

// resume takes the terminal again, which whoever had it meanwhile left in a state of its own.
func (e *editor) resume() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.running {
		_ = e.take()
	}
}
