// Command cards is one end of connections of internal/peer, as a page or as a program, for tests
// that need neither a chat nor its page: cards that wait, are applied and open.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"runtime"
	"sync"
	"time"

	"tincan/internal/peer"
	"tincan/internal/sdp"
)

// A command is what a test asks for. All its commands run side by side.
type command struct {
	Do     string      `json:"do"`
	N      int         `json:"n"`      // the connection that it is about
	Way    peer.Config `json:"way"`    // for make
	SDP    string      `json:"sdp"`    // of the other end, as its engine wrote it
	Active bool        `json:"active"` // for apply: the other end begins DTLS
	Text   string      `json:"text"`   // for say
}

// A result is what became of it.
type result struct {
	Error string `json:"error,omitempty"`
	SDP   string `json:"sdp,omitempty"` // our own
	Text  string `json:"text,omitempty"`
	At    int64  `json:"at"` // when it was done, in milliseconds since 1970
	Took  int64  `json:"took"`
	Path  string `json:"path,omitempty"`
	// Of the program as a whole.
	Goroutines int    `json:"goroutines"`
	Heap       uint64 `json:"heap"`
}

type end struct {
	mu    sync.Mutex
	conns map[int]*peer.Conn
	own   map[int]string
}

var cards = end{conns: map[int]*peer.Conn{}, own: map[int]string{}}

// run does what is asked for.
func (e *end) run(text string) string {
	var c command
	var r result
	began := time.Now()
	err := json.Unmarshal([]byte(text), &c)
	if err == nil {
		err = e.do(c, &r)
	}
	if err != nil {
		r.Error = err.Error()
	}
	r.At, r.Took, r.Goroutines = time.Now().UnixMilli(), time.Since(began).Milliseconds(), runtime.NumGoroutine()
	out, err := json.Marshal(r)
	if err != nil {
		panic("cards: " + err.Error())
	}
	return string(out)
}

func (e *end) do(c command, r *result) (err error) {
	ctx := context.Background()
	e.mu.Lock()
	conn, own := e.conns[c.N], e.own[c.N]
	e.mu.Unlock()
	if conn == nil && c.Do != "make" && c.Do != "answer" && c.Do != "heap" {
		return errors.New("there is no such connection")
	}
	switch c.Do {
	case "make", "answer":
		if conn, err = peer.New(c.Way); err != nil {
			return err
		}
		if c.Do == "make" {
			r.SDP, err = conn.Offer(ctx)
		} else {
			var d sdp.Description
			if d, err = sdp.Parse(c.SDP, false); err == nil {
				r.SDP, err = conn.Answer(ctx, d.SDP(sdp.Offer, "0"))
			}
		}
		e.mu.Lock()
		e.conns[c.N], e.own[c.N] = conn, r.SDP
		e.mu.Unlock()
	case "apply":
		var d sdp.Description
		if d, err = sdp.Parse(c.SDP, false); err == nil {
			err = conn.Accept(ctx, d.SDP(sdp.Kind(c.Active), sdp.MediaID(own)))
		}
	case "open":
		err = conn.Open(ctx)
		r.Path = string(conn.Path(ctx))
	case "say":
		err = conn.Send(ctx, []byte(c.Text))
	case "hear":
		var message []byte
		message, err = conn.Receive(ctx)
		r.Text = string(message)
	case "close":
		err = conn.Close()
		e.mu.Lock()
		delete(e.conns, c.N)
		delete(e.own, c.N)
		e.mu.Unlock()
	case "heap":
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		r.Heap = m.HeapInuse + m.StackInuse
	default:
		err = errors.New("no such command")
	}
	return err
}
