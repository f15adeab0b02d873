//go:build !js

package peer

// Buffered is how many bytes the engine holds for sending.
func Buffered(c Conn) int { return int(c.(*pionConn).data.BufferedAmount()) }

// KeepAliveEvery is for the tests outside the package.
const KeepAliveEvery = keepAliveEvery
