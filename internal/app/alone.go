package app

import (
	"context"
	"fmt"

	"guishu/eventstore/postgres/locks"
)

// Alone makes sure that nobody else does the work that a lock stands for, in this
// process or another, until end is called. It does not wait: ok is false while
// somebody does.
func (a *App) Alone(ctx context.Context, work locks.Lock) (end func(), ok bool, err error) {
	connection, err := a.Pool.Acquire(ctx)
	if err != nil {
		return nil, false, fmt.Errorf("make sure that nobody else does it: %w", err)
	}
	ok, err = work.Seize(ctx, connection)
	if err != nil || !ok {
		connection.Release()
		return nil, false, err
	}
	return func() {
		// Where this fails the connection has ended, and the lock with it.
		_ = work.Release(context.WithoutCancel(ctx), connection)
		connection.Release()
	}, true, nil
}
