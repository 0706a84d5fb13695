package app

import (
	"context"
	"errors"
	"fmt"

	"guishu/domain"
	"guishu/eventstore"
	"guishu/projections"
)

// verify makes sure that the ledger is the one that the read models were built from:
// domain.ErrLedgerPutBack where it is not (C-09).
func (a *App) verify(ctx context.Context) error {
	err := a.Models.Verify(ctx)
	var fork *projections.ForkError
	if errors.As(err, &fork) {
		return fmt.Errorf("%w: %w", domain.ErrLedgerPutBack, err)
	}
	return err
}

// hold says why nothing may be decided for now: read models have stopped for want of a
// key, so that whatever is decided could not be seen, and the database is older than
// the ledger (C-09).
func (a *App) hold() error {
	if err := a.Models.Stopped(eventstore.ErrKeyMissing); err != nil {
		return fmt.Errorf("%w: %w", domain.ErrLedgerKeysMissing, err)
	}
	return nil
}

// assureIndex is verify for the index of event ids, which is there before the read
// models are. Until then nothing is known that the ledger could be held to.
func (a *App) assureIndex(ctx context.Context) error {
	select {
	case <-a.modelled:
		return a.verify(ctx)
	default:
		return nil
	}
}
