package seal_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tincan/internal/invite"
	"tincan/internal/sdp"
	"tincan/internal/seal"
)

// changes are every one-bit change of b, every truncation, and every byte
// before and after it.
type changes struct{ b []byte }

func (c changes) count() int { return 8*len(c.b) + len(c.b) + 2*256 }

func (c changes) change(i int) (changed []byte, what string) {
	n := len(c.b)
	switch {
	case i < 8*n:
		changed = bytes.Clone(c.b)
		changed[i/8] ^= 1 << (i % 8)
		return changed, fmt.Sprintf("bit %d", i)
	case i < 9*n:
		return c.b[:i-8*n], fmt.Sprintf("cut to %d", i-8*n)
	case i < 9*n+256:
		return append(bytes.Clone(c.b), byte(i-9*n)), fmt.Sprintf("%d after it", i-9*n)
	}
	return append([]byte{byte(i - 9*n - 256)}, c.b...), fmt.Sprintf("%d before it", i-9*n-256)
}

// refuseAll tries every change of b; accepted says whether a changed b led to
// what only b may lead to. It returns how many it tried.
func refuseAll(t *testing.T, name string, b []byte, accepted func(changed []byte) bool) int {
	t.Helper()
	c, sample, began := changes{b}, every(37), time.Now()
	tried := (c.count() + sample - 1) / sample
	inParallel(t, tried, func(i int) error {
		changed, what := c.change(i * sample)
		if accepted(changed) {
			return fmt.Errorf("%s: %s is accepted", name, what)
		}
		return nil
	})
	if len(b) > 1000 {
		t.Logf("%-8s %6d changes, %s", name, tried, took(t, began))
	}
	return tried
}

// TestFunctionalEveryChange: every bit, truncation and one-byte extension of
// the invite, the replies, M1 to M3, 103 frames and the repairs. None leads to a session,
// an opened frame or card.
func TestFunctionalEveryChange(t *testing.T) {
	total, began := 0, time.Now()
	total += everyInviteChange(t)
	for _, length := range []int{100, 150, 250} {
		total += everyReplyChange(t, length)
	}
	total += everyHandshakeChange(t)
	total += everyFrameChange(t)
	for _, length := range []int{100, 150, 250} {
		total += everyRepairChange(t, length)
	}
	if thorough && !testing.Short() {
		require.Greater(t, total, 100_000)
	}
	t.Logf("%d changes, 0 accepted, %s", total, took(t, began))
}

// everyInviteChange: a joiner may well answer a changed invite, for it looks
// like any other. The answer must not open at the inviter.
func everyInviteChange(t *testing.T) int {
	raw, err := os.ReadFile("../sdp/testdata/sdp/chromium-offer-srflx46.sdp")
	require.NoError(t, err)
	offer, err := sdp.Parse(string(raw), false)
	require.NoError(t, err)
	secret, err := seal.GenerateLinkSecret(rand.Reader)
	require.NoError(t, err)
	inviter, err := seal.GenerateKeyPair(rand.Reader)
	require.NoError(t, err)
	joiner, err := seal.GenerateKeyPair(rand.Reader)
	require.NoError(t, err)
	code := invite.Invite{Secret: invite.NewSecret(secret.Bytes()), Key: inviter.PublicKey(), Offer: offer.ForInvite()}.Bytes()
	answered := func(changed []byte) bool {
		inv, err := invite.ParseInvite(changed, false)
		if err != nil {
			return false
		}
		reply, _, err := seal.SealReply(rand.Reader, joiner, seal.NewLinkSecret(inv.Secret.Bytes()), inv.Key, changed, answerBytes)
		if err != nil {
			return false
		}
		_, _, err = seal.OpenReply(rand.Reader, inviter, secret, code, reply)
		return err == nil
	}
	require.True(t, answered(code), "the true one")
	return refuseAll(t, "invite", code, answered)
}

func everyReplyChange(t *testing.T, length int) int {
	p := newPair(t, rand.Reader)
	reply, _, err := seal.SealReply(rand.Reader, p.joiner, p.secret, p.inviter.PublicKey(), inviteBytes, make([]byte, length))
	require.NoError(t, err)
	opens := func(reply []byte) bool {
		answer, h, err := seal.OpenReply(rand.Reader, p.inviter, p.secret, inviteBytes, reply)
		return err == nil || answer != nil || h != nil
	}
	require.True(t, opens(reply), "the true one")
	return refuseAll(t, fmt.Sprintf("reply of %d", length), reply, opens)
}

// everyRepairChange: but for the change of one kind into the other, which takes three bits, all of
// a repair is looked at.
func everyRepairChange(t *testing.T, length int) int {
	inviter, joiner := sessions(t)
	tag, box, err := joiner.SealCard(7, make([]byte, length))
	require.NoError(t, err)
	opens := func(b []byte) bool {
		code, err := invite.NewCode(b)
		if err != nil {
			return code != nil
		}
		tag, box := code.Sealed()
		n, plain, err := inviter.OpenCard(tag, box, 1, 32)
		return err == nil || plain != nil || n != 0
	}
	code := invite.NewRepair(false, tag, box)
	require.True(t, opens(code), "the true one")
	return refuseAll(t, fmt.Sprintf("repair of %d", length), code, opens)
}

func everyHandshakeChange(t *testing.T) int {
	p := newPair(t, rand.Reader)
	m1, err := p.atJoiner.Start()
	require.NoError(t, err)

	// The inviter may answer a changed M1, for it has nothing to check it
	// against yet. The joiner must refuse that answer.
	m1Leads := func(m1 []byte) bool {
		m2, _, err := p.atInviter.Clone(rand.Reader).Handle(m1)
		if err != nil {
			return m2 != nil
		}
		m3, session, err := p.atJoiner.Clone(rand.Reader).Handle(m2)
		return err == nil || m3 != nil || session != nil
	}
	require.True(t, m1Leads(m1), "the true one")
	total := refuseAll(t, "M1", m1, m1Leads)

	m2, _, err := p.atInviter.Handle(m1)
	require.NoError(t, err)
	leads := func(h *seal.Handshake) func([]byte) bool {
		return func(message []byte) bool {
			next, session, err := h.Clone(rand.Reader).Handle(message)
			return err == nil || next != nil || session != nil
		}
	}
	require.True(t, leads(p.atJoiner)(m2), "the true one")
	total += refuseAll(t, "M2", m2, leads(p.atJoiner))

	m3, _, err := p.atJoiner.Handle(m2)
	require.NoError(t, err)
	require.True(t, leads(p.atInviter)(m3), "the true one")
	return total + refuseAll(t, "M3", m3, leads(p.atInviter))
}

// everyFrameChange: 100 small frames, and one of each larger kind.
func everyFrameChange(t *testing.T) (total int) {
	inviter, joiner := sessions(t)
	lengths := []int{300, 1001, 5000}
	for n := range 100 {
		lengths = append(lengths, 1+n)
	}
	for n, length := range lengths {
		from, to := inviter, joiner
		if n%2 == 1 {
			from, to = joiner, inviter
		}
		frame, err := from.Seal(bytes.Repeat([]byte{1}, length))
		require.NoError(t, err)
		opens := func(frame []byte) bool {
			s := to.Clone()
			body, err := s.Open(frame)
			if err == nil || body != nil {
				return true
			}
			_, err = s.Seal([]byte("\x01"))
			return err == nil // and it must be over
		}
		total += refuseAll(t, fmt.Sprintf("frame %d", n), frame, opens)
		_, err = to.Open(frame)
		require.NoError(t, err, "the true one")
	}
	return total
}
