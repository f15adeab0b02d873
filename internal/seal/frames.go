package seal

import "encoding/binary"

// A chain belongs to one direction. It holds the key from which the next frame's key is
// derived, and the next frame's number. Messages are numbered apart from frames.
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

// advance replaces the key by the next one, from which the old one cannot be computed.
func (c *chain) advance(next *[32]byte) {
	wipe(c.key[:])
	c.key = next
	c.n++
}

// Frames seals and opens the frames of one chat (PROTOCOL.md §4), proves to the other side which
// lines are theirs (§4.1), and seals the cards for these (§2.7). It may be used by one goroutine
// only. The first frame that does not open wipes its keys.
type Frames struct {
	role       Role
	own        *KeyPair
	peer       VerifyKey
	id         [16]byte
	sas        SAS
	send, recv chain
	relink     *[32]byte // kR
	ticket     *[32]byte
	sealed     []uint32 // our cards that were sealed
	closed     bool
}

// String hides the secrets.
func (f *Frames) String() string { return "seal.Frames" }

// SAS is what the two people compare.
func (f *Frames) SAS() SAS { return f.sas }

// Sent and Received count the frames of each direction so far. That is also the number of the
// next one.
func (f *Frames) Sent() uint64     { return f.send.n }
func (f *Frames) Received() uint64 { return f.recv.n }

// Said and Heard count the messages of each direction that were signed and verified. That is also the id
// of the last.
func (f *Frames) Said() uint64  { return f.send.messages }
func (f *Frames) Heard() uint64 { return f.recv.messages }

// Sign signs our next message as a whole. kind is the type of its last frame. The message must
// be sealed before another one is signed.
func (f *Frames) Sign(kind byte, message []byte) (Signature, error) {
	if f.closed {
		return Signature{}, ErrClosed
	}
	signature, err := SignMessage(f.own, f.place(&f.send, kind), message)
	if err != nil {
		return Signature{}, err
	}
	f.send.messages++
	return signature, nil
}

// Verify checks the signature of the other side's next message. After a failure the keys are
// wiped, as after one of Open.
func (f *Frames) Verify(kind byte, message []byte, signature Signature) error {
	if f.closed {
		return ErrClosed
	}
	if err := VerifySignature(f.peer, f.place(&f.recv, kind), message, signature); err != nil {
		f.Close()
		return err
	}
	f.recv.messages++
	return nil
}

// Seal makes the next frame out of body, 1 to MaxBody bytes.
func (f *Frames) Seal(body []byte) ([]byte, error) {
	if f.closed {
		return nil, ErrClosed
	}
	if len(body) == 0 || len(body) > MaxBody {
		return nil, ErrSize
	}
	key, next := step(f.send.key, byte(f.send.dir))
	defer key.Wipe()
	frame, err := EncryptMessage(key, f.send.nonce(), body)
	if err != nil {
		return nil, err
	}
	f.send.advance(next)
	return frame, nil
}

// Open returns the body of the next frame. The chain moves on only when box and padding have
// been checked. Any failure wipes the keys, for no later frame could be opened. Nothing that
// a person said is known to be theirs before Verify.
func (f *Frames) Open(frame []byte) ([]byte, error) {
	if f.closed {
		return nil, ErrClosed
	}
	key, next := step(f.recv.key, byte(f.recv.dir))
	defer key.Wipe()
	body, err := f.bodyOf(key, frame)
	if err != nil {
		wipe(next[:])
		f.Close()
		return nil, err
	}
	f.recv.advance(next)
	return body, nil
}

// bodyOf opens a frame with its key, and checks the size of its body.
func (f *Frames) bodyOf(key MessageKey, frame []byte) ([]byte, error) {
	body, err := DecryptMessage(key, f.recv.nonce(), frame)
	if err != nil {
		return nil, err
	}
	if len(body) == 0 || len(body) > MaxBody {
		return nil, ErrSize
	}
	return body, nil
}

// place is what a signature is bound to: this chat, this direction, the message's number and
// its kind.
func (f *Frames) place(c *chain, kind byte) []byte {
	b := append(make([]byte, 0, len(f.id)+1+8+1), f.id[:]...)
	b = append(b, byte(c.dir))
	b = binary.BigEndian.AppendUint64(b, c.messages+1)
	return append(b, kind)
}

// Close wipes every key, the key pair's included. It may be
// called twice.
func (f *Frames) Close() {
	f.closed = true
	f.own.Wipe()
	wipe(f.send.key[:])
	wipe(f.recv.key[:])
	wipe(f.relink[:])
	wipe(f.ticket[:])
	clear(f.id[:])
}
