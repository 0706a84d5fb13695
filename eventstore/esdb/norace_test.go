//go:build !race

package esdb_test

// callers is how many ask a server at once that leads nobody any more.
const callers = 16
