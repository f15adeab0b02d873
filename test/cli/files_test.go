package cli

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

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

// TestIntegrationSendReceive: one command on each side sends files, and both end by themselves.
func TestIntegrationSendReceive(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	flags := []string{"--loopback", "--stun", "none"}
	first, second := fileOf(t, from, "a file.bin", 3_000_000), fileOf(t, from, "b.bin", 0)
	require.NoError(t, os.WriteFile(filepath.Join(to, "b.bin"), []byte("mine"), 0o600))
	sender := open(t, append(append([]string{"send"}, flags...), first, second)...)
	receiver := open(t, append([]string{"receive", "-o", to}, flags...)...)
	receiver.write(sender.line(patience))
	sender.write(receiver.line(patience))
	require.Equal(t, 0, sender.exit(), sender.talk())
	require.Equal(t, 0, receiver.exit(), receiver.talk())
	require.Equal(t, digest(t, first), digest(t, filepath.Join(to, "a file.bin")))
	require.Equal(t, digest(t, second), digest(t, filepath.Join(to, "b (2).bin")))
	mine, err := os.ReadFile(filepath.Join(to, "b.bin"))
	require.NoError(t, err)
	require.Equal(t, "mine", string(mine))
	assert.Contains(t, receiver.talk(), "b.bin is here: "+filepath.Join(to, "b (2).bin"))

	missing := open(t, append(append([]string{"send"}, flags...), filepath.Join(from, "none"))...)
	require.Equal(t, 1, missing.exit())
	assert.Contains(t, missing.talk(), "There is no file ")
	nothing := open(t, "send")
	require.Equal(t, 2, nothing.exit())
	assert.Contains(t, nothing.talk(), "send which files?")
}

// TestIntegrationSendCut: where the receiver was killed, the same two commands send only what has not come, and where the file
// has changed since, all of it.
func TestIntegrationSendCut(t *testing.T) {
	for _, changed := range []bool{false, true} {
		t.Run(fmt.Sprint("changed: ", changed), func(t *testing.T) {
			from, to := t.TempDir(), t.TempDir()
			path := fileOf(t, from, "large.bin", 60_000_000)
			part := filepath.Join(to, "large.bin.tincan-part")
			begin := func() (sender, receiver *terminal) {
				sender = open(t, append(append([]string{"send"}, own...), path)...)
				receiver = open(t, append(append([]string{"receive", "-o", to}, own...), "-")...)
				receiver.write(sender.await("invite")["link"].(string))
				sender.do(event{"do": "reply", "link": receiver.await("reply")["link"]})
				return sender, receiver
			}
			sender, receiver := begin()
			require.Eventually(t, func() bool { info, err := os.Stat(part); return err == nil && info.Size() > 1_000_000 }, patience, time.Millisecond)
			require.NoError(t, receiver.cmd.Process.Kill())
			require.NoError(t, sender.cmd.Process.Kill())
			receiver.exit()
			info, err := os.Stat(part)
			require.NoError(t, err)
			require.Less(t, info.Size(), int64(60_000_000))
			if changed {
				fileOf(t, from, "large.bin", 60_000_000)
			}
			sender, receiver = begin()
			first := receiver.await("progress")["done"].(float64)
			if !changed {
				require.GreaterOrEqual(t, first, float64(info.Size()))
			}
			require.Equal(t, "whole", receiver.await("ended")["how"])
			require.Equal(t, 0, sender.exit(), sender.talk())
			require.Equal(t, 0, receiver.exit(), receiver.talk())
			require.Equal(t, digest(t, path), digest(t, filepath.Join(to, "large.bin")))
			left, err := os.ReadDir(to)
			require.NoError(t, err)
			require.Len(t, left, 1)
		})
	}
}

// TestIntegrationSendServe: with --serve nobody passes on a reply, whoever makes the invite; without it receive takes no flag
// that only its maker has a use for.
func TestIntegrationSendServe(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	path := fileOf(t, from, "a.bin", 100_000)
	serve := append([]string{"--serve", "--listen", "127.0.0.1:0"}, own...)
	sender := open(t, append(append([]string{"send"}, serve...), path)...)
	receiver := open(t, append(append([]string{"receive", "-o", to}, own...), "-")...)
	receiver.write(sender.await("invite")["link"].(string))
	require.Equal(t, "whole", receiver.await("ended")["how"])
	require.Equal(t, 0, sender.exit(), sender.talk())
	require.Equal(t, 0, receiver.exit(), receiver.talk())
	require.Equal(t, digest(t, path), digest(t, filepath.Join(to, "a.bin")))

	receiver = open(t, append([]string{"receive", "-o", to}, serve...)...)
	sender = open(t, append(append([]string{"join"}, own...), "-")...)
	sender.write(receiver.await("invite")["link"].(string))
	sender.do(event{"do": "file", "paths": []string{path}})
	require.Equal(t, "whole", sender.await("ended")["how"])
	sender.do(event{"do": "close"})
	require.Equal(t, 0, sender.exit(), sender.talk())
	require.Equal(t, 0, receiver.exit(), receiver.talk())
	require.Equal(t, digest(t, path), digest(t, filepath.Join(to, "a (2).bin")))

	wrong := open(t, "receive", "--listen", "127.0.0.1:0")
	require.Equal(t, 2, wrong.exit())
	assert.Contains(t, wrong.talk(), "which receive does with --serve")
}
