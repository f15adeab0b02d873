package seal

import "encoding/binary"

// A chain is one direction: the key that the next frame's key comes from, and
// the next frame's number. A person's messages have numbers of their own.
type chain struct {
	dir      Role
	key      *[32]byte
	n        uint64
	messages uint64
}

func (c *chain) nonce() Nonce {
	nonce := Nonce{0: byte(c.dir)}
	binary.BigEndian.PutUint64(nonce[16:], c.n)
	return nonce
}

// advance replaces the key by the one after it; the old one cannot be had back.
func (c *chain) advance(next *[32]byte) {
	wipe(c.key[:])
	c.key = next
	c.n++
}

// Session seals and opens the frames of one chat (PROTOCOL.md §4). It is used
// by one goroutine. The first frame that does not open wipes it.
type Session struct {
	role       Role
	own        *KeyPair
	peer       VerifyKey
	id         [16]byte
	sas        SAS
	send, recv chain
	closed     bool
}

// SAS is what both people compare.
func (s *Session) SAS() SAS { return s.sas }

// Sent and Received count the frames of each direction so far: the number
// the next one gets.
func (s *Session) Sent() uint64     { return s.send.n }
func (s *Session) Received() uint64 { return s.recv.n }

// Sign signs the next message of ours, whole, of the type that its last frame has.
// It must be sealed before another is signed.
func (s *Session) Sign(kind byte, message []byte) (Signature, error) {
	if s.closed {
		return Signature{}, ErrClosed
	}
	signature, err := SignMessage(s.own, s.place(&s.send, kind), message)
	if err != nil {
		return Signature{}, err
	}
	s.send.messages++
	return signature, nil
}

// Verify checks the signature of the other side's next message. A failure closes the
// session, as one of Open does.
func (s *Session) Verify(kind byte, message []byte, signature Signature) error {
	if s.closed {
		return ErrClosed
	}
	if err := VerifySignature(s.peer, s.place(&s.recv, kind), message, signature); err != nil {
		s.Close()
		return err
	}
	s.recv.messages++
	return nil
}

// Seal makes the next frame out of body, 1 to MaxBody bytes.
func (s *Session) Seal(body []byte) ([]byte, error) {
	if s.closed {
		return nil, ErrClosed
	}
	if len(body) == 0 || len(body) > MaxBody {
		return nil, ErrSize
	}
	key, next := step(s.send.key, byte(s.send.dir))
	defer key.Wipe()
	frame, err := EncryptMessage(key, s.send.nonce(), body)
	if err != nil {
		return nil, err
	}
	s.send.advance(next)
	return frame, nil
}

// Open returns the body of the next frame. The chain moves only after box and
// padding have been checked; any failure closes the session, for there is
// nothing that could follow. What a person said is theirs only after Verify.
func (s *Session) Open(frame []byte) ([]byte, error) {
	if s.closed {
		return nil, ErrClosed
	}
	key, next := step(s.recv.key, byte(s.recv.dir))
	defer key.Wipe()
	body, err := s.open(key, frame)
	if err != nil {
		wipe(next[:])
		s.Close()
		return nil, err
	}
	s.recv.advance(next)
	return body, nil
}

func (s *Session) open(key MessageKey, frame []byte) ([]byte, error) {
	body, err := DecryptMessage(key, s.recv.nonce(), frame)
	if err != nil {
		return nil, err
	}
	if len(body) == 0 || len(body) > MaxBody {
		return nil, ErrSize
	}
	return body, nil
}

// place is what a signature is bound to: this chat, this direction, the message's number
// in it, and what kind of message it is.
func (s *Session) place(c *chain, kind byte) []byte {
	b := append(make([]byte, 0, len(s.id)+1+8+1), s.id[:]...)
	b = append(b, byte(c.dir))
	b = binary.BigEndian.AppendUint64(b, c.messages+1)
	return append(b, kind)
}

// Close wipes every key of the session, the key pair's included. It may be
// called twice.
func (s *Session) Close() {
	s.closed = true
	s.own.Wipe()
	wipe(s.send.key[:])
	wipe(s.recv.key[:])
	clear(s.id[:])
}
