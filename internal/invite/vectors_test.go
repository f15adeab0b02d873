package invite_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tincan/internal/invite"
	"tincan/internal/sdp"
)

var update = flag.Bool("update", false, "write testdata/vectors anew")

// codeVector is a code or an answer, or a text that is no code. What the
// fields say is in testdata/vectors/README.md.
type codeVector struct {
	Name, Kind  string
	Bytes       string            `json:",omitempty"`
	Link, QR    string            `json:",omitempty"`
	Mailbox     bool              `json:",omitempty"`
	S, A        string            `json:",omitempty"`
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
	i, err := invite.ParseInvite(b, false)
	require.NoError(t, err)
	require.Equal(t, b, i.Bytes())
	code, secret := invite.Code(b), i.Secret.Bytes()
	v.Link, v.QR, v.Mailbox = code.LinkText(), code.QRText(), i.Mailbox
	v.S, v.A, v.Description = hex.EncodeToString(secret[:]), hex.EncodeToString(i.Key[:]), fieldsOf(i.Offer)
	for _, text := range []string{v.Link, v.QR} {
		back, err := invite.ParseCode(text)
		require.NoError(t, err)
		require.Equal(t, code, back)
	}
	return v
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
	badInvite("another kind", set(b, 0, 0xA1))
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
