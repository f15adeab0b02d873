//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// forget drops what was typed into a terminal and has not been read.
func forget(window *os.File) {
	const read = 1 // FREAD in sys/fcntl.h
	_ = unix.IoctlSetPointerInt(int(window.Fd()), unix.TIOCFLUSH, read)
}
