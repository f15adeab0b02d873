package invite_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tincan/internal/invite"
	"tincan/internal/sdp"
	"tincan/internal/sdp/sdptest"
)

func testCode(t testing.TB) (invite.Code, string) {
	code := invite.Code(testInvite(sample(t).ForInvite()).Bytes())
	return code, code.LinkText()
}

func testReply() invite.Code { return testSealed(0xAD, 177) }

// testSealed is a code of which nobody can see more than its kind and its size.
func testSealed(first byte, size int) invite.Code {
	code := make(invite.Code, size)
	for try := range byte(250) {
		for i := range code {
			code[i] = byte(i)*5 + try
		}
		code[0] = first
		text := code.LinkText()
		if !code.EndsInMark() && text[236] != 'z' == (size > 177) && (size < 305 || text[322] != 'z') {
			return code
		}
	}
	panic("there is no such code")
}

// testCodes are codes of each kind and each size that a sealed one has.
func testCodes(t testing.TB) map[string]invite.Code {
	code, _ := testCode(t)
	codes := map[string]invite.Code{"invite": code}
	for name, first := range map[string]byte{"reply": 0xAD, "repair": 0xA1, "answer to a repair": 0x69} {
		for _, size := range []int{177, 241, 305} {
			codes[name+" of "+strconv.Itoa(size)] = testSealed(first, size)
		}
	}
	return codes
}

func wrap(s string, width int, newline string) string {
	var lines []string
	for len(s) > width {
		lines = append(lines, s[:width])
		s = s[width:]
	}
	return strings.Join(append(lines, s), newline)
}

// numbered puts the numbers of lines before all but the first.
func numbered(text string) string {
	lines := strings.Split(text, "\n")
	for i := 1; i < len(lines); i++ {
		lines[i] = strconv.Itoa(i+1) + " " + lines[i]
	}
	return strings.Join(lines, "\n")
}

// texts are what becomes of a code where people paste it.
func texts(code invite.Code) (list []struct{ name, text string }) {
	text := code.LinkText()
	link := "https://chat.example/#" + text
	qr := "HTTPS://CHAT.EXAMPLE/#" + code.QRText()
	escaped := strings.NewReplacer(":", "%3A", "/", "%2F", "#", "%23").Replace(link)
	twice := strings.ReplaceAll(escaped, "%", "%25")
	return []struct{ name, text string }{
		{"bare code", text},
		{"bare QR text", code.QRText()},
		{"link", link},
		{"link from a QR code", qr},
		{"fragment", "#" + text},
		{"white space around", " \t\r\n" + link + "\n\n "},
		{"in a sentence", "Hi! Open " + link + ", I am waiting."},
		{"end of a sentence", "Open " + link + "."},
		{"question mark", "Can you open " + link + "?"},
		{"angle brackets", "<" + link + ">"},
		{"round brackets", "(" + link + ")"},
		{"quotes", "“" + link + "”"},
		{"straight quotes", "\"" + link + "\""},
		{"markdown link", "[join me](" + link + ")"},
		{"markdown emphasis", "_" + text + "_"},
		{"bold", "**" + link + "**"},
		{"backticks", "`" + text + "`"},
		{"html", "<a href=\"" + link + "\">chat</a>"},
		{"json", `{"link":"` + link + `"}`},
		{"QR link in brackets", "(" + qr + ")"},
		{"QR link ends a sentence", "Scan gave " + qr + "."},
		{"broken at 76", wrap(link, 76, "\n")},
		{"broken at 60, CRLF", wrap(link, 60, "\r\n")},
		{"broken at 20", wrap(text, 20, "\n")},
		{"broken in a sentence", "see\n" + wrap(link, 50, "\n") + "\nsee you"},
		{"quoted mail", "> " + wrap(link, 50, "\n> ") + "\n> bye"},
		{"quoted twice", ">> " + wrap(link, 50, "\n>> ")},
		{"numbered lines", "1 " + numbered(wrap(link, 50, "\n"))},
		{"initials", "AB> " + wrap(link, 50, "\nAB> ")},
		{"a list", "- " + wrap(link, 50, "\n- ")},
		{"quoted-printable", "Open\n" + wrap(strings.ReplaceAll(link, "=", "=3D"), 70, "=\n")},
		{"tags for breaking", wrap(link, 30, "<wbr>")},
		{"entities for breaking", wrap(link, 30, "&#8203;")},
		{"escaped for JSON", strings.ReplaceAll(link, "/", `\/`)},
		{"words right behind it", link + "Sent from my phone"},
		{"Proofpoint", "https://urldefense.proofpoint.com/v2/url?u=" + strings.NewReplacer("-", "-2D", "_", "-5F", "#", "-23", "/", "_").Replace(link) + "&d=DwMF"},
		{"QR text broken over lines", wrap(qr, 60, "\n")},
		{"QR text in small letters", "https://chat.example/#" + strings.ToLower(code.QRText())},
		{"indented", "    " + wrap(link, 40, "\n    ")},
		{"non-breaking spaces", "\u00a0" + link + "\u00a0"},
		{"zero-width spaces", wrap(link, 9, "\u200b")},
		{"soft hyphens", wrap(link, 11, "\u00ad")},
		{"word joiners and BOM", "\ufeff" + wrap(link, 17, "\u2060")},
		{"marks of direction", "\u200f" + link + "\u200e"},
		{"percent-encoded", escaped},
		{"percent-encoded twice", twice},
		{"redirect wrapper", "https://l.example/?u=" + escaped + "&h=AT0x"},
		{"safe-link wrapper", "https://safe.example/?url=" + twice + "&data=05%7C02"},
		{"encoded hash only", strings.Replace(link, "#", "%23", 1)},
		{"same link twice", link + "\n" + link},
		{"link and its QR text", link + " " + qr},
		{"link text and address", "[" + link + "](" + link + ")"},
		{"a long word beside it", strings.Repeat("recognise", 9) + " " + link},
		{"chat export", "[22/11/26, 10:03] Ada: " + link},
		{"at the limit", strings.Repeat("x ", (invite.MaxPaste-len(link))/2) + link},
	}
}

// TestFunctionalFind: codes as people paste them, of every kind.
func TestFunctionalFind(t *testing.T) {
	tried := 0
	for kind, code := range testCodes(t) {
		for _, c := range texts(code) {
			tried++
			t.Run(kind+"/"+c.name, func(t *testing.T) {
				got, err := invite.Find(c.text)
				require.NoError(t, err)
				require.Equal(t, code, got)
				require.Equal(t, strings.HasPrefix(kind, "invite"), got.IsInvite())
				require.Equal(t, strings.HasPrefix(kind, "reply"), got.IsReply())
				require.Equal(t, strings.Contains(kind, "repair"), got.IsRepair())
				require.Equal(t, strings.HasPrefix(kind, "answer"), got.AnswersRepair())
			})
		}
	}
	t.Logf("%d texts", tried)
	require.GreaterOrEqual(t, tried, 10*40)
}

// TestFunctionalFindNothing: texts with no code in them, or with more than one, or with one that
// came to harm, and what the person is told.
func TestFunctionalFindNothing(t *testing.T) {
	_, text := testCode(t)
	reply := testReply()
	other := testReply()
	other[9]++
	repair, answer := testSealed(0xA1, 177), testSealed(0x69, 177)
	link := "https://chat.example/#" + text

	cases := []struct {
		name, text string
		err        error
	}{
		{"nothing", "", invite.ErrEmpty},
		{"white space", " \n\t", invite.ErrEmpty},
		{"words", "hello, are you there? I recognise this", invite.ErrNoCode},
		{"an address", "https://chat.example/", invite.ErrNoCode},
		{"another fragment", "https://chat.example/#section-2", invite.ErrNoCode},
		{"two invites' worth", link + " " + reply.LinkText(), invite.ErrSeveral},
		{"two replies", reply.LinkText() + "\n" + other.LinkText(), invite.ErrSeveral},
		{"cut at the end", link[:len(link)-1], invite.ErrCut},
		{"cut in the middle", link[:90], invite.ErrCut},
		{"cut after the hash", link[:24], invite.ErrCut},
		{"cut with dots", link[:100] + "…", invite.ErrCut},
		{"cut bare code", text[:100], invite.ErrCut},
		{"a damaged code that has the start of another inside", text[:60] + "-iw" + text[60:], invite.ErrMalformed},
		{"a hole in the middle", text[:50] + text[54:], invite.ErrMalformed},
		{"one letter more", text + "z", invite.ErrMalformed},
		{"another version", "https://chat.example/#iw" + text[2:], invite.ErrVersion},
		{"lower case", strings.ToLower(link), nil},
		{"a megabyte of junk", strings.Repeat("junk ", 200_000), invite.ErrTooLong},
		{"one byte too long", strings.Repeat("x", invite.MaxPaste+1), invite.ErrTooLong},
		{"a reply and a repair", reply.LinkText() + "\n" + repair.LinkText(), invite.ErrSeveral},
		{"a repair and what answers it", repair.LinkText() + "\n" + answer.LinkText(), invite.ErrSeveral},
		{"a repair and the same as an answer", repair.LinkText() + " " + "a" + repair.LinkText()[1:], invite.ErrSeveral},
	}
	for kind, code := range testCodes(t) {
		if code.IsInvite() {
			continue
		}
		text, qr := code.LinkText(), code.QRText()
		link := "https://chat.example/#" + text
		version := invite.Code(bytes.Clone(code))
		version[0]++
		for _, c := range []struct {
			name, text string
			err        error
		}{
			{"cut at the end", link[:len(link)-1], invite.ErrCut},
			{"cut in the middle", link[:90], invite.ErrCut},
			{"cut bare code", text[:100], invite.ErrCut},
			{"cut with dots", link[:100] + "…", invite.ErrCut},
			{"QR text cut", "HTTPS://CHAT.EXAMPLE/#" + qr[:len(qr)-9], invite.ErrCut},
			{"a hole in the middle", link[:80] + link[84:], invite.ErrMalformed},
			{"one letter more", link + "z", invite.ErrMalformed},
			{"a letter twice", link[:80] + link[79:], invite.ErrMalformed},
			{"another version", "https://chat.example/#" + version.LinkText(), invite.ErrVersion},
			{"another version as QR text", "HTTPS://CHAT.EXAMPLE/#" + version.QRText(), invite.ErrVersion},
			{"its first word", "https://docs.example/#" + text[:2] + "out-of-order", invite.ErrNoCode},
		} {
			c.name = kind + ", " + c.name
			cases = append(cases, c)
		}
	}
	require.GreaterOrEqual(t, len(cases), 60)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := invite.Find(c.text)
			require.Error(t, err)
			require.Nil(t, got)
			if c.err != nil {
				require.ErrorIs(t, err, c.err)
			}
		})
	}
}

// TestFunctionalFindLink: the origin is that of the link the code stood in.
func TestFunctionalFindLink(t *testing.T) {
	code, text := testCode(t)
	link := "https://chat.example/#" + text
	escaped := strings.NewReplacer(":", "%3A", "/", "%2F", "#", "%23").Replace(link)
	for name, c := range map[string]struct{ text, origin string }{
		"bare":                        {text, ""},
		"fragment":                    {"#" + text, ""},
		"link":                        {link, "https://chat.example"},
		"in a sentence":               {"see http://x.example/ or <" + link + ">, please", "https://chat.example"},
		"QR text":                     {"HTTPS://CHAT.EXAMPLE/#" + code.QRText(), "https://chat.example"},
		"with a path":                 {"http://10.0.0.7:8787/a/b#" + text, "http://10.0.0.7:8787"},
		"wrapped by a redirect":       {"https://safe.example/?url=" + escaped + "&x=1", "https://chat.example"},
		"an address behind it":        {"https://safe.example/?url=" + escaped + "&r=https://evil.example/", "https://chat.example"},
		"addresses on both sides":     {"http://a.example/ " + link + " http://b.example/#top", "https://chat.example"},
		"wrapped twice":               {"https://a.example/?u=https%3A%2F%2Fb.example%2F%3Fv%3D" + strings.ReplaceAll(escaped, "%", "%25"), "https://chat.example"},
		"bare where it is escaped":    {link + " https://safe.example/?url=" + strings.ReplaceAll(escaped, "chat", "evil"), "https://chat.example"},
		"the same link twice":         {link + "\n" + link, "https://chat.example"},
		"bare and in a link":          {text + " " + link, "https://chat.example"},
		"links of two origins":        {link + " https://evil.example/#" + text, ""},
		"two origins, one of them QR": {link + " HTTP://CHAT.EXAMPLE/#" + code.QRText(), ""},
		"and back":                    {link + " https://evil.example/#" + text + " " + link, ""},
		"with a user name":            {"https://chat.example@evil.example/#" + text, ""},
		"broken over lines":           {wrap(link, 60, "\n"), "https://chat.example"},
		"an escaped hash in a name":   {"https://evil.example%23@good.example/#" + text, ""},
		"an escaped slash in a name":  {"https://evil.example%2f@good.example/#" + text, ""},
		"an escaped slash after it":   {"https://chat.example%2fevil/#" + text, ""},
		"an address in the query":     {"https://a.example/?u=https://b.example/x#" + text, ""},
		"the same, escaped":           {"https://a.example/?u=https%3A%2F%2Fb.example%2Fx#" + text, "https://a.example"},
		"broken in the address":       {"https://chat.\nexample/#" + text, ""},
	} {
		found, origin, err := invite.FindLink(c.text)
		require.NoError(t, err, name)
		require.Equal(t, code, found, name)
		require.Equal(t, c.origin, origin, name)
	}
	_, origin, err := invite.FindLink(link[:40])
	require.Error(t, err)
	require.Empty(t, origin)
}

// TestUnitFindMemory: the worst texts found so far stay below 1 MiB in all.
func TestUnitFindMemory(t *testing.T) {
	_, text := testCode(t)
	for name, hostile := range map[string]string{
		"starts":         strings.Repeat("i-", invite.MaxPaste/2),
		"pieces":         strings.Repeat("iQiQiQiQ ", invite.MaxPaste/9),
		"long pieces":    strings.Repeat("i"+strings.Repeat("Q", 60)+" ", invite.MaxPaste/62),
		"base43":         strings.Repeat("#A", invite.MaxPaste/2),
		"base43 words":   strings.Repeat("#"+strings.Repeat("A", 169)+" ", invite.MaxPaste/171),
		"codes":          strings.Repeat(text+" ", invite.MaxPaste/(len(text)+1)),
		"percents":       strings.Repeat("%25", invite.MaxPaste/3),
		"one long word":  strings.Repeat("i", invite.MaxPaste),
		"not UTF-8":      strings.Repeat("\xff\xfe#i", invite.MaxPaste/4),
		"wide emptiness": strings.Repeat("\u2003", invite.MaxPaste/3),
	} {
		t.Run(name, func(t *testing.T) {
			require.Less(t, allocated(func() { _, _ = invite.Find(hostile) }), uint64(1<<20))
		})
	}
}

func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// FuzzFind: what is found parses, is written in the text letter by letter, and as
// a link of its own is found again.
func FuzzFind(f *testing.F) {
	_, text := testCode(f)
	f.Add("see https://chat.example/#" + text + ".")
	f.Add(wrap(text, 30, "\n> "))
	for _, code := range testCodes(f) {
		f.Add("https://l.example/?u=%23" + code.LinkText())
		f.Add(wrap(code.QRText(), 60, "\n> "))
	}
	for _, s := range findSamples(f) {
		f.Add(s.Text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		code, origin, err := invite.FindLink(text)
		if err != nil {
			require.Nil(t, code)
			require.Empty(t, origin)
			return
		}
		if code.IsInvite() {
			_, err := invite.ParseInvite(code, true)
			require.NoError(t, err)
		}
		require.True(t, written(code, text), "a letter was made up")
		again, err := invite.Find("https://chat.example/#" + code.LinkText())
		require.NoError(t, err)
		require.Equal(t, code, again)
		again, err = invite.Find("HTTPS://CHAT.EXAMPLE/#" + code.QRText())
		require.NoError(t, err)
		require.Equal(t, code, again)
		if origin != "" {
			_, same, err := invite.FindLink(origin + "/#" + code.LinkText())
			require.NoError(t, err)
			require.Equal(t, origin, same, "what is an origin is one again")
		}
	})
}

// written tells whether the letters of the code stand in the text, in their order:
// a dash may have been made longer, a plus a space, and capitals of base43 small.
func written(code invite.Code, text string) bool {
	dashes := strings.NewReplacer("\x02", "-", "\x03", "--", "\x04", "---")
	for _, spelling := range invite.Spellings(text) {
		spelling = dashes.Replace(spelling)
		if subsequence(code.LinkText(), spelling) ||
			subsequence(strings.ReplaceAll(code.QRText(), "+", " "), strings.ToUpper(strings.ReplaceAll(spelling, "+", " "))) {
			return true
		}
	}
	return false
}

func subsequence(letters, text string) bool {
	for i := range len(letters) {
		at := strings.IndexByte(text, letters[i])
		if at < 0 {
			return false
		}
		text = text[at+1:]
	}
	return true
}

// beginning is what may begin another code.
var beginning = regexp.MustCompile(`[^A-Za-z0-9][iroa]`)

// FuzzFindNoise: whatever stands between two letters of a code, or around it, it
// is found as it was or not at all. Noise of seven letters could make another
// candidate of two, one with the closing letter a shorter code: those are codes by rights. In base43, which
// has no such letter, noise of a letter may stand for the last one; and what begins an
// escape takes other letters in exchange. A sealed code that has the closing letter where
// a shorter one ends, cut a word behind it, is that one for all that can be told; and so is one
// that has it shortly before its end, where as many letters more stand inside.
func FuzzFindNoise(f *testing.F) {
	var codes []string
	seen := map[string]bool{}
	for _, s := range findSamples(f) {
		inside := len(s.Code) > 237 && s.Code[236] == 'z' || len(s.Code) > 8 && strings.Contains(s.Code[len(s.Code)-8:len(s.Code)-1], "z")
		if s.Code != "" && !seen[s.Code] && (s.Kind == "invite" || !inside) {
			seen[s.Code] = true
			code, err := invite.ParseCode(s.Code)
			require.NoError(f, err)
			codes = append(codes, s.Code, "https://chat.example/#"+s.Code)
			if !code.EndsInMark() {
				codes = append(codes, "HTTPS://CHAT.EXAMPLE/#"+code.QRText())
			}
		}
	}
	for i, noise := range []string{"\\", "=\n", "<wbr>", "&#8203;", "\n2 ", "\nAB> ", "–", "%5C", " | ", "\n- ", "-\n", "\n10:03 <ada> ", "\\u200b", "Sent", "#", "i", "+", " ", " 2\n", "\n2", "-", "x\n"} {
		f.Add(uint8(i), uint16(30+20*i), noise, uint8(i%3))
	}
	f.Fuzz(func(t *testing.T, which uint8, at uint16, noise string, times uint8) {
		text := codes[int(which)%len(codes)]
		var letters int
		for _, s := range invite.Spellings(noise) {
			n := 0
			for i := range len(s) {
				n += strings.Count("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ$*+-./:_abcdefghijklmnopqrstuvwxyz\x02", s[i:i+1])
				n += 3 * strings.Count("\x03\x04", s[i:i+1])
			}
			letters = max(letters, n+100*strings.Count(strings.ToLower(s), "z"))
		}
		letters *= 1 + int(times%3)
		foreign := letters <= 6 && (letters == 0 || text[0] != 'H' && !strings.ContainsAny(noise, "%&=\\<\x1b")) && !beginning.MatchString(noise)
		noisy := text
		for range 1 + times%3 {
			i := int(at) % (len(noisy) + 1)
			noisy = noisy[:i] + noise + noisy[i:]
			at = at*31 + 17
		}
		want, err := invite.Find(text)
		require.NoError(t, err)
		got, err := invite.Find(noisy)
		switch {
		case err != nil:
			require.Nil(t, got, "%q", noisy)
		case foreign:
			require.Equal(t, want, got, "%q", noisy)
		default: // a code by rights, whichever
			_, err := invite.ParseCode(string(got.LinkText()))
			require.NoError(t, err, "%q", noisy)
		}
	})
}

// FuzzInvite: what parses encodes again to the same bytes; what fails returns
// nothing; the SDP made of it has no line that we did not write and parses to
// the same description; memory stays below 1 MiB.
func FuzzInvite(f *testing.F) {
	files, _ := filepath.Glob("../sdp/testdata/sdp/*.sdp")
	require.NotEmpty(f, files)
	for _, file := range files {
		raw, err := os.ReadFile(file)
		require.NoError(f, err)
		d, err := sdp.Parse(string(raw), true)
		require.NoError(f, err)
		f.Add(testInvite(d).Bytes())
		f.Add(testInvite(d.ForInvite()).Bytes())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var parsed invite.Invite
		var err error
		require.Less(t, allocated(func() { parsed, err = invite.ParseInvite(b, true) }), uint64(1<<20))
		if err != nil {
			require.Zero(t, parsed)
			return
		}
		require.Equal(t, b, parsed.Bytes())
		for _, kind := range []sdp.Kind{sdp.Offer, sdp.Answer} {
			text := parsed.Offer.SDP(kind, "0")
			for line := range strings.Lines(text) {
				require.True(t, strings.HasSuffix(line, "\r\n"))
				require.True(t, sdptest.Ours(strings.TrimSuffix(line, "\r\n")), "a line we did not write: %q", line)
			}
			back, err := sdp.Parse(text, true)
			require.NoError(t, err)
			if len(parsed.Offer.Candidates) > 0 && !duplicates(parsed.Offer) {
				// Whoever reads them puts the best ones first, and leaves them there.
				require.ElementsMatch(t, parsed.Offer.Candidates, back.Candidates)
				again, err := sdp.Parse(back.SDP(kind, "0"), true)
				require.NoError(t, err)
				require.Equal(t, back, again)
				back.Candidates = parsed.Offer.Candidates
				require.Equal(t, parsed.Offer, back)
			}
		}
	})
}

func duplicates(d sdp.Description) bool {
	seen := map[sdp.Candidate]bool{}
	for _, c := range d.Candidates {
		if seen[c] {
			return true
		}
		seen[c] = true
	}
	return false
}

// FuzzRepair: what a repair seals is read as the card that it was opened as and as no other, and
// encodes again to the same bytes. An answer names a card. What fails returns nothing.
func FuzzRepair(f *testing.F) {
	files, _ := filepath.Glob("../sdp/testdata/sdp/*.sdp")
	require.NotEmpty(f, files)
	for i, file := range files {
		raw, err := os.ReadFile(file)
		require.NoError(f, err)
		d, err := sdp.Parse(string(raw), true)
		require.NoError(f, err)
		f.Add(invite.Repair{N: uint32(i) << i, Meets: uint32(i), Card: d}.Bytes(), uint32(i)<<i, i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, b []byte, n uint32, answers bool) {
		code := invite.NewRepair(answers, [32]byte{}, make([]byte, 144))
		var r invite.Repair
		var err error
		require.Less(t, allocated(func() { r, err = invite.ParseRepair(code, n, b, true) }), uint64(1<<20))
		if err != nil {
			require.Zero(t, r)
			return
		}
		require.Equal(t, b, r.Bytes())
		require.Equal(t, n, r.N)
		require.False(t, answers && r.Meets == 0)
		card, err := invite.ParseCard(b[8:], true)
		require.NoError(t, err)
		require.Equal(t, r.Card, card)
		require.Equal(t, b[8:], invite.CardBytes(card))
		_, err = invite.ParseRepair(code, n+1, b, true)
		require.ErrorIs(t, err, invite.ErrMalformed)
	})
}

// FuzzCode: whatever a mailbox brings as a code is one of its version and size, or nothing. A
// repair comes apart and together again to the same bytes.
func FuzzCode(f *testing.F) {
	for _, code := range testCodes(f) {
		f.Add([]byte(code))
		f.Add([]byte(code[:len(code)-1]))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		code, err := invite.NewCode(b)
		if err != nil {
			require.Nil(t, code)
			return
		}
		require.Equal(t, b, []byte(code))
		kinds := 0
		for _, is := range []bool{code.IsInvite(), code.IsReply(), code.IsRepair()} {
			if is {
				kinds++
			}
		}
		require.Equal(t, 1, kinds)
		for _, text := range []string{code.LinkText(), code.QRText()} {
			back, err := invite.ParseCode(text)
			require.NoError(t, err)
			require.Equal(t, code, back)
		}
		tag, box := code.Sealed()
		if !code.IsRepair() {
			require.Nil(t, box)
			require.Zero(t, tag)
			return
		}
		require.Equal(t, code, invite.NewRepair(code.AnswersRepair(), tag, box))
	})
}

// FuzzAnswer: as FuzzInvite, for what a reply seals.
func FuzzAnswer(f *testing.F) {
	f.Add(invite.AnswerBytes(sample(f)))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := invite.ParseAnswer(b, true)
		if err != nil {
			require.Zero(t, d)
			return
		}
		require.Equal(t, b, invite.AnswerBytes(d))
	})
}
