//go:build js

package mailbox_test

import (
	"os"
	"testing"

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
