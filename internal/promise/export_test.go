//go:build js

package promise

// Waiting counts the promises that somebody waits for.
func Waiting() int {
	mu.Lock()
	defer mu.Unlock()
	return len(waiting)
}
