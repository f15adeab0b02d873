package main

import (
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// sorted divides the connections of a listener: those that speak TLS, which Accept returns, and those that do not. People
// type addresses without https, and then get an answer in place of an error of their browser.
type sorted struct {
	net.Listener
	tls, plain chan net.Conn
	ended      chan struct{}
	closing    sync.Once

	mu   sync.Mutex
	err  error           // why there are no more connections; set before ended is closed
	here map[*visit]bool // those that have said nothing yet
}

// sortConnections takes over a listener, whose connections are all *visit.
func sortConnections(l net.Listener) *sorted {
	s := &sorted{Listener: l, tls: make(chan net.Conn), plain: make(chan net.Conn), ended: make(chan struct{}), here: map[*visit]bool{}}
	go func() {
		for {
			c, err := s.Listener.Accept()
			switch passing, is := err.(net.Error); {
			case err == nil:
				go s.sort(c.(*visit))
			//lint:ignore SA1019 net/http itself asks so whether to try again, as after a lack of descriptors
			case is && passing.Temporary():
				time.Sleep(50 * time.Millisecond)
			default:
				s.stop(err)
				return
			}
		}
	}()
	return s
}

// sort reads the first byte. Until it has come the connection is one that waits, which is closed if there are too many.
func (s *sorted) sort(c *visit) {
	if !s.note(c, true) {
		_ = c.Close()
		return
	}
	_ = c.SetReadDeadline(time.Now().Add(headerTime))
	first := make([]byte, 1)
	_, err := io.ReadFull(c.Conn, first)
	if !s.note(c, false) || err != nil {
		_ = c.Close()
		return
	}
	_ = c.SetReadDeadline(time.Time{})
	c.first = first
	to := s.plain
	if first[0] == 0x16 { // the record of a handshake
		to = s.tls
	}
	select {
	case to <- c:
	case <-s.ended:
		_ = c.Close()
	}
}

// note tells whether connections are still wanted, and keeps in mind that this one is here.
func (s *sorted) note(c *visit, here bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if delete(s.here, c); here && s.err == nil {
		s.here[c] = true
	}
	return s.err == nil
}

func (s *sorted) stop(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return
	}
	s.err = err
	close(s.ended)
	for c := range s.here {
		_ = c.Conn.Close() // whoever reads from it closes the rest
	}
}

func (s *sorted) Accept() (net.Conn, error) { return s.next(s.tls) }

func (s *sorted) next(from chan net.Conn) (net.Conn, error) {
	select {
	case c := <-from:
		return c, nil
	case <-s.ended:
		return nil, s.err
	}
}

// Close ends both halves. It may be called for each.
func (s *sorted) Close() error {
	s.stop(net.ErrClosed)
	s.closing.Do(func() { _ = s.Listener.Close() })
	return nil
}

// plainHalf is the listener of the connections without TLS.
type plainHalf struct{ *sorted }

func (p plainHalf) Accept() (net.Conn, error) { return p.next(p.plain) }

// toHTTPS answers what comes without TLS to a port that speaks it. Only what a person may have typed is sent on: what a page
// or a program sends, such as a reply to the mailbox, has crossed the network in the open already, and is to fail.
func (h *pageHandler) toHTTPS(w http.ResponseWriter, r *http.Request) {
	h.setHeaders(w.Header(), false, false)
	switch {
	case r.URL.Path == healthPath:
		h.health(w, r)
	case r.Header.Get(forHeader) != "":
		// Sent on, the browser would come back through the same proxy, again and again.
		h.notices.once(plainProxySaid)
		http.Error(w, "This port speaks https, and the proxy in front of it http.", http.StatusBadGateway)
	case r.Method != http.MethodGet && r.Method != http.MethodHead || r.Host == "":
		http.Error(w, "This port speaks https.", http.StatusBadRequest)
	default:
		http.Redirect(w, r, "https://"+r.Host+r.URL.RequestURI(), http.StatusTemporaryRedirect)
	}
}
