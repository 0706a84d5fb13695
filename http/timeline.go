package http

import (
	"context"
	"errors"
	"time"

	"guishu/domain"
	"guishu/domain/staff"
	"guishu/eventstore"
	"guishu/projections/query"
	"guishu/projections/timeline"
)

// timelineFilter chooses events of a customer.
type timelineFilter struct {
	Paging
	Moment
	Customer domain.CustomerID `path:"customer"`
	Newest   bool              `query:"newest" doc:"The newest first."`
}

// entry is an event of a customer, readable, with what the reader may see of it.
type entry struct {
	Position    domain.Position        `json:"position"`
	Type        string                 `json:"type"`
	Title       string                 `json:"title" doc:"What happened, in the reader's language."`
	EffectiveAt *time.Time             `json:"effective_at" doc:"By the business's account."`
	RecordedAt  *time.Time             `json:"recorded_at" doc:"By the ledger's."`
	Asserted    bool                   `json:"asserted" doc:"The effective time was typed in or imported."`
	Batch       domain.BatchID         `json:"batch,omitempty"`
	Actor       *named[domain.StaffID] `json:"actor,omitempty" doc:"Missing where the ledger itself acted."`
	Stream      eventstore.Stream      `json:"stream"`
	Revision    eventstore.Revision    `json:"revision"`
	Details     []detail               `json:"details"`
}

// told is an event of the timeline with what it says.
type told struct {
	timeline.Entry
	event any
}

// looking are the events that say who looked at a customer. They are for whoever
// oversees the customer, not for colleagues.
func looking() []string { return []string{"lookup.looked-up", "lookup.revealed"} }

func (s *Server) timelineList() lister[timeline.Query, told] {
	return lister[timeline.Query, told]{models: append(customerModels(), "timeline"), list: s.tell, count: timeline.Count, oneOrder: true}
}

func chooseTimeline(a *asking, in *timelineFilter) (timeline.Query, error) {
	found, err := a.reach(in.Customer)
	if err != nil {
		return timeline.Query{}, err
	}
	a.eyes.on(found.HomePath, found.HomeLine, found.Mine)
	asOf, knownAt, err := in.times(a.server.Location)
	chosen := timeline.Query{Customer: in.Customer, AsOf: asOf, KnownAt: knownAt, Newest: in.Newest, After: in.after(), Limit: in.Limit}
	if !a.principal.May(staff.ReadCustomers, found.HomePath, found.HomeLine) {
		chosen.Without = looking()
	}
	return chosen, err
}

// tell reads a page of the timeline and, from the ledger, what its events say.
func (s *Server) tell(ctx context.Context, db query.DB, q timeline.Query) (query.Page[told], error) {
	found, err := timeline.List(ctx, db, q)
	if err != nil {
		return query.Page[told]{}, err
	}
	page := query.Page[told]{Rows: make([]told, len(found.Rows)), Next: found.Next}
	wanted := make(map[eventstore.Stream]stretch, len(found.Rows))
	for i, row := range found.Rows {
		page.Rows[i].Entry = row
		wanted[row.Stream] = wanted[row.Stream].with(row.Revision)
	}
	type place struct {
		stream   eventstore.Stream
		revision eventstore.Revision
	}
	bodies := make(map[place]any, len(found.Rows))
	for stream, part := range wanted {
		events := s.Store.ReadStream(ctx, eventstore.StreamQuery{Stream: stream, From: part.first, Limit: int(part.last-part.first) + 1})
		for recorded, err := range events {
			if err != nil {
				return query.Page[told]{}, err
			}
			decoded, err := s.Decoder.Decode(ctx, recorded)
			var foreign *eventstore.ForeignError
			if errors.As(err, &foreign) {
				continue
			}
			if err != nil {
				return query.Page[told]{}, err
			}
			bodies[place{stream, recorded.Revision}] = decoded.Event
		}
	}
	for i := range page.Rows {
		page.Rows[i].event = bodies[place{page.Rows[i].Stream, page.Rows[i].Revision}]
	}
	return page, nil
}

// stretch is a part of a stream.
type stretch struct {
	first, last eventstore.Revision
	begun       bool
}

func (s stretch) with(r eventstore.Revision) stretch {
	if !s.begun {
		return stretch{first: r, last: r, begun: true}
	}
	return stretch{first: min(s.first, r), last: max(s.last, r), begun: true}
}

func showEntry(a *asking, t *told) entry {
	words := a.wording()
	shown := entry{
		Position: t.Position, Type: t.Type, Title: words.title(t.Type), EffectiveAt: a.when(t.EffectiveAt), RecordedAt: a.when(t.RecordedAt),
		Asserted: t.Asserted, Batch: t.Batch, Actor: a.colleague(t.Actor), Stream: t.Stream, Revision: t.Revision, Details: []detail{},
	}
	if t.event != nil {
		shown.Details = words.details(t.event)
	}
	return shown
}
