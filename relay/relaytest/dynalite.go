package relaytest

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// patience is ten times what anything here takes.
const patience = 30 * time.Second

// Dynalite is DynamoDB's stand-in, running: in memory, on loopback. It speaks
// DynamoDB's protocol and checks no credentials.
type Dynalite struct {
	// URL is its endpoint, http://127.0.0.1:PORT.
	URL string

	cmd *exec.Cmd
	in  io.Closer
}

// StartDynalite runs script, which is test/dynalite.mjs, with node, and returns
// once it listens. It ends with Close, or with this program.
func StartDynalite(script string) (*Dynalite, error) {
	d := &Dynalite{cmd: exec.Command("node", script)}
	d.cmd.Stderr = os.Stderr
	in, err := d.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	d.in = in
	out, err := d.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := d.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start dynalite: %w", err)
	}
	ready := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(out).ReadString('\n')
		ready <- strings.TrimSpace(line)
	}()
	select {
	case d.URL = <-ready:
	case <-time.After(patience):
	}
	if d.URL == "" {
		d.Close()
		return nil, errors.New("start dynalite: it does not say where it listens")
	}
	return d, nil
}

// Close ends it and waits for that. It may be called twice.
func (d *Dynalite) Close() {
	_ = d.in.Close()
	_ = d.cmd.Process.Kill()
	_ = d.cmd.Wait()
}

// CreateTable makes a table as the mailbox wants it, and returns once it is there.
func (d *Dynalite) CreateTable(name string) error {
	err := d.Call("CreateTable", map[string]any{
		"TableName":            name,
		"BillingMode":          "PAY_PER_REQUEST",
		"KeySchema":            []any{map[string]string{"AttributeName": "id", "KeyType": "HASH"}},
		"AttributeDefinitions": []any{map[string]string{"AttributeName": "id", "AttributeType": "B"}},
	}, nil)
	for start := time.Now(); err == nil && time.Since(start) < patience; {
		var is struct{ Table struct{ TableStatus string } }
		if err = d.Call("DescribeTable", map[string]string{"TableName": name}, &is); is.Table.TableStatus == "ACTIVE" {
			return nil
		}
	}
	return errors.Join(err, errors.New("create table: it does not become active"))
}

// Call does one operation in DynamoDB's JSON, for what the mailbox itself never does.
func (d *Dynalite) Call(operation string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r, err := http.NewRequest(http.MethodPost, d.URL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	r.Header.Set("X-Amz-Date", "20310501T120000Z")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a/20310501/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=b")
	client := &http.Client{Timeout: patience}
	response, err := client.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	switch {
	case err != nil:
		return err
	case response.StatusCode != http.StatusOK:
		return fmt.Errorf("%s: %s %s", operation, response.Status, answer)
	case out == nil:
		return nil
	}
	return json.Unmarshal(answer, out)
}

// DynaliteScript is what StartDynalite runs. Where dynalite is not installed the
// test is skipped, but not in CI.
func DynaliteScript(t testing.TB) string {
	t.Helper()
	root := Root(t)
	missing := t.Skipf
	if os.Getenv("CI") != "" {
		missing = t.Fatalf
	}
	if _, err := exec.LookPath("node"); err != nil {
		missing("dynalite is not there: no node (make test-go needs it)")
	}
	if _, err := os.Stat(filepath.Join(root, "test/node_modules/dynalite")); err != nil {
		missing("dynalite is not there: make test-go installs it")
	}
	return filepath.Join(root, "test/dynalite.mjs")
}

// NewDynalite starts one for this test, or skips it as DynaliteScript does.
func NewDynalite(t testing.TB) *Dynalite {
	t.Helper()
	d, err := StartDynalite(DynaliteScript(t))
	require.NoError(t, err)
	t.Cleanup(d.Close)
	return d
}

// NewTable makes a table of its own for this test.
func (d *Dynalite) NewTable(t testing.TB) string {
	t.Helper()
	name := "mailbox-" + rand.Text()
	require.NoError(t, d.CreateTable(name))
	return name
}

// Root is the project's folder, above the one the test runs in.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		require.NotEqual(t, dir, filepath.Dir(dir), "no go.mod above this folder")
		dir = filepath.Dir(dir)
	}
}
