package peer

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/sdp"
)

const (
	ofFirefox  = "v=0\r\no=mozilla...THIS_IS_SDPARTA-99.0 68 0 IN IP4 0.0.0.0\r\n"
	ofChromium = "v=0\r\no=- 68 2 IN IP4 127.0.0.1\r\n"

	plain = "a=candidate:1 1 udp 1677729535 203.0.113.7 5000 typ srflx raddr 0.0.0.0 rport 0\r\n"
	name  = "a=candidate:2 1 udp 2113937151 0b1d7ef2-7a4e-4f6c-9a51-3f1a2b3c4d5e.local 5001 typ host\r\n"
)

func TestUnitRenewedCandidates(t *testing.T) {
	line, ok := sdp.ParseCandidateLine(plain[:len(plain)-2])
	require.True(t, ok)
	assert.Equal(t, "candidate:103 1 udp 1677729532 203.0.113.7 5000 typ srflx raddr 0.0.0.0 rport 0", renewed(line, 3).String())
	assert.Equal(t, "candidate:104 1 udp 1 203.0.113.7 5000 typ srflx raddr 0.0.0.0 rport 0", renewed(renewed(line, 1677729600), 4).String())
	assert.Equal(t, "candidate:107 1 udp 1 198.51.100.1 40007 typ host", dummy(7).String())
}

// What an engine is told in a turn: all that the other end named, names too, and where a name may
// lead nowhere an address at which nobody is.
func TestUnitPatienceTells(t *testing.T) {
	const (
		renewedPlain = "candidate:107 1 udp 1677729528 203.0.113.7 5000 typ srflx raddr 0.0.0.0 rport 0"
		renewedName  = "candidate:107 1 udp 2113937144 0b1d7ef2-7a4e-4f6c-9a51-3f1a2b3c4d5e.local 5001 typ host"
		nobody       = "candidate:107 1 udp 1 198.51.100.1 40007 typ host"
	)
	for remote, want := range map[string][]string{
		"v=0\r\n":                       {nobody},
		"v=0\r\n" + plain:               {renewedPlain},
		"v=0\r\n" + name:                {nobody, renewedName},
		"v=0\r\n" + plain + name:        {nobody, renewedPlain, renewedName},
		"v=0\r\n" + name + plain:        {nobody, renewedName, renewedPlain},
		"v=0\r\n" + plain + "a=mid:0\r": {renewedPlain},
	} {
		for _, own := range []string{ofFirefox, ofChromium} {
			for _, part := range []part{answered, accepted} {
				want := want
				if part == accepted && own == ofChromium && want[0] == nobody {
					want = want[1:]
				}
				told := []string{}
				for _, line := range newPatience(part, false, own, remote).lines(7) {
					told = append(told, line.String())
				}
				assert.Equal(t, want, told, remote)
			}
		}
	}
	// An engine ignores a candidate that it knows.
	seen := map[string]bool{}
	p := newPatience(accepted, false, ofFirefox, name+plain)
	for turn := 1; turn <= 1000; turn++ {
		for _, line := range p.lines(turn) {
			require.False(t, seen[line.String()], line.String())
			seen[line.String()] = true
		}
	}
}

// Where all goes through a relay no name is asked for again, and Firefox has something to look for
// all the same.
func TestUnitPatienceAsksForNoNameThroughARelay(t *testing.T) {
	for _, part := range []part{answered, accepted} {
		for _, own := range []string{ofFirefox, ofChromium} {
			for remote, want := range map[string]int{plain: 1, name: 0, name + plain: 1, plain + name + name: 1, "": 0} {
				p := newPatience(part, true, own, "v=0\r\n"+remote)
				plains := 0
				for _, line := range p.lines(3) {
					require.False(t, sdp.IsName(line.Address), remote)
					if line.Address == "203.0.113.7" {
						plains++
					}
				}
				assert.Equal(t, want, plains, remote)
				if own == ofFirefox {
					assert.NotEmpty(t, p.lines(3), remote)
				}
			}
		}
	}
}

// When an engine is told: who has both descriptions at once, 30 times in a minute, and every 5 s
// from then on; who has answered more rarely, Firefox at once as well.
func TestUnitPatienceInTime(t *testing.T) {
	for _, c := range []struct {
		part  part
		own   string
		times []float64 // of the first turns, in seconds
		last  float64   // the time of turn 400
	}{
		{accepted, ofFirefox, []float64{0, 2, 4, 6}, 58 + 370*5},
		{accepted, ofChromium, []float64{0, 2, 4, 6}, 58 + 370*5},
		{answered, ofFirefox, []float64{0, 5, 10, 15}, 399 * 5},
		{answered, ofChromium, []float64{20, 40, 60, 80}, 400 * 20},
	} {
		p := newPatience(c.part, false, c.own, name)
		at := time.Duration(0)
		for turn := 1; turn <= 400; turn++ {
			at += p.before(turn)
			if turn <= len(c.times) {
				assert.Equal(t, c.times[turn-1], at.Seconds(), "%v, turn %d", c, turn)
			}
			// Firefox fails 5 s after its last pair has.
			require.LessOrEqual(t, p.before(turn), 20*time.Second)
			require.True(t, !p.firefox || p.before(turn) <= 5*time.Second)
		}
		assert.Equal(t, c.last, at.Seconds(), c)
	}
}
