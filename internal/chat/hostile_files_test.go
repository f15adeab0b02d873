//go:build !js

package chat_test

import (
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tincan/internal/chat"
	"tincan/internal/seal"
)

// canFiles is the first frame of a side that takes files.
const canFiles = "\x41\x00\x00\x00\x00\x00\x00\x00\x0f"

// filesByHand is a chat with files whose joiner speaks by hand.
func filesByHand(t *testing.T) (inviter *chat.Session, p *byHand) {
	t.Helper()
	config := loopback
	config.Files = true
	inviter, err := chat.Create(ctx(t), config)
	require.NoError(t, err)
	t.Cleanup(func() { _ = inviter.Close() })
	p = joinByHand(t, inviter.Link().Link)
	p.can = canFiles
	require.NoError(t, inviter.Accept(p.reply, false))
	p.shake(t)
	await[chat.Opened](t, inviter)
	p.send(t, canFiles)
	return inviter, p
}

func number(n uint64) string { return string(binary.BigEndian.AppendUint64(nil, n)) }

// fileFrame tells of a file.
func fileFrame(flags byte, size uint64, name, kind string) string {
	return "\x10" + string([]byte{flags}) + number(size) + string([]byte{byte(len(name))}) + name + kind
}

func wantFrame(id uint64, attempt uint32, offset uint64) string {
	return "\x11" + number(id) + string(binary.BigEndian.AppendUint32(nil, attempt)) + number(offset) + strings.Repeat("\x00", 32) + strings.Repeat("k", 32)
}

// TestFunctionalHostileFileFrames: what nobody says of files who follows the protocol ends the chat.
func TestFunctionalHostileFileFrames(t *testing.T) {
	t.Parallel()
	many := func(n int, f func(i uint64) string) (list []string) {
		for i := range n {
			list = append(list, f(uint64(i+1)))
		}
		return list
	}
	for name, bodies := range map[string][]string{
		"no name":                     {fileFrame(0, 1, "", "text/plain")},
		"a name that is not there":    {"\x10\x00" + number(1) + "\x09short"},
		"a name that is no UTF-8":     {fileFrame(0, 1, "\xff", "")},
		"a size that is too large":    {fileFrame(0, 1<<53, "a", "")},
		"another flag":                {fileFrame(2, 1, "a", "")},
		"a kind with a line break":    {fileFrame(0, 1, "a", "text/plain\n")},
		"a kind that is too long":     {fileFrame(0, 1, "a", strings.Repeat("k", 101))},
		"nothing":                     {"\x10"},
		"seventeen files":             many(17, func(uint64) string { return fileFrame(0, 1, "a", "") }),
		"ten thousand files":          many(10_000, func(uint64) string { return fileFrame(0, 1, "a", "") }),
		"a file inside a message":     {"\x02" + strings.Repeat("x", 16000), fileFrame(0, 1, "a", "")},
		"want of nothing":             {wantFrame(0, 1, 0)},
		"want of what is not said":    {wantFrame(7, 1, 0)},
		"want from behind the end":    {wantFrame(1, 1, 10)},
		"attempt 0":                   {wantFrame(1, 0, 0)},
		"an attempt twice":            {wantFrame(1, 1, 0), wantFrame(1, 1, 0)},
		"a short want":                {"\x11" + number(1)},
		"a beginning of nothing":      {strings.Replace(wantFrame(1, 1, 0), strings.Repeat("\x00", 32), strings.Repeat("b", 32), 1)},
		"differs of what is not":      {"\x15" + number(1)},
		"five at once":                many(5, func(i uint64) string { return wantFrame(i, 1, 0) }),
		"whole before it was wanted":  {"\x14" + number(1)},
		"whole of what is not said":   {"\x14" + number(7)},
		"refuse of what is not said":  {"\x12" + number(7) + "\x01"},
		"refuse without a reason":     {"\x12" + number(1)},
		"withdraw of what is not":     {"\x13" + number(1) + "\x01"},
		"what files have no word for": {"\x16" + number(1)},
	} {
		t.Run(name, func(t *testing.T) {
			inviter, p := filesByHand(t)
			p.isTold(t, inviter)
			for range 5 {
				_, err := inviter.SendFile("", chat.File{Name: "ours", Size: 10}, content("0123456789"))
				require.NoError(t, err)
			}
			for _, body := range bodies {
				frame, err := p.session.Seal([]byte(body))
				require.NoError(t, err)
				if p.conn.Send(ctx(t), frame) != nil {
					break // closed already
				}
			}
			require.Equal(t, chat.ReasonUntrusted, awaitClosed(t, inviter))
		})
	}
	t.Run("a file where none are taken", func(t *testing.T) {
		inviter, p := openByHand(t)
		p.send(t, canFiles)
		p.send(t, fileFrame(0, 1, "a", ""))
		require.Equal(t, chat.ReasonUntrusted, awaitClosed(t, inviter))
	})
	t.Run("a signature that is not theirs", func(t *testing.T) {
		inviter, p := filesByHand(t)
		frame, err := p.session.Frames.Seal([]byte("\x10" + strings.Repeat("s", 64) + fileFrame(0, 1, "a", "")[1:]))
		require.NoError(t, err)
		require.NoError(t, p.conn.Send(ctx(t), frame))
		require.Equal(t, chat.ReasonUntrusted, awaitClosed(t, inviter))
	})
}

// isTold has the session tell of a file, and waits until it has.
func (p *byHand) isTold(t *testing.T, s *chat.Session) {
	t.Helper()
	_, err := s.SendFile("", chat.File{Name: "ours", Size: 10}, content("0123456789"))
	require.NoError(t, err)
	for p.receive(t)[0] != 0x10 {
	}
}

// TestFunctionalHostileParts: parts that nobody has asked for, more than there can be and those of a file
// that was refused long ago end the chat; what was under way when a file was refused does not.
func TestFunctionalHostileParts(t *testing.T) {
	t.Parallel()
	begin := func(t *testing.T) (*chat.Session, *byHand, *seal.FileBox) {
		inviter, p := filesByHand(t)
		p.send(t, fileFrame(0, 10, "a", ""))
		require.NoError(t, inviter.KeepFile(await[chat.FileOffered](t, inviter).ID, new(kept), 0, none))
		for {
			if body := p.receive(t); body[0] == 0x11 {
				require.Equal(t, "\x11"+number(1)+"\x00\x00\x00\x01"+number(0), string(body[:21]))
				key := seal.NewFileKey([32]byte(body[53:]))
				return inviter, p, key.Box(1, seal.Attempt{Sender: seal.Joiner, ID: 1, Number: 1})
			}
		}
	}
	part := func(t *testing.T, box *seal.FileBox, text string) []byte {
		message, err := box.Seal([]byte("\x01"+number(1)+"\x00\x00\x00\x01"), append([]byte{0}, text...))
		require.NoError(t, err)
		return message
	}
	t.Run("more than was told", func(t *testing.T) {
		inviter, p, box := begin(t)
		require.NoError(t, p.conn.Files().Send(ctx(t), part(t, box, "012345678901")))
		require.Equal(t, chat.ReasonUntrusted, awaitClosed(t, inviter))
	})
	t.Run("never asked for", func(t *testing.T) {
		inviter, p := filesByHand(t)
		box := seal.NewFileKey([32]byte{1}).Box(1, seal.Attempt{Sender: seal.Joiner, ID: 1, Number: 1})
		require.NoError(t, p.conn.Files().Send(ctx(t), part(t, box, "x")))
		require.Equal(t, chat.ReasonUntrusted, awaitClosed(t, inviter))
	})
	t.Run("where none are taken", func(t *testing.T) {
		inviter, p := openByHand(t)
		require.NoError(t, p.conn.Files().Send(ctx(t), []byte("hello")))
		require.Equal(t, chat.ReasonUntrusted, awaitClosed(t, inviter))
	})
	t.Run("another beginning when it has agreed", func(t *testing.T) {
		inviter, p := filesByHand(t)
		p.send(t, fileFrame(0, 10, "a", ""))
		require.NoError(t, inviter.KeepFile(await[chat.FileOffered](t, inviter).ID, new(kept), 5, [32]byte{1}))
		body := p.receive(t)
		for body[0] != 0x11 {
			body = p.receive(t)
		}
		require.Equal(t, number(5)+"\x01", string(body[13:22]))
		box := seal.NewFileKey([32]byte(body[53:])).Box(1, seal.Attempt{Sender: seal.Joiner, ID: 1, Number: 1})
		require.NoError(t, p.conn.Files().Send(ctx(t), part(t, box, "5")))
		require.Eventually(t, func() bool { return await[chat.FileGoes](t, inviter).Done == 6 }, patience, time.Millisecond)
		p.send(t, "\x15"+number(1))
		require.Equal(t, chat.ReasonUntrusted, awaitClosed(t, inviter))
	})
	t.Run("another beginning than was told", func(t *testing.T) {
		inviter, p, _ := begin(t)
		p.send(t, "\x15"+number(1))
		require.Equal(t, chat.ReasonUntrusted, awaitClosed(t, inviter))
	})
	t.Run("under way when it was refused", func(t *testing.T) {
		inviter, p, box := begin(t)
		require.NoError(t, inviter.StopFile(false, 1))
		require.NoError(t, p.conn.Files().Send(ctx(t), part(t, box, "01234")))
		require.NoError(t, p.conn.Files().Send(ctx(t), part(t, box, "56789")))
		p.send(t, "\x01still here")
		require.Equal(t, "still here", await[chat.Message](t, inviter).Text)
	})
}

// TestFunctionalStrayFileFrames: what may have been on its way when a file ended counts for nothing.
func TestFunctionalStrayFileFrames(t *testing.T) {
	t.Parallel()
	inviter, p := filesByHand(t)
	p.isTold(t, inviter)
	require.NoError(t, inviter.StopFile(true, 1))
	for {
		if body := p.receive(t); string(body) == "\x13"+number(1)+"\x01" {
			break
		}
	}
	for _, body := range []string{wantFrame(1, 1, 0), "\x12" + number(1) + "\x01", "\x14" + number(1)} {
		p.send(t, body)
	}
	p.send(t, fileFrame(1, 1, "../\u202ea", ""))
	require.Equal(t, chat.File{Name: "a", Size: 1, Voice: true}, await[chat.FileOffered](t, inviter).File)
	p.send(t, "\x13"+number(1)+"\x02")
	require.Equal(t, chat.FileUnreadable, awaitFile(t, inviter, false))
	p.send(t, "\x13"+number(1)+"\x01")
	p.send(t, "\x01still here")
	require.Equal(t, "still here", await[chat.Message](t, inviter).Text)
}

// awaitFile waits until a file has ended.
func awaitFile(t *testing.T, s *chat.Session, ours bool) chat.FileEnd {
	t.Helper()
	for {
		if ended := await[chat.FileEnded](t, s); ended.Ours == ours {
			return ended.How
		}
	}
}
