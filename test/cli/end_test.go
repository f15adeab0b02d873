package cli

import (
	"encoding/json"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestIntegrationSignals: whoever ends the program or closes its window, the other side
// is told.
func TestIntegrationSignals(t *testing.T) {
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(s.String(), func(t *testing.T) {
			inviter, joiner := pair(t)
			require.NoError(t, joiner.cmd.Process.Signal(s))
			assert.Equal(t, "closed", joiner.ended()["reason"])
			assert.Equal(t, "other-closed", inviter.ended()["reason"])
			assert.Equal(t, 0, joiner.exit())
		})
	}
}

// TestIntegrationHangupTwice: a closed window tells the program once by the terminal and
// once by the shell; neither cuts the goodbye short.
func TestIntegrationHangupTwice(t *testing.T) {
	inviter, joiner := pair(t)
	require.NoError(t, joiner.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, joiner.cmd.Process.Signal(syscall.SIGHUP))
	assert.Equal(t, "other-closed", inviter.ended()["reason"])
	assert.Equal(t, 0, joiner.exit())
}

// TestIntegrationNohup: who told the program to outlive its window gets that.
func TestIntegrationNohup(t *testing.T) {
	inviter := start(t, exec.Command("sh", append([]string{"-c", `trap '' HUP; exec "$0" "$@"`, tincan, "new"}, own...)...))
	joiner := open(t, append(append([]string{"join"}, own...), "-")...)
	joiner.write(inviter.await("invite")["link"].(string))
	require.NoError(t, inviter.cmd.Process.Signal(syscall.SIGHUP))
	inviter.do(event{"do": "reply", "link": joiner.await("reply")["link"]})
	inviter.await("open")
}

// TestIntegrationSecondSignal: who asks twice does not wait for a goodbye that nobody hears.
func TestIntegrationSecondSignal(t *testing.T) {
	inviter, joiner := pair(t)
	require.NoError(t, joiner.cmd.Process.Signal(syscall.SIGSTOP))
	require.NoError(t, inviter.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, inviter.cmd.Process.Signal(os.Interrupt))
	assert.Equal(t, 1, inviter.exit())
}

// TestIntegrationOutputClosed: when nobody reads what the other person says, they are told.
func TestIntegrationOutputClosed(t *testing.T) {
	for _, plain := range []bool{false, true} {
		flags := own
		if plain {
			flags = own[1:]
		}
		inviter := open(t, append([]string{"new"}, flags...)...)
		joiner := open(t, append(append([]string{"join"}, own...), "-")...)
		var invite string
		if plain {
			invite = inviter.line(patience)
		} else {
			invite = inviter.await("invite")["link"].(string)
		}
		joiner.write(invite)
		reply := joiner.await("reply")["link"].(string)
		if plain {
			inviter.write(reply)
		} else {
			inviter.do(event{"do": "reply", "link": reply})
		}
		joiner.await("open")
		require.NoError(t, inviter.out.Close())
		joiner.do(event{"do": "send", "ref": "a", "text": "is anybody reading?"})
		assert.Equal(t, "other-closed", joiner.ended()["reason"])
		assert.Equal(t, 1, inviter.exit())
		if plain {
			assert.Contains(t, inviter.talk(), "tincan: Nobody reads the output any more")
			assert.NotContains(t, inviter.talk(), "You left")
		}
	}
}

// TestIntegrationNoInput: an inviter that nobody can give the reply to says so and ends; one
// that gets it by itself goes on.
func TestIntegrationNoInput(t *testing.T) {
	inviter := open(t, append([]string{"new"}, own...)...)
	inviter.await("invite")
	require.NoError(t, inviter.in.Close())
	assert.Equal(t, "no-input", inviter.await("error")["code"])
	assert.Equal(t, "failed", inviter.ended()["reason"])
	assert.Equal(t, 1, inviter.exit())

	inviter = open(t, append([]string{"new", "--serve", "--listen", "127.0.0.1:0"}, own...)...)
	require.NoError(t, inviter.in.Close())
	joiner := open(t, append(append([]string{"join"}, own...), "-")...)
	joiner.write(inviter.await("invite")["link"].(string))
	joiner.await("open")
	assert.Equal(t, "left", joiner.ended()["reason"])
	assert.Equal(t, 0, inviter.exit())
}

// TestIntegrationLastLine: however a program's chat ends, closed is the last line.
func TestIntegrationLastLine(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		in   string
		want []string
		exit int
	}{
		"no invite":        {[]string{"join"}, "", []string{"error no-input", "closed failed"}, 1},
		"no code":          {[]string{"join"}, "nothing\n", []string{"error no-code", "closed failed"}, 1},
		"a damaged invite": {[]string{"join"}, "iQAAAQIDBAUGBwgJCgsMDQ4P2J47rXlDfb7Z-ENBgwT0YP8Fx\n", []string{"error cut", "closed failed"}, 1},
		"too long":         {[]string{"join"}, string(make([]byte, 1<<20)) + "\n", []string{"error too-long", "closed failed"}, 1},
		"no relay":         {[]string{"new", "--relay-only"}, "", []string{"error no-relay", "closed failed"}, 1},
		"close at once":    {[]string{"new"}, `{"do":"close"}` + "\n", []string{"invite ", "state ", "closed closed"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			p := open(t, append(c.args, own...)...)
			_, err := p.in.Write([]byte(c.in))
			require.NoError(t, err)
			if name != "close at once" {
				require.NoError(t, p.in.Close())
			}
			var got []string
			for line := range p.lines {
				var e struct{ Event, Code, Reason string }
				require.NoError(t, json.Unmarshal([]byte(line), &e))
				got = append(got, e.Event+" "+e.Code+e.Reason)
			}
			assert.Equal(t, c.want, got)
			assert.Equal(t, c.exit, p.exit())
			assert.Empty(t, p.talk())
		})
	}
}
