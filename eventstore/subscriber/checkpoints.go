package subscriber

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"guishu/eventstore"
	"guishu/eventstore/postgres/locks"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

//go:embed checkpoints.sql
var checkpointSchema string

// LeaseTime is how long a consumer stays with a process that says nothing any more, by
// the database's clock. A process renews its lease every three seconds.
const LeaseTime = 15 * time.Second

// PostgresCheckpoints keeps checkpoints in PostgreSQL, in the schema "reaction".
//
// A lease is three things. An epoch, by which a process that only believes to hold the
// lease cannot save. A time until which it stands, after which another process takes
// over, whatever became of this one or of the network in between (L-01). And a session's
// advisory lock, by which a process that has ended need not be waited for.
type PostgresCheckpoints struct {
	pool    *pgxpool.Pool
	session *session
	lasts   time.Duration
}

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
	return &PostgresCheckpoints{pool: pool, session: newSession(pool.Config().ConnConfig), lasts: LeaseTime}, nil
}

// Rewind lets every consumer go on behind a position that has come further. A process
// that is at work cannot save any more.
func Rewind(ctx context.Context, tx pgx.Tx, to eventstore.Position) error {
	_, err := tx.Exec(ctx, "UPDATE reaction.consumer SET position = $1, epoch = epoch + 1 WHERE position > $1", int64(to))
	return err
}

// Lease waits until the consumer is free and begins a new epoch.
func (p *PostgresCheckpoints) Lease(ctx context.Context, consumer string) (Lease, eventstore.Position, error) {
	p.session.join()
	lease := &postgresLease{of: p, session: p.session, consumer: consumer}
	position, err := lease.begin(ctx)
	if err != nil {
		lease.Release()
		return nil, 0, err
	}
	return lease, position, nil
}

// patience is how long an answer is waited for before the session counts as lost.
func (p *PostgresCheckpoints) patience() time.Duration { return p.lasts / 3 }

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

// Standstill is how long ago every consumer's checkpoint moved last, by the database's
// clock. Those are left out of which this is not known.
func (p *PostgresCheckpoints) Standstill(ctx context.Context) (map[string]time.Duration, error) {
	rows, err := p.pool.Query(ctx, "SELECT name, extract(epoch FROM clock_timestamp() - moved_at)::float8 FROM reaction.consumer WHERE moved_at IS NOT NULL")
	if err != nil {
		return nil, err
	}
	since := map[string]time.Duration{}
	var name string
	var seconds float64
	_, err = pgx.ForEachRow(rows, []any{&name, &seconds}, func() error {
		since[name] = time.Duration(seconds * float64(time.Second))
		return nil
	})
	return since, err
}

// Skip sets consumers that have never begun to a position, as if they had handled
// everything up to it.
func (p *PostgresCheckpoints) Skip(ctx context.Context, consumers []string, to eventstore.Position) error {
	_, err := p.pool.Exec(ctx, `
		INSERT INTO reaction.consumer AS c (name, position) SELECT name, $2 FROM unnest($1::text[]) AS name
		ON CONFLICT (name) DO UPDATE SET position = excluded.position WHERE c.position < excluded.position AND c.epoch = 0`, consumers, to)
	return err
}
