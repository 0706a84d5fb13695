package subscriber

import (
	"context"
	_ "embed"
	"fmt"
	"hash/fnv"
	"sync"
	"time"

	"guishu/eventstore"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

//go:embed checkpoints.sql
var checkpointSchema string

// checkpointLock keeps two processes from creating the schema at once.
const checkpointLock = 0x6775697368750002

// PostgresCheckpoints keeps checkpoints in PostgreSQL, in the schema "reaction".
// A lease is a session's advisory lock, so it ends with its process, and an
// epoch: a process that only believes to hold the lease cannot save.
type PostgresCheckpoints struct{ pool *pgxpool.Pool }

// OpenCheckpoints opens the checkpoints and creates their table where it is
// missing.
func OpenCheckpoints(ctx context.Context, pool *pgxpool.Pool) (*PostgresCheckpoints, error) {
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", int64(checkpointLock)); err != nil {
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

// Lease waits for the consumer's lock and begins a new epoch.
func (p *PostgresCheckpoints) Lease(ctx context.Context, consumer string) (Lease, eventstore.Position, error) {
	conn, err := p.pool.Acquire(ctx)
	if err != nil {
		return nil, 0, err
	}
	lease := &postgresLease{conn: conn, consumer: consumer}
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", lockOf(consumer)); err != nil {
		lease.Release()
		return nil, 0, err
	}
	var position eventstore.Position
	err = conn.QueryRow(ctx, `
		INSERT INTO reaction.consumer AS c (name, epoch) VALUES ($1, 1)
		ON CONFLICT (name) DO UPDATE SET epoch = c.epoch + 1
		RETURNING position, epoch`, consumer).Scan(&position, &lease.epoch)
	if err != nil {
		lease.Release()
		return nil, 0, err
	}
	return lease, position, nil
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

func lockOf(consumer string) int64 {
	h := fnv.New64a()
	h.Write([]byte("guishu reaction " + consumer))
	return int64(h.Sum64())
}

type postgresLease struct {
	conn     *pgxpool.Conn
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
		_ = l.conn.Hijack().Close(ctx) // closed either way: PostgreSQL gives the lock free with the session
	})
}
