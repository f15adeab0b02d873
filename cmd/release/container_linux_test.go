package main

import (
	"bufio"
	"debug/elf"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestIntegrationContainer: what the Containerfile copies is there, what it leaves out is not sent to the engine, and the program
// serves its page from a root that has nothing else.
func TestIntegrationContainer(t *testing.T) {
	raw, err := os.ReadFile("../../Containerfile")
	require.NoError(t, err)
	lines := string(raw)
	assert.Regexp(t, `(?m)^FROM scratch$`, lines)
	assert.NotContains(t, lines, "\nRUN ", "there is nothing that could run it")
	entry := regexp.MustCompile(`(?m)^ENTRYPOINT \["/(.+)"\]$`).FindStringSubmatch(lines)
	require.NotNil(t, entry)

	makefile, err := os.ReadFile("../../Makefile")
	require.NoError(t, err)
	sent, err := os.ReadFile("../../.containerignore")
	require.NoError(t, err)
	root := t.TempDir()
	copies := regexp.MustCompile(`(?m)^COPY (?:--\S+ )*(\S+) /(\S+)$`).FindAllStringSubmatch(lines, -1)
	require.Len(t, copies, 2)
	for _, c := range copies {
		from, sentAs := c[1], c[1]
		if strings.Contains(from, "${TARGETARCH}") {
			// This computer's own program is the same, but for the processor.
			for _, processor := range []string{"amd64", "arm64"} {
				assert.Contains(t, string(makefile), "linux-"+processor)
			}
			assert.Contains(t, string(makefile), "\nbin/programs/%/tincan:")
			from, sentAs = "bin/tincan", strings.Replace(from, "${TARGETARCH}", "*", 1)
		}
		assert.Contains(t, string(sent), "!"+sentAs+"\n")
		body, err := os.ReadFile("../../" + from)
		require.NoError(t, err, "run make build")
		require.NoError(t, os.WriteFile(filepath.Join(root, c[2]), body, 0o755))
	}
	program := filepath.Join(root, entry[1])
	file, err := elf.Open(program)
	require.NoError(t, err)
	defer file.Close()
	libraries, err := file.ImportedLibraries()
	require.NoError(t, err)
	assert.Empty(t, libraries)
	for _, part := range file.Progs {
		assert.NotEqual(t, elf.PT_INTERP, part.Type, "it asks for a loader")
	}

	cmd := exec.Command("/"+entry[1], "serve", "--listen", "127.0.0.1:0", "--no-stun")
	cmd.Dir, cmd.Env = "/", []string{}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Chroot: root, Cloneflags: syscall.CLONE_NEWUSER, Pdeathsig: syscall.SIGKILL,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 65532, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 65532, HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); os.IsPermission(err) {
		t.Skipf("this computer allows no user namespaces, in which the program would have a root of its own: %v", err)
	} else {
		require.NoError(t, err)
	}
	defer func() { _ = cmd.Process.Kill() }()
	var said []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		said = append(said, lines.Text())
		if strings.HasPrefix(lines.Text(), "http://") {
			break
		}
	}
	require.NotEmpty(t, said)
	address := said[len(said)-1]
	require.True(t, strings.HasPrefix(address, "http://127.0.0.1:"), "%q", said)
	answer, err := http.Get(address + "notices.txt")
	require.NoError(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	assert.Equal(t, served(t), string(body))
	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	_, _ = io.Copy(io.Discard, out)
	assert.NoError(t, cmd.Wait())
}
