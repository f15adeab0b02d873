package main

import (
	"strings"

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
