package peer

// For the tests outside the package.
const (
	HighWater  = highWater
	MaxQueued  = maxQueued
	GatherWait = gatherWait
)
