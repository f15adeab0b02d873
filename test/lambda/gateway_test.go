package lambda

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/mailbox"
	"tincan/relay/relaytest"
)

// gateway is the running program that browser tests have for AWS.
type gateway struct {
	t     *testing.T
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines chan string
	ended chan struct{} // closed once it has ended
	out   *output       // standard error
	url   string
}

func openGateway(t *testing.T, page string) *gateway {
	t.Helper()
	readSources(t)
	g := &gateway{t: t, lines: make(chan string, 16), ended: make(chan struct{}), out: &output{}, cmd: exec.Command(
		filepath.Join(folder, "gateway"), "--page", page,
		"--bootstrap", filepath.Join(folder, "bootstrap"), "--dynalite", relaytest.DynaliteScript(t))}
	g.cmd.Stderr = g.out
	var err error
	g.in, err = g.cmd.StdinPipe()
	require.NoError(t, err)
	out, in, err := os.Pipe()
	require.NoError(t, err)
	g.cmd.Stdout = in
	require.NoError(t, g.cmd.Start())
	require.NoError(t, in.Close())
	go func() {
		defer close(g.lines)
		defer func() { _ = out.Close() }()
		for scanner := bufio.NewScanner(out); scanner.Scan(); {
			g.lines <- scanner.Text()
		}
	}()
	go func() {
		_ = g.cmd.Wait()
		close(g.ended)
	}()
	t.Cleanup(func() {
		_ = g.in.Close()
		g.end()
	})
	g.url = strings.TrimSuffix(g.line(), "/")
	require.True(t, strings.HasPrefix(g.url, "http://127.0.0.1:"), g.url)
	return g
}

func (g *gateway) line() string {
	g.t.Helper()
	select {
	case line, ok := <-g.lines:
		require.True(g.t, ok, "it ended: %s", g.out.bytes())
		return line
	case <-time.After(patience):
		require.Fail(g.t, "it says nothing")
		return ""
	}
}

func (g *gateway) fault(name string) {
	g.t.Helper()
	_, err := fmt.Fprintf(g.in, "fault %s\n", name)
	require.NoError(g.t, err)
	require.Equal(g.t, "fault "+name, g.line())
}

func (g *gateway) do(ctx context.Context, path string, body []byte) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, g.url+path, bytes.NewReader(body))
	require.NoError(g.t, err)
	r.Header.Set("Content-Type", mailbox.ContentType)
	r.Header.Set("User-Agent", "hidden-agent")
	r.Header.Set("Cookie", "hidden-cookie")
	return http.DefaultClient.Do(r)
}

func (g *gateway) post(path string, body []byte) (int, []byte) {
	g.t.Helper()
	response, err := g.do(context.Background(), path, body)
	require.NoError(g.t, err)
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	require.NoError(g.t, err)
	return response.StatusCode, answer
}

// end waits for the program's, and gives its exit code.
func (g *gateway) end() int {
	g.t.Helper()
	select {
	case <-g.ended:
	case <-time.After(patience):
		_ = g.cmd.Process.Kill()
		require.Fail(g.t, "it does not end")
	}
	return g.cmd.ProcessState.ExitCode()
}

// told is how many lines the function has written.
func (g *gateway) told() int { return bytes.Count(g.out.bytes(), []byte("\n")) }

// children are the processes that the program has started.
func (g *gateway) children() []string {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", g.cmd.Process.Pid))
	require.NoError(g.t, err)
	var all []string
	for _, task := range tasks {
		raw, err := os.ReadFile(task)
		require.NoError(g.t, err)
		all = append(all, strings.Fields(string(raw))...)
	}
	return all
}

// TestIntegrationGateway: page and mailbox at one address, every fault, and an end
// that leaves nothing behind.
func TestIntegrationGateway(t *testing.T) {
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "of the page")
		_, _ = fmt.Fprintf(w, "page %s", r.URL.Path)
	}))
	defer page.Close()
	g := openGateway(t, page.URL+"/")

	response, err := http.Get(g.url + "/assets/app.js")
	require.NoError(t, err)
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.Equal(t, "page /assets/app.js", string(body))
	assert.Equal(t, "of the page", response.Header.Get("Content-Security-Policy"))

	slot, claim, reply := relaytest.NewSlot(), relaytest.NewClaim(), relaytest.NewReply()
	mine := mailbox.NewClaim(slot, claim)
	status, _ := g.post(mailbox.PathPut, mailbox.NewPut(slot, reply))
	require.Equal(t, 204, status)

	g.fault("429")
	status, _ = g.post(mailbox.PathTake, mine)
	assert.Equal(t, 429, status)
	g.fault("500")
	status, _ = g.post(mailbox.PathTake, mine)
	assert.Equal(t, 500, status)
	g.fault("down")
	_, err = g.do(context.Background(), mailbox.PathTake, mine)
	assert.ErrorIs(t, err, io.EOF)
	g.fault("other")
	status, answer := g.post(mailbox.PathTake, mine)
	assert.Equal(t, 200, status)
	assert.Len(t, answer, 177)
	assert.NotEqual(t, reply, answer)

	g.fault("half")
	response, err = g.do(context.Background(), mailbox.PathTake, mine)
	require.NoError(t, err)
	assert.EqualValues(t, len(reply), response.ContentLength)
	answer, err = io.ReadAll(response.Body)
	_ = response.Body.Close()
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.Equal(t, reply[:len(reply)/2], answer)
	status, _ = g.post(mailbox.PathTake, mailbox.NewClaim(relaytest.NewSlot(), claim))
	assert.Equal(t, 204, status, "only a reply can be cut")

	// Slow: it is done, and the answer does not come while anybody waits.
	g.fault("slow")
	waiting, leave := context.WithCancel(context.Background())
	second, left := relaytest.NewSlot(), make(chan error, 1)
	go func() {
		_, err := g.do(waiting, mailbox.PathPut, mailbox.NewPut(second, reply))
		left <- err
	}()
	require.Eventually(t, func() bool { return g.told() == 4 }, patience, time.Millisecond)
	leave()
	select {
	case err := <-left:
		assert.ErrorIs(t, err, context.Canceled)
	case <-time.After(patience):
		require.Fail(t, "it still waits")
	}

	g.fault("none")
	status, answer = g.post(mailbox.PathTake, mailbox.NewClaim(second, claim))
	assert.Equal(t, 200, status)
	assert.Equal(t, reply, answer)
	status, answer = g.post(mailbox.PathTake, mine)
	assert.Equal(t, 200, status)
	assert.Equal(t, reply, answer)
	_, err = io.WriteString(g.in, "fault unheard-of\n")
	require.NoError(t, err)
	assert.Equal(t, "not understood", g.line())

	children := g.children()
	require.Len(t, children, 2, "the function and its table")
	require.NoError(t, g.in.Close())
	require.Equal(t, 0, g.end())
	for _, child := range children {
		assert.NoDirExists(t, filepath.Join("/proc", child))
	}
	// put; half, half of nothing, put, take, take: the others did not reach it.
	assert.Equal(t, 6, g.told())
	checkOutput(t, g.out.bytes(), [][]byte{slot[:], second[:], claim[:], reply}, []string{"hidden", "127.0.0.1"})
}

// TestIntegrationGatewaySignal: SIGTERM ends it as well, and so do wrong words on
// its command line.
func TestIntegrationGatewaySignal(t *testing.T) {
	g := openGateway(t, "http://127.0.0.1:1/")
	response, err := http.Get(g.url)
	require.NoError(t, err)
	_ = response.Body.Close()
	assert.Equal(t, http.StatusBadGateway, response.StatusCode, "no page there")
	children := g.children()
	require.Len(t, children, 2)
	require.NoError(t, g.cmd.Process.Signal(syscall.SIGTERM))
	require.Equal(t, 0, g.end())
	for _, child := range children {
		assert.NoDirExists(t, filepath.Join("/proc", child))
	}
	assert.Empty(t, g.out.bytes())

	for _, args := range [][]string{nil, {"--page", "here"}, {"--page", "http://127.0.0.1:1/", "--fault", "unheard-of",
		"--bootstrap", filepath.Join(folder, "bootstrap"), "--dynalite", relaytest.DynaliteScript(t)}} {
		cmd := exec.Command(filepath.Join(folder, "gateway"), args...)
		out, err := cmd.CombinedOutput()
		require.Error(t, err)
		assert.Equal(t, 1, cmd.ProcessState.ExitCode())
		assert.True(t, strings.HasPrefix(string(out), "gateway: --"), "%s", out)
	}
}
