package chat

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"tincan/internal/seal"
)

// frameVector is a vector: bodies that arrive one after the other, and what comes
// of them. testdata/vectors/README.md says what each field is.
type frameVector struct {
	Name     string
	Sent     int // frames that our side has sent before
	Bodies   []body
	Messages []text // told to the person, in order
	Talk     []talked
	Typing   bool   // the person is told that the other one is writing
	Ends     string // "" goes on; "refused" or the reason of a goodbye, with the last body
}

// talked is what the person is told of a message.
type talked struct {
	Kind    TalkKind
	Ours    bool
	ID      uint64
	Text    string
	Fill    *text // in place of Text
	Seconds uint32
}

type body struct {
	Hex  string
	Fill *text  // follows Hex
	Tail string // in hexadecimal, follows Fill
	Raw  bool   // the body as it is: a text gets no signature

	Repeat int // so many of it come, one after the other
}

func (b body) bytes(t testing.TB) []byte {
	t.Helper()
	head, err := hex.DecodeString(b.Hex)
	require.NoError(t, err)
	tail, err := hex.DecodeString(b.Tail)
	require.NoError(t, err)
	if b.Fill != nil {
		head = append(head, b.Fill.String()...)
	}
	return append(head, tail...)
}

// text is written as a text and how often it is repeated.
type text struct {
	Text   string
	Times  int
	Repeat int // so many of it, one after the other
}

func (x text) String() string { return strings.Repeat(x.Text, max(x.Times, 1)) }

// withText counts the answers among them, which are messages, too.
func withText(list []talked) (n int) {
	for _, one := range list {
		if one.Kind == TalkAnswer {
			n++
		}
	}
	return n
}

// TestIntegrationVectors feeds the streams of testdata/vectors to a session.
func TestIntegrationVectors(t *testing.T) {
	raw, err := os.ReadFile("testdata/vectors/streams.json")
	require.NoError(t, err)
	var streams []frameVector
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&streams))
	refused := 0
	for _, v := range streams {
		if v.Ends == "refused" {
			refused++
		}
		t.Run(v.Name, func(t *testing.T) {
			f := face(t, seal.Inviter)
			f.shakeHands(t)
			for range v.Sent {
				sealed, err := f.stream.frames.Seal([]byte(heardNothing))
				require.NoError(t, err)
				f.stream.kept.add(sealed)
			}
			err := error(nil)
			var bodies []body
			for _, b := range v.Bodies {
				for range max(b.Repeat, 1) {
					bodies = append(bodies, b)
				}
			}
			for n, b := range bodies {
				require.NoError(t, err, "before body %d", n)
				sealed := f.other.Seal
				if b.Raw {
					sealed = f.other.Frames.Seal
				}
				frame, sealErr := sealed(b.bytes(t))
				require.NoError(t, sealErr)
				err = f.hear(arrival{message: frame}, false)
			}
			switch v.Ends {
			case "":
				require.NoError(t, err)
			case "left", "other-differ", "other-closed":
				require.Equal(t, stop{reason: Reason(v.Ends)}, err)
			case "refused":
				require.Equal(t, stop{reason: ReasonUntrusted}, err)
			default:
				require.Fail(t, "unknown end", v.Ends)
			}
			var messages []string
			var talk []talked
			for _, e := range f.events.list {
				switch e := e.(type) {
				case Message:
					require.Equal(t, uint64(len(messages)+len(talk)+1-withText(talk)), e.ID)
					messages = append(messages, e.Text)
					if e.Answers.ID > 0 {
						talk = append(talk, talked{TalkAnswer, e.Answers.Ours, e.Answers.ID, e.Text, nil, 0})
					}
				case Talked:
					talk = append(talk, talked{e.Talk.Kind, e.Talk.About.Ours, e.Talk.About.ID, e.Talk.Text, nil, e.Talk.Seconds})
				}
			}
			for i := range v.Talk {
				if fill := v.Talk[i].Fill; fill != nil {
					v.Talk[i].Text, v.Talk[i].Fill = fill.String(), nil
				}
			}
			require.Equal(t, v.Talk, talk)
			require.Equal(t, v.Typing, f.typingEvents() > 0)
			var want []string
			for _, m := range v.Messages {
				for range max(m.Repeat, 1) {
					want = append(want, m.String())
				}
			}
			require.Equal(t, want, messages)
		})
	}
	require.NotZero(t, refused)
	require.GreaterOrEqual(t, 2*refused, len(streams), "at least half are refusals")
	t.Logf("%d vectors, %d of them refusals", len(streams), refused)
}

// TestUnitFrameTable: every type with every length at an edge, against the
// table of PROTOCOL.md §4.
func TestUnitFrameTable(t *testing.T) {
	for kind := range 256 {
		for _, length := range []int{0, 1, 7, 8, 9, 10, 52, 83, 84, 85, 365, 366, 15999, 16000, 16001} {
			want := false
			switch {
			case kind == 0x01:
				want = length >= 1 && length <= 16000
			case kind == 0x02:
				want = length == 16000
			case kind == 0x03, kind == 0x04:
				want = length == 8
			case kind == 0x10:
				want = length >= 10 && length <= 365
			case kind == 0x11:
				want = length == 84
			case kind == 0x12, kind == 0x13:
				want = length == 9
			case kind == 0x14, kind == 0x15:
				want = length == 8
			case kind == 0x40:
				want = length == 0
			case kind == 0x05:
				want = length == 1
			case kind == 0x41:
				want = length >= 8
			case kind == 0x42:
				want = length > 4
			case kind == 0x44, kind == 0x45:
				want = length >= 1 && length <= 16000
			case kind == 0x46, kind == 0x4A:
				want = length == 8
			case kind == 0x47:
				want = length >= 9 && length <= 73
			case kind == 0x48:
				want = length == 4
			case kind == 0x49:
				want = length == 1
			case kind >= 0x43 && kind <= 0x7E:
				want = true
			}
			body := []byte{byte(kind)}
			if kind == 0x01 || kind == 0x10 || kind >= 0x44 && kind <= 0x48 {
				body = append(body, make([]byte, 64)...)
			}
			f, err := parseFrame(append(body, make([]byte, length)...))
			require.Equal(t, want, err == nil, "type %#x, %d bytes", kind, length)
			if want {
				require.Equal(t, kind != 3 && kind != 4 && kind != 5 && kind != 0x40 && kind != 0x41, f.wantsAck(), "type %#x", kind)
			}
		}
	}
	for _, body := range [][]byte{nil, {1}, append([]byte{1}, make([]byte, 63)...)} {
		_, err := parseFrame(body)
		require.ErrorIs(t, err, errFrame, "%d bytes", len(body))
	}
}

// TestFunctionalSignature: nothing of a message is shown unless the signature in its last
// frame is the other person's, over all of it and for this place.
func TestFunctionalSignature(t *testing.T) {
	part, last := strings.Repeat("x", partSize), "the end"
	whole := part + last
	for name, sign := range map[string]func(s *Speaker) seal.Signature{
		"none": func(*Speaker) seal.Signature { return seal.Signature{} },
		"of the last part alone": func(s *Speaker) seal.Signature {
			signature, _ := s.Sign(typeText, []byte(last))
			return signature
		},
		"of the first part alone": func(s *Speaker) seal.Signature {
			signature, _ := s.Sign(typeText, []byte(part))
			return signature
		},
		"of another kind of message": func(s *Speaker) seal.Signature {
			signature, _ := s.Sign(typeMore, []byte(whole))
			return signature
		},
		"of the message after": func(s *Speaker) seal.Signature {
			_, _ = s.Sign(typeText, []byte("not sent"))
			signature, _ := s.Sign(typeText, []byte(whole))
			return signature
		},
		"of the message before": func(s *Speaker) seal.Signature { return s.signatures["before"] },
		"with a bit changed": func(s *Speaker) seal.Signature {
			signature, _ := s.Sign(typeText, []byte(whole))
			signature[63] ^= 1
			return signature
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, role := range []seal.Role{seal.Inviter, seal.Joiner} {
				f := face(t, role)
				f.shakeHands(t)
				if f.other == nil {
					_, other, err := f.handshake.Handle(f.stream.wire)
					require.NoError(t, err)
					f.other = NewSpeaker(other)
				}
				require.NoError(t, f.gets(t, "\x01before"))
				require.NoError(t, f.gets(t, "\x02"+part))
				f.other.said = nil
				signature := sign(f.other)
				frame, err := f.other.Frames.Seal(frame{typeText, signature, []byte(last)}.body())
				require.NoError(t, err)
				require.Equal(t, stop{reason: ReasonUntrusted}, f.hear(arrival{message: frame}, false))
				for _, e := range f.events.list {
					if m, is := e.(Message); is {
						require.Equal(t, Message{ID: 1, Text: "before"}, m)
					}
				}
				_, err = f.stream.frames.Seal([]byte(heardNothing))
				require.ErrorIs(t, err, seal.ErrClosed, "the keys are gone")
			}
		})
	}
}

// stepThrough feeds a stream of bodies, each with its length in two bytes
// before it, to parser and assembly, and checks what must hold for any.
func stepThrough(t testing.TB, bodies []byte) {
	var incoming assembly
	held := 0
	for len(bodies) >= 2 {
		n := min(int(bodies[0])<<8|int(bodies[1]), len(bodies)-2)
		f, err := parseFrame(bodies[2 : 2+n])
		if err != nil {
			require.Zero(t, f)
			return
		}
		require.Equal(t, bodies[2:2+n], f.body(), "what parses encodes again to the same bytes")
		bodies = bodies[2+n:]
		if !f.spoken() && f.kind != typeMore {
			continue
		}
		message, err := incoming.add(f)
		if err != nil {
			require.Empty(t, message)
			require.True(t, errors.Is(err, errFrame))
			return
		}
		held += len(f.content)
		require.LessOrEqual(t, held, refSize+MaxText)
		require.Equal(t, f.spoken(), message != nil)
		if message != nil {
			require.Len(t, message, held)
			require.True(t, utf8.Valid(message[textBegins(f.kind):]))
			var again assembly
			for _, part := range cut(f.kind, message, f.signature) {
				part, err := parseFrame(part.body())
				require.NoError(t, err)
				whole, err := again.add(part)
				require.NoError(t, err)
				if part.spoken() {
					require.Equal(t, message, whole, "what was assembled can be sent on")
					require.Equal(t, f.signature, part.signature)
				}
			}
			held = 0
		}
	}
}

// noSignature stands where one would: parsing does not look at it.
var noSignature = strings.Repeat("s", 64)

// FuzzFrame: streams of bodies from a peer that has the keys.
func FuzzFrame(f *testing.F) {
	with := func(bodies ...string) []byte {
		var b []byte
		for _, body := range bodies {
			b = append(append(b, byte(len(body)>>8), byte(len(body))), body...)
		}
		return b
	}
	part := "\x02" + strings.Repeat("x", partSize)
	f.Add(with("\x01"+noSignature+"hello", "\x03\x00\x00\x00\x00\x00\x00\x00\x01", heardNothing, "\x05\x03"))
	f.Add(with("\x40", "\x40", "\x40x"))
	f.Add(with(part, heardNothing, part, "\x01"+noSignature+"\xc3\xa9"))
	f.Add(with(part, part, part, part, "\x01"+noSignature+strings.Repeat("y", 1536)))
	f.Add(with("\x7efuture", "\x01"+noSignature+"\xff"))
	for _, seed := range talkSeeds {
		f.Add(with(seed...))
	}
	f.Fuzz(func(t *testing.T, bodies []byte) { stepThrough(t, bodies) })
}

// ofOurs and ofTheirs name messages as talk does, where the session under test invites.
const (
	ofOurs   = "\x01\x00\x00\x00\x00\x00\x00\x00"
	ofTheirs = "\x02\x00\x00\x00\x00\x00\x00\x00"
)

// talkSeeds are bodies of talk, right and wrong.
var talkSeeds = [][]string{
	{"\x01" + noSignature + "yours", "\x44" + noSignature + ofOurs + "\x01an answer", "\x44" + noSignature + ofTheirs + "\x02to myself"},
	{"\x01" + noSignature + "yours", "\x45" + noSignature + ofTheirs[1:] + "\x01an edit", "\x46" + noSignature + ofTheirs[1:] + "\x01", "\x46" + noSignature + ofTheirs[1:] + "\x01"},
	{"\x47" + noSignature + ofOurs + "\x02👍", "\x47" + noSignature + ofOurs + "\x02", "\x47" + noSignature + ofOurs + "\x03❤️", "\x47" + noSignature + ofOurs + "\x04👍"},
	{"\x48" + noSignature + "\x00\x00\x01\x2c", "\x49\x01", "\x49\x02", "\x4a" + ofOurs[1:] + "\x01", "\x4a" + ofOurs[1:] + "\x04", "\x4a" + ofOurs[1:] + "\x05"},
	{"\x02" + ofOurs + "\x01" + strings.Repeat("x", partSize-refSize), "\x44" + noSignature + "the rest"},
	{"\x44" + noSignature + ofOurs, "\x45" + noSignature + "\x00", "\x46" + noSignature, "\x47" + noSignature + "\x01", "\x48" + noSignature, "\x49", "\x4a"},
}

// FuzzTalk: whatever a peer that has the keys does with messages, a person is told of those alone that can be named.
func FuzzTalk(f *testing.F) {
	own, _ := bothKeys(f)
	for range 4 {
		_, err := own.Sign(typeText, nil)
		require.NoError(f, err)
	}
	for _, seed := range talkSeeds {
		var b []byte
		for _, body := range seed {
			b = append(append(b, byte(len(body)>>8), byte(len(body))), body...)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, bodies []byte) {
		s := &Session{texts: newTexts(seal.Inviter), events: newEventQueue()}
		s.meet.role, s.stream.frames, s.stream.can.theirs = seal.Inviter, own, ourFeatures
		s.out.said, s.out.ids = saids{saidText, saidFile, saidGone, saidTalk}, []uint64{1, 3, 4, 7}
		s.in.received, s.in.base = 9, 9
		var incoming assembly
		for len(bodies) >= 2 {
			n := min(int(bodies[0])<<8|int(bodies[1]), len(bodies)-2)
			frame, err := parseFrame(bodies[2 : 2+n])
			bodies = bodies[2+n:]
			switch {
			case err != nil:
				return
			case frame.kind == typePresence, frame.kind == typeRead:
				err = s.takeSign(frame)
			case frame.kind == typeMore, frame.signed():
				var message []byte
				if message, err = incoming.add(frame); err != nil || message == nil {
					break
				}
				s.in.received++
				if frame.kind >= typeAnswer {
					err = s.takeTalk(frame.kind, s.in.received, message)
				}
				s.in.said = append(s.in.said, saidBy(frame.kind))
			}
			if err != nil {
				return
			}
		}
		for _, event := range s.events.list {
			var about Said
			switch e := event.(type) {
			case Message:
				if about = e.Answers; about.ID == 0 {
					continue
				}
			case Talked:
				if about = e.Talk.About; e.Talk.Kind == TalkTimer {
					continue
				}
				require.True(t, e.Talk.Kind != TalkReaction || e.Talk.Text == "" || isEmoji(e.Talk.Text))
			case Read:
				require.Contains(t, s.out.ids, e.ID)
				continue
			default:
				continue
			}
			if about.Ours {
				require.Contains(t, []uint64{1, 3}, about.ID)
			} else {
				require.NotEqual(t, saidTalk, s.in.said.at(about.ID-s.in.base), "%v", event)
			}
		}
	})
}

// TestUnitFrameMemory: 4 KiB of any bodies cost less than 1 MiB.
func TestUnitFrameMemory(t *testing.T) {
	for name, unit := range map[string]string{
		"texts of a byte": "\x00\x42\x01" + noSignature + "x", "empty bodies": "\x00\x00", "heards": "\x00\x09" + heardNothing, "typing": "\x00\x01\x40", "unknown": "\x00\x01\x43",
		"a long text": "\x0f\xfe\x01" + noSignature + strings.Repeat("é", 2014) + "e", "a long unknown": "\x0f\xfe\x43" + strings.Repeat("x", 4093), "acks": "\x00\x09\x03\x00\x00\x00\x00\x00\x00\x00\x01",
	} {
		t.Run(name, func(t *testing.T) {
			bodies := []byte(strings.Repeat(unit, 4096/len(unit)))
			var incoming assembly
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for len(bodies) >= 2 {
				n := min(int(bodies[0])<<8|int(bodies[1]), len(bodies)-2)
				if f, err := parseFrame(bodies[2 : 2+n]); err == nil && (f.kind == typeText || f.kind == typeMore) {
					_, _ = incoming.add(f)
				}
				bodies = bodies[2+n:]
			}
			runtime.ReadMemStats(&after)
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
		})
	}
}
