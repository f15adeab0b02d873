package chat

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"hash"

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

// transfers are the files of a chat that are not over, in their order.
type transfers struct {
	mover *files.Mover
	list  []*transfer
	line  *line              // that is to carry them from now on, as soon as the loop comes round
	stop  context.CancelFunc // ends what carries them
}

// transfer is a file for the other side, if it is ours, or for this one. Its id in this session stays; on the wire it has
// another, wire, after a reload.
type transfer struct {
	ours     bool
	id, wire uint64 // wire is 0 until it is signed
	file     File
	attempt  uint32 // in which its receiver wants it; 0 if that does not yet
	done     int64  // how far the person was told that it is; below 0 before

	// Of ours.
	ref      string
	source   Source
	checking bool   // whether it begins as the other side says
	differed bool   // it did not
	next     wanted // in place of what is checked, where its attempt is later

	// Of theirs.
	sink   Sink  // nil until the person wants it
	offset int64 // from where on
	begins [32]byte
}

func newTransfers(role seal.Role) transfers {
	return transfers{mover: files.New(role), stop: func() {}}
}

// find is the file with this id, nil if there is none.
func (t *transfers) find(ours bool, id uint64) *transfer {
	for _, f := range t.list {
		if f.ours == ours && f.id == id {
			return f
		}
	}
	return nil
}

// named is the one that has this id on the wire.
func (t *transfers) named(ours bool, wire uint64) *transfer {
	for _, f := range t.list {
		if f.ours == ours && f.wire == wire && wire > 0 {
			return f
		}
	}
	return nil
}

// count counts the files of a side, those that are under way or all.
func (t *transfers) count(ours, underWay bool) (n int) {
	for _, f := range t.list {
		if f.ours == ours && (!underWay || f.attempt > 0) {
			n++
		}
	}
	return n
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
		f := s.files.find(false, id)
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
		how := FileRefused
		if ours {
			how = FileWithdrawn
		}
		if f := s.files.find(ours, id); f != nil {
			s.stopFile(f, fileByPerson, how)
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
	case s.stream.can.ours&featureFiles == 0, s.stream.frames.Received() > 0 && !s.canFiles():
		return 0, fail(CodeNoFiles, nil) // before its first frame the other side may still say that it takes some
	case !ok:
		return 0, fail(CodeNoFile, nil)
	case s.files.count(true, false) == maxFiles:
		return 0, fail(CodeTooManyFiles, nil)
	case !s.out.room(len(packed)):
		return 0, fail(CodeTooManyWaiting, nil)
	}
	f := &transfer{ours: true, ref: ref, file: file, source: source, done: -1}
	f.id = s.out.push(outgoing{ref: ref, kind: typeFile, text: packed, file: f})
	s.files.list = append(s.files.list, f)
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
	for _, f := range t.list {
		if f.ours || f.attempt == 0 {
			continue
		}
		key, err := seal.GenerateFileKey(rand.Reader)
		if err != nil {
			continue
		}
		if offset, ok := t.mover.Again(f.wire, f.attempt+1, key); ok {
			s.unsayWant(f.wire)
			if f.attempt++; offset > f.offset {
				f.begins = [32]byte{} // something has come
			}
			s.sayFile(wanted{f.attempt, offset, f.begins, key}.frame(f.wire))
		}
		key.Wipe()
	}
}

// unsayWant takes back a want that waits to be sent: another takes its place.
func (s *Session) unsayWant(wire uint64) {
	control := s.stream.control
	s.stream.control = nil
	for _, f := range control {
		if f.kind != typeWant || binary.BigEndian.Uint64(f.content) != wire {
			s.stream.control = append(s.stream.control, f)
		}
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

// beginFiles begins with what the person wants, as far as there is room.
func (s *Session) beginFiles() {
	for _, f := range s.files.list {
		if f.sink != nil && f.attempt == 0 && s.files.count(false, true) < files.MaxKept {
			s.beginFile(f)
		}
	}
}

// beginFile has a file come from where on it is to.
func (s *Session) beginFile(f *transfer) {
	key, err := seal.GenerateFileKey(rand.Reader)
	if err != nil {
		s.stopFile(f, fileFailed, FileUnstorable)
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

// stopFile ends a file and tells the other side.
func (s *Session) stopFile(f *transfer, why byte, how FileEnd) {
	kind := byte(typeRefuse)
	if f.ours {
		kind = typeWithdraw
	}
	if !f.ours || !s.out.take(f) && f.wire > 0 {
		s.sayFile(stopFrame(kind, f.wire, why))
	}
	s.dropFile(f, how)
}

// dropFile ends a file at this side, so that there may be room for another.
func (s *Session) dropFile(f *transfer, how FileEnd) {
	s.forgetFile(f, how)
	s.beginFiles()
}

func (s *Session) forgetFile(f *transfer, how FileEnd) {
	s.files.mover.Stop(f.ours, f.wire)
	for i, o := range s.files.list {
		if o == f {
			s.files.list = append(s.files.list[:i:i], s.files.list[i+1:]...) // somebody may be going through the old one
			break
		}
	}
	s.events.push(FileEnded{f.ours, f.id, how})
}

// filesEnded is called when the mover has news.
func (s *Session) filesEnded() {
	for _, n := range s.files.mover.News() {
		f := s.files.named(n.Ours, n.ID)
		switch {
		case f == nil:
		case n.Ours:
			s.stopFile(f, fileFailed, FileUnreadable)
		case n.Err != nil:
			s.stopFile(f, fileFailed, FileUnstorable)
		default:
			s.sayFile(wholeFrame(f.wire))
			s.dropFile(f, FileWhole)
		}
	}
}

// tellProgress is called once in a tick.
func (s *Session) tellProgress() {
	if s.events.full() {
		return
	}
	for _, p := range s.files.mover.Progress() {
		if f := s.files.named(p.Ours, p.ID); f != nil && f.done != p.Done {
			f.done = p.Done
			s.events.push(FileGoes{f.ours, f.id, p.Done})
		}
	}
}

// takeFileFrame takes a frame of the other side that has to do with files.
func (s *Session) takeFileFrame(f frame) error {
	if !s.canFiles() {
		return errFrame
	}
	wire := binary.BigEndian.Uint64(f.content)
	ours, last := true, s.stream.frames.Said()
	if f.kind == typeWithdraw || f.kind == typeDiffers {
		ours, last = false, s.stream.frames.Heard()
	}
	file := s.files.named(ours, wire)
	switch {
	case wire == 0, wire > last:
		return errFrame
	case file == nil: // it may be over at this side alone
	case f.kind == typeWithdraw:
		s.dropFile(file, stopped(f, FileWithdrawn, FileUnreadable))
	case f.kind == typeDiffers:
		return s.restart(file)
	case f.kind == typeRefuse:
		s.dropFile(file, stopped(f, FileRefused, FileUnstorable))
	case f.kind == typeWant:
		return s.takeWant(file, f)
	case !s.files.mover.Sent(wire):
		return errFrame
	default:
		s.dropFile(file, FileWhole)
	}
	return nil
}

// takeFile takes what the other side tells of a file.
func (s *Session) takeFile(id uint64, message []byte) error {
	file, ok := unpackFile(message)
	if !ok || s.files.count(false, false) == maxFiles {
		return errFrame
	}
	s.files.list = append(s.files.list, &transfer{id: id, wire: s.stream.frames.Heard(), file: file, done: -1})
	file.Name = files.SafeName(file.Name)
	s.events.push(FileOffered{id, file})
	return nil
}

// again is called when the other side has come back after a reload, and knows nothing of what was said. Its own files are
// lost with its page. Of rest, which it has not had before, again returns what is to be said now, behind our files that
// it did know of.
func (s *Session) again(rest []outgoing) (list []outgoing) {
	for _, f := range s.files.list {
		if !f.ours {
			s.forgetFile(f, FileLost)
			continue
		}
		s.files.mover.Stop(true, f.wire)
		f.wire, f.attempt, f.done, f.next, f.differed = 0, 0, -1, wanted{}, false
		known := true
		for _, m := range rest {
			known = known && m.file != f
		}
		if known {
			packed, _ := f.file.pack()
			list = append(list, outgoing{ref: f.ref, id: f.id, kind: typeFile, text: packed, file: f})
		}
	}
	for _, m := range rest {
		switch {
		case m.file != nil && s.files.find(true, m.id) == nil:
			continue
		case m.about.ID == 0 || m.about.Ours:
		case m.kind == typeAnswer: // what it answers is gone with that page
			m.kind, m.about = typeText, Said{}
		default:
			s.events.push(Failed{m.ref, m.id, CodeNoMessage})
			continue
		}
		list = append(list, m)
	}
	return list
}

// endFiles ends all files with the chat.
func (s *Session) endFiles() {
	s.files.stop()
	s.files.mover.Close()
	for _, f := range s.files.list {
		s.events.push(FileEnded{f.ours, f.id, FileLost})
	}
}
