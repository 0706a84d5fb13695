package main

import "context"

// demoCommand loads an invented firm and runs.
type demoCommand struct {
	ledgerFlags
	listenFlags
}

// Run runs.
func (c *demoCommand) Run(ctx context.Context) error { return nil }
