//go:build js

package main

import (
	"syscall/js"

	"tincan/internal/chat"
)

// digest is for pages on plain http, where browsers have no hash.
func (e *engine) digest(args []js.Value) (any, error) {
	h := chat.FileDigest()
	h.Write([]byte(str(args, 0)))
	var digits []byte
	for _, b := range h.Sum(nil) {
		digits = append(digits, "0123456789abcdef"[b>>4], "0123456789abcdef"[b&15])
	}
	return string(digits), nil
}
