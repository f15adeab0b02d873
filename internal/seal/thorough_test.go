//go:build !race && !js

package seal_test

// thorough: the proofs try everything. They do not under the race detector
// and in wasm, which are ten times slower: there they take samples.
const thorough = true
