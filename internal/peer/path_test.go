package peer

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPathBetween(t *testing.T) {
	for name, row := range map[string]struct {
		local, remote end
		want          Path
	}{
		"not known yet":           {end{}, end{"host", "10.0.0.2"}, PathUnknown},
		"own relay":               {end{"relay", "203.0.113.9"}, end{"host", "10.0.0.2"}, PathRelay},
		"other's relay":           {end{"host", "10.0.0.2"}, end{"relay", "203.0.113.9"}, PathRelay},
		"one network":             {end{"host", "192.168.1.2"}, end{"host", "192.168.1.3"}, PathLocal},
		"one network, unasked":    {end{"host", "172.16.0.2"}, end{"prflx", "172.31.0.3"}, PathLocal},
		"one computer":            {end{"host", "127.0.0.1"}, end{"prflx", "127.0.0.1"}, PathLocal},
		"one computer, by both":   {end{"host", "127.0.0.1"}, end{"prflx", "203.0.113.7"}, PathLocal},
		"one computer, the other": {end{"host", "203.0.113.7"}, end{"host", "::1"}, PathLocal},
		"link-local":              {end{"host", "fe80::1"}, end{"host", "fe80::2"}, PathLocal},
		"mDNS names":              {end{"host", ""}, end{"host", "a.local"}, PathLocal},
		"mDNS name and address":   {end{"host", ""}, end{"prflx", "192.168.1.3"}, PathLocal},
		"one IPv6 segment":        {end{"host", "2001:db8::2"}, end{"host", "2001:db8:0:0:1::3"}, PathLocal},
		"two IPv6 segments":       {end{"host", "2001:db8:0:1::2"}, end{"host", "2001:db8:0:2::2"}, PathDirect},
		"two public addresses":    {end{"host", "203.0.113.7"}, end{"host", "198.51.100.7"}, PathDirect},
		"one public address":      {end{"host", "203.0.113.7"}, end{"prflx", "203.0.113.7"}, PathLocal},
		"through NATs":            {end{"srflx", "203.0.113.7"}, end{"srflx", "198.51.100.7"}, PathDirect},
		"NAT on the other side":   {end{"host", "192.168.1.2"}, end{"srflx", "198.51.100.7"}, PathDirect},
		"172 but not private":     {end{"host", "192.168.1.2"}, end{"host", "172.32.0.1"}, PathDirect},
		"hidden and public":       {end{"host", ""}, end{"srflx", "198.51.100.7"}, PathDirect},
		"hidden and not told":     {end{"host", ""}, end{"prflx", ""}, PathDirect},
		"not an address":          {end{"host", "fake"}, end{"host", "other"}, PathDirect},
		"cut addresses":           {end{"host", "2001:db8"}, end{"host", "2001:db9"}, PathDirect},
		"compressed at the front": {end{"host", "::2"}, end{"host", "::3"}, PathLocal},
	} {
		assert.Equal(t, row.want, pathBetween(row.local, row.remote), name)
	}
}
