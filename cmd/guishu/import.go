package main

import "context"

type importCommand struct{ ledgerFlags }

// Run runs.
func (c *importCommand) Run(ctx context.Context) error { return nil }
