package chat

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"hash"
	"maps"
	"slices"

	"tincan/internal/files"
	"tincan/internal/seal"
)

// Source and Sink are where a file comes from, and where one is kept.
type (
	Source = files.Source
	Sink   = files.Sink
)

// FileDigest is the hash of what is there of a file, for KeepFile.
func FileDigest() hash.Hash { return seal.FileDigest() }

// FileEnd is how a file ended.
type FileEnd string

// The ways in which a file ends.
const (
	FileWhole      FileEnd = "whole"      // all of it is stored at the receiver
	FileRefused    FileEnd = "refused"    // its receiver does not want it
	FileWithdrawn  FileEnd = "withdrawn"  // its sender does not give it any more
	FileUnreadable FileEnd = "unreadable" // its sender cannot read it
	FileUnstorable FileEnd = "unstorable" // its receiver cannot store it
	FileLost       FileEnd = "lost"       // the chat ended, or its sender's page was reloaded
)

// transfers are the files of a chat that are not over. A file's id in this session stays; on the wire it has
// another, wire, after a reload.
type transfers struct {
	mover  *files.Mover
	ours   map[uint64]*ourFile   // by id
	theirs map[uint64]*theirFile // by id
	line   *line                 // that is to carry them from now on, as soon as the loop comes round
	stop   context.CancelFunc    // ends what carries them
	done   map[files.Progress]bool
}

// ourFile is a file for the other side.
type ourFile struct {
	id, wire uint64 // wire is 0 until it is signed
	ref      string
	file     File
	source   Source
	attempt  uint32 // in which the other side wants it; 0 if it does not yet
	checking bool   // whether it begins as the other side says
	differed bool   // it did not
	next     wanted // in place of what is checked, where its attempt is later
}

// theirFile is a file of the other side.
type theirFile struct {
	id, wire uint64
	file     File
	sink     Sink  // nil until the person wants it
	offset   int64 // from where on
	begins   [32]byte
	attempt  uint32
}

func newTransfers(role seal.Role) transfers {
	return transfers{
		mover: files.New(role), ours: map[uint64]*ourFile{}, theirs: map[uint64]*theirFile{}, stop: func() {},
		done: map[files.Progress]bool{},
	}
}

// SendFile tells the other person of a file and returns its number, as Send does. Delivered follows when they
// know of it, FileGoes when they want it, and FileEnded in the end. source is read until then.
func (s *Session) SendFile(ref string, file File, source Source) (id uint64, err error) {
	err = s.call(func(context.Context) error {
		id, err = s.queueFile(ref, file, source)
		return err
	})
	return id, err
}

// KeepFile has a file of the other person come and be kept. FileEnded follows. Where offset is not 0, that much of
// the file, but not all, is there from an earlier chat, and begins is its SHA-256. If the file begins otherwise, sink is restarted.
func (s *Session) KeepFile(id uint64, sink Sink, offset int64, begins [32]byte) error {
	return s.call(func(context.Context) error {
		f := s.files.theirs[id]
		if f == nil || f.sink != nil || offset < 0 || offset > 0 && offset >= f.file.Size {
			return fail(CodeNoFile, nil)
		}
		f.sink = sink
		if offset > 0 {
			f.offset, f.begins = offset, begins
		}
		s.beginFiles()
		return nil
	})
}

// StopFile ends a file: one of ours is withdrawn, one of the other side refused. FileEnded follows, unless it is over.
func (s *Session) StopFile(ours bool, id uint64) error {
	return s.call(func(context.Context) error {
		if f := s.files.ours[id]; ours && f != nil {
			s.withdraw(f, fileByPerson, FileWithdrawn)
		}
		if f := s.files.theirs[id]; !ours && f != nil {
			s.refuse(f, fileByPerson, FileRefused)
		}
		return nil
	})
}

func (s *Session) queueFile(ref string, file File, source Source) (uint64, error) {
	packed, ok := file.pack()
	switch {
	case !s.phase.opened():
		return 0, fail(CodeNotOpen, nil)
	case s.phase == leaving:
		return 0, fail(CodeEnded, nil)
	case !s.canFiles():
		return 0, fail(CodeNoFiles, nil)
	case !ok:
		return 0, fail(CodeNoFile, nil)
	case len(s.files.ours) == maxFiles:
		return 0, fail(CodeTooManyFiles, nil)
	case !s.out.room(len(packed)):
		return 0, fail(CodeTooManyWaiting, nil)
	}
	f := &ourFile{ref: ref, file: file, source: source}
	f.id = s.out.pushFile(ref, packed, f)
	s.files.ours[f.id] = f
	return f.id, nil
}

// canFiles tells whether both sides can send and keep files.
func (s *Session) canFiles() bool {
	return s.stream.can.ours&featureFiles != 0 && s.stream.peerCan(featureFiles)
}

// carryFiles has files go over the line that carries the chat from now on. Of each that is under way to this side
// the rest is wanted anew, for what was under way is lost.
func (s *Session) carryFiles(l *line) {
	t := &s.files
	t.stop()
	t.line, t.stop = l, func() {}
	t.mover.Hold()
	s.stream.control = slices.DeleteFunc(s.stream.control, func(f frame) bool { return f.kind == typeWant })
	for _, f := range t.inOrder() {
		if f.attempt == 0 {
			continue
		}
		key, err := seal.GenerateFileKey(rand.Reader)
		if err != nil {
			continue
		}
		if offset, ok := t.mover.Again(f.wire, f.attempt+1, key); ok {
			if f.attempt++; offset > f.offset {
				f.begins = [32]byte{} // something has come
			}
			s.sayFile(wanted{f.attempt, offset, f.begins, key}.frame(f.wire))
		}
		key.Wipe()
	}
}

// begin starts the goroutine that carries files, where another line is to.
func (t *transfers) begin(ctx context.Context, lines *lines) {
	l := t.line
	if l == nil {
		return
	}
	t.line = nil
	ctx, t.stop = context.WithCancel(ctx)
	lines.running.Go(func() {
		if t.mover.Carry(ctx, l.conn.Files()) == nil {
			return
		}
		select {
		case lines.in <- arrival{line: l, ended: true, foreign: true}:
		case <-ctx.Done():
		}
	})
}

// inOrder are the files of the other side, by id.
func (t *transfers) inOrder() (list []*theirFile) {
	for _, id := range slices.Sorted(maps.Keys(t.theirs)) {
		list = append(list, t.theirs[id])
	}
	return list
}

// beginFiles begins with what the person wants, as far as there is room.
func (s *Session) beginFiles() {
	t := &s.files
	running := 0
	for _, f := range t.theirs {
		if f.attempt > 0 {
			running++
		}
	}
	for _, f := range t.inOrder() {
		if f.sink == nil || f.attempt > 0 || running == files.MaxKept {
			continue
		}
		running++
		s.beginFile(f)
	}
}

// beginFile has a file come from where on it is to.
func (s *Session) beginFile(f *theirFile) {
	key, err := seal.GenerateFileKey(rand.Reader)
	if err != nil {
		s.refuse(f, fileFailed, FileUnstorable)
		return
	}
	f.attempt++
	s.files.mover.Keep(f.wire, f.file.Size, f.sink, f.attempt, f.offset, key)
	s.sayFile(wanted{f.attempt, f.offset, f.begins, key}.frame(f.wire))
	key.Wipe()
}

func (s *Session) sayFile(f frame) {
	if s.phase != leaving {
		s.stream.control = append(s.stream.control, f)
	}
}

// withdraw ends a file of ours.
func (s *Session) withdraw(f *ourFile, why byte, how FileEnd) {
	if _, unsaid := s.out.take(f); !unsaid && f.wire > 0 {
		s.sayFile(stopFrame(typeWithdraw, f.wire, why))
	}
	s.dropOurs(f, how)
}

func (s *Session) dropOurs(f *ourFile, how FileEnd) {
	s.files.mover.Stop(true, f.wire)
	delete(s.files.ours, f.id)
	s.events.push(FileEnded{true, f.id, how})
}

// refuse ends a file of the other side.
func (s *Session) refuse(f *theirFile, why byte, how FileEnd) {
	s.sayFile(stopFrame(typeRefuse, f.wire, why))
	s.dropTheirs(f, how)
}

func (s *Session) dropTheirs(f *theirFile, how FileEnd) {
	s.files.mover.Stop(false, f.wire)
	delete(s.files.theirs, f.id)
	s.events.push(FileEnded{false, f.id, how})
	s.beginFiles()
}

// filesEnded is called when the mover has news.
func (s *Session) filesEnded() {
	for _, n := range s.files.mover.News() {
		if f := s.files.ourByWire(n.ID); n.Ours && f != nil {
			s.withdraw(f, fileFailed, FileUnreadable)
		}
		if f := s.files.theirByWire(n.ID); !n.Ours && f != nil {
			if n.Err != nil {
				s.refuse(f, fileFailed, FileUnstorable)
			} else {
				s.sayFile(wholeFrame(f.wire))
				s.dropTheirs(f, FileWhole)
			}
		}
	}
}

// tellProgress is called once in a tick.
func (s *Session) tellProgress() {
	if s.events.full() {
		return
	}
	told := s.files.done
	s.files.done = map[files.Progress]bool{}
	for _, p := range s.files.mover.Progress() {
		s.files.done[p] = true
		if told[p] {
			continue
		}
		if f := s.files.ourByWire(p.ID); p.Ours && f != nil {
			s.events.push(FileGoes{true, f.id, p.Done})
		}
		if f := s.files.theirByWire(p.ID); !p.Ours && f != nil {
			s.events.push(FileGoes{false, f.id, p.Done})
		}
	}
}

func (t *transfers) ourByWire(wire uint64) *ourFile {
	for _, f := range t.ours {
		if f.wire == wire {
			return f
		}
	}
	return nil
}

func (t *transfers) theirByWire(wire uint64) *theirFile {
	for _, f := range t.theirs {
		if f.wire == wire {
			return f
		}
	}
	return nil
}

// takeFileFrame takes a frame of the other side that has to do with files.
func (s *Session) takeFileFrame(f frame) error {
	switch {
	case !s.canFiles():
		return errFrame
	case f.kind == typeFile:
		return s.takeFile(f)
	}
	wire := binary.BigEndian.Uint64(f.content)
	if f.kind == typeWithdraw || f.kind == typeDiffers {
		file := s.files.theirByWire(wire)
		switch {
		case file == nil:
			return unlessUpTo(wire, s.stream.frames.Heard())
		case f.kind == typeDiffers:
			return s.restart(file)
		}
		s.dropTheirs(file, stopped(f, FileWithdrawn, FileUnreadable))
		return nil
	}
	file := s.files.ourByWire(wire)
	if file == nil || wire == 0 {
		return unlessUpTo(wire, s.stream.frames.Said())
	}
	switch f.kind {
	case typeRefuse:
		s.dropOurs(file, stopped(f, FileRefused, FileUnstorable))
	case typeWhole:
		if !s.files.mover.Sent(wire) {
			return errFrame
		}
		s.dropOurs(file, FileWhole)
	case typeWant:
		return s.takeWant(file, f)
	}
	return nil
}

// unlessUpTo is for a frame that names a file which is not open: that may be over at this side alone, as long as there
// has been a message with its id.
func unlessUpTo(wire, last uint64) error {
	if wire == 0 || wire > last {
		return errFrame
	}
	return nil
}

// takeFile takes what the other side tells of a file.
func (s *Session) takeFile(f frame) error {
	file, ok := unpackFile(f.content)
	if !ok || len(s.files.theirs) == maxFiles {
		return errFrame
	}
	id, err := s.in.file(f, s.stream.frames)
	if err != nil {
		return err
	}
	s.files.theirs[id] = &theirFile{id: id, wire: s.stream.frames.Heard(), file: file}
	file.Name = files.SafeName(file.Name)
	s.events.push(FileOffered{id, file})
	return nil
}

// again is called when the other side has come back after a reload, and knows nothing of what was said. Of rest, which
// it has not had before, it returns what is to be said now, behind our files that it did know of.
func (t *transfers) again(rest []outgoing) (list []outgoing) {
	rest = slices.DeleteFunc(rest, func(m outgoing) bool { return m.file != nil && t.ours[m.id] == nil })
	for _, id := range slices.Sorted(maps.Keys(t.ours)) {
		f := t.ours[id]
		t.mover.Stop(true, f.wire)
		f.wire, f.attempt, f.next, f.differed = 0, 0, wanted{}, false
		if !slices.ContainsFunc(rest, func(m outgoing) bool { return m.file == f }) {
			packed, _ := f.file.pack()
			list = append(list, outgoing{ref: f.ref, id: id, text: packed, file: f})
		}
	}
	return append(list, rest...)
}

// lose ends the files of the other side, which were lost with its page.
func (s *Session) lose() {
	for _, f := range s.files.inOrder() {
		s.files.mover.Stop(false, f.wire)
		delete(s.files.theirs, f.id)
		s.events.push(FileEnded{false, f.id, FileLost})
	}
}

// endFiles ends all files with the chat.
func (s *Session) endFiles() {
	s.files.stop()
	s.files.mover.Close()
	for _, id := range slices.Sorted(maps.Keys(s.files.ours)) {
		s.events.push(FileEnded{true, id, FileLost})
	}
	for _, id := range slices.Sorted(maps.Keys(s.files.theirs)) {
		s.events.push(FileEnded{false, id, FileLost})
	}
}
