package attribution

import (
	"slices"

	"guishu/domain/policy"
)

// Decide attributes the commission of a confirmed payment (B-29 … B-31). It is a
// pure function: the same inputs, in whatever order, give the same bytes for
// ever, and it never fails. Without an advisor attached the decision has no
// winner.
//
// The candidates are the advisors attached when the payment was confirmed. If the
// customer communicated with one of them about the product and then bought, the
// last one so wins (E2); otherwise the one who was entered first (T1).
func Decide(in Inputs) Decided {
	c := newCase(&in)
	deal := in.Confirmation.Event.Deal
	decided := Decided{
		Payment: deal.Payment, Customer: deal.Customer, Product: deal.Product, AmountFen: deal.AmountFen,
		Handler: deal.Advisor, Mode: in.Policy.Rules.Mode, PolicyVersion: in.Policy.Version,
		Confirmation: in.Confirmation.Fact.Event, Shares: []Share{}, Candidates: c.candidates(), Inputs: c.inputs(),
		InputsHash: c.hash(),
	}
	decided.Decision = c.decisionID(decided.InputsHash)
	winner, ground, reason := c.choose(decided.Candidates)
	decided.Ground, decided.Reason = ground, reason
	decided.award(winner)
	decided.HandlerRank = 1 + slices.IndexFunc(decided.Candidates, func(one Candidate) bool { return one.Advisor == decided.Handler })
	decided.Explanation = c.explain(&decided, winner)
	return decided
}

// choose names the winner among the candidates, -1 for none, with ground and
// reason.
func (c *attributionCase) choose(candidates []Candidate) (int, Ground, Reason) {
	if len(candidates) == 0 {
		return -1, "", ReasonNoAttachment
	}
	if c.in.Policy.Rules.Mode != policy.TimeFirst {
		return -1, "", ReasonModeUnavailable
	}
	if last := c.lastCommunicated(candidates); last >= 0 {
		return last, GroundCommunicated, ReasonCommunicated
	}
	return 0, GroundTime, ReasonEarliestEntry
}

// award gives the whole deal to the winner: the source's rule, and the only split
// that a policy can ask for yet.
func (d *Decided) award(winner int) {
	if winner < 0 {
		return
	}
	one := d.Candidates[winner]
	d.Winner, d.WinnerUnit = one.Advisor, one.Unit
	d.Shares = []Share{{
		Advisor: one.Advisor, Unit: one.Unit, Attachment: one.Attachment, PerTenThousand: 10_000, AmountFen: d.AmountFen,
	}}
}
