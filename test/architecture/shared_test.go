package architecture

import (
	"crypto/rand"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/invite"
	"tincan/internal/mailbox"
	"tincan/internal/seal"
)

// TestUnitReplySizes: codes, seal and mailbox import nothing of each other, and each says for
// itself what may be a reply. All must say the same.
func TestUnitReplySizes(t *testing.T) {
	own, err := seal.GenerateKeyPair(rand.Reader)
	require.NoError(t, err)
	secret, err := seal.GenerateLinkSecret(rand.Reader)
	require.NoError(t, err)
	replies := 0
	for size := range 400 {
		for first := range 256 {
			b := append(make([]byte, 0, 400), byte(first))[:size]
			code, err := invite.NewCode(b)
			asCode := err == nil && code.IsReply()
			_, _, inMailbox := mailbox.ParsePut(mailbox.NewPut(mailbox.Slot{}, b))
			_, _, err = seal.OpenReply(rand.Reader, own, secret, nil, b)
			sealed := !errors.Is(err, seal.ErrSize)
			if asCode != inMailbox || asCode != sealed {
				t.Fatalf("%d bytes that begin with %#x: a reply to invite %v, mailbox %v, seal %v", size, first, asCode, inMailbox, sealed)
			}
			if asCode {
				replies++
			}
		}
	}
	assert.Equal(t, 3, replies)
}

// TestUnitSharedLimits: limits that stand in two languages, or in programs that import nothing of each other.
func TestUnitSharedLimits(t *testing.T) {
	for what, homes := range map[string][][2]string{
		"bytes of a message": {
			{"internal/chat/frame.go", `MaxText = ([\d_]+)`},
			{"site/src/chat/Composer.svelte", `export const maxBytes = ([\d_]+);`},
		},
		"length of a server's address": {
			{"site/src/network/servers.ts", `export const maxAddress = ([\d_]+);`},
			{"site/src/engine/config.ts", `const maxLength = ([\d_]+);`},
			{"infra/settings.go", `maxAddress\s+= ([\d_]+)`},
		},
		"STUN servers": {
			{"site/src/network/servers.ts", `export const maxStun = ([\d_]+);`},
			{"site/src/engine/config.ts", `const maxEntries = ([\d_]+);`},
			{"infra/settings.go", `maxSTUN\s+= ([\d_]+)`},
		},
		"relays": {
			{"site/src/network/servers.ts", `export const maxTurn = ([\d_]+);`},
			{"infra/settings.go", `maxTURN\s+= ([\d_]+)`},
		},
		"length of a relay's name and password": {
			{"site/src/network/servers.ts", `const maxCredential = ([\d_]+);`},
			{"infra/settings.go", `maxCredential\s+= ([\d_]+)`},
		},
	} {
		var first string
		for _, home := range homes {
			raw, err := os.ReadFile("../../" + home[0])
			require.NoError(t, err)
			found := regexp.MustCompile(home[1]).FindSubmatch(raw)
			require.NotNil(t, found, "%s: %s", home[0], home[1])
			value := strings.ReplaceAll(string(found[1]), "_", "")
			if first == "" {
				first = value
			}
			assert.Equal(t, first, value, "%s: %s", what, home[0])
		}
	}
}
