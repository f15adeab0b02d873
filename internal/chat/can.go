package chat

import "encoding/binary"

// A feature is a bit of what a side says in its first frame that it understands
// (PROTOCOL.md §4). What the other side has not said is not used towards it.
type feature uint64

// The features that the protocol has bits for.
const (
	featureCards feature = 1 << iota
	featureReload
	featureFiles
	featureTalk
	featureCalls
	featureIntroductions
)

// abilities are what each side understands, as it has said.
type abilities struct{ ours, theirs feature }

// ourFeatures is what this program understands, whoever shows it to a person.
const ourFeatures = featureCards | featureReload | featureTalk

func canFrame(f feature) frame {
	return frame{kind: typeCan, content: binary.BigEndian.AppendUint64(nil, uint64(f))}
}

// features returns the features that a can frame names. Later versions may say more behind
// them, which is ignored.
func (f frame) features() feature { return feature(binary.BigEndian.Uint64(f.content)) }

// peerCan tells whether the other side has said that it understands all of f.
func (s *stream) peerCan(f feature) bool { return s.can.theirs&f == f }
