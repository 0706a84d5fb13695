package reactions

import (
	"context"
	"time"

	"guishu/eventstore"
)

// stalledAfter is how long a reaction may leave an event unanswered without moving
// before it counts as stalled: longer than it tries again before it puts an event aside.
const stalledAfter = 2 * time.Minute

// Stalled are the reactions that have not moved for two minutes or more although the
// ledger holds an event for them, wherever they run, and since when each stands (L-05).
// Of one of which that is not known, the time begins with this process.
func (r *Reactions) Stalled(ctx context.Context) (map[string]time.Time, error) {
	now := time.Now()
	head, err := r.config.Store.LastPosition(ctx)
	if err != nil {
		return nil, err
	}
	positions, err := r.Positions(ctx)
	if err != nil {
		return nil, err
	}
	standstill, err := r.checkpoints.Standstill(ctx)
	if err != nil {
		return nil, err
	}
	stalled := map[string]time.Time{}
	for _, each := range r.all {
		since, known := r.opened, false
		if stood, moved := standstill[each.name]; moved {
			since, known = now.Add(-stood), true
		}
		if positions[each.name] >= head || now.Sub(since) < r.config.StalledAfter {
			continue
		}
		next, called, err := r.next(ctx, each, positions[each.name])
		if err != nil {
			return nil, err
		}
		if called && known && next.RecordedAt.After(since) {
			since = next.RecordedAt
		}
		if called && now.Sub(since) >= r.config.StalledAfter {
			stalled[each.name] = since
		}
	}
	return stalled, nil
}

// next is the first event behind a position that a reaction hears of.
func (r *Reactions) next(ctx context.Context, each reaction, after eventstore.Position) (next eventstore.Event, there bool, err error) {
	types, err := r.config.Codec.Registry().Names(each.hears)
	if err != nil {
		return next, false, err
	}
	for recorded, err := range r.config.Store.ReadAll(ctx, eventstore.AllQuery{After: after, Filter: eventstore.Filter{Types: types}, Limit: 1}) {
		if err != nil {
			return next, false, err
		}
		next, there = recorded, true
	}
	return next, there, nil
}
