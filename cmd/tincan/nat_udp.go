package main

import (
	"net"

	"github.com/pion/stun/v4"
)

// bindings answers what STUN is asked here, where a visitor comes from, before pion
// does. Anybody can send a packet in somebody else's name, so what goes back is as
// short as can be: 32 bytes to an IPv4 address for 20 at least. All else is handed on
// to a relay, and gets no answer where there is none.
type bindings struct {
	net.PacketConn
	relay bool
}

// ReadFrom gives what is for the relay.
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

// answer says nothing to who must be understood and is not.
func (b *bindings) answer(m *stun.Message, from net.Addr) {
	for _, a := range m.Attributes {
		if a.Type.Required() && !a.Type.Known() {
			return
		}
	}
	at, ok := from.(*net.UDPAddr)
	if !ok {
		return
	}
	said, err := stun.Build(stun.NewTransactionIDSetter(m.TransactionID), stun.BindingSuccess,
		&stun.XORMappedAddress{IP: at.IP, Port: at.Port})
	if err == nil {
		_, _ = b.WriteTo(said.Raw, from) // who gets none asks again
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
