package attachment_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/domaintest"
	"guishu/domain/organisation"
	"guishu/domain/policy"
)

type (
	rule  = domaintest.Rule[attachment.State]
	state = attachment.State
	past  = domaintest.Past
)

var (
	customer = domain.CustomerID{1}
	unit     = domain.UnitID{1}
	lin, qiu = domain.StaffID{1}, domain.StaffID{2}
	first    = domain.AttachmentID{1}
	second   = domain.AttachmentID{2}
	now      = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	today    = domain.DateOf(now, domain.ChinaZone())
)

func attached(id domain.AttachmentID, advisor domain.StaffID) attachment.Attached {
	return attachment.Attached{Attachment: id, Customer: customer, Advisor: advisor, Unit: unit}
}

func ended(id domain.AttachmentID, advisor domain.StaffID) attachment.Ended {
	return attachment.Ended{Attachment: id, Customer: customer, Advisor: advisor, Reason: "交接"}
}

func at(event any, effective time.Time) past {
	return past{Event: event, Fact: domain.Fact{EffectiveAt: effective}}
}

func attach(id domain.AttachmentID, advisor domain.StaffID, changes ...func(*attachment.Attaching)) func(*state) ([]any, error) {
	in := attachment.Attaching{
		Attachment: id, Customer: customer, Advisor: advisor, Unit: unit, Model: domain.Attached, HomeModel: domain.Attached, Now: now,
	}
	for _, change := range changes {
		change(&in)
	}
	return func(s *state) ([]any, error) { return s.Attach(in) }
}

func self(in *attachment.Attaching)    { in.Self = true }
func entered(in *attachment.Attaching) { in.Entered = true }
func free(in *attachment.Attaching)    { in.Rules.SelfAttach = policy.SelfAttachFreely }

func endedBy(who domain.StaffID, id domain.AttachmentID, advisor domain.StaffID) past {
	return past{Event: ended(id, advisor), Fact: domain.Fact{Actor: who}}
}

func end(id domain.AttachmentID, changes ...func(*attachment.Ending)) func(*state) ([]any, error) {
	in := attachment.Ending{Customer: customer, Attachment: id, Reason: " 交接 ", Now: now}
	for _, change := range changes {
		change(&in)
	}
	return func(s *state) ([]any, error) { return s.End(in) }
}

func TestAttach(t *testing.T) {
	domaintest.Run(t,
		rule{Name: "B-29 an advisor is attached", When: attach(first, lin), Then: []any{attached(first, lin)}},
		rule{
			Name: "B-30 several advisors are attached to one customer", Given: []any{attached(first, lin)},
			When: attach(second, qiu), Then: []any{attached(second, qiu)},
		},
		rule{
			Name: "B-31 an advisor is attached once at a time", Given: []any{attached(first, lin)},
			When: attach(second, lin), Refused: attachment.ErrAlreadyAttached,
		},
		rule{
			Name: "B-31 an advisor whose attachment ended is attached anew", Given: []any{attached(first, lin), ended(first, lin)},
			When: attach(second, lin), Then: []any{attached(second, lin)},
		},
		rule{
			Name: "B-29 a unit with exclusive ownership attaches nobody",
			When: attach(first, lin, func(in *attachment.Attaching) { in.Model = domain.Exclusive }), Refused: attachment.ErrModel,
		},
		rule{
			Name: "S-01 nobody is attached to a customer of a unit with exclusive ownership",
			When: attach(first, lin, func(in *attachment.Attaching) { in.HomeModel = domain.Exclusive }), Refused: attachment.ErrModel,
		},
		rule{
			Name: "B-31 history may hold an attachment from before its customer's unit had exclusive ownership",
			When: attach(first, lin, func(in *attachment.Attaching) {
				in.HomeModel, in.History = domain.Exclusive, domain.History{Provenance: domain.ApprovedHistory}
			}),
			Then: []any{attached(first, lin)},
		},
		rule{Name: "W-03 nobody attaches themselves to a customer whom somebody else entered", When: attach(first, lin, self), Refused: attachment.ErrApprovalRequired},
		rule{Name: "B-30 who entered a customer attaches themselves", When: attach(first, lin, self, entered), Then: []any{attached(first, lin)}},
		rule{Name: "B-30 the policy may leave everybody free", When: attach(first, lin, self, free), Then: []any{attached(first, lin)}},
		rule{
			Name:  "W-03 whose attachment somebody else ended does not come back alone, whatever the policy and whoever entered the customer",
			Given: []any{attached(first, lin), endedBy(qiu, first, lin)},
			When:  attach(second, lin, self, entered, free), Refused: attachment.ErrApprovalRequired,
		},
		rule{
			Name:  "W-03 who ended their own attachment comes back",
			Given: []any{attached(first, lin), endedBy(lin, first, lin)},
			When:  attach(second, lin, self, entered), Then: []any{attached(second, lin)},
		},
		rule{
			Name:  "W-03 whose attachment ended by itself comes back",
			Given: []any{attached(first, lin), ended(first, lin)},
			When:  attach(second, lin, self, entered), Then: []any{attached(second, lin)},
		},
		rule{
			Name: "A-07 an advisor of the other business line is not attached",
			When: attach(first, lin, func(in *attachment.Attaching) {
				in.Line, in.CustomerLine = domain.Agency, domain.SelfOperated
			}),
			Refused: organisation.ErrLine,
		},
		rule{
			Name: "A-07 a unit of both lines attaches to a customer of either",
			When: attach(first, lin, func(in *attachment.Attaching) { in.CustomerLine = domain.SelfOperated }),
			Then: []any{attached(first, lin)},
		},
		rule{
			Name: "B-31 a stated entry does not lie in the future",
			When: attach(first, lin, func(in *attachment.Attaching) {
				in.History = domain.History{Provenance: domain.ApprovedHistory, EffectiveAt: now.Add(time.Second)}
			}),
			Refused: attachment.ErrDate, At: "effective_at",
		},
		rule{
			Name:  "B-31 a stated entry does not reach back into an attachment that ended",
			Given: []any{attached(first, lin), at(ended(first, lin), now.Add(-time.Hour))},
			When: attach(second, lin, func(in *attachment.Attaching) {
				in.History = domain.History{Provenance: domain.ApprovedHistory, EffectiveAt: now.Add(-2 * time.Hour)}
			}),
			Refused: attachment.ErrDate,
		},
		rule{Name: "B-31 somebody must be attached", When: attach(first, domain.StaffID{}), Refused: domain.ErrFormRequired, At: "advisor"},
	)
}

func TestEnd(t *testing.T) {
	domaintest.Run(t,
		rule{
			Name: "B-27 an attachment ends with a reason", Given: []any{attached(first, lin)},
			When: end(first), Then: []any{ended(first, lin)},
		},
		rule{
			Name: "C-01 an end without a reason is refused", Given: []any{attached(first, lin)},
			When: end(first, func(in *attachment.Ending) { in.Reason = "\u200b." }), Refused: domain.ErrFormRequired, At: "reason",
		},
		rule{
			Name: "B-27 an attachment ends once", Given: []any{attached(first, lin), ended(first, lin)},
			When: end(first), Refused: attachment.ErrEnded,
		},
		rule{Name: "B-27 what never began does not end", When: end(first), Refused: attachment.ErrNotAttached},
		rule{
			Name: "B-31 an attachment does not end before it began", Given: []any{at(attached(first, lin), now.Add(-time.Hour))},
			When: end(first, func(in *attachment.Ending) {
				in.History = domain.History{Provenance: domain.ApprovedHistory, EffectiveAt: now.Add(-2 * time.Hour)}
			}),
			Refused: attachment.ErrDate,
		},
	)
}

func TestEndedAttachmentsStayReadable(t *testing.T) {
	t.Parallel()
	s := domaintest.Fold[state](attached(first, lin), attached(second, qiu), ended(first, lin))
	ids := func(list []attachment.Attachment) (ids []domain.AttachmentID) {
		for _, a := range list {
			ids = append(ids, a.ID)
		}
		return ids
	}
	for name, check := range map[string]struct{ got, want []domain.AttachmentID }{
		"all":    {ids(s.All()), []domain.AttachmentID{first, second}},
		"active": {ids(s.Active()), []domain.AttachmentID{second}},
	} {
		if !reflect.DeepEqual(check.got, check.want) {
			t.Errorf("C-02 %s: %v, want %v", name, check.got, check.want)
		}
	}
	if _, lasts := s.Of(lin); lasts || !s.EverAttached(lin) {
		t.Error("B-27 an ended attachment must be known, and not as lasting")
	}
}

func contacting(change func(*attachment.Contacting)) attachment.Contacting {
	in := attachment.Contacting{
		Contact: domain.ContactID{1}, Customer: customer, Advisor: lin, Unit: unit, OccurredOn: today,
		Method: attachment.ContactByPhone, Product: domain.ProductID{1}, TwoWay: true,
		Purpose: domain.NewPersonal("产品说明"), Outcome: domain.NewPersonal("有意向"), Today: today,
	}
	if change != nil {
		change(&in)
	}
	return in
}

func TestRecordContact(t *testing.T) {
	t.Parallel()
	long := domain.NewPersonal(strings.Repeat("长", 2001))
	for _, rule := range []struct {
		name   string
		given  []any
		change func(*attachment.Contacting)
		want   domain.Code
	}{
		{"A-49 a contact is put on record", []any{attached(first, lin)}, nil, domain.Code{}},
		{"A-49 a contact yesterday is put on record", []any{attached(first, lin)}, func(in *attachment.Contacting) { in.OccurredOn = today.AddDays(-1) }, domain.Code{}},
		{"B-31 a contact lies not in the future", []any{attached(first, lin)}, func(in *attachment.Contacting) { in.OccurredOn = today.AddDays(1) }, attachment.ErrContactTime},
		{"A-49 a contact has a day", []any{attached(first, lin)}, func(in *attachment.Contacting) { in.OccurredOn = domain.Date{} }, domain.ErrFormRequired},
		{"A-29 the method is one of the list", []any{attached(first, lin)}, func(in *attachment.Contacting) { in.Method = "PIGEON" }, attachment.ErrContactMethod},
		{"A-49 a note has an end", []any{attached(first, lin)}, func(in *attachment.Contacting) { in.Outcome = long }, domain.ErrFormValue},
		{"B-31 only an attached advisor records a contact", []any{attached(first, qiu)}, nil, attachment.ErrNotAttached},
		{"B-31 nor one whose attachment ended", []any{attached(first, lin), ended(first, lin)}, nil, attachment.ErrNotAttached},
		{
			"B-31 history may hold a contact of one whose attachment ended", []any{attached(first, lin), ended(first, lin)},
			func(in *attachment.Contacting) { in.History = domain.History{Provenance: domain.ApprovedHistory} }, domain.Code{},
		},
	} {
		t.Run(rule.name, func(t *testing.T) {
			t.Parallel()
			events, err := domaintest.Fold[state](rule.given...).Record(contacting(rule.change))
			if domain.CodeOf(err) != rule.want {
				t.Fatalf("got %v, want %q", err, rule.want)
			}
			if rule.want.IsZero() && (len(events) != 1 || events[0].(attachment.ContactRecorded).Outcome.Reveal() != "有意向") {
				t.Errorf("got %+v", events)
			}
		})
	}
}
