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
