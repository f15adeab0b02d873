package chat

import (
	"context"
	"encoding/binary"

	"tincan/internal/files"
	"tincan/internal/seal"
)

// wanted is what a want says.
type wanted struct {
	attempt uint32
	offset  int64
	begins  [32]byte // all zeros where there is nothing to check
	key     seal.FileKey
}

func (w wanted) frame(wire uint64) frame {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, wantSize), wire)
	b = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(b, w.attempt), uint64(w.offset))
	secret := w.key.Bytes()
	return frame{kind: typeWant, content: append(append(b, w.begins[:]...), secret[:]...)}
}

// wanted reads a want for a file of this size.
func (f frame) wanted(size int64) (w wanted, ok bool) {
	b := f.content
	offset := binary.BigEndian.Uint64(b[12:])
	w = wanted{binary.BigEndian.Uint32(b[8:]), int64(offset), [32]byte(b[20:]), seal.NewFileKey([32]byte(b[52:]))}
	return w, offset == 0 && w.begins == [32]byte{} || offset > 0 && offset < uint64(size)
}

// takeWant takes what the other side says of which part of a file it wants.
func (s *Session) takeWant(f *transfer, want frame) error {
	w, ok := want.wanted(f.file.Size)
	checks := w.begins != [32]byte{}
	if !ok || w.attempt <= f.attempt {
		return errFrame
	}
	if f.attempt == 0 && s.files.count(true, true) == files.MaxKept {
		return errFrame
	}
	f.attempt = w.attempt
	switch {
	case checks && f.differed: // it does not know yet
	case f.checking:
		f.next.key.Wipe()
		f.next = w
	case checks:
		s.check(f, w)
	default:
		s.sendWanted(f, w)
	}
	return nil
}

// sendWanted sends a file as it is wanted.
func (s *Session) sendWanted(f *transfer, w wanted) {
	s.files.mover.Send(f.wire, f.file.Size, f.source, w.attempt, w.offset, w.key)
	w.key.Wipe()
}

// check finds out whether a file begins as the other side says, and then sends the rest. What it says meanwhile waits,
// so that one check of a file goes on at a time.
func (s *Session) check(f *transfer, w wanted) {
	f.checking = true
	s.work.ask(func(ctx context.Context) func() error {
		digest, err := digestOf(ctx, f.source, w.offset)
		return func() error {
			next := f.next
			f.checking, f.next = false, wanted{}
			switch {
			case s.files.find(true, f.id) != f || f.attempt == 0:
			case err != nil:
				s.stopFile(f, fileFailed, FileUnreadable)
			case next.attempt > 0 && next.begins != [32]byte{}:
				s.check(f, next)
			case next.attempt > 0:
				s.sendWanted(f, next)
			case digest != w.begins:
				f.differed = true
				s.sayFile(differsFrame(f.wire))
			default:
				s.sendWanted(f, w)
			}
			return nil
		}
	})
}

// digestOf is the SHA-256 of the first n bytes of a file.
func digestOf(ctx context.Context, source Source, n int64) (digest [32]byte, err error) {
	h, p := seal.FileDigest(), make([]byte, 64<<10)
	for offset := int64(0); offset < n; offset += int64(len(p)) {
		p = p[:min(int64(len(p)), n-offset)]
		if err = source.Read(ctx, p, offset); err != nil {
			return digest, err
		}
		h.Write(p)
	}
	h.Sum(digest[:0])
	return digest, nil
}

// restart has a file come from its beginning, since what is here of it is of another.
func (s *Session) restart(f *transfer) error {
	if f.begins == [32]byte{} || s.files.mover.Came(f.wire) {
		return errFrame // it has agreed before
	}
	s.files.mover.Stop(false, f.wire)
	f.offset, f.begins = 0, [32]byte{}
	s.work.ask(func(ctx context.Context) func() error {
		err := f.sink.Restart(ctx)
		return func() error {
			switch {
			case s.files.find(false, f.id) != f:
			case err != nil:
				s.stopFile(f, fileFailed, FileUnstorable)
			default:
				s.beginFile(f)
			}
			return nil
		}
	})
	return nil
}
