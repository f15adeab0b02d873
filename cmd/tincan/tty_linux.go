package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// forget drops what was typed into a terminal and has not been read.
func forget(window *os.File) {
	_ = unix.IoctlSetInt(int(window.Fd()), unix.TCFLSH, unix.TCIFLUSH)
}
