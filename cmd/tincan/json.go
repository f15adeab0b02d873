package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"

	"tincan/internal/chat"
)

// jsonLines is the front for programs: one JSON object in each line, in both directions
// (README.md beside this file).
type jsonLines struct {
	out  io.Writer
	open bool // there was a chat
}

func newJSONLines(t terminal) *jsonLines { return &jsonLines{out: t.out} }

// parse takes one JSON object. Names and types must be those of README.md: a ref that is a number,
// for example, is refused, because it would be handed back as a string.
func (j *jsonLines) parse(line string, _ bool) (do command, err error) {
	if json.Unmarshal([]byte(line), &do) == nil {
		if do.whole() {
			return do, nil
		}
	}
	var wrong struct{ Ref any }
	_ = json.Unmarshal([]byte(line), &wrong) // if this fails, the ref stays empty
	ref, _ := wrong.Ref.(string)
	return command{}, commandError{ref}
}

// whole tells whether a command has what it needs.
func (do command) whole() bool {
	named := do.About != nil && do.About.Ours != nil && do.About.ID > 0
	switch do.Do {
	case "reply", "close", "typing", "put", "look", "repair", "diagnostics":
		return true
	case "send":
		return do.About == nil || named
	case "react":
		return named && do.Emoji != nil
	case "edit", "unsend", "read", "accept", "decline", "withdraw":
		return do.ID > 0
	case "timer":
		return do.Seconds != nil
	case "presence":
		return do.Here != nil
	case "file":
		return len(do.Paths) > 0
	case "verify":
		return do.Match != nil
	}
	return false
}

// commandError is the error for a line that is no command. ref is that of the line, if it has one.
type commandError struct{ ref string }

// Error is for whoever writes the program at the other end of the pipe.
func (commandError) Error() string {
	return `A line must be one of {"do":"reply","link":…}, {"do":"send","ref":…,"text":…}, the same with "about":{"ours":true,"id":…}, {"do":"edit","ref":…,"id":…,"text":…}, {"do":"unsend","ref":…,"id":…}, {"do":"react","ref":…,"about":{"ours":true,"id":…},"emoji":…}, {"do":"timer","ref":…,"seconds":3600}, {"do":"presence","here":true}, {"do":"read","id":…}, {"do":"file","ref":…,"paths":[…]}, {"do":"accept","id":…}, {"do":"decline","id":…}, {"do":"withdraw","id":…}, {"do":"typing"}, {"do":"verify","match":true}, {"do":"put"}, {"do":"look"}, {"do":"repair"}, {"do":"diagnostics"}, {"do":"close"}.`
}

type object map[string]any

// put writes one line. It has no characters that a terminal which shows it would obey.
func (j *jsonLines) put(event string, fields object) {
	fields["event"] = event
	var line strings.Builder
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(fields) != nil {
		return // cannot happen: strings and numbers always encode
	}
	_, _ = io.WriteString(j.out, escape(line.String())) // an error is noticed elsewhere (watched) and ends the chat
}

// escape replaces characters on which a terminal may act by JSON's escapes. They can stand only
// inside strings, apart from the line end.
func escape(line string) string {
	if strings.IndexFunc(line, steers) == len(line)-1 {
		return line
	}
	var out strings.Builder
	for _, r := range line {
		switch {
		case r == '\n' || !steers(r):
			out.WriteRune(r)
		case r > 0xFFFF:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&out, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return out.String()
}

func (j *jsonLines) code(kind chat.Kind, link chat.Link, _ bool) {
	j.put(string(kind), object{"link": link.Link, "qr": link.QR})
}

func (j *jsonLines) repair(link chat.Link, _ bool) {
	j.put("repair", object{"link": link.Link, "qr": link.QR})
}

func (j *jsonLines) sent(do command, id uint64) { j.put("sent", object{"ref": do.Ref, "id": id}) }

func (j *jsonLines) file(e *entry) {
	if !e.ours { // of ours, sent tells
		j.put("file", object{"id": e.id, "name": e.file.Name, "kind": e.file.Kind, "size": e.file.Size, "voice": e.file.Voice})
	}
}

func (j *jsonLines) goes(e *entry) {
	j.put("progress", object{"ours": e.ours, "id": e.id, "done": e.done, "size": e.file.Size})
}

func (j *jsonLines) fileEnded(e *entry, how chat.FileEnd) {
	path := ""
	if e.sink != nil {
		path = e.sink.path
	}
	j.put("ended", object{"ours": e.ours, "id": e.id, "how": how, "path": path})
}

func (j *jsonLines) diagnostics(text string) { j.put("diagnostics", object{"text": text}) }

func (j *jsonLines) problem(ref string, err error) {
	var wrong commandError
	var here *trouble
	if ref != "" {
		fields := object{"ref": ref, "code": chat.CodeOf(err)}
		if errors.As(err, &here) {
			fields["code"] = here.code
		}
		j.put("failed", fields)
		return
	}
	fields := object{"code": chat.CodeOf(err), "text": sentenceOf(err)}
	switch {
	case errors.As(err, &wrong):
		fields["code"] = "usage"
		if wrong.ref != "" {
			fields["ref"] = wrong.ref
		}
	case errors.As(err, &here):
		fields["code"] = here.code
	}
	j.put("error", fields)
}

func (j *jsonLines) fail(err error) {
	j.problem("", err)
	j.put("closed", object{"reason": "failed", "text": sentenceOf(err)})
}

func wordsOf(e chat.Opened) object {
	var names []string
	for _, w := range e.SAS.Words() {
		names = append(names, w.Name)
	}
	return object{"path": pathName(e.Path), "sas": names, "digits": e.SAS.Digits()}
}

func (j *jsonLines) event(e chat.Event) {
	switch e := e.(type) {
	case chat.StateChanged:
		j.put("state", object{"state": e.State})
	case chat.Absent:
		j.put("absent", object{"since": e.Since.UnixMilli()})
	case chat.Opened:
		j.open = true
		j.put("open", wordsOf(e))
	case chat.Back:
		j.put("back", wordsOf(chat.Opened(e)))
	case chat.PathChanged:
		j.put("path", object{"path": e.Path})
	case chat.MailboxChanged:
		j.put("mailbox", object{"state": e.State, "text": mailboxSentences[e.State]})
	case chat.Message:
		fields := object{"id": e.ID, "text": e.Text}
		if e.Answers.ID > 0 {
			fields["about"] = aboutOf(e.Answers)
		}
		j.put("message", fields)
	case chat.Talked:
		j.talked(e)
	case chat.Can:
		j.put("can", object{"files": e.Files, "talk": e.Talk})
	case chat.Presence:
		j.put("presence", object{"here": e.Here})
	case chat.Read:
		j.put("read", object{"id": e.ID})
	case chat.Typing:
		j.put("typing", object{})
	case chat.Delivered:
		j.put("delivered", object{"id": e.ID})
	case chat.Failed:
		j.put("failed", object{"ref": e.Ref, "id": e.ID, "code": e.Code})
	case chat.Repair:
		j.repair(e.Link, true)
	case chat.Problem:
		j.put("error", object{"code": e.Code, "text": codeSentences[e.Code]})
	case chat.Closed:
		j.put("closed", object{"reason": e.Reason, "text": farewell(e.Reason, j.open)})
	}
}

// aboutOf names a message, as about reads it.
func aboutOf(s chat.Said) object { return object{"ours": s.Ours, "id": s.ID} }

func (j *jsonLines) talked(e chat.Talked) {
	fields := object{"id": e.ID, "kind": e.Talk.Kind}
	switch e.Talk.Kind {
	case chat.TalkTimer:
		fields["seconds"] = e.Talk.Seconds
	case chat.TalkReaction:
		fields["about"], fields["emoji"] = aboutOf(e.Talk.About), e.Talk.Text
	case chat.TalkEdit:
		fields["about"], fields["text"] = aboutOf(e.Talk.About), e.Talk.Text
	case chat.TalkUnsend:
		fields["about"] = aboutOf(e.Talk.About)
	}
	j.put("talk", fields)
}

// pathName is direct or relay. A path that is not known yet is called direct; if it turns out to be
// another, that is told later.
func pathName(path chat.Path) chat.Path {
	if path == chat.PathRelay {
		return path
	}
	return chat.PathDirect
}
