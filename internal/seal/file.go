package seal

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"io"

	"golang.org/x/crypto/nacl/secretbox"
)

// FileKey is K of PROTOCOL.md §4.3: the receiver of a file draws one for each attempt, and tells it in a
// frame. So whoever learns the keys of later frames opens no file of before.
type FileKey struct {
	_ unprintable
	b *[32]byte
}

// GenerateFileKey draws a key.
func GenerateFileKey(random io.Reader) (FileKey, error) {
	var b [32]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return FileKey{}, err
	}
	return FileKey{b: &b}, nil
}

// NewFileKey makes a FileKey of the bytes that a frame carries.
func NewFileKey(b [32]byte) FileKey { return FileKey{b: &b} }

// Bytes returns the key for the frame that tells it, the only place where it may go.
func (k FileKey) Bytes() [32]byte { return *k.b }

// String hides the key.
func (k FileKey) String() string { return "seal.FileKey" }

// Wipe overwrites the key, in every copy of the value.
func (k FileKey) Wipe() {
	if k.b != nil {
		wipe(k.b[:])
	}
}

// FileDigest is SHA-256, by which two sides compare how a file begins.
func FileDigest() hash.Hash { return sha256.New() }

// Attempt says what the messages of a file belong to: the direction in which the file goes, its id,
// and how often its receiver has asked for it.
type Attempt struct {
	Sender Role
	ID     uint64
	Number uint32
}

// FileBox seals or opens the messages of one kind in one attempt at a file, in their order. It may be used by one
// goroutine only.
type FileBox struct {
	key *[32]byte
	n   uint64
}

// FileBoxOverhead is by how much a sealed message is longer than what is in it.
const FileBoxOverhead = secretbox.Overhead

// Box is that of one kind of message. No key serves two kinds, files, directions or attempts.
func (k FileKey) Box(kind byte, of Attempt) *FileBox {
	context := binary.BigEndian.AppendUint64([]byte{kind, byte(of.Sender)}, of.ID)
	context = binary.BigEndian.AppendUint32(context, of.Number)
	return &FileBox{key: (*[32]byte)(expand(k.b[:], "file", context, 32))}
}

// String hides the key.
func (b *FileBox) String() string { return "seal.FileBox" }

// Seal appends the sealed message to out, which must not overlap it.
func (b *FileBox) Seal(out, message []byte) ([]byte, error) {
	if isZero(b.key[:]) {
		return nil, ErrClosed
	}
	nonce := b.nonce()
	b.n++
	return secretbox.Seal(out, message, &nonce, b.key), nil
}

// Open appends the next message to out, which must not overlap box. ErrDecrypt: it is not the next, or was
// changed; what comes then cannot be opened either.
func (b *FileBox) Open(out, box []byte) ([]byte, error) {
	if isZero(b.key[:]) {
		return nil, ErrClosed
	}
	nonce := b.nonce()
	message, ok := secretbox.Open(out, box, &nonce, b.key)
	if !ok {
		b.Wipe()
		return nil, ErrDecrypt
	}
	b.n++
	return message, nil
}

func (b *FileBox) nonce() (nonce [24]byte) {
	binary.BigEndian.PutUint64(nonce[16:], b.n)
	return nonce
}

// Wipe overwrites the key. Nothing can be sealed or opened then.
func (b *FileBox) Wipe() { wipe(b.key[:]) }
