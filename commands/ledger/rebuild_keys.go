package ledger

import (
	"bytes"
	"context"
	"fmt"

	"guishu/domain"
	"guishu/eventstore"
	"guishu/eventstore/postgres/locks"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

// Rebuilt is what making the keys from the log has come to.
type Rebuilt struct {
	Keys  int64 // that are somebody's
	Twice int64 // of which the log gives another holder besides: never, unless two ledgers were mixed
}

// The bounds of the work that is under way at once.
const (
	rebuildPage   = 1000
	rebuildAtOnce = 8
)

// RebuildKeys makes the reservations that follow from the log: of every unique key
// that a stream has now, whatever its category. It takes nothing away, and may run
// beside commands. Progress is told how many streams it has looked at.
func (l *Ledger) RebuildKeys(ctx context.Context, progress func(done int64)) (Rebuilt, error) {
	var filter eventstore.Filter
	for _, category := range l.directory.Categories() {
		if len(category.Unique) > 0 {
			filter.StreamPrefixes = append(filter.StreamPrefixes, category.Prefix())
		}
	}
	var total Rebuilt
	var done int64
	var page []eventstore.Event
	turn := func() error {
		rebuilt, err := l.rebuildPage(ctx, page)
		total.Keys += rebuilt.Keys
		total.Twice += rebuilt.Twice
		done += int64(len(page))
		page = page[:0]
		if progress != nil {
			progress(done)
		}
		return err
	}
	for recorded, err := range l.store.ReadAll(ctx, eventstore.AllQuery{Filter: filter}) {
		if err != nil {
			return total, Unavailable("read the log", err)
		}
		if recorded.Revision != 0 { // only the first event of each stream
			continue
		}
		if page = append(page, recorded); len(page) < rebuildPage {
			continue
		}
		if err := turn(); err != nil {
			return total, err
		}
	}
	if err := turn(); err != nil {
		return total, err
	}
	if total.Twice > 0 {
		l.log.Error("unique keys have more than one holder in the log; the first one keeps each", "keys", total.Twice)
	}
	if err := l.keys.completed(ctx); err != nil {
		return total, Unavailable("keep the unique keys", err)
	}
	return total, nil
}

// rebuildPage reserves what the streams have that some first events begin.
func (l *Ledger) rebuildPage(ctx context.Context, page []eventstore.Event) (Rebuilt, error) {
	if err := l.codec.Prefetch(ctx, page); err != nil {
		return Rebuilt{}, Unavailable("read keys", err)
	}
	found := make([][]key, len(page))
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(rebuildAtOnce)
	for i, first := range page {
		group.Go(func() error {
			began, err := l.load(within, first.Stream)
			if err != nil {
				return err
			}
			for _, k := range began.keys() {
				found[i] = append(found[i], l.keep(k))
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return Rebuilt{}, err
	}
	var held []heldKey
	for i, keys := range found {
		for _, k := range keys {
			held = append(held, heldKey{k, page[i].Stream})
		}
	}
	return l.restore(ctx, held)
}

// heldKey is a key with the stream that has it by the log.
type heldKey struct {
	key
	holder eventstore.Stream
}

// restore makes the reservations of keys. Where somebody else has one, the ledger
// says whether they may keep it.
func (l *Ledger) restore(ctx context.Context, keys []heldKey) (Rebuilt, error) {
	rebuilt := Rebuilt{Keys: int64(len(keys))}
	for attempt := 0; len(keys) > 0; attempt++ {
		inTheWay, err := l.keys.restore(ctx, keys)
		if err != nil {
			return rebuilt, Unavailable("make the unique keys", err)
		}
		if attempt == lives {
			return rebuilt, domain.ErrLedgerBusy
		}
		var again []heldKey
		for i, found := range inTheWay {
			if found.Holder == "" {
				continue
			}
			held, err := l.settle(ctx, found)
			if err != nil {
				return rebuilt, err
			}
			if held {
				rebuilt.Twice++
				continue
			}
			again = append(again, keys[i])
		}
		keys = again
	}
	return rebuilt, nil
}

// restore makes reservations and confirms them. For each key it gives the
// reservation of another holder that stands in the way, or a zero one.
func (r *Keys) restore(ctx context.Context, keys []heldKey) ([]reservation, error) {
	var kinds, holders []string
	var values [][]byte
	for _, k := range keys {
		kinds, values, holders = append(kinds, string(k.kind)), append(values, k.value), append(holders, string(k.holder))
	}
	_, err := r.pool.Exec(ctx, `
		INSERT INTO registry.reservation AS r (kind, key, holder, confirmed)
		SELECT DISTINCT ON (w.kind, w.key) w.kind, w.key, w.holder, true
		FROM unnest($1::text[], $2::bytea[], $3::text[]) WITH ORDINALITY AS w (kind, key, holder, nth)
		ORDER BY w.kind, w.key, w.nth
		ON CONFLICT (kind, key) DO UPDATE SET confirmed = true
		WHERE r.holder = excluded.holder AND NOT r.confirmed`, kinds, values, holders)
	if err != nil {
		return nil, err
	}
	rows, err := r.pool.Query(ctx, `
		SELECT w.nth, r.kind, r.key, r.holder, r.confirmed, r.attempt, r.shared, clock_timestamp() - r.reserved_at
		FROM unnest($1::text[], $2::bytea[], $3::text[]) WITH ORDINALITY AS w (kind, key, holder, nth)
		JOIN registry.reservation r ON r.kind = w.kind AND r.key = w.key AND r.holder <> w.holder`, kinds, values, holders)
	if err != nil {
		return nil, err
	}
	inTheWay := make([]reservation, len(keys))
	var nth int
	var found reservation
	_, err = pgx.ForEachRow(rows, []any{
		&nth, &found.Kind, &found.Key, &found.Holder, &found.Confirmed, &found.Attempt, &found.Shared, &found.Age,
	}, func() error {
		found.Key = bytes.Clone(found.Key)
		inTheWay[nth-1] = found
		return nil
	})
	return inTheWay, err
}

// carryOutErasures destroys the key of every customer whom the log says is erased:
// keys may come from a copy that is older than the erasure.
func (l *Ledger) carryOutErasures(ctx context.Context) error {
	for recorded, err := range l.store.ReadAll(ctx, eventstore.AllQuery{Filter: eventstore.Filter{Types: []string{l.erased}}}) {
		if err != nil {
			return Unavailable("read the log", err)
		}
		if err := l.carryOutErasure(ctx, recorded); err != nil {
			return fmt.Errorf("erase a customer again: %w", err)
		}
	}
	return nil
}

// Forget drops what was made from the log beside it, for whoever opens the ledger next
// to make anew: what must be unique, and what was found damaged.
func Forget(ctx context.Context, tx pgx.Tx) error {
	if err := locks.RegistrySchema.Take(ctx, tx); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		TRUNCATE registry.reservation, registry.damaged;
		UPDATE registry.standing SET complete = false;
		UPDATE registry.watched SET position = 0`, pgx.QueryExecModeSimpleProtocol)
	return err
}
