//go:build !js

package chat

import (
	"github.com/pion/transport/v4"

	"tincan/internal/peer"
)

// Over has a session connect over another network than this computer's.
func Over(network transport.Net) Change {
	return OverOneOf(func() transport.Net { return network })
}

// OverOneOf has each of a session's connections made over the network that it is in at that time.
func OverOneOf(network func() transport.Net) Change {
	return func(c *Config) {
		c.dial = func(way peer.Config) (connection, error) {
			conn, err := peer.NewOver(network(), way)
			if err != nil {
				return nil, err
			}
			return twoChannels{conn}, nil
		}
	}
}
