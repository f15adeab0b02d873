//go:build js

package main

import (
	"context"
	"math"
	"sync"
	"syscall/js"

	"tincan/internal/chat"
	"tincan/internal/promise"
)

// piece is how much of a file is read or kept at once. Each time costs a turn of the page, and several of the browser.
const piece = 1 << 20

// arrayType is of what files are handed over in. An array is made once for each file and used again and again: one for
// each piece would stay until Go's collector finds out, and that counts only its own bytes.
var arrayType = js.Global().Get("Uint8Array")

// source is a file that the page reads (FileSource of engine.d.ts).
type source struct {
	object js.Value
	size   int64

	mu       sync.Mutex // it may be read for a check while it is sent
	array    js.Value   // undefined before the first reading
	from, to int64      // what of the file is in it
}

func (s *source) Read(ctx context.Context, p []byte, offset int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(p) > 0 {
		if offset < s.from || offset >= s.to {
			if err := s.fetch(ctx, offset); err != nil {
				return err
			}
		}
		at := offset - s.from
		n := js.CopyBytesToGo(p, s.array.Call("subarray", at, min(at+int64(len(p)), s.to-s.from)))
		p, offset = p[n:], offset+int64(n)
	}
	return nil
}

// fetch has the page read what comes at offset.
func (s *source) fetch(ctx context.Context, offset int64) error {
	if s.array.IsUndefined() {
		s.array = arrayType.New(min(piece, s.size))
	}
	n := min(piece, s.size-offset)
	s.from, s.to = 0, 0
	_, err := promise.Await(ctx, s.object, "read", s.array.Call("subarray", 0, n), offset)
	if err != nil {
		s.array = js.Undefined() // the page may be reading into it still
		return err
	}
	s.from, s.to = offset, offset+n
	return nil
}

// spare are arrays of sinks that have ended, for those that come: many small files would each take a mebibyte until the
// collector runs.
var spare = make(chan js.Value, 4)

// sink is where the page keeps a file (FileSink of engine.d.ts). It gets the file in large pieces.
type sink struct {
	object, array js.Value
	filled        int // how much of array waits to be kept
}

func (s *sink) Write(ctx context.Context, p []byte) error {
	if s.array.IsUndefined() {
		select {
		case s.array = <-spare:
		default:
			s.array = arrayType.New(piece)
		}
	}
	for len(p) > 0 {
		n := js.CopyBytesToJS(s.array.Call("subarray", s.filled), p)
		s.filled, p = s.filled+n, p[n:]
		if s.filled == piece {
			if err := s.flush(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *sink) flush(ctx context.Context) error {
	if s.filled == 0 {
		return nil
	}
	n := s.filled
	s.filled = 0
	return s.call(ctx, "write", s.array.Call("subarray", 0, n))
}

func (s *sink) Restart(ctx context.Context) error {
	s.filled = 0
	return s.call(ctx, "restart")
}

func (s *sink) Finish(ctx context.Context) error {
	if err := s.flush(ctx); err != nil {
		return err
	}
	if !s.array.IsUndefined() { // nothing of the page's reads it any more
		s.array.Call("fill", 0)
		select {
		case spare <- s.array:
		default:
		}
		s.array = js.Undefined()
	}
	return s.call(ctx, "finish")
}

func (s *sink) call(ctx context.Context, method string, args ...any) error {
	_, err := promise.Await(ctx, s.object, method, args...)
	return err
}

func (h *handle) sendFile(args []js.Value) (id any, err error) {
	about := argument(args, 1)
	file := chat.File{
		Name: text(about, "name"), Kind: text(about, "kind"), Size: whole(get(about, "size")), Voice: get(about, "voice").Truthy(),
	}
	_, err = h.in(func(s *chat.Session) error {
		number, err := s.SendFile(str(args, 0), file, &source{object: argument(args, 2), size: file.Size})
		id = float64(number)
		return err
	})
	return id, err
}

func (h *handle) keepFile(args []js.Value) (any, error) {
	return h.in(func(s *chat.Session) error {
		return s.KeepFile(idOf(argument(args, 0)), &sink{object: argument(args, 1)}, 0, [32]byte{})
	})
}

func (h *handle) stopFile(args []js.Value) (any, error) {
	return h.in(func(s *chat.Session) error { return s.StopFile(argument(args, 0).Truthy(), idOf(argument(args, 1))) })
}

// idOf is the number of a message or file; none has that of what is no number.
func idOf(v js.Value) uint64 { return uint64(max(whole(v), 0)) }

// whole is a number of bytes or of a file; -1 for what can be none.
func whole(v js.Value) int64 {
	if v.Type() != js.TypeNumber {
		return -1
	}
	n := v.Float()
	if n != math.Trunc(n) || n < 0 || n > 1<<53-1 {
		return -1
	}
	return int64(n)
}
