package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/chat"
	"tincan/internal/seal"
)

// TestFunctionalUnheard: a joiner whose input has ended does not wait for ever for a
// peer that is there and takes nothing.
func TestFunctionalUnheard(t *testing.T) {
	inviter, err := chat.Create(t.Context(), chat.Config{Loopback: true})
	require.NoError(t, err)
	defer inviter.Close()
	out, write := io.Pipe()
	var talk bytes.Buffer
	code := make(chan int)
	go func() {
		in := strings.NewReader(inviter.Link().Link + "\n" + strings.Repeat("hello\n", 400))
		code <- run(t.Context(), terminal{in: in, out: write, err: &talk, patience: 300 * time.Millisecond}, []string{"join", "--loopback", "--stun", "none"})
	}()
	reply, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	go func() { _, _ = io.Copy(io.Discard, out) }()
	require.NoError(t, inviter.Accept(reply, false))
	// Nobody reads its events: it is there, and acks nothing once enough of them wait.
	assert.Equal(t, exitFailed, <-code)
	assert.Contains(t, talk.String(), "tincan: The other side does not answer, so not everything has arrived.")
	assert.NotContains(t, talk.String(), "You left")
	_ = write.Close()
}

// TestFunctionalFileWaits: a program whose input has ended waits for a person at the other side who takes a file late, for as
// long as the chat is open, and ends when they have it.
func TestFunctionalFileWaits(t *testing.T) {
	inviter, err := chat.Create(t.Context(), chat.Config{Loopback: true, Files: true})
	require.NoError(t, err)
	defer inviter.Close()
	folder := t.TempDir()
	path := write(t, filepath.Join(folder, "a.txt"), "content")
	out, output := io.Pipe()
	const patience = 100 * time.Millisecond
	code := make(chan int, 1)
	go func() {
		in := strings.NewReader(fmt.Sprintf("%s\n{\"do\":\"file\",\"paths\":[%q]}\n", inviter.Link().Link, path))
		code <- run(t.Context(), terminal{in: in, out: output, err: io.Discard, patience: patience},
			[]string{"join", "--json", "--loopback", "--stun", "none", "-"})
	}()
	lines := bufio.NewReader(out)
	var reply struct{ Event, Link string }
	for reply.Event != "reply" {
		line, err := lines.ReadBytes('\n')
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(line, &reply))
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	require.NoError(t, inviter.Accept(reply.Link, false))
	var offered chat.FileOffered
	for is := false; !is; {
		event, ok := inviter.Next(t.Context())
		require.True(t, ok)
		offered, is = event.(chat.FileOffered)
	}
	select {
	case c := <-code:
		require.Fail(t, "it did not wait", "exit code %d", c)
	case <-time.After(10 * patience):
	}
	sink, err := createFile(folder, "b.txt", offered.File.Size, true)
	require.NoError(t, err)
	require.NoError(t, inviter.KeepFile(offered.ID, sink, 0, sink.begins))
	assert.Equal(t, exitOK, <-code)
	text, err := os.ReadFile(filepath.Join(folder, "b.txt"))
	require.NoError(t, err)
	assert.Equal(t, "content", string(text))
	_ = output.Close()
}

// jsonLine is what a front for programs writes.
func jsonLine(t *testing.T, tell func(*jsonLines)) map[string]any {
	t.Helper()
	var out strings.Builder
	tell(newJSONLines(terminal{out: &out}))
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	var fields map[string]any
	require.NoError(t, json.Unmarshal([]byte(lines[0]), &fields))
	return fields
}

// TestUnitJSONDocumented: README.md shows each line with exactly its fields, and no other.
func TestUnitJSONDocumented(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, section, _ := strings.Cut(string(readme), "\n## JSON\n")
	section, _, _ = strings.Cut(section, "\n## ")
	documented := map[string][]string{}
	for _, line := range regexp.MustCompile("`(\\{\"(?:event|do)\":[^`]*\\})`").FindAllStringSubmatch(section, -1) {
		var fields map[string]any
		text := strings.NewReplacer("[…]", "0", "…", "0", ":n", ":0").Replace(line[1])
		require.NoError(t, json.Unmarshal([]byte(text), &fields), line[1])
		name, ok := fields["event"].(string)
		if !ok {
			name = "do " + fields["do"].(string)
		}
		name += strings.Repeat("'", len(slices.DeleteFunc(slices.Collect(maps.Keys(documented)), func(k string) bool { return strings.TrimRight(k, "'") != name })))
		documented[name] = slices.Sorted(maps.Keys(fields))
	}
	link := chat.Link{Link: "iAAA", QR: "AAA"}
	talked := func(talk chat.Talk) map[string]any {
		return jsonLine(t, func(j *jsonLines) { j.event(chat.Talked{ID: 1, Talk: talk}) })
	}
	told := map[string]map[string]any{
		"invite":      jsonLine(t, func(j *jsonLines) { j.code(chat.KindInvite, link, false) }),
		"reply":       jsonLine(t, func(j *jsonLines) { j.code(chat.KindReply, link, true) }),
		"state":       jsonLine(t, func(j *jsonLines) { j.event(chat.StateChanged{State: chat.StateWaiting}) }),
		"absent":      jsonLine(t, func(j *jsonLines) { j.event(chat.Absent{Since: time.Now()}) }),
		"repair":      jsonLine(t, func(j *jsonLines) { j.event(chat.Repair{Link: link}) }),
		"open":        jsonLine(t, func(j *jsonLines) { j.event(chat.Opened{Path: chat.PathDirect}) }),
		"back":        jsonLine(t, func(j *jsonLines) { j.event(chat.Back{Path: chat.PathDirect}) }),
		"path":        jsonLine(t, func(j *jsonLines) { j.event(chat.PathChanged{Path: chat.PathRelay}) }),
		"mailbox":     jsonLine(t, func(j *jsonLines) { j.event(chat.MailboxChanged{State: chat.MailboxExpired}) }),
		"sent":        jsonLine(t, func(j *jsonLines) { j.sent(command{Ref: "a"}, 1) }),
		"delivered":   jsonLine(t, func(j *jsonLines) { j.event(chat.Delivered{ID: 1}) }),
		"message":     jsonLine(t, func(j *jsonLines) { j.event(chat.Message{ID: 1, Text: "a"}) }),
		"message'":    jsonLine(t, func(j *jsonLines) { j.event(chat.Message{ID: 1, Text: "a", Answers: chat.Said{ID: 1}}) }),
		"talk":        talked(chat.Talk{Kind: chat.TalkEdit, Text: "a"}),
		"talk'":       talked(chat.Talk{Kind: chat.TalkUnsend}),
		"talk''":      talked(chat.Talk{Kind: chat.TalkReaction}),
		"talk'''":     talked(chat.Talk{Kind: chat.TalkTimer}),
		"can":         jsonLine(t, func(j *jsonLines) { j.event(chat.Can{Talk: true}) }),
		"presence":    jsonLine(t, func(j *jsonLines) { j.event(chat.Presence{Here: true}) }),
		"read":        jsonLine(t, func(j *jsonLines) { j.event(chat.Read{ID: 1}) }),
		"file":        jsonLine(t, func(j *jsonLines) { j.file(&entry{}) }),
		"progress":    jsonLine(t, func(j *jsonLines) { j.goes(&entry{}) }),
		"ended":       jsonLine(t, func(j *jsonLines) { j.fileEnded(&entry{}, chat.FileWhole) }),
		"typing":      jsonLine(t, func(j *jsonLines) { j.event(chat.Typing{}) }),
		"failed":      jsonLine(t, func(j *jsonLines) { j.problem("a", chat.ErrTooLong) }),
		"failed'":     jsonLine(t, func(j *jsonLines) { j.event(chat.Failed{Ref: "a", ID: 1, Code: chat.CodeEnded}) }),
		"error":       jsonLine(t, func(j *jsonLines) { j.event(chat.Problem{Code: chat.CodeOldLink}) }),
		"error'":      jsonLine(t, func(j *jsonLines) { j.problem("", commandError{"a"}) }),
		"diagnostics": jsonLine(t, func(j *jsonLines) { j.diagnostics("a") }),
		"closed":      jsonLine(t, func(j *jsonLines) { j.event(chat.Closed{Reason: chat.ReasonLeft}) }),
	}
	for name, fields := range told {
		assert.Equal(t, strings.TrimRight(name, "'"), fields["event"])
		assert.Equal(t, slices.Sorted(maps.Keys(fields)), documented[name], name)
	}
	for name := range documented {
		if do, ok := strings.CutPrefix(name, "do "); ok {
			line, err := json.Marshal(map[string]any{"do": do, "match": true, "paths": []string{"a"}, "id": 1, "about": map[string]any{"ours": true, "id": 1}, "emoji": "👍", "seconds": 0, "here": false})
			require.NoError(t, err)
			_, err = (&jsonLines{}).parse(string(line), false)
			assert.NoError(t, err, name)
			assert.Contains(t, commandError{}.Error(), `{"do":"`+do+`"`)
		} else {
			assert.Contains(t, told, name, "README.md")
		}
	}
	assert.Len(t, documented, len(told)+19)
}

// TestUnitJSONCommands: what is no command is refused, with its own ref where that is one.
func TestUnitJSONCommands(t *testing.T) {
	j := &jsonLines{}
	for line, ref := range map[string]string{
		`{"do":"send","ref":1,"text":"x"}`:   "",
		`{"do":"send","ref":"1","text":2}`:   "1",
		`{"do":"send","ref":"1"`:             "",
		`{"do":"sendd","ref":"x"}`:           "x",
		`{"do":"verify","ref":"v"}`:          "v",
		`{"ref":"y"}`:                        "y",
		`{"do":"send","ref":["a"],"text":1}`: "",
		`["send"]`:                           "",

		`{"do":"send","ref":"a","text":"x","about":3}`:                       "a",
		`{"do":"send","ref":"a","text":"x","about":{}}`:                      "a",
		`{"do":"send","ref":"a","text":"x","about":{"id":3}}`:                "a",
		`{"do":"send","ref":"a","text":"x","about":{"ours":true,"id":0}}`:    "a",
		`{"do":"send","ref":"a","text":"x","about":{"ours":1,"id":3}}`:       "a",
		`{"do":"send","ref":"a","text":"x","about":{"ours":true,"id":-1}}`:   "a",
		`{"do":"edit","ref":"a","text":"x"}`:                                 "a",
		`{"do":"edit","ref":"a","id":"1","text":"x"}`:                        "a",
		`{"do":"unsend","ref":"a"}`:                                          "a",
		`{"do":"react","ref":"a","emoji":"👍"}`:                               "a",
		`{"do":"react","ref":"a","about":{"ours":true,"id":1}}`:              "a",
		`{"do":"react","ref":"a","about":{"ours":true,"id":1},"emoji":null}`: "a",
		`{"do":"react","ref":"a","about":{"ours":true,"id":1},"emoji":5}`:    "a",
		`{"do":"timer","ref":"a"}`:                                           "a",
		`{"do":"timer","ref":"a","seconds":"3600"}`:                          "a",
		`{"do":"timer","ref":"a","seconds":-1}`:                              "a",
		`{"do":"timer","ref":"a","seconds":4294967296}`:                      "a",
		`{"do":"presence","ref":"a"}`:                                        "a",
		`{"do":"presence","ref":"a","here":"yes"}`:                           "a",
		`{"do":"read","ref":"a"}`:                                            "a",
		`{"do":"marks","ref":"a","here":true}`:                               "a",
		`"send"`:                                                             "",
		`null`:                                                               "",
		`{"do":"send","text":"x"} {}`:                                        "",
	} {
		do, err := j.parse(line, false)
		assert.Equal(t, commandError{ref}, err, line)
		assert.Equal(t, command{}, do, line)
	}
	fields := jsonLine(t, func(j *jsonLines) { j.problem("", commandError{"x"}) })
	assert.Equal(t, "usage", fields["code"])
	assert.Equal(t, "x", fields["ref"])
}

// TestUnitFarewell: nobody left a chat that never was, and a failure is the last line.
func TestUnitFarewell(t *testing.T) {
	assert.Equal(t, "You left before there was a chat.", farewell(chat.ReasonClosed, false))
	assert.Equal(t, reasonSentences[chat.ReasonClosed], farewell(chat.ReasonClosed, true))
	assert.Equal(t, reasonSentences[chat.ReasonLost], farewell(chat.ReasonLost, false))
	var out strings.Builder
	newJSONLines(terminal{out: &out}).fail(errNoInvite)
	lines := strings.Split(out.String(), "\n")
	require.Len(t, lines, 3)
	assert.JSONEq(t, `{"event":"error","code":"no-input","text":"The input ended before there was an invite."}`, lines[0])
	assert.JSONEq(t, `{"event":"closed","reason":"failed","text":"The input ended before there was an invite."}`, lines[1])
}

// TestUnitBack: what was said to be lost is said to be back, once.
func TestUnitBack(t *testing.T) {
	var said strings.Builder
	p := &plain{t: terminal{out: io.Discard, err: &said}}
	for _, s := range []chat.State{chat.StateOpen, chat.StateLost, chat.StateOpen, chat.StateOpen} {
		p.event(chat.StateChanged{State: s})
	}
	assert.Equal(t, 1, strings.Count(said.String(), "The connection is back."))
}

// TestUnitApart: what is done about a lost connection is said once, however often it changes to and
// fro, and again when the person has looked again or it is lost another time.
func TestUnitApart(t *testing.T) {
	var said strings.Builder
	p := &plain{t: terminal{out: io.Discard, err: &said}}
	tell := func(states ...chat.State) (lines int) {
		said.Reset()
		for _, state := range states {
			p.event(chat.StateChanged{State: state})
		}
		return strings.Count(said.String(), "\n")
	}
	lost, trying, asking, paused := chat.StateLost, chat.StateTrying, chat.StateAsking, chat.StatePaused
	tell(chat.StateOpen)
	assert.Equal(t, 3, tell(lost, trying, lost, trying, asking, trying, asking, lost))
	for _, sentence := range []string{"Messages wait", "Trying to reach", "Asking the mailbox"} {
		assert.Equal(t, 1, strings.Count(said.String(), sentence), sentence)
	}
	assert.Equal(t, 1, tell(paused))
	assert.Contains(t, said.String(), "Press Enter to look again")
	do, err := p.parse("", false)
	require.NoError(t, err)
	assert.Equal(t, command{Do: "look"}, do)
	assert.Equal(t, 2, tell(lost, trying))
	do, err = p.parse("", false)
	require.NoError(t, err)
	assert.Equal(t, command{}, do)
	assert.Equal(t, 1, tell(chat.StateOpen))
	assert.Equal(t, 1, tell(lost))
}

// TestUnitRepair: a link that brings a chat back is shown to a person with what to do, and to a
// program as it is; both may ask for it, and for looking again.
func TestUnitRepair(t *testing.T) {
	link := chat.Link{Link: "https://chat.example/#oCode", QR: "HTTPS://CHAT.EXAMPLE/#OCODE"}
	var said, out strings.Builder
	p := &plain{t: terminal{out: &out, err: &said}}
	p.repair(link, false)
	assert.Contains(t, said.String(), "Send this link to the other person.")
	p.event(chat.Repair{Link: link})
	assert.Contains(t, said.String(), "Send this link back to the other person.")
	assert.Equal(t, strings.Repeat(link.Link+"\n", 2), out.String())

	out.Reset()
	j := newJSONLines(terminal{out: &out})
	j.repair(link, false)
	j.event(chat.Repair{Link: link})
	for line := range strings.Lines(out.String()) {
		assert.JSONEq(t, `{"event":"repair","link":"https://chat.example/#oCode","qr":"HTTPS://CHAT.EXAMPLE/#OCODE"}`, line)
	}
	p.words = "six words"
	for _, verb := range []string{"repair", "look"} {
		do, err := p.parse("/"+verb, false)
		require.NoError(t, err)
		assert.Equal(t, command{Do: verb}, do)
		do, err = j.parse(`{"do":"`+verb+`"}`, false)
		require.NoError(t, err)
		assert.Equal(t, command{Do: verb}, do)
		assert.Contains(t, commandError{}.Error(), `{"do":"`+verb+`"}`)
		assert.Contains(t, plainHelp, "/"+verb)
	}
}

// TestUnitReloaded: a person is told that the other one is back, that the words are new, and which they are; /verify
// shows those from then on.
func TestUnitReloaded(t *testing.T) {
	var said, out strings.Builder
	p := &plain{t: terminal{out: &out, err: &said}, words: "the old words"}
	p.event(chat.Back{Path: chat.PathRelay, SAS: seal.SAS{1, 2, 3, 4, 5, 6, 7, 8}})
	first := seal.SAS{1, 2, 3, 4, 5, 6, 7, 8}.Words()[0]
	assert.Contains(t, said.String(), "The other person is back through a relay, after their page was reloaded. The safety words are new")
	assert.Contains(t, said.String(), first.Emoji+" "+first.Name)
	said.Reset()
	_, err := p.parse("/verify", false)
	require.NoError(t, err)
	assert.Contains(t, said.String(), first.Emoji+" "+first.Name)
	assert.NotContains(t, said.String(), "the old words")

	out.Reset()
	j := newJSONLines(terminal{out: &out})
	j.event(chat.Back{SAS: seal.SAS{1, 2, 3, 4, 5, 6, 7, 8}})
	back := out.String()
	assert.Contains(t, back, `"event":"back"`)
	out.Reset()
	j.event(chat.Opened{SAS: seal.SAS{1, 2, 3, 4, 5, 6, 7, 8}})
	assert.JSONEq(t, strings.Replace(back, "back", "open", 1), out.String())
}

// TestUnitAbsent: since when nothing has come is said, in the hour of this computer, and
// what can be done.
func TestUnitAbsent(t *testing.T) {
	since := time.Date(2026, 1, 2, 18, 22, 59, 0, time.Local)
	var said, out strings.Builder
	(&plain{t: terminal{out: io.Discard, err: &said}}).event(chat.Absent{Since: since})
	assert.Contains(t, said.String(), "since 18:22")
	assert.Contains(t, said.String(), "/leave")
	newJSONLines(terminal{out: &out}).event(chat.Absent{Since: since})
	assert.JSONEq(t, fmt.Sprintf(`{"event":"absent","since":%d}`, since.UnixMilli()), out.String())
}

// TestUnitLeave: whose output is not read any more has not left by choice.
func TestUnitLeave(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	var out strings.Builder
	cancel(nil)
	assert.NoError(t, leave(ctx, newJSONLines(terminal{out: &out})))
	ctx, cancel = context.WithCancelCause(t.Context())
	cancel(errUnread)
	assert.ErrorIs(t, leave(ctx, newJSONLines(terminal{out: &out})), errSilent)
	assert.Equal(t, 1, strings.Count(out.String(), `"reason":"failed"`))
	told := 0
	_, err := watched{failing{}, func() { told++ }}.Write([]byte("x"))
	assert.Error(t, err)
	assert.Equal(t, 1, told)
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }
