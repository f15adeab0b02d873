package seal_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"tincan/internal/seal"
)

// TestUnitVerifyKeys: the keys refused are those of the points whose order divides 8, found
// here by the curve's own arithmetic, and every number that is not reduced; nobody's
// own key is among them.
func TestUnitVerifyKeys(t *testing.T) {
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	mod := func(x *big.Int) *big.Int { return x.Mod(x, p) }
	d := mod(new(big.Int).Mul(big.NewInt(-121665), new(big.Int).ModInverse(big.NewInt(121666), p)))
	type point struct{ x, y *big.Int }
	// double is the Edwards curve's addition of a point to itself.
	double := func(a point) point {
		xx, yy, xy := mod(new(big.Int).Mul(a.x, a.x)), mod(new(big.Int).Mul(a.y, a.y)), mod(new(big.Int).Mul(a.x, a.y))
		k := mod(new(big.Int).Mul(d, new(big.Int).Mul(xx, yy)))
		over := func(top, bottom *big.Int) *big.Int {
			return mod(new(big.Int).Mul(top, new(big.Int).ModInverse(mod(bottom), p)))
		}
		one := big.NewInt(1)
		return point{over(new(big.Int).Lsh(xy, 1), new(big.Int).Add(one, k)), over(new(big.Int).Add(yy, xx), new(big.Int).Sub(one, k))}
	}
	small, tried := 0, 0
	for n, key := range badVerifyKeys() {
		require.False(t, seal.VerifyKey(key).Valid(), "%d: %x", n, key)
		y := new(big.Int)
		for i := range 32 {
			b := key[31-i]
			if i == 0 {
				b &= 0x7F
			}
			y.Lsh(y, 8).Or(y, big.NewInt(int64(b)))
		}
		y.Mod(y, p)
		// x² = (y² − 1) / (d y² + 1)
		yy := mod(new(big.Int).Mul(y, y))
		xx := mod(new(big.Int).Mul(new(big.Int).Sub(yy, big.NewInt(1)), new(big.Int).ModInverse(mod(new(big.Int).Add(new(big.Int).Mul(d, yy), big.NewInt(1))), p)))
		x := new(big.Int).ModSqrt(xx, p)
		tried++
		if x == nil {
			continue // refused for its number alone: no point has it
		}
		eight := double(double(double(point{x, y})))
		if eight.x.Sign() == 0 && eight.y.Cmp(big.NewInt(1)) == 0 {
			small++
		}
	}
	require.GreaterOrEqual(t, small, 14, "8 points, and the other ways to write them")
	t.Logf("%d keys refused, %d of them of small order", tried, small)
	for range 200 {
		keys, err := seal.GenerateKeyPair(rand.Reader)
		require.NoError(t, err)
		require.True(t, keys.VerifyKey().Valid())
		require.True(t, keys.PublicKey().Valid())
	}
	for n := range byte(19) {
		require.False(t, seal.PublicKey(unreduced(n)).Valid(), "the prime and %d", n)
		require.False(t, seal.VerifyKey(unreduced(n)).Valid())
	}
	largest := unreduced(0)
	largest[0]-- // the prime less 1
	require.True(t, seal.PublicKey(largest).Valid(), "its number is allowed; that its order is low is found by X25519")
	largest[0]--
	require.True(t, seal.VerifyKey(largest).Valid())

	// Why it matters: under such a key a signature of nothing fits half of all messages.
	zero := make([]byte, ed25519.SignatureSize)
	zero[0] = 1
	one := append([]byte{1}, make([]byte, 31)...)
	require.True(t, ed25519.Verify(one, []byte("whatever"), zero))
}
