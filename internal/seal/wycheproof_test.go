package seal_test

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/seal"
)

// hexBytes are bytes that JSON has as hexadecimal digits.
type hexBytes []byte

func (h *hexBytes) UnmarshalText(text []byte) (err error) {
	*h, err = hex.DecodeString(string(text))
	return err
}

func (h hexBytes) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(h)), nil }

// wycheproof is one file of C2SP/wycheproof, with the fields that we use.
type wycheproof struct {
	NumberOfTests int
	TestGroups    []struct {
		PublicKey struct{ PK hexBytes }
		TagSize   int
		Tests     []wycheproofCase
	}
}

type wycheproofCase struct {
	ID      int `json:"tcId"`
	Comment string
	Result  string

	Public, Private, Shared hexBytes // X25519
	Msg, Sig                hexBytes // Ed25519; Msg also HMAC
	IKM, Salt, Info, OKM    hexBytes // HKDF
	Size                    int
	Key, Tag                hexBytes // HMAC
	Seed, EK, C             hexBytes // ML-KEM
	M                       hexBytes `json:"m"`
	K                       hexBytes `json:"K"`
}

func (c wycheproofCase) valid() bool { return c.Result != "invalid" }

// eachWycheproof runs f for every case of a file. Without TINCAN_VECTORS it
// skips; with it, a missing file or fewer cases than were published fail.
func eachWycheproof(t *testing.T, file string, want int, f func(t *testing.T, c wycheproofCase, publicKey []byte, tagSize int)) {
	t.Helper()
	folder := os.Getenv("TINCAN_VECTORS")
	if folder == "" {
		t.Skip("TINCAN_VECTORS is not set: make vectors sets it, to what test/wycheproof.sh prints")
	}
	raw, err := os.ReadFile(filepath.Join(folder, file))
	require.NoError(t, err)
	var vectors wycheproof
	require.NoError(t, json.Unmarshal(raw, &vectors))
	ran := 0
	for _, g := range vectors.TestGroups {
		for _, c := range g.Tests {
			ran++
			f(t, c, g.PublicKey.PK, g.TagSize)
			if t.Failed() {
				t.Fatalf("%s: case %d, %q, %s", file, c.ID, c.Comment, c.Result)
			}
		}
	}
	require.Equal(t, vectors.NumberOfTests, ran, "cases in the file")
	require.GreaterOrEqual(t, ran, want, "cases published")
	t.Logf("%s: %d cases", file, ran)
}

// TestFunctionalWycheproofX25519: every result is RFC 7748's, and one that is
// all zero, which low-order points give, is refused. So is a key that is not the one
// encoding of its coordinate, which RFC 7748 would take.
func TestFunctionalWycheproofX25519(t *testing.T) {
	refused, written := 0, 0
	eachWycheproof(t, "x25519_test.json", 518, func(t *testing.T, c wycheproofCase, _ []byte, _ int) {
		shared, err := seal.Agree([32]byte(c.Private), seal.PublicKey(c.Public))
		if bytes.Equal(c.Shared, make([]byte, 32)) {
			refused++
			assert.ErrorIs(t, err, seal.ErrInvalidKey)
			return
		}
		if u := slices.Clone(c.Public); u[31]&0x80 != 0 || u[31] == 0x7F && u[0] >= 0xED && bytes.Equal(u[1:31], bytes.Repeat([]byte{0xFF}, 30)) {
			written++
			assert.ErrorIs(t, err, seal.ErrInvalidKey)
			return
		}
		assert.NoError(t, err)
		assert.Equal(t, []byte(c.Shared), shared)
	})
	require.NotZero(t, written, "cases with another way to write a coordinate")
	require.NotZero(t, refused, "cases with a zero result")
	t.Logf("%d of them refused for a zero result", refused)
}

// TestFunctionalWycheproofEd25519: the signatures that verify are the valid ones.
func TestFunctionalWycheproofEd25519(t *testing.T) {
	eachWycheproof(t, "ed25519_test.json", 151, func(t *testing.T, c wycheproofCase, public []byte, _ int) {
		if len(c.Sig) != len(seal.Signature{}) {
			assert.False(t, c.valid(), "a Signature holds no other length") // a frame that short is ErrSize
			return
		}
		assert.Equal(t, c.valid(), seal.VerifyRaw(seal.VerifyKey(public), c.Msg, seal.Signature(c.Sig)))
	})
}

// TestFunctionalWycheproofHKDF: extract and expand, up to the length that HKDF allows.
func TestFunctionalWycheproofHKDF(t *testing.T) {
	eachWycheproof(t, "hkdf_sha256_test.json", 86, func(t *testing.T, c wycheproofCase, _ []byte, _ int) {
		okm, err := seal.ExpandRaw(seal.Extract(c.Salt, c.IKM), string(c.Info), c.Size)
		if !c.valid() {
			assert.Error(t, err)
			return
		}
		assert.NoError(t, err)
		assert.Equal(t, []byte(c.OKM), okm)
	})
}

// TestFunctionalWycheproofHMAC: the MAC of the confirmations; half the file
// are tags of 128 bits, the beginning of ours.
func TestFunctionalWycheproofHMAC(t *testing.T) {
	eachWycheproof(t, "hmac_sha256_test.json", 174, func(t *testing.T, c wycheproofCase, _ []byte, tagSize int) {
		assert.Equal(t, c.valid(), bytes.Equal(c.Tag, seal.MACRaw(c.Key, c.Msg)[:tagSize/8]))
	})
}

// kemEnds are the two ends of a chat that draw from given bytes.
func kemEnds(t *testing.T, p *pair, inviterRandom, joinerRandom []byte) (inviter, joiner *seal.Handshake) {
	t.Helper()
	return p.atInviter.Clone(bytes.NewReader(inviterRandom)), p.atJoiner.Clone(bytes.NewReader(joinerRandom))
}

// TestFunctionalWycheproofEncapsulation: a published key as the ek of M1, the
// published randomness as the inviter's: M2 must have the published
// ciphertext, and the root key must have the published secret in it.
func TestFunctionalWycheproofEncapsulation(t *testing.T) {
	defer seal.FixEncapsulation()()
	p := newPair(t, rand.Reader)
	dh := p.inviter.SecretOf(p.joiner.PublicKey())
	eachWycheproof(t, "mlkem_768_encaps_test.json", 265, func(t *testing.T, c wycheproofCase, _ []byte, _ int) {
		inviter, _ := kemEnds(t, p, append(make([]byte, 32), c.M...), nil)
		h1 := inviter.Transcript()
		verify := p.joiner.VerifyKey()
		m1 := append(append(bytes.Clone(c.EK), verify[:]...), make([]byte, 32)...)
		m2, _, err := inviter.Handle(m1)
		if !c.valid() {
			assert.Error(t, err)
			assert.Nil(t, m2)
			return
		}
		if !assert.NoError(t, err) {
			return
		}
		assert.Equal(t, []byte(c.C), m2[:len(c.C)])
		t2 := seal.TranscriptHash("t2", h1[:], m1, m2[:len(m2)-32])
		assert.Equal(t, seal.RootKey(t2, c.K, dh, p.secret), inviter.Root())
	})
}

// TestFunctionalWycheproofDecapsulation: a published seed as the joiner's. Who
// made the published ciphertext knows the published secret and can confirm it;
// the joiner accepts exactly if it decapsulates to the same.
func TestFunctionalWycheproofDecapsulation(t *testing.T) {
	p := newPair(t, rand.Reader)
	dh := p.joiner.SecretOf(p.inviter.PublicKey())
	eachWycheproof(t, "mlkem_768_test.json", 193, func(t *testing.T, c wycheproofCase, _ []byte, _ int) {
		random := append(bytes.Clone(c.Seed), make([]byte, 32)...)
		if len(c.Seed) < 64 {
			random = c.Seed
		}
		_, joiner := kemEnds(t, p, nil, random)
		h1 := joiner.Transcript()
		m1, err := joiner.Start()
		if len(c.Seed) != 64 {
			// Start draws 64 bytes: with fewer there is no key, more it does not take.
			assert.False(t, c.valid())
			assert.Equal(t, len(c.Seed) < 64, err != nil)
			return
		}
		if !assert.NoError(t, err) {
			return
		}
		if len(c.EK) > 0 {
			assert.Equal(t, []byte(c.EK), m1[:len(c.EK)])
		}
		verify := p.inviter.VerifyKey()
		open := append(append(bytes.Clone(c.C), make([]byte, 32)...), verify[:]...)
		t2 := seal.TranscriptHash("t2", h1[:], m1, open)
		secret := c.K
		if !c.valid() {
			secret = make([]byte, 32)
		}
		m2 := append(open, seal.Confirmation(seal.RootKey(t2, secret, dh, p.secret), seal.Inviter, t2)...)
		_, session, err := joiner.Handle(m2)
		assert.Equal(t, c.valid(), err == nil, err)
		assert.Equal(t, c.valid(), session != nil)
	})
}

// TestFunctionalWycheproofKeyGeneration: a published seed as the joiner's gives the published key in M1.
func TestFunctionalWycheproofKeyGeneration(t *testing.T) {
	p := newPair(t, rand.Reader)
	eachWycheproof(t, "mlkem_768_keygen_seed_test.json", 100, func(t *testing.T, c wycheproofCase, _ []byte, _ int) {
		_, joiner := kemEnds(t, p, nil, append(bytes.Clone(c.Seed), make([]byte, 32)...))
		m1, err := joiner.Start()
		if assert.NoError(t, err) {
			assert.Equal(t, []byte(c.EK), m1[:len(c.EK)])
		}
	})
}

// TestUnitSecretbox: the vector of NaCl's tests/secretbox.c (D. J. Bernstein,
// "Cryptography in NaCl", §10) and the one of golang.org/x/crypto.
func TestUnitSecretbox(t *testing.T) {
	unhex := func(s string) []byte {
		b, err := hex.DecodeString(s)
		require.NoError(t, err)
		return b
	}
	for name, v := range map[string]struct{ key, nonce, message, box []byte }{
		"NaCl": {
			unhex("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389"),
			unhex("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37"),
			unhex("be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c6129" +
				"6cdc3c01233561f41db66cce314adb310e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde" +
				"048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f937763848645e0705"),
			unhex("f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186a" +
				"c0dfc17c98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae" +
				"90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74e355a5"),
		},
		"golang.org/x/crypto": {
			bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 24), bytes.Repeat([]byte{3}, 64),
			unhex("8442bc313f4626f1359e3b50122b6ce6fe66ddfe7d39d14e637eb4fd5b45beadab55198df6ab5368439792a23c87db70" +
				"acb6156dc5ef957ac04f6276cf6093b84be77ff0849cc33e34b7254d5a8f65ad"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			key, err := seal.NewMessageKey(v.key)
			require.NoError(t, err)
			box, err := seal.Encrypt(key, seal.Nonce(v.nonce), v.message)
			require.NoError(t, err)
			require.Equal(t, v.box, box)
			message, err := seal.Decrypt(key, seal.Nonce(v.nonce), v.box)
			require.NoError(t, err)
			require.Equal(t, v.message, message)
			v.box[0] ^= 1
			_, err = seal.Decrypt(key, seal.Nonce(v.nonce), v.box)
			require.ErrorIs(t, err, seal.ErrDecrypt)
		})
	}
}

// TestUnitWrappers: the primitives that outside vectors reach without our
// labels are the ones that the package calls with them.
func TestUnitWrappers(t *testing.T) {
	prk := bytes.Repeat([]byte{7}, 32)
	raw, err := seal.ExpandRaw(prk, "tincan/v1 a label\x00a context", 77)
	require.NoError(t, err)
	require.Equal(t, raw, seal.Expand(prk, "a label", []byte("a context"), 77))

	keys, err := seal.GenerateKeyPair(rand.Reader)
	require.NoError(t, err)
	signature, err := seal.SignMessage(keys, []byte("here"), []byte("hello"))
	require.NoError(t, err)
	digest := seal.TranscriptHash("message", []byte("here"), []byte("hello"))
	require.True(t, seal.VerifyRaw(keys.VerifyKey(), digest[:], signature))

	var root, transcript [32]byte
	copy(root[:], prk)
	for role, label := range map[seal.Role]string{seal.Inviter: "confirm I", seal.Joiner: "confirm J"} {
		require.Equal(t, seal.MACRaw(seal.Expand(prk, label, nil, 32), transcript[:]), seal.Confirmation(root, role, transcript))
	}
}
