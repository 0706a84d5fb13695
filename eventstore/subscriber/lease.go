package subscriber

import (
	"context"
	"errors"
	"sync"
	"time"

	"guishu/eventstore"
	"guishu/eventstore/postgres/locks"

	"github.com/jackc/pgx/v5"
)

// askAgain is how often a process that waits for a consumer asks whether it is
// free. It asks rather than waits in PostgreSQL, because a statement that waits
// for hours keeps the whole database from being vacuumed.
const askAgain = 500 * time.Millisecond

// postgresLease is the lease of one consumer.
type postgresLease struct {
	of       *PostgresCheckpoints
	session  *session
	consumer string
	begun    bool
	locked   int // the connection that holds the consumer's lock
	epoch    int64
	saved    eventstore.Position
	renewed  time.Time // when the lease was last renewed, before it was asked for
	once     sync.Once
}

// waiting is what a process that waits for a consumer knows of who has it.
type waiting struct {
	since time.Time // since when whoever has it has no lease
	ended bool      // the session of whoever had it was ended
}

// begin waits for the consumer. Where nobody holds its lock it is free, and also where
// the lease has run out of whoever does.
func (l *postgresLease) begin(ctx context.Context) (eventstore.Position, error) {
	var position eventstore.Position
	wait := waiting{since: time.Now()}
	for {
		err := l.session.do(ctx, l.of.patience(), func(ctx context.Context) (err error) {
			position, err = l.try(ctx, &wait)
			return err
		})
		if err != nil || l.begun {
			return position, err
		}
		timer := time.NewTimer(askAgain)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return 0, ctx.Err()
		}
	}
}

func (l *postgresLease) try(ctx context.Context, wait *waiting) (eventstore.Position, error) {
	if l.session.taken[l.consumer] {
		return 0, nil
	}
	if err := l.lock(ctx); err != nil {
		return 0, err
	}
	if l.holdsLock() {
		return l.take(ctx)
	}
	over, err := l.over(ctx, wait)
	switch {
	case err != nil || !over:
		return 0, err
	case !wait.ended:
		// Its session is dead, or its program is. Where it may not be ended, the epoch
		// alone keeps it from saving.
		wait.ended = true
		return 0, l.unlessAlive(locks.Consumer(l.consumer).EndHolder(ctx, l.session.conn))
	}
	return l.take(ctx)
}

// unlessAlive is an error that the connection did not survive.
func (l *postgresLease) unlessAlive(err error) error {
	if l.session.conn.IsClosed() {
		return err
	}
	return nil
}

// lock takes the consumer's lock, unless this connection has it or another session does.
func (l *postgresLease) lock(ctx context.Context) error {
	if l.holdsLock() {
		return nil
	}
	free, err := locks.Consumer(l.consumer).Seize(ctx, l.session.conn)
	if free {
		l.locked = l.session.number
	}
	return err
}

func (l *postgresLease) holdsLock() bool { return l.locked == l.session.number }

// stands says that the lease of c stands, where one lasts $2 seconds. One that goes far
// beyond what a lease lasts is of a time before the database's clock was put back.
const stands = `coalesce(c.lease_until > clock_timestamp() AND c.lease_until < clock_timestamp() + 2 * make_interval(secs => $2), false)`

// over says whether the lease has run out of whoever holds the lock. A program that
// knows no leases is given the time of one.
func (l *postgresLease) over(ctx context.Context, wait *waiting) (bool, error) {
	var leased, valid bool
	err := l.session.conn.QueryRow(ctx, `
		SELECT c.lease_epoch = c.epoch AND c.lease_until IS NOT NULL, `+stands+`
		FROM reaction.consumer AS c WHERE name = $1`, l.consumer, l.of.lasts.Seconds()).Scan(&leased, &valid)
	switch {
	case err != nil && !errors.Is(err, pgx.ErrNoRows):
		return false, err
	case !leased:
		return time.Since(wait.since) > l.of.lasts, nil
	case valid:
		*wait = waiting{since: time.Now()}
	}
	return !valid, nil
}

// take begins a new epoch, unless somebody else was first.
func (l *postgresLease) take(ctx context.Context) (position eventstore.Position, err error) {
	began := time.Now()
	err = l.session.conn.QueryRow(ctx, `
		INSERT INTO reaction.consumer AS c (name, epoch, lease_epoch, lease_until)
		VALUES ($1, 1, 1, clock_timestamp() + make_interval(secs => $2))
		ON CONFLICT (name) DO UPDATE SET epoch = c.epoch + 1, lease_epoch = c.epoch + 1, lease_until = excluded.lease_until
		WHERE $3 OR NOT (c.lease_epoch = c.epoch AND `+stands+`)
		RETURNING position, epoch`, l.consumer, l.of.lasts.Seconds(), l.holdsLock()).Scan(&position, &l.epoch)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	l.begun, l.saved, l.renewed = true, position, began
	l.session.taken[l.consumer] = true
	return position, nil
}

// Save implements Lease. It renews the lease whenever it writes, and writes several times
// in the time of a lease. An answer that does not come ends the lease for this process
// before it ends for others.
func (l *postgresLease) Save(ctx context.Context, handled eventstore.Position) error {
	if handled == l.saved && time.Since(l.renewed) < l.of.lasts/5 {
		return nil
	}
	return l.session.do(ctx, l.of.patience(), func(ctx context.Context) error {
		began := time.Now()
		done, err := l.session.conn.Exec(ctx, `
			UPDATE reaction.consumer SET position = $3, lease_until = clock_timestamp() + make_interval(secs => $4),
				moved_at = CASE WHEN position = $3 THEN moved_at ELSE clock_timestamp() END
			WHERE name = $1 AND epoch = $2`, l.consumer, l.epoch, handled, l.of.lasts.Seconds())
		switch {
		case err != nil:
			return err
		case done.RowsAffected() == 0:
			return ErrLeaseLost
		}
		l.saved, l.renewed = handled, began
		return l.unlessAlive(l.lock(ctx)) // another connection than the one it began on has no lock yet
	})
}

// Release ends the lease and lets go of the lock. Where the server cannot be told, the
// lease runs out, and this process has its lost session ended as soon as it can.
func (l *postgresLease) Release() {
	l.once.Do(func() {
		if !l.begun {
			l.session.leave(l.of.patience())
			return
		}
		_ = l.session.do(context.Background(), l.of.patience(), l.end)
		l.session.leave(l.of.patience(), l.consumer)
	})
}

func (l *postgresLease) end(ctx context.Context) error {
	_, err := l.session.conn.Exec(ctx, "UPDATE reaction.consumer SET lease_until = NULL WHERE name = $1 AND epoch = $2", l.consumer, l.epoch)
	if err == nil && l.holdsLock() {
		err = locks.Consumer(l.consumer).Release(ctx, l.session.conn)
	}
	return err
}
