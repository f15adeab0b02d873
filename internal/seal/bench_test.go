package seal_test

import (
	"crypto/rand"
	"strconv"
	"testing"
)

// BenchmarkMessage is a message of one frame on both sides: signed, sealed, opened,
// verified. Run it under js/wasm too, with and without the engine's build flags, to see
// what they cost; make profile takes the profile of it that the engine is built by.
func BenchmarkMessage(b *testing.B) {
	for _, size := range []int{100, 16000} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			inviter, joiner := sessions(b)
			message := make([]byte, size)
			for b.Loop() {
				signature, err := inviter.Sign(1, message)
				var frame, body []byte
				if err == nil {
					frame, err = inviter.Seal(message)
				}
				if err == nil {
					body, err = joiner.Open(frame)
				}
				if err == nil {
					err = joiner.Verify(1, body, signature)
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
