package chat

import (
	"encoding/binary"
	"unicode/utf8"

	"tincan/internal/files"
)

// Limits of PROTOCOL.md §4.3.
const (
	maxFiles = 16 // of one side that are offered or under way
	maxName  = 255
	maxKind  = 100
	fileHead = 1 + 8 + 1 // flags, size, length of the name
	wantSize = 8 + 4 + 8 + 32 + 32

	flagVoice = 1 // of a file: a voice message

	// What a refuse or withdraw says of why.
	fileByPerson = 1 // the person does not want it, or not any more
	fileFailed   = 2 // it cannot be stored, or read
)

// File is what one side tells the other of a file.
type File struct {
	// Name is what the other side should call it: 1 to 255 bytes of UTF-8. In FileOffered it is a name that
	// every system takes, and no path.
	Name string
	// Kind is its media type, as its maker says, such as image/png; up to 100 characters of ASCII, empty if unknown.
	Kind string
	// Size is its length in bytes, from 0 to 2^53-1.
	Size int64
	// Voice says that it is a voice message.
	Voice bool
}

// pack makes what is told of a file. ok is false if there can be no such file.
func (f File) pack() (packed string, ok bool) {
	if len(f.Name) == 0 || len(f.Name) > maxName || !utf8.ValidString(f.Name) || len(f.Kind) > maxKind || !printable(f.Kind) ||
		f.Size < 0 || f.Size > files.MaxSize {
		return "", false
	}
	b := make([]byte, 0, fileHead+len(f.Name)+len(f.Kind))
	flags := byte(0)
	if f.Voice {
		flags = flagVoice
	}
	b = binary.BigEndian.AppendUint64(append(b, flags), uint64(f.Size))
	b = append(append(b, byte(len(f.Name))), f.Name...)
	return string(append(b, f.Kind...)), true
}

// unpackFile reads what pack makes, and nothing else.
func unpackFile(b []byte) (f File, ok bool) {
	if len(b) < fileHead || b[0] > flagVoice {
		return File{}, false
	}
	size, n, rest := binary.BigEndian.Uint64(b[1:]), int(b[9]), b[fileHead:]
	if size > files.MaxSize || n > len(rest) {
		return File{}, false
	}
	f = File{Name: string(rest[:n]), Kind: string(rest[n:]), Size: int64(size), Voice: b[0] == flagVoice}
	_, ok = f.pack()
	return f, ok
}

func printable(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

func differsFrame(wire uint64) frame {
	return frame{kind: typeDiffers, content: binary.BigEndian.AppendUint64(nil, wire)}
}

func stopFrame(kind byte, wire uint64, why byte) frame {
	return frame{kind: kind, content: append(binary.BigEndian.AppendUint64(nil, wire), why)}
}

func wholeFrame(wire uint64) frame {
	return frame{kind: typeWhole, content: binary.BigEndian.AppendUint64(nil, wire)}
}

// stopped reads why a file was refused or withdrawn.
func stopped(f frame, byPerson, failed FileEnd) FileEnd {
	if f.content[8] == fileFailed {
		return failed
	}
	return byPerson
}
