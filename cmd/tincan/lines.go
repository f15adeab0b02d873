package main

import (
	"bufio"
	"io"
	"os"
	"strings"
	"time"
)

// maxLine is the longest line read: a message of 64 KiB, each byte escaped.
const maxLine = 512 << 10

// inputLine is a line of input, or says that a line was too long to keep.
type inputLine struct {
	text    string
	tooLong bool
	typed   bool              // it comes from a terminal
	more    bool              // another line had arrived in the terminal already
	at      time.Time         // when it was read
	echo    func(name string) // shows it, where the terminal has not; nil once that is done
}

// show shows a line behind a name above what is typed next. Whoever takes the line calls it, who knows whether it has a number.
func (l *inputLine) show(name string) {
	if l.echo != nil {
		l.echo(name)
		l.echo = nil
	}
}

// readLines reads lines in a goroutine, which ends with the input or with the program: a read from
// a terminal cannot be stopped. window is the terminal that it reads from, if it is one.
func readLines(in *bufio.Reader, window *os.File) <-chan inputLine {
	lines := make(chan inputLine)
	go func() {
		defer close(lines)
		for {
			text, whole, err := readLine(in)
			if err == nil || text != "" {
				line := inputLine{text: text, tooLong: !whole, typed: window != nil, at: time.Now()}
				line.more = line.typed && (in.Buffered() > 0 || arrived(window))
				lines <- line
			}
			if err != nil {
				return
			}
		}
	}()
	return lines
}

// readLine reads up to maxLine bytes of a line. whole is false if the line is longer; the rest is
// read and dropped.
func readLine(in *bufio.Reader) (line string, whole bool, err error) {
	var b []byte
	whole = true
	for {
		piece, err := in.ReadSlice('\n')
		if len(b)+len(piece) <= maxLine {
			b = append(b, piece...)
		} else {
			whole = false
		}
		switch err {
		case nil:
			return strings.TrimRight(string(b), "\r\n"), whole, nil
		case bufio.ErrBufferFull:
		case io.EOF:
			return strings.TrimRight(string(b), "\r\n"), whole, err
		default:
			return "", whole, err
		}
	}
}
