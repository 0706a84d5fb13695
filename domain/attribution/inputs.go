package attribution

import (
	"cmp"
	"slices"
	"time"

	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/migration"
	"guishu/domain/payment"
	"guishu/domain/policy"

	"github.com/google/uuid"
)

// Recorded is an event with its fact.
type Recorded[E any] struct {
	Event E
	Fact  domain.Fact
}

// Inputs is everything a decision is computed from. The order within its lists
// does not matter, what concerns another customer is passed over, and so is what
// came too late to count; so whoever collects it may bring too much, but never
// too little.
type Inputs struct {
	Reservation  Recorded[payment.Reserved]
	Confirmation Recorded[payment.Confirmed]
	Attached     []Recorded[attachment.Attached]
	Ended        []Recorded[attachment.Ended]
	Contacts     []Recorded[attachment.ContactRecorded]
	Approvals    []Recorded[migration.Approved]
	Policy       Policy
	Zone         *time.Location // business time zone, domain.ChinaZone if nil
}

// Policy is the version of the rules in force.
type Policy struct {
	Version int
	Rules   policy.AttributionRules
}

// Add takes an event of the customer's streams or of a migration batch, and
// passes over what no decision needs. A payment's reservation and confirmation
// are taken as they come, so add the events of one payment only.
func (in *Inputs) Add(event any, fact domain.Fact) {
	switch e := event.(type) {
	case payment.Reserved:
		in.Reservation = Recorded[payment.Reserved]{e, fact}
	case payment.Confirmed:
		in.Confirmation = Recorded[payment.Confirmed]{e, fact}
	case attachment.Attached:
		in.Attached = append(in.Attached, Recorded[attachment.Attached]{e, fact})
	case attachment.Ended:
		in.Ended = append(in.Ended, Recorded[attachment.Ended]{e, fact})
	case attachment.ContactRecorded:
		in.Contacts = append(in.Contacts, Recorded[attachment.ContactRecorded]{e, fact})
	case migration.Approved:
		in.Approvals = append(in.Approvals, Recorded[migration.Approved]{e, fact})
	}
}

// Batches names the migration batches whose approval the decision asks for.
func (in *Inputs) Batches() []domain.BatchID {
	var batches []domain.BatchID
	seen := map[domain.BatchID]bool{{}: true}
	for _, f := range in.facts() {
		if f.Asserted && !seen[f.Batch] {
			seen[f.Batch] = true
			batches = append(batches, f.Batch)
		}
	}
	return batches
}

// Day is the business day of the confirmation, for which the policy in force is
// to be taken: of the stated time where that counts, else of the recorded one.
// Ask policy.State.InForceAt with it and the confirmation's position. It needs
// the confirmation and the approvals.
func (in *Inputs) Day() domain.Date {
	fact := in.Confirmation.Fact
	if basis(fact, in.approvals()) == BasisApproved {
		return domain.DateOf(fact.EffectiveAt, in.zone())
	}
	return domain.DateOf(fact.RecordedAt, in.zone())
}

func (in *Inputs) zone() *time.Location {
	if in.Zone == nil {
		return domain.ChinaZone()
	}
	return in.Zone
}

// customer is whose timeline decides.
func (in *Inputs) customer() domain.CustomerID { return in.Confirmation.Event.Deal.Customer }

// relevant is the inputs without what cannot matter: of other customers, and
// contacts that cannot be the ground for E2. It is decided from each event alone,
// so that what is left does not depend on the order.
func (in *Inputs) relevant() *Inputs {
	chosen := *in
	chosen.Attached = keep(in.Attached, func(r Recorded[attachment.Attached]) bool { return r.Event.Customer == in.customer() })
	chosen.Ended = keep(in.Ended, func(r Recorded[attachment.Ended]) bool { return r.Event.Customer == in.customer() })
	chosen.Contacts = keep(in.Contacts, in.communicated())
	return &chosen
}

func keep[E any](list []Recorded[E], holds func(Recorded[E]) bool) []Recorded[E] {
	var kept []Recorded[E]
	for _, r := range list {
		if holds(r) {
			kept = append(kept, r)
		}
	}
	return kept
}

// facts is the facts of the timeline, in no order.
func (in *Inputs) facts() []domain.Fact {
	facts := make([]domain.Fact, 0, 2+len(in.Attached)+len(in.Ended)+len(in.Contacts))
	facts = append(facts, in.Reservation.Fact, in.Confirmation.Fact)
	for _, r := range in.Attached {
		facts = append(facts, r.Fact)
	}
	for _, r := range in.Ended {
		facts = append(facts, r.Fact)
	}
	for _, r := range in.Contacts {
		facts = append(facts, r.Fact)
	}
	return facts
}

// approvals is the earliest approval of each batch that was approved before the
// confirmation's position: later ones cannot change what it found.
func (in *Inputs) approvals() map[domain.BatchID]approval {
	approvals := make(map[domain.BatchID]approval, len(in.Approvals))
	for _, r := range in.Approvals {
		if r.Fact.Position >= in.Confirmation.Fact.Position {
			continue
		}
		this := approval{r.Fact.Position, r.Fact.Event}
		if known, found := approvals[r.Event.Batch]; !found || this.compare(known) < 0 {
			approvals[r.Event.Batch] = this
		}
	}
	return approvals
}

type approval struct {
	position domain.Position
	event    uuid.UUID
}

func (a approval) compare(other approval) int {
	return cmp.Or(cmp.Compare(a.position, other.position), slices.Compare(a.event[:], other.event[:]))
}
