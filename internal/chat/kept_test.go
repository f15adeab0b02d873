package chat

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tincan/internal/seal"
)

// TestUnitKept: every frame goes once over a line, and over the next from where the other side
// says it is; what it has is forgotten. All states of up to four frames are gone through.
func TestUnitKept(t *testing.T) {
	frame := func(n uint64) []byte { return []byte{byte(n), 1, 2} }
	for sealed := range uint64(5) {
		for sent := range sealed + 1 {
			for dropped := range sealed + 1 {
				make := func() *kept {
					k := &kept{}
					require.Nil(t, k.next())
					for n := range sealed {
						k.add(frame(n))
					}
					for n := range sent {
						require.Equal(t, frame(n), k.next())
					}
					k.drop(dropped)
					require.Equal(t, 3*int(sealed-dropped), k.bytes)
					return k
				}
				k := make()
				for n := max(sent, dropped); n < sealed; n++ {
					require.Equal(t, frame(n), k.next())
				}
				require.Nil(t, k.next())
				k.add(frame(sealed))
				require.Equal(t, frame(sealed), k.next(), "and those that are sealed later")
				for next := range sealed + 3 {
					k := make()
					ok := k.rewind(next)
					require.Equal(t, next >= dropped && next <= sealed, ok)
					from := next
					if !ok {
						from = max(sent, dropped) // a refused one changes nothing
					}
					for n := from; n < sealed; n++ {
						require.Equal(t, frame(n), k.next())
					}
					require.Nil(t, k.next())
				}
			}
		}
	}
}

// TestUnitKeptLimit: what waits to be acked stays below 1 MiB, whatever its size.
func TestUnitKeptLimit(t *testing.T) {
	for _, size := range []int{seal.MinFrame, 1040, seal.MaxFrame} {
		k := kept{}
		for !k.full() {
			k.add(make([]byte, size))
		}
		require.LessOrEqual(t, k.bytes, maxKept)
		require.Greater(t, k.bytes, maxKept-2*seal.MaxFrame)
		k.drop(1 + uint64(seal.MaxFrame/size))
		require.False(t, k.full())
	}
}
