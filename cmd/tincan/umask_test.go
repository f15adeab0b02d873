//go:build unix

package main

import (
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestUnitUmask: a file that came is readable by those whom its receiver lets read new files, while it comes, too.
func TestUnitUmask(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o077))
	folder := t.TempDir()
	s, err := keep(t, folder, "a.txt", "secret", false)
	require.NoError(t, err)
	info, err := os.Stat(s.path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode())
}
