package main

import (
	"net"
	"sync/atomic"

	"github.com/pion/stun/v4"
)

// bindings answers STUN's binding requests, which ask for the address a visitor comes from, before
// pion sees them. Anybody can send a packet under somebody else's address, so the answers are as
// short as possible: 32 bytes to an IPv4 address, for a request of 20 at least. All other packets
// are passed on to the relay, or dropped if there is none.
type bindings struct {
	net.PacketConn
	relay bool
	asked atomic.Bool // somebody has come this far
}

// ReadFrom returns the packets that are for the relay.
func (b *bindings) ReadFrom(p []byte) (int, net.Addr, error) {
	for {
		n, from, err := b.PacketConn.ReadFrom(p)
		if err != nil {
			return n, from, err
		}
		m := &stun.Message{Raw: p[:n]}
		if stun.IsMessage(m.Raw) && m.Decode() == nil && m.Type == stun.BindingRequest {
			b.answer(m, from)
		} else if b.relay {
			return n, from, nil
		}
	}
}

// answer answers a binding request. A request with an attribute that must be understood and is not
// gets no answer.
func (b *bindings) answer(m *stun.Message, from net.Addr) {
	for _, a := range m.Attributes {
		if a.Type.Required() && !a.Type.Known() {
			return
		}
	}
	b.asked.Store(true)
	at, ok := from.(*net.UDPAddr)
	if !ok {
		return
	}
	said, err := stun.Build(stun.NewTransactionIDSetter(m.TransactionID), stun.BindingSuccess,
		&stun.XORMappedAddress{IP: at.IP, Port: at.Port})
	if err == nil {
		_, _ = b.WriteTo(said.Raw, from) // whoever gets no answer asks again
	}
}

// drain reads until the socket is closed, for a server without a relay.
func (b *bindings) drain() {
	for p := make([]byte, 1500); ; {
		if _, _, err := b.ReadFrom(p); err != nil {
			return
		}
	}
}
