package seal_test

import (
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// seeded is randomness that is the same in every run.
func seeded(name string, n int) io.Reader {
	return rand.NewChaCha8(sha256.Sum256(fmt.Appendf(nil, "%s %d", name, n)))
}

// every is 1, or in quick runs the step that leaves a sample of everything.
func every(sample int) int {
	if thorough && !testing.Short() {
		return 1
	}
	return sample
}

// inParallel calls f for 0 to n-1 on all processors, until one fails.
func inParallel(t testing.TB, n int, f func(i int) error) {
	t.Helper()
	var next atomic.Int64
	var failed atomic.Pointer[error]
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && failed.Load() == nil; i = int(next.Add(1)) - 1 {
				if err := f(i); err != nil {
					failed.CompareAndSwap(nil, &err)
				}
			}
		})
	}
	workers.Wait()
	if err := failed.Load(); err != nil {
		t.Fatal(*err)
	}
}

func took(t testing.TB, began time.Time) string {
	t.Helper()
	return time.Since(began).Round(10 * time.Millisecond).String()
}
