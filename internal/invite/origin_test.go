package invite

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestUnitOrigin: what a browser would call the origin of the address, or nothing.
func TestUnitOrigin(t *testing.T) {
	for text, origin := range map[string]string{
		"https://chat.example/":                    "https://chat.example",
		"https://chat.example":                     "https://chat.example",
		"HTTPS://CHAT.EXAMPLE/":                    "https://chat.example",
		"https://chat.example:443/a/b?c":           "https://chat.example",
		"http://chat.example:443/":                 "http://chat.example:443",
		"http://chat.example:80/":                  "http://chat.example",
		"http://192.168.1.5:8787/":                 "http://192.168.1.5:8787",
		"http://localhost:8787/":                   "http://localhost:8787",
		"http://[2001:db8::7]:8787/":               "http://[2001:db8::7]:8787",
		"http://[::1]/":                            "http://[::1]",
		"(https://chat.example/":                   "https://chat.example",
		"https://a.example/?u=https://b.example/x": "",
		"https://a.example/?u=http://b.example":    "",
		"https://evİl.example/":                    "",
		"https://\u212Aim.example/":                "",
		"https://a.example?x":                      "https://a.example",

		"":                                    "",
		"chat.example/":                       "",
		"ftp://chat.example/":                 "",
		"https://":                            "",
		"https:///x":                          "",
		"https://user@chat.example/":          "",
		"https://user:pw@chat.example/":       "",
		`https://evil.example\@x.example/`:    "",
		`https://chat.example\/`:              "",
		"https://chat.example:/":              "",
		"https://chat.example:0/":             "",
		"https://chat.example:080/":           "",
		"https://chat.example:65536/":         "",
		"https://chat.example:8a/":            "",
		"https://chat.example:1:2/":           "",
		"https://[::1/":                       "",
		"https://[::1]x/":                     "",
		"https://::1/":                        "",
		"https://chat_example/":               "",
		"https://chät.example/":               "",
		"https://chat.example%2fevil/":        "",
		"https://.example/":                   "",
		"https://-x.example/":                 "",
		"https://a b/":                        "",
		"https://" + strings.Repeat("a", 300): "",
		"blob:https://chat.example/x":         "https://chat.example",
	} {
		assert.Equal(t, origin, originOf(text, false), text)
	}
	assert.Equal(t, "https://chat.example:65535", originOf("https://chat.example:65535/", false))
	assert.Equal(t, "https://b.example", originOf("https://a.example/?u=https://b.example/x", true), "wrapped")
	assert.Empty(t, originOf("https://a.example/?u=https://b@c.example/x", true))
}
