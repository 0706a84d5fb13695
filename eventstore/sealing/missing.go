package sealing

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// SubjectsIn yields the subjects of all sealed texts in an event's data, without
// parsing it and each as often as it is named. What merely looks like a sealed text
// is yielded too.
func SubjectsIn(data []byte) iter.Seq[uuid.UUID] { return subjectsIn(data) }

// Held is the ledger whose keys a database has, the nil id for none, and those of
// subjects of whom it knows nothing: neither their key nor their erasure. It
// changes nothing, and makes no schema where there is none.
func Held(ctx context.Context, pool *pgxpool.Pool, subjects []uuid.UUID) (ledger uuid.UUID, missing []uuid.UUID, err error) {
	var there bool
	if err := pool.QueryRow(ctx, "SELECT to_regclass('keys.subject_key') IS NOT NULL").Scan(&there); err != nil {
		return uuid.Nil, nil, fmt.Errorf("look for keys: %w", err)
	}
	if !there {
		return uuid.Nil, subjects, nil
	}
	err = pool.QueryRow(ctx, "SELECT id FROM keys.ledger").Scan(&ledger)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, nil, fmt.Errorf("look for keys: %w", err)
	}
	rows, err := pool.Query(ctx, `
		SELECT s.subject FROM unnest($1::uuid[]) AS s (subject)
		WHERE NOT EXISTS (SELECT FROM keys.subject_key k WHERE k.subject = s.subject)`, subjects)
	if err != nil {
		return uuid.Nil, nil, fmt.Errorf("look for %d keys: %w", len(subjects), err)
	}
	if missing, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID]); err != nil {
		return uuid.Nil, nil, fmt.Errorf("look for %d keys: %w", len(subjects), err)
	}
	return ledger, missing, nil
}

// GiveUp marks subjects whose keys are not to be had as erased, for good: what was
// sealed for them is unreadable, and says so.
func (r *Ring) GiveUp(ctx context.Context, subjects []uuid.UUID, basis string) error {
	for len(subjects) > 0 {
		some := subjects[:min(len(subjects), 5000)]
		subjects = subjects[len(some):]
		_, err := r.pool.Exec(ctx, `
			WITH fresh AS (
				SELECT s.subject, row_number() OVER () AS place FROM (SELECT DISTINCT unnest($1::uuid[]) AS subject) s
				WHERE NOT EXISTS (SELECT FROM keys.subject_key k WHERE k.subject = s.subject)
			), ledger AS (
				UPDATE keys.ledger SET destroyed = destroyed + (SELECT count(*) FROM fresh)
				RETURNING destroyed - (SELECT count(*) FROM fresh) AS before, kek_generation
			)
			INSERT INTO keys.subject_key (subject, kek_generation, destroyed_at, destroyed_no, basis)
			SELECT fresh.subject, ledger.kek_generation, now(), ledger.before + fresh.place, $2 FROM fresh, ledger`, some, basis)
		if err != nil {
			return fmt.Errorf("give up %d keys: %w", len(some), err)
		}
	}
	return nil
}
