package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"tincan/internal/chat"
)

// diskFile is a file to send. It is open for as long as it is offered.
type diskFile struct{ f *os.File }

// openFile opens a file to send, and says what is told of it. Its errors are sentences for the person.
func openFile(path string) (chat.File, *diskFile, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return chat.File{}, nil, &trouble{"unreadable", fmt.Sprintf("There is no file %s.", path)}
	case err == nil && info.IsDir():
		return chat.File{}, nil, &trouble{"unreadable", fmt.Sprintf("%s is a folder. Pack it first, with zip or tar, and send that.", path)}
	case err == nil && !info.Mode().IsRegular():
		return chat.File{}, nil, &trouble{"unreadable", fmt.Sprintf("%s is no file that could be sent.", path)}
	}
	var f *os.File
	if err == nil {
		f, err = os.Open(path)
	}
	if err != nil {
		return chat.File{}, nil, &trouble{"unreadable", fmt.Sprintf("%s cannot be read.", path)}
	}
	kind, _, _ := strings.Cut(mime.TypeByExtension(filepath.Ext(path)), ";")
	return chat.File{Name: nameOf(path), Kind: kind, Size: info.Size()}, &diskFile{f}, nil
}

// nameOf is what the other side is told that a file is called: as here, but cut to 255 bytes in front of its extension.
func nameOf(path string) string {
	name, extension := strings.ToValidUTF8(filepath.Base(path), "_"), ""
	if i := strings.LastIndexByte(name, '.'); i > 0 && len(name)-i <= 32 {
		name, extension = name[:i], name[i:]
	}
	for len(name)+len(extension) > 255 {
		_, n := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-n]
	}
	return name + extension
}

// Read fills p from offset on. A file that has become shorter cannot be read to its end.
func (d *diskFile) Read(_ context.Context, p []byte, offset int64) error {
	if n, err := d.f.ReadAt(p, offset); n < len(p) {
		return fmt.Errorf("read: %w", err)
	}
	return nil
}

func (d *diskFile) close() { _ = d.f.Close() }

// diskSink is where a file of the other side is kept: under another name until all of it is there. Nothing that exists is
// ever written over. What was kept of a file before the chat ended is there for the next one.
type diskSink struct {
	folder, name string
	part         *os.File
	offset       int64    // how much is there from before,
	begins       [32]byte // and its SHA-256
	path         string   // where it is, once it is whole
}

// partSuffix is behind the name of a file that is not whole yet.
const partSuffix = ".tincan-part"

// createFile begins a file of this size in a folder, or goes on with what is there of it. With exact it gets this name or
// none; else one that nobody has, such as "photo (2).jpg". Its errors are sentences for the person.
func createFile(folder, name string, size int64, exact bool) (*diskSink, error) {
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return nil, &trouble{"unstorable", fmt.Sprintf("There is no folder %s.", folder)}
	}
	for n := 1; n < 1000; n++ {
		s := &diskSink{folder: folder, name: numbered(name, n)}
		if _, err := os.Lstat(s.at()); err == nil {
			if exact {
				return nil, &trouble{"unstorable", fmt.Sprintf("There is a file %s already.", s.at())}
			}
			continue
		}
		switch err := s.open(size); {
		case err == nil:
			return s, nil
		case !errors.Is(err, errTaken) || exact:
			return nil, &trouble{"unstorable", fmt.Sprintf("Nothing can be stored as %s.", s.at())}
		}
	}
	return nil, &trouble{"unstorable", fmt.Sprintf("There are too many files called %s already.", name)}
}

// errTaken: another file is being kept under this name, by this program or another.
var errTaken = errors.New("taken")

// open opens what there is of a file. If it could be of one of this size, it stays, but for its last byte where that is all:
// one byte has to come, by which it is known that it is the same file.
func (s *diskSink) open(size int64) error {
	path := s.at() + partSuffix
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return errTaken
	}
	part, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o666) // #nosec G302 G304 -- as any program makes a file; the folder is the person's
	if err != nil {
		return err
	}
	if !lock(part) {
		_ = part.Close()
		return errTaken
	}
	s.part = part
	info, err := part.Stat()
	if err == nil && info.Size() > 0 && info.Size() <= size {
		s.offset = min(info.Size(), size-1)
	}
	if err == nil {
		err = part.Truncate(s.offset)
	}
	h := chat.FileDigest()
	if err == nil {
		_, err = io.Copy(h, part) // its end is where it goes on
	}
	if err != nil {
		_ = part.Close()
		return err
	}
	h.Sum(s.begins[:0])
	return nil
}

func (s *diskSink) at() string { return filepath.Join(s.folder, s.name) }

// numbered puts a number into a name, in front of its extension.
func numbered(name string, n int) string {
	if n == 1 {
		return name
	}
	extension := filepath.Ext(name)
	if len(extension) == len(name) {
		extension = ""
	}
	return fmt.Sprintf("%s (%d)%s", strings.TrimSuffix(name, extension), n, extension)
}

// Write keeps the next bytes.
func (s *diskSink) Write(_ context.Context, p []byte) error {
	_, err := s.part.Write(p)
	return err
}

// Restart forgets what there was.
func (s *diskSink) Restart(context.Context) error {
	if err := s.part.Truncate(0); err != nil {
		return err
	}
	_, err := s.part.Seek(0, io.SeekStart)
	return err
}

// Finish gives the file its name. Where somebody has made a file of that name meanwhile, it gets the next.
func (s *diskSink) Finish(context.Context) error {
	defer func() { _ = s.part.Close() }() // and with it the lock
	if err := s.part.Sync(); err != nil {
		return err
	}
	name := s.name
	for n := 1; n < 1000; n++ {
		s.name = numbered(name, n)
		err := os.Link(s.part.Name(), s.at()) // unlike Rename, it replaces nothing
		if err != nil && !errors.Is(err, fs.ErrExist) {
			err = s.copyTo(s.at())
		}
		if err == nil {
			s.path = s.at()
			_ = os.Remove(s.part.Name())
		}
		if !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return fs.ErrExist
}

// copyTo is for file systems without links.
func (s *diskSink) copyTo(path string) (err error) {
	from, err := os.Open(s.part.Name())
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }()
	to, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666) // #nosec G302 G304 -- see open
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	if err = errors.Join(err, to.Close()); err != nil {
		_ = os.Remove(path)
	}
	return err
}

// drop takes away what there is of a file that is not to be.
func (s *diskSink) drop() {
	if s.path != "" { // it was whole just before
		_ = os.Remove(s.path)
		return
	}
	_ = os.Remove(s.part.Name())
	_ = s.part.Close()
}

// leave lets go of a file that may go on in another chat.
func (s *diskSink) leave() {
	info, err := s.part.Stat()
	if err != nil || info.Size() == 0 {
		s.drop()
		return
	}
	_ = s.part.Close()
}
