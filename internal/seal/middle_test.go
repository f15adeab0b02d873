package seal_test

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tincan/internal/seal"
)

// leg is one chat between a victim and the man in the middle, run to its end.
type leg struct{ inviter, joiner *seal.Frames }

// openLeg makes invite, reply and handshake; every random byte comes from the readers.
func openLeg(inviterRandom, joinerRandom io.Reader) (leg, error) {
	secret, err := seal.GenerateLinkSecret(inviterRandom)
	if err != nil {
		return leg{}, err
	}
	i, err := seal.GenerateKeyPair(inviterRandom)
	if err != nil {
		return leg{}, err
	}
	j, err := seal.GenerateKeyPair(joinerRandom)
	if err != nil {
		return leg{}, err
	}
	s, a := secret.Bytes(), i.PublicKey()
	invite := append(append(bytes.Clone(inviteBytes), s[:]...), a[:]...)
	reply, atJoiner, err := seal.SealReply(joinerRandom, j, secret, a, invite, answerBytes)
	if err != nil {
		return leg{}, err
	}
	_, atInviter, err := seal.OpenReply(inviterRandom, i, secret, invite, reply)
	if err != nil {
		return leg{}, err
	}
	m1, err := atJoiner.Start()
	if err != nil {
		return leg{}, err
	}
	m2, _, err := atInviter.Handle(m1)
	if err != nil {
		return leg{}, err
	}
	m3, joiner, err := atJoiner.Handle(m2)
	if err != nil {
		return leg{}, err
	}
	_, inviter, err := atInviter.Handle(m3)
	return leg{inviter, joiner}, err
}

func twelveBits(s seal.SAS) uint16 { return uint16(s[0])<<4 | uint16(s[1])>>4 }

// TestFunctionalManInTheMiddle: somebody replaces the link and holds both
// ends of two chats. Nothing but the safety words can tell, and they do: they
// differ in every run. Of 12 bits as many are equal as chance makes equal; so
// there is no better way for the one in the middle than to guess.
func TestFunctionalManInTheMiddle(t *testing.T) {
	defer seal.FixEncapsulation()()
	runs, began := 10_000/every(50), time.Now()
	type words struct{ inviter, joiner seal.SAS }
	all := make([]words, runs)
	var relayed, collisions atomic.Int64
	inParallel(t, runs, func(n int) error {
		// The inviter's own link, and the one that the joiner was handed instead.
		true1, err := openLeg(seeded("inviter", n), seeded("middle as joiner", n))
		if err != nil {
			return err
		}
		false1, err := openLeg(seeded("middle as inviter", n), seeded("joiner", n))
		if err != nil {
			return err
		}
		all[n] = words{true1.inviter.SAS(), false1.joiner.SAS()}
		if all[n].inviter.Words() == all[n].joiner.Words() {
			return fmt.Errorf("run %d: the safety words are equal", n)
		}
		if twelveBits(all[n].inviter) == twelveBits(all[n].joiner) {
			collisions.Add(1)
		}
		if n%100 != 0 {
			return nil
		}
		// The one in the middle reads along: both legs are open, as nobody would notice.
		frame, err := true1.inviter.Seal([]byte("\x01for you alone"))
		if err != nil {
			return err
		}
		body, err := true1.joiner.Open(frame)
		if err != nil {
			return err
		}
		frame, err = false1.inviter.Seal(body)
		if err != nil {
			return err
		}
		body, err = false1.joiner.Open(frame)
		if err != nil || string(body) != "\x01for you alone" {
			return fmt.Errorf("run %d: not relayed: %q, %v", n, body, err)
		}
		relayed.Add(1)
		return nil
	})
	require.NotZero(t, relayed.Load())
	t.Logf("%d runs, both legs open, the safety words differ in %d of %d, %s", runs, runs, runs, took(t, began))

	within := func(what string, got, tries float64) {
		expected := tries / 4096
		sigma := math.Sqrt(expected * (1 - 1.0/4096))
		t.Logf("12 bits, %s: %.0f equal of %.0f, chance gives %.1f ± %.1f", what, got, tries, expected, sigma)
		require.LessOrEqual(t, math.Abs(got-expected), 3*sigma, what)
	}
	within("the two ends", float64(collisions.Load()), float64(runs))
	// The same rate over every pair of an inviter and a joiner, which is sharper.
	var inviters, joiners [4096]float64
	for _, w := range all {
		inviters[twelveBits(w.inviter)]++
		joiners[twelveBits(w.joiner)]++
	}
	equal := 0.0
	for x := range inviters {
		equal += inviters[x] * joiners[x]
	}
	within("any two", equal, float64(runs)*float64(runs))
}

// TestFunctionalGrinding: a joiner that may choose its nonce after it has seen
// M2 makes 12 bits of safety words what it likes, within some thousand tries.
// The commitment is what catches it, every time; keeping to it, it is accepted.
func TestFunctionalGrinding(t *testing.T) {
	defer seal.FixEncapsulation()()
	runs := 100 / every(20)
	var tries atomic.Int64
	inParallel(t, runs, func(n int) error {
		random := seeded("grinding", n)
		secret, err := seal.GenerateLinkSecret(random)
		if err != nil {
			return err
		}
		i, err := seal.GenerateKeyPair(random)
		if err != nil {
			return err
		}
		j, err := seal.GenerateKeyPair(random)
		if err != nil {
			return err
		}
		reply, atJoiner, err := seal.SealReply(random, j, secret, i.PublicKey(), inviteBytes, answerBytes)
		if err != nil {
			return err
		}
		_, atInviter, err := seal.OpenReply(random, i, secret, inviteBytes, reply)
		if err != nil {
			return err
		}
		m1, err := atJoiner.Start()
		if err != nil {
			return err
		}
		m2, _, err := atInviter.Handle(m1)
		if err != nil {
			return err
		}
		cheat := atJoiner.Cheat(m2)
		wanted := uint16(n * 40) // the words that the other leg shows
		var nonce [32]byte
		for twelveBits(cheat.SAS(nonce)) != wanted {
			tries.Add(1)
			if _, err := io.ReadFull(random, nonce[:]); err != nil {
				return err
			}
		}
		_, session, err := atInviter.Clone(random).Handle(cheat.M3(nonce))
		if err != seal.ErrCommitment || session != nil {
			return fmt.Errorf("run %d: a nonce chosen late: %v", n, err)
		}
		// Nor is a commitment kept that is nearly the right one.
		for _, at := range []int{0, 31} {
			for seal.TranscriptHash("commit", nonce[:])[at] != m1[len(m1)-32+at] {
				if _, err := io.ReadFull(random, nonce[:]); err != nil {
					return err
				}
			}
			if _, _, err := atInviter.Clone(random).Handle(cheat.M3(nonce)); err != seal.ErrCommitment {
				return fmt.Errorf("run %d: a commitment right in byte %d: %v", n, at, err)
			}
		}
		_, session, err = atInviter.Handle(cheat.M3(cheat.Nonce()))
		if err != nil || session.SAS() != cheat.SAS(cheat.Nonce()) {
			return fmt.Errorf("run %d: the nonce committed to: %v", n, err)
		}
		return nil
	})
	t.Logf("%d of %d grinders found 12 bits, in %d tries each; %d caught", runs, runs, tries.Load()/int64(runs), runs)
}
