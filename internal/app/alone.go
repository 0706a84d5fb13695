package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"guishu/eventstore/postgres/locks"

	"github.com/jackc/pgx/v5"
)

// errNotAlone ends work that was to be done alone and whose lock was lost.
var errNotAlone = errors.New("the database was not heard of, and somebody else may do it by now")

// Alone makes sure that nobody else does the work that a lock stands for, in this
// process or another, until end is called. It does not wait: ok is false while
// somebody does. The work is done under the context, which ends where the lock is lost:
// when nothing has been heard of this process for locks.Silence, another may have it.
func (a *App) Alone(ctx context.Context, work locks.Lock) (held context.Context, end func(), ok bool, err error) {
	connection, err := locks.NewHolder().Connect(ctx, a.Pool.Config().ConnConfig)
	if err != nil {
		return nil, nil, false, fmt.Errorf("make sure that nobody else does it: %w", err)
	}
	leave := func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), locks.AnswerWithin)
		defer cancel()
		_ = connection.Close(ctx) // the lock ends with the session
	}
	ok, err = seize(ctx, work, connection)
	if err != nil || !ok {
		leave()
		return nil, nil, false, err
	}
	held, lose := context.WithCancelCause(ctx)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		if err := keepSaying(held, connection); err != nil {
			lose(fmt.Errorf("%w: %w", errNotAlone, err))
		}
	}()
	return held, func() {
		lose(nil)
		<-stopped
		leave()
	}, true, nil
}

// seize takes the lock, also from a session whose client has been silent for too long.
func seize(ctx context.Context, work locks.Lock, connection *pgx.Conn) (bool, error) {
	ok, err := work.Seize(ctx, connection)
	if err != nil || ok {
		return ok, err
	}
	if err := work.EndSilent(ctx, connection); err != nil {
		return false, err
	}
	return work.Seize(ctx, connection)
}

// keepSaying lets the server know that this process is there, until ctx ends.
func keepSaying(ctx context.Context, connection *pgx.Conn) error {
	ticker := time.NewTicker(locks.Beat)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			if err := locks.Say(context.WithoutCancel(ctx), connection); err != nil {
				return err
			}
		}
	}
}
