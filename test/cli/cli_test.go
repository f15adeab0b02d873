// Package cli tests the real binary: scripts for what one terminal shows, and
// pairs of terminals that chat.
package cli

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tincan is the binary under test.
var tincan string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "tincan-cli")
	if err != nil {
		panic(err)
	}
	tincan = filepath.Join(dir, "tincan")
	build := exec.Command("go", "build", "-race", "-ldflags", "-X main.version=under-test", "-o", tincan, "tincan/cmd/tincan")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		panic(err)
	}
	// Somebody may have begun the tests by nohup. What a process ignores, those that it starts
	// ignore too, and these are of a program that hears when its window closes.
	if signal.Ignored(syscall.SIGHUP) {
		signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// TestIntegrationScripts: usage, exit codes and sentences, as terminal sessions.
func TestIntegrationScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", filepath.Dir(tincan)+string(os.PathListSeparator)+os.Getenv("PATH"))
			return nil
		},
	})
}

const patience = 60 * time.Second

// terminal is a running tincan whose output is read line by line.
type terminal struct {
	t     testing.TB
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   io.ReadCloser
	lines chan string

	mu  sync.Mutex
	err bytes.Buffer
}

func (p *terminal) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err.Write(b)
}

func (p *terminal) talk() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err.String()
}

func open(t testing.TB, args ...string) *terminal {
	t.Helper()
	return start(t, exec.Command(tincan, args...))
}

func start(t testing.TB, cmd *exec.Cmd) *terminal {
	t.Helper()
	p := &terminal{t: t, cmd: cmd, lines: make(chan string, 4096)}
	p.cmd.Stderr = p
	var err error
	p.in, err = p.cmd.StdinPipe()
	require.NoError(t, err)
	p.out, err = p.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.cmd.Start())
	go func() {
		defer close(p.lines)
		scanner := bufio.NewScanner(p.out)
		scanner.Buffer(nil, 1<<20)
		for scanner.Scan() {
			p.lines <- scanner.Text()
		}
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Signal(syscall.SIGCONT)
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
	})
	return p
}

func (p *terminal) line(within time.Duration) string {
	p.t.Helper()
	select {
	case line, ok := <-p.lines:
		require.True(p.t, ok, "the output ended; it said: %s", p.talk())
		return line
	case <-time.After(within):
		require.Fail(p.t, "nothing came", "it said: %s", p.talk())
		return ""
	}
}

func (p *terminal) write(line string) {
	p.t.Helper()
	_, err := io.WriteString(p.in, line+"\n")
	require.NoError(p.t, err)
}

// exit waits for the end and returns the exit code.
func (p *terminal) exit() int {
	p.t.Helper()
	done := make(chan struct{})
	go func() {
		for range p.lines { // Wait may not close the pipe under the reader
		}
		_ = p.cmd.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(patience):
		require.Fail(p.t, "it did not end", p.talk())
	}
	return p.cmd.ProcessState.ExitCode()
}

type event map[string]any

// await reads JSON lines until the event of this name.
func (p *terminal) await(name string) event {
	p.t.Helper()
	return p.awaitFor(name, patience)
}

func (p *terminal) awaitFor(name string, within time.Duration) event {
	p.t.Helper()
	deadline := time.Now().Add(within)
	for {
		var e event
		line := p.line(time.Until(deadline))
		require.NoError(p.t, json.Unmarshal([]byte(line), &e), line)
		if e["event"] == name {
			return e
		}
		require.NotContains(p.t, []any{"closed", "failed"}, e["event"], "waiting for %s: %s", name, line)
	}
}

// awaitState reads JSON lines until the chat is in this state.
func (p *terminal) awaitState(state string) {
	p.t.Helper()
	for p.await("state")["state"] != state {
	}
}

func (p *terminal) do(fields event) {
	p.t.Helper()
	b, err := json.Marshal(fields)
	require.NoError(p.t, err)
	p.write(string(b))
}

// own are the flags of a pair on this computer alone.
var own = []string{"--json", "--loopback", "--stun", "none"}

func pair(t testing.TB) (inviter, joiner *terminal) {
	t.Helper()
	inviter = open(t, append([]string{"new"}, own...)...)
	joiner = open(t, append(append([]string{"join"}, own...), "-")...)
	joiner.write(inviter.await("invite")["link"].(string))
	inviter.do(event{"do": "reply", "link": joiner.await("reply")["link"]})
	a, b := inviter.await("open"), joiner.await("open")
	require.Len(t, a["sas"], 6)
	require.Equal(t, a["sas"], b["sas"])
	require.Equal(t, "direct", a["path"])
	return inviter, joiner
}

// TestIntegrationTwoTerminals: 200 messages each way, in order, none lost, each delivered.
func TestIntegrationTwoTerminals(t *testing.T) {
	inviter, joiner := pair(t)
	const n = 200
	text := func(who string, i int) string {
		s := fmt.Sprintf("%s %d «Grüße» 你好 👩‍👩‍👧 \u202e\n\"quoted\"", who, i)
		if i%40 == 7 {
			s += strings.Repeat("0123456789abcdef", 1024)
		}
		return s
	}
	send := func(p *terminal, who string) {
		for i := range n {
			p.do(event{"do": "send", "ref": fmt.Sprint(i), "text": text(who, i)})
		}
	}
	receive := func(p *terminal, from string) {
		messages, sent, delivered := 0, 0, 0
		for messages < n || delivered < n {
			var e event
			require.NoError(t, json.Unmarshal([]byte(p.line(patience)), &e))
			switch e["event"] {
			case "message":
				require.Equal(t, text(from, messages), e["text"])
				messages++
				require.EqualValues(t, messages, e["id"])
			case "sent":
				require.Equal(t, fmt.Sprint(sent), e["ref"])
				sent++
				require.EqualValues(t, sent, e["id"])
			case "delivered":
				delivered++
				require.EqualValues(t, delivered, e["id"])
				require.LessOrEqual(t, delivered, sent)
			case "can":
				require.Equal(t, event{"event": "can", "files": true, "talk": true}, e)
			default:
				require.Fail(t, "not expected", "%v", e)
			}
		}
	}
	go send(inviter, "i")
	go send(joiner, "j")
	receive(inviter, "j")
	receive(joiner, "i")

	joiner.do(event{"do": "close"})
	assert.Equal(t, "closed", joiner.ended()["reason"])
	assert.Equal(t, "left", inviter.ended()["reason"])
	assert.Equal(t, 0, joiner.exit())
	assert.Equal(t, 0, inviter.exit())
}

// TestIntegrationTyping: one program tells that its person is writing, the other is told.
func TestIntegrationTyping(t *testing.T) {
	inviter, joiner := pair(t)
	joiner.do(event{"do": "typing"})
	require.Equal(t, event{"event": "typing"}, inviter.await("typing"))
	joiner.do(event{"do": "send", "ref": "1", "text": "written"})
	require.Equal(t, "written", inviter.await("message")["text"])
}

// ended reads JSON lines until the last.
func (p *terminal) ended() event {
	p.t.Helper()
	for {
		var e event
		require.NoError(p.t, json.Unmarshal([]byte(p.line(patience)), &e))
		if e["event"] == "closed" {
			return e
		}
	}
}

// TestIntegrationPlain: two people at two terminals, as they would type it.
func TestIntegrationPlain(t *testing.T) {
	inviter := open(t, "new", "--loopback", "--stun", "none", "--site", "https://chat.example")
	invite := inviter.line(patience)
	require.True(t, strings.HasPrefix(invite, "https://chat.example/#i"), invite)
	joiner := open(t, "join", "--loopback", "--stun", "none")
	joiner.write("please join: " + invite)
	joiner.write("typed before the chat was open")
	reply := joiner.line(patience)
	inviter.write("not a reply")
	inviter.write("got this: " + reply + " ok?")
	assert.Equal(t, "them 1: typed before the chat was open", inviter.line(patience))
	inviter.write("hello")
	assert.Equal(t, "them 2: hello", joiner.line(patience))
	joiner.write("\x1b[2Jclear\x07 \u202Eevil")
	assert.Equal(t, "them 3: ␛[2Jclear␇ \uFFFDevil", inviter.line(patience))
	inviter.write("/verify")
	inviter.write("/match")
	inviter.write("/nonsense")
	inviter.write(" /not a command")
	assert.Equal(t, "them 4:  /not a command", joiner.line(patience))
	inviter.write("/leave")
	assert.Equal(t, 0, inviter.exit())
	assert.Equal(t, 0, joiner.exit())
	for _, said := range []string{"Send this invite", "There is no invite or reply in this text", "Connected directly", "Not verified", "Read them to each other", "Verified, for this chat only", "There is no command /nonsense", "You left the chat"} {
		assert.Contains(t, inviter.talk(), said)
	}
	for _, said := range []string{"Send this reply back", "The other person left"} {
		assert.Contains(t, joiner.talk(), said)
	}
	words := func(talk string) string {
		_, after, _ := strings.Cut(talk, "(/verify).\n")
		line, _, _ := strings.Cut(after, "\n")
		return line
	}
	assert.NotEmpty(t, words(inviter.talk()))
	assert.Equal(t, words(inviter.talk()), words(joiner.talk()), "the same safety words on both screens")
	assert.NotContains(t, inviter.talk()+joiner.talk(), "127.0.0.1", "no address in the talk")
}

// TestIntegrationDiffer: different safety words end the chat on both sides.
func TestIntegrationDiffer(t *testing.T) {
	inviter, joiner := pair(t)
	inviter.do(event{"do": "verify", "match": true})
	inviter.do(event{"do": "verify", "match": false})
	assert.Equal(t, "differ", inviter.ended()["reason"])
	assert.Equal(t, 1, inviter.exit())
	assert.Equal(t, "other-differ", joiner.ended()["reason"])
	assert.Equal(t, 1, joiner.exit())
}

// TestIntegrationEndOfInput: a joiner whose input ends leaves once all it said has arrived.
func TestIntegrationEndOfInput(t *testing.T) {
	inviter := open(t, append([]string{"new"}, own...)...)
	joiner := open(t, "join", "--loopback", "--stun", "none", "-")
	joiner.write(inviter.await("invite")["link"].(string))
	joiner.write("one")
	joiner.write("two")
	require.NoError(t, joiner.in.Close())
	inviter.do(event{"do": "reply", "link": joiner.line(patience)})
	assert.Equal(t, "one", inviter.await("message")["text"])
	assert.Equal(t, "two", inviter.await("message")["text"])
	assert.Equal(t, "left", inviter.ended()["reason"])
	assert.Equal(t, 0, joiner.exit())
}

// TestIntegrationInterrupt: Ctrl-C says goodbye.
func TestIntegrationInterrupt(t *testing.T) {
	inviter, joiner := pair(t)
	require.NoError(t, inviter.cmd.Process.Signal(os.Interrupt))
	assert.Equal(t, "other-closed", joiner.ended()["reason"])
	assert.Equal(t, 0, inviter.exit())
	assert.Equal(t, 0, joiner.exit())
}

// TestIntegrationKilled: a peer that vanishes is a lost connection, not one
// that left.
func TestIntegrationKilled(t *testing.T) {
	inviter, joiner := pair(t)
	require.NoError(t, joiner.cmd.Process.Kill())
	inviter.awaitState("lost")
	inviter.do(event{"do": "send", "ref": "void", "text": "anybody?"})
	inviter.await("sent")
	inviter.do(event{"do": "close"})
	for {
		var e event
		require.NoError(t, json.Unmarshal([]byte(inviter.line(patience)), &e))
		if e["event"] == "failed" {
			assert.Equal(t, "void", e["ref"])
			break
		}
	}
	assert.Equal(t, "closed", inviter.ended()["reason"])
}

// config is config.json of the page that links of this invite lead to.
func config(t testing.TB, invite string) (c struct{ Mailbox string }) {
	t.Helper()
	site, _, _ := strings.Cut(invite, "#")
	r, err := http.Get(site + "config.json")
	require.NoError(t, err)
	defer r.Body.Close()
	require.NoError(t, json.NewDecoder(r.Body).Decode(&c))
	return c
}

// TestIntegrationServe: one command serves the page, the link and the mailbox; the other
// terminal reads the link, and no reply is passed by hand.
func TestIntegrationServe(t *testing.T) {
	inviter := open(t, append([]string{"new", "--serve", "--listen", "127.0.0.1:0"}, own...)...)
	invite := inviter.await("invite")["link"].(string)
	require.True(t, strings.HasPrefix(invite, "http://127.0.0.1:"), "the link leads to the page")
	require.Equal(t, "offered", config(t, invite).Mailbox)
	joiner := open(t, append(append([]string{"join"}, own...), "-")...)
	joiner.write(invite)
	require.Equal(t, "leaving", joiner.await("mailbox")["state"])
	require.Equal(t, "left", joiner.await("mailbox")["state"])
	a, b := inviter.await("open"), joiner.await("open")
	require.Equal(t, a["sas"], b["sas"])
	joiner.do(event{"do": "send", "ref": "a", "text": "it came by itself"})
	assert.Equal(t, "it came by itself", inviter.await("message")["text"])
	joiner.do(event{"do": "close"})
	assert.Equal(t, "left", inviter.ended()["reason"])
	assert.Equal(t, 0, inviter.exit())
	assert.Equal(t, 0, joiner.exit())
	_, err := http.Get(strings.Split(invite, "#")[0])
	assert.Error(t, err, "the page ends with the program")
}

// TestIntegrationMailboxTalks: what a mailbox sends beside its answers reaches no terminal.
func TestIntegrationMailboxTalks(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	gone := make(chan struct{}, 10)
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			// After the head, or the client would take it for unasked altogether.
			if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
				_, _ = io.WriteString(c, "HTTP/1.1 204 No Content\r\n\r\n\x1b]0;poses as tincan\x07\r\nVerified, for this chat only.\r\n")
				_, _ = io.Copy(io.Discard, c) // until the client hangs up, which it does when it has told of it
			}
			_ = c.Close()
			gone <- struct{}{}
		}
	}()
	site := "http://" + listener.Addr().String() + "/"
	inviter := open(t, append([]string{"new", "--site", site, "--mailbox", "on"}, own...)...)
	joiner := open(t, append(append([]string{"join"}, own...), "-")...)
	joiner.write(inviter.await("invite")["link"].(string))
	for state := ""; state != "left"; {
		state = joiner.await("mailbox")["state"].(string)
	}
	select {
	case <-gone:
	case <-time.After(patience):
		require.Fail(t, "the client did not hang up")
	}
	inviter.do(event{"do": "close"})
	joiner.do(event{"do": "close"})
	inviter.exit()
	joiner.exit()
	for _, p := range []*terminal{inviter, joiner} {
		assert.NotContains(t, p.talk(), "poses")
		assert.NotContains(t, p.talk(), "Unsolicited")
	}
}

// TestIntegrationServeByHand: --mailbox off, at either end: the reply goes by hand.
func TestIntegrationServeByHand(t *testing.T) {
	for name, flags := range map[string][2]string{"new": {"off", "on"}, "join": {"on", "off"}} {
		inviter := open(t, append([]string{"new", "--serve", "--listen", "127.0.0.1:0", "--mailbox", flags[0]}, own...)...)
		invite := inviter.await("invite")["link"].(string)
		if flags[0] == "off" {
			require.Equal(t, "none", config(t, invite).Mailbox)
		}
		joiner := open(t, append(append([]string{"join", "--mailbox", flags[1]}, own...), "-")...)
		joiner.write(invite)
		inviter.do(event{"do": "reply", "link": joiner.await("reply")["link"]})
		for inviter, joiner := range map[*terminal]*terminal{inviter: joiner} {
			inviter.await("open")
			for e := (event{}); e["event"] != "open"; {
				e = event{}
				require.NoError(t, json.Unmarshal([]byte(joiner.line(patience)), &e))
				require.NotEqual(t, "mailbox", e["event"], name)
			}
		}
	}
}

// TestIntegrationServeSecond: a reply that is pasted after another has come by itself is told, and not
// sent to whoever sent that one.
func TestIntegrationServeSecond(t *testing.T) {
	inviter := open(t, "new", "--serve", "--listen", "127.0.0.1:0", "--loopback")
	invite := inviter.line(patience)
	faster := open(t, append(append([]string{"join"}, own...), "-")...)
	faster.write(invite)
	faster.await("open")
	friend := open(t, append(append([]string{"join", "--mailbox", "off"}, own...), "-")...)
	friend.write(invite)
	inviter.write("here it is: " + friend.await("reply")["link"].(string))
	inviter.write("hello")
	assert.Equal(t, "hello", faster.await("message")["text"])
	inviter.write("/leave")
	assert.Equal(t, 0, inviter.exit())
	assert.Contains(t, inviter.talk(), "This invite was answered a second time")
}

// TestIntegrationServePlain: what two people at terminals read of it.
func TestIntegrationServePlain(t *testing.T) {
	inviter := open(t, "new", "--serve", "--listen", "127.0.0.1:0", "--loopback")
	invite := inviter.line(patience)
	joiner := open(t, "join", "--loopback", "--stun", "none")
	joiner.write(invite)
	joiner.line(patience) // the reply, for sending by hand
	joiner.write("typed before the chat was open")
	assert.Equal(t, "them 1: typed before the chat was open", inviter.line(patience))
	inviter.write("hello")
	assert.Equal(t, "them 2: hello", joiner.line(patience))
	inviter.write("/leave")
	assert.Equal(t, 0, inviter.exit())
	assert.Equal(t, 0, joiner.exit())
	host := strings.TrimSuffix(strings.TrimPrefix(strings.Split(invite, "#")[0], "http://"), "/")
	for _, said := range []string{"left sealed for 5 minutes at " + host + ", which sees both addresses", "The reply comes back by itself", "The page is served at http://" + host + "/ until"} {
		assert.Contains(t, inviter.talk(), said)
	}
	for _, said := range []string{"left sealed for 5 minutes at " + host + ", which sees both addresses; --mailbox off", "The reply lies in the mailbox, sealed, for 5 minutes"} {
		assert.Contains(t, joiner.talk(), said)
	}
	assert.NotContains(t, inviter.talk(), "Asking", "no other server is asked")
}

// TestIntegrationBadInput: what is wrong is said in one sentence, and the
// right thing still works afterwards.
func TestIntegrationBadInput(t *testing.T) {
	inviter := open(t, append([]string{"new"}, own...)...)
	invite := inviter.await("invite")["link"].(string)
	joiner := open(t, append(append([]string{"join"}, own...), "-")...)
	joiner.write(invite)
	reply := joiner.await("reply")["link"].(string)
	other := open(t, append([]string{"new"}, own...)...)
	otherInvite := other.await("invite")["link"].(string)
	stranger := open(t, append(append([]string{"join"}, own...), "-")...)
	stranger.write(otherInvite)
	otherReply := stranger.await("reply")["link"].(string)

	repair := base64.RawURLEncoding.EncodeToString(append([]byte{0xA1}, make([]byte, 176)...)) + "z"

	for _, c := range []struct{ line, code string }{
		{`{"do":"reply","link":""}`, "empty"},
		{`{"do":"reply","link":"` + invite + `"}`, "own-invite"},
		{`{"do":"reply","link":"` + otherInvite + `"}`, "want-reply"},
		{`{"do":"reply","link":"` + repair + `"}`, "wrong-chat"},
		{`{"do":"reply","link":"` + strings.TrimRight(reply, "z-_") + `"}`, "cut"},
		{`{"do":"reply","link":"` + reply[:100] + reply[104:] + `"}`, "malformed"},
		{`{"do":"reply","link":"` + otherReply + `"}`, "other-invite"},
		{`{"do":"reply","link":"` + reply + " " + otherReply + `"}`, "several-codes"},
		{`{"do":"reply","link":"` + strings.Repeat("junk ", 2000) + `"}`, "too-long"},
		{strings.Repeat("x", 1<<20), "too-long"},
		{`{"do":"send","text":"too early"}`, "not-open"},
		{`{"do":"dance"}`, "usage"},
		{`{"do":"verify"}`, "usage"},
		{`not JSON`, "usage"},
		{``, "usage"},
	} {
		inviter.write(c.line)
		e := inviter.await("error")
		assert.Equal(t, c.code, e["code"])
		assert.NotEmpty(t, e["text"])
	}
	inviter.do(event{"do": "reply", "link": reply})
	inviter.await("open")
	inviter.do(event{"do": "reply", "link": reply})
	assert.Equal(t, "already-used", inviter.await("error")["code"])
	inviter.do(event{"do": "send", "ref": "a", "text": "works"})
	assert.Equal(t, "works", joiner.await("message")["text"])
}

// TestIntegrationLate: a reply applied 280 s late opens the chat (make slow).
func TestIntegrationLate(t *testing.T) {
	if os.Getenv("TINCAN_SLOW") == "" {
		t.Skip("waits for minutes: make slow")
	}
	inviter := open(t, append([]string{"new"}, own...)...)
	joiner := open(t, append(append([]string{"join"}, own...), "-")...)
	joiner.write(inviter.await("invite")["link"].(string))
	reply := joiner.await("reply")["link"]
	time.Sleep(280 * time.Second) // what is measured
	start := time.Now()
	inviter.do(event{"do": "reply", "link": reply})
	inviter.await("open")
	t.Logf("terminal joiner, reply applied 280 s late: open after %v", time.Since(start).Round(time.Millisecond))
	joiner.await("open")
	joiner.do(event{"do": "send", "ref": "a", "text": "still here"})
	assert.Equal(t, "still here", inviter.await("message")["text"])
}
