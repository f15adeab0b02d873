package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"tincan/internal/chat"
)

// entry is a file of a chat, ours or one of the other person's.
type entry struct {
	number int // by which a person names it, as the front has given it
	ours   bool
	id     uint64 // by which the session does
	file   chat.File
	source *diskFile // of ours
	sink   *diskSink // of theirs, once it is accepted

	done  int64     // bytes that are stored at its receiver
	began time.Time // when it began to go, and from where on
	from  int64
	told  time.Time // when the person was last told how far it is
}

// cabinet has the files of a chat that are not over.
type cabinet struct {
	folder string // where files are kept
	files  []*entry
}

func (c *cabinet) add(e *entry) { c.files = append(c.files, e) }

// find returns the entry with this id of the session.
func (c *cabinet) find(ours bool, id uint64) *entry {
	for _, e := range c.files {
		if e.ours == ours && e.id == id {
			return e
		}
	}
	return nil
}

// named are the files with this number, or, for 0, all for which f is true.
func (c *cabinet) named(number int, f func(*entry) bool) (list []*entry) {
	for _, e := range c.files {
		if number > 0 && number == e.number || number == 0 && f(e) {
			list = append(list, e)
		}
	}
	return list
}

// remove forgets an entry.
func (c *cabinet) remove(e *entry) {
	for i, f := range c.files {
		if f == e {
			c.files = append(c.files[:i], c.files[i+1:]...)
			return
		}
	}
}

// moving tells whether a file is under way, or one of ours is to be.
func (c *cabinet) moving() bool {
	for _, e := range c.files {
		if e.ours || e.sink != nil {
			return true
		}
	}
	return false
}

// going tells whether a file is under way. One that only waits for its receiver's person may wait for long.
func (c *cabinet) going() bool {
	for _, e := range c.files {
		if e.sink != nil || !e.began.IsZero() {
			return true
		}
	}
	return false
}

// sendFiles offers files. Those that cannot be read are told, and the others go.
func (c *talk) sendFiles(do command) {
	for _, path := range do.Paths {
		file, source, err := openFile(path)
		if err == nil {
			var id uint64
			if id, err = c.s.SendFile(do.Ref, file, source); err == nil {
				e := &entry{ours: true, id: id, file: file, source: source}
				c.cabinet.add(e)
				c.f.sent(command{Do: "file", Ref: do.Ref}, id)
				c.f.file(e)
				continue
			}
			source.close()
		}
		c.f.problem(do.Ref, err)
	}
}

// acceptFiles has files of the other person come.
func (c *talk) acceptFiles(do command) {
	list := c.cabinet.named(do.Number, func(e *entry) bool { return !e.ours && e.sink == nil })
	if do.ID > 0 {
		list = nil
		if e := c.cabinet.find(false, do.ID); e != nil {
			list = []*entry{e}
		}
	}
	for _, e := range list {
		if e.ours || e.sink != nil {
			continue
		}
		folder, name, exact := c.cabinet.folder, e.file.Name, do.Path != ""
		if exact {
			folder, name = filepath.Split(do.Path)
			folder = filepath.Clean(folder)
		}
		sink, err := createFile(folder, name, e.file.Size, exact)
		if err == nil {
			if err = c.s.KeepFile(e.id, sink, sink.offset, sink.begins); err != nil {
				sink.drop()
			}
		}
		if err != nil {
			c.f.problem(do.Ref, err)
			continue
		}
		e.sink = sink
	}
	if len(list) == 0 {
		c.f.problem(do.Ref, errNoFile)
	}
}

// stopFiles declines files of the other person, and withdraws ours.
func (c *talk) stopFiles(do command) {
	list := c.cabinet.named(do.Number, func(e *entry) bool { return !e.ours && e.sink == nil })
	if do.ID > 0 {
		list = nil
		if e := c.cabinet.find(do.Do == "withdraw", do.ID); e != nil {
			list = []*entry{e}
		}
	}
	for _, e := range list {
		_ = c.s.StopFile(e.ours, e.id) // it fails only where the chat has ended, and then that is told
	}
	if len(list) == 0 {
		c.f.problem(do.Ref, errNoFile)
	}
}

// fileEvent takes what the session tells of files, and has the front show it.
func (c *talk) fileEvent(e chat.Event) {
	switch e := e.(type) {
	case chat.FileOffered:
		is := &entry{id: e.ID, file: e.File}
		c.cabinet.add(is)
		c.f.file(is)
		if c.moves == "receive" {
			c.acceptFiles(command{ID: e.ID})
		}
	case chat.FileGoes:
		is := c.cabinet.find(e.Ours, e.ID)
		if is == nil {
			return
		}
		c.heard = time.Now()
		if is.began.IsZero() || e.Done < is.done {
			is.began, is.from = time.Now(), e.Done
		}
		is.done = e.Done
		c.f.goes(is)
	case chat.FileEnded:
		is := c.cabinet.find(e.Ours, e.ID)
		if is == nil {
			return
		}
		c.heard = time.Now()
		c.cabinet.remove(is)
		if is.source != nil {
			is.source.close()
		}
		switch {
		case is.sink == nil || e.How == chat.FileWhole:
		case e.How == chat.FileLost:
			is.sink.leave()
		default:
			is.sink.drop()
		}
		if c.moves != "" {
			c.moved(is, e.How)
		}
		c.f.fileEnded(is, e.How)
	}
}

// fileWords say how a file ended, ours and then the other person's.
var fileWords = map[bool]map[chat.FileEnd]string{
	true: {
		chat.FileWhole:      "The other person has %s.",
		chat.FileRefused:    "The other person does not take %s.",
		chat.FileWithdrawn:  "%s is withdrawn.",
		chat.FileUnreadable: "%s cannot be read any more, so it was withdrawn.",
		chat.FileUnstorable: "The other person has no room for %s.",
		chat.FileLost:       "%s did not arrive: the chat ended before.",
	},
	false: {
		chat.FileWhole:      "%s is here: %s",
		chat.FileRefused:    "%s is declined.",
		chat.FileWithdrawn:  "The other person has withdrawn %s.",
		chat.FileUnreadable: "The other person cannot read %s any more.",
		chat.FileUnstorable: "%s cannot be stored: perhaps the disk is full.",
		chat.FileLost:       "%s did not arrive: the chat ended, or the other person's page was reloaded. What is here of it stays, and the rest can come in another chat.",
	},
}

// inUnits is a number of bytes for a person.
func inUnits(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d bytes", n)
	}
	value, unit := float64(n), ""
	for _, u := range []string{"KB", "MB", "GB", "TB", "PB"} {
		if value < 999.5 {
			break
		}
		value, unit = value/1000, u
	}
	if value < 9.95 {
		return fmt.Sprintf("%.1f %s", value, unit)
	}
	return fmt.Sprintf("%.0f %s", value, unit)
}

// inTime is a duration for a person.
func inTime(d time.Duration) string {
	switch s := int64(d.Seconds() + 0.5); {
	case s < 120:
		return fmt.Sprintf("%d s", s)
	case s < 7200:
		return fmt.Sprintf("%d min", s/60)
	default:
		return fmt.Sprintf("%d h", s/3600)
	}
}

// progress says how far a file is, how fast it goes, and how long that will take.
func (e *entry) progress(now time.Time) string {
	text := inUnits(e.done) + " of " + inUnits(e.file.Size)
	took := now.Sub(e.began)
	if e.done <= e.from || took < time.Second {
		return text
	}
	rate := float64(e.done-e.from) / took.Seconds()
	left := time.Duration(float64(e.file.Size-e.done) / rate * float64(time.Second))
	return fmt.Sprintf("%s, %s a second, %s left", text, inUnits(int64(rate)), inTime(left))
}

// words cuts a line into words as a shell does: blanks part them, unless they are quoted or behind a backslash.
func words(line string) (list []string) {
	var word strings.Builder
	begun, quote, escaped := false, rune(0), false
	for _, r := range line {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'' && filepath.Separator != '\\':
			begun, escaped = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\''):
			begun, quote = true, r
		case quote == 0 && (r == ' ' || r == '\t'):
			if begun {
				list = append(list, word.String())
				word.Reset()
			}
			begun = false
		default:
			begun = true
			word.WriteRune(r)
		}
	}
	if begun {
		list = append(list, word.String())
	}
	return list
}

// moved is called in a chat that is for files alone when one of them is over.
func (c *talk) moved(e *entry, how chat.FileEnd) {
	switch {
	case how != chat.FileWhole:
		c.failure = errNotAll
	case !e.ours:
		c.came = true
	}
	if c.moves == "send" && !c.cabinet.moving() {
		c.ending = true // when the other side knows of all that was said
	}
}
