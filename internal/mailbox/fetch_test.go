//go:build js

package mailbox_test

import (
	"os"
	"syscall/js"
	"testing"

	"github.com/stretchr/testify/assert"

	"tincan/internal/mailbox"

	"tincan/internal/mailbox/mailboxtest"
)

// TestFunctionalFetch is the contract over fetch. The server is another process, which
// begins this one: TestFunctionalContract.
func TestFunctionalFetch(t *testing.T) {
	url := os.Getenv("TINCAN_MAILBOXTEST")
	if url == "" {
		t.Skip("TINCAN_MAILBOXTEST names no server: TestFunctionalContract, natively, begins this test with one")
	}
	mailboxtest.Run(t, url)
}

// TestUnitFetchOdd: where the browser lacks a part, or something else stands in its place, the request fails, and
// nothing more.
func TestUnitFetchOdd(t *testing.T) {
	client := mailbox.NewClient("https://chat.example", false)
	for name, c := range map[string]struct{ what, body string }{
		"no AbortController":  {"AbortController", "undefined"},
		"one that throws":     {"AbortController", "class { constructor() { throw new Error('odd') } }"},
		"no fetch":            {"fetch", "undefined"},
		"a fetch that throws": {"fetch", "() => { throw 7 }"},
		"a refusal":           {"fetch", "() => Promise.reject(undefined)"},
		"nothing":             {"fetch", "() => Promise.resolve()"},
		"a text":              {"fetch", "() => Promise.resolve('200')"},
		"no status":           {"fetch", "() => Promise.resolve({})"},
		"a status in letters": {"fetch", "() => Promise.resolve({ status: '200' })"},
		"no body":             {"fetch", "() => Promise.resolve({ status: 200, body: null })"},
		"a text as body":      {"fetch", "() => Promise.resolve({ status: 200, body: 'x' })"},
		"a body of texts":     {"fetch", "() => Promise.resolve({ status: 200, body: new ReadableStream({ start: (c) => c.enqueue('x') }) })"},
		"a body that fails":   {"fetch", "() => Promise.resolve({ status: 200, body: new ReadableStream({ start: (c) => c.error('x') }) })"},
		"a body in use":       {"fetch", "() => { const body = new ReadableStream(); body.getReader(); return Promise.resolve({ status: 200, body }) }"},
	} {
		real := js.Global().Get(c.what)
		js.Global().Set(c.what, js.Global().Get("Function").New("return "+c.body).Invoke())
		reply, err := client.Take(t.Context(), mailbox.Slot{}, mailbox.Claim{})
		js.Global().Set(c.what, real)
		assert.Equal(t, mailbox.ErrSilent, err, name)
		assert.Nil(t, reply, name)
	}
}
