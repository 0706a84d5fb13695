package question

import (
	"context"
	"errors"
	"time"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/staff"
	"guishu/eventstore"
	"guishu/projections/timeline"
)

// TimelineFilter chooses events of a customer.
type TimelineFilter struct {
	Paging
	Moment
	Customer domain.CustomerID `path:"customer"`
	Newest   bool              `query:"newest" doc:"最新的在前。 The newest first."`
}

// order is the newest first where that is asked for.
func (f *TimelineFilter) order() string {
	if f.Newest {
		return "-position"
	}
	return ""
}

// Entry is an event of a customer, readable, with what the reader may see of it.
type Entry struct {
	Position    domain.Position        `json:"position"`
	Type        string                 `json:"type"`
	Title       string                 `json:"title" doc:"发生了什么，用读者的语言。 What happened, in the reader's language."`
	EffectiveAt time.Time              `json:"effective_at"`
	RecordedAt  time.Time              `json:"recorded_at"`
	Asserted    bool                   `json:"asserted"`
	Batch       *Named[domain.BatchID] `json:"batch,omitempty"`
	Actor       *Named[domain.StaffID] `json:"actor,omitempty" doc:"由谁；账本自行所为则没有。 Missing where the ledger itself acted."`
	Stream      eventstore.Stream      `json:"stream"`
	Revision    eventstore.Revision    `json:"revision"`
	Details     []Detail               `json:"details" doc:"事件的各字段。 The event's fields."`
}

// Timeline is the events of a customer in order, readable: those whose area the reader
// is shown in its own list too, as the reader may see them (C-03, B-35).
func Timeline() List[*TimelineFilter, timeline.Query, timeline.Entry, Entry] {
	return List[*TimelineFilter, timeline.Query, timeline.Entry, Entry]{
		About: About{
			Name: "get-timeline", Title: ledger.Say("客户时间线", "Timeline of a customer"), Needs: staff.ReadCustomers, Models: timelineModels(),
			Does: ledger.Say("按次序列出一位客户的各事件：只列本人在相应列表中看得到的，字段按本人权限显示。", "Lists the events of a customer in order: those that one is shown in their own lists too, every field as one may see it."),
		},
		Of: timeline.Timeline(),
		Within: func(r *Reader, scope staff.Scope, in *TimelineFilter) (staff.Scope, error) {
			return scope, r.about(scope, in.Customer)
		},
		Choose:  chooseTimeline,
		Prepare: (*Reader).readTimeline,
		Show:    showEntry,
	}
}

func chooseTimeline(r *Reader, in *TimelineFilter) (timeline.Query, error) {
	asOf, knownAt, err := in.times(r.Location)
	chosen := timeline.Query{Customer: in.Customer, AsOf: asOf, KnownAt: knownAt}
	chosen.Parts = r.parts()
	return chosen, err
}

// readTimeline reads from the ledger what the events of a page say.
func (r *Reader) readTimeline(rows []timeline.Entry) error {
	wanted := make(map[eventstore.Stream]stretch, len(rows))
	for _, row := range rows {
		wanted[row.Stream] = wanted[row.Stream].with(row.Revision)
	}
	r.told = make(map[spot]any, len(rows))
	for stream, part := range wanted {
		if err := r.read(r.ctx, stream, part, r.told); err != nil {
			return err
		}
	}
	return nil
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

func showEntry(r *Reader, t *timeline.Entry) Entry {
	r.eyes.on(r.customer.HomePath, r.customer.HomeLine, r.customer.Mine)
	words := r.wording()
	shown := Entry{
		Position: t.Position, Type: t.Type, Title: words.title(t.Type), EffectiveAt: r.when(t.EffectiveAt), RecordedAt: r.when(t.RecordedAt),
		Asserted: t.Asserted, Batch: r.batch(t.Batch), Actor: r.Colleague(t.Actor), Stream: t.Stream, Revision: t.Revision, Details: []Detail{},
	}
	if event := r.told[spot{t.Stream, t.Revision}]; event != nil {
		shown.Details = words.details(event)
	}
	return shown
}
