// Package endtoend tests the product as its users meet it: the real program with its
// own PostgreSQL in a folder of its own, asked over HTTP, killed and started
// again. It holds tests alone.
package endtoend
