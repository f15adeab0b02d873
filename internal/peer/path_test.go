package peer

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestUnitPathBetween(t *testing.T) {
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

		// Engines write one address in many ways, and keep it as they read it: our own
		// descriptions have IPv6 in full groups.
		"one segment, full groups":      {end{"host", "2001:db8:1:2::5"}, end{"host", "2001:0db8:0001:0002:0000:0000:0000:0006"}, PathLocal},
		"one segment, other way round":  {end{"host", "2001:0db8:0001:0002:0000:0000:0000:0006"}, end{"host", "2001:db8:1:2::5"}, PathLocal},
		"one segment, capitals":         {end{"host", "2001:DB8:A:B::5"}, end{"prflx", "2001:db8:a:b:0:0:0:6"}, PathLocal},
		"one segment, zeros inside":     {end{"host", "2001:db8::2:0:0:0:5"}, end{"host", "2001:db8:0:2::6"}, PathLocal},
		"one segment, zeros at the end": {end{"host", "2001:db8:1:2::"}, end{"host", "2001:db8:1:2:ffff::"}, PathLocal},
		"two segments, full groups":     {end{"host", "2001:db8:1:2::5"}, end{"host", "2001:0db8:0001:0003:0000:0000:0000:0006"}, PathDirect},
		"two segments, alike at a look": {end{"host", "2001:db8:1:20::5"}, end{"host", "2001:db8:1:2::6"}, PathDirect},
		"loopback, full groups":         {end{"host", "203.0.113.7"}, end{"host", "0000:0000:0000:0000:0000:0000:0000:0001"}, PathLocal},
		"loopback, some groups":         {end{"host", "0:0::0:1"}, end{"srflx", "203.0.113.7"}, PathLocal},
		"loopback, any of its network":  {end{"host", "127.8.9.10"}, end{"host", "203.0.113.7"}, PathLocal},
		"one public address, two forms": {end{"host", "2001:db8::7"}, end{"srflx", "2001:0db8:0:0:0:0:0:7"}, PathLocal},
		"mapped and plain":              {end{"host", "::ffff:192.168.1.2"}, end{"host", "192.168.1.3"}, PathLocal},
		"mapped, as hexadecimal":        {end{"host", "::ffff:c0a8:102"}, end{"host", "10.0.0.1"}, PathLocal},
		"mapped, in full groups":        {end{"host", "0000:0000:0000:0000:0000:ffff:cb00:7107"}, end{"prflx", "203.0.113.7"}, PathLocal},
		"mapped loopback":               {end{"host", "::FFFF:127.0.0.1"}, end{"host", "203.0.113.7"}, PathLocal},
		"two mapped, public":            {end{"host", "::ffff:203.0.113.7"}, end{"host", "::ffff:198.51.100.7"}, PathDirect},
		"link-local with a zone":        {end{"host", "fe80::1%eth0"}, end{"host", "fe80::2%wlan0"}, PathLocal},
		"link-local, not fe80":          {end{"host", "febf::1"}, end{"host", "FE90::2"}, PathLocal},
		"no longer link-local":          {end{"host", "fec0::1"}, end{"host", "fec0:1::2"}, PathDirect},
		"unique local, capitals":        {end{"host", "FD00::1"}, end{"host", "fc12:3456::9"}, PathLocal},
		"not unique local":              {end{"host", "fe00::1"}, end{"host", "fe00:1::9"}, PathDirect},
		"a name that begins alike":      {end{"host", "fd.example"}, end{"host", "10.0.0.2"}, PathDirect},
		"no address at all":             {end{"host", "10."}, end{"host", "192.168."}, PathDirect},
		"too many groups":               {end{"host", "2001:db8:1:2:3:4:5:6:7"}, end{"host", "2001:db8:1:2::6"}, PathDirect},
		"leading zeros are no octets":   {end{"host", "010.0.0.1"}, end{"host", "10.0.0.2"}, PathDirect},
		"mDNS name, capitals":           {end{"host", ""}, end{"host", "A.LOCAL"}, PathLocal},
	} {
		assert.Equal(t, row.want, pathBetween(row.local, row.remote), name)
	}
}
