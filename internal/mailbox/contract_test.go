package mailbox_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/mailbox"
)

// TestUnitBodies: what is made is read back, and nothing of another size is.
func TestUnitBodies(t *testing.T) {
	slot, claim := mailbox.Slot{1, 2, 3}, mailbox.Claim{9, 8, 7}
	for size := range mailbox.MaxReply + 20 {
		reply := bytes.Repeat([]byte{0xAD}, size)
		s, r, ok := mailbox.ParsePut(mailbox.NewPut(slot, reply))
		if wanted := size == 177 || size == 241 || size == 305; !wanted {
			require.False(t, ok, size)
			require.Nil(t, r)
			continue
		}
		require.True(t, ok, size)
		require.Equal(t, slot, s)
		require.Equal(t, reply, r)
	}
	for size := range 40 {
		_, _, ok := mailbox.ParseClaim(make([]byte, size))
		require.Equal(t, size == 32, ok, size)
		_, _, ok = mailbox.ParsePut(make([]byte, size))
		require.False(t, ok, size)
	}
	s, c, ok := mailbox.ParseClaim(mailbox.NewClaim(slot, claim))
	require.True(t, ok)
	require.Equal(t, slot, s)
	require.Equal(t, claim, c)
}

// TestUnitHidden: whoever prints a slot or a claim prints nothing of it.
func TestUnitHidden(t *testing.T) {
	slot, claim := mailbox.Slot{0xAB, 0xCD}, mailbox.Claim{0xAB, 0xCD}
	for _, verb := range []string{"%v", "%s", "%q", "%+v"} {
		text := fmt.Sprintf(verb+verb, slot, claim)
		assert.NotContains(t, text, "171", verb)
		assert.NotContains(t, text, "ab", verb)
	}
}
