package subscriber

import (
	"context"
	_ "embed"
	"fmt"
	"sync"
	"time"

	"guishu/eventstore"
	"guishu/eventstore/postgres/locks"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

//go:embed checkpoints.sql
var checkpointSchema string

// PostgresCheckpoints keeps checkpoints in PostgreSQL, in the schema "reaction".
// A lease is a session's advisory lock, so it ends with its process, and an
// epoch: a process that only believes to hold the lease cannot save.
type PostgresCheckpoints struct{ pool *pgxpool.Pool }

// OpenCheckpoints opens the checkpoints and creates their table where it is
// missing.
func OpenCheckpoints(ctx context.Context, pool *pgxpool.Pool) (*PostgresCheckpoints, error) {
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if err := locks.ReactionSchema.Take(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, checkpointSchema)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open the checkpoints of reactions: %w", err)
	}
	return &PostgresCheckpoints{pool: pool}, nil
}

// Rewind lets every consumer go on behind a position that has come further. A process
// that is at work cannot save any more.
func Rewind(ctx context.Context, tx pgx.Tx, to eventstore.Position) error {
	_, err := tx.Exec(ctx, "UPDATE reaction.consumer SET position = $1, epoch = epoch + 1 WHERE position > $1", int64(to))
	return err
}

// askAgain is how often a process that waits for a consumer asks whether it is
// free. It asks rather than waits in PostgreSQL, because a statement that waits
// for hours keeps the whole database from being vacuumed.
const askAgain = 500 * time.Millisecond

// Lease waits for the consumer's lock and begins a new epoch. The lock is held by
// a connection of its own: from a pool, a few leases would take all there are.
func (p *PostgresCheckpoints) Lease(ctx context.Context, consumer string) (Lease, eventstore.Position, error) {
	conn, err := pgx.ConnectConfig(ctx, p.pool.Config().ConnConfig)
	if err != nil {
		return nil, 0, err
	}
	lease := &postgresLease{conn: conn, consumer: consumer}
	position, err := lease.begin(ctx)
	if err != nil {
		lease.Release()
		return nil, 0, err
	}
	return lease, position, nil
}

func (l *postgresLease) begin(ctx context.Context) (position eventstore.Position, err error) {
	for {
		free, err := locks.Consumer(l.consumer).Seize(ctx, l.conn)
		if err != nil {
			return 0, err
		}
		if free {
			break
		}
		timer := time.NewTimer(askAgain)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return 0, ctx.Err()
		}
	}
	err = l.conn.QueryRow(ctx, `
		INSERT INTO reaction.consumer AS c (name, epoch) VALUES ($1, 1)
		ON CONFLICT (name) DO UPDATE SET epoch = c.epoch + 1
		RETURNING position, epoch`, l.consumer).Scan(&position, &l.epoch)
	return position, err
}

// Positions is how far every consumer has come, for metrics.
func (p *PostgresCheckpoints) Positions(ctx context.Context) (map[string]eventstore.Position, error) {
	rows, err := p.pool.Query(ctx, "SELECT name, position FROM reaction.consumer")
	if err != nil {
		return nil, err
	}
	positions := map[string]eventstore.Position{}
	var name string
	var position eventstore.Position
	_, err = pgx.ForEachRow(rows, []any{&name, &position}, func() error {
		positions[name] = position
		return nil
	})
	return positions, err
}

// Skip sets consumers that have never begun to a position, as if they had handled
// everything up to it.
func (p *PostgresCheckpoints) Skip(ctx context.Context, consumers []string, to eventstore.Position) error {
	_, err := p.pool.Exec(ctx, `
		INSERT INTO reaction.consumer AS c (name, position) SELECT name, $2 FROM unnest($1::text[]) AS name
		ON CONFLICT (name) DO UPDATE SET position = excluded.position WHERE c.position < excluded.position AND c.epoch = 0`, consumers, to)
	return err
}

type postgresLease struct {
	conn     *pgx.Conn
	consumer string
	epoch    int64
	once     sync.Once
}

func (l *postgresLease) Save(ctx context.Context, handled eventstore.Position) error {
	done, err := l.conn.Exec(ctx,
		"UPDATE reaction.consumer SET position = $3 WHERE name = $1 AND epoch = $2", l.consumer, l.epoch, handled)
	if err == nil && done.RowsAffected() == 0 {
		return ErrLeaseLost
	}
	return err
}

// Release ends the session, and with it the lock, whatever state it is in.
func (l *postgresLease) Release() {
	l.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = l.conn.Close(ctx) // closed either way: PostgreSQL gives the lock free with the session
	})
}
