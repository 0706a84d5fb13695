package attribution

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"time"

	"guishu/domain"
)

// entry is an input with what of its content matters, as it is hashed.
type entry struct {
	kind    string
	fact    domain.Fact
	content []string
}

// listEntries is every input event, by position. Content that a decision does not
// depend on, and everything personal, stays out.
func (c *attributionCase) listEntries() []entry {
	in := c.in
	list := []entry{
		{"payment.reserved", in.Reservation.Fact, []string{in.Reservation.Event.Deal.Payment.String()}},
		{"payment.confirmed", in.Confirmation.Fact, nil},
	}
	batches := make(map[domain.BatchID]bool)
	add := func(kind string, fact domain.Fact, content ...string) {
		if c.timeline.known(fact) {
			list = append(list, entry{kind, fact, content})
			batches[fact.Batch] = batches[fact.Batch] || fact.Asserted
		}
	}
	for _, r := range in.Attached {
		add("attachment.attached", r.Fact, r.Event.Attachment.String(), r.Event.Advisor.String(), r.Event.Unit.String())
	}
	for _, r := range in.Ended {
		add("attachment.ended", r.Fact, r.Event.Attachment.String())
	}
	for _, r := range in.Contacts {
		add("contact.recorded", r.Fact, r.Event.Contact.String(), r.Event.Advisor.String(), r.Event.OccurredOn.String())
	}
	for _, fact := range []domain.Fact{in.Reservation.Fact, in.Confirmation.Fact} {
		batches[fact.Batch] = batches[fact.Batch] || fact.Asserted
	}
	for batch, approved := range c.approvals {
		if batches[batch] {
			fact := domain.Fact{Position: approved.position, Event: approved.event, Batch: batch}
			list = append(list, entry{"migration.approved", fact, nil})
		}
	}
	slices.SortFunc(list, entry.compare)
	return list
}

func (e entry) compare(other entry) int {
	return cmp.Or(
		cmp.Compare(e.fact.Position, other.fact.Position),
		slices.Compare(e.fact.Event[:], other.fact.Event[:]),
		cmp.Compare(e.kind, other.kind),
		slices.Compare(e.content, other.content),
	)
}

// hash is the SHA-256 of the canonical inputs, hexadecimal: one line each for the
// form, the deal, the rules, and every input event by position, its fields parted
// by a blank. Ids, numbers and days have no blanks, so no two inputs read alike.
// Positions are in it as the order of the lines alone: a ledger that moves to a
// store with other positions keeps its decisions.
//
// The form is fixed for ever: whoever adds to the rules gives a new form to the
// decisions that depend on the addition, and to no others.
func (c *attributionCase) hash() string {
	deal, rules := c.in.Confirmation.Event.Deal, c.in.Policy.Rules
	text := make([]byte, 0, 4096)
	line := func(fields ...string) {
		for i, field := range fields {
			if i > 0 {
				text = append(text, ' ')
			}
			text = append(text, field...)
		}
		text = append(text, '\n')
	}
	line("guishu-attribution-inputs-1")
	line("deal", deal.Payment.String(), deal.Customer.String(), deal.Product.String(), deal.Advisor.String(),
		deal.Unit.String(), strconv.FormatInt(int64(deal.AmountFen), 10))
	line("rules", strconv.Itoa(c.in.Policy.Version), string(rules.Mode), strconv.Itoa(rules.CommunicatedWithinDays),
		strconv.FormatBool(rules.CommunicatedAnyProduct), string(rules.Split), c.in.zone().String())
	for _, e := range c.entries {
		line(append([]string{
			e.kind, e.fact.Event.String(), instant(e.fact.RecordedAt), instant(e.fact.EffectiveAt),
			strconv.FormatBool(e.fact.Asserted), e.fact.Batch.String(),
		}, e.content...)...)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// instant is a time in seconds and nanoseconds since 1970, whatever its year.
func instant(t time.Time) string {
	return strconv.FormatInt(t.Unix(), 10) + "." + strconv.Itoa(t.Nanosecond())
}
