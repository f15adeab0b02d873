package seal_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"tincan/internal/seal"
)

func fileKey(t *testing.T) seal.FileKey {
	t.Helper()
	key, err := seal.GenerateFileKey(rand.Reader)
	require.NoError(t, err)
	return key
}

// TestUnitFileBox: what one end seals the other opens, in its order and no other.
func TestUnitFileBox(t *testing.T) {
	key := fileKey(t)
	of := seal.Attempt{Sender: seal.Inviter, ID: 7, Number: 1}
	ours, theirs := key.Box(1, of), seal.NewFileKey(key.Bytes()).Box(1, of)
	first, err := ours.Seal([]byte("before"), []byte("one"))
	require.NoError(t, err)
	second, err := ours.Seal(nil, []byte("one"))
	require.NoError(t, err)
	require.Equal(t, "before", string(first[:6]))
	require.Len(t, second, 3+seal.FileBoxOverhead)
	require.NotEqual(t, first[6:], second, "the same twice is sealed twice")
	for _, box := range [][]byte{first[6:], second} {
		message, err := theirs.Open(nil, box)
		require.NoError(t, err)
		require.Equal(t, "one", string(message))
	}
	_, err = theirs.Open(nil, second)
	require.ErrorIs(t, err, seal.ErrDecrypt)
	_, err = theirs.Open(nil, second)
	require.ErrorIs(t, err, seal.ErrClosed, "after a failure nothing is opened")
	ours.Wipe()
	_, err = ours.Seal(nil, []byte("late"))
	require.ErrorIs(t, err, seal.ErrClosed)
}

// TestUnitFileBoxApart: a box of another kind, direction, file, attempt or key opens nothing.
func TestUnitFileBoxApart(t *testing.T) {
	key := fileKey(t)
	of := seal.Attempt{Sender: seal.Inviter, ID: 7, Number: 1}
	box, err := key.Box(1, of).Seal(nil, []byte("content"))
	require.NoError(t, err)
	for name, other := range map[string]*seal.FileBox{
		"kind":      key.Box(2, of),
		"direction": key.Box(1, seal.Attempt{Sender: seal.Joiner, ID: 7, Number: 1}),
		"file":      key.Box(1, seal.Attempt{Sender: seal.Inviter, ID: 8, Number: 1}),
		"attempt":   key.Box(1, seal.Attempt{Sender: seal.Inviter, ID: 7, Number: 2}),
		"key":       fileKey(t).Box(1, of),
	} {
		_, err := other.Open(nil, box)
		require.ErrorIs(t, err, seal.ErrDecrypt, name)
	}
	for i := range box {
		changed := bytes.Clone(box)
		changed[i] ^= 0x10
		_, err := key.Box(1, of).Open(nil, changed)
		require.ErrorIs(t, err, seal.ErrDecrypt, "byte %d", i)
	}
	_, err = key.Box(1, of).Open(nil, nil)
	require.ErrorIs(t, err, seal.ErrDecrypt)
}

// TestUnitFileKeyHidden: neither is printed, and a wiped key is gone from every copy.
func TestUnitFileKeyHidden(t *testing.T) {
	key := fileKey(t)
	require.Equal(t, "seal.FileKey seal.FileBox", fmt.Sprint(key, " ", key.Box(1, seal.Attempt{})))
	same := key
	key.Wipe()
	require.Equal(t, [32]byte{}, same.Bytes())
}
