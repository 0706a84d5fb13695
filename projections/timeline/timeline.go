// Package timeline is the read model of which events touch a customer, in the
// ledger's order, whatever their streams. What an event says stays sealed in the
// ledger; a reader decodes and masks it by their rights (C-03).
package timeline

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"guishu/domain"
	"guishu/domain/aggregates"
	"guishu/eventstore"
	"guishu/projections"
	"guishu/projections/query"
)

// Entry is an event that touches a customer.
type Entry struct {
	Position    domain.Position
	Customer    domain.CustomerID
	Type        string
	Stream      eventstore.Stream
	Revision    eventstore.Revision
	Event       uuid.UUID
	EffectiveAt time.Time
	RecordedAt  time.Time
	Asserted    bool
	Batch       domain.BatchID
	Actor       domain.StaffID
	Unit        domain.UnitID // the actor's
	Thing       uuid.UUID     // of the event's area, such as the payment; zero where the customer alone decides
}

func columns() []projections.Column[Entry] {
	return []projections.Column[Entry]{
		projections.Int("position", func(r *Entry) *domain.Position { return &r.Position }),
		projections.UUID("customer", func(r *Entry) *domain.CustomerID { return &r.Customer }),
		projections.Text("type", func(r *Entry) *string { return &r.Type }),
		projections.Text("stream", func(r *Entry) *eventstore.Stream { return &r.Stream }),
		projections.Int("revision", func(r *Entry) *eventstore.Revision { return &r.Revision }),
		projections.UUID("event", func(r *Entry) *uuid.UUID { return &r.Event }),
		projections.Time("effective_at", func(r *Entry) *time.Time { return &r.EffectiveAt }),
		projections.Time("recorded_at", func(r *Entry) *time.Time { return &r.RecordedAt }),
		projections.Bool("asserted", func(r *Entry) *bool { return &r.Asserted }),
		projections.UUID("batch", func(r *Entry) *domain.BatchID { return &r.Batch }),
		projections.UUID("actor", func(r *Entry) *domain.StaffID { return &r.Actor }),
		projections.UUID("unit", func(r *Entry) *domain.UnitID { return &r.Unit }),
		projections.UUID("thing", func(r *Entry) *uuid.UUID { return &r.Thing }),
	}
}

// Model is the read model. Every event that names a customer is in it: which one,
// the aggregates say.
func Model() projections.Model {
	directory := aggregates.All()
	timeline := projections.NewLog("timeline", 2, columns()...).Indexed("(customer, position)")
	return projections.Model{
		Name: "timeline", Version: 2,
		Answers: "every event of a customer in order",
		Tables:  []projections.TableDefinition{timeline},
		Every: func(tx *projections.Tx, at *projections.Event) error {
			of := directory.CustomerOf(string(at.Stream), at.Body)
			if of.IsZero() {
				return nil
			}
			timeline.Append(tx, Entry{
				Position: at.Position, Customer: of, Type: at.Type, Stream: at.Stream, Revision: at.Revision, Event: at.Fact.Event,
				EffectiveAt: at.EffectiveAt, RecordedAt: at.RecordedAt, Asserted: at.Asserted, Batch: at.Batch,
				Actor: at.Actor, Unit: at.Unit,
				Thing: directory.AreaOf(at.Type).Thing(at.Body),
			})
			return nil
		},
	}
}

// Part is events that a reader may see: of these types, and of these things only.
type Part struct {
	Types []string
	// Things, where set, is a query within the query for the ids of the things that the
	// reader may see.
	Things func(*query.Where) string
}

// Query chooses the events of one customer. Who may see the customer is for the
// caller to ask first; Parts are what they may see of it, and nothing else is told.
type Query struct {
	Customer domain.CustomerID
	AsOf     time.Time // had happened by then, by the business's account
	KnownAt  time.Time // had been recorded by then
	Types    []string  // only these
	Parts    []Part    // what the reader may see: none, nothing
}

func (q Query) where() query.Where {
	var w query.Where
	w.And("customer = ?", q.Customer.UUID())
	if !q.AsOf.IsZero() {
		w.And("effective_at <= ?", q.AsOf)
	}
	if !q.KnownAt.IsZero() {
		w.And("recorded_at <= ?", q.KnownAt)
	}
	if len(q.Types) > 0 {
		w.And("type = ANY (?)", q.Types)
	}
	seen := []string{"false"}
	for _, part := range q.Parts {
		of := "type = ANY (" + w.Arg(part.Types) + ")"
		if part.Things != nil {
			of += " AND thing IN (" + part.Things(&w) + ")"
		}
		seen = append(seen, "("+of+")")
	}
	w.And(strings.Join(seen, " OR "))
	return w
}

// Timeline is the list of a customer's events in the ledger's order.
func Timeline() query.List[Query, Entry] {
	return query.List[Query, Entry]{
		Models:   []string{"timeline"},
		Key:      "position",
		Unscoped: "whoever may see the customer may see of what happened to them the parts that are theirs",
		Sorts:    []query.Sort{{Name: "position", Columns: []string{"position"}}},
		Rows: func(_ query.Reader, q Query) query.Rows[Entry] {
			return query.Rows[Entry]{Columns: columns(), From: "read.timeline", Where: q.where()}
		},
	}
}
