package cli

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fileOf makes a file of so many random bytes.
func fileOf(t *testing.T, folder, name string, size int) string {
	t.Helper()
	b := make([]byte, size)
	_, _ = rand.Read(b)
	path := filepath.Join(folder, name)
	require.NoError(t, os.WriteFile(path, b, 0o600))
	return path
}

func digest(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return fmt.Sprintf("%x", sha256.Sum256(b))
}

// TestIntegrationFiles: files of all sizes at the edges go both ways between two programs, and are the same.
func TestIntegrationFiles(t *testing.T) {
	inviter, joiner := pair(t)
	from, to := t.TempDir(), t.TempDir()
	for n, size := range []int{0, 1, 63_487, 63_488, 63_489, 10_000_000} {
		sender, receiver := inviter, joiner
		if n%2 == 1 {
			sender, receiver = joiner, inviter
		}
		path := fileOf(t, from, fmt.Sprint(size, " Grüße.bin"), size)
		sender.do(event{"do": "file", "ref": "r", "paths": []string{path}})
		sent := sender.await("sent")
		require.Equal(t, "r", sent["ref"])
		file := receiver.await("file")
		require.Equal(t, event{"event": "file", "id": file["id"], "name": filepath.Base(path), "kind": file["kind"], "size": float64(size), "voice": false}, file)
		kept := filepath.Join(to, fmt.Sprint("kept ", n))
		receiver.do(event{"do": "accept", "id": file["id"], "path": kept})
		require.Equal(t, event{"event": "ended", "ours": false, "id": file["id"], "how": "whole", "path": kept}, receiver.await("ended"))
		require.Equal(t, event{"event": "ended", "ours": true, "id": sent["id"], "how": "whole", "path": ""}, sender.await("ended"))
		require.Equal(t, digest(t, path), digest(t, kept))
	}
	joiner.do(event{"do": "close"})
	assert.Equal(t, 0, joiner.exit())
	assert.Equal(t, 0, inviter.exit())
}

// TestIntegrationFilesRefused: what cannot be sent or kept is told, and harms neither the chat nor a file that is there.
func TestIntegrationFilesRefused(t *testing.T) {
	inviter, joiner := pair(t)
	folder := t.TempDir()
	path := fileOf(t, folder, "a.bin", 1000)
	inviter.do(event{"do": "file", "ref": "r", "paths": []string{filepath.Join(folder, "none")}})
	require.Equal(t, event{"event": "failed", "ref": "r", "code": "unreadable"}, inviter.awaitFailed())
	inviter.do(event{"do": "file", "paths": []string{path, path}})
	file, next := joiner.await("file"), joiner.await("file")
	joiner.do(event{"do": "accept", "ref": "x", "id": file["id"], "path": path})
	require.Equal(t, event{"event": "failed", "ref": "x", "code": "unstorable"}, joiner.awaitFailed())
	joiner.do(event{"do": "decline", "id": file["id"]})
	require.Equal(t, "refused", joiner.await("ended")["how"])
	require.Equal(t, "refused", inviter.await("ended")["how"])
	joiner.do(event{"do": "accept", "ref": "y", "id": 99})
	require.Equal(t, event{"event": "failed", "ref": "y", "code": "no-file"}, joiner.awaitFailed())
	inviter.do(event{"do": "withdraw", "id": next["id"]})
	require.Equal(t, "withdrawn", inviter.await("ended")["how"])
	require.Equal(t, "withdrawn", joiner.await("ended")["how"])
	joiner.do(event{"do": "send", "text": "still here"})
	require.Equal(t, "still here", inviter.await("message")["text"])
}

// any is the next JSON line.
func (p *terminal) any() (e event) {
	p.t.Helper()
	require.NoError(p.t, json.Unmarshal([]byte(p.line(patience)), &e))
	return e
}

// awaitFailed reads JSON lines until something has failed.
func (p *terminal) awaitFailed() event {
	p.t.Helper()
	for {
		if e := p.any(); e["event"] == "failed" {
			return e
		}
	}
}

// TestIntegrationFilesPlain: two people send each other files by typing, and one whose input has ended stays until all have gone.
func TestIntegrationFilesPlain(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	flags := []string{"--loopback", "--stun", "none"}
	inviter := open(t, append([]string{"new", "--folder", from}, flags...)...)
	joiner := open(t, append([]string{"join", "--folder", to}, flags...)...)
	joiner.write(inviter.line(patience))
	inviter.write(joiner.line(patience))
	inviter.awaitSaid("Connected")
	joiner.awaitSaid("Connected")
	first, second := fileOf(t, from, "a file.bin", 3_000_000), fileOf(t, from, "b.bin", 100)
	inviter.write(`/send "` + first + `" ` + second + " " + from)
	inviter.awaitSaid("is a folder. Pack it first")
	joiner.awaitSaid("The other person has a file for you. File 2: b.bin, 100 bytes. /accept 2 keeps it here, /decline 2 does not.")
	require.NoError(t, inviter.in.Close()) // it stays until both have ended
	joiner.write("/decline 2")
	joiner.awaitSaid("b.bin is declined.")
	joiner.write("/accept")
	joiner.awaitSaid("a file.bin is here: " + filepath.Join(to, "a file.bin"))
	inviter.awaitSaid("The other person has a file.bin.")
	require.Equal(t, 0, inviter.exit())
	require.Equal(t, 0, joiner.exit())
	require.Equal(t, digest(t, first), digest(t, filepath.Join(to, "a file.bin")))
	left, err := os.ReadDir(to)
	require.NoError(t, err)
	require.Len(t, left, 1)
}
