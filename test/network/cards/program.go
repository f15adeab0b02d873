//go:build !js

package main

import (
	"bufio"
	"os"
	"sync"
)

// main reads a command from each line and writes its result, after the number that stood before
// the command.
func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	var mu sync.Mutex
	for lines.Scan() {
		text := lines.Text()
		go func() {
			for i, c := range text {
				if c == ' ' {
					out := text[:i+1] + cards.run(text[i+1:]) + "\n"
					mu.Lock()
					defer mu.Unlock()
					os.Stdout.WriteString(out)
					return
				}
			}
		}()
	}
}
