//go:build race

package gateway_test

// crowdSize is how many subscriptions make a crowd: the race detector follows 8,128
// goroutines at most.
const crowdSize = 1_500
