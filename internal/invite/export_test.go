package invite

// MaxWork bounds what FindWork tells.
const MaxWork = maxWork

// FindWork is Find, and how many bytes it looked at.
func FindWork(text string) (code Code, work int, err error) {
	f := finder{problem: ErrNoCode}
	code, _, err = f.find(text)
	return code, f.work, err
}

// Spellings are the texts that are searched for a code in text, in ASCII.
func Spellings(text string) (list []string) {
	for _, s := range spellings(text) {
		list = append(list, plainText(s.text))
	}
	return list
}

// Base43Length and Base43Bytes are how long a code is in either form.
func Base43Length(bytes int) int { return base43Length(bytes) }
func Base43Bytes(digits int) int { return base43Bytes(digits) }
