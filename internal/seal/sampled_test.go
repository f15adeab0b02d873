//go:build race || js

package seal_test

const thorough = false
