package relay_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/mailbox"
	"tincan/relay"
	"tincan/relay/relaytest"
	"tincan/test/bench"
)

// spent is the processor time of this process so far.
func spent(t *testing.T) time.Duration {
	var usage syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// resident is the memory of this process, in bytes.
func resident(t *testing.T) int {
	status, err := os.ReadFile("/proc/self/status")
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(status), "VmRSS:")
	require.True(t, ok)
	kilobytes, err := strconv.Atoi(strings.Fields(rest)[0])
	require.NoError(t, err)
	return kilobytes << 10
}

// caller speaks HTTP on one connection with as little work as can be, so that what
// is measured is the server's.
type caller struct {
	c net.Conn
	r *bufio.Reader
}

func call(t *testing.T, server *httptest.Server) *caller {
	c, err := net.Dial("tcp", server.Listener.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return &caller{c, bufio.NewReader(c)}
}

func request(path string, body []byte) []byte {
	head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n", path, mailbox.ContentType, len(body))
	return append([]byte(head), body...)
}

func (c *caller) ask(request []byte) (status string, err error) {
	if _, err := c.c.Write(request); err != nil {
		return "", err
	}
	length := 0
	for {
		line, err := c.r.ReadSlice('\n')
		switch {
		case err != nil:
			return "", err
		case status == "":
			status = string(line[9:12])
		case bytes.HasPrefix(line, []byte("Content-Length: ")):
			length, _ = strconv.Atoi(string(bytes.TrimSpace(line[16:])))
		case len(line) == 2:
			_, err = c.r.Discard(length)
			return status, err
		}
	}
}

// TestFunctionalRate: what a put, a take and a drop cost over HTTP on one core with
// 10,000 slots in memory, beside a handler that only reads and writes bodies of the
// same sizes, in turns. Both sides of each connection are counted.
func TestFunctionalRate(t *testing.T) {
	if os.Getenv("TINCAN_BENCH") == "" {
		t.Skip("make bench-relay measures")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	const rounds, turns = 4_000, 7

	begin := time.Date(2031, 5, 1, 12, 0, 0, 0, time.UTC)
	runtime.GC()
	empty := resident(t)
	store := relay.NewMemory()
	for range 9_999 {
		require.NoError(t, store.Put(context.Background(), relaytest.NewSlot(), make([]byte, mailbox.MaxReply), begin.AddDate(50, 0, 0)))
	}
	runtime.GC()
	t.Logf("resident memory with 9,999 of the largest replies: %.1f MB, %.1f MB without", float64(resident(t))/1e6, float64(empty)/1e6)

	// The slot that is worked on has expired when the next round puts into it again.
	var round atomic.Int64
	mailboxServer := httptest.NewServer(relay.New(store, relay.Config{Now: func() time.Time {
		return begin.Add(time.Duration(round.Load()) * mailbox.Lifetime)
	}}))
	defer mailboxServer.Close()
	answer := relaytest.NewReply()
	echoServer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			return
		}
		if r.URL.Path == mailbox.PathTake {
			_, _ = w.Write(answer)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	defer echoServer.Close()

	slot, claim := relaytest.NewSlot(), relaytest.NewClaim()
	requests := [][]byte{
		request(mailbox.PathPut, mailbox.NewPut(slot, relaytest.NewReply())),
		request(mailbox.PathTake, mailbox.NewClaim(slot, claim)),
		request(mailbox.PathDrop, mailbox.NewClaim(slot, claim)),
	}
	statuses := []string{"204", "200", "204"}
	measure := func(c *caller, rounds int) (processor, wall time.Duration) {
		runtime.GC()
		start, before := time.Now(), spent(t)
		for range rounds {
			round.Add(1)
			for i, r := range requests {
				status, err := c.ask(r)
				if err != nil || status != statuses[i] {
					require.Fail(t, "another answer", "%d: %s %v", i, status, err)
				}
			}
		}
		return (spent(t) - before) / time.Duration(rounds), time.Since(start) / time.Duration(rounds)
	}

	mailboxCaller, echoCaller := call(t, mailboxServer), call(t, echoServer)
	measure(mailboxCaller, rounds/4)
	measure(echoCaller, rounds/4)
	var ratios []float64
	var processor, wall, echo []time.Duration
	for range turns {
		p, w := measure(mailboxCaller, rounds)
		e, _ := measure(echoCaller, rounds)
		processor, wall, echo = append(processor, p), append(wall, w), append(echo, e)
		ratios = append(ratios, float64(p)/float64(e))
	}
	slices.Sort(processor)
	slices.Sort(wall)
	slices.Sort(echo)
	slices.Sort(ratios)
	middle := turns / 2
	t.Logf("put+take+drop on one core: %.0f rounds/s; %.1f µs of processor a round, client included", float64(time.Second)/float64(wall[middle]), float64(processor[middle])/1e3)
	t.Logf("bare net/http, same bodies: %.1f µs; ratio %.2f (%.2f to %.2f)", float64(echo[middle])/1e3, ratios[middle], ratios[0], ratios[turns-1])
	bench.Record(t, bench.Row{Key: "mailbox", Ours: float64(processor[middle]) / 1e3, Peer: float64(echo[middle]) / 1e3})
	t.Logf("resident memory after %d rounds: %.1f MB", rounds*turns+rounds/4, float64(resident(t))/1e6)
	assert.Less(t, ratios[middle], 2.0, "the mailbox costs more than HTTP does")
}
