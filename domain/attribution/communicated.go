package attribution

import (
	"cmp"
	"slices"

	"guishu/domain"
	"guishu/domain/attachment"
)

// communicated says which contacts can be the ground for E2, by what each says:
// the customer answered, it was about the product (or the rules take any), it
// took place within the days before the reservation, and it was on record before
// the reservation, which its position proves (B-31 其二).
func (in *Inputs) communicated() func(Recorded[attachment.ContactRecorded]) bool {
	deal, rules, reservation := in.Confirmation.Event.Deal, in.Policy.Rules, in.Reservation.Fact
	last := in.reservedOn()
	first := last.AddDays(-rules.CommunicatedWithinDays)
	return func(r Recorded[attachment.ContactRecorded]) bool {
		switch {
		case r.Event.Customer != deal.Customer, !r.Event.TwoWay, r.Fact.Position >= reservation.Position:
			return false
		case !rules.CommunicatedAnyProduct && r.Event.Product != deal.Product:
			return false
		}
		on := r.Event.OccurredOn
		return !on.IsZero() && !on.Before(first) && !on.After(last)
	}
}

// reservedOn is the business day of the reservation.
func (in *Inputs) reservedOn() domain.Date {
	fact := in.Reservation.Fact
	if basis(fact, in.approvals()) == BasisApproved {
		return domain.DateOf(fact.EffectiveAt, in.zone())
	}
	return domain.DateOf(fact.RecordedAt, in.zone())
}

// lastContact is an advisor's last contact that qualifies for E2, with its place.
type lastContact struct {
	ContactInput
	at moment
}

// lastContacts is each advisor's last contact that qualifies for E2. Last is by
// the order of priority: the day of a contact is only what the advisor says.
func (c *attributionCase) lastContacts() map[domain.StaffID]lastContact {
	reserved := c.timeline.of(c.in.Reservation.Fact)
	last := make(map[domain.StaffID]lastContact)
	for _, r := range c.in.Contacts {
		at := c.timeline.of(r.Fact).moment
		if at.compare(reserved.moment) > 0 {
			continue
		}
		contact := lastContact{at: at, ContactInput: ContactInput{
			Contact: r.Event.Contact, Event: r.Fact.Event, Position: r.Fact.Position, OccurredOn: r.Event.OccurredOn,
		}}
		if known, found := last[r.Event.Advisor]; !found || contact.compare(known) > 0 {
			last[r.Event.Advisor] = contact
		}
	}
	return last
}

func (l lastContact) compare(other lastContact) int {
	return cmp.Or(l.at.compare(other.at), slices.Compare(l.Event[:], other.Event[:]))
}

// lastCommunicated is the candidate with the last qualifying contact, -1 if none
// has one.
func (c *attributionCase) lastCommunicated(candidates []Candidate) int {
	last := -1
	for i, one := range candidates {
		if one.LastContact == nil {
			continue
		}
		if last < 0 || c.contacts[one.Advisor].compare(c.contacts[candidates[last].Advisor]) > 0 {
			last = i
		}
	}
	return last
}
