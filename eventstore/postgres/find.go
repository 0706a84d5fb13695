package postgres

import (
	"context"

	"github.com/google/uuid"

	"guishu/eventstore"
)

var findByID = query{"find_by_id", `
	SELECT ` + eventColumns + ` FROM ledger.events
	WHERE dedupe = $1::uuid AND id = $1::uuid`}

// FindID implements eventstore.IDFinder, by the index that keeps ids unique.
func (s *Store) FindID(ctx context.Context, id uuid.UUID) (eventstore.Event, bool, error) {
	if err := s.alive(); err != nil {
		return eventstore.Event{}, false, err
	}
	ctx, release := s.bound(ctx)
	defer release()
	var d decoder
	var found page
	if err := s.fill(ctx, &d, &found, findByID, id[:]); err != nil {
		return eventstore.Event{}, false, s.readError("finding an event", cause(ctx, err))
	}
	if len(found.events) == 0 {
		return eventstore.Event{}, false, nil
	}
	return found.events[0], true, nil
}
