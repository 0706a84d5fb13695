package catalog_test

import (
	"testing"
	"time"

	"guishu/domain"
	attached "guishu/domain/attachment"
	"guishu/domain/customer"
	own "guishu/domain/ownership"
	"guishu/projections/attachments"
	"guishu/projections/ownership"
	"guishu/projections/projectiontest"
	"guishu/projections/query"
)

// C-02, C-07: who owned the customer on that day, and what did we know then?
func TestOwnershipAtBothTimes(t *testing.T) {
	t.Parallel()
	b := setup(t, 10, 3)
	id := projectiontest.ID[domain.CustomerID]()
	first, second, third := b.story.Staff[0], b.story.Staff[1], b.story.Staff[2]
	slot := own.StreamOf(id, domain.SelfOperated)
	on := func(month time.Month) time.Time { return time.Date(2024, month, 1, 0, 0, 0, 0, time.UTC) }
	at := func(month time.Month) projectiontest.At {
		return projectiontest.At{Effective: on(month), Asserted: true}
	}
	b.Append(customer.StreamPrefix+id.String(), customer.Registered{Customer: id, Party: domain.Person, HomeUnit: b.story.Outlets[0]})
	b.AppendAt(at(time.February), slot, own.Established{Customer: id, Line: domain.SelfOperated, Owner: first})
	b.AppendAt(at(time.June), slot, own.Adjusted{Customer: id, Line: domain.SelfOperated, From: first, To: second})
	b.Wait(b.runner)
	history, err := ownership.History(b.ctx, b.Pool, id, ownership.Moment{})
	if err != nil || len(history) != 2 {
		t.Fatalf("%d changes: %v", len(history), err)
	}
	then := history[1].RecordedAt // what was known before the late facts
	b.AppendAt(at(time.April), slot, own.Adjusted{Customer: id, Line: domain.SelfOperated, From: first, To: third})
	b.AppendAt(at(time.September), slot, own.Dissolved{Customer: id, Line: domain.SelfOperated, Owner: second})
	b.Wait(b.runner)
	for _, c := range []struct {
		asOf    time.Month
		knownAt time.Time
		want    domain.StaffID
	}{
		{time.January, time.Time{}, domain.StaffID{}},
		{time.March, time.Time{}, first},
		{time.May, time.Time{}, third},
		{time.May, then, first},
		{time.July, time.Time{}, second},
		{time.October, time.Time{}, domain.StaffID{}},
		{time.October, then, second},
		{time.March, on(time.January), domain.StaffID{}},
	} {
		owned, err := ownership.At(b.ctx, b.Pool, id, ownership.Moment{AsOf: on(c.asOf), KnownAt: c.knownAt})
		if err != nil {
			t.Fatal(err)
		}
		var got domain.StaffID
		if len(owned) > 0 {
			got = owned[0].Owner
		}
		if got != c.want {
			t.Errorf("in %v as known at %v: %v, want %v", c.asOf, c.knownAt, got, c.want)
		}
	}
}

// C-02, C-07: an end that came later, or was recorded later, had not happened then.
func TestAttachmentsAtBothTimes(t *testing.T) {
	t.Parallel()
	b := setup(t, 10, 3)
	id, attachment, advisor := projectiontest.ID[domain.CustomerID](), projectiontest.ID[domain.AttachmentID](), b.story.Staff[0]
	stream := attached.StreamPrefix + id.String()
	on := func(month time.Month) time.Time { return time.Date(2024, month, 1, 0, 0, 0, 0, time.UTC) }
	b.Append(customer.StreamPrefix+id.String(), customer.Registered{Customer: id, Party: domain.Person, HomeUnit: b.story.Outlets[0]})
	b.AppendAt(projectiontest.At{Effective: on(time.February), Asserted: true}, stream, attached.Attached{Attachment: attachment, Customer: id, Advisor: advisor})
	b.Wait(b.runner)
	list := func(q attachments.Query) []attachments.Attachment {
		q.Customer = id
		page, err := attachments.Attachments().Page(b.ctx, b.Pool, seesAll, q, query.Paging{})
		if err != nil {
			t.Fatal(err)
		}
		return page.Rows
	}
	entered := list(attachments.Query{})
	if len(entered) != 1 {
		t.Fatalf("%d attachments", len(entered))
	}
	then := entered[0].EntryRecordedAt // what was known before the end
	b.AppendAt(projectiontest.At{Effective: on(time.June), Asserted: true}, stream, attached.Ended{Attachment: attachment, Customer: id, Advisor: advisor, Reason: "handed over"})
	b.Wait(b.runner)
	for name, c := range map[string]struct {
		q     attachments.Query
		shown int
		ended bool
	}{
		"now":                            {attachments.Query{}, 1, true},
		"active now":                     {attachments.Query{Active: true}, 0, false},
		"as known before the end":        {attachments.Query{KnownAt: then}, 1, false},
		"active, as known before it":     {attachments.Query{KnownAt: then, Active: true}, 1, false},
		"as of a day before":             {attachments.Query{AsOf: on(time.May)}, 1, false},
		"as of a day after, known then":  {attachments.Query{AsOf: on(time.July), KnownAt: then}, 1, false},
		"as of a day after":              {attachments.Query{AsOf: on(time.July)}, 0, false},
		"as known before it was entered": {attachments.Query{KnownAt: on(time.January)}, 0, false},
	} {
		got := list(c.q)
		if len(got) != c.shown || len(got) == 1 && (got[0].Ended != c.ended || got[0].EndReason == "" == c.ended || got[0].EndedTime.IsZero() == c.ended) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
