package postgres

import (
	"context"

	"guishu/eventstore"
)

var _ eventstore.Counter = (*Store)(nil)

// Complete implements eventstore.Counter: it counts the ledger's events, of which the
// head says how many there must be.
func (s *Store) Complete(ctx context.Context) error {
	var head, count eventstore.Position
	err := s.retry(ctx, func() error {
		return s.reads.QueryRow(ctx, `SELECT (SELECT position FROM ledger.head), count(*) FROM ledger.events`).Scan(&head, &count)
	})
	if err != nil {
		return s.readError("counting the events", err)
	}
	if head == count {
		return nil
	}
	gap := &eventstore.GapError{}
	err = s.retry(ctx, func() error {
		return s.reads.QueryRow(ctx, `
			SELECT before, position FROM (
				SELECT position, lag(position, 1, 0::bigint) OVER (ORDER BY position) AS before
				FROM (SELECT position FROM ledger.events UNION ALL SELECT position + 1 FROM ledger.head) AS all_there
			) AS beside WHERE position <> before + 1 ORDER BY position LIMIT 1`).Scan(&gap.After, &gap.Next)
	})
	if err != nil {
		return s.readError("looking for a missing event", err)
	}
	return gap
}
