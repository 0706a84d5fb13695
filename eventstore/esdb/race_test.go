//go:build race

package esdb_test

// callers is how many ask a server at once that leads nobody any more. The client
// leaves all but one of them waiting without end, and they are let go by closing
// what they wait on, which the race detector takes for a mistake.
const callers = 1
