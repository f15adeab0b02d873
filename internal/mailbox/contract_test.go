package mailbox_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"regexp"
	"strings"
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
	for kind := range 256 { // no other kind or version is kept
		_, _, ok := mailbox.ParsePut(append(slot[:], append([]byte{byte(kind)}, make([]byte, 176)...)...))
		require.Equal(t, kind == 0xAD, ok, kind)
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

// TestUnitBytes: the bodies byte for byte, with the slot and the reply of PROTOCOL.md §7.
func TestUnitBytes(t *testing.T) {
	page, err := os.ReadFile("../../PROTOCOL.md")
	require.NoError(t, err)
	field := func(name string) []byte {
		m := regexp.MustCompile(`(?m)^    ` + name + ` +((?:[0-9a-f]+\s+)+)`).FindSubmatch(page)
		require.NotNil(t, m, name)
		b, err := hex.DecodeString(strings.Join(strings.Fields(string(m[1])), ""))
		require.NoError(t, err)
		return b
	}
	slot, reply := field("slot"), field("reply")
	require.Len(t, slot, 16)
	require.Len(t, reply, 177)
	require.Equal(t, "4072814804d8eea29e79da57fe593712ad392d17", hex.EncodeToString(mailbox.NewPut(mailbox.Slot(slot), reply))[:40])
	require.Equal(t, append(slot, reply...), mailbox.NewPut(mailbox.Slot(slot), reply))
	require.Equal(t, "4072814804d8eea29e79da57fe593712000102030405060708090a0b0c0d0e0f",
		hex.EncodeToString(mailbox.NewClaim(mailbox.Slot(slot), mailbox.Claim{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})))
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
