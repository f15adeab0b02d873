package chat

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"time"

	"tincan/internal/invite"
	"tincan/internal/peer"
	"tincan/internal/sdp"
	"tincan/internal/seal"
)

// meeting is how the two come together: an invite, its reply, and all the other replies
// that whoever has the link can make. It decides and asks nobody; the engine is run's to ask.
type meeting struct {
	role     seal.Role
	loopback bool // addresses of this computer are offered and accepted, too
	confined bool // no others are tried
	keys     *seal.KeyPair
	secret   seal.LinkSecret
	invite   invite.Code
	reply    invite.Code // ours, or the one accepted
	mediaID  string

	attempt *attempt      // a reply that the engine looks at
	held    []handedIn    // replies that came meanwhile
	refused []invite.Code // handed in by the person, and of no use
	seconds []invite.Code // that opened when the invite was spent, and have been told
}

// handedIn is a code that is a reply and not ours. offered is that of Accept; answer is
// called, inside run, if and when acceptReply has returned errLater.
type handedIn struct {
	code    invite.Code
	offered bool
	answer  func(error)
}

// attempt is a reply that opened, while the engine looks at what it holds.
type attempt struct {
	handedIn
	handshake   *seal.Handshake
	description sdp.Description
}

// errLater is returned instead of an answer that will come.
var errLater = errors.New("chat: the engine is asked")

// offer makes our invite of the engine's description, and returns what of that is in it.
func (m *meeting) offer(text string, mailbox bool) (sdp.Description, error) {
	m.mediaID = sdp.MediaID(text)
	offer, err := sdp.Parse(text, m.loopback)
	if err != nil {
		return sdp.Description{}, err
	}
	inv := invite.Invite{Mailbox: mailbox, Key: m.keys.PublicKey(), Offer: offer.ForInvite()}
	for m.invite == nil || m.invite.EndsInMark() {
		clear(m.invite)
		m.secret.Wipe()
		if m.secret, err = seal.GenerateLinkSecret(rand.Reader); err != nil {
			return sdp.Description{}, err
		}
		inv.Secret = invite.NewSecret(m.secret.Bytes())
		m.invite = inv.Bytes()
		inv.Secret.Wipe()
	}
	return inv.Offer, nil
}

// answer makes our reply of the engine's description, and the handshake that begins with it.
func (m *meeting) answer(text string, inv invite.Invite) (answer sdp.Description, handshake *seal.Handshake, err error) {
	if answer, err = sdp.Parse(text, m.loopback); err != nil {
		return answer, nil, err
	}
	for {
		m.reply, handshake, err = seal.SealReply(rand.Reader, m.keys, m.secret, inv.Key, m.invite, invite.AnswerBytes(answer))
		if err != nil || !m.reply.EndsInMark() {
			return answer, handshake, err
		}
		handshake.Close()
		m.keys.Wipe() // a key pair seals once
		if m.keys, err = seal.GenerateKeyPair(rand.Reader); err != nil {
			return answer, nil, err
		}
	}
}

// tried is what of the other side's description the engine is given.
func (m *meeting) tried(d sdp.Description) sdp.Description {
	if m.confined {
		return d.OnThisComputer()
	}
	return d
}

// find looks for a reply to our invite in a text.
func (m *meeting) find(text string) (invite.Code, error) {
	code, err := invite.Find(text)
	switch {
	case err != nil:
		return nil, textError(err)
	case code.IsInvite() && bytes.Equal(code, m.invite) && m.role == seal.Inviter:
		return nil, fail(CodeOwnInvite, nil)
	case code.IsInvite():
		return nil, fail(CodeWantReply, nil)
	case m.role == seal.Joiner && bytes.Equal(code, m.reply):
		return nil, fail(CodeOwnReply, nil)
	case m.role == seal.Joiner:
		return nil, fail(CodeBusy, nil)
	}
	return code, nil
}

// examine looks at a reply. With errLater, a description is to be given to the engine, and what that
// makes of it to settle; without one, the reply waits for its turn. Whoever has the link can
// seal anything, so it takes a reply that can be used to spend the invite: before that is
// certain, nothing changes. The engine looks at one at a time.
func (m *meeting) examine(r handedIn) (text string, err error) {
	if m.isHere(r.code) {
		return "", fail(CodeAlreadyUsed, nil)
	}
	if m.attempt != nil {
		m.held = append(m.held, r)
		return "", errLater
	}
	answer, handshake, err := seal.OpenReply(rand.Reader, m.keys, m.secret, m.invite, r.code)
	if m.reply != nil {
		// The invite is spent. Another reply that opens was made by somebody
		// else who had the link, or by the same person joining twice.
		if err != nil {
			return "", fail(CodeOtherInvite, err)
		}
		handshake.Close()
		return "", fail(CodeSecondReply, nil)
	}
	if err != nil {
		return "", m.refuse(r, fail(CodeOtherInvite, err))
	}
	description, err := invite.ParseAnswer(answer, m.loopback)
	if err != nil {
		handshake.Close()
		return "", m.refuse(r, textError(err))
	}
	m.attempt = &attempt{r, handshake, description}
	return m.tried(description).SDP(sdp.Answer, m.mediaID), errLater
}

// isHere tells whether this reply is in use, or looked at.
func (m *meeting) isHere(code invite.Code) bool {
	return bytes.Equal(code, m.reply) || m.attempt != nil && bytes.Equal(code, m.attempt.code)
}

// settle ends the attempt with what the engine said. Without an error it uses the invite up.
func (m *meeting) settle(said error) (a *attempt, err error) {
	a, m.attempt = m.attempt, nil
	if said == nil {
		m.reply = a.code
		return a, nil
	}
	a.handshake.Close()
	switch {
	case errors.Is(said, peer.ErrDescription):
		return a, m.refuse(a.handedIn, fail(CodeMalformed, said))
	case errors.Is(said, peer.ErrForeign):
		return a, stop{ReasonUntrusted, fail(CodeEnded, said)} // refused while the engine was at it
	}
	return a, stop{ReasonInternal, fail(CodeInternal, said)}
}

// nextHeld is the next reply that came while the engine looked at another.
func (m *meeting) nextHeld() (r handedIn, ok bool) {
	if m.attempt != nil || len(m.held) == 0 {
		return r, false
	}
	r, m.held = m.held[0], m.held[1:]
	return r, true
}

// refuse counts a try, unless it is no other than one before: pressing a button twice
// gains nothing for anybody who guesses.
func (m *meeting) refuse(r handedIn, why error) error {
	if r.offered || known(m.refused, r.code) {
		return why
	}
	if m.refused = append(m.refused, r.code); len(m.refused) >= maxTries {
		return stop{ReasonTries, fail(CodeTries, why)}
	}
	return why
}

// secondNews tells whether a second reply is to be told: once of each, and not for ever.
func (m *meeting) secondNews(code invite.Code) bool {
	if len(m.seconds) == maxTold || known(m.seconds, code) {
		return false
	}
	m.seconds = append(m.seconds, code)
	return true
}

// isSecond tells whether a text that is to be sent is a second reply to our invite: it came
// by hand after another had come by itself, and must not go to whoever sent that.
func (m *meeting) isSecond(text string) bool {
	if m.role != seal.Inviter || len(text) < invite.MinReplyText {
		return false
	}
	code, err := invite.Find(text)
	if err != nil || !code.IsReply() || m.isHere(code) {
		return false
	}
	_, handshake, err := seal.OpenReply(rand.Reader, m.keys, m.secret, m.invite, code)
	if err != nil {
		return false
	}
	handshake.Close()
	return true
}

// done is for when both have the same keys. The inviter keeps the link's secret, to
// recognise a second reply.
func (m *meeting) done() {
	if m.role == seal.Joiner {
		m.secret.Wipe()
	}
}

func (m *meeting) wipe() {
	m.keys.Wipe()
	m.secret.Wipe()
	clear(m.invite) // it holds the link secret too
	if m.attempt != nil {
		m.attempt.handshake.Close()
	}
}

func known(list []invite.Code, code invite.Code) bool {
	return slices.ContainsFunc(list, func(c invite.Code) bool { return bytes.Equal(c, code) })
}

// accept is Accept, inside run: see acceptReply for answer.
func (s *Session) accept(text string, offered bool, answer func(error)) error {
	code, err := s.meet.find(text)
	if err != nil {
		return err
	}
	return s.acceptReply(handedIn{code, offered, answer})
}

// acceptReply takes a reply, and has the engine look at what it holds.
func (s *Session) acceptReply(r handedIn) error {
	text, err := s.meet.examine(r)
	if text != "" {
		conn := s.line.conn
		s.work.ask(func(ctx context.Context) func() error {
			err := conn.Accept(ctx, text)
			return func() error { return s.attempted(err) }
		})
	}
	if r.offered && CodeOf(err) == CodeSecondReply && s.meet.secondNews(r.code) {
		s.diary.note("told: " + string(CodeSecondReply))
		s.events.push(Problem{CodeSecondReply}) // nobody has handed it in here
	}
	return err
}

// attempted goes on with what the engine made of a reply, and then with those that
// were handed in meanwhile.
func (s *Session) attempted(err error) error {
	a, err := s.meet.settle(err)
	if err == nil {
		now := time.Now()
		s.line.handshake, s.look.remote = a.handshake, a.description
		if s.post != nil {
			s.post.meet(now)
		}
		s.diary.candidates("the reply's", a.description)
		s.enter(looking, now)
	}
	if err = answerTo(a.handedIn, err); err != nil {
		return err
	}
	for r, ok := s.meet.nextHeld(); ok; r, ok = s.meet.nextHeld() {
		if err := s.acceptReply(r); err != errLater {
			if err = answerTo(r, err); err != nil {
				return err
			}
		}
	}
	return nil
}

// answerTo tells who handed a reply in what came of it, and returns what ends the session.
func answerTo(r handedIn, err error) error {
	end, ok := err.(stop)
	if ok {
		r.answer(end.err)
		return end
	}
	r.answer(err)
	return nil
}
