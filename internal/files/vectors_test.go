package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"tincan/internal/seal"
)

var update = flag.Bool("update", false, "make the vectors anew")

const vectorsFile = "testdata/vectors/files.json"

// vector is one attempt at a file, as both sides send it (PROTOCOL.md §4.3). Bytes are in hexadecimal.
type vector struct {
	Name    string
	K       string
	Dir     seal.Role // 1 from the inviter, 2 from the joiner
	ID      uint64
	Attempt uint32
	Size    int64
	Offset  int64
	Parts   []vectorMessage // flags and content, and the message
	Stored  []vectorMessage
	Refused []vectorRefused
}

type vectorMessage struct{ Plain, Message string }

// vectorRefused is what must end the chat, after so many of the parts.
type vectorRefused struct {
	Name    string
	After   int
	Message string
}

func (v *vector) key(t *testing.T) seal.FileKey {
	t.Helper()
	b, err := hex.DecodeString(v.K)
	require.NoError(t, err)
	return seal.NewFileKey([32]byte(b))
}

// seal makes the messages of a vector from its plain bytes.
func (v *vector) seal(t *testing.T) {
	of := seal.Attempt{Sender: v.Dir, ID: v.ID, Number: v.Attempt}
	for kind, list := range map[byte][]vectorMessage{kindPart: v.Parts, kindStored: v.Stored} {
		box := v.key(t).Box(kind, of)
		for i := range list {
			list[i].Message = hex.EncodeToString(sealOne(t, box, head{kind, v.ID, v.Attempt}, list[i].Plain))
		}
	}
	// What comes after the first part, each with the right key and number.
	second := func(kind byte, of seal.Attempt, h head, plain string) string {
		box := v.key(t).Box(kind, of)
		sealOne(t, box, h, "00")
		return hex.EncodeToString(sealOne(t, box, h, plain))
	}
	other := of
	other.Sender = 3 - of.Sender
	h := head{kindPart, v.ID, v.Attempt}
	v.Refused = []vectorRefused{
		{"the same part again", 1, v.Parts[0].Message},
		{"no content", 1, second(kindPart, of, h, "00")},
		{"another flag", 1, second(kindPart, of, h, "0261")},
		{"more than the size", 1, second(kindPart, of, h, "00"+hex.EncodeToString(make([]byte, 400)))},
		{"a later attempt", 1, second(kindPart, seal.Attempt{Sender: of.Sender, ID: of.ID, Number: of.Number + 1}, head{kindPart, v.ID, v.Attempt + 1}, "0061")},
		{"a file that nobody wants", 1, second(kindPart, seal.Attempt{Sender: of.Sender, ID: 99, Number: of.Number}, head{kindPart, 99, v.Attempt}, "0061")},
		{"a key of the other direction", 1, second(kindPart, other, h, "0061")},
		{"a key of the other kind", 1, second(kindStored, of, h, "0061")},
		{"another kind of message", 1, second(kindPart, of, head{3, v.ID, v.Attempt}, "0061")},
		{"a head alone", 1, hex.EncodeToString(h.append(nil))},
	}
}

func sealOne(t *testing.T, box *seal.FileBox, h head, plain string) []byte {
	t.Helper()
	b, err := hex.DecodeString(plain)
	require.NoError(t, err)
	message, err := box.Seal(h.append(nil), b)
	require.NoError(t, err)
	return message
}

// newVectors is what -update writes.
func newVectors(t *testing.T) []vector {
	digest := func(s string) string { d := sha256.Sum256([]byte(s)); return hex.EncodeToString(d[:]) }
	list := []vector{
		{
			Name: "from its beginning", K: digest("first"), Dir: seal.Inviter, ID: 3, Attempt: 1, Size: 35,
			Parts:  []vectorMessage{{Plain: "00" + digest("a")}, {Plain: "01616263"}},
			Stored: []vectorMessage{{Plain: "0000000000000020"}, {Plain: "0000000000000023"}},
		},
		{
			Name: "the rest, from the joiner", K: digest("second"), Dir: seal.Joiner, ID: 1 << 40, Attempt: 7, Size: 1 << 33, Offset: 1<<33 - 65,
			Parts:  []vectorMessage{{Plain: "01" + digest("b")}, {Plain: "00" + digest("c")}, {Plain: "0100"}},
			Stored: []vectorMessage{{Plain: "00000001ffffffdf"}, {Plain: "0000000200000000"}},
		},
	}
	for i := range list {
		list[i].seal(t)
	}
	return list
}

// given is a file that is there in parts, as a vector has them.
type given struct {
	offset int64
	bytes  []byte
}

func (g given) Read(_ context.Context, p []byte, offset int64) error {
	if copy(p, g.bytes[offset-g.offset:]) < len(p) {
		return errors.New("too short")
	}
	return nil
}

// TestUnitFileVectors: both sides make and take the bytes of the vectors, and refuse what is to be refused.
func TestUnitFileVectors(t *testing.T) {
	if *update {
		b, err := json.MarshalIndent(newVectors(t), "", " ")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(vectorsFile, append(b, '\n'), 0o600))
	}
	b, err := os.ReadFile(vectorsFile)
	require.NoError(t, err)
	var list []vector
	require.NoError(t, json.Unmarshal(b, &list))
	require.Equal(t, newVectors(t), list, "go test ./internal/files -run Vectors -update makes them anew")
	refused := 0
	for _, v := range list {
		for i := -1; i < len(v.Refused); i++ {
			keeper, sink := New(3-v.Dir), new(buffer)
			keeper.Keep(v.ID, v.Size, sink, v.Attempt, v.Offset, v.key(t))
			for n, part := range v.Parts {
				if i >= 0 && v.Refused[i].After == n {
					require.ErrorIs(t, keeper.arrive(t.Context(), unhex(t, v.Refused[i].Message)), ErrBreach, v.Refused[i].Name)
					refused++
					break
				}
				require.NoError(t, keeper.arrive(t.Context(), unhex(t, part.Message)))
			}
			if i < 0 {
				require.Equal(t, News{ID: v.ID}, over(t, keeper))
			}
			keeper.Close()
		}
		sender, content := New(v.Dir), []byte(nil)
		for _, part := range v.Parts {
			content = append(content, unhex(t, part.Plain)[1:]...)
		}
		sender.Send(v.ID, v.Size, given{v.Offset, content}, v.Attempt, v.Offset, v.key(t))
		require.NotNil(t, sender.part(t.Context(), make([]byte, 0, MaxPart), nil))
		require.True(t, sender.Sent(v.ID))
		for _, stored := range v.Stored {
			require.NoError(t, sender.arrive(t.Context(), unhex(t, stored.Message)))
		}
		require.Equal(t, []Progress{{true, v.ID, v.Size}}, sender.Progress())
		sender.Close()
	}
	t.Logf("vectors: %d files, %d refusals", len(list), refused)
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	return b
}
