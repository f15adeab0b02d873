package main

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/chat"
)

// TestUnitNumbers: both people's messages have one row of numbers, of which the last thousand mean something.
func TestUnitNumbers(t *testing.T) {
	var n numbers
	assert.Zero(t, n.upTo(9))
	for i := range maxNumbered + 10 {
		require.Equal(t, i+1, n.add(chat.Said{Ours: i%2 == 0, ID: uint64(i/2 + 1)}, fmt.Sprint("message ", i+1)))
	}
	require.Len(t, n.list, maxNumbered)
	for number, known := range map[int]bool{-1: false, 0: false, 1: false, 10: false, 11: true, maxNumbered + 10: true, maxNumbered + 11: false} {
		assert.Equal(t, known, n.at(number) != nil, number)
	}
	assert.Equal(t, chat.Said{Ours: true, ID: 6}, n.at(11).said)
	assert.Equal(t, 11, n.find(chat.Said{Ours: true, ID: 6}))
	assert.Equal(t, 12, n.find(chat.Said{ID: 6}))
	assert.Zero(t, n.find(chat.Said{ID: 5}), "it is forgotten")
	assert.Equal(t, "an earlier message", n.name(chat.Said{ID: 5}))
	assert.Equal(t, "12 “message 12”", n.name(chat.Said{ID: 6}))
	assert.Equal(t, 13, n.upTo(7))
	n.edit(12, "other words")
	assert.Equal(t, "12 “other words”", n.name(chat.Said{ID: 6}))
	n.edit(1, "of a forgotten one")
	assert.True(t, n.take(12))
	assert.False(t, n.take(12), "once")
	assert.False(t, n.take(1))
	assert.Equal(t, "12", n.name(chat.Said{ID: 6}), "its words are gone")
}

// TestUnitFirstWords: a quotation is one short row, cut between words, or else between characters.
func TestUnitFirstWords(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "",
		" \n\t ":                            "",
		"short":                             "short",
		"exactly twenty-four wide":          "exactly twenty-four wide",
		"exactly twenty-four wide!":         "exactly twenty-four…",
		"exactly twenty-four wide and more": "exactly twenty-four wide…",
		"two\n\nlines\tand  blanks":         "two lines and blanks",
		strings.Repeat("x", 25):             strings.Repeat("x", 24) + "…",
		strings.Repeat("你", 13):             strings.Repeat("你", 12) + "…",
		strings.Repeat("👩‍👩‍👧", 9):          strings.Repeat("👩‍👩‍👧", 4) + "…",
		"“a” b":                             "'a' b",
		"▌ them: \x1b[2J\u202e":             "\uFFFD them: ␛[2J\uFFFD",
		"e" + strings.Repeat("\u0301", 300): "…",
	} {
		assert.Equal(t, want, firstWords(text), "%q", text)
	}
	for _, text := range append(hostile, strings.Repeat("é", 70_000), strings.Repeat("\u0301", 70_000)) {
		checkFirstWords(t, text)
	}
}

func checkFirstWords(t *testing.T, text string) {
	t.Helper()
	words := firstWords(text)
	require.Equal(t, neutral(words), words)
	require.NotContains(t, words, "\n")
	require.NotContains(t, words, "”")
	require.LessOrEqual(t, columns(words), quotedColumns+1)
	require.Less(t, len(words), quotedCluster*(quotedColumns+1))
	whole := quotes.Replace(neutral(strings.Join(strings.Fields(text), " ")))
	cut, is := strings.CutSuffix(words, "…")
	if !is || words == whole {
		require.Equal(t, whole, words)
		return
	}
	require.True(t, strings.HasPrefix(whole, cut))
	for rest, state := whole, -1; len(whole)-len(rest) < len(cut); { // the cut is where a character ends
		_, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		require.LessOrEqual(t, len(whole)-len(rest), len(cut), "%q", words)
	}
}

// FuzzFirstWords: the same of any text.
func FuzzFirstWords(f *testing.F) {
	for _, text := range hostile {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if utf8.ValidString(text) {
			checkFirstWords(t, text)
		}
	})
}

// TestUnitBefore: what stands before a message has a number where there is room, and is as wide for both people.
func TestUnitBefore(t *testing.T) {
	assert.Equal(t, "them 12: ", before(false, 12, "", 40))
	assert.Equal(t, "you  12: ", before(true, 12, "", 40))
	assert.Equal(t, "them 12 edited: ", before(false, 12, " edited", 40))
	assert.Equal(t, "them: ", before(false, 12, "", numberedColumns-1))
	assert.Equal(t, "them: ", before(false, 0, " edited", 40))
	assert.Equal(t, unnumbered, before(true, 12, "", 10))
	for _, text := range hostile {
		for i, row := range strings.Split(strings.TrimSuffix(speech(before(false, 1234, "", 40), text, 40), "\n"), "\n") {
			require.True(t, strings.HasPrefix(row, []string{"them 1234: ", "           "}[min(i, 1)]), "%q", row)
			if uniseg.GraphemeClusterCount(row) > 12 {
				require.LessOrEqual(t, columns(row), 40, "%q", row)
			}
		}
	}
}
