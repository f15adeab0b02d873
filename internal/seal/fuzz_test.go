package seal_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tincan/internal/seal"
)

// target is a chat at the point where one message is expected, always the
// same one, so that what a fuzzer found means the same in the next run.
type target struct {
	honest []byte
	// take hands a message over, to a copy; accepted says it led on.
	take func(message []byte) (accepted bool)
}

// targets are all the messages that a stranger can send.
func targets(t testing.TB) map[string]target {
	t.Helper()
	p := newPair(t, seeded("fuzz", 0))
	random := func() *rand.ChaCha8 { return seeded("fuzz", 1).(*rand.ChaCha8) }
	p.atInviter, p.atJoiner = p.atInviter.Clone(random()), p.atJoiner.Clone(random())
	list := map[string]target{"reply": {p.reply, func(b []byte) bool {
		answer, h, err := seal.OpenReply(random(), p.inviter, p.secret, inviteBytes, b)
		return err == nil || answer != nil || h != nil
	}}}
	leads := func(h *seal.Handshake) func([]byte) bool {
		h = h.Clone(random())
		return func(b []byte) bool {
			send, session, err := h.Clone(random()).Handle(b)
			return err == nil || send != nil || session != nil
		}
	}
	m1, err := p.atJoiner.Start()
	require.NoError(t, err)
	waiting := p.atJoiner.Clone(random())
	fresh := p.atInviter.Clone(random())
	list["M1"] = target{m1, func(b []byte) bool {
		// Another M1 may be answered; the joiner must refuse the answer.
		m2, _, err := fresh.Clone(random()).Handle(b)
		if err != nil {
			return m2 != nil
		}
		return leads(waiting)(m2)
	}}
	m2, _, err := p.atInviter.Handle(m1)
	require.NoError(t, err)
	list["M2"] = target{m2, leads(p.atJoiner)}
	m3, joiner, err := p.atJoiner.Handle(m2)
	require.NoError(t, err)
	list["M3"] = target{m3, leads(p.atInviter)}
	_, inviter, err := p.atInviter.Handle(m3)
	require.NoError(t, err)
	frame, err := inviter.Seal([]byte("\x01hello"))
	require.NoError(t, err)
	list["open"] = target{frame, func(b []byte) bool {
		body, err := joiner.Clone().Open(b)
		return err == nil || body != nil
	}}
	tag, box, err := inviter.SealCard(7, answerBytes)
	require.NoError(t, err)
	list["card"] = target{append(tag[:], box...), func(b []byte) bool {
		if len(b) < len(tag) {
			return false
		}
		n, plain, err := joiner.OpenCard([32]byte(b), b[len(tag):], 1, 32)
		return err == nil || plain != nil || n != 0
	}}
	keys, err := seal.GenerateKeyPair(seeded("fuzz", 2))
	require.NoError(t, err)
	x, back, err := seal.SealReturn(seal.Inviter, inviter.Ticket(), keys, answerBytes)
	require.NoError(t, err)
	list["return"] = target{append(x[:], back...), func(b []byte) bool {
		if len(b) < len(x) {
			return false
		}
		plain, err := seal.OpenReturn(seal.Joiner, joiner.Ticket(), seal.PublicKey(b[:len(x)]), b[len(x):])
		return err == nil || plain != nil
	}}
	return list
}

// fuzzTarget: of all bytes only the honest message is accepted. It cannot be
// made by chance, so that any other that is would be a break.
func fuzzTarget(f *testing.F, name string) {
	undo := seal.FixEncapsulation()
	f.Cleanup(undo)
	at := targets(f)[name]
	require.True(f, at.take(at.honest))
	f.Add(at.honest)
	f.Add(at.honest[:len(at.honest)-1])
	f.Fuzz(func(t *testing.T, b []byte) {
		require.Equal(t, bytes.Equal(b, at.honest), at.take(b))
	})
}

func FuzzReply(f *testing.F) { fuzzTarget(f, "reply") }
func FuzzM1(f *testing.F)    { fuzzTarget(f, "M1") }
func FuzzM2(f *testing.F)    { fuzzTarget(f, "M2") }
func FuzzM3(f *testing.F)    { fuzzTarget(f, "M3") }
func FuzzOpen(f *testing.F)  { fuzzTarget(f, "open") }
func FuzzCard(f *testing.F)  { fuzzTarget(f, "card") }

func FuzzReturn(f *testing.F) { fuzzTarget(f, "return") }

// TestUnitMemory: no 4 KiB from a stranger cost 1 MiB.
func TestUnitMemory(t *testing.T) {
	defer seal.FixEncapsulation()()
	for name, at := range targets(t) {
		t.Run(name, func(t *testing.T) {
			most := uint64(0)
			for _, b := range [][]byte{at.honest, make([]byte, len(at.honest)), bytes.Repeat([]byte{0xFF}, len(at.honest)), make([]byte, 4096), make([]byte, 305), nil} {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				at.take(b)
				runtime.ReadMemStats(&after)
				most = max(most, after.TotalAlloc-before.TotalAlloc)
			}
			require.Less(t, most, uint64(1<<20))
			t.Logf("at most %d KiB", most>>10)
		})
	}
}

// TestUnitFuzzCorpus: the seeds in testdata/fuzz are where each message goes
// wrong in its own way; -update writes them.
func TestUnitFuzzCorpus(t *testing.T) {
	defer seal.FixEncapsulation()()
	for name, at := range targets(t) {
		folder := filepath.Join("testdata/fuzz", "Fuzz"+strings.ToUpper(name[:1])+name[1:])
		last := bytes.Clone(at.honest)
		last[len(last)-1] ^= 1
		for file, b := range map[string][]byte{
			"last-byte-changed": last,
			"all-ff":            append(at.honest[:1:1], bytes.Repeat([]byte{0xFF}, len(at.honest)-1)...),
			"one-byte-more":     append(bytes.Clone(at.honest), 0x80),
		} {
			path, want := filepath.Join(folder, file), fmt.Sprintf("go test fuzz v1\n[]byte(%q)\n", b)
			if *update {
				require.NoError(t, os.MkdirAll(folder, 0o755))
				require.NoError(t, os.WriteFile(path, []byte(want), 0o644))
			}
			got, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, want, string(got), path)
		}
	}
}
