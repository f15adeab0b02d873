package lambda

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/mailbox"
	"tincan/relay/relaytest"
)

// closed is the only form that a line of the function may have.
var closed = regexp.MustCompile(`^\{"op":"(put|take|drop|other)",` +
	`("outcome":"(kept|found|dropped|none|occupied|busy|refused|failed)"|"outcome":"panic","panic":"(runtime|error|other)"),` +
	`"ms":[0-9]{1,4},"cold":(true|false)\}$`)

// window is how many bytes in a row of a secret are too many.
const window = 8

// traces finds windows of secret in output, as they are or in a form in which
// programs print bytes, and names the form.
func traces(output, secret []byte) (forms []string) {
	text := string(output)
	found := func(form string, pieces []string) {
		for _, piece := range pieces {
			if strings.Contains(text, piece) {
				forms = append(forms, form)
				return
			}
		}
	}
	var raw, quoted, lower, upper, decimal, list []string
	for i := 0; i+window <= len(secret); i++ {
		w := secret[i : i+window]
		raw = append(raw, string(w))
		quoted = append(quoted, strings.Trim(strconv.Quote(string(w)), `"`))
		lower = append(lower, hex.EncodeToString(w))
		upper = append(upper, strings.ToUpper(hex.EncodeToString(w)))
		decimal = append(decimal, strings.Trim(fmt.Sprint(w), "[]"))
		list = append(list, strings.Join(strings.Fields(decimal[len(decimal)-1]), ","))
	}
	found("raw", raw)
	found("quoted", quoted)
	found("hex", lower)
	found("capital hex", upper)
	found("decimal", decimal)
	found("JSON list", list)
	for name, encoding := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64url": base64.RawURLEncoding} {
		// Whatever stands before the secret, it falls on one of three alignments. A
		// window of 8 bytes has 10 digits that are its own.
		var digits []string
		for before := range 3 {
			whole := encoding.EncodeToString(append(make([]byte, before), secret...))
			whole = whole[(before*8+5)/6 : len(whole)-1]
			for i := 0; i+10 <= len(whole); i++ {
				digits = append(digits, whole[i:i+10])
			}
		}
		found(name, digits)
	}
	return forms
}

// checkOutput fails where a line is not in the closed vocabulary, or where a
// secret or a text has left a trace.
func checkOutput(t assert.TestingT, output []byte, secrets [][]byte, texts []string) bool {
	ok := true
	for line := range strings.Lines(string(output)) {
		ok = assert.Regexp(t, closed, strings.TrimSuffix(line, "\n"), "a line of other words") && ok
	}
	for _, secret := range secrets {
		ok = assert.Empty(t, traces(output, secret), "a trace of %x", secret) && ok
	}
	for _, text := range texts {
		ok = assert.NotContains(t, string(output), text) && ok
	}
	return ok
}

// silentT takes failures that are wanted.
type silentT struct{}

func (silentT) Errorf(string, ...any) {}

// TestUnitCheckOutput: the check finds what is planted, in every form and at every
// place, and is content with what is not.
func TestUnitCheckOutput(t *testing.T) {
	good := []byte(`{"op":"put","outcome":"kept","ms":12,"cold":true}` + "\n" +
		`{"op":"take","outcome":"panic","panic":"runtime","ms":0,"cold":false}` + "\n")
	slot, reply := relaytest.NewSlot(), relaytest.NewReply()
	secrets, texts := [][]byte{slot[:], reply}, []string{"203.0.113.77"}
	require.True(t, checkOutput(t, good, secrets, texts))

	body := mailbox.NewPut(slot, reply)
	for name, planted := range map[string]string{
		"raw":              string(slot[:]),
		"hex":              fmt.Sprintf("%x", slot[:]),
		"capital hex":      fmt.Sprintf("%X", slot[:]),
		"quoted":           fmt.Sprintf("%q", slot[:]),
		"printed":          fmt.Sprint([16]byte(slot)),
		"base64":           base64.StdEncoding.EncodeToString(slot[:]),
		"base64url":        base64.URLEncoding.EncodeToString(slot[:]),
		"whole body":       base64.StdEncoding.EncodeToString(body),
		"reply alone":      base64.RawURLEncoding.EncodeToString(reply),
		"shifted by one":   base64.StdEncoding.EncodeToString(append([]byte{1}, body...)),
		"shifted by two":   base64.StdEncoding.EncodeToString(append([]byte{1, 2}, body...)),
		"eight bytes, hex": hex.EncodeToString(reply[101:109]),
		"address":          "203.0.113.77",
	} {
		// Also where the line itself is a right one.
		assert.False(t, checkOutput(silentT{}, append(bytes.Clone(good), planted...), secrets, texts), name)
		if name != "address" {
			assert.NotEmpty(t, append(traces([]byte(planted), slot[:]), traces([]byte(planted), reply)...), name)
		}
	}
	for _, line := range []string{
		`{"op":"put","outcome":"kept","ms":12,"cold":true} `,
		`{"op":"list","outcome":"kept","ms":12,"cold":true}`,
		`{"op":"put","outcome":"kept","ms":12,"cold":true,"path":"/api/v1/put"}`,
		`{"op":"put","outcome":"panic","panic":"boom","ms":12,"cold":true}`,
		`{"op":"put","outcome":"kept","panic":"error","ms":12,"cold":true}`,
		"panic: boom", "",
	} {
		assert.False(t, checkOutput(silentT{}, []byte(line+"\n"), nil, nil), line)
	}
}

// output collects what a program prints.
type output struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.all.Write(b)
}

func (o *output) bytes() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	return bytes.Clone(o.all.Bytes())
}
