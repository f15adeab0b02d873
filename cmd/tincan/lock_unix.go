//go:build unix

package main

import (
	"os"
	"syscall"
)

// lock takes a file for this program alone, as long as it is open. It returns false if somebody has it.
func lock(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}
