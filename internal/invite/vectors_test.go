package invite_test

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tincan/internal/invite"
	"tincan/internal/sdp"
)

var update = flag.Bool("update", false, "write testdata/vectors anew")

// codeVector is a code, what one seals, or a text that is no code. What the
// fields say is in testdata/vectors/README.md.
type codeVector struct {
	Name, Kind  string
	Bytes       string            `json:",omitempty"`
	Link, QR    string            `json:",omitempty"`
	Mailbox     bool              `json:",omitempty"`
	S, A        string            `json:",omitempty"`
	N, Meets    uint32            `json:",omitempty"`
	Answers     bool              `json:",omitempty"`
	Description *vectorFields     `json:",omitempty"`
	SDP         map[string]string `json:",omitempty"`
	Text        string            `json:",omitempty"`
	Error       string            `json:",omitempty"`
}

type vectorFields struct {
	Ufrag, Password, Fingerprint string
	Candidates                   []string
}

var errorNames = map[string]error{
	"malformed": invite.ErrMalformed, "version": invite.ErrVersion, "cut": invite.ErrCut, "empty": invite.ErrEmpty, "too long": invite.ErrTooLong,
}

func fieldsOf(d sdp.Description) *vectorFields {
	f := &vectorFields{Ufrag: d.Ufrag, Password: d.Password, Fingerprint: hex.EncodeToString(d.Fingerprint[:])}
	for _, c := range d.Candidates {
		f.Candidates = append(f.Candidates, []string{"host", "srflx", "relay"}[c.Type]+" "+c.Address.String()+" "+strconv.Itoa(int(c.Port)))
	}
	return f
}

func sdpOf(d sdp.Description) map[string]string {
	return map[string]string{"offer": d.SDP(sdp.Offer, "0"), "answer": d.SDP(sdp.Answer, "0")}
}

// describe is the vector of bytes that parse.
func describe(t testing.TB, name, kind string, b []byte) codeVector {
	t.Helper()
	v := codeVector{Name: name, Kind: kind, Bytes: hex.EncodeToString(b)}
	if kind == "answer" {
		d, err := invite.ParseAnswer(b, false)
		require.NoError(t, err)
		require.Equal(t, b, invite.AnswerBytes(d))
		v.Description, v.SDP = fieldsOf(d), sdpOf(d)
		return v
	}
	code := invite.Code(b)
	v.Link, v.QR = code.LinkText(), code.QRText()
	switch kind {
	case "sealed":
		made, err := invite.NewCode(b)
		require.NoError(t, err)
		require.Equal(t, code, made)
		v.Answers = code.AnswersRepair()
	default:
		i, err := invite.ParseInvite(b, false)
		require.NoError(t, err)
		require.Equal(t, b, i.Bytes())
		secret := i.Secret.Bytes()
		v.Mailbox = i.Mailbox
		v.S, v.A, v.Description = hex.EncodeToString(secret[:]), hex.EncodeToString(i.Key[:]), fieldsOf(i.Offer)
	}
	for _, text := range []string{v.Link, v.QR} {
		back, err := invite.ParseCode(text)
		require.NoError(t, err)
		require.Equal(t, code, back)
	}
	return v
}

// describeRepair is describe for what a repair seals.
func describeRepair(t testing.TB, name string, b []byte, n uint32, answers bool) codeVector {
	t.Helper()
	r, err := invite.ParseRepair(testRepair(answers), n, b, false)
	require.NoError(t, err)
	require.Equal(t, b, r.Bytes())
	return codeVector{Name: name, Kind: "repair", Bytes: hex.EncodeToString(b), N: r.N, Meets: r.Meets, Answers: answers, Description: fieldsOf(r.Card), SDP: sdpOf(r.Card)}
}

// testRepair is a code in which a repair may have been sealed.
func testRepair(answers bool) invite.Code {
	return invite.NewRepair(answers, [32]byte{1}, make([]byte, 144))
}

// TestIntegrationVectors: codes and what is in them, and what is none, with
// the kind of failure.
func TestIntegrationVectors(t *testing.T) {
	const file = "testdata/vectors/codes.json"
	if *update {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		e.SetIndent("", " ")
		require.NoError(t, e.Encode(makeVectors(t)))
		require.NoError(t, os.WriteFile(file, b.Bytes(), 0o644))
	}
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	var vectors []codeVector
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&vectors))
	refused := map[string]int{}
	for _, v := range vectors {
		if v.Error != "" {
			refused[v.Error]++
		}
		t.Run(v.Kind+"/"+v.Name, func(t *testing.T) {
			b, err := hex.DecodeString(v.Bytes)
			require.NoError(t, err)
			if v.Error == "" && v.Kind == "repair" {
				require.Equal(t, v, describeRepair(t, v.Name, b, v.N, v.Answers))
				return
			}
			if v.Error == "" {
				require.Equal(t, v, describe(t, v.Name, v.Kind, b))
				return
			}
			want, known := errorNames[v.Error]
			require.True(t, known, v.Error)
			switch v.Kind {
			case "invite":
				got, err := invite.ParseInvite(b, false)
				require.ErrorIs(t, err, want)
				require.Zero(t, got)
			case "answer":
				got, err := invite.ParseAnswer(b, false)
				require.ErrorIs(t, err, want)
				require.Zero(t, got)
			case "repair":
				got, err := invite.ParseRepair(testRepair(v.Answers), v.N, b, false)
				require.ErrorIs(t, err, want)
				require.Zero(t, got)
			case "sealed":
				got, err := invite.NewCode(b)
				require.ErrorIs(t, err, want)
				require.Nil(t, got)
			case "text":
				got, err := invite.ParseCode(v.Text)
				require.ErrorIs(t, err, want)
				require.Nil(t, got)
			default:
				require.Fail(t, "unknown kind", v.Kind)
			}
		})
	}
	count := 0
	for _, n := range refused {
		count += n
	}
	require.Len(t, refused, len(errorNames), "every kind of failure")
	require.GreaterOrEqual(t, 2*count, len(vectors), "at least half are refusals")
	t.Logf("%d vectors, %d of them refusals: %v", len(vectors), count, refused)
}

// makeVectors takes the samples of real engines, and breaks one of them in every way.
func makeVectors(t *testing.T) (list []codeVector) {
	files, err := filepath.Glob("../sdp/testdata/sdp/*.sdp")
	require.NoError(t, err)
	for _, file := range files {
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		d, err := sdp.Parse(string(raw), false)
		require.NoError(t, err)
		name := strings.TrimSuffix(filepath.Base(file), ".sdp")
		if strings.Contains(name, "answer") {
			list = append(list, describe(t, name, "answer", invite.AnswerBytes(d)))
			continue
		}
		list = append(list, describe(t, name, "invite", testInvite(d.ForInvite()).Bytes()))
	}
	good := testInvite(sample(t).ForInvite())
	bare := good
	bare.Mailbox, bare.Offer.Candidates = true, nil
	list = append(list, describe(t, "no candidates, with a mailbox", "invite", bare.Bytes()))

	b, answer := good.Bytes(), invite.AnswerBytes(sample(t).ForInvite())
	refuse := func(kind, name string, b []byte, parse func([]byte) error) {
		list = append(list, codeVector{Name: name, Kind: kind, Bytes: hex.EncodeToString(b), Error: errorName(t, parse(b))})
	}
	badInvite := func(name string, b []byte) {
		refuse("invite", name, b, func(b []byte) error { _, err := invite.ParseInvite(b, false); return err })
	}
	badAnswer := func(name string, b []byte) {
		refuse("answer", name, b, func(b []byte) error { _, err := invite.ParseAnswer(b, false); return err })
	}
	set := func(b []byte, i int, x byte) []byte { b = bytes.Clone(b); b[i] = x; return b }
	candidate := func(tag byte, address string, port uint16) []byte {
		a, ok := sdp.ParseAddress(address)
		require.True(t, ok)
		head := append(bytes.Clone(b[:len(b)-7]), tag)
		return append(append(head, a.Bytes[:map[sdp.AddressKind]int{sdp.IPv4: 4, sdp.IPv6: 16}[a.Kind]]...), byte(port>>8), byte(port))
	}
	badInvite("version 2", set(b, 0, 0x8A))
	badInvite("a reply", set(b, 0, 0xAD))
	badInvite("a repair", set(b, 0, 0xA1))
	badInvite("a repair's answer", set(b, 0, 0x69))
	badInvite("another kind", set(b, 0, 0x45))
	for bit := 1; bit < 8; bit++ {
		if bit != 2 && bit != 3 {
			badInvite("flag bit "+strconv.Itoa(bit), set(b, 1, 1<<bit))
		}
	}
	badInvite("format 3", set(b, 1, 0x0C))
	badInvite("the bytes of another format", set(b, 1, 0x04))
	badInvite("one byte more", append(bytes.Clone(b), 0))
	badInvite("one byte less", b[:len(b)-1])
	badInvite("shorter than any", b[:101])
	badInvite("nine candidates", append(bytes.Clone(b), bytes.Repeat(b[len(b)-7:], 8)...))
	badInvite("tag bit 4", candidate(0x14, "198.51.100.1", 5000))
	badInvite("address kind 3", candidate(0x07, "198.51.100.1", 5000))
	badInvite("type 3", candidate(0x0C, "198.51.100.1", 5000))
	badInvite("a reflexive mDNS name", candidate(0x06, "2001:db8::1", 5000))
	badInvite("port 0", candidate(4, "198.51.100.1", 0))
	badInvite("port 1023", candidate(4, "198.51.100.1", 1023))
	for _, a := range []string{"0.0.0.0", "0.1.2.3", "127.0.0.1", "127.200.0.9", "169.254.169.254", "224.0.0.251", "240.0.0.1", "255.255.255.255"} {
		badInvite("address "+a, candidate(0, a, 5000))
	}
	for _, a := range []string{"::", "::1", "fe80::1", "ff02::fb", "::ffff:7f00:1", "::ffff:c633:6401"} {
		badInvite("address "+a, candidate(1, a, 5000))
	}
	badInvite("a line end in a ufrag", textCredentials(b, "abcd\r\na=x", strings.Repeat("x", 23)))
	badInvite("a line end in a password", textCredentials(b, "abcde", strings.Repeat("x", 23)+"\r\na=x"))
	badInvite("a password of 21", textCredentials(b, "abcde", strings.Repeat("x", 21)))
	badInvite("a ufrag of 33", textCredentials(b, strings.Repeat("x", 33), strings.Repeat("x", 30)))
	badInvite("credentials of format 0 as format 2", textCredentials(b, "abcd", strings.Repeat("x", 24)))
	badAnswer("nothing", nil)
	badAnswer("the mailbox flag", set(answer, 0, 1))
	badAnswer("format 3", set(answer, 0, 0x0C))
	badAnswer("one byte more", append(bytes.Clone(answer), 0))
	badAnswer("one byte less", answer[:len(answer)-1])

	repair := func(n, meets uint32) []byte {
		return invite.Repair{N: n, Meets: meets, Card: sample(t).ForInvite()}.Bytes()
	}
	long := sdp.Description{Ufrag: strings.Repeat("u", 30), Password: strings.Repeat("P", 60)}
	for i := range 8 {
		long.Candidates = append(long.Candidates, sdp.Candidate{Address: sdp.Address{Kind: sdp.IPv6, Bytes: [16]byte{0: 0x20, 1: 0x01, 15: byte(i)}}, Port: 5000})
	}
	list = append(list,
		describeRepair(t, "a card that meets one", repair(3, 5), 3, false),
		describeRepair(t, "a card that asks for one", repair(1, 0), 1, false),
		describeRepair(t, "an answer", repair(70000, 1<<31), 70000, true),
		describeRepair(t, "as many candidates as fit", invite.Repair{N: 1<<32 - 1, Meets: 1<<32 - 1, Card: long}.Bytes(), 1<<32-1, true))
	badRepair := func(name string, n uint32, answers bool, b []byte) {
		_, err := invite.ParseRepair(testRepair(answers), n, b, false)
		list = append(list, codeVector{Name: name, Kind: "repair", N: n, Answers: answers, Bytes: hex.EncodeToString(b), Error: errorName(t, err)})
	}
	three := repair(3, 5)
	badRepair("nothing", 3, false, nil)
	badRepair("two numbers alone", 3, false, three[:8])
	badRepair("without flags", 3, false, append(three[:8:8], three[9:]...))
	badRepair("another number than its key's", 4, false, three)
	badRepair("number 0", 0, false, repair(0, 5))
	badRepair("an answer that asks for one", 3, true, repair(3, 0))
	badRepair("a card for now", 3, false, set(three, 8, three[8]|1))
	for bit := 4; bit < 8; bit++ {
		badRepair("flag bit "+strconv.Itoa(bit), 3, false, set(three, 8, three[8]|1<<bit))
	}
	badRepair("flag bit 1", 3, false, set(three, 8, three[8]|2))
	badRepair("format 3", 3, false, set(three, 8, 0x0C))
	badRepair("one byte more", 3, false, append(bytes.Clone(three), 0))
	badRepair("one byte less", 3, false, three[:len(three)-1])
	badRepair("a card of 248 bytes", 3, false, append(repair(3, 5)[:8:8], cardOf248(t)...))

	for name, first := range map[string]byte{"reply": 0xAD, "repair": 0xA1, "answer to a repair": 0x69} {
		for _, size := range []int{177, 241, 305} {
			list = append(list, describe(t, name+" of "+strconv.Itoa(size), "sealed", testSealed(first, size)))
		}
		for _, size := range []int{1, 33, 176, 178, 240, 242, 304, 306, 332} {
			b := append([]byte{first}, make([]byte, size-1)...)
			_, err := invite.NewCode(b)
			list = append(list, codeVector{Name: name + " of " + strconv.Itoa(size), Kind: "sealed", Bytes: hex.EncodeToString(b), Error: errorName(t, err)})
		}
		b := testSealed(first, 177)
		b[0] += 2
		_, err := invite.NewCode(b)
		list = append(list, codeVector{Name: name + " of another version", Kind: "sealed", Bytes: hex.EncodeToString(b), Error: errorName(t, err)})
	}
	slices.SortStableFunc(list, func(a, b codeVector) int {
		if a.Kind != "sealed" || b.Kind != "sealed" {
			return 0
		}
		return cmp.Compare(a.Name, b.Name)
	})

	text, qr := invite.Code(b).LinkText(), invite.Code(b).QRText()
	unused := []byte(text)
	if n := len(unused) - 2; len(b)%3 != 0 {
		unused[n]++ // a bit that no byte holds
	}
	for _, c := range []struct{ name, text string }{
		{"nothing", ""}, {"without its z", text[:len(text)-1]}, {"cut in the middle", text[:60]}, {"a letter left out", text[:20] + text[21:]},
		{"padding", text[:len(text)-1] + "=z"}, {"standard base64", text[:50] + "+" + text[51:]}, {"unused bits set", string(unused)}, {"version 2", "ii" + text[2:]},
		{"longer than any", strings.Repeat("i", 513)}, {"base43, a digit less", qr[1:]}, {"base43, a digit more", "0" + qr}, {"base43, too large a number", strings.Repeat(":", len(qr))},
		{"base43, another letter", qr[:9] + "%" + qr[10:]}, {"white space", " " + text},
	} {
		_, err := invite.ParseCode(c.text)
		list = append(list, codeVector{Name: c.name, Kind: "text", Text: c.text, Error: errorName(t, err)})
	}
	return list
}

// cardOf248 is a card that is well formed, and a byte longer than fits into a repair.
func cardOf248(t testing.TB) []byte {
	d := sdp.Description{Ufrag: strings.Repeat("u", 32), Password: strings.Repeat("P", 64)}
	for len(invite.AnswerBytes(d)) < 248-19 {
		d.Candidates = append(d.Candidates, sdp.Candidate{Address: sdp.Address{Kind: sdp.IPv6, Bytes: [16]byte{0: 0x20, 1: 0x01, 15: 1}}, Port: 5000})
	}
	for cut := 0; len(invite.AnswerBytes(d)) != 248; cut++ {
		require.Less(t, cut, 60)
		if len(invite.AnswerBytes(d)) > 248 {
			d.Password = d.Password[1:]
			continue
		}
		d.Candidates = append(d.Candidates, sdp.Candidate{Address: sdp.Address{Bytes: [16]byte{203, 0, 113, byte(cut)}}, Port: 5000})
	}
	return invite.AnswerBytes(d)
}

func errorName(t testing.TB, err error) string {
	t.Helper()
	for name, kind := range errorNames {
		if errors.Is(err, kind) {
			return name
		}
	}
	require.Fail(t, "not refused", "%v", err)
	return ""
}
