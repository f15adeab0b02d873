//go:build js

package main

import "syscall/js"

// main gives the page one function, which takes a command and promises its result.
func main() {
	js.Global().Set("cards", js.FuncOf(func(_ js.Value, args []js.Value) any {
		text := args[0].String()
		var begin js.Func
		begin = js.FuncOf(func(_ js.Value, settle []js.Value) any {
			go func() {
				defer begin.Release()
				settle[0].Invoke(cards.run(text))
			}()
			return nil
		})
		return js.Global().Get("Promise").New(begin)
	}))
	select {}
}
