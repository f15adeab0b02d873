// Package network_test connects ends across networks that this computer makes
// up: here pion's vnet, in fake time, so that half an hour takes none and a
// loaded machine changes nothing.
package network_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/transport/v4/vnet"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/chat"
	"tincan/internal/peer"
)

// patience is how long two ends look for each other here, thirty times what
// the slowest needs.
const patience = time.Minute

// column is one set of servers that both ends ask.
type column struct {
	name   string
	config peer.Config
	byName bool // the servers are told by name, as shipped
}

var columns = []column{
	{name: "none"},
	{name: "stun", config: peer.Config{STUN: stun[:1]}},
	{name: "turn", config: peer.Config{STUN: stun[:1], TURN: relay}},
	{name: "shipped", config: peer.Config{STUN: chat.DefaultSTUN}, byName: true},
}

// want is the path that theory expects, PathUnknown where there is no way.
func (c column) want(inviter, joiner kind) peer.Path {
	bothHidden := inviter.nat != nil && joiner.nat != nil
	switch {
	case !bothHidden:
		return peer.PathDirect // the one answers where the other asks
	case len(c.config.STUN) > 0 && (inviter.letsIn(joiner) || joiner.letsIn(inviter)):
		return peer.PathDirect
	case len(c.config.TURN) > 0:
		return peer.PathRelay
	}
	return peer.PathUnknown
}

// meeting is how two ends met.
type meeting struct {
	path peer.Path     // PathUnknown: they did not
	took time.Duration // from the reply, in the network's time
}

// TestIntegrationNATs: each kind of NAT invites each, without servers, with
// STUN, and with TURN besides. Who can meet does, the others don't, and
// a relay carries only what has no other way.
func TestIntegrationNATs(t *testing.T) {
	met := make([][7][7]meeting, len(columns))
	t.Run("cells", func(t *testing.T) {
		for c, column := range columns {
			for i, inviter := range kinds {
				for j, joiner := range kinds {
					t.Run(column.name+"/"+inviter.name+" invites "+joiner.name, func(t *testing.T) {
						t.Parallel()
						synctest.Test(t, func(t *testing.T) {
							met[c][i][j] = meet(t, column, inviter, joiner)
						})
					})
				}
			}
		}
	})
	counts := make([]string, len(columns))
	for c, column := range columns {
		count := 0
		for _, row := range met[c] {
			for _, m := range row {
				if m.path != peer.PathUnknown {
					count++
				}
			}
		}
		counts[c] = fmt.Sprintf("%s %d/%d", column.name, count, len(kinds)*len(kinds))
		printTable(column.name, met[c])
	}
	assert.Equal(t, []string{"none 13/49", "stun 41/49", "turn 49/49", "shipped 41/49"}, counts)
	fmt.Println(counts[3])
	fmt.Println(strings.Join(counts[:3], ", "))
}

// printTable prints a column of the cube: a line for each who invites.
func printTable(name string, met [7][7]meeting) {
	fmt.Printf("\n%-19s", name)
	for _, joiner := range kinds {
		fmt.Printf("%20s", joiner.name)
	}
	for i, inviter := range kinds {
		fmt.Printf("\n%-19s", inviter.name)
		for _, m := range met[i] {
			if m.path == peer.PathUnknown {
				fmt.Printf("%20s", "-")
			} else {
				fmt.Printf("%13s %4.1f s", m.path, m.took.Seconds())
			}
		}
	}
	fmt.Print("\n\n")
}

func meet(t *testing.T, column column, inviter, joiner kind) meeting {
	w := newWorld(t, inviter, joiner)
	if column.byName {
		w.addNames(t, column.config.STUN)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c := w.begin(t, ctx, column.config, column.config)
	replied := time.Now()
	err := c.open(t, ctx)
	want := column.want(inviter, joiner)
	if err == nil {
		took := time.Since(replied)
		path := c.talk(t, ctx)
		assert.Equal(t, want, path)
		return meeting{path, took}
	}
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	assert.Equal(t, want, peer.PathUnknown)
	// Not a way that they missed: there was none.
	for _, e := range w.ends {
		assert.Greater(t, e.asked.Load(), int64(100))
		assert.Zero(t, e.arrived.Load())
	}
	return meeting{}
}

// TestIntegrationSymmetric: who sits behind a NAT that gives each connection another
// address learns it while the invite waits, nobody else does.
func TestIntegrationSymmetric(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, k, k)
				began := time.Now()
				c := w.begin(t, t.Context(), peer.Config{STUN: stun}, peer.Config{STUN: stun})
				time.Sleep(time.Until(began.Add(5 * time.Second)))
				for _, conn := range c.conns {
					assert.Equal(t, !k.keepsItsAddress(), conn.Findings().Symmetric)
				}
			})
		})
	}
}

// TestIntegrationRelayOnly: who hides behind a relay tells nobody else an
// address, sends nothing past the relay, and is reached.
func TestIntegrationRelayOnly(t *testing.T) {
	hidden := peer.Config{STUN: stun, TURN: relay, RelayOnly: true}
	for _, k := range kinds {
		for name, configs := range map[string][2]peer.Config{
			"both":        {hidden, hidden},
			"the inviter": {hidden, {STUN: stun}},
			"the joiner":  {{STUN: stun}, hidden},
		} {
			t.Run(k.name+"/"+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, k, k)
					ctx, cancel := context.WithTimeout(t.Context(), patience)
					defer cancel()
					c := w.begin(t, ctx, configs[0], configs[1])
					said := [2][2]string{{c.offer, c.invite(t)}, {c.answer, c.reply(t)}}
					for i, config := range configs {
						if !config.RelayOnly {
							continue
						}
						for _, sdp := range said[i] {
							assert.Contains(t, sdp, " typ relay")
							assert.NotContains(t, sdp, " typ host")
							assert.NotContains(t, sdp, " typ srflx")
							assert.NotContains(t, sdp, places[i])
							assert.NotContains(t, sdp, homes[i])
						}
						found := c.conns[i].Findings()
						assert.Zero(t, found.Host+found.Public)
						assert.True(t, found.RelayUDP)
					}
					require.NoError(t, c.open(t, ctx))
					assert.Equal(t, peer.PathRelay, c.talk(t, ctx))
					for i, config := range configs {
						if config.RelayOnly {
							assert.Zero(t, w.ends[i].asked.Load(), "a packet went past the relay")
						}
					}
				})
			})
		}
	}
}

// TestIntegrationDeadSTUN: servers that don't answer, or don't exist, hold no
// link back, and are told from a network that needs none.
func TestIntegrationDeadSTUN(t *testing.T) {
	const limit = 1600 * time.Millisecond
	for name, servers := range map[string][]string{
		"silent":  {"192.0.2.99:3478"},
		"unknown": {"stun.example:3478"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, kindNamed(t, "port-restricted"), kindNamed(t, "open"))
				conn, err := peer.NewOver(w.ends[0], peer.Config{STUN: servers})
				require.NoError(t, err)
				defer func() { assert.NoError(t, conn.Close()) }()
				began := time.Now()
				offer, err := conn.Offer(t.Context())
				require.NoError(t, err)
				assert.Less(t, time.Since(began), limit)
				assert.Contains(t, offer, " typ host")
				for range 2 {
					found := conn.Findings()
					assert.Zero(t, found.Public)
					assert.True(t, !found.Complete || found.Refused, "looks like an end that needs no server: %+v", found)
					time.Sleep(5 * time.Second)
				}
			})
		})
	}
}

// TestIntegrationUDPBlocked: TURN over TCP is a way out, and the end learns
// that it is its only one.
func TestIntegrationUDPBlocked(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, kindNamed(t, "port-restricted"), k)
				w.blockUDP(w.ends[0])
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				c := w.begin(t, ctx, peer.Config{STUN: stun, TURN: tcp}, peer.Config{STUN: stun})
				found := c.conns[0].Findings()
				assert.Equal(t, 1, found.Relay)
				assert.False(t, found.RelayUDP)
				assert.Zero(t, found.Public)
				require.NoError(t, c.open(t, ctx))
				assert.Equal(t, peer.PathRelay, c.talk(t, ctx))
			})
		})
	}
}

// TestIntegrationLate: a reply may take its time, though NATs forget after 30 s.
func TestIntegrationLate(t *testing.T) {
	minutes := []time.Duration{30 * time.Second, 2 * time.Minute, 5 * time.Minute}
	halfAnHour := append(minutes, 30*time.Minute)
	for _, row := range []struct {
		inviter, joiner string
		config          peer.Config
		want            peer.Path
		late            []time.Duration
	}{
		{"port-restricted", "port-restricted", peer.Config{STUN: stun}, peer.PathDirect, halfAnHour},
		{"port-restricted", "open", peer.Config{STUN: stun}, peer.PathDirect, minutes},
		{"open", "symmetric", peer.Config{STUN: stun}, peer.PathDirect, minutes},
		{"full cone", "symmetric", peer.Config{STUN: stun}, peer.PathDirect, minutes},
		{"symmetric", "address-restricted", peer.Config{STUN: stun}, peer.PathDirect, minutes},
		{"symmetric", "symmetric", peer.Config{STUN: stun, TURN: relay}, peer.PathRelay, minutes},
		{"port-restricted", "symmetric", peer.Config{STUN: stun, TURN: relay}, peer.PathRelay, minutes},
		{"port-restricted", "port-restricted", peer.Config{TURN: relay, RelayOnly: true}, peer.PathRelay, halfAnHour},
	} {
		for _, late := range row.late {
			t.Run(fmt.Sprintf("%s invites %s, %s/%v", row.inviter, row.joiner, row.want, late), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, kindNamed(t, row.inviter), kindNamed(t, row.joiner))
					c := w.begin(t, t.Context(), row.config, row.config)
					time.Sleep(late)
					ctx, cancel := context.WithTimeout(t.Context(), patience)
					defer cancel()
					require.NoError(t, c.open(t, ctx))
					assert.Equal(t, row.want, c.talk(t, ctx))
				})
			})
		}
	}
}

// TestIntegrationCards: a card of each side has waited for hours, and one side is told of the
// other's sooner. Those of a relay still have it, after 18 times the ten minutes that a relay is
// given for.
func TestIntegrationCards(t *testing.T) {
	for _, row := range []struct {
		inviter, joiner string
		config          peer.Config
		want            peer.Path
	}{
		{"open", "open", peer.Config{STUN: stun}, peer.PathDirect},
		{"open", "port-restricted", peer.Config{STUN: stun}, peer.PathDirect},
		{"symmetric", "open", peer.Config{STUN: stun}, peer.PathDirect},
		{"port-restricted", "port-restricted", peer.Config{TURN: relay, RelayOnly: true}, peer.PathRelay},
		{"symmetric", "symmetric", peer.Config{STUN: stun, TURN: relay}, peer.PathRelay},
	} {
		for _, wait := range []time.Duration{time.Second, 15 * time.Minute, 3 * time.Hour} {
			t.Run(fmt.Sprintf("%s and %s, %s/%v", row.inviter, row.joiner, row.want, wait), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, kindNamed(t, row.inviter), kindNamed(t, row.joiner))
					config := row.config
					config.Waits = true
					c := w.cards(t, t.Context(), config)
					time.Sleep(time.Second) // what was asked for the descriptions is over
					var sent atomic.Int64
					w.internet.AddChunkFilter(func(vnet.Chunk) bool { sent.Add(1); return true })
					time.Sleep(wait)
					if perMinute := float64(sent.Load()) / 2 / wait.Minutes(); row.config.TURN == nil {
						assert.Zero(t, perMinute)
					} else if wait > time.Hour {
						// One each 10 s keeps the NAT's mapping; now and then the relay is asked for again.
						assert.InDelta(t, 6.5, perMinute, 0.5)
					}
					ctx, cancel := context.WithTimeout(t.Context(), patience)
					defer cancel()
					require.NoError(t, c.meet(t, ctx, 5*time.Second))
					assert.Equal(t, row.want, c.talk(t, ctx))
				})
			})
		}
	}
}

// TestIntegrationCardsGiveRelaysBack: a card holds one relay for each server that it was told of,
// and none once it is closed, whether it was tried or only waited. (pion gives a relay back with one
// packet. If the server's nonce has run out just then, which it does every hour, the relay stays until
// its ten minutes are over.)
func TestIntegrationCardsGiveRelaysBack(t *testing.T) {
	both := append(relay[:1:1], peer.TURN{URL: "turn:" + servers[1] + ":3478", Username: "user", Credential: password})
	for _, tried := range []bool{false, true} {
		for n, turn := range map[int][]peer.TURN{0: nil, 1: relay, 2: both} {
			t.Run(fmt.Sprintf("tried %v, %d servers", tried, n), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, kindNamed(t, "port-restricted"), kindNamed(t, "symmetric"))
					c := w.cards(t, t.Context(), peer.Config{STUN: stun, TURN: turn, Waits: true})
					time.Sleep(30 * time.Minute)
					require.Equal(t, 2*n, w.relays())
					require.NoError(t, c.conns[1].Close()) // nobody is there
					if tried {
						require.NoError(t, c.conns[0].Accept(t.Context(), c.reply(t)))
						time.Sleep(time.Minute)
					}
					require.NoError(t, c.conns[0].Close())
					time.Sleep(time.Second)
					require.Zero(t, w.relays())
				})
			})
		}
	}
}
