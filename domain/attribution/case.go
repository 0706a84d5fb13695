package attribution

import (
	"cmp"
	"slices"
	"strconv"

	"guishu/domain"
	"guishu/domain/attachment"

	"github.com/google/uuid"
)

// attributionCase is a payment to be decided: its inputs and the order they stand in.
type attributionCase struct {
	in        *Inputs
	approvals map[domain.BatchID]approval
	timeline  timeline
	contacts  map[domain.StaffID]lastContact
	entries   []entry
}

func newCase(in *Inputs) *attributionCase {
	c := &attributionCase{in: in.relevant(), approvals: in.approvals()}
	c.timeline = newTimeline(c.in.facts(), c.approvals, in.Confirmation.Fact)
	c.contacts, c.entries = c.lastContacts(), c.listEntries()
	return c
}

// decisionID derives the decision's id from the payment, the inputs and the
// policy version: the same of them is the same decision.
func (c *attributionCase) decisionID(inputsHash string) domain.DecisionID {
	space := uuid.UUID{0x7f, 0x0d, 0x3c, 0x52, 0x5c, 0x0e, 0x5c, 0x2b, 0x9f, 0x4a, 0x2f, 0x0b, 0x6c, 0x1d, 0x9e, 0x31}
	payment := c.in.Confirmation.Event.Deal.Payment.String()
	return domain.DeriveID[domain.DecisionID](space, payment+"/"+inputsHash+"/"+strconv.Itoa(c.in.Policy.Version))
}

// candidates is the advisors who were attached by the time of the confirmation
// and whose attachment had not ended by then, by rank. An advisor counts once,
// with the earliest entry.
func (c *attributionCase) candidates() []Candidate {
	ended := make(map[domain.AttachmentID]bool)
	for _, r := range c.in.Ended {
		if c.timeline.counts(r.Fact) {
			ended[r.Event.Attachment] = true
		}
	}
	candidates := make([]Candidate, 0, len(c.in.Attached))
	for _, r := range c.in.Attached {
		if c.timeline.counts(r.Fact) && !ended[r.Event.Attachment] {
			candidates = append(candidates, c.candidate(r))
		}
	}
	slices.SortFunc(candidates, Candidate.compare)
	seen := make(map[domain.StaffID]bool, len(candidates))
	candidates = slices.DeleteFunc(candidates, func(one Candidate) bool {
		again := seen[one.Advisor]
		seen[one.Advisor] = true
		return again
	})
	for i := range candidates {
		candidates[i].Rank = i + 1
		if last, found := c.contacts[candidates[i].Advisor]; found {
			candidates[i].LastContact = &last.ContactInput
		}
	}
	return candidates
}

func (c *attributionCase) candidate(r Recorded[attachment.Attached]) Candidate {
	at := c.timeline.of(r.Fact)
	one := Candidate{
		Advisor: r.Event.Advisor, Unit: r.Event.Unit, Attachment: r.Event.Attachment,
		EntryPosition: r.Fact.Position, EntryEvent: r.Fact.Event, EntryTime: at.at,
		Asserted: r.Fact.Asserted, AssertedCounts: at.basis == BasisApproved, TimeBasis: at.basis,
	}
	if r.Fact.Asserted {
		one.AssertedTime = plain(r.Fact.EffectiveAt)
	}
	return one
}

// compare orders candidates by entry; the rest only makes the order total.
func (one Candidate) compare(other Candidate) int {
	return cmp.Or(
		moment{one.EntryTime, one.EntryPosition}.compare(moment{other.EntryTime, other.EntryPosition}),
		slices.Compare(one.EntryEvent[:], other.EntryEvent[:]),
		one.Attachment.Compare(other.Attachment),
	)
}

// inputs names every event the decision was computed from, by position.
func (c *attributionCase) inputs() []Input {
	named := make([]Input, len(c.entries))
	for i, e := range c.entries {
		named[i] = Input{Event: e.fact.Event, Position: e.fact.Position, Type: e.kind}
	}
	return named
}
