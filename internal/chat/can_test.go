package chat

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tincan/internal/seal"
)

const (
	canNothing = "\x41\x00\x00\x00\x00\x00\x00\x00\x00"
	canCards   = "\x41\x00\x00\x00\x00\x00\x00\x00\x01"
	canOurs    = "\x41\x00\x00\x00\x00\x00\x00\x00\x0b" // the first frame of this program
	// heardNothing is always true, and new to nobody.
	heardNothing = "\x04\x00\x00\x00\x00\x00\x00\x00\x00"
	canAll       = "\x41\x00\x00\x00\x00\x00\x00\x00\x3f"
)

var features = []feature{featureCards, featureReload, featureFiles, featureTalk, featureCalls, featureIntroductions}

// TestUnitCanFirst: the first frame of either side says what it understands, whatever
// else is waiting to go, and it is said once.
func TestUnitCanFirst(t *testing.T) {
	for _, role := range []seal.Role{seal.Inviter, seal.Joiner} {
		f := face(t, role)
		f.shakeHands(t)
		if f.other == nil {
			_, other, err := f.handshake.Handle(f.stream.wire)
			require.NoError(t, err)
			f.other = NewSpeaker(other)
		}
		f.stream.wire = nil
		_, err := f.queue("", "hi")
		require.NoError(t, err)
		require.NoError(t, f.gets(t, "\x01quick"))
		require.True(t, f.stream.acks.soon)
		require.Equal(t, canOurs, f.next(t))
		require.Equal(t, "\x03\x00\x00\x00\x00\x00\x00\x00\x01", f.next(t))
		require.Equal(t, "\x01hi", f.next(t))
		require.Empty(t, f.next(t))
		require.Equal(t, []uint64{2}, f.stream.acks.unacked, "it asks for no ack")
	}
}

// TestUnitPeerCan: what the other side understands is what it said, and nothing before.
func TestUnitPeerCan(t *testing.T) {
	for name, c := range map[string]struct {
		bodies []string
		can    feature
	}{
		"nothing said yet": {nil, 0},
		"never said":       {[]string{"\x01hello", heardNothing}, 0},
		"nothing":          {[]string{canNothing}, 0},
		"cards":            {[]string{canCards}, featureCards},
		"files and calls":  {[]string{"\x41\x00\x00\x00\x00\x00\x00\x00\x14", "\x01hello"}, featureFiles | featureCalls},
		"all of ours":      {[]string{canAll}, 0x3F},
		"later ones too":   {[]string{"\x41\xff\xff\xff\xff\xff\xff\xff\xc2"}, featureReload},
		"more after it":    {[]string{canAll + "and what a later version adds"}, 0x3F},
	} {
		t.Run(name, func(t *testing.T) {
			f := openFace(t)
			for _, body := range c.bodies {
				require.NoError(t, f.gets(t, body))
			}
			for _, one := range features {
				require.Equal(t, c.can&one != 0, f.stream.peerCan(one), "%b", one)
			}
			require.Equal(t, c.can == 0x3F, f.stream.peerCan(0x3F), "all at once")
			require.Empty(t, f.stream.acks.unacked)
		})
	}
	f := openFace(t)
	require.NoError(t, f.gets(t, canAll))
	require.Empty(t, f.next(t), "it causes no ack")
}
