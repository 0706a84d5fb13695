package commands

import (
	"context"
	"errors"

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
		return nil, domain.Fact{}, unavailable("read "+recorded.Type, err)
	}
	return decoded.Event, FactOf(recorded, decoded.Metadata), nil
}
