// Program release makes what a release has beside its programs: the notices of third parties, the
// list of what is in it (SBOM), the archives and packages, and their sums. The Makefile runs it; README.md beside it
// says what comes out.
package main

import (
	"errors"
	"fmt"
	"os"
)

var errUsage = errors.New(`usage:
  release notices FILE                       what is linked from other Go modules, with its licences, as JSON
  release sbom TOOL NOTICES VERSION EPOCH OUT what is in all of it, as CycloneDX
  release pack OUT EPOCH NAME=FILE...        a folder as .tar.gz or .zip
  release deb OUT VERSION ARCHITECTURE MAINTAINER EPOCH PROGRAM NOTICES
                                            a Debian package
  release sums FOLDER                        SHA256SUMS of the files in a folder`)

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
	switch {
	case command == "notices" && len(args) == 1:
		return writeNotices(args[0])
	case command == "sbom" && len(args) == 5:
		return writeSBOM(args[0], args[1], args[2], args[3], args[4])
	case command == "pack" && len(args) > 2:
		return writeArchive(args[0], args[1], args[2:])
	case command == "deb" && len(args) == 7:
		return writeDeb(args[0], args[1], args[2], args[3], args[4], args[5], args[6])
	case command == "sums" && len(args) == 1:
		return writeSums(args[0])
	}
	return errUsage
}
