package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"tincan/internal/chat"
)

const usage = `tincan: a private chat for two, with one link and no server

  tincan new [flags]            make an invite, wait for the reply, chat
  tincan join [flags] [LINK|-]  answer an invite, chat
  tincan send [flags] FILE...   send files to one person
  tincan receive [flags] [LINK|-]
                                receive files from one person
  tincan serve [flags]          serve the page to everyone on this network
  tincan verify [flags] URL     compare the page that an address serves with the one
                                in this program
  tincan version

tincan new --help tells the flags of new, and so on.
`

// helpOf is what a command answers to --help.
var helpOf = map[string]string{
	"new": `tincan new [flags]: make an invite, wait for the reply, chat

  --site URL         what links begin with, such as https://chat.example/;
                     without it the invite is a bare code
  --serve            serve the page, too, with a mailbox: whoever is on this network
                     opens the link, and the reply comes back by itself
  --listen, --public with --serve: as with serve
  --folder DIR       where files of the other person are kept; without it here
  --mailbox on|off   the reply may wait, sealed, for 5 minutes at the host of the link
` + waysHelp,
	"join": `tincan join [flags] [LINK|-]: answer an invite, chat

  --folder DIR       where files of the other person are kept; without it here
  --mailbox off      do not leave the reply at the host that the link names
` + waysHelp + `
A link given as an argument can be read by other programs on this computer.
Without it, join asks; with "-", join reads the first line of its input.
`,
	"send": `tincan send [flags] FILE...: make an invite, send files to who answers it

The other person runs tincan receive, or opens the invite in the page and presses Save.
It ends when all have arrived. Run again, it sends to tincan receive only what has not.

  --site URL         what links begin with, such as https://chat.example/;
                     without it the invite is a bare code
  --serve            serve a mailbox, with the page: on this network the reply comes
                     back by itself
  --listen, --public with --serve: as with serve
  --mailbox on|off   the reply may wait, sealed, for 5 minutes at the host of the link
` + waysHelp,
	"receive": `tincan receive [flags] [LINK|-]: answer an invite, keep the files that come

It takes every file that the other person sends, into a folder, and ends when they
have left. Nothing that is there is written over. What was cut goes on when it is
run again.

  -o, --folder DIR   where files are kept; without it here
  --serve            make the invite here, and serve a mailbox, with the page: who sends
                     opens the link there, or runs tincan join and /send, and their
                     reply comes by itself
  --listen, --public with --serve: as with serve
  --mailbox off      do not leave the reply at the host that the link names
` + waysHelp,
	"serve": `tincan serve [flags]: serve the page to everyone on this network

  --listen ADDR      where to listen (default :8787, or any free port)
  --public URL       an address under which others reach the page
  --tls CERT KEY     speak https, with this certificate and its key, as files in PEM;
                     they are read again when they change
  --tls self         speak https with a certificate that this program makes and keeps
                     itself: browsers warn of it once, and then phones have their
                     camera and clipboard
  --no-mailbox       keep no replies for visitors
  --no-stun          do not tell visitors the address they come from
  --stun-listen ADDR where STUN and the relay listen, such as :3478; without it
                     where the page does. Needed behind a proxy on this computer
  --turn             relay for visitors who cannot reach each other
  --turn-address IP  the address of this computer that relays have
  --turn-port PORT   the TCP port of the relay; without it any free one
  --relay-ports A-B  the UDP ports that relays have, such as 50000-50100; without
                     it any free ones
  --behind-proxy CIDR[,CIDR]
                     believe the proxies at these addresses, such as 127.0.0.1 or
                     10.0.0.0/8, whom they name in X-Forwarded-For: without it all
                     visitors behind a proxy count as one. May be given more than once
`,
	"verify": `tincan verify [flags] URL: compare the page that an address serves with what it
should be

It fetches the page, its manifest (.well-known/tincan.json), all files that this or
the page names, and compares them with the manifest, and that with the page in this
program. The security headers have to be there, too, each once. Everything that is
not as it should be is told. config.json is left out: it belongs to the host.

  --source DIR       compare with the page of a checkout, too: run make build in DIR
                     first, at the commit that the manifest names, which tincan
                     verify does not do itself
  --json             what was found as one JSON object, the same for the same answers
  --compare A B      what the host served to one and not to another: two files that
                     --json has written, for one address, at two places

It ends with 0 if all agrees, with 1 if not or if the page can't be fetched, and with
2 if the command line is wrong.

A match does not mean that the page is safe: this program may be wrong itself, and
the host can serve others, or you tomorrow, something else. Nor does it see a page that
a browser has kept from before, or what a browser's extensions do to a page.
`,
	"version": `tincan version [flags]: say which version this is

  --notices          what others have written of this program and of its page, with
                     their licences
`,
}

var waysHelp = `  --stun HOST:PORT   a STUN server to ask for this computer's public address, in place
                     of ` + strings.Join(chat.DefaultSTUN, " and ") + `;
                     may be given more than once; "none" asks nobody
  --turn URL         a relay for networks that let nothing else through, such as
                     turn:HOST:PORT or turn:HOST:PORT?transport=tcp; its login,
                     USER:PASSWORD, is read from TINCAN_TURN_LOGIN
  --relay-only       everything goes through the relay: the other person does
                     not learn your network address
  --local-only       ask no server at all: for two on one network
  --loopback         stay on this computer: ask nobody, send no packet elsewhere
  --json             one JSON object a line, in and out
`

// errHelp: help was asked for, and has been given.
var errHelp = errors.New("help")

// parseFlags reads what stands before the first argument that is no flag. Of a flag
// that is wrong the person is told, and asking for help is answered.
func parseFlags(t terminal, flags *flag.FlagSet, args []string) error {
	flags.SetOutput(io.Discard)
	switch err := flags.Parse(args); {
	case err == nil:
		return nil
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(t.out, helpOf[flags.Name()])
		return errHelp
	default:
		t.say("tincan: %s. See tincan %s --help.", err, flags.Name())
		return errUsage
	}
}
