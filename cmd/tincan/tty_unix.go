//go:build unix

package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// arrived tells whether a whole line waits in a terminal.
func arrived(window *os.File) bool {
	fds := []unix.PollFd{{Fd: int32(window.Fd()), Events: unix.POLLIN}}
	n, err := unix.Poll(fds, 0)
	return err == nil && n > 0 && fds[0].Revents&unix.POLLIN != 0
}
