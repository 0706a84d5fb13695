package auth

import (
	"context"
	"time"

	"guishu/domain"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// channel is where processes tell each other whose sign-ins changed.
const channel = "guishu_auth"

type executor interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// announce tells every process that what lets a member of staff in has changed.
func announce(ctx context.Context, on executor, staff domain.StaffID) error {
	_, err := on.Exec(ctx, `SELECT pg_notify($1, $2)`, channel, staff.String())
	return err
}

// listen hears other processes' announcements until Close, and clears away what
// has expired.
func (a *Auth) listen(ctx context.Context) {
	ctx, a.stop = context.WithCancel(context.WithoutCancel(ctx))
	go func() {
		defer close(a.stopped)
		for ctx.Err() == nil {
			err := a.hear(ctx)
			a.known.hearing(false)
			if ctx.Err() == nil {
				a.log.Warn("revoked sign-ins cannot be heard of at the moment; every request asks the database", "error", err)
				pause(ctx, time.Second)
			}
		}
	}()
}

// clearEvery is how often what has expired is cleared away.
const clearEvery = time.Hour

func (a *Auth) hear(ctx context.Context) error {
	held, err := a.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	// The connection listens; it must not go back to the pool as it is.
	conn := held.Hijack()
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, `LISTEN `+pgx.Identifier{channel}.Sanitize()); err != nil {
		return err
	}
	a.known.hearing(true)
	for {
		if err := a.clear(ctx, conn); err != nil {
			return err
		}
		if err := a.hearUntil(ctx, conn, time.Now().Add(clearEvery)); err != nil {
			return err
		}
	}
}

func (a *Auth) hearUntil(ctx context.Context, conn *pgx.Conn, deadline time.Time) error {
	waiting, stop := context.WithDeadline(ctx, deadline)
	defer stop()
	for {
		heard, err := conn.WaitForNotification(waiting)
		if waiting.Err() != nil && ctx.Err() == nil {
			return nil
		}
		if err != nil {
			return err
		}
		staff, err := domain.ParseStaffID(heard.Payload)
		if err != nil {
			a.known.hearing(true) // somebody else's message; to be safe, believe nothing
			continue
		}
		a.known.forget(staff)
	}
}

func (a *Auth) clear(ctx context.Context, conn *pgx.Conn) error {
	now := a.now()
	var batch pgx.Batch
	batch.Queue(`DELETE FROM auth.session WHERE expires_at < $1`, now)
	batch.Queue(`DELETE FROM auth.attempt WHERE since < $1`, now.Add(-longestWindow))
	batch.Queue(`DELETE FROM auth.familiar WHERE seen_at < $1`, now.Add(-familiarFor))
	return conn.SendBatch(ctx, &batch).Close()
}

// pause waits for d or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
