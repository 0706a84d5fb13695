package question

import (
	"context"
	"errors"
	"time"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/staff"
	"guishu/eventstore"
	"guishu/projections/query"
	"guishu/projections/timeline"
)

// TimelineFilter chooses events of a customer.
type TimelineFilter struct {
	Paging
	Moment
	Customer domain.CustomerID `path:"customer"`
	Newest   bool              `query:"newest" doc:"最新的在前。 The newest first."`
}

// Entry is an event of a customer, readable, with what the reader may see of it.
type Entry struct {
	Position    domain.Position        `json:"position"`
	Type        string                 `json:"type"`
	Title       string                 `json:"title" doc:"发生了什么，用读者的语言。 What happened, in the reader's language."`
	EffectiveAt time.Time              `json:"effective_at"`
	RecordedAt  time.Time              `json:"recorded_at"`
	Asserted    bool                   `json:"asserted"`
	Batch       domain.BatchID         `json:"batch,omitempty"`
	Actor       *Named[domain.StaffID] `json:"actor,omitempty" doc:"由谁；账本自行所为则没有。 Missing where the ledger itself acted."`
	Stream      eventstore.Stream      `json:"stream"`
	Revision    eventstore.Revision    `json:"revision"`
	Details     []Detail               `json:"details" doc:"事件的各字段。 The event's fields."`
}

// told is an event of the timeline with what it says.
type told struct {
	timeline.Entry
	event any
}

// looking are the events that say who looked at a customer. They are for those who
// oversee the customer, not for colleagues.
func looking() []string { return []string{"lookup.looked-up", "lookup.revealed"} }

// Timeline is every event of a customer in order, readable, as the reader may see it
// (C-03).
func Timeline(records *Records) List[*TimelineFilter, timeline.Query, told, Entry] {
	return List[*TimelineFilter, timeline.Query, told, Entry]{
		About: About{
			Name: "get-timeline", Title: ledger.Say("客户时间线", "Timeline of a customer"), Needs: staff.ReadCustomers, Models: append(customerModels(), "timeline"),
			Does: ledger.Say("按次序列出一位客户的每个事件，字段按本人权限显示。", "Lists every event of a customer in order, every field as one may see it."),
		},
		Choose: chooseTimeline, Rows: records.tell, Counted: timeline.Count, Show: showEntry,
	}
}

func chooseTimeline(r *Reader, scope staff.Scope, in *TimelineFilter) (timeline.Query, error) {
	found, err := r.reach(scope, in.Customer)
	if err != nil {
		return timeline.Query{}, err
	}
	r.eyes.on(found.HomePath, found.HomeLine, found.Mine)
	asOf, knownAt, err := in.times(r.Location)
	chosen := timeline.Query{Customer: in.Customer, AsOf: asOf, KnownAt: knownAt, Newest: in.Newest, After: in.after(), Limit: in.Limit}
	if !r.Principal.May(staff.ReadCustomers, found.HomePath, found.HomeLine) {
		chosen.Without = looking()
	}
	return chosen, err
}

// tell reads a page of the timeline and, from the ledger, what its events say.
func (r *Records) tell(ctx context.Context, db query.DB, q timeline.Query) (query.Page[told], error) {
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
	bodies := make(map[spot]any, len(found.Rows))
	for stream, part := range wanted {
		if err := r.read(ctx, stream, part, bodies); err != nil {
			return query.Page[told]{}, err
		}
	}
	for i := range page.Rows {
		page.Rows[i].event = bodies[spot{page.Rows[i].Stream, page.Rows[i].Revision}]
	}
	return page, nil
}

// spot is where an event stands.
type spot struct {
	stream   eventstore.Stream
	revision eventstore.Revision
}

// read reads a part of a stream. Events that are none of the ledger's are left out.
func (r *Records) read(ctx context.Context, stream eventstore.Stream, part stretch, into map[spot]any) error {
	events := r.Store.ReadStream(ctx, eventstore.StreamQuery{Stream: stream, From: part.first, Limit: int(part.last-part.first) + 1})
	for recorded, err := range events {
		if err != nil {
			return err
		}
		decoded, err := r.Decoder.Decode(ctx, recorded)
		var foreign *eventstore.ForeignError
		if errors.As(err, &foreign) {
			continue
		}
		if err != nil {
			return err
		}
		into[spot{stream, recorded.Revision}] = decoded.Event
	}
	return nil
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

func showEntry(r *Reader, t *told) Entry {
	words := r.wording()
	shown := Entry{
		Position: t.Position, Type: t.Type, Title: words.title(t.Type), EffectiveAt: r.when(t.EffectiveAt), RecordedAt: r.when(t.RecordedAt),
		Asserted: t.Asserted, Batch: t.Batch, Actor: r.Colleague(t.Actor), Stream: t.Stream, Revision: t.Revision, Details: []Detail{},
	}
	if t.event != nil {
		shown.Details = words.details(t.event)
	}
	return shown
}
