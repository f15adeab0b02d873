package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/mailbox"
	"tincan/relay/relaytest"
)

// TestFunctionalRebinding: under a name that somebody else's web site may have, this server gives
// the page, and nothing that its script could not know already: no address of the computer, no login
// of the relay, no mailbox, whatever the browser believes of origins.
func TestFunctionalRebinding(t *testing.T) {
	h, err := newPageHandler(testPage, nil, []string{"http://192.0.2.2:8787/"}, nat(t, true))
	require.NoError(t, err)
	own, err := os.Hostname()
	require.NoError(t, err)
	own, _, _ = strings.Cut(own, ".")
	for _, c := range []struct {
		host, public string
		known        bool
	}{
		{"192.0.2.2:8787", "", true},
		{"192.0.2.2", "", true},
		{"203.0.113.9:8787", "", true}, // a router's address, which this computer does not see
		{"[2001:db8::7]:8787", "", true},
		{"[fe80::7%25eth0]:8787", "", true},
		{"127.0.0.1:8787", "", true},
		{"localhost:8787", "", true},
		{"LOCALHOST", "", true},
		{"localhost.:8787", "", true},
		{"a.localhost:8787", "", true},
		{"laptop.local:8787", "", true},
		{"Laptop.Local.", "", true},
		{own + ":8787", "", true},
		{strings.ToUpper(own), "", true},
		{"chat.example", "https://chat.example/", true},
		{"chat.example:8787", "https://chat.example", true},
		{"Chat.Example.", "https://chat.example/x/", true},
		{"chat.example", "http://chat.example:8080/", true},
		{"127.0.0.1:8787", "https://chat.example/", true}, // as a proxy asks

		{"evil.example:8787", "", false},
		{"evil.example:8787", "https://chat.example/", false},
		{"chat.example.evil.example", "https://chat.example/", false},
		{"xchat.example", "https://chat.example/", false},
		{"chat.example", "", false},
		{"localhost.evil.example", "", false},
		{"xlocalhost", "", false},
		{"laptop.local.evil.example", "", false},
		{"laptoplocal", "", false},
		{own + ".evil.example", "", false},
		{"192.0.2.2.evil.example", "", false},
		{"192-0-2-2.evil.example:8787", "", false},
		{"192.0.2", "", false},
		{"0x7f000001", "", false},
		{"[evil.example]", "", false},
		{"evil.example:80:80", "", false},
		{"", "", false},
		{"", "https://chat.example/", false},
	} {
		_, h.public = publicOrigin(c.public)
		h.mailbox = newMailbox(c.public)
		assert.Equal(t, 200, get(t, h, "GET", "/", c.host, "").StatusCode, "the page at %q", c.host)
		body, err := io.ReadAll(get(t, h, "GET", "/config.json", c.host, "").Body)
		require.NoError(t, err)
		var config struct {
			STUN, Addresses []string
			TURN            []turnEntry
			Mailbox         string
		}
		require.NoError(t, json.Unmarshal(body, &config))
		assert.Len(t, config.STUN, 1)
		assert.Equal(t, c.known, strings.Contains(string(body), "192.0.2.2"), "addresses at %q", c.host)
		assert.Equal(t, c.known, len(config.TURN) > 0, "logins at %q", c.host)
		assert.Equal(t, c.known, config.Mailbox == "offered", "mailbox at %q", c.host)
		if !c.known {
			assert.Contains(t, string(body), `"addresses":[]`, c.host)
			assert.Contains(t, string(body), `"turn":[]`, c.host)
		}
		for path, body := range map[string][]byte{
			mailbox.PathPut:  mailbox.NewPut(relaytest.NewSlot(), relaytest.NewReply()),
			mailbox.PathTake: mailbox.NewClaim(relaytest.NewSlot(), relaytest.NewClaim()),
			mailbox.PathDrop: mailbox.NewClaim(relaytest.NewSlot(), relaytest.NewClaim()),
			"/api/nothing":   nil,
		} {
			for _, origin := range []string{"", "http://" + c.host} {
				r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body))
				r.Host, r.RemoteAddr = c.host, "198.51.100.9:4000"
				r.Header.Set("Content-Type", mailbox.ContentType)
				if origin != "" {
					r.Header.Set("Origin", origin)
				}
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				if !c.known {
					assert.Equal(t, 403, w.Code, "%s at %q from %q", path, c.host, origin)
				} else if origin == "" {
					want := 204
					if body == nil {
						want = 404
					}
					assert.Equal(t, want, w.Code, "%s at %q", path, c.host)
				}
			}
		}
	}
}

// TestUnitPublicOrigin: what browsers write for the address that the person named.
func TestUnitPublicOrigin(t *testing.T) {
	for public, want := range map[string][2]string{
		"https://chat.example/":       {"https://chat.example", "chat.example"},
		"https://Chat.example:443/x/": {"https://chat.example", "Chat.example:443"},
		"http://chat.example:80":      {"http://chat.example", "chat.example:80"},
		"http://chat.example:8080/":   {"http://chat.example:8080", "chat.example:8080"},
		"https://chat.example:80/":    {"https://chat.example:80", "chat.example:80"},
		"https://[2001:db8::443]/":    {"https://[2001:db8::443]", "[2001:db8::443]"},
		"https://[2001:db8::7]:443/":  {"https://[2001:db8::7]", "[2001:db8::7]:443"},
		"":                            {"", ""},
		"nonsense":                    {"", ""},
	} {
		origin, host := publicOrigin(public)
		assert.Equal(t, want, [2]string{origin, host}, public)
	}
}
