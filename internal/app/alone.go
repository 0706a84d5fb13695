package app

import (
	"context"
	"fmt"
)

// Alone makes sure that nobody else does some work on this ledger, in this process
// or another, until end is called. It does not wait: ok is false while somebody
// does.
func (a *App) Alone(ctx context.Context, work string) (end func(), ok bool, err error) {
	connection, err := a.Pool.Acquire(ctx)
	if err != nil {
		return nil, false, fmt.Errorf("make sure that nobody else does it: %w", err)
	}
	const key = "hashtextextended('guishu ' || $1, 0)"
	err = connection.QueryRow(ctx, "SELECT pg_try_advisory_lock("+key+")", work).Scan(&ok)
	if err != nil || !ok {
		connection.Release()
		return nil, false, err
	}
	return func() {
		// Where this fails the connection has ended, and the lock with it.
		_, _ = connection.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock("+key+")", work)
		connection.Release()
	}, true, nil
}
