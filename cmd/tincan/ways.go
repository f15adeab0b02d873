package main

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/pion/stun/v4"

	"tincan/internal/chat"
)

// loginVariable is the environment variable with the login of the relay. If it were an argument,
// other programs on this computer could see it.
const loginVariable = "TINCAN_TURN_LOGIN"

// waysFlags are the flags of new and join that say which ways to the other person may be tried.
type waysFlags struct {
	stun, turn           []string
	stunNamed            bool
	relayOnly, localOnly bool
}

func networkFlags(flags *flag.FlagSet) *waysFlags {
	w := &waysFlags{stun: chat.DefaultSTUN}
	flags.BoolVar(&w.relayOnly, "relay-only", false, "")
	flags.BoolVar(&w.localOnly, "local-only", false, "")
	flags.Func("stun", "", func(s string) error {
		if !w.stunNamed {
			w.stunNamed, w.stun = true, nil
		}
		if s == "none" {
			w.stun = nil
			return nil
		}
		if _, _, err := net.SplitHostPort(s); err != nil {
			return errors.New("not HOST:PORT or none")
		}
		w.stun = append(w.stun, s)
		return nil
	})
	flags.Func("turn", "", func(s string) error {
		uri, err := stun.ParseURI(s)
		if err != nil || uri.Scheme != stun.SchemeTypeTURN && uri.Scheme != stun.SchemeTypeTURNS {
			return errors.New("not an address such as turn:HOST:PORT or turn:HOST:PORT?transport=tcp")
		}
		w.turn = append(w.turn, s)
		return nil
	})
	return w
}

// network returns what the flags ask for. Its errors are sentences for the person.
func (w *waysFlags) network() (chat.Network, error) {
	n := chat.Network{Mode: chat.ModeAll, STUN: w.stun}
	switch {
	case w.relayOnly && w.localOnly:
		return n, errors.New("--relay-only and --local-only do not go together")
	case w.localOnly && (len(w.turn) > 0 || w.stunNamed && len(w.stun) > 0):
		return n, errors.New("--local-only asks no server: leave --stun and --turn away")
	case w.localOnly:
		return chat.Network{Mode: chat.ModeLocal}, nil
	case w.relayOnly:
		n.Mode = chat.ModeRelay
	}
	if len(w.turn) == 0 {
		return n, nil // --relay-only without a relay is refused by the chat itself
	}
	login := os.Getenv(loginVariable)
	i := max(0, strings.LastIndex(login, ":")) // names that are limited in time contain colons themselves
	user, password := login[:i], strings.TrimPrefix(login[i:], ":")
	if user == "" || password == "" {
		return n, fmt.Errorf("--turn needs a login: set %s to USER:PASSWORD", loginVariable)
	}
	for _, url := range w.turn {
		n.TURN = append(n.TURN, chat.TURN{URL: url, Username: user, Credential: password})
	}
	return n, nil
}
