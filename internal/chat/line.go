package chat

import (
	"context"
	"encoding/binary"
	"errors"
	"time"

	"tincan/internal/files"
	"tincan/internal/peer"
	"tincan/internal/sdp"
	"tincan/internal/seal"
)

// connection is what a chat needs of the network; twoChannels is one, and *peer.Conn says what each
// method promises.
type connection interface {
	Offer(ctx context.Context) (sdp string, err error)
	Answer(ctx context.Context, offer string) (sdp string, err error)
	Accept(ctx context.Context, answer string) error
	Open(ctx context.Context) error
	Send(ctx context.Context, message []byte) error
	Receive(ctx context.Context) ([]byte, error)
	Files() files.Channel
	Findings() peer.Findings
	Path(ctx context.Context) peer.Path
	Close() error
}

// twoChannels is a connection of the engine.
type twoChannels struct{ *peer.Conn }

// Files is the second of the channels.
func (c twoChannels) Files() files.Channel { return c.Conn.Files() }

// line is one connection to the other side (PROTOCOL.md §4.1), and the two goroutines that carry
// over it. All lines but the first of a chat are made of two cards.
type line struct {
	conn connection
	out  chan []byte // what run sends; unbuffered, so that it knows what has been taken

	own, other card   // other.n is 0 while this end waits
	mediaID    string // the a=mid of our card, which what is applied to it must repeat
	ready      bool   // our card can be told to the other side
	frame      uint64 // the number of the frame that told it, if told
	told       bool
	tried      time.Time // when the other's card was applied
	opened     time.Time // when the channel opened; zero while it has not
	resumed    bool      // frames go over it: both have sent resume, or it is the first line
	back       *back     // of the return whose card it is; nil for any other line
	gone       bool      // it was closed by us, and nothing that it brings counts any more
}

func newLine(conn connection) *line { return &line{conn: conn, out: make(chan []byte)} }

// resumeSize is the length of the first message on a new line, each way.
const resumeSize = 8 + 32

// id is the lineID of PROTOCOL.md §4.1.
func (l *line) id(role seal.Role) [32]byte {
	if role == seal.Inviter {
		return seal.LineID(l.own.n, l.own.packed, l.other.n, l.other.packed)
	}
	return seal.LineID(l.other.n, l.other.packed, l.own.n, l.own.packed)
}

// answer is the other side's card as our engine takes it. The joiner's end begins DTLS in no
// line: it is told that the other one does.
func (l *line) answer(role seal.Role, tried sdp.Description) string {
	if role == seal.Joiner {
		return tried.SDP(sdp.Offer, l.mediaID)
	}
	return tried.SDP(sdp.Answer, l.mediaID)
}

// resume is the first message of ours on a line.
func (s *stream) resume(l *line, role seal.Role) []byte {
	next := s.frames.Received()
	proof := s.frames.Proof(l.id(role), next)
	return append(binary.BigEndian.AppendUint64(make([]byte, 0, resumeSize), next), proof[:]...)
}

// takeResume takes the other side's first message on a line. ok is false if it is not theirs.
// If it asks for frames that are not there, err is what ends the chat.
func (s *stream) takeResume(l *line, role seal.Role, message []byte) (ok bool, err error) {
	if len(message) != resumeSize {
		return false, nil
	}
	next := binary.BigEndian.Uint64(message)
	if !s.frames.CheckProof(l.id(role), next, [32]byte(message[8:])) {
		return false, nil
	}
	if !s.kept.rewind(next) {
		return true, stop{reason: ReasonUntrusted}
	}
	s.wire, s.heard = nil, true
	return true, nil
}

// arrival is what carryIn brings to run: first that the channel of its line is open, then each
// message, and at the end that the channel is closed, by somebody who broke the rules of the
// connection itself if foreign is set.
type arrival struct {
	line    *line
	opened  bool
	message []byte
	ended   bool
	foreign bool
}

// carryIn waits for the channel to open and hands over what comes.
func (l *line) carryIn(ctx context.Context, in chan<- arrival) {
	next := arrival{line: l, opened: true}
	for err := l.conn.Open(ctx); !next.ended; {
		if err != nil {
			next = arrival{line: l, ended: true, foreign: errors.Is(err, peer.ErrForeign)}
		}
		select {
		case in <- next:
		case <-ctx.Done():
			return
		}
		if !next.ended {
			next = arrival{line: l}
			next.message, err = l.conn.Receive(ctx)
		}
	}
}

// carryOut sends what run hands over. If that fails, it closes the connection, so that
// carryIn tells run of the end.
func (l *line) carryOut(ctx context.Context) {
	for message := range l.out {
		if l.conn.Send(ctx, message) != nil {
			_ = l.conn.Close()
		}
	}
}
