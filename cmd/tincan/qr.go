package main

import (
	"os"
	"strings"
	"unicode/utf8"

	"github.com/skip2/go-qrcode"
)

// drawQR draws a QR code in half blocks, two rows of modules to a line, for
// light text on a dark ground. It picks the smallest code that holds text.
func drawQR(text string) (string, error) {
	code, err := qrcode.New(text, qrcode.Low)
	if err != nil {
		return "", err
	}
	return strings.TrimRight(code.ToSmallString(false), "\n") + "\n", nil
}

// size returns how many columns and rows a drawn code has.
func size(drawn string) (columns, rows int) {
	first, _, _ := strings.Cut(drawn, "\n")
	return utf8.RuneCountInString(first), strings.Count(drawn, "\n")
}

// fits tells whether a window can show a drawn code as a whole, with so many rows below it.
func fits(window *os.File, drawn string, below int) bool {
	width, height := sizeOf(window)
	columns, rows := size(drawn)
	return window != nil && columns <= width && rows+below <= height
}
