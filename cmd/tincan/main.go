// Program tincan is a private chat for two in a terminal, and the server of
// its page on a local network. README.md beside it has the commands.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"tincan/site"
)

// version is set by the linker.
var version = "dev"

// The exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// errUsage: the command line is wrong. The person has been told how.
var errUsage = errors.New("usage")

func main() {
	// A long chat leaves garbage in small pieces. It is collected early, so that
	// a peer cannot make it grow.
	debug.SetMemoryLimit(256 << 20)
	// Go's HTTP client would log what a mailbox sends without being asked, and its server who came.
	log.SetOutput(io.Discard)
	// pion's relay client and its mDNS code would log addresses to the terminal, and
	// cannot be given another logger (pion/ice 976).
	_ = os.Setenv("PION_LOG_DISABLE", "turnc,mdns")
	defer restoreOnPanic()
	ctx, end := context.WithCancel(context.Background())
	endOnSignals(end)
	code := run(ctx, terminal{in: os.Stdin, out: os.Stdout, err: os.Stderr}, os.Args[1:])
	restoreTerminal()
	os.Exit(code)
}

// endSignals receives the signals that end the program, and keys that stand for one.
var endSignals = make(chan os.Signal, 8)

// endOnSignals ends the command when the person asks for it or the window is closed. A chat says
// goodbye first; a person who asks a second time does not wait for that.
func endOnSignals(end context.CancelFunc) {
	// To write where nobody reads any more must be an error and not end the program.
	signal.Ignore(syscall.SIGPIPE)
	signal.Notify(endSignals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // nohup
		signal.Notify(endSignals, syscall.SIGHUP)
	}
	go func() {
		again := false
		for s := range endSignals {
			end()
			if s == syscall.SIGHUP {
				continue // one closed window can send several signals
			}
			if again {
				restoreTerminal()
				os.Exit(exitFailed)
			}
			again = true
		}
	}()
}

func run(ctx context.Context, t terminal, args []string) int {
	command := "help"
	if len(args) > 0 {
		command, args = args[0], args[1:]
	}
	var err error
	switch command {
	case "send":
		err = runSend(ctx, t, args)
	case "receive":
		err = runReceive(ctx, t, args)
	case "new":
		err = runNew(ctx, t, args)
	case "join":
		err = runJoin(ctx, t, args)
	case "serve":
		err = runServe(ctx, t, args)
	case "verify":
		err = runVerify(ctx, t, args)
	case "version", "--version", "-v":
		err = runVersion(t, args)
	case "help", "--help", "-h":
		help := usage
		if len(args) > 0 && helpOf[args[0]] != "" {
			help = helpOf[args[0]]
		}
		fmt.Fprint(t.out, help)
	default:
		t.say("tincan: there is no command %q. The commands are new, join, send, receive, serve, verify and version.", command)
		err = errUsage
	}
	switch {
	case err == nil, errors.Is(err, errHelp):
		return exitOK
	case errors.Is(err, errUsage):
		return exitUsage
	case !errors.Is(err, errSilent):
		t.say("tincan: %s", sentenceOf(err))
	}
	return exitFailed
}

func runVersion(t terminal, args []string) error {
	flags := flag.NewFlagSet("version", flag.ContinueOnError)
	notices := flags.Bool("notices", false, "")
	if err := parseFlags(t, flags, args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		t.say("tincan: version takes only flags. See tincan version --help.")
		return errUsage
	}
	if !*notices {
		fmt.Fprintln(t.out, "tincan", version)
		return nil
	}
	page, err := site.Page()
	if err != nil {
		return err
	}
	text, err := fs.ReadFile(page, "notices.txt")
	if err != nil {
		return err
	}
	_, err = t.out.Write(text)
	return err
}
