//go:build unix

package chat_test

import (
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tincan/internal/chat"
	"tincan/internal/peer"
	"tincan/internal/sdp"
	"tincan/test/bench"
)

// processor is what this process has used so far.
func processor(t *testing.T) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// TestFunctionalFilesRate prints what a file costs between two terminals beside the same bytes over a bare channel, in the
// same process and in turns. Nothing fails by it.
func TestFunctionalFilesRate(t *testing.T) {
	if os.Getenv("TINCAN_BENCH") == "" {
		t.Skip("TINCAN_BENCH is not set: make bench-files")
	}
	const size = 300 << 20
	ours, bare := [2]time.Duration{}, [2]time.Duration{} // time, processor
	measure := func(sum *[2]time.Duration, do func()) {
		began, used := time.Now(), processor(t)
		do()
		sum[0] += time.Since(began)
		sum[1] += processor(t) - used
	}
	for range 3 {
		func() {
			config := loopback
			config.Files = true
			inviter, err := chat.Create(ctx(t), config)
			require.NoError(t, err)
			joiner, err := chat.Join(ctx(t), config, inviter.Link().Link)
			require.NoError(t, err)
			require.NoError(t, inviter.Accept(joiner.Link().Link, false))
			await[chat.Opened](t, inviter)
			await[chat.Opened](t, joiner)
			require.Eventually(t, func() bool {
				_, err := inviter.SendFile("", chat.File{Name: "a", Size: size}, endless{})
				return err == nil
			}, patience, time.Millisecond)
			id, sink := await[chat.FileOffered](t, joiner).ID, nowhere{make(chan struct{})}
			measure(&ours, func() {
				require.NoError(t, joiner.KeepFile(id, sink, 0, none))
				<-sink.done
			})
			require.NoError(t, inviter.Close())
			require.NoError(t, joiner.Close())
		}()
		a, b := bareChannel(t)
		measure(&bare, func() {
			var sending sync.WaitGroup
			sending.Go(func() {
				message := make([]byte, 63488)
				for sent := 0; sent < size; sent += len(message) {
					if a.Send(t.Context(), message) != nil {
						return
					}
				}
			})
			for got := 0; got < size; {
				message, err := b.Receive(t.Context())
				require.NoError(t, err)
				got += len(message)
			}
			sending.Wait()
		})
	}
	mega := func(d time.Duration) float64 { return float64(3*size) / 1e6 / d.Seconds() }
	each := func(d time.Duration) float64 { return d.Seconds() * 1000 / (float64(3*size) / 1e6) }
	t.Logf("a file between two terminals: %.0f MB/s, %.1f ms of processor per MB", mega(ours[0]), each(ours[1]))
	t.Logf("a bare channel:               %.0f MB/s, %.1f ms of processor per MB", mega(bare[0]), each(bare[1]))
	bench.Record(t,
		bench.Row{Key: "native-file-rate", Ours: mega(ours[0]), Peer: mega(bare[0])},
		bench.Row{Key: "native-file", Ours: each(ours[1]), Peer: each(bare[1])},
	)
	t.Logf("MB/s ours/bare %.2f, processor bare/ours %.2f", mega(ours[0])/mega(bare[0]), each(bare[1])/each(ours[1]))
}

// bareChannel is two ends of a connection without a chat.
func bareChannel(t *testing.T) (a, b *peer.Channel) {
	t.Helper()
	var ends [2]*peer.Conn
	for i := range ends {
		conn, err := peer.New(peer.Config{Loopback: true})
		require.NoError(t, err)
		t.Cleanup(func() { _ = conn.Close() })
		ends[i] = conn
	}
	described := func(text string, err error) sdp.Description {
		require.NoError(t, err)
		d, err := sdp.Parse(text, true)
		require.NoError(t, err)
		return d
	}
	offer := described(ends[0].Offer(ctx(t)))
	answer := described(ends[1].Answer(ctx(t), offer.SDP(sdp.Offer, "0")))
	require.NoError(t, ends[0].Accept(ctx(t), answer.SDP(sdp.Answer, "0")))
	for _, c := range ends {
		require.NoError(t, c.Files().Open(ctx(t)))
	}
	return ends[0].Files(), ends[1].Files()
}
