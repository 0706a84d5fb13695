package attribution_test

import (
	"encoding/json"
	"testing"
	"time"

	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/attribution"
	"guishu/domain/migration"
	"guishu/domain/payment"
	"guishu/domain/policy"

	"github.com/google/uuid"
)

var (
	customer = domain.CustomerID{1}
	product  = domain.ProductID{1}
	other    = domain.ProductID{2}
	lin      = domain.StaffID{1}
	qiu      = domain.StaffID{2}
	wen      = domain.StaffID{3}
	batch    = domain.BatchID{9}
	start    = time.Date(2026, 3, 2, 10, 0, 0, 0, domain.ChinaZone())
)

// story is what happened to one customer, event by event: each stands one
// position and one minute after the one before.
type story struct {
	in       attribution.Inputs
	position domain.Position
	clock    time.Time
}

// when says when and with which batch the next event is told.
type when struct {
	stated time.Time
	batch  domain.BatchID
}

// live is an event recorded as it happens.
var live when

// stated is an event imported with a time, under the batch.
func stated(text string) when {
	day, err := domain.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return when{day.Start(domain.ChinaZone()), batch}
}

// tell starts a story under the default rules.
func tell(events ...func(*story)) *story {
	s := &story{clock: start}
	s.in.Policy = attribution.Policy{Version: 1, Rules: policy.Default().Attribution}
	return s.then(events...)
}

func (s *story) then(events ...func(*story)) *story {
	for _, event := range events {
		event(s)
	}
	return s
}

func (s *story) decide() attribution.Decided { return attribution.Decide(s.in) }

func (s *story) add(event any, at when) {
	s.position++
	s.clock = s.clock.Add(time.Minute)
	fact := domain.Fact{Position: s.position, Event: eventID(s.position), RecordedAt: s.clock, EffectiveAt: s.clock, Batch: at.batch}
	if !at.stated.IsZero() {
		fact.EffectiveAt, fact.Asserted = at.stated, true
	}
	s.in.Add(event, fact)
}

func eventID(position domain.Position) uuid.UUID {
	return uuid.UUID{0xe, byte(position >> 24), byte(position >> 16), byte(position >> 8), byte(position)}
}

func attached(advisor domain.StaffID, at when) func(*story) {
	return func(s *story) {
		s.add(attachment.Attached{Attachment: attachmentAt(s.position + 1), Customer: customer, Advisor: advisor, Unit: domain.UnitID(advisor)}, at)
	}
}

// attachmentAt is the id of the attachment entered at a position.
func attachmentAt(position domain.Position) domain.AttachmentID {
	return domain.AttachmentID(eventID(position))
}

func ended(entry domain.Position, at when) func(*story) {
	return func(s *story) {
		s.add(attachment.Ended{Attachment: attachmentAt(entry), Customer: customer}, at)
	}
}

func contacted(advisor domain.StaffID, changes ...func(*attachment.ContactRecorded)) func(*story) {
	return contactedAt(live, advisor, changes...)
}

func contactedAt(at when, advisor domain.StaffID, changes ...func(*attachment.ContactRecorded)) func(*story) {
	return func(s *story) {
		event := attachment.ContactRecorded{
			Contact: domain.ContactID(eventID(s.position + 1)), Customer: customer, Advisor: advisor,
			OccurredOn: domain.DateOf(s.clock, domain.ChinaZone()), Method: attachment.ContactByPhone, Product: product, TwoWay: true,
		}
		for _, change := range changes {
			change(&event)
		}
		s.add(event, at)
	}
}

func daysAgo(days int) func(*attachment.ContactRecorded) {
	return func(e *attachment.ContactRecorded) { e.OccurredOn = e.OccurredOn.AddDays(-days) }
}

func on(text string) func(*attachment.ContactRecorded) {
	return func(e *attachment.ContactRecorded) {
		e.OccurredOn = domain.DateOf(stated(text).stated, domain.ChinaZone())
	}
}

func approved(s *story) { s.add(migration.Approved{Batch: batch, ApprovedBy: wen}, live) }

func deal(handler domain.StaffID) payment.Deal {
	return payment.Deal{
		Payment: domain.PaymentID{1}, Customer: customer, Product: product, Advisor: handler, Unit: domain.UnitID(handler), AmountFen: 1000_01,
	}
}

func reserved(handler domain.StaffID, at when) func(*story) {
	return func(s *story) { s.add(payment.Reserved{Deal: deal(handler)}, at) }
}

func confirmed(handler domain.StaffID, at when) func(*story) {
	return func(s *story) { s.add(payment.Confirmed{Deal: deal(handler)}, at) }
}

// bytes is a decision as it would be stored.
func bytes(t interface{ Fatal(...any) }, d attribution.Decided) string {
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func param(e attribution.Explanation, name string) string {
	for _, p := range e.Params {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

func wins(t *testing.T, d attribution.Decided, winner domain.StaffID, ground attribution.Ground, reason attribution.Reason) {
	t.Helper()
	if d.Winner != winner || d.Ground != ground || d.Reason != reason {
		t.Errorf("winner %s by %s because %s, want %s by %s because %s", d.Winner, d.Ground, d.Reason, winner, ground, reason)
	}
}

// facts are those of everything told, to be changed in place.
func (s *story) facts() []*domain.Fact {
	facts := []*domain.Fact{&s.in.Reservation.Fact, &s.in.Confirmation.Fact}
	for i := range s.in.Attached {
		facts = append(facts, &s.in.Attached[i].Fact)
	}
	for i := range s.in.Ended {
		facts = append(facts, &s.in.Ended[i].Fact)
	}
	for i := range s.in.Contacts {
		facts = append(facts, &s.in.Contacts[i].Fact)
	}
	for i := range s.in.Approvals {
		facts = append(facts, &s.in.Approvals[i].Fact)
	}
	return facts
}
