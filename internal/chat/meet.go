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
// that whoever has the link can make. It only decides: what the engine has to be asked,
// run asks.
type meeting struct {
	role     seal.Role
	loopback bool // addresses of this computer are offered and accepted, too
	confined bool // of the other side's addresses, only those of this computer are tried
	keys     *seal.KeyPair
	secret   seal.LinkSecret
	invite   invite.Code
	reply    invite.Code // ours, or the one accepted
	mediaID  string      // the a=mid of our offer, which the answer must repeat

	attempt *attempt      // the reply that the engine is looking at
	held    []handedIn    // replies that came in the meantime
	refused []invite.Code // replies that the person handed in and that could not be used
	seconds []invite.Code // second replies that the person has been told of

	returns returns
}

// handedIn is a reply that has been handed in, by the person or by the mailbox. offered is as
// in Accept. If acceptReply returns errLater, answer is called later, inside run, with what
// came of the reply.
type handedIn struct {
	code    invite.Code
	offered bool
	answer  func(error)
}

// attempt is a reply that could be opened, while the engine looks at the description in it.
type attempt struct {
	handedIn
	handshake   *seal.Handshake
	description sdp.Description
}

// errLater is returned when the engine has to be asked first.
var errLater = errors.New("chat: the engine is asked")

// offer makes our invite from the engine's description, and returns the part of it that the
// invite carries.
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

// answer makes our reply from the engine's description, and the handshake that begins with it.
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
		m.keys.Wipe() // a key pair seals only one reply
		if m.keys, err = seal.GenerateKeyPair(rand.Reader); err != nil {
			return answer, nil, err
		}
	}
}

// tried is the part of the other side's description that the engine is given.
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
	case code.IsRepair():
		return nil, fail(CodeWrongChat, nil)
	case m.role == seal.Joiner && bytes.Equal(code, m.reply):
		return nil, fail(CodeOwnReply, nil)
	case m.role == seal.Joiner:
		return nil, fail(CodeOtherInvite, nil)
	}
	return code, nil
}

// examine looks at a reply. If it returns errLater and a text, the engine must be given this
// description, and settle be called with the result; errLater without a text says that the
// engine is looking at another reply and that this one waits for its turn. Whoever has the
// link can seal anything into a reply, so nothing changes until the engine has taken it.
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
		// The invite has been used. Another reply that opens was made by somebody else
		// who has the link, or by the same person, who has joined twice.
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

// isHere tells whether this reply is the one in use, or the one being looked at.
func (m *meeting) isHere(code invite.Code) bool {
	return bytes.Equal(code, m.reply) || m.attempt != nil && bytes.Equal(code, m.attempt.code)
}

// settle ends the attempt with the error that the engine returned. Without one, the invite
// has been used.
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

// nextHeld returns the next reply that came while the engine was looking at another.
func (m *meeting) nextHeld() (r handedIn, ok bool) {
	if m.attempt != nil || len(m.held) == 0 {
		return r, false
	}
	r, m.held = m.held[0], m.held[1:]
	return r, true
}

// refuse counts a try, unless the same reply has been counted already: to hand in the same
// one again helps nobody who guesses. The tenth different one ends the session.
func (m *meeting) refuse(r handedIn, why error) error {
	if r.offered || known(m.refused, r.code) {
		return why
	}
	if m.refused = append(m.refused, r.code); len(m.refused) >= maxTries {
		return stop{ReasonTries, fail(CodeTries, why)}
	}
	return why
}

// secondNews tells whether the person is to be told of a second reply: once of each, and of
// no more than maxTold.
func (m *meeting) secondNews(code invite.Code) bool {
	if len(m.seconds) == maxTold || known(m.seconds, code) {
		return false
	}
	m.seconds = append(m.seconds, code)
	return true
}

// isSecond tells whether a text that the person wants to send holds a second reply to our
// invite. They got it by hand, after another had come by itself, and meant to accept it; it
// must not be sent to whoever made the other one.
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

// done is called when both sides have the same keys. The inviter keeps the link's secret, to
// recognise a second reply.
func (m *meeting) done() {
	if m.role == seal.Joiner {
		m.secret.Wipe()
	}
}

func (m *meeting) wipe() {
	m.returns.wipe()
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

// without is a list without a code. By the mailbox its kind is another than by hand.
func without(list []invite.Code, code invite.Code) []invite.Code {
	return slices.DeleteFunc(list, func(c invite.Code) bool { return bytes.Equal(c[1:], code[1:]) })
}

// accept is Accept, inside run. If it returns errLater, answer is called later.
func (s *Session) accept(text string, offered bool, answer func(error)) error {
	if s.meet.returns.now != nil {
		code, err := invite.Find(text)
		if err != nil {
			return textError(err)
		}
		return s.acceptReturn(code, false, answer)
	}
	if code, err := invite.Find(text); err == nil && s.phase.opened() {
		if code.IsRepair() {
			return s.acceptRepair(code, time.Now())
		}
		if code.IsInvite() && s.phase.broken() && !s.meet.isHere(code) && !bytes.Equal(code, s.meet.invite) {
			return fail(CodeWantRepair, nil)
		}
	}
	code, err := s.meet.find(text)
	if err != nil {
		return err
	}
	return s.acceptReply(handedIn{code, offered, answer})
}

// acceptReply examines a reply, and has the engine look at the description in it.
func (s *Session) acceptReply(r handedIn) error {
	text, err := s.meet.examine(r)
	if text != "" {
		conn := s.lines.now.conn
		s.work.ask(func(ctx context.Context) func() error {
			err := conn.Accept(ctx, text)
			return func() error { return s.attempted(err) }
		})
	}
	if r.offered && CodeOf(err) == CodeSecondReply && s.meet.secondNews(r.code) {
		s.diary.note("told: " + string(CodeSecondReply))
		s.events.push(Problem{CodeSecondReply}) // nobody here waits for the error
	}
	return err
}

// attempted goes on when the engine has looked at a reply, and then with the replies that were
// handed in meanwhile. err is what the engine returned.
func (s *Session) attempted(err error) error {
	a, err := s.meet.settle(err)
	if err == nil {
		now := time.Now()
		s.stream.handshake, s.look.remote = a.handshake, a.description
		if s.post != nil {
			s.post.meet(now)
		}
		s.lines.carry(s.lines.now)
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

// answerTo tells whoever handed a reply in what came of it. It returns an error only if the
// session ends.
func answerTo(r handedIn, err error) error {
	end, ok := err.(stop)
	if ok {
		r.answer(end.err)
		return end
	}
	r.answer(err)
	return nil
}
