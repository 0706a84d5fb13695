package main

import "context"

type benchCommand struct{ ledgerFlags }

// Run runs.
func (c *benchCommand) Run(ctx context.Context) error { return nil }
