//go:build !js

package chat

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"tincan/internal/files"
	"tincan/internal/peer"
	"tincan/internal/sdp"
)

// hub is a network in memory whose lines can be cut, for whole sessions in fake time.
type hub struct {
	mu    sync.Mutex
	n     int
	conns map[string]*hconn
	rate  int // bytes a second each way, of both channels; 0: any
	delay time.Duration
	free  [2]time.Time
	log   []string
}

// hconn is an end of a connection.
type hconn struct {
	h           *hub
	side        int
	own, remote string
	opened      chan struct{}
	isOpen      bool
	closed      chan struct{}
	isClosed    bool
	dead        bool
	ch          [2]*hchan // main, files
}

// hchan is an end of one of its channels, with what comes there.
type hchan struct {
	c     *hconn
	k     int
	queue []hmsg
	bytes int
	kick  chan struct{}
}

type hmsg struct {
	m  []byte
	at time.Time
}

func (h *hub) dial(side int) func(peer.Config) (connection, error) {
	return func(peer.Config) (connection, error) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.n++
		c := &hconn{h: h, side: side, own: fmt.Sprintf("%04d", h.n), opened: make(chan struct{}), closed: make(chan struct{})}
		for k := range c.ch {
			c.ch[k] = &hchan{c: c, k: k, kick: make(chan struct{}, 1)}
		}
		h.conns[c.own] = c
		return c, nil
	}
}

func (c *hconn) text(kind sdp.Kind) string {
	d := sdp.Description{Ufrag: c.own, Password: strings.Repeat(c.own, 6)}
	copy(d.Fingerprint[:], c.own)
	d.Candidates = []sdp.Candidate{{Type: sdp.Host, Address: sdp.Address{Kind: sdp.IPv4, Bytes: [16]byte{192, 168, 1, 2}}, Port: 5000}}
	return d.SDP(kind, "0")
}
func (c *hconn) Offer(context.Context) (string, error) {
	time.Sleep(20 * time.Millisecond)
	return c.text(sdp.Offer), nil
}
func (c *hconn) Answer(_ context.Context, offer string) (string, error) {
	if err := c.Accept(context.Background(), offer); err != nil {
		return "", err
	}
	return c.text(sdp.Answer), nil
}
func (c *hconn) Accept(_ context.Context, text string) error {
	_, rest, ok := strings.Cut(text, "a=ice-ufrag:")
	if !ok {
		return errors.New("none")
	}
	c.h.mu.Lock()
	defer c.h.mu.Unlock()
	if c.isClosed {
		return peer.ErrClosed
	}
	c.remote, _, _ = strings.Cut(rest, "\r\n")
	if o := c.like(); o != nil && !c.isClosed && !o.isClosed {
		for i, x := range []*hconn{c, o} {
			time.AfterFunc(c.h.delay*time.Duration(3+i), func() {
				c.h.mu.Lock()
				defer c.h.mu.Unlock()
				if !x.isOpen {
					x.isOpen = true
					close(x.opened)
				}
			})
		}
	}
	return nil
}
func (c *hconn) like() *hconn {
	if o := c.h.conns[c.remote]; o != nil && o.remote == c.own {
		return o
	}
	return nil
}
func (c *hconn) Open(ctx context.Context) error {
	select {
	case <-c.opened:
		return nil
	case <-c.closed:
		return peer.ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}
func (c *hconn) Send(ctx context.Context, m []byte) error    { return c.ch[0].Send(ctx, m) }
func (c *hconn) Receive(ctx context.Context) ([]byte, error) { return c.ch[0].Receive(ctx) }
func (c *hconn) Files() files.Channel                        { return c.ch[1] }
func (c *hconn) Findings() peer.Findings                     { return peer.Findings{Complete: true} }
func (c *hconn) Path(context.Context) peer.Path              { return peer.PathLocal }
func (c *hconn) shut() {
	if !c.isClosed {
		c.isClosed = true
		close(c.closed)
	}
}
func (c *hconn) Close() error {
	c.h.mu.Lock()
	defer c.h.mu.Unlock()
	c.ch[0].queue, c.ch[1].queue = nil, nil
	c.shut()
	if o := c.like(); o != nil && !c.dead {
		time.AfterFunc(c.h.delay, func() { c.h.mu.Lock(); defer c.h.mu.Unlock(); o.shut() })
	}
	return nil
}

func (ch *hchan) Send(ctx context.Context, m []byte) error {
	h := ch.c.h
	if err := ch.c.Open(ctx); err != nil {
		return err
	}
	for {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		h.mu.Lock()
		o := ch.c.like()
		if ch.c.isClosed || o == nil {
			h.mu.Unlock()
			return peer.ErrClosed
		}
		to := o.ch[ch.k]
		if to.bytes < 1<<20 {
			now := time.Now()
			if f := &h.free[ch.c.side]; h.rate > 0 {
				if f.Before(now) {
					*f = now
				}
				*f = f.Add(time.Duration(len(m)) * time.Second / time.Duration(h.rate))
				now = *f
			}
			to.queue = append(to.queue, hmsg{bytes.Clone(m), now.Add(h.delay)})
			to.bytes += len(m)
			h.mu.Unlock()
			signal(to.kick)
			return nil
		}
		h.mu.Unlock()
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		case <-ch.c.closed:
			return peer.ErrClosed
		}
	}
}

func (ch *hchan) Receive(ctx context.Context) ([]byte, error) {
	h := ch.c.h
	for {
		var wait <-chan time.Time
		h.mu.Lock()
		if len(ch.queue) > 0 && !ch.c.dead {
			if d := time.Until(ch.queue[0].at); d <= 0 {
				m := ch.queue[0].m
				ch.queue = ch.queue[1:]
				ch.bytes -= len(m)
				h.mu.Unlock()
				return m, nil
			} else {
				wait = time.After(d)
			}
		} else if ch.c.isClosed {
			h.mu.Unlock()
			return nil, peer.ErrClosed
		}
		h.mu.Unlock()
		select {
		case <-wait:
		case <-ch.kick:
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-ch.c.closed:
			h.mu.Lock()
			empty := len(ch.queue) == 0 || ch.c.dead
			h.mu.Unlock()
			if empty {
				return nil, peer.ErrClosed
			}
			time.Sleep(time.Millisecond)
		}
	}
}

// cut breaks the pairs that are open.
func (h *hub) cut(kind, side int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range h.conns {
		if !c.isOpen || c.isClosed {
			continue
		}
		switch kind {
		case 0: // both see the end
			c.ch[0].queue, c.ch[1].queue = nil, nil
			c.shut()
		case 1: // nobody sees it
			c.dead = true
		case 2: // one way only
			if c.side == side {
				c.dead = true
			}
		}
	}
}
