package seal_test

import (
	"crypto/rand"
	"strconv"
	"testing"
)

// BenchmarkFrame seals and opens one frame; run it under js/wasm too, with and
// without the engine's build flags, to see what they cost.
func BenchmarkFrame(b *testing.B) {
	for _, size := range []int{100, 16000} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			inviter, joiner := sessions(b)
			body := make([]byte, size)
			for b.Loop() {
				frame, err := inviter.Seal(body)
				if err == nil {
					_, err = joiner.Open(frame)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkHandshake is both sides of it, the sealed reply included.
func BenchmarkHandshake(b *testing.B) {
	for b.Loop() {
		newPair(b, rand.Reader).run(b)
	}
}
