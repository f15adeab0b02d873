package files

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// The longest name that SafeName makes: file systems take 255 bytes, and something may be put behind it.
const (
	maxNameRunes = 120
	maxNameBytes = 200
	maxExtension = 16 // bytes, with its dot
)

// SafeName makes a name for a file of what the other side calls it. It is no path, is not hidden, stands for no device,
// shows as it reads, and can be the name of a file on every system. Its extension is kept.
func SafeName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`<>:"|?*`, r):
			return '_'
		case r == utf8.RuneError, !strconv.IsPrint(r): // so no control characters, and none that turn the direction
			return -1
		}
		return r
	}, name)
	name = strings.Trim(name, " .")
	stem, extension := name, ""
	if i := strings.LastIndexByte(name, '.'); i > 0 && len(name)-i <= maxExtension {
		stem, extension = name[:i], name[i:]
	}
	stem = shorten(stem, maxNameRunes-utf8.RuneCountInString(extension), maxNameBytes-len(extension))
	base, _, _ := strings.Cut(stem, ".")
	if isDevice(strings.TrimRight(base, " ")) {
		stem = "_" + stem
	}
	name = stem + extension
	if strings.Trim(name, "-_~. ") == "" { // Chromium saves these under a name of its own
		return "file"
	}
	for _, i := range []int{0, len(name) - 1} {
		if name[i] == '~' { // Chromium saves it as a _, and what is saved is to be called as it was shown
			name = name[:i] + "_" + name[i+1:]
		}
	}
	return name
}

// shorten cuts a name to so many characters and bytes.
func shorten(s string, runes, bytes int) string {
	for utf8.RuneCountInString(s) > runes || len(s) > bytes {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return strings.TrimRight(s, " .")
}

// isDevice tells whether Windows takes a file of this name, whatever its extension, for a device.
func isDevice(base string) bool {
	switch base = strings.ToUpper(base); base {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	for _, port := range []string{"COM", "LPT"} {
		if number, ok := strings.CutPrefix(base, port); ok && utf8.RuneCountInString(number) == 1 && strings.Contains("0123456789¹²³", number) {
			return true
		}
	}
	return false
}
