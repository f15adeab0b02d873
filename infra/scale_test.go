package main

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestUnitScale: the tables of SCALE.md are what its sizes, the engine's schedule and the prices
// come to, and its sizes are those of the page that is built.
func TestUnitScale(t *testing.T) {
	if _, err := os.Stat("../site/dist/index.html"); err != nil {
		t.Skip("the page is not built: make build")
	}
	said, err := exec.Command("node", "scale.mjs", "--check").CombinedOutput()
	assert.NoError(t, err, "%s", said)
}
