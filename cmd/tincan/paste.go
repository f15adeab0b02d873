package main

import (
	"context"
	"strings"
	"time"

	"tincan/internal/chat"
)

// paste gathers the lines in which a code comes: people paste a whole mail, and a
// terminal hands it over line by line.
type paste struct {
	burst string // lines behind which more had arrived already
	tried string // what came before, and held no code by itself
}

// add takes a line. It returns the text to look for a code in, and false while
// more of the same has arrived.
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

// askInvite reads the invite. At a terminal it asks until there is one: what was
// pasted would else go on to whoever reads the terminal next, line by line, and
// that is a shell.
func askInvite(ctx context.Context, f front, lines <-chan inputLine) (link string, err error) {
	var p paste
	for {
		select {
		case line, ok := <-lines:
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

// pasted tells whether a line belongs to what was pasted with the code, because
// it was there before the person had read what comes of that.
func (c *talk) pasted(l inputLine) bool {
	return l.typed && l.at.Before(c.told) && !isCommand(l)
}

// isCommand tells a command from the lines of a mail.
func isCommand(l inputLine) bool {
	text := strings.TrimSpace(l.text)
	return strings.HasPrefix(text, "/") && !strings.ContainsAny(text, " \t\n") && !l.more
}

// tells notes that the person is told what came of a code.
func (c *talk) tells() { c.told = time.Now() }
