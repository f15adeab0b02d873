// Program tincan is a private chat for two in a terminal, and the server of
// its page on a local network. README.md beside it has the commands.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

// version is set by the linker.
var version = "dev"

// The exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// errUsage: the command line is wrong; what was wrong has been said.
var errUsage = errors.New("usage")

func main() {
	// A long chat makes garbage in small pieces; a peer must not be able to
	// make it grow before it is collected.
	debug.SetMemoryLimit(256 << 20)
	// Go's HTTP client tells the terminal what a mailbox sends unasked, its server who came.
	log.SetOutput(io.Discard)
	// pion's relay client and name finder log addresses to the terminal and can't
	// be given another logger (pion/ice 976).
	_ = os.Setenv("PION_LOG_DISABLE", "turnc,mdns")
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, terminal{in: os.Stdin, out: os.Stdout, err: os.Stderr}, os.Args[1:]))
}

func run(ctx context.Context, t terminal, args []string) int {
	command := "help"
	if len(args) > 0 {
		command, args = args[0], args[1:]
	}
	var err error
	switch command {
	case "new":
		err = runNew(ctx, t, args)
	case "join":
		err = runJoin(ctx, t, args)
	case "serve":
		err = runServe(ctx, t, args)
	case "version", "--version", "-v":
		if err = noArguments(t, args); err == nil {
			fmt.Fprintln(t.out, "tincan", version)
		}
	case "help", "--help", "-h":
		help := usage
		if len(args) > 0 && helpOf[args[0]] != "" {
			help = helpOf[args[0]]
		}
		fmt.Fprint(t.out, help)
	default:
		t.say("tincan: there is no command %q. The commands are new, join, serve and version.", command)
		err = errUsage
	}
	switch {
	case err == nil, errors.Is(err, errHelp):
		return exitOK
	case errors.Is(err, errUsage):
		return exitUsage
	}
	if err.Error() != "" {
		t.say("tincan: %s", err)
	}
	return exitFailed
}

func noArguments(t terminal, args []string) error {
	flags := flag.NewFlagSet("version", flag.ContinueOnError)
	if err := parseFlags(t, flags, args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		t.say("tincan: version takes nothing. See tincan version --help.")
		return errUsage
	}
	return nil
}
