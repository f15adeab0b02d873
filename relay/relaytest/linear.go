package relaytest

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"tincan/internal/mailbox"
	"tincan/relay"
)

// linearInput and linearOutput are one operation as the checker sees it. Claims and
// replies are numbered from 1.
type linearInput struct {
	slot         int
	operation    string
	reply, claim int
}

type linearOutput struct {
	reply int
	err   error
}

// linearState is what one slot may hold while nothing expires.
type linearState struct {
	reply, claim int
	dropped      bool
}

// model is the mailbox in its simplest words: the first put stays, the first
// claim owns it, a drop is final.
var model = porcupine.Model{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		bySlot := map[int][]porcupine.Operation{}
		for _, o := range history {
			slot := o.Input.(linearInput).slot
			bySlot[slot] = append(bySlot[slot], o)
		}
		var parts [][]porcupine.Operation
		for _, part := range bySlot {
			parts = append(parts, part)
		}
		return parts
	},
	Init: func() any { return linearState{} },
	Step: func(state, input, output any) (bool, any) {
		s, in, out := state.(linearState), input.(linearInput), output.(linearOutput)
		owns := s.claim == in.claim
		switch in.operation {
		case "put":
			switch {
			case s.reply == 0:
				return out.err == nil, linearState{reply: in.reply}
			case s.reply == in.reply && !s.dropped:
				return out.err == nil, s
			}
			return errors.Is(out.err, relay.ErrOccupied), s
		case "take":
			if s.reply != 0 && !s.dropped && (owns || s.claim == 0) {
				s.claim = in.claim
				return out.err == nil && out.reply == s.reply, s
			}
			return errors.Is(out.err, relay.ErrNone), s
		default:
			s.dropped = s.dropped || s.claim != 0 && owns
			return out.err == nil, s
		}
	},
}

// Linearizable lets clients do random operations at once, so many each, and
// checks that there is an order in which one after the other would have had the
// same answers: one writer wins, one claim wins. rounds of about 16 operations
// fall on each slot.
func Linearizable(t testing.TB, store relay.Store, clients, operations int) {
	t.Helper()
	slots := make([]mailbox.Slot, max(1, clients*operations/16))
	for i := range slots {
		slots[i] = NewSlot()
	}
	replies, claims := make([][]byte, 4), make([]mailbox.Claim, 4)
	for i := range replies {
		replies[i], claims[i] = NewReply(), NewClaim()
	}
	number := func(reply []byte) int {
		for i := range replies {
			if reply != nil && string(replies[i]) == string(reply) {
				return i
			}
		}
		return 0
	}
	start := time.Now()
	histories := make([][]porcupine.Operation, clients)
	var all sync.WaitGroup
	for client := range clients {
		all.Go(func() {
			random := rand.New(rand.NewPCG(uint64(client), 7))
			for n := range operations {
				// All clients go through the slots at the same pace, so that they meet.
				in := linearInput{
					slot:      (n*len(slots)/operations + random.IntN(2)) % len(slots),
					operation: []string{"put", "take", "take", "drop"}[random.IntN(4)],
					reply:     1 + random.IntN(3),
					claim:     1 + random.IntN(3),
				}
				var out linearOutput
				call := time.Since(start).Nanoseconds()
				switch in.operation {
				case "put":
					out.err = store.Put(context.Background(), slots[in.slot], replies[in.reply], begin)
				case "take":
					var reply []byte
					reply, out.err = store.Take(context.Background(), slots[in.slot], claims[in.claim], begin)
					out.reply = number(reply)
				case "drop":
					out.err = store.Drop(context.Background(), slots[in.slot], claims[in.claim], begin)
				}
				histories[client] = append(histories[client], porcupine.Operation{
					ClientId: client, Input: in, Call: call, Output: out, Return: time.Since(start).Nanoseconds(),
				})
			}
		})
	}
	all.Wait()
	var history []porcupine.Operation
	for _, h := range histories {
		history = append(history, h...)
	}
	require.Equal(t, porcupine.Ok, porcupine.CheckOperationsTimeout(model, history, time.Minute),
		"%d operations of %d clients have no order", len(history), clients)
	t.Logf("%d clients × %d operations on %d slots: linearizable", clients, operations, len(slots))
}
