package files

import (
	"encoding/binary"
	"math"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"tincan/internal/seal"
)

// TestFunctionalHostileParts: what nobody sends who follows the protocol is refused, and costs nothing.
func TestFunctionalHostileParts(t *testing.T) {
	of := seal.Attempt{Sender: seal.Inviter, ID: 1, Number: 2}
	big := string(make([]byte, MaxPart))
	for name, messages := range map[string]func(key seal.FileKey) [][]byte{
		"nothing":          func(seal.FileKey) [][]byte { return [][]byte{{}} },
		"a head alone":     func(seal.FileKey) [][]byte { return [][]byte{head{kindPart, 1, 2}.append(nil)} },
		"another kind":     func(key seal.FileKey) [][]byte { m := part(t, key, of, 0, "x"); m[0] = 3; return [][]byte{m} },
		"no content":       func(key seal.FileKey) [][]byte { return [][]byte{part(t, key, of, 0, "")} },
		"too much at once": func(key seal.FileKey) [][]byte { return [][]byte{part(t, key, of, 0, big+"x")} },
		"an unknown flag":  func(key seal.FileKey) [][]byte { return [][]byte{part(t, key, of, 2, "x")} },
		"more than it has": func(key seal.FileKey) [][]byte { return [][]byte{part(t, key, of, 0, "12345678901")} },
		"another key":      func(seal.FileKey) [][]byte { return [][]byte{part(t, newKey(t), of, 0, "x")} },
		"a later attempt":  func(key seal.FileKey) [][]byte { o := of; o.Number = 3; return [][]byte{part(t, key, o, 0, "x")} },
		"nobody asked for": func(key seal.FileKey) [][]byte { o := of; o.ID = 9; return [][]byte{part(t, key, o, 0, "x")} },
		"the same again":   func(key seal.FileKey) [][]byte { m := part(t, key, of, 0, "x"); return [][]byte{m, m} },
		"our own direction": func(key seal.FileKey) [][]byte {
			o := of
			o.Sender = seal.Joiner
			return [][]byte{part(t, key, o, 0, "x")}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, sink, key := New(seal.Joiner), new(buffer), newKey(t)
				defer m.Close()
				m.Keep(1, 10, sink, 1, 0, newKey(t))
				_, ok := m.Again(1, 2, key)
				require.True(t, ok)
				list := messages(key)
				for i, message := range list {
					err := m.arrive(t.Context(), message)
					if i == len(list)-1 {
						require.ErrorIs(t, err, ErrBreach)
					} else {
						require.NoError(t, err)
					}
				}
				synctest.Wait()
				require.Empty(t, m.News())
				require.False(t, sink.finished)
			})
		})
	}
}

// TestFunctionalTooFarAhead: who sends on without waiting until it is stored fills no memory.
func TestFunctionalTooFarAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, held := New(seal.Joiner), 0
		defer m.Close()
		var boxes []*seal.FileBox
		for id := range uint64(MaxKept) {
			key := newKey(t)
			m.Keep(id, MaxSize, &buffer{stuck: true}, 1, 0, key)
			boxes = append(boxes, key.Box(kindPart, seal.Attempt{Sender: seal.Inviter, ID: id, Number: 1}))
		}
		for i := 0; held < 64<<20; i++ {
			id := uint64(i % MaxKept)
			message, err := boxes[id].Seal(head{kindPart, id, 1}.append(nil), make([]byte, 1+MaxPart))
			require.NoError(t, err)
			if err := m.arrive(t.Context(), message); err != nil {
				require.ErrorIs(t, err, ErrBreach)
				break
			}
			held += MaxPart
		}
		require.LessOrEqual(t, held, MaxKept*MaxAhead)
		require.Greater(t, held, MaxKept*(MaxAhead-MaxPart))
	})
}

// TestFunctionalHostileReports: who says that more is stored than was sent, or less than before, is refused.
func TestFunctionalHostileReports(t *testing.T) {
	for name, c := range map[string]struct {
		stored []uint64
		ok     bool
	}{
		"what was sent":        {[]uint64{5, 10}, true},
		"the same again":       {[]uint64{5, 5}, true},
		"more than was sent":   {[]uint64{11}, false},
		"less than before":     {[]uint64{5, 4}, false},
		"before the beginning": {[]uint64{1}, false},
		"a very large number":  {[]uint64{math.MaxUint64}, false},
	} {
		t.Run(name, func(t *testing.T) {
			m, key := New(seal.Inviter), newKey(t)
			defer m.Close()
			m.Send(1, 10, memory(make([]byte, 10)), 1, 2, key)
			require.NotNil(t, m.part(t.Context(), make([]byte, 100), nil))
			require.True(t, m.Sent(1))
			box := key.Box(kindStored, seal.Attempt{Sender: seal.Inviter, ID: 1, Number: 1})
			var err error
			for _, n := range c.stored {
				require.NoError(t, err)
				message, sealing := box.Seal(head{kindStored, 1, 1}.append(nil), binary.BigEndian.AppendUint64(nil, n))
				require.NoError(t, sealing)
				err = m.arrive(t.Context(), message)
			}
			if c.ok {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, ErrBreach)
			}
		})
	}
}

// TestFunctionalStrangeReports: one of a file that is over, or of another attempt, may have been on its way. It
// counts for nothing.
func TestFunctionalStrangeReports(t *testing.T) {
	m, key := New(seal.Inviter), newKey(t)
	defer m.Close()
	m.Send(1, 10, memory(make([]byte, 10)), 2, 0, key)
	for _, of := range []seal.Attempt{{Sender: seal.Inviter, ID: 1, Number: 1}, {Sender: seal.Inviter, ID: 7, Number: 2}} {
		message, err := newKey(t).Box(kindStored, of).Seal(head{kindStored, of.ID, of.Number}.append(nil), make([]byte, 8))
		require.NoError(t, err)
		require.NoError(t, m.arrive(t.Context(), message))
	}
	m.Hold()
	message, err := newKey(t).Box(kindStored, seal.Attempt{Sender: seal.Inviter, ID: 1, Number: 2}).Seal(head{kindStored, 1, 2}.append(nil), make([]byte, 8))
	require.NoError(t, err)
	require.NoError(t, m.arrive(t.Context(), message))
	require.Equal(t, []Progress{{true, 1, 0}}, m.Progress())
}

// FuzzArrive: whatever bytes come, they are refused or count for nothing.
func FuzzArrive(f *testing.F) {
	key := seal.NewFileKey([32]byte{1})
	of := seal.Attempt{Sender: seal.Inviter, ID: 1, Number: 1}
	whole, _ := key.Box(kindPart, of).Seal(head{kindPart, 1, 1}.append(nil), []byte{1, 'x'})
	f.Add([]byte{}, uint16(0))
	f.Add(whole, uint16(0))
	f.Add(head{kindStored, 1, 1}.append(nil), uint16(24))
	f.Fuzz(func(t *testing.T, message []byte, more uint16) {
		m, sink := New(seal.Joiner), new(buffer)
		defer m.Close()
		m.Keep(1, 10, sink, 1, 0, key)
		m.Send(1, 10, memory(make([]byte, 10)), 1, 0, key)
		message = append(message, make([]byte, more)...)
		if err := m.arrive(t.Context(), message); err != nil {
			require.Equal(t, ErrBreach, err)
		}
	})
}
