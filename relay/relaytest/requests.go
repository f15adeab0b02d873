package relaytest

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/mailbox"
)

// pieces are bytes as the vectors write them.
type pieces []struct {
	Hex  string
	Fill struct {
		Hex   string
		Times int
	}
}

func (p pieces) bytes(t *testing.T) (b []byte) {
	for _, piece := range p {
		part, err := hex.DecodeString(piece.Hex + strings.Repeat(piece.Fill.Hex, piece.Fill.Times))
		require.NoError(t, err)
		b = append(b, part...)
	}
	return b
}

// Request is a POST to the mailbox at https://chat.example.
type Request struct {
	Now     time.Time
	Path    string // with its query, if there is one
	Headers map[string]string
	Body    []byte
}

// Requests replays the vectors in file to a mailbox that is empty; README.md beside
// them says what each field is. ask gives the answer of one.
func Requests(t *testing.T, file string, ask func(Request) (status int, answer []byte)) {
	t.Helper()
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	var vectors []struct {
		Name         string
		At           int
		Path         string
		Headers      map[string]string
		Body, Answer pieces
		Status       int
	}
	require.NoError(t, json.Unmarshal(raw, &vectors))
	require.NotEmpty(t, vectors)
	for _, v := range vectors {
		headers := map[string]string{}
		if v.Headers == nil {
			headers["Content-Type"] = mailbox.ContentType
		}
		for name, value := range v.Headers {
			if value != "" {
				headers[name] = value
			}
		}
		status, answer := ask(Request{begin.Add(time.Duration(v.At) * time.Second), v.Path, headers, v.Body.bytes(t)})
		assert.Equal(t, v.Status, status, v.Name)
		switch v.Status {
		case 200:
			assert.Equal(t, v.Answer.bytes(t), answer, v.Name)
		case 204:
			assert.Empty(t, answer, v.Name)
		}
	}
	t.Logf("mailbox vectors: %d", len(vectors))
}
