// Program release makes what a release has beside its programs: the notices of third parties. The
// Makefile runs it; README.md beside it says what comes out.
package main

import (
	"errors"
	"fmt"
	"os"
)

var errUsage = errors.New(`usage:
  release notices FILE                       what is linked from other Go modules, with its licences, as JSON`)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	command := ""
	if len(args) > 0 {
		command, args = args[0], args[1:]
	}
	if command == "notices" && len(args) == 1 {
		return writeNotices(args[0])
	}
	return errUsage
}
