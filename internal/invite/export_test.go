package invite

// ParseAddress and Allowed are for the comparison with net/netip.
func ParseAddress(s string) (Address, bool)  { return parseAddress(s) }
func (a Address) Allowed(loopback bool) bool { return a.allowed(loopback) }
