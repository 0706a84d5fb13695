package ledger

import (
	"context"
	"errors"
	"iter"

	"guishu/domain"
	"guishu/eventstore"
)

// FactOf is what the ledger knows of an event beside its content. An event
// without a stated time took effect when it was recorded.
func FactOf(e eventstore.Event, meta eventstore.Metadata) domain.Fact {
	fact := domain.Fact{
		Position: domain.Position(e.Position), Event: e.ID,
		RecordedAt: e.RecordedAt, EffectiveAt: meta.EffectiveAt, Asserted: meta.Asserted,
		Batch: domain.BatchID(meta.MigrationBatch), Actor: domain.StaffID(meta.Actor), Unit: domain.UnitID(meta.Unit),
	}
	if fact.EffectiveAt.IsZero() {
		fact.EffectiveAt = e.RecordedAt
	}
	return fact
}

// decode gives an event and what the ledger knows of it. An event that is not the
// ledger's is nil: no state changes by it, but its stream goes on.
func (l *Ledger) decode(ctx context.Context, recorded eventstore.Event) (any, domain.Fact, error) {
	decoded, err := l.codec.Decode(ctx, recorded)
	var foreign *eventstore.ForeignError
	if errors.As(err, &foreign) {
		return nil, FactOf(recorded, eventstore.Metadata{}), nil
	}
	if err != nil {
		return nil, domain.Fact{}, Unavailable("read "+recorded.Type, err)
	}
	return decoded.Event, FactOf(recorded, decoded.Metadata), nil
}

// Recorded is an event as the log has it. Event is nil where it is none of the
// ledger's.
type Recorded struct {
	Event    any
	Fact     domain.Fact
	Stream   eventstore.Stream
	Revision eventstore.Revision
}

// ReadStream reads a stream's events from the log, whatever is kept of them. It ends
// with domain.ErrLedgerDamaged where one is missing (C-09).
func (l *Ledger) ReadStream(ctx context.Context, query eventstore.StreamQuery) iter.Seq2[Recorded, error] {
	return l.decoded(ctx, eventstore.ReadWhole(ctx, l.store, query))
}

// ReadAll reads the log in its order.
func (l *Ledger) ReadAll(ctx context.Context, query eventstore.AllQuery) iter.Seq2[Recorded, error] {
	return l.decoded(ctx, l.store.ReadAll(ctx, query))
}

// decoded ends with the first error.
func (l *Ledger) decoded(ctx context.Context, events iter.Seq2[eventstore.Event, error]) iter.Seq2[Recorded, error] {
	return func(yield func(Recorded, error) bool) {
		for recorded, err := range events {
			if err != nil {
				yield(Recorded{}, Unavailable("read the log", err))
				return
			}
			event, fact, err := l.decode(ctx, recorded)
			if !yield(Recorded{event, fact, recorded.Stream, recorded.Revision}, err) || err != nil {
				return
			}
		}
	}
}
