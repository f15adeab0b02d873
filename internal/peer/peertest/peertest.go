// Package peertest is the contract of a peer.Conn, which the terminal's half and
// the browser's half both pass.
package peertest

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/peer"
)

// late is how long the answer waits before it is applied. `make slow` asks for
// minutes.
var late = flag.Duration("late", 2*time.Second, "how late the answer is applied in LateAnswer")

// deadline ends a wait that went wrong. It is far from what anything here
// takes.
const deadline = 60 * time.Second

// tooMuch is more than a sender may ever get rid of while nobody reads: all
// the buffers between the two ends hold less.
const tooMuch = 32 << 20

// Run holds the contract against connections made by newConn, which belong to
// the test and are closed by it.
func Run(t *testing.T, newConn func(t *testing.T) *peer.Conn) {
	s := suite{newConn}
	t.Run("Descriptions", s.descriptions)
	t.Run("Connect", s.connect)
	t.Run("ConnectWhereTheOffererIsActive", s.connectActive)
	t.Run("BothOffered", s.bothOffered)
	t.Run("LateAnswer", s.lateAnswer)
	t.Run("BadDescriptions", s.badDescriptions)
	t.Run("GoodAnswerAfterBad", s.goodAnswerAfterBad)
	t.Run("WrongFingerprint", s.wrongFingerprint)
	t.Run("WrongFingerprintOfTheOffer", s.wrongFingerprintOfTheOffer)
	t.Run("Sizes", s.sizes)
	t.Run("OrderWhenReadLate", s.orderWhenReadLate)
	t.Run("OrderBothWays", s.orderBothWays)
	t.Run("TwoChannels", s.twoChannels)
	t.Run("FlowControl", s.flowControl)
	t.Run("ContextEndsTheWait", s.contextEndsTheWait)
	t.Run("WhatWasSentArrivesBeforeTheEnd", s.remainderFirst)
	t.Run("CloseWakesWaitersBeforeConnecting", s.closeWakesBeforeConnecting)
	t.Run("CloseWakesReceive", s.closeWakesReceive)
	t.Run("CloseWakesSend", s.closeWakesSend)
	t.Run("OtherSidesCloseWakesSend", s.otherSidesCloseWakesSend)
	t.Run("OtherSidesCloseWakesSendOfOneWhoDoesNotRead", s.otherSidesCloseWakesTheDeaf)
	t.Run("CloseWhileConnecting", s.closeWhileConnecting)
	t.Run("CloseBeforeAnything", s.closeBeforeAnything)
	t.Run("CloseByManyAtOnce", s.closeByMany)
}

type suite struct {
	newConn func(t *testing.T) *peer.Conn
}

// conn returns a connection that is closed at the end of the test.
func (s suite) conn(t *testing.T) *peer.Conn {
	t.Helper()
	c := s.newConn(t)
	t.Cleanup(func() { assert.NoError(t, c.Close()) })
	return c
}

// pair returns two ends that can send.
func (s suite) pair(t *testing.T, ctx context.Context) (inviter, joiner *peer.Conn) {
	t.Helper()
	inviter, joiner = s.conn(t), s.conn(t)
	Connect(t, ctx, inviter, joiner)
	return inviter, joiner
}

// Connect lets two new ends find each other and returns when both can send.
func Connect(t *testing.T, ctx context.Context, inviter, joiner *peer.Conn) {
	t.Helper()
	answer := invite(t, ctx, inviter, joiner)
	require.NoError(t, inviter.Accept(ctx, answer))
	open(t, ctx, inviter, joiner)
}

// invite lets the joiner answer the inviter's offer as our callers do: with
// the offerer to begin DTLS.
func invite(t *testing.T, ctx context.Context, inviter, joiner *peer.Conn) (answer string) {
	t.Helper()
	offer, err := inviter.Offer(ctx)
	require.NoError(t, err)
	answer, err = joiner.Answer(ctx, active(offer))
	require.NoError(t, err)
	return answer
}

func active(offer string) string { return setup(offer, "active") }

// setup is an offer whose maker plays this part in DTLS.
func setup(offer, part string) string {
	return strings.ReplaceAll(offer, "a=setup:actpass", "a=setup:"+part)
}

func open(t *testing.T, ctx context.Context, ends ...*peer.Conn) {
	t.Helper()
	for _, end := range ends {
		require.NoError(t, end.Open(ctx), "open")
	}
}

// greet sends one message each way.
func greet(t *testing.T, ctx context.Context, a, b *peer.Conn) {
	t.Helper()
	for _, way := range []struct {
		from, to *peer.Conn
		text     string
	}{{a, b, "hello"}, {b, a, "hello yourself"}} {
		require.NoError(t, way.from.Send(ctx, []byte(way.text)))
		message, err := way.to.Receive(ctx)
		require.NoError(t, err)
		require.Equal(t, way.text, string(message))
	}
}

func withDeadline(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	t.Cleanup(cancel)
	return ctx
}

// inBackground runs f and returns where its error will be.
func inBackground(f func() error) <-chan error {
	result := make(chan error, 1)
	go func() { result <- f() }()
	return result
}

// outcome waits for what inBackground ran.
func outcome(t *testing.T, ctx context.Context, what string, result <-chan error) error {
	t.Helper()
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		require.Fail(t, what+" was not woken")
		return nil
	}
}

func (s suite) descriptions(t *testing.T) {
	ctx := withDeadline(t)
	inviter, joiner := s.conn(t), s.conn(t)
	offer, err := inviter.Offer(ctx)
	require.NoError(t, err)
	answer, err := joiner.Answer(ctx, offer)
	require.NoError(t, err)

	for name, sdp := range map[string]string{"offer": offer, "answer": answer} {
		for _, line := range []string{
			`v=0`,
			`m=application \d+ UDP/DTLS/SCTP webrtc-datachannel`,
			`a=ice-ufrag:\S{4,256}`,
			`a=ice-pwd:\S{22,256}`,
			`a=fingerprint:sha-256 ([0-9A-F]{2}:){31}[0-9A-F]{2}`,
			`a=sctp-port:5000`,
			`a=max-message-size:\d+`,
		} {
			assert.Regexp(t, regexp.MustCompile(`(?m)^`+line+`\r?$`), sdp, name)
		}
		assert.Len(t, regexp.MustCompile(`(?m)^m=`).FindAllString(sdp, -1), 1, "%s: one section", name)
	}
	assert.Contains(t, offer, "a=setup:actpass")
	assert.Contains(t, answer, "a=setup:active")
}

func (s suite) connect(t *testing.T) {
	ctx := withDeadline(t)
	inviter, joiner := s.conn(t), s.conn(t)
	offer, err := inviter.Offer(ctx)
	require.NoError(t, err)
	answer, err := joiner.Answer(ctx, offer)
	require.NoError(t, err)
	require.NoError(t, inviter.Accept(ctx, answer))

	open(t, ctx, inviter, joiner)
	greet(t, ctx, inviter, joiner)
	assert.NotEqual(t, peer.PathUnknown, inviter.Path(ctx))
	assert.NotEqual(t, peer.PathUnknown, joiner.Path(ctx))
}

func (s suite) connectActive(t *testing.T) {
	ctx := withDeadline(t)
	inviter, joiner := s.conn(t), s.conn(t)
	answer := invite(t, ctx, inviter, joiner)
	assert.Contains(t, answer, "a=setup:passive")
	require.NoError(t, inviter.Accept(ctx, answer))

	open(t, ctx, inviter, joiner)
	greet(t, ctx, inviter, joiner)
}

// A person carries the reply: minutes pass before the inviter has it, while
// the joiner's engine already looks for the inviter.
// bothOffered: neither has answered. Each takes the other's offer as the answer to its own, as
// it does where a chat gets a new connection; who is told first makes no difference.
func (s suite) bothOffered(t *testing.T) {
	for _, name := range []string{"the inviter first", "the joiner first"} {
		t.Run(name, func(t *testing.T) {
			ctx := withDeadline(t)
			inviter, joiner := s.conn(t), s.conn(t)
			ours, err := inviter.Offer(ctx)
			require.NoError(t, err)
			theirs, err := joiner.Offer(ctx)
			require.NoError(t, err)
			tell := []func() error{
				func() error { return inviter.Accept(ctx, setup(theirs, "passive")) },
				func() error { return joiner.Accept(ctx, setup(ours, "active")) },
			}
			if name == "the joiner first" {
				tell[0], tell[1] = tell[1], tell[0]
			}
			for _, f := range tell {
				require.NoError(t, f())
			}
			open(t, ctx, inviter, joiner)
			greet(t, ctx, inviter, joiner)
		})
	}
}

func (s suite) lateAnswer(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), *late+deadline)
	defer cancel()
	inviter, joiner := s.conn(t), s.conn(t)
	answer := invite(t, ctx, inviter, joiner)

	time.Sleep(*late) // the lateness itself, not a hope
	require.NoError(t, inviter.Accept(ctx, answer))

	open(t, ctx, inviter, joiner)
	greet(t, ctx, inviter, joiner)
}

func (s suite) badDescriptions(t *testing.T) {
	ctx := withDeadline(t)
	offerer, answerer := s.conn(t), s.conn(t)
	offer, err := offerer.Offer(ctx)
	require.NoError(t, err)
	answer, err := answerer.Answer(ctx, offer)
	require.NoError(t, err)
	require.NoError(t, offerer.Close())
	require.NoError(t, answerer.Close())

	without := func(sdp, lines string) string {
		return regexp.MustCompile(`(?m)^`+lines+`.*\r\n`).ReplaceAllString(sdp, "")
	}
	bad := func(sdp string) map[string]string {
		return map[string]string{
			"nothing":        "",
			"a word":         "hello",
			"a line":         "v=0\r\n",
			"cut in a line":  sdp[:len(sdp)/3],
			"no fingerprint": without(sdp, "a=fingerprint:"),
			"no credentials": without(sdp, "a=ice-"),
			"zeros":          strings.Repeat("\x00", 1000),
			"a megabyte":     strings.Repeat("a=candidate:", 1<<20/12),
			"many sections":  sdp + strings.Repeat("m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n", 1000),
		}
	}
	for name, sdp := range bad(offer) {
		t.Run("offer/"+name, func(t *testing.T) {
			_, err := s.conn(t).Answer(ctx, sdp)
			require.ErrorIs(t, err, peer.ErrDescription)
		})
	}
	for name, sdp := range bad(answer) {
		t.Run("answer/"+name, func(t *testing.T) {
			c := s.conn(t)
			_, err := c.Offer(ctx)
			require.NoError(t, err)
			require.ErrorIs(t, c.Accept(ctx, sdp), peer.ErrDescription)
		})
	}
}

func (s suite) goodAnswerAfterBad(t *testing.T) {
	ctx := withDeadline(t)
	inviter, joiner := s.conn(t), s.conn(t)
	answer := invite(t, ctx, inviter, joiner)
	require.ErrorIs(t, inviter.Accept(ctx, "v=0\r\n"), peer.ErrDescription)
	require.ErrorIs(t, inviter.Accept(ctx, answer[:len(answer)/3]), peer.ErrDescription)
	require.NoError(t, inviter.Accept(ctx, answer))

	open(t, ctx, inviter, joiner)
	greet(t, ctx, inviter, joiner)
}

// Someone else answers in the joiner's place, or the joiner's certificate is
// not the one the reply named.
func (s suite) wrongFingerprint(t *testing.T) {
	ctx := withDeadline(t)
	inviter, joiner := s.conn(t), s.conn(t)
	answer := invite(t, ctx, inviter, joiner)
	forged := forgeFingerprint(answer)
	require.NoError(t, inviter.Accept(ctx, forged))
	require.ErrorIs(t, inviter.Open(ctx), peer.ErrForeign)
	requireClosed(t, ctx, inviter)
	requireForeign(t, ctx, inviter)

	// The one who is refused learns of it, and cannot tell whose fault it is.
	require.ErrorIs(t, joiner.Open(ctx), peer.ErrForeign)
	requireForeign(t, ctx, joiner)
}

// The certificate is not the one that the offer named.
func (s suite) wrongFingerprintOfTheOffer(t *testing.T) {
	ctx := withDeadline(t)
	inviter, joiner := s.conn(t), s.conn(t)
	offer, err := inviter.Offer(ctx)
	require.NoError(t, err)
	answer, err := joiner.Answer(ctx, active(forgeFingerprint(offer)))
	require.NoError(t, err)
	if err := inviter.Accept(ctx, answer); err != nil { // so soon has the joiner refused it
		require.ErrorIs(t, err, peer.ErrForeign)
	}
	require.ErrorIs(t, joiner.Open(ctx), peer.ErrForeign)
	requireForeign(t, ctx, joiner)
}

// forgeFingerprint is a description with the fingerprint of nobody's certificate.
func forgeFingerprint(sdp string) string {
	fingerprint := regexp.MustCompile(`a=fingerprint:sha-256 ..`)
	forged := fingerprint.ReplaceAllString(sdp, "a=fingerprint:sha-256 00")
	if forged == sdp { // one in 256
		forged = fingerprint.ReplaceAllString(sdp, "a=fingerprint:sha-256 01")
	}
	return forged
}

// requireForeign holds that whatever is asked of c now tells that the other side is none
// of ours.
func requireForeign(t *testing.T, ctx context.Context, c *peer.Conn) {
	t.Helper()
	assert.ErrorIs(t, c.Open(ctx), peer.ErrForeign)
	assert.ErrorIs(t, c.Send(ctx, []byte("anyone?")), peer.ErrForeign)
	_, err := c.Receive(ctx)
	assert.ErrorIs(t, err, peer.ErrForeign)
	assert.ErrorIs(t, err, peer.ErrClosed)
	require.NoError(t, c.Close())
	_, err = c.Receive(ctx)
	assert.ErrorIs(t, err, peer.ErrForeign, "after Close as well")
}

// Stranger is the other end of a connection that does what nothing of ours does.
type Stranger interface {
	SendText(text string)
	SendBytes(size int)
	// OpenChannels opens data channels, one after the other, until one fails or so many
	// are open.
	OpenChannels(n int)
}

// Strange holds that c, which can send and whose other end is a stranger, ends with
// ErrForeign for each of what strangers do, once what had arrived before is received.
func Strange(t *testing.T, connect func(t *testing.T) (c *peer.Conn, other Stranger)) {
	for name, do := range map[string]func(Stranger){
		"text":                 func(s Stranger) { s.SendText("hello") },
		"an empty text":        func(s Stranger) { s.SendText("") },
		"a long text":          func(s Stranger) { s.SendText(strings.Repeat("x", peer.MaxMessage)) },
		"a byte too much":      func(s Stranger) { s.SendBytes(peer.MaxMessage + 1) },
		"twice too much":       func(s Stranger) { s.SendBytes(2 * peer.MaxMessage) },
		"what was announced":   func(s Stranger) { s.SendBytes(262144) },
		"a channel of its own": func(s Stranger) { s.OpenChannels(1) },
		"many channels":        func(s Stranger) { s.OpenChannels(200) },
	} {
		t.Run(name, func(t *testing.T) {
			ctx := withDeadline(t)
			c, other := connect(t)
			other.SendBytes(5)
			do(other)
			message, err := c.Receive(ctx)
			if err == nil { // a channel of its own may overtake it
				require.Len(t, message, 5)
				_, err = c.Receive(ctx)
			} else {
				require.Contains(t, name, "channel")
			}
			require.ErrorIs(t, err, peer.ErrForeign)
			requireForeign(t, ctx, c)
		})
	}
}

func (s suite) sizes(t *testing.T) {
	ctx := withDeadline(t)
	a, b := s.pair(t, ctx)
	require.ErrorIs(t, a.Send(ctx, make([]byte, peer.MaxMessage+1)), peer.ErrTooLarge)

	// The refusal cost nothing: the channel still takes all it should.
	for _, size := range []int{0, 1, 1200, 16400, peer.MaxMessage} {
		message := bytes.Repeat([]byte{byte(size)}, size)
		require.NoError(t, a.Send(ctx, message), "%d bytes", size)
		clear(message) // Send copied it
		got, err := b.Receive(ctx)
		require.NoError(t, err, "%d bytes", size)
		require.Equal(t, bytes.Repeat([]byte{byte(size)}, size), got)
	}
}

// sender and receiver are a connection, for its first channel, or its second channel.
type (
	sender interface {
		Send(ctx context.Context, message []byte) error
	}
	receiver interface {
		Receive(ctx context.Context) ([]byte, error)
	}
)

// numbered returns message number i, whose length varies with its number.
func numbered(i int) []byte {
	message := make([]byte, 4+i*7919%397)
	binary.BigEndian.PutUint32(message, uint32(i))
	return message
}

func sendNumbered(ctx context.Context, c sender, n int) error {
	for i := range n {
		if err := c.Send(ctx, numbered(i)); err != nil {
			return err
		}
	}
	return nil
}

func receiveNumbered(t *testing.T, ctx context.Context, c receiver, n int) {
	t.Helper()
	for i := range n {
		message, err := c.Receive(ctx)
		require.NoError(t, err, "message %d", i)
		require.Equal(t, numbered(i), message, "message %d", i)
	}
}

// The reader doesn't come before everything is sent.
func (s suite) orderWhenReadLate(t *testing.T) {
	ctx := withDeadline(t)
	a, b := s.pair(t, ctx)
	const n = 4000 // about 800 KB: the buffers between take it
	require.NoError(t, sendNumbered(ctx, a, n))
	receiveNumbered(t, ctx, b, n)
}

func (s suite) orderBothWays(t *testing.T) {
	ctx := withDeadline(t)
	a, b := s.pair(t, ctx)
	const n = 4000
	sentA := inBackground(func() error { return sendNumbered(ctx, a, n) })
	sentB := inBackground(func() error { return sendNumbered(ctx, b, n) })
	receiveNumbered(t, ctx, a, n)
	receiveNumbered(t, ctx, b, n)
	require.NoError(t, outcome(t, ctx, "Send", sentA))
	require.NoError(t, outcome(t, ctx, "Send", sentB))
}

// What goes by one channel doesn't come by the other, and both end together.
func (s suite) twoChannels(t *testing.T) {
	ctx := withDeadline(t)
	a, b := s.pair(t, ctx)
	require.NoError(t, a.Files().Open(ctx))
	require.NoError(t, b.Files().Open(ctx))
	const n = 4000
	chat := inBackground(func() error { return sendNumbered(ctx, a, n) })
	files := inBackground(func() error { return sendNumbered(ctx, a.Files(), n/2) })
	back := inBackground(func() error { return sendNumbered(ctx, b.Files(), n) })
	receiveNumbered(t, ctx, a.Files(), n)
	receiveNumbered(t, ctx, b.Files(), n/2)
	receiveNumbered(t, ctx, b, n)
	for _, sent := range []<-chan error{chat, files, back} {
		require.NoError(t, outcome(t, ctx, "Send", sent))
	}

	closed := inBackground(a.Close)
	_, err := b.Receive(ctx)
	require.ErrorIs(t, err, peer.ErrClosed)
	for _, c := range []*peer.Conn{a, b} {
		_, err = c.Files().Receive(ctx)
		require.ErrorIs(t, err, peer.ErrClosed)
		require.ErrorIs(t, c.Files().Send(ctx, []byte("late")), peer.ErrClosed)
	}
	require.NoError(t, outcome(t, ctx, "Close", closed))
}

// block is one message of flowControl, with its number in front.
func block(i int) []byte {
	message := make([]byte, 16<<10)
	binary.BigEndian.PutUint32(message, uint32(i))
	return message
}

// Where nobody reads, an engine that can slow the other side down does, and
// goes on when the reader comes. One that cannot ends the connection before
// its memory fills; what it had taken is still read in order.
func (s suite) flowControl(t *testing.T) {
	ctx := withDeadline(t)
	a, b := s.pair(t, ctx)
	sent, err := sendUntilStuck(ctx, a)
	switch {
	case errors.Is(err, context.DeadlineExceeded): // slowed down
		rest := inBackground(func() error {
			for i := sent; i < sent+100; i++ {
				if err := a.Send(ctx, block(i)); err != nil {
					return err
				}
			}
			return nil
		})
		for i := range sent + 100 {
			message, err := b.Receive(ctx)
			require.NoError(t, err, "message %d", i)
			require.Equal(t, block(i), message, "message %d", i)
		}
		require.NoError(t, outcome(t, ctx, "Send", rest))
	case errors.Is(err, peer.ErrClosed): // ended
		i := 0
		for ; ; i++ {
			message, err := b.Receive(ctx)
			if err != nil {
				require.ErrorIs(t, err, peer.ErrClosed)
				break
			}
			require.Equal(t, block(i), message, "message %d", i)
		}
		assert.Positive(t, i)
	default:
		require.NoError(t, err)
		require.Fail(t, "nothing slows the sender down", "%d messages sent", sent)
	}
}

// sendUntilStuck sends blocks until one waits for longer than a Send does
// while anything moves, or the connection ends.
func sendUntilStuck(ctx context.Context, c *peer.Conn) (sent int, err error) {
	for sent*len(block(0)) < tooMuch {
		stuck, cancel := context.WithTimeout(ctx, 2*time.Second)
		err := c.Send(stuck, block(sent))
		cancel()
		if err != nil {
			return sent, err
		}
		sent++
	}
	return sent, nil
}

func (s suite) contextEndsTheWait(t *testing.T) {
	over, cancel := context.WithCancel(t.Context())
	cancel()
	ctx := withDeadline(t)

	c := s.conn(t)
	require.ErrorIs(t, c.Open(over), context.Canceled)
	require.ErrorIs(t, c.Send(over, []byte("early")), context.Canceled)
	_, err := c.Receive(over)
	require.ErrorIs(t, err, context.Canceled)

	// None of that broke it.
	other := s.conn(t)
	answer := invite(t, ctx, c, other)
	require.NoError(t, c.Accept(ctx, answer))
	open(t, ctx, c, other)
	_, err = other.Receive(over)
	require.ErrorIs(t, err, context.Canceled)
	greet(t, ctx, c, other)
}

func (s suite) remainderFirst(t *testing.T) {
	ctx := withDeadline(t)
	a, b := s.pair(t, ctx)
	const n = 1500
	require.NoError(t, sendNumbered(ctx, a, n))
	closed := inBackground(a.Close)
	receiveNumbered(t, ctx, b, n)
	_, err := b.Receive(ctx)
	require.ErrorIs(t, err, peer.ErrClosed)
	requireClosed(t, ctx, b)
	require.NoError(t, outcome(t, ctx, "Close", closed))
}

// requireClosed holds that whatever is asked of c now tells that it is over.
func requireClosed(t *testing.T, ctx context.Context, c *peer.Conn) {
	t.Helper()
	assert.ErrorIs(t, c.Open(ctx), peer.ErrClosed)
	assert.ErrorIs(t, c.Send(ctx, []byte("anyone?")), peer.ErrClosed)
	_, err := c.Receive(ctx)
	assert.ErrorIs(t, err, peer.ErrClosed)
	assert.Equal(t, peer.PathUnknown, c.Path(ctx))
}

func (s suite) closeWakesBeforeConnecting(t *testing.T) {
	ctx := withDeadline(t)
	c := s.conn(t)
	_, err := c.Offer(ctx)
	require.NoError(t, err)
	opened := inBackground(func() error { return c.Open(ctx) })
	sent := inBackground(func() error { return c.Send(ctx, []byte("early")) })
	received := inBackground(func() error { _, err := c.Receive(ctx); return err })
	require.NoError(t, c.Close())
	require.ErrorIs(t, outcome(t, ctx, "Open", opened), peer.ErrClosed)
	require.ErrorIs(t, outcome(t, ctx, "Send", sent), peer.ErrClosed)
	require.ErrorIs(t, outcome(t, ctx, "Receive", received), peer.ErrClosed)
}

func (s suite) closeWakesReceive(t *testing.T) {
	ctx := withDeadline(t)
	a, b := s.pair(t, ctx)
	greet(t, ctx, a, b)
	receivedA := inBackground(func() error { _, err := a.Receive(ctx); return err })
	receivedB := inBackground(func() error { _, err := b.Receive(ctx); return err })
	require.NoError(t, a.Close())
	require.ErrorIs(t, outcome(t, ctx, "own Receive", receivedA), peer.ErrClosed)
	require.ErrorIs(t, outcome(t, ctx, "the other side's Receive", receivedB), peer.ErrClosed)
	requireClosed(t, ctx, a)
	requireClosed(t, ctx, b)
}

// sendWithoutEnd sends until an error and tells when the other side's buffers
// must be filling.
func sendWithoutEnd(ctx context.Context, c *peer.Conn) (filling <-chan struct{}, result <-chan error) {
	begun := make(chan struct{})
	return begun, inBackground(func() error {
		for i := 0; ; i++ {
			if i == 1<<20/len(block(0)) {
				close(begun)
			}
			if err := c.Send(ctx, block(i)); err != nil {
				return err
			}
		}
	})
}

func (s suite) closeWakesSend(t *testing.T) {
	ctx := withDeadline(t)
	a, _ := s.pair(t, ctx)
	filling, sent := sendWithoutEnd(ctx, a)
	wait(t, ctx, filling)
	require.NoError(t, a.Close())
	require.ErrorIs(t, outcome(t, ctx, "Send", sent), peer.ErrClosed)
}

func (s suite) otherSidesCloseWakesSend(t *testing.T) {
	ctx := withDeadline(t)
	a, b := s.pair(t, ctx)
	filling, sent := sendWithoutEnd(ctx, a)
	wait(t, ctx, filling)
	require.NoError(t, b.Close())
	require.ErrorIs(t, outcome(t, ctx, "Send", sent), peer.ErrClosed)
	requireClosed(t, ctx, a)
}

// Both send, nobody reads: an engine busy holding messages back must still
// hear that it is over.
func (s suite) otherSidesCloseWakesTheDeaf(t *testing.T) {
	ctx := withDeadline(t)
	a, b := s.pair(t, ctx)
	filling, sentA := sendWithoutEnd(ctx, a)
	fillingToo, sentB := sendWithoutEnd(ctx, b)
	wait(t, ctx, filling)
	wait(t, ctx, fillingToo)
	require.NoError(t, b.Close())
	require.ErrorIs(t, outcome(t, ctx, "own Send", sentB), peer.ErrClosed)
	require.ErrorIs(t, outcome(t, ctx, "the other side's Send", sentA), peer.ErrClosed)
}

func wait(t *testing.T, ctx context.Context, event <-chan struct{}) {
	t.Helper()
	select {
	case <-event:
	case <-ctx.Done():
		require.NoError(t, ctx.Err())
	}
}

// Close may come at any step of the way.
func (s suite) closeWhileConnecting(t *testing.T) {
	ctx := withDeadline(t)
	t.Run("offering", func(t *testing.T) {
		c := s.conn(t)
		offered := inBackground(func() error { _, err := c.Offer(ctx); return err })
		require.NoError(t, c.Close())
		if err := outcome(t, ctx, "Offer", offered); err != nil { // else it was faster
			require.ErrorIs(t, err, peer.ErrClosed)
		}
	})
	t.Run("answering", func(t *testing.T) {
		a, b := s.conn(t), s.conn(t)
		offer, err := a.Offer(ctx)
		require.NoError(t, err)
		answered := inBackground(func() error { _, err := b.Answer(ctx, offer); return err })
		require.NoError(t, b.Close())
		if err := outcome(t, ctx, "Answer", answered); err != nil {
			require.ErrorIs(t, err, peer.ErrClosed)
		}
	})
	t.Run("answered", func(t *testing.T) {
		a, b := s.conn(t), s.conn(t)
		invite(t, ctx, a, b)
		require.NoError(t, b.Close())
		requireClosed(t, ctx, b)
	})
	t.Run("accepted", func(t *testing.T) {
		a, b := s.conn(t), s.conn(t)
		answer := invite(t, ctx, a, b)
		require.NoError(t, a.Accept(ctx, answer))
		require.NoError(t, a.Close())
		require.NoError(t, b.Close())
		requireClosed(t, ctx, a)
	})
	t.Run("open", func(t *testing.T) {
		a, b := s.conn(t), s.conn(t)
		answer := invite(t, ctx, a, b)
		require.NoError(t, a.Accept(ctx, answer))
		require.NoError(t, a.Open(ctx))
		require.NoError(t, a.Close())
		_, err := b.Receive(ctx)
		require.ErrorIs(t, err, peer.ErrClosed)
	})
}

func (s suite) closeBeforeAnything(t *testing.T) {
	ctx := withDeadline(t)
	c := s.conn(t)
	require.NoError(t, c.Close())
	require.NoError(t, c.Close())
	_, err := c.Offer(ctx)
	assert.ErrorIs(t, err, peer.ErrClosed)
	_, err = c.Answer(ctx, "v=0\r\n")
	assert.ErrorIs(t, err, peer.ErrClosed)
	assert.ErrorIs(t, c.Accept(ctx, "v=0\r\n"), peer.ErrClosed)
	requireClosed(t, ctx, c)
}

func (s suite) closeByMany(t *testing.T) {
	ctx := withDeadline(t)
	a, b := s.pair(t, ctx)
	var all sync.WaitGroup
	for _, c := range []*peer.Conn{a, b, a, b, a} {
		all.Go(func() { assert.NoError(t, c.Close()) })
	}
	all.Wait()
	requireClosed(t, ctx, a)
	requireClosed(t, ctx, b)
}
