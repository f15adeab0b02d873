package cli

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/stretchr/testify/require"
)

// pane is a terminal that does not tell what was pasted, with all that a program shows in it.
type pane struct {
	t     testing.TB
	file  *os.File
	mu    sync.Mutex
	shown bytes.Buffer
	news  chan struct{}
}

// kinds are what a terminal may say of itself: in a dumb one nothing is edited.
var kinds = []string{"xterm", "dumb"}

func openPane(t testing.TB, kind, name string, args ...string) *pane {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "TERM="+kind)
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 50, Cols: 200})
	require.NoError(t, err)
	w := &pane{t: t, file: file, news: make(chan struct{}, 1)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		b := make([]byte, 4096)
		for {
			n, err := file.Read(b)
			w.mu.Lock()
			w.shown.Write(b[:n])
			w.mu.Unlock()
			select {
			case w.news <- struct{}{}:
			default:
			}
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = file.Close()
		_ = cmd.Wait()
		<-done
	})
	return w
}

// sequences are what moves the cursor and clears the row.
var sequences = regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]`)

// wait returns what matches in all that was shown, as soon as it is there.
func (w *pane) wait(pattern string) []string {
	w.t.Helper()
	deadline := time.After(patience)
	for {
		w.mu.Lock()
		shown := strings.ReplaceAll(sequences.ReplaceAllString(w.shown.String(), ""), "\r", "\n")
		w.mu.Unlock()
		if found := regexp.MustCompile(pattern).FindStringSubmatch(shown); found != nil {
			return found
		}
		select {
		case <-w.news:
		case <-deadline:
			require.Fail(w.t, "not shown: "+pattern, shown)
		}
	}
}

// put is what a paste, or a person, puts in.
func (w *pane) put(text string) {
	w.t.Helper()
	_, err := w.file.WriteString(text)
	require.NoError(w.t, err)
}

var here = []string{"--loopback", "--stun", "none"}

const shownReply = `(?m)^(r[A-Za-z0-9_-]{200,}z)$`
const shownInvite = `(?m)^(i[A-Za-z0-9_-]{100,}z)$`

// mails are what people paste with a code in it, in several lines.
func mails(code string) map[string]string {
	return map[string]string{
		"wrapped":      "Hi! My code:\n" + code[:70] + "\n" + code[70:] + "\nSee you\n",
		"quoted":       "On Monday Ada wrote:\n> " + code[:50] + "\n> " + code[50:100] + "\n> " + code[100:] + "\n>\n> Bye\n",
		"code first":   code + "\nKind regards\nAda\n\n-- \nSent from my phone\n",
		"with returns": "Hello,\r\n\r\n" + code[:60] + "=\r\n" + code[60:] + "\r\n\r\nrm -rf notes\r\n",
	}
}

type kindOfMail struct{ kind, name string }

func everyMail() (list []kindOfMail) {
	for name := range mails(strings.Repeat("x", 200)) {
		for _, kind := range kinds {
			list = append(list, kindOfMail{kind, name})
		}
	}
	return list
}

// TestIntegrationPastedInvite: join takes a mail of several lines for one text. No
// line of it becomes a message.
func TestIntegrationPastedInvite(t *testing.T) {
	for _, k := range everyMail() {
		t.Run(k.kind+"/"+k.name, func(t *testing.T) {
			inviter := open(t, append([]string{"new"}, own...)...)
			joiner := openPane(t, k.kind, tincan, append([]string{"join"}, here...)...)
			joiner.wait("Paste the invite")
			joiner.put(mails(inviter.await("invite")["link"].(string))[k.name])
			inviter.do(event{"do": "reply", "link": joiner.wait(shownReply)[1]})
			inviter.await("open")
			joiner.wait("Type a line")
			joiner.put("hello\n")
			require.Equal(t, "hello", inviter.await("message")["text"])
		})
	}
}

// TestIntegrationPastedReply: the same where new waits for the reply.
func TestIntegrationPastedReply(t *testing.T) {
	for _, k := range everyMail() {
		t.Run(k.kind+"/"+k.name, func(t *testing.T) {
			inviter := openPane(t, k.kind, tincan, append([]string{"new"}, here...)...)
			joiner := open(t, append(append([]string{"join"}, own...), "-")...)
			joiner.write(inviter.wait(shownInvite)[1])
			inviter.wait("Paste the reply")
			inviter.put(mails(joiner.await("reply")["link"].(string))[k.name])
			joiner.await("open")
			inviter.wait("Type a line")
			inviter.put("hello\n")
			require.Equal(t, "hello", joiner.await("message")["text"])
		})
	}
}

// TestIntegrationPastedSlowly: a link that comes line by line, with an answer to each,
// is taken when it is whole; what was no code before does not disturb the next.
func TestIntegrationPastedSlowly(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			inviter := open(t, append([]string{"new"}, own...)...)
			code := inviter.await("invite")["link"].(string)
			joiner := openPane(t, kind, tincan, append([]string{"join"}, here...)...)
			joiner.wait("Paste the invite")
			joiner.put("Hi! My code:\n")
			joiner.wait("There is no invite or reply in this text")
			joiner.put(code[:70] + "\n")
			joiner.wait("The end of this link is missing")
			joiner.put(code[70:] + "\n")
			inviter.do(event{"do": "reply", "link": joiner.wait(shownReply)[1]})
			inviter.await("open")
		})
	}
}

// TestIntegrationNothingForTheShell: what was pasted and holds no code, or stands
// behind it without an end, is not there when the program has ended.
func TestIntegrationNothingForTheShell(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			inviter := open(t, append([]string{"new"}, own...)...)
			code := inviter.await("invite")["link"].(string)
			shell := openPane(t, kind, "sh", append([]string{"-c", `"$0" join "$@"; echo "ended with $?"; read -r line; echo "the shell read <$line>"`, tincan}, here...)...)
			shell.wait("Paste the invite")
			shell.put("Hi!\ntouch one\ntouch two\n")
			shell.wait("There is no invite or reply in this text")
			shell.put(code[:60] + "\n" + code[60:] + "\ntouch three\ntouch four")
			inviter.do(event{"do": "reply", "link": shell.wait(shownReply)[1]})
			inviter.await("open")
			shell.wait("Type a line")
			shell.put(" and five")
			if kind != "dumb" { // there the row is the editor's, and shown
				shell.wait("touch four and five")
			}
			inviter.do(event{"do": "close"})
			if kind != "dumb" {
				shell.wait("not sent: touch four and five")
				shell.put(" and six\n")
			}
			shell.wait("ended with 0")
			shell.put("mine\n")
			require.Equal(t, "mine", shell.wait("the shell read <(.*)>")[1])
		})
	}
}
