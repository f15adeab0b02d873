// Program tincan is a private chat for two in a terminal, and the server of
// its page on a local network. README.md beside it has the commands.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

// version is set by the linker.
var version = "dev"

const usage = `tincan: a private chat for two, with one link and no server

  tincan new [flags]            make an invite, wait for the reply, chat
  tincan join [flags] [LINK|-]  answer an invite, chat
  tincan serve [flags]          serve the page to everyone on this network
  tincan version

Flags of new and join:
  --site URL         what links begin with, such as https://chat.example/
                     (new only; without it the invite is a bare code)
  --serve            serve the page, too, with a mailbox: whoever is on this network
                     opens the link, and the reply comes back by itself (new only;
                     --listen and --public as with serve)
  --mailbox on|off   new: the reply may wait, sealed, for 5 minutes at the host of the
                     link; join: off keeps it from being left there
  --stun HOST:PORT   a STUN server to ask for this computer's public address;
                     may be given more than once; "none" asks nobody
  --turn URL         a relay for networks that let nothing else through, such as
                     turn:HOST:PORT or turn:HOST:PORT?transport=tcp; its login,
                     USER:PASSWORD, is read from TINCAN_TURN_LOGIN
  --relay-only       everything goes through the relay: the other person does
                     not learn your network address
  --local-only       ask no server at all: for two on one network
  --loopback         offer and accept addresses of this computer alone
  --json             one JSON object a line, in and out

Flags of serve:
  --listen ADDR      where to listen (default :8787, or any free port)
  --public URL       an address under which others reach the page
  --no-mailbox       keep no replies for visitors
  --no-stun          do not tell visitors the address they come from
  --turn             relay for visitors who cannot reach each other
  --turn-address IP  the address of this computer that relays have

A link given as an argument can be read by other programs on this computer.
Without it, join asks; with "-", join reads the first line of its input.
`

// The exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// errUsage: the command line is wrong; what was wrong has been said.
var errUsage = errors.New("usage")

// terminal is what a command talks to: data on out, talk on err.
type terminal struct {
	in  io.Reader
	out io.Writer
	err io.Writer
}

func (t terminal) say(format string, args ...any) { fmt.Fprintf(t.err, format+"\n", args...) }

func main() {
	// A long chat makes garbage in small pieces; a peer must not be able to
	// make it grow before it is collected.
	debug.SetMemoryLimit(256 << 20)
	// pion's relay client and name finder log addresses to the terminal and can't
	// be given another logger (pion/ice 976).
	_ = os.Setenv("PION_LOG_DISABLE", "turnc,mdns")
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, terminal{os.Stdin, os.Stdout, os.Stderr}, os.Args[1:]))
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
		fmt.Fprintln(t.out, "tincan", version)
	case "help", "--help", "-h":
		fmt.Fprint(t.out, usage)
	default:
		t.say("tincan: there is no command %q. The commands are new, join, serve and version.", command)
		err = errUsage
	}
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errUsage):
		return exitUsage
	}
	if err.Error() != "" {
		t.say("tincan: %s", err)
	}
	return exitFailed
}
