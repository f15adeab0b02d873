package main

import (
	"context"
	"strings"
	"time"

	"tincan/internal/chat"
)

// paste gathers the lines in which a code comes. People paste a whole mail, and a terminal gives it
// to us line by line.
type paste struct {
	burst string // lines that came together with more, which is still to be read
	tried string // what came before that, in which there was no code
}

// add takes a line. It returns the text in which to look for a code, and false as long as more of
// what was pasted is still to be read.
func (p *paste) add(line inputLine) (text string, ready bool) {
	p.burst += line.text + "\n"
	if len(p.burst) > maxLine {
		p.burst = p.burst[len(p.burst)-maxLine:]
	}
	if line.more {
		return "", false
	}
	text, p.burst = strings.TrimSpace(p.burst), ""
	if _, err := chat.Find(text); err == nil {
		p.tried = ""
		return text, true
	}
	p.tried += text + "\n"
	_, err := chat.Find(p.tried)
	switch chat.CodeOf(err) {
	case chat.CodeTooLong, chat.CodeSeveralCodes, chat.CodeVersion:
		p.tried = ""
		return text, true
	}
	whole := p.tried
	if err == nil {
		p.tried = ""
	}
	return whole, true
}

// askInvite reads the invite. At a terminal it goes on until there is one. If it gave up in the
// middle of what was pasted, a shell would read the rest and carry it out line by line.
func askInvite(ctx context.Context, f front, lines <-chan inputLine) (link string, err error) {
	var p paste
	for {
		select {
		case line, ok := <-lines:
			line.show(unnumbered)
			switch {
			case !ok:
				return "", errNoInvite
			case !line.typed && line.tooLong:
				return "", chat.ErrTooLong
			case !line.typed:
				return line.text, nil
			case line.tooLong:
				f.problem("", chat.ErrTooLong)
				continue
			}
			text, ready := p.add(line)
			if !ready || text == "" {
				continue
			}
			if _, err := chat.Find(text); err != nil {
				f.problem("", err)
				continue
			}
			return text, nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// pasted tells whether a line was pasted together with the code: it came before the person can
// have read what came of the code.
func (c *talk) pasted(l inputLine) bool {
	return l.typed && l.at.Before(c.told) && !isCommand(l)
}

// isCommand tells whether a line is a command and not one of a pasted mail.
func isCommand(l inputLine) bool {
	text := strings.TrimSpace(l.text)
	return strings.HasPrefix(text, "/") && !strings.ContainsAny(text, " \t\n") && !l.more
}

// tells notes that the person is told what came of a code.
func (c *talk) tells() { c.told = time.Now() }
