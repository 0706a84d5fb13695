package esdb

import (
	"context"
	"time"

	"github.com/google/uuid"

	"guishu/eventstore"
)

// admission bounds how long a new connection is looked at.
const admission = 10 * time.Second

// admit lets those who guard the store look at a new link before anything else is asked
// over it.
func (s *Store) admit(l *link) error {
	ctx, cancel := context.WithTimeout(l.gone, admission)
	defer cancel()
	only := s.over(l)
	return s.links.guards.Welcome(ctx, func(ctx context.Context, position eventstore.Position, id uuid.UUID) (bool, error) {
		return eventstore.Stands(ctx, only, position, id)
	})
}

// over is a store that reads over one link and remembers for itself what it meets.
func (s *Store) over(l *link) *Store {
	only := &Store{options: s.options, outgoing: s.outgoing, ids: newIDMemory(1), turns: s.turns, ending: l.gone, end: func(error) {}}
	only.options.Patience = 0 // where the link is lost, another one is to be looked at
	only.options.Skipped = func(Skip) {}
	only.links = &links{addresses: s.links.addresses, ending: l.gone, slots: []*slot{{link: l, closed: true}}}
	return only
}
