package main

import (
	"strconv"
	"strings"
	"time"

	"github.com/rivo/uniseg"

	"tincan/internal/chat"
)

// maxNumbered is how many of the last messages can be named. Of each only the first words are kept, in memory.
const maxNumbered = 1000

// A spoken is a message, or a file, that a person can name.
type spoken struct {
	said  chat.Said
	words string // with which it begins, as they may be shown
	at    time.Time
	gone  bool // it was taken back
	over  bool // its words are forgotten, as its time is over
}

// numbers are the messages of both people in the order in which they stand on the screen, numbered from 1.
type numbers struct {
	forgotten int // so many came before those in list
	list      []spoken
}

// add numbers a message.
func (n *numbers) add(said chat.Said, text string) int {
	n.list = append(n.list, spoken{said: said, words: firstWords(text), at: time.Now()})
	if len(n.list) > maxNumbered {
		n.list[0] = spoken{}
		n.list = n.list[1:]
		n.forgotten++
	}
	return n.forgotten + len(n.list)
}

// at returns the message of a number, nil where there is none, or none any more.
func (n *numbers) at(number int) *spoken {
	if i := number - n.forgotten - 1; i >= 0 && i < len(n.list) {
		return &n.list[i]
	}
	return nil
}

// find returns the number of a message, 0 where it has none, or none any more.
func (n *numbers) find(said chat.Said) int {
	for i := len(n.list) - 1; i >= 0; i-- {
		if n.list[i].said == said {
			return n.forgotten + i + 1
		}
	}
	return 0
}

// upTo returns the highest number of our messages that the session numbers at most id, 0 where there is none.
func (n *numbers) upTo(id uint64) int {
	for i := len(n.list) - 1; i >= 0; i-- {
		if said := n.list[i].said; said.Ours && said.ID <= id {
			return n.forgotten + i + 1
		}
	}
	return 0
}

// edit has a message begin with other words.
func (n *numbers) edit(number int, text string) {
	if is := n.at(number); is != nil && !is.over {
		is.words = firstWords(text)
	}
}

// forget forgets the words of what was said before a time.
func (n *numbers) forget(before time.Time) {
	for i := range n.list {
		is := &n.list[i]
		if !is.at.Before(before) {
			return
		}
		is.words, is.over = "", true
	}
}

// take forgets the words of a message that was taken back, and tells whether it was there until now.
func (n *numbers) take(number int) bool {
	is := n.at(number)
	if is == nil || is.gone {
		return false
	}
	is.words, is.gone = "", true
	return true
}

// name is how a sentence names a message: by its number and its first words.
func (n *numbers) name(said chat.Said) string {
	number := n.find(said)
	switch is := n.at(number); {
	case is == nil:
		return "an earlier message"
	case is.gone, is.over:
		return strconv.Itoa(number)
	default:
		return strconv.Itoa(number) + " “" + is.words + "”"
	}
}

// A quotation has at most so many columns, and no cluster of more bytes: whole families are shorter, and what is longer is
// a letter under a pile of marks.
const (
	quotedColumns = 24
	quotedCluster = 64
)

// quotes would end a quotation before its end.
var quotes = strings.NewReplacer("“", "'", "”", "'")

// firstWords are those with which a text begins, in one row, cut between two words where that can be and never inside of what
// is one character to a person. They are neutral, so they may stand in a sentence of tincan's own.
func firstWords(text string) string {
	const enough = 64 * quotedColumns // bytes: what follows is not shown, however long it is
	cut := len(text) > enough
	if cut {
		text = strings.ToValidUTF8(text[:enough], "")
	}
	text = quotes.Replace(neutral(strings.Join(strings.Fields(text), " ")))
	used, end, word := 0, 0, 0
	for rest, state := text, -1; rest != ""; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		n := max(columns(cluster), 1)
		if used+n > quotedColumns || len(cluster) > quotedCluster {
			if cluster == " " {
				word = end
			}
			cut = true
			break
		}
		if cluster == " " {
			word = end
		}
		used, end = used+n, end+len(cluster)
	}
	switch {
	case !cut:
		return text
	case word > 0:
		end = word
	}
	return strings.TrimRight(text[:end], " ") + "…"
}

// unnumbered is what stands before a line of ours that is no message, or is none yet.
const unnumbered = "you:  "

// numberedColumns is how wide a window must be for numbers before messages. In a narrower one /list shows them.
const numberedColumns = 24

// before is what stands before a message: whose it is, its number, and what became of it, if anything.
func before(ours bool, number int, became string, width int) string {
	who, gap := "them", " "
	if ours {
		who, gap = "you ", "  "
	}
	if number == 0 || width < numberedColumns {
		return strings.TrimSpace(who) + ":" + gap
	}
	return who + " " + strconv.Itoa(number) + became + ": "
}
