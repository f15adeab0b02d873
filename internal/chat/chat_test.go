package chat_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"tincan/internal/chat"
	"tincan/internal/invite"
	"tincan/internal/peer"
	"tincan/internal/sdp"
	"tincan/internal/seal"
)

// loopback: real connections, on this computer alone.
var loopback = chat.Config{Loopback: true, Site: "http://localhost:8787/"}

const patience = 30 * time.Second

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func ctx(t testing.TB) context.Context {
	t.Helper()
	c, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return c
}

func create(t testing.TB) *chat.Session {
	t.Helper()
	s, err := chat.Create(ctx(t), loopback)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func join(t testing.TB, link string) *chat.Session {
	t.Helper()
	s, err := chat.Join(ctx(t), loopback, link)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// await returns the next event of type E, skipping others.
func await[E chat.Event](t testing.TB, s *chat.Session) E {
	t.Helper()
	for {
		e, ok := s.Next(ctx(t))
		var want E
		require.True(t, ok, "no %T came", want)
		if got, is := e.(E); is {
			return got
		}
		if c, closed := e.(chat.Closed); closed {
			require.Fail(t, "closed", "waiting for %T: %s", want, c.Reason)
		}
	}
}

// open is a chat with the safety words of both ends.
func open(t testing.TB) (inviter, joiner *chat.Session) {
	t.Helper()
	inviter = create(t)
	joiner = join(t, inviter.Link().Link)
	require.NoError(t, inviter.Accept(joiner.Link().Link, false))
	a, b := await[chat.Opened](t, inviter), await[chat.Opened](t, joiner)
	require.Equal(t, a.SAS, b.SAS)
	return inviter, joiner
}

func wantCode(t testing.TB, code chat.Code, err error) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, code, chat.CodeOf(err), "%v, because of %v", err, errors.Unwrap(err))
	require.Equal(t, "chat: "+string(code), err.Error(), "no more is told of the cause")
}

// TestFunctionalChat: 200 messages each way at once, short, long and in many
// scripts, arrive in order, once each, and are told to be delivered.
func TestFunctionalChat(t *testing.T) {
	t.Parallel()
	inviter, joiner := open(t)
	const n = 200
	texts := func(who string) (list []string) {
		for i := range n {
			text := fmt.Sprintf("%s %d: Grüße, 你好, שלום, 👩‍👩‍👧", who, i)
			switch i % 50 {
			case 10:
				text += strings.Repeat("x", 16<<10)
			case 20:
				text += strings.Repeat("é", 20_000)
			case 30:
				text = strings.Repeat("m", chat.MaxText)
			case 40:
				text = strings.Repeat("p", 16000)
			}
			list = append(list, text)
		}
		return list
	}
	type result struct{ messages, delivered int }
	one := func(s *chat.Session, send, expect []string, done chan<- error) {
		done <- func() error {
			for i, text := range send {
				id, err := s.Send(fmt.Sprint(i), text)
				if err != nil {
					return err
				}
				if id != uint64(i+1) {
					return fmt.Errorf("message %d got id %d", i, id)
				}
			}
			var got result
			for got.messages < n || got.delivered < n {
				e, ok := s.Next(ctx(t))
				if !ok {
					return errors.New("no more events")
				}
				switch e := e.(type) {
				case chat.Message:
					if e.ID != uint64(got.messages+1) || e.Text != expect[got.messages] {
						return fmt.Errorf("message %d is not what was sent", e.ID)
					}
					got.messages++
				case chat.Delivered:
					if e.ID != uint64(got.delivered+1) {
						return fmt.Errorf("delivered %d after %d", e.ID, got.delivered)
					}
					got.delivered++
				case chat.Closed, chat.Failed:
					return fmt.Errorf("%#v", e)
				}
			}
			return nil
		}()
	}
	done := make(chan error, 2)
	a, b := texts("a"), texts("b")
	go one(inviter, a, b, done)
	go one(joiner, b, a, done)
	require.NoError(t, <-done)
	require.NoError(t, <-done)
}

// TestFunctionalStates: what each side is told, in order.
func TestFunctionalStates(t *testing.T) {
	t.Parallel()
	inviter := create(t)
	assert.Equal(t, chat.StateWaiting, await[chat.StateChanged](t, inviter).State)
	joiner := join(t, inviter.Link().QR)
	assert.Equal(t, chat.StateWaiting, await[chat.StateChanged](t, joiner).State)
	_, err := joiner.Send("x", "too early")
	wantCode(t, chat.CodeNotOpen, err)
	wantCode(t, chat.CodeNotOpen, joiner.Verify(true))
	require.NoError(t, inviter.Accept("my reply: "+joiner.Link().QR, false))
	for _, s := range []*chat.Session{inviter, joiner} {
		assert.Equal(t, chat.StateConnecting, await[chat.StateChanged](t, s).State)
		assert.Equal(t, chat.StateOpen, await[chat.StateChanged](t, s).State)
		path := await[chat.Opened](t, s).Path
		if path == "" { // the engine could not tell yet
			path = await[chat.PathChanged](t, s).Path
		}
		assert.Equal(t, chat.PathDirect, path)
	}
	require.NoError(t, inviter.Verify(true))
	require.NoError(t, joiner.Leave())
	assert.Equal(t, chat.ReasonLeft, await[chat.Closed](t, inviter).Reason)
	assert.Equal(t, chat.ReasonClosed, await[chat.Closed](t, joiner).Reason)
	require.NoError(t, joiner.Leave(), "twice")
	require.NoError(t, joiner.Close(), "twice")
	_, err = inviter.Send("x", "too late")
	wantCode(t, chat.CodeEnded, err)
	wantCode(t, chat.CodeEnded, inviter.Accept("x", false))
	_, ok := inviter.Next(ctx(t))
	assert.False(t, ok, "nothing after Closed")
}

// TestFunctionalBadJoin: what is no invite makes no session.
func TestFunctionalBadJoin(t *testing.T) {
	t.Parallel()
	inviter := create(t)
	link := inviter.Link().Link
	joiner := join(t, link)
	code := link[strings.Index(link, "#")+1:]
	other := create(t).Link().Link
	// What is cut behind a z looks whole, and is no invite.
	cut := link[:80]
	for strings.HasSuffix(strings.TrimRight(cut, "-_"), "z") {
		cut = cut[:len(cut)-1]
	}
	for name, c := range map[string]struct {
		text string
		code chat.Code
	}{
		"nothing":           {"", chat.CodeEmpty},
		"words":             {"see you at ten", chat.CodeNoCode},
		"a megabyte":        {strings.Repeat("junk ", 200_000), chat.CodeTooLong},
		"cut link":          {strings.TrimRight(link, "z-_"), chat.CodeCut},
		"cut in the middle": {cut, chat.CodeCut},
		"another version":   {"iw" + code[2:], chat.CodeVersion},
		"damaged":           {code[:60] + code[64:], chat.CodeMalformed},
		"a reply":           {joiner.Link().Link, chat.CodeWantInvite},
		"a repair":          {"https://chat.example/#" + repairCode(false).LinkText(), chat.CodeWrongChat},
		"one that answers":  {repairCode(true).QRText(), chat.CodeWrongChat},
		"two invites":       {link + " " + other, chat.CodeSeveralCodes},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := chat.Join(ctx(t), loopback, c.text)
			wantCode(t, c.code, err)
			require.Nil(t, s)
		})
	}
	_, err := chat.Join(ctx(t), chat.Config{}, link)
	wantCode(t, chat.CodeMalformed, err) // loopback addresses, where none may be
}

// repairCode is a code that repairs a chat which nobody here is in.
func repairCode(answers bool) invite.Code {
	return invite.NewRepair(answers, [32]byte{1, 2, 3}, bytes.Repeat([]byte{7}, 144))
}

// TestFunctionalFindKind: what a pasted text holds, of every kind there is. Only an invite that says
// so has a mailbox.
func TestFunctionalFindKind(t *testing.T) {
	t.Parallel()
	inviter := create(t)
	joiner := join(t, inviter.Link().Link)
	for kind, links := range map[chat.Kind][]chat.Link{
		chat.KindInvite: {inviter.Link()},
		chat.KindReply:  {joiner.Link()},
		chat.KindRepair: {{Link: repairCode(false).LinkText(), QR: repairCode(false).QRText()}, {Link: repairCode(true).LinkText(), QR: repairCode(true).QRText()}},
	} {
		for _, link := range links {
			for _, text := range []string{link.Link, "see <" + link.Link + ">, please", link.QR} {
				found, err := chat.Find(text)
				require.NoError(t, err)
				require.Equal(t, chat.Found{Kind: kind, Code: link.Link[strings.IndexByte(link.Link, '#')+1:]}, found)
			}
		}
	}
}

// TestFunctionalBadAccept: what is no reply to this invite changes nothing.
func TestFunctionalBadAccept(t *testing.T) {
	t.Parallel()
	inviter := create(t)
	link := inviter.Link().Link
	other := create(t)
	stranger := join(t, other.Link().Link)
	joiner := join(t, link)
	reply := joiner.Link().Link
	for name, c := range map[string]struct {
		text string
		code chat.Code
	}{
		"nothing":           {" ", chat.CodeEmpty},
		"words":             {"here you are", chat.CodeNoCode},
		"a megabyte":        {strings.Repeat("junk ", 200_000), chat.CodeTooLong},
		"own invite":        {link, chat.CodeOwnInvite},
		"another invite":    {other.Link().Link, chat.CodeWantReply},
		"a repair":          {"https://chat.example/#" + repairCode(false).LinkText(), chat.CodeWrongChat},
		"one that answers":  {repairCode(true).QRText(), chat.CodeWrongChat},
		"cut reply":         {strings.TrimRight(reply, "z-_"), chat.CodeCut},
		"damaged":           {reply[:60] + reply[64:], chat.CodeMalformed},
		"two replies":       {reply + "\n" + stranger.Link().Link, chat.CodeSeveralCodes},
		"reply to another":  {stranger.Link().Link, chat.CodeOtherInvite},
		"one letter edited": {strings.Replace(reply, reply[100:104], "AAAA", 1), chat.CodeOtherInvite},
	} {
		t.Run(name, func(t *testing.T) {
			wantCode(t, c.code, inviter.Accept(c.text, false))
		})
	}
	wantCode(t, chat.CodeOwnReply, joiner.Accept(reply, false))
	wantCode(t, chat.CodeWrongChat, joiner.Accept(repairCode(false).LinkText(), false))
	wantCode(t, chat.CodeOtherInvite, joiner.Accept(stranger.Link().Link, false))
	require.NoError(t, inviter.Accept(reply, false), "the true one still opens the chat")
	wantCode(t, chat.CodeAlreadyUsed, inviter.Accept(reply, false))
	await[chat.Opened](t, inviter)
	wantCode(t, chat.CodeAlreadyUsed, inviter.Accept(reply, false))
	wantCode(t, chat.CodeOtherInvite, inviter.Accept(stranger.Link().Link, false))

	// Somebody else opened the same link: the person is warned, the chat goes on.
	second := join(t, link)
	wantCode(t, chat.CodeSecondReply, inviter.Accept(second.Link().Link, true))
	assert.Equal(t, chat.CodeSecondReply, await[chat.Problem](t, inviter).Code)
	_, err := inviter.Send("", "still here")
	require.NoError(t, err)
	assert.Equal(t, "still here", await[chat.Message](t, joiner).Text)
}

// TestFunctionalLimits: messages that cannot be sent.
func TestFunctionalLimits(t *testing.T) {
	t.Parallel()
	inviter, joiner := open(t)
	_, err := inviter.Send("", "")
	wantCode(t, chat.CodeMessageEmpty, err)
	_, err = inviter.Send("", strings.Repeat("x", chat.MaxText+1))
	wantCode(t, chat.CodeMessageTooLong, err)
	_, err = inviter.Send("", "broken \xff here")
	require.NoError(t, err)
	assert.Equal(t, "broken \uFFFD here", await[chat.Message](t, joiner).Text)

	// Nobody reads at the other end: what is not delivered is refused in time.
	big := strings.Repeat("x", chat.MaxText)
	sent := 0
	for ; sent < 1000; sent++ {
		if _, err = inviter.Send("", big); err != nil {
			break
		}
	}
	wantCode(t, chat.CodeTooManyWaiting, err)
	for i := range sent {
		assert.Equal(t, uint64(i+2), await[chat.Message](t, joiner).ID, "and nothing of it is lost")
	}
}

// TestFunctionalDiffer: different safety words end the chat at once, unsent
// messages are told.
func TestFunctionalDiffer(t *testing.T) {
	t.Parallel()
	inviter, joiner := open(t)
	require.NoError(t, inviter.Verify(false))
	assert.Equal(t, chat.ReasonDiffer, await[chat.Closed](t, inviter).Reason)
	assert.Equal(t, chat.ReasonOtherDiffer, await[chat.Closed](t, joiner).Reason)
}

// TestFunctionalBye: each side reads why the other one went, whichever of the two it is.
func TestFunctionalBye(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end         func(*chat.Session) error
		here, there chat.Reason
	}{
		"leaves":      {(*chat.Session).Leave, chat.ReasonClosed, chat.ReasonLeft},
		"closes":      {(*chat.Session).Close, chat.ReasonClosed, chat.ReasonOtherClosed},
		"they differ": {func(s *chat.Session) error { return s.Verify(false) }, chat.ReasonDiffer, chat.ReasonOtherDiffer},
	} {
		t.Run(name, func(t *testing.T) {
			for _, inviterGoes := range []bool{true, false} {
				goes, stays := open(t)
				if !inviterGoes {
					goes, stays = stays, goes
				}
				_, err := goes.Send("", "the last word")
				require.NoError(t, err)
				await[chat.Delivered](t, goes)
				require.NoError(t, c.end(goes))
				assert.Equal(t, "the last word", await[chat.Message](t, stays).Text)
				assert.Equal(t, c.there, await[chat.Closed](t, stays).Reason)
				assert.Equal(t, c.here, await[chat.Closed](t, goes).Reason)
			}
		})
	}
	for reason, want := range map[string]chat.Reason{
		"\x00": chat.ReasonLeft, "\x01": chat.ReasonLeft, "\x02": chat.ReasonOtherDiffer, "\x03": chat.ReasonOtherClosed, "\x04": chat.ReasonLeft, "\xff": chat.ReasonLeft,
	} {
		inviter, p := openByHand(t)
		p.send(t, "\x05"+reason)
		assert.Equal(t, want, awaitClosed(t, inviter), "%x", reason)
	}
}

// TestFunctionalTyping: each side is told that the other one is writing, and what is
// written after it arrives; before the chat is open and after it, nothing happens.
func TestFunctionalTyping(t *testing.T) {
	t.Parallel()
	create(t).Typing()
	inviter, joiner := open(t)
	for _, pair := range [][2]*chat.Session{{inviter, joiner}, {joiner, inviter}} {
		writes, reads := pair[0], pair[1]
		// What is on its way, as the first frame of all, would have typing dropped.
		_, err := writes.Send("", "first")
		require.NoError(t, err)
		before := await[chat.Delivered](t, writes).ID
		writes.Typing()
		await[chat.Typing](t, reads) // and "first" before it
		_, err = writes.Send("", "what was being written")
		require.NoError(t, err)
		assert.Equal(t, "what was being written", await[chat.Message](t, reads).Text)
		assert.Equal(t, before+1, await[chat.Delivered](t, writes).ID)
	}
	require.NoError(t, inviter.Close())
	inviter.Typing()
}

func awaitState(t testing.TB, s *chat.Session, want chat.State) chat.State {
	t.Helper()
	for {
		if got := await[chat.StateChanged](t, s).State; got == want {
			return got
		}
	}
}

// byHand is a peer that speaks the protocol out of its parts, so that it can
// also speak it wrongly.
type byHand struct {
	conn      *peer.Conn
	reply     string
	handshake *seal.Handshake
	session   *chat.Speaker
	can       string // the first frame of the other side; empty for canOurs
}

func joinByHand(t testing.TB, link string, change ...func(*sdp.Description)) *byHand {
	t.Helper()
	conn, err := peer.New(peer.Config{Loopback: true})
	require.NoError(t, err)
	return joinOver(t, conn, link, change...)
}

// joinOver is joinByHand over a connection that has not begun.
func joinOver(t testing.TB, conn *peer.Conn, link string, change ...func(*sdp.Description)) *byHand {
	t.Helper()
	t.Cleanup(func() { _ = conn.Close() })
	code, err := invite.Find(link)
	require.NoError(t, err)
	inv, err := invite.ParseInvite(code, true)
	require.NoError(t, err)
	keys, err := seal.GenerateKeyPair(rand.Reader)
	require.NoError(t, err)
	text, err := conn.Answer(ctx(t), inv.Offer.SDP(sdp.Offer, "0"))
	require.NoError(t, err)
	answer, err := sdp.Parse(text, true)
	require.NoError(t, err)
	for _, f := range change {
		f(&answer)
	}
	p := &byHand{conn: conn}
	var reply []byte
	reply, p.handshake, err = seal.SealReply(rand.Reader, keys, seal.NewLinkSecret(inv.Secret.Bytes()), inv.Key, code, invite.AnswerBytes(answer))
	require.NoError(t, err)
	p.reply = invite.Code(reply).LinkText()
	return p
}

// openByHand is a chat whose joiner speaks by hand.
func openByHand(t testing.TB) (inviter *chat.Session, p *byHand) {
	t.Helper()
	inviter = create(t)
	p = joinByHand(t, inviter.Link().Link)
	require.NoError(t, inviter.Accept(p.reply, false))
	p.shake(t)
	await[chat.Opened](t, inviter)
	return inviter, p
}

func (p *byHand) shake(t testing.TB) {
	t.Helper()
	require.NoError(t, p.conn.Open(ctx(t)))
	m1, err := p.handshake.Start()
	require.NoError(t, err)
	require.NoError(t, p.conn.Send(ctx(t), m1))
	m2, err := p.conn.Receive(ctx(t))
	require.NoError(t, err)
	m3, session, err := p.handshake.Handle(m2)
	require.NoError(t, err)
	require.NoError(t, p.conn.Send(ctx(t), m3))
	p.session = chat.NewSpeaker(session)
	assert.Equal(t, cmp.Or(p.can, canOurs), string(p.receive(t)), "before anything else")
}

// canOurs is the first frame of this program.
const (
	canOurs      = "\x41\x00\x00\x00\x00\x00\x00\x00\x0b"
	heardNothing = "\x04\x00\x00\x00\x00\x00\x00\x00\x00"
)

func (p *byHand) send(t testing.TB, body string) {
	t.Helper()
	frame, err := p.session.Seal([]byte(body))
	require.NoError(t, err)
	require.NoError(t, p.conn.Send(ctx(t), frame))
}

func (p *byHand) receive(t testing.TB) []byte {
	t.Helper()
	frame, err := p.conn.Receive(ctx(t))
	require.NoError(t, err)
	body, err := p.session.Open(frame)
	require.NoError(t, err)
	return body
}

// TestFunctionalHostileFrames: a peer with all the keys that breaks a rule.
// The person reads one sentence, and nothing is sent back.
func TestFunctionalHostileFrames(t *testing.T) {
	t.Parallel()
	part := "\x02" + strings.Repeat("x", 16000)
	ack := func(n byte) string { return "\x03\x00\x00\x00\x00\x00\x00\x00" + string([]byte{n}) }
	for name, bodies := range map[string][]string{
		"type 0":                  {"\x00"},
		"reserved for files":      {"\x10abc"},
		"reserved for restart":    {"\x20abc"},
		"reserved for rekey":      {"\x7f"},
		"high type":               {"\x80"},
		"empty text":              {"\x01"},
		"short part":              {"\x02" + strings.Repeat("x", 15999)},
		"not UTF-8":               {"\x01\xff"},
		"five parts":              {part, part, part, part, part},
		"one byte too much":       {part, part, part, part, "\x01" + strings.Repeat("x", 1537)},
		"ack ahead":               {ack(200)},
		"short ack":               {"\x03\x00"},
		"long ack":                {ack(0) + "\x00"},
		"ack of 0":                {ack(0)},
		"short heard":             {"\x04"},
		"long heard":              {heardNothing + "\x00"},
		"heard ahead":             {"\x04" + ack(200)[1:]},
		"bye without a reason":    {"\x05"},
		"bye with two reasons":    {"\x05\x01\x01"},
		"typing with content":     {"\x40x"},
		"UTF-8 broken over parts": {part, "\x01\xc3"},
	} {
		t.Run(name, func(t *testing.T) {
			inviter, p := openByHand(t)
			p.send(t, "\x01before")
			assert.Equal(t, "before", await[chat.Message](t, inviter).Text)
			assert.Equal(t, ack(1), string(p.receive(t)))
			for _, body := range bodies {
				frame, err := p.session.Seal([]byte(body))
				require.NoError(t, err)
				if p.conn.Send(ctx(t), frame) != nil {
					break // closed already
				}
			}
			assert.Equal(t, chat.ReasonUntrusted, awaitClosed(t, inviter))
		})
	}
	t.Run("acks that go back", func(t *testing.T) {
		inviter, p := openByHand(t)
		_, err := inviter.Send("", "hello")
		require.NoError(t, err)
		assert.Equal(t, "\x01hello", string(p.receive(t)))
		p.send(t, ack(2))
		assert.Equal(t, uint64(1), await[chat.Delivered](t, inviter).ID)
		p.send(t, ack(2))
		assert.Equal(t, chat.ReasonUntrusted, awaitClosed(t, inviter))
	})
	t.Run("unknown types are ignored, counted and acked", func(t *testing.T) {
		inviter, p := openByHand(t)
		p.send(t, "\x43from the future")
		assert.Equal(t, ack(1), string(p.receive(t)))
		p.send(t, "\x7e")
		assert.Equal(t, ack(2), string(p.receive(t)))
		p.send(t, "\x01hello")
		assert.Equal(t, "hello", await[chat.Message](t, inviter).Text)
		p.send(t, "\x05\x01")
		assert.Equal(t, chat.ReasonLeft, awaitClosed(t, inviter))
	})
	t.Run("a flood of heards", func(t *testing.T) {
		inviter, p := openByHand(t)
		assert.Equal(t, chat.ReasonUntrusted, p.flood(t, inviter, heardNothing))
	})
	t.Run("a flood of frames to ignore", func(t *testing.T) {
		inviter, p := openByHand(t)
		assert.Equal(t, chat.ReasonUntrusted, p.flood(t, inviter, "\x43"))
	})
	t.Run("a flood of typing", func(t *testing.T) {
		inviter, p := openByHand(t)
		assert.Equal(t, chat.ReasonUntrusted, p.flood(t, inviter, "\x40"))
	})
	t.Run("a frame replayed", func(t *testing.T) {
		inviter, p := openByHand(t)
		frame, err := p.session.Seal([]byte("\x01once"))
		require.NoError(t, err)
		require.NoError(t, p.conn.Send(ctx(t), frame))
		require.NoError(t, p.conn.Send(ctx(t), frame))
		assert.Equal(t, chat.ReasonUntrusted, awaitClosed(t, inviter))
	})
	t.Run("no handshake", func(t *testing.T) {
		inviter := create(t)
		p := joinByHand(t, inviter.Link().Link)
		require.NoError(t, inviter.Accept(p.reply, false))
		require.NoError(t, p.conn.Open(ctx(t)))
		require.NoError(t, p.conn.Send(ctx(t), []byte("hello?")))
		assert.Equal(t, chat.ReasonUntrusted, awaitClosed(t, inviter))
	})
}

// TestFunctionalWrongCertificate: a reply, or an invite, that names another certificate
// than the one met is told as what it is, on both sides, and not as a connection that was
// not found.
func TestFunctionalWrongCertificate(t *testing.T) {
	t.Parallel()
	t.Run("of the reply", func(t *testing.T) {
		inviter := create(t)
		p := joinByHand(t, inviter.Link().Link, func(d *sdp.Description) { d.Fingerprint[0] ^= 1 })
		require.NoError(t, inviter.Accept(p.reply, false))
		assert.Equal(t, chat.ReasonUntrusted, awaitClosed(t, inviter))
		assert.ErrorIs(t, p.conn.Open(ctx(t)), peer.ErrForeign)
	})
	t.Run("of the invite", func(t *testing.T) {
		conn, err := peer.New(peer.Config{Loopback: true})
		require.NoError(t, err)
		t.Cleanup(func() { _ = conn.Close() })
		text, err := conn.Offer(ctx(t))
		require.NoError(t, err)
		offer, err := sdp.Parse(text, true)
		require.NoError(t, err)
		offer.Fingerprint[31] ^= 0x80
		keys, err := seal.GenerateKeyPair(rand.Reader)
		require.NoError(t, err)
		secret, err := seal.GenerateLinkSecret(rand.Reader)
		require.NoError(t, err)
		inv := invite.Invite{Secret: invite.NewSecret(secret.Bytes()), Key: keys.PublicKey(), Offer: offer}
		joiner := join(t, invite.Code(inv.Bytes()).LinkText())
		reply, err := invite.Find(joiner.Link().Link)
		require.NoError(t, err)
		answer, _, err := seal.OpenReply(rand.Reader, keys, secret, inv.Bytes(), reply)
		require.NoError(t, err)
		d, err := invite.ParseAnswer(answer, true)
		require.NoError(t, err)
		require.NoError(t, conn.Accept(ctx(t), d.SDP(sdp.Answer, sdp.MediaID(text))))
		assert.Equal(t, chat.ReasonUntrusted, awaitClosed(t, joiner))
	})
}

// flood sends the same body, sealed beforehand, all at once.
func (p *byHand) flood(t testing.TB, s *chat.Session, body string) chat.Reason {
	t.Helper()
	var frames [][]byte
	for range 1000 {
		frame, err := p.session.Seal([]byte(body))
		require.NoError(t, err)
		frames = append(frames, frame)
	}
	for _, frame := range frames {
		if p.conn.Send(ctx(t), frame) != nil {
			break // ended
		}
	}
	return awaitClosed(t, s)
}

// TestFunctionalHostileVolume: a peer with all the keys sends 100 MiB as fast
// as it can, to somebody who reads nothing. Memory stays small, and what comes
// without waiting for acks ends the chat.
func TestFunctionalHostileVolume(t *testing.T) {
	inviter, p := openByHand(t)
	p.send(t, "\x01first")
	assert.Equal(t, "first", await[chat.Message](t, inviter).Text)
	before := heap()
	part, text := "\x02"+strings.Repeat("x", 16000), "\x01"+strings.Repeat("y", 1536)
	sent, most := 0, uint64(0)
	for i := 0; sent < 100<<20; i++ {
		body := part
		if i%5 == 4 {
			body = text
		}
		frame, err := p.session.Seal([]byte(body))
		require.NoError(t, err)
		short, cancel := context.WithTimeout(context.Background(), time.Second)
		err = p.conn.Send(short, frame)
		cancel()
		if err != nil {
			break // held back, or ended
		}
		sent += len(frame)
		if i%16 == 0 {
			most = max(most, growth(before))
		}
	}
	most = max(most, growth(before))
	t.Logf("the peer got rid of %d KiB; the heap of both ends grew by at most %d KiB", sent>>10, most>>10)
	assert.Less(t, sent, 16<<20)
	// Two ends in one process: what is sealed and waits to be sent counts too.
	assert.Less(t, most, uint64(12<<20))
}

// heap is what is in use once garbage is gone, never less than nothing.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func awaitClosed(t testing.TB, s *chat.Session) chat.Reason {
	t.Helper()
	for {
		e, ok := s.Next(ctx(t))
		require.True(t, ok)
		if c, is := e.(chat.Closed); is {
			return c.Reason
		}
	}
}

// TestUnitLinks: what stands before the code.
func TestUnitLinks(t *testing.T) {
	for site, want := range map[string][2]string{
		"":                                {"", ""},
		"https://chat.example":            {"https://chat.example/#", "HTTPS://CHAT.EXAMPLE/#"},
		"https://chat.example/":           {"https://chat.example/#", "HTTPS://CHAT.EXAMPLE/#"},
		"http://192.0.2.7:8787/":          {"http://192.0.2.7:8787/#", "HTTP://192.0.2.7:8787/#"},
		"https://example.org/Chat/":       {"https://example.org/Chat/#", "https://example.org/Chat/#"},
		"https://example.org/#leftover":   {"https://example.org/#", "HTTPS://EXAMPLE.ORG/#"},
		"https://example.org/index.html#": {"https://example.org/index.html#", "https://example.org/index.html#"},
	} {
		link, qr := chat.LinkPrefixes(site)
		assert.Equal(t, want, [2]string{link, qr}, site)
	}
}

// TestFunctionalNoMarkAtTheEnd: no QR text ends in what a program takes for the end
// of the sentence. By chance 7 of 43 would.
func TestFunctionalNoMarkAtTheEnd(t *testing.T) {
	t.Parallel()
	for range 20 {
		invited := create(t)
		joined := join(t, invited.Link().Link)
		for _, qr := range []string{invited.Link().QR, joined.Link().QR} {
			require.NotContains(t, "$*+-./:", qr[len(qr)-1:], qr)
		}
		require.NoError(t, joined.Close())
		require.NoError(t, invited.Close())
	}
}

func growth(before uint64) uint64 {
	now := heap()
	return now - min(now, before)
}
