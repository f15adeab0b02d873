package invite_test

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
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

func testReply() invite.Code {
	code := make(invite.Code, 177)
	for i := range code {
		code[i] = byte(i * 5)
	}
	code[0] = 0xAD
	return code
}

func wrap(s string, width int, newline string) string {
	var lines []string
	for len(s) > width {
		lines = append(lines, s[:width])
		s = s[width:]
	}
	return strings.Join(append(lines, s), newline)
}

// TestFunctionalFind: codes as people paste them.
func TestFunctionalFind(t *testing.T) {
	code, text := testCode(t)
	reply := testReply()
	other := testReply()
	other[9]++
	link := "https://chat.example/#" + text
	qr := "HTTPS://CHAT.EXAMPLE/#" + code.QRText()
	escaped := strings.NewReplacer(":", "%3A", "/", "%2F", "#", "%23").Replace(link)
	twice := strings.ReplaceAll(escaped, "%", "%25")

	cases := []struct {
		name, text string
		want       invite.Code
		err        error
	}{
		{"bare code", text, code, nil},
		{"bare QR text", code.QRText(), code, nil},
		{"link", link, code, nil},
		{"link from a QR code", qr, code, nil},
		{"fragment", "#" + text, code, nil},
		{"bare reply", reply.LinkText(), reply, nil},
		{"reply as QR text", reply.QRText(), reply, nil},
		{"white space around", " \t\r\n" + link + "\n\n ", code, nil},
		{"in a sentence", "Hi! Open " + link + ", I am waiting.", code, nil},
		{"end of a sentence", "Open " + link + ".", code, nil},
		{"question mark", "Can you open " + link + "?", code, nil},
		{"angle brackets", "<" + link + ">", code, nil},
		{"round brackets", "(" + link + ")", code, nil},
		{"quotes", "“" + link + "”", code, nil},
		{"straight quotes", "\"" + link + "\"", code, nil},
		{"markdown link", "[join me](" + link + ")", code, nil},
		{"markdown emphasis", "_" + text + "_", code, nil},
		{"bold", "**" + link + "**", code, nil},
		{"backticks", "`" + text + "`", code, nil},
		{"html", "<a href=\"" + link + "\">chat</a>", code, nil},
		{"json", `{"link":"` + link + `"}`, code, nil},
		{"QR link in brackets", "(" + qr + ")", code, nil},
		{"QR link ends a sentence", "Scan gave " + qr + ".", code, nil},
		{"broken at 76", wrap(link, 76, "\n"), code, nil},
		{"broken at 60, CRLF", wrap(link, 60, "\r\n"), code, nil},
		{"broken at 20", wrap(text, 20, "\n"), code, nil},
		{"broken in a sentence", "see\n" + wrap(link, 50, "\n") + "\nsee you", code, nil},
		{"quoted mail", "> " + wrap(link, 50, "\n> ") + "\n> bye", code, nil},
		{"quoted twice", ">> " + wrap(link, 50, "\n>> "), code, nil},
		{"indented", "    " + wrap(link, 40, "\n    "), code, nil},
		{"non-breaking spaces", "\u00a0" + link + "\u00a0", code, nil},
		{"zero-width spaces", wrap(link, 9, "\u200b"), code, nil},
		{"soft hyphens", wrap(link, 11, "\u00ad"), code, nil},
		{"word joiners and BOM", "\ufeff" + wrap(link, 17, "\u2060"), code, nil},
		{"marks of direction", "\u200f" + link + "\u200e", code, nil},
		{"percent-encoded", escaped, code, nil},
		{"percent-encoded twice", twice, code, nil},
		{"redirect wrapper", "https://l.example/?u=" + escaped + "&h=AT0x", code, nil},
		{"safe-link wrapper", "https://safe.example/?url=" + twice + "&data=05%7C02", code, nil},
		{"encoded hash only", strings.Replace(link, "#", "%23", 1), code, nil},
		{"same link twice", link + "\n" + link, code, nil},
		{"link and its QR text", link + " " + qr, code, nil},
		{"link text and address", "[" + link + "](" + link + ")", code, nil},
		{"a long word beside it", strings.Repeat("recognise", 9) + " " + link, code, nil},
		{"chat export", "[22/11/26, 10:03] Ada: " + link, code, nil},
		{"at the limit", strings.Repeat("x ", (invite.MaxPaste-len(link))/2) + link, code, nil},

		{"nothing", "", nil, invite.ErrEmpty},
		{"white space", " \n\t", nil, invite.ErrEmpty},
		{"words", "hello, are you there? I recognise this", nil, invite.ErrNoCode},
		{"an address", "https://chat.example/", nil, invite.ErrNoCode},
		{"another fragment", "https://chat.example/#section-2", nil, invite.ErrNoCode},
		{"two invites' worth", link + " " + reply.LinkText(), nil, invite.ErrSeveral},
		{"two replies", reply.LinkText() + "\n" + other.LinkText(), nil, invite.ErrSeveral},
		{"cut at the end", link[:len(link)-1], nil, invite.ErrCut},
		{"cut in the middle", link[:90], nil, invite.ErrCut},
		{"cut after the hash", link[:24], nil, invite.ErrCut},
		{"cut with dots", link[:100] + "…", nil, invite.ErrCut},
		{"cut bare code", text[:100], nil, invite.ErrCut},
		{"a damaged code that has the start of another inside", text[:60] + "-iw" + text[60:], nil, invite.ErrMalformed},
		{"a hole in the middle", text[:50] + text[54:], nil, invite.ErrMalformed},
		{"one letter more", text + "z", nil, invite.ErrMalformed},
		{"another version", "https://chat.example/#iw" + text[2:], nil, invite.ErrVersion},
		{"lower case", strings.ToLower(link), nil, nil},
		{"a megabyte of junk", strings.Repeat("junk ", 200_000), nil, invite.ErrTooLong},
		{"one byte too long", strings.Repeat("x", invite.MaxPaste+1), nil, invite.ErrTooLong},
	}
	require.GreaterOrEqual(t, len(cases), 60)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := invite.Find(c.text)
			if c.want != nil {
				require.NoError(t, err)
				require.Equal(t, c.want, got)
				return
			}
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
	f.Add("https://l.example/?u=%23" + testReply().LinkText())
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
var beginning = regexp.MustCompile(`[^A-Za-z0-9][ir]`)

// FuzzFindNoise: whatever stands between two letters of a code, or around it, it
// is found as it was or not at all. Noise of seven letters could make another
// candidate of two, one with the closing letter a shorter code: those are codes by rights. In base43, which
// has no such letter, noise of a letter may stand for the last one; and what begins an
// escape takes other letters in exchange. A sealed reply that has the closing letter where
// a shorter one ends, cut a word behind it, is that one for all that can be told.
func FuzzFindNoise(f *testing.F) {
	var codes []string
	seen := map[string]bool{}
	for _, s := range findSamples(f) {
		if s.Code != "" && !seen[s.Code] && !(s.Kind == "reply" && len(s.Code) > 237 && s.Code[236] == 'z') {
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
