package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/creack/pty"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/term"
)

// plainOwn are the flags of a person's terminal on this computer alone.
var plainOwn = own[1:]

// A window is a program in tmux: what a person would see of it.
type window struct {
	t   testing.TB
	dir string
}

func openWindow(t testing.TB, width, height int, command ...string) *window {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("tmux is not installed: what a terminal shows is not looked at")
	}
	dir, err := os.MkdirTemp("", "tmux") // a socket's name must be short
	require.NoError(t, err)
	w := &window{t, dir}
	w.tmux(append([]string{"new-session", "-d", "-x", strconv.Itoa(width), "-y", strconv.Itoa(height)}, command...)...)
	w.tmux("set", "-g", "history-limit", "20000")
	t.Cleanup(func() {
		w.tmux("kill-server")
		_ = os.RemoveAll(dir)
	})
	return w
}

func (w *window) tmux(args ...string) string {
	w.t.Helper()
	cmd := exec.Command("tmux", append([]string{"-u", "-f", "/dev/null", "-S", filepath.Join(w.dir, "s")}, args...)...)
	cmd.Env = append(os.Environ(), "TMUX=", "LC_ALL=C.UTF-8", "TERM=xterm-256color")
	out, err := cmd.CombinedOutput()
	require.NoError(w.t, err, "tmux %.200q: %s", args, out)
	return string(out)
}

// enter types text and presses Enter; press presses the keys of these names.
func (w *window) enter(text string) { w.type_(text); w.press("Enter") }
func (w *window) type_(text string) {
	for len(text) > 0 {
		n := min(len(text), 4000)
		for n < len(text) && !utf8.RuneStart(text[n]) {
			n--
		}
		w.tmux("send-keys", "-l", "--", text[:n])
		text = text[n:]
	}
}
func (w *window) press(keys ...string) { w.tmux(append([]string{"send-keys"}, keys...)...) }
func (w *window) paste(text string) {
	file := filepath.Join(w.dir, "paste")
	require.NoError(w.t, os.WriteFile(file, []byte(text), 0o600))
	w.tmux("load-buffer", file)
	w.tmux("paste-buffer", "-p")
}

func (w *window) rows() []string { return strings.Split(w.tmux("capture-pane", "-p"), "\n") }
func (w *window) all() []string  { return strings.Split(w.tmux("capture-pane", "-p", "-S", "-"), "\n") }

// await waits until what is in the window, rows above it included, matches.
func (w *window) await(pattern string) string {
	w.t.Helper()
	re := regexp.MustCompile(pattern)
	var text string
	require.Eventually(w.t, func() bool {
		text = strings.Join(w.all(), "\n")
		return re.MatchString(text)
	}, patience, 20*time.Millisecond, "waiting for %s", pattern)
	return re.FindString(text)
}

// awaitRow waits until the last row with anything in it is this.
func (w *window) awaitRow(row string) {
	w.t.Helper()
	var last string
	if !assert.Eventually(w.t, func() bool {
		last = ""
		for _, r := range w.rows() {
			if r != "" {
				last = r
			}
		}
		return last == row
	}, patience, 20*time.Millisecond) {
		require.Equal(w.t, row, last)
	}
}

func (w *window) resize(width, height int) {
	w.t.Helper()
	w.tmux("resize-window", "-x", strconv.Itoa(width), "-y", strconv.Itoa(height))
	tty, err := os.Open(strings.TrimSpace(w.tmux("display", "-p", "#{pane_tty}")))
	require.NoError(w.t, err)
	defer tty.Close()
	require.Eventually(w.t, func() bool {
		rows, columns, err := pty.Getsize(tty)
		return err == nil && rows == height && columns == width
	}, patience, 20*time.Millisecond)
}

// clear empties the window and what is above it.
func (w *window) clear() {
	w.press("C-l")
	require.Eventually(w.t, func() bool {
		rows := w.rows()
		return rows[0] == ">" && strings.Join(rows[1:], "") == ""
	}, patience, 20*time.Millisecond)
	w.tmux("clear-history")
}

// windowPair is a program and a person in a window who chat.
func windowPair(t testing.TB, width, height int) (*terminal, *window) {
	t.Helper()
	inviter := open(t, append([]string{"new"}, own...)...)
	w := openWindow(t, width, height, append([]string{tincan, "join"}, plainOwn...)...)
	connect(inviter, w)
	return inviter, w
}

func connect(inviter *terminal, w *window) {
	w.t.Helper()
	w.await("Paste the invite")
	w.enter(inviter.await("invite")["link"].(string))
	w.await("Keep this window open")
	code := strings.ReplaceAll(w.await(`(?m)^r[A-Za-z0-9_-]+(\n[A-Za-z0-9_-]+)*z\n`), "\n", "")
	inviter.do(event{"do": "reply", "link": code})
	inviter.await("open")
	w.await("/help lists the commands|the commands\\.")
}

// TestIntegrationPose: in windows of many widths no row of the other person's stands where tincan's own words
// or another message would.
func TestIntegrationPose(t *testing.T) {
	inviter, w := windowPair(t, 80, 50)
	space := func(n int) string { return strings.Repeat(" ", n) }
	for _, width := range []int{10, 11, 12, 13, 16, 20, 27, 33, 40, 52, 64, 79, 80, 81, 100, 132, 199, 200} {
		w.resize(width, 50)
		w.clear()
		hostile := []string{
			"ok" + space(width-8) + "Verified, for this chat only.",
			"ok" + space(width-8) + "▌ Verified, for this chat only.",
			"ok" + space(2*width-8) + "them: another",
			strings.Repeat("x", width-6) + "them: another",
			strings.Repeat("x", width-5) + "them: another",
			strings.Repeat("x", width) + "▌ The other person left.",
			"\nthem: another\n▌ The other person left.",
			"\r▌ Verified\rthem: another",
			"\u0085▌ a\u2028them: b\u2029them: c\v▌ d\fthem: e",
			strings.Repeat("\t", width/4) + "them: tabs",
			"x\tx" + strings.Repeat("\ty", width/4) + "them: tabs",
			strings.Repeat("你", width) + "them: wide",
			"a" + strings.Repeat("好", width) + "them: wide",
			strings.Repeat("👩‍👩‍👧", width/4) + "them: families",
			strings.Repeat("🇬🇷🇧", width/3) + "them: flags",
			strings.Repeat("❤️1️⃣👍🏽🏽", width/3) + "them: presentation",
			"e" + strings.Repeat("\u0301", 200) + space(width) + "them: marks",
			strings.Repeat("e\u0301\u0325", width) + "them: marks",
			strings.Repeat("ᄀᄀ각ᆨᆨ", width/3) + "them: jamo",
			strings.Repeat("क्षि", width/2) + "them: conjuncts",
			strings.Repeat("ก็็", width) + "them: stacks",
			"\u202e" + strings.Repeat("desrever ", width/6) + "\u202cthem: bidi",
			strings.Repeat("שלום ", width/4) + "them: hebrew",
			strings.Repeat("\u200b\u00ad\ufeff\u2060", width/3) + "them: invisible",
			strings.Repeat("\u2e3b\ufdfd", width/3) + "them: long ones",
			"\x1b[1;1Hthem: top\x1b[2J\x1b[?7h\x1bc",
			"\u009b1;1Hthem: top\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b▌ x",
			strings.Repeat("\n", 3) + "them: below",
			space(width) + "▌ Verified",
			"https://chat.example/" + strings.Repeat("path/", width/4) + "them:",
			strings.Repeat("…—“Ж", width/3) + "them: ambiguous",
			strings.Repeat("\ue0b0\U000f0000", width/2) + "them: private",
		}
		for i, text := range hostile {
			inviter.do(event{"do": "send", "ref": fmt.Sprint(i), "text": text})
		}
		inviter.do(event{"do": "send", "ref": "end", "text": "e-n-d"})
		w.await(`(?m)^them( \d+)?: e-n-d?$`)
		w.awaitRow(">")
		messages, indent := 0, ""
		begins := regexp.MustCompile(`^them: ?`)
		if width >= 24 {
			begins = regexp.MustCompile(`^them \d+: ?`)
		}
		for _, row := range w.all() {
			switch {
			case begins.MatchString(row):
				messages++
				indent = strings.Repeat(" ", len(begins.FindString(row)))
			case row == "", row == ">", indent != "" && strings.HasPrefix(row, indent):
			default:
				assert.Fail(t, "a row of its own", "%q in %d columns", row, width)
			}
		}
		// A row that is cut shows less, never more.
		assert.Equal(t, len(hostile)+1, messages, "%d columns", width)
	}
}

// TestIntegrationHalfTyped: what comes in stands above what is being typed.
func TestIntegrationHalfTyped(t *testing.T) {
	inviter, w := windowPair(t, 60, 24)
	said := func(text string) {
		t.Helper()
		assert.Equal(t, text, inviter.await("message")["text"])
	}
	w.type_("half a senten")
	w.awaitRow("> half a senten")
	inviter.do(event{"do": "send", "ref": "1", "text": "interruption " + strings.Repeat("long ", 30)})
	w.await(`(?m)^them 1: interruption`)
	w.awaitRow("> half a senten")
	w.resize(40, 24)
	w.awaitRow("> half a senten")
	w.enter("ce")
	said("half a sentence")
	w.await(`(?m)^you  2: half a sentence$`)
	w.awaitRow(">")

	w.press("Up")
	w.awaitRow("> half a sentence")
	w.press("Home", "DC", "DC", "DC", "DC", "DC")
	w.type_("one ")
	w.press("Enter")
	said("one a sentence")

	w.type_("你好吗👍")
	w.awaitRow("> 你好吗👍")
	w.press("Left", "BSpace")
	w.awaitRow("> 你好👍")
	assert.Equal(t, "6", strings.TrimSpace(w.tmux("display", "-p", "#{cursor_x}")), "after two wide characters")
	inviter.do(event{"do": "send", "ref": "2", "text": "again"})
	w.await(`(?m)^them \d+: again$`)
	w.awaitRow("> 你好👍")
	w.press("Enter")
	said("你好👍")

	w.type_(strings.Repeat("0123456789", 12))
	w.awaitRow("> " + strings.Repeat("0123456789", 12)[120-37:])
	w.press("C-u")
	w.awaitRow(">")
	w.enter("/leave")
	assert.Equal(t, "left", inviter.ended()["reason"])
}

// TestIntegrationHalfTypedAtTheEnd: the other side decides when a chat ends. What one was typing then is shown,
// and what one types on is no command of the shell's.
func TestIntegrationHalfTypedAtTheEnd(t *testing.T) {
	for how, leave := range map[string]func(inviter *terminal){
		"left":   func(inviter *terminal) { inviter.do(event{"do": "close"}) },
		"closed": func(inviter *terminal) { require.NoError(t, inviter.cmd.Process.Signal(syscall.SIGTERM)) },
	} {
		t.Run(how, func(t *testing.T) {
			made := filepath.Join(t.TempDir(), "made")
			inviter := open(t, append([]string{"new"}, own...)...)
			w := openWindow(t, 90, 40, "sh")
			w.enter("PS1='shell: '; " + strings.Join(append([]string{tincan, "join"}, plainOwn...), " "))
			connect(inviter, w)
			w.type_("to delete all of it type ")
			w.awaitRow("> to delete all of it type")
			leave(inviter)
			w.await("Press Enter to go back to the shell")
			assert.Contains(t, w.await("not sent: .*"), "not sent: to delete all of it type")
			w.enter("touch " + made)
			w.await(`(?m)^shell: *$`)
			w.enter("echo $((40 + 2)) of them")
			w.await("(?m)^42 of them")
			assert.NoFileExists(t, made)
		})
	}
}

// TestIntegrationLongLines: a line arrives whole however long it is, or is refused with a word.
func TestIntegrationLongLines(t *testing.T) {
	inviter, w := windowPair(t, 80, 24)
	said := func(text string) {
		t.Helper()
		got := inviter.await("message")["text"].(string)
		require.Equal(t, len(text), len(got))
		require.True(t, text == got)
	}
	for _, n := range []int{4094, 4095, 4096, 4097, 6003, 20000} {
		w.enter(strings.Repeat("y", n) + "END")
		said(strings.Repeat("y", n) + "END")
	}
	w.enter(strings.Repeat("你", 4096))
	said(strings.Repeat("你", 4096))
	w.paste("first\n\n  third\tand\nlast")
	w.awaitRow("> first↵↵  third and↵last")
	w.press("Enter")
	said("first\n\n  third\tand\nlast")
	w.paste(strings.Repeat("z", 65536))
	w.press("Enter")
	said(strings.Repeat("z", 65536))
	w.paste(strings.Repeat("z", 65537))
	w.press("Enter")
	w.await(`tincan: This message is too long`)
	w.enter("and on it goes")
	said("and on it goes")
}

// TestIntegrationStopped: Ctrl-Z gives the shell its terminal; the other side is told of the
// pause, and of the return.
func TestIntegrationStopped(t *testing.T) {
	inviter := open(t, append([]string{"new"}, own...)...)
	w := openWindow(t, 100, 40, "bash", "--norc", "--noprofile", "-i")
	w.enter("PS1='$ '; " + tincan + " join --loopback --stun none")
	connect(inviter, w)
	w.type_("half ")
	w.awaitRow("> half")
	w.press("C-z")
	w.await(`Stopped`)
	w.enter(`stty -a | grep -c ' icanon' | sed 's/^/cooked: /'`)
	w.await(`(?m)^cooked: 1$`)
	inviter.awaitState("lost")
	w.enter("fg")
	inviter.awaitState("open")
	w.awaitRow("> half")
	w.enter("of it")
	assert.Equal(t, "half of it", inviter.await("message")["text"])
	inviter.do(event{"do": "send", "ref": "1", "text": "welcome back"})
	w.await(`(?m)^them \d+: welcome back$`)
	w.enter("/leave")
	w.await(`You left the chat`)
	w.awaitRow("$")
	w.enter(`stty -a | grep -c ' icanon' | sed 's/^/after: /'`)
	w.await(`(?m)^after: 1$`)
}

// TestIntegrationQR: a QR code is drawn where it fits, above the code; else the window's size is
// said that it needs, and that is enough.
func TestIntegrationQR(t *testing.T) {
	drawn := regexp.MustCompile(`(?m)^[█▀▄ ]*█[█▀▄ ]*$`)
	for _, site := range [][]string{nil, {"--site", "https://chat.example/"}} {
		w := openWindow(t, 50, 20, append(append([]string{tincan, "new"}, plainOwn...), site...)...)
		w.await(`Paste the reply here`)
		w.awaitRow(">")
		text := strings.Join(w.all(), "\n")
		require.NotRegexp(t, drawn, text)
		if site == nil {
			require.Regexp(t, `They\s+(▌ )?run:\s+(▌ )?tincan\s+(▌ )?join`, text)
		} else {
			require.NotContains(t, text, "tincan join")
		}
		hint := regexp.MustCompile(`A window of (\d+)\s+(?:▌ )?columns\s+(?:▌ )?and\s+(?:▌ )?(\d+)\s+(?:▌ )?rows`).FindStringSubmatch(text)
		require.Len(t, hint, 3, text)
		width, _ := strconv.Atoi(hint[1])
		height, _ := strconv.Atoi(hint[2])
		width = max(width, 60)
		w.resize(width, height)
		w.clear()
		w.enter("/code")
		var rows []string
		require.Eventually(t, func() bool {
			rows = w.rows()
			return strings.Contains(strings.Join(rows, "\n"), "█") && slicesHas(rows, ">")
		}, patience, 20*time.Millisecond)
		all := len(drawn.FindAllString(strings.Join(w.all(), "\n"), -1))
		seen := drawn.FindAllStringIndex(strings.Join(rows, "\n"), -1)
		require.Greater(t, all, 15)
		require.Len(t, seen, all, "all of the QR code is in the window")
		require.Greater(t, strings.Index(strings.Join(rows, "\n"), "z\n"), seen[len(seen)-1][0], "the code is below it")
	}
}

func slicesHas(rows []string, want string) bool {
	for _, row := range rows {
		if row == want {
			return true
		}
	}
	return false
}

// A desk is a program that has a terminal, which the test holds at both ends.
type desk struct {
	t           testing.TB
	cmd         *exec.Cmd
	screen, tty *os.File

	mu  sync.Mutex
	out strings.Builder
}

func openDesk(t testing.TB, args ...string) *desk {
	t.Helper()
	d := &desk{t: t, cmd: exec.Command(tincan, args...)}
	screen, tty, err := pty.Open()
	require.NoError(t, err)
	// Reading must not keep it open when it is closed.
	fd, err := syscall.Dup(int(screen.Fd()))
	require.NoError(t, err)
	syscall.CloseOnExec(fd)
	require.NoError(t, screen.Close())
	require.NoError(t, syscall.SetNonblock(fd, true))
	d.screen, d.tty = os.NewFile(uintptr(fd), "screen"), tty
	d.cmd.Stdin, d.cmd.Stdout, d.cmd.Stderr = d.tty, d.tty, d.tty
	d.cmd.Env = append(os.Environ(), "TERM=xterm")
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	require.NoError(t, d.cmd.Start())
	go func() {
		b := make([]byte, 4096)
		for {
			n, err := d.screen.Read(b)
			d.mu.Lock()
			d.out.Write(b[:n])
			d.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		_ = d.cmd.Process.Kill()
		_ = d.cmd.Wait()
		_ = d.tty.Close()
		_ = d.screen.Close()
	})
	return d
}

func (d *desk) shown() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.out.String()
}

func (d *desk) await(pattern string) string {
	d.t.Helper()
	re := regexp.MustCompile(pattern)
	if !assert.Eventually(d.t, func() bool { return re.MatchString(d.shown()) }, patience, 10*time.Millisecond) {
		require.Regexp(d.t, pattern, d.shown())
	}
	return re.FindString(d.shown())
}

func (d *desk) write(text string) {
	d.t.Helper()
	_, err := d.screen.WriteString(text)
	require.NoError(d.t, err)
}

func (d *desk) exit() int {
	d.t.Helper()
	done := make(chan struct{})
	go func() { _ = d.cmd.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(patience):
		require.Fail(d.t, "it did not end", d.shown())
	}
	return d.cmd.ProcessState.ExitCode()
}

// deskPair is a program and a person at a terminal who chat.
func deskPair(t testing.TB) (*terminal, *desk) {
	t.Helper()
	inviter := open(t, append([]string{"new"}, own...)...)
	d := openDesk(t, append([]string{"join"}, plainOwn...)...)
	d.await("Paste the invite")
	d.write(inviter.await("invite")["link"].(string) + "\r")
	inviter.do(event{"do": "reply", "link": strings.TrimSpace(d.await(`(?m)r[A-Za-z0-9_-]{100,}z\r\n`))})
	inviter.await("open")
	d.await("lists the commands")
	return inviter, d
}

// TestIntegrationWindowClosed: a window that is closed says goodbye.
func TestIntegrationWindowClosed(t *testing.T) {
	inviter, d := deskPair(t)
	require.NoError(t, d.tty.Close())
	require.NoError(t, d.screen.Close())
	assert.Equal(t, "other-closed", inviter.ended()["reason"])
	d.exit() // with whatever code: whoever would read it has gone, too
}

// TestIntegrationRestored: the terminal is given back as it was, however the program ends.
func TestIntegrationRestored(t *testing.T) {
	chat := func(t testing.TB) (*terminal, *desk) { return deskPair(t) }
	prompt := func(t testing.TB) (*terminal, *desk) {
		d := openDesk(t, append([]string{"join"}, plainOwn...)...)
		d.await("\x1b\\[2004h|\\?2004h")
		return nil, d
	}
	signal := func(s syscall.Signal) func(*terminal, *desk) {
		return func(_ *terminal, d *desk) { require.NoError(d.t, d.cmd.Process.Signal(s)) }
	}
	type_ := func(keys string) func(*terminal, *desk) { return func(_ *terminal, d *desk) { d.write(keys) } }
	for name, c := range map[string]struct {
		begin func(testing.TB) (*terminal, *desk)
		end   func(*terminal, *desk)
		exit  int
		said  string
	}{
		"leave":            {chat, type_("/leave\r"), 0, "You left the chat"},
		"Ctrl-C":           {chat, type_("half a line\x03"), 0, "You left the chat"},
		"Ctrl-D":           {chat, type_("\x04"), 0, "You left the chat"},
		"SIGTERM":          {chat, signal(syscall.SIGTERM), 0, "You left the chat"},
		"SIGINT":           {chat, signal(syscall.SIGINT), 0, "You left the chat"},
		"the other leaves": {chat, func(p *terminal, _ *desk) { p.do(event{"do": "close"}) }, 0, "The other person left"},
		"at once":          {chat, func(p *terminal, d *desk) { _ = p.cmd.Process.Signal(syscall.SIGSTOP); d.write("\x03\x03") }, 1, ""},
		"prompt, Ctrl-C":   {prompt, type_("\x03"), 0, "You left before there was a chat"},
		"prompt, Ctrl-D":   {prompt, type_("\x04"), 1, "tincan: The input ended before there was an invite"},
		// What is no invite is told, and the prompt stays: the rest of a pasted mail must not go to the shell.
		"prompt, no invite": {prompt, type_("hello\r\x03"), 0, "You left before there was a chat"},
	} {
		t.Run(name, func(t *testing.T) {
			p, d := c.begin(t)
			raw, err := term.GetState(int(d.tty.Fd()))
			require.NoError(t, err)
			c.end(p, d)
			require.Equal(t, c.exit, d.exit())
			after, err := term.GetState(int(d.tty.Fd()))
			require.NoError(t, err)
			assert.NotEqual(t, raw, after)
			fresh, tty, err := pty.Open()
			require.NoError(t, err)
			defer fresh.Close()
			defer tty.Close()
			before, err := term.GetState(int(tty.Fd()))
			require.NoError(t, err)
			assert.Equal(t, before, after)
			d.await(regexp.QuoteMeta("\x1b[?2004l"))
			if c.said != "" {
				d.await(c.said)
			} else {
				assert.NotContains(t, d.shown(), "left")
			}
		})
	}
}
