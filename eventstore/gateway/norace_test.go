//go:build !race

package gateway_test

// crowdSize is how many subscriptions make a crowd.
const crowdSize = 10_000
