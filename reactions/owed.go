package reactions

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"guishu/commands/ledger"
	"guishu/eventstore"

	"github.com/google/uuid"
)

// Owed is what an event calls for, by the log alone (C-10).
type Owed struct {
	Reaction string              `json:"reaction"`
	Event    uuid.UUID           `json:"event"`
	Position eventstore.Position `json:"position"`
	Type     string              `json:"type"`
	Stream   eventstore.Stream   `json:"stream"`
	Why      string              `json:"why,omitempty"` // it cannot be told whether it was done
}

// Fulfilment is what became of what an event calls for.
type Fulfilment int

// What may have become of it.
const (
	Done    Fulfilment = iota // it was done, by whomever, or nothing was to be done
	Waiting                   // its reaction has not come to it yet
	Aside                     // it could not be done, and stands on the list of those
	Missing                   // none of it: it was lost
)

// standing is where reactions stand, as of when it was asked.
type standing struct {
	positions map[string]eventstore.Position
	parked    map[string]map[uuid.UUID]bool
}

// Fulfilments tells of events what they call for, and what became of that.
type Fulfilments struct {
	reactions *Reactions
	types     map[string][]reaction // by the event's stored type
	now       standing
}

// Fulfilments asks where the reactions stand.
func (r *Reactions) Fulfilments(ctx context.Context) (*Fulfilments, error) {
	f := &Fulfilments{reactions: r, types: map[string][]reaction{}, now: standing{parked: map[string]map[uuid.UUID]bool{}}}
	for _, each := range r.all {
		names, err := r.config.Codec.Registry().Names(each.hears)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			f.types[name] = append(f.types[name], each)
		}
	}
	var err error
	if f.now.positions, err = r.Positions(ctx); err != nil {
		return nil, err
	}
	rows, err := r.config.Pool.Query(ctx, "SELECT consumer, event FROM reaction.parked")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var consumer string
		var event uuid.UUID
		if err := rows.Scan(&consumer, &event); err != nil {
			return nil, err
		}
		if f.now.parked[consumer] == nil {
			f.now.parked[consumer] = map[uuid.UUID]bool{}
		}
		f.now.parked[consumer][event] = true
	}
	return f, rows.Err()
}

// CalledBy are the reactions that hear of an event.
func (f *Fulfilments) CalledBy(eventType string) []string {
	var names []string
	for _, each := range f.types[eventType] {
		names = append(names, each.name)
	}
	return names
}

// Command is the id of the command that a reaction answers an event with.
func (f *Fulfilments) Command(reaction string, event uuid.UUID) uuid.UUID {
	return f.reactions.config.Ledger.CommandID(callOf(reaction, event, uuid.Nil))
}

// Of is what became of what an event calls for; written says that the log holds an
// event of the command that answers it.
func (f *Fulfilments) Of(ctx context.Context, name string, recorded eventstore.Event, written bool) (Fulfilment, error) {
	i := slices.IndexFunc(f.types[recorded.Type], func(r reaction) bool { return r.name == name })
	switch {
	case i < 0:
		return Missing, fmt.Errorf("the reaction %s does not hear of %s", name, recorded.Type)
	case written:
		return Done, nil
	case f.now.parked[name][recorded.ID]:
		return Aside, nil
	case recorded.Position > f.now.positions[name]:
		return Waiting, nil
	}
	decoded, err := f.reactions.config.Codec.Decode(ctx, recorded)
	var foreign *eventstore.ForeignError
	if errors.As(err, &foreign) {
		return Done, nil
	}
	if err != nil {
		return Missing, err
	}
	settled, err := f.types[recorded.Type][i].settled(ctx, f.reactions.config.Ledger, recorded.Stream, decoded.Event)
	if settled && err == nil {
		return Done, nil
	}
	return Missing, err
}

// callOf is the call by which a reaction answers an event.
func callOf(reaction string, event, correlation uuid.UUID) ledger.Call {
	return ledger.ByTheLedger(reaction+"/"+event.String(), correlation, event)
}
