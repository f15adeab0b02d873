package seal

// SAS is the short authentication string: 64 bits of which 36 are shown, as
// six safety words or three groups of digits (PROTOCOL.md §3.1).
type SAS [8]byte

// A Word is one emoji with its English name.
type Word struct {
	Emoji string
	Name  string
}

func (s SAS) indexes() (out [6]int) {
	bits := uint64(0)
	for _, b := range s[:5] {
		bits = bits<<8 | uint64(b)
	}
	for i := range out {
		out[i] = int(bits>>(34-6*i)) & 63
	}
	return out
}

// Words are the six safety words.
func (s SAS) Words() (out [6]Word) {
	for i, x := range s.indexes() {
		out[i] = words[x]
	}
	return out
}

// Digits say the same for reading aloud: each group is two words, 0000 to 4095.
func (s SAS) Digits() (out [3]string) {
	x := s.indexes()
	for i := range out {
		n := x[2*i]<<6 | x[2*i+1]
		out[i] = string([]byte{byte('0' + n/1000), byte('0' + n/100%10), byte('0' + n/10%10), byte('0' + n%10)})
	}
	return out
}

// words is the table of 64 emoji that Matrix published for this purpose, chosen
// and tested to be told apart (Matrix client-server specification, "SAS method: emoji").
var words = [64]Word{
	{"🐶", "dog"}, {"🐱", "cat"}, {"🦁", "lion"}, {"🐎", "horse"},
	{"🦄", "unicorn"}, {"🐷", "pig"}, {"🐘", "elephant"}, {"🐰", "rabbit"},
	{"🐼", "panda"}, {"🐓", "rooster"}, {"🐧", "penguin"}, {"🐢", "turtle"},
	{"🐟", "fish"}, {"🐙", "octopus"}, {"🦋", "butterfly"}, {"🌷", "flower"},
	{"🌳", "tree"}, {"🌵", "cactus"}, {"🍄", "mushroom"}, {"🌏", "globe"},
	{"🌙", "moon"}, {"☁️", "cloud"}, {"🔥", "fire"}, {"🍌", "banana"},
	{"🍎", "apple"}, {"🍓", "strawberry"}, {"🌽", "corn"}, {"🍕", "pizza"},
	{"🎂", "cake"}, {"❤️", "heart"}, {"😀", "smiley"}, {"🤖", "robot"},
	{"🎩", "hat"}, {"👓", "glasses"}, {"🔧", "spanner"}, {"🎅", "santa"},
	{"👍", "thumbs up"}, {"☂️", "umbrella"}, {"⌛", "hourglass"}, {"⏰", "clock"},
	{"🎁", "gift"}, {"💡", "light bulb"}, {"📕", "book"}, {"✏️", "pencil"},
	{"📎", "paperclip"}, {"✂️", "scissors"}, {"🔒", "lock"}, {"🔑", "key"},
	{"🔨", "hammer"}, {"☎️", "telephone"}, {"🏁", "flag"}, {"🚂", "train"},
	{"🚲", "bicycle"}, {"✈️", "aeroplane"}, {"🚀", "rocket"}, {"🏆", "trophy"},
	{"⚽", "ball"}, {"🎸", "guitar"}, {"🎺", "trumpet"}, {"🔔", "bell"},
	{"⚓", "anchor"}, {"🎧", "headphones"}, {"📁", "folder"}, {"📌", "pin"},
}
