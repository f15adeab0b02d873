package chat

import "tincan/internal/seal"

// maxKept is how many bytes of our sealed frames may wait to be acked.
const maxKept = 1 << 20

// kept holds our sealed frames until the other side is known to have them. What it has not when
// a new line opens is sent again as it is: a frame is sealed once.
type kept struct {
	frames [][]byte
	first  uint64 // the number of the first of them
	at     uint64 // the number of the next to go over the line in use
	bytes  int
}

// add keeps the next frame. It goes when next has returned all those before it.
func (k *kept) add(frame []byte) {
	k.frames = append(k.frames, frame)
	k.bytes += len(frame)
}

// next returns the next frame to send, nil if there is none.
func (k *kept) next() []byte {
	if k.at-k.first == uint64(len(k.frames)) {
		return nil
	}
	k.at++
	return k.frames[k.at-1-k.first]
}

// full tells whether there is no room for another frame of the longest.
func (k *kept) full() bool { return k.bytes > maxKept-seal.MaxFrame }

// drop forgets all frames before number next, since they have arrived. There must be that many.
func (k *kept) drop(next uint64) {
	for k.first < next {
		k.bytes -= len(k.frames[0])
		k.frames[0] = nil
		k.frames = k.frames[1:]
		k.first++
	}
	k.at = max(k.at, next)
}

// rewind has all frames from number next on sent again. It returns false if some of them are
// gone, because they had been acked, or were never sealed.
func (k *kept) rewind(next uint64) bool {
	if next < k.first || next-k.first > uint64(len(k.frames)) {
		return false
	}
	k.drop(next)
	k.at = next
	return true
}
