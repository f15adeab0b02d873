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
// ever written over.
type diskSink struct {
	folder, name string
	part         *os.File
	path         string // where it is, once it is whole
}

// partSuffix is behind the name of a file that is not whole yet.
const partSuffix = ".tincan-part"

// createFile begins a file in a folder. With exact it gets this name or none; else one that nobody has, such as "photo (2).jpg".
// Its errors are sentences for the person.
func createFile(folder, name string, exact bool) (*diskSink, error) {
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
		part, err := os.OpenFile(s.at()+partSuffix, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		switch {
		case errors.Is(err, fs.ErrExist) && !exact:
			continue
		case err != nil:
			return nil, &trouble{"unstorable", fmt.Sprintf("Nothing can be stored in %s.", folder)}
		}
		s.part = part
		return s, nil
	}
	return nil, &trouble{"unstorable", fmt.Sprintf("There are too many files called %s already.", name)}
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

// Finish gives the file its name. Where somebody has made a file of that name meanwhile, it gets the next.
func (s *diskSink) Finish(context.Context) error {
	if err := s.part.Close(); err != nil {
		return err
	}
	name := s.name
	for n := 1; n < 1000; n++ {
		s.name = numbered(name, n)
		err := os.Link(s.part.Name(), s.at()) // unlike Rename, it replaces nothing
		if err == nil {
			_ = os.Chmod(s.at(), 0o644) // #nosec G302 -- as any program makes a file, but never one that can be run
			s.path = s.at()
			return os.Remove(s.part.Name())
		}
		if !errors.Is(err, fs.ErrExist) {
			return s.copyTo(s.at())
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
	to, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644) // #nosec G302 G304 -- see Finish; the folder is the person's
	if err != nil {
		return err
	}
	if _, err = io.Copy(to, from); err != nil {
		_ = to.Close()
		_ = os.Remove(path)
		return err
	}
	s.path = path
	return errors.Join(to.Close(), os.Remove(s.part.Name()))
}

// drop takes away what there is of a file that is not to be.
func (s *diskSink) drop() {
	_ = s.part.Close()
	_ = os.Remove(s.part.Name())
}
