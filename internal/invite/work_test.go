package invite_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tincan/internal/invite"
)

// hostileTexts make a search try as much as it can.
func hostileTexts(t testing.TB) map[string]string {
	_, text := testCode(t)
	reply, qr := testReply().LinkText(), testReply().QRText()
	fill := func(s string) string { return strings.Repeat(s, invite.MaxPaste/len(s)) }
	texts := map[string]string{
		"base43 with marks at its end":      strings.Repeat("#0"+strings.Repeat("$", 488), 8),
		"base43 digits":                     fill("#A"),
		"base43 words":                      fill("#" + strings.Repeat("A", 169) + " "),
		"base43 in lines":                   fill(qr[:30] + "\n"),
		"base43 with a true start":          fill("#" + qr[:40] + strings.Repeat(".", 400)),
		"base43 with spaces for pluses":     fill("#" + qr[:40] + " . . . . . . . "),
		"base43, small":                     fill("#" + strings.ToLower(qr[:200])),
		"base43 dashes":                     fill("#" + qr[:40] + "–—"),
		"starts of words":                   fill("i-"),
		"starts of invites":                 fill("iQA-"),
		"starts of invites in lines":        fill("iQA\n"),
		"starts of invites, quoted":         fill("iQAB\n> "),
		"starts of replies":                 fill("rQA "),
		"starts of repairs":                 fill("oQA aQA "),
		"starts of repairs in links":        fill("#oQA#aQA"),
		"words that may be repairs":         fill("of a "),
		"repairs, each another":             fill("o" + reply[1:230] + "z a" + reply[1:229] + "z "),
		"starts of links":                   fill("#iQAA"),
		"pieces":                            fill("iQiQiQiQ "),
		"long pieces":                       fill("iQ" + strings.Repeat("Q", 60) + " "),
		"long lines":                        fill("iQ" + strings.Repeat("Q", 60) + "\n"),
		"numbered lines":                    fill("1 iQ" + strings.Repeat("Q9", 30) + "\n"),
		"lines with initials":               fill("AB> iQA" + strings.Repeat("Q9", 30) + "\n"),
		"lines with dashes":                 fill("- iQA–" + strings.Repeat("Q9—", 10) + "-\n"),
		"dashes":                            fill("iQA–—"),
		"dashes after a start":              "#iQA" + fill("–—")[:3000],
		"ends":                              "#iQA" + strings.Repeat("z", 4000),
		"ends of replies":                   fill("rQA" + strings.Repeat("z", 500) + " "),
		"codes":                             fill(text + " "),
		"replies, each another":             fill(reply[:230] + "z "),
		"halves of codes":                   fill(text[:70] + "\n"),
		"codes without an end":              fill(text[:147] + " "),
		"codes with a letter more":          fill(text[:60] + "Q" + text[60:] + "\n"),
		"percents":                          fill("%25"),
		"percents of everything":            strings.Repeat("%2523%2569%2551", 270),
		"entities":                          fill("&#105;&#81;"),
		"tags":                              fill("<b>iQA"),
		"open tags":                         fill("<b"),
		"quoted-printable":                  fill("=69=51="),
		"escapes":                           fill(`\u0069\u0051`),
		"every spelling":                    fill(`%69=51&#65;<b>\u0041iQA`),
		"every spelling of a start":         fill(`#iQA%3C=3D&lt;<b>\n`),
		"Proofpoint":                        fill("https://urldefense.proofpoint.com/v2/url?u=-23iQA&"),
		"Proofpoint 3":                      fill("https://urldefense.com/v3/__**_iQA*__;Iw!"),
		"Proofpoint without an end":         fill("://urldefense."),
		"addresses":                         fill("https://a#"),
		"one long address":                  "https://" + strings.Repeat("a", 4000) + "#iQA",
		"hashes in one word":                fill("a#i"),
		"one long word":                     fill("i"),
		"not UTF-8":                         fill("\xff\xfe#i"),
		"emptiness":                         fill("\u2003"),
		"emphasis":                          fill("#_*_*i"),
		"noise between all letters":         "#" + strings.Join(strings.Split(text, ""), "\\"),
		"lines of one letter":               "#" + strings.Join(strings.Split(text, ""), "\n> "),
		"lines of one letter, again and so": fill("iQA\n1 A\n- A\n"),
	}
	for i := range 8 {
		texts["prefix of "+strconv.Itoa(100+i)] = fill(text[:100+i] + "–\n")
	}
	return texts
}

// TestFunctionalFindWork: a search looks at so many bytes and no more, whatever
// the text; honest ones stay far below.
func TestFunctionalFindWork(t *testing.T) {
	texts := hostileTexts(t)
	require.Greater(t, len(texts), 30)
	worst := 0
	for name, text := range texts {
		require.LessOrEqual(t, len(text), invite.MaxPaste, name)
		_, work, _ := invite.FindWork(text)
		require.LessOrEqual(t, work, invite.MaxWork*5/4, name)
		require.GreaterOrEqual(t, work, len(text)/4, name)
		require.Less(t, allocated(func() { _, _ = invite.Find(text) }), uint64(1<<20), name)
		worst = max(worst, work)
	}
	for _, text := range corpus(t) {
		_, work, _ := invite.FindWork(text)
		require.LessOrEqual(t, work, invite.MaxWork*5/4, "%q", text)
		worst = max(worst, work)
	}
	honest := 0
	for _, s := range findSamples(t) {
		_, work, _ := invite.FindWork(s.Text)
		honest = max(honest, work)
		// The same at the end of a long mail.
		mail := strings.Repeat("Really, if it is raining in the afternoon, I — or rather Rita — read about an odd RFC 9110 (rev. 2).\n", 60)
		work = 0
		if len(s.Text) < 3000 && s.Error == "" {
			code, inMail, err := invite.FindWork(mail[:invite.MaxPaste-len(s.Text)-1] + "\n" + s.Text)
			require.NoError(t, err, s.Name)
			require.Equal(t, s.Code, code.LinkText(), s.Name)
			work = inMail
		}
		honest = max(honest, work)
	}
	require.Less(t, honest, invite.MaxWork/3, "an honest text")
	t.Logf("bytes looked at: %d of %d hostile texts at most, %d of honest ones, %d allowed", worst, len(texts), honest, invite.MaxWork)
}

// corpus is what fuzzing has found so far, here and in this machine's cache.
func corpus(t testing.TB) (texts []string) {
	files, err := filepath.Glob("testdata/fuzz/Fuzz*Find*/*")
	require.NoError(t, err)
	for _, file := range files {
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		for line := range strings.Lines(string(raw)) {
			if quoted, ok := strings.CutPrefix(strings.TrimSpace(line), "string("); ok {
				text, err := strconv.Unquote(strings.TrimSuffix(quoted, ")"))
				require.NoError(t, err)
				texts = append(texts, text)
			}
		}
	}
	return texts
}

// BenchmarkFind prints how long a search takes, and how many bytes it looks at.
func BenchmarkFind(b *testing.B) {
	code, text := testCode(b)
	texts := hostileTexts(b)
	texts["honest link"] = "https://chat.example/#" + text
	texts["honest mail"] = "Hi,\n> " + wrap("https://chat.example/#"+text, 60, "\n> ") + "\n" + strings.Repeat("see you there. ", 200)
	texts["honest QR text"] = "HTTPS://CHAT.EXAMPLE/#" + code.QRText()
	for name, text := range texts {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, _ = invite.Find(text)
			}
		})
	}
}
