package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/chat"
)

// declared are the values of a string type of internal/chat, as its source has them.
func declared(t *testing.T, kind string) (values []string) {
	t.Helper()
	files, err := filepath.Glob("../../internal/chat/*.go")
	require.NoError(t, err)
	for _, file := range files {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, found := range regexp.MustCompile(`(?m)^\t\w+ +`+kind+` += "([^"]+)"`).FindAllSubmatch(source, -1) {
			values = append(values, string(found[1]))
		}
	}
	return values
}

// TestUnitSentences: every code, reason and state of the mailbox that a terminal can meet has a sentence.
func TestUnitSentences(t *testing.T) {
	seen := 0
	check := func(value, sentence string) {
		seen++
		assert.Regexp(t, `^[A-Z].*[.!?]$`, sentence, value)
	}
	for _, code := range declared(t, "Code") {
		if code != string(chat.CodeNoWebRTC) { // pages alone meet it
			check(code, codeSentences[chat.Code(code)])
		}
	}
	for _, reason := range declared(t, "Reason") {
		check(reason, reasonSentences[chat.Reason(reason)])
	}
	for _, state := range declared(t, "MailboxState") {
		check(state, mailboxSentences[chat.MailboxState(state)])
	}
	assert.Equal(t, len(codeSentences)+len(reasonSentences)+len(mailboxSentences), seen)
	assert.Greater(t, seen, 45)
}

// TestUnitSentenceOf: a failure of the engine has its sentence, also inside another; any other says it itself.
func TestUnitSentenceOf(t *testing.T) {
	assert.Equal(t, codeSentences[chat.CodeTooLong], sentenceOf(chat.ErrTooLong))
	assert.Equal(t, codeSentences[chat.CodeTooLong], sentenceOf(fmt.Errorf("read: %w", chat.ErrTooLong)))
	assert.Equal(t, "the page is missing", sentenceOf(errors.New("the page is missing")))
}
