//go:build js

// Command empty is what any Go program costs in a page: it says that it is there, and waits, as the engine does.
package main

import "syscall/js"

func main() {
	js.Global().Set("tincan", true)
	select {}
}
