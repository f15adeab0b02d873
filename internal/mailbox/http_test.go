//go:build !js

package mailbox

import (
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestUnitProxy: the proxy that this computer's owner has named may well be here; only
// the mailbox itself may not.
func TestUnitProxy(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	here := listener.Addr().String()
	dial := func(origin string) error {
		transport := newCaller(origin, false).http.Transport.(*http.Transport)
		c, err := transport.DialContext(t.Context(), "tcp", here)
		if err == nil {
			_ = c.Close()
		}
		return err
	}
	require.NoError(t, dial("https://chat.example"))
	require.ErrorIs(t, dial("http://"+here), errNear)
}

func TestUnitAddressOf(t *testing.T) {
	for origin, address := range map[string]string{
		"https://chat.example": "chat.example:443", "http://chat.example": "chat.example:80",
		"http://10.0.0.7:8787": "10.0.0.7:8787", "http://[::1]": "[::1]:80", "http://[2001:db8::7]:8787": "[2001:db8::7]:8787",
	} {
		require.Equal(t, address, addressOf(origin))
	}
}
