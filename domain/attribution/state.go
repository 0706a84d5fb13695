package attribution

import (
	"slices"
	"time"

	"guishu/domain"
	"guishu/domain/payment"
	"guishu/domain/policy"
)

// State is the attribution of one payment. The zero State is undecided.
type State struct {
	Standing  *Decided // the decision that holds, or was countered; nil before any
	Countered bool
}

// Apply folds one event in.
func (s *State) Apply(event any, _ domain.Fact) {
	switch e := event.(type) {
	case Decided:
		s.Standing = &e
	case Countered:
		s.Countered = true
	}
}

// Clone is a copy that can be changed apart; decisions are never changed in
// place, so the copies share them.
func (s *State) Clone() *State {
	clone := *s
	return &clone
}

// Record stores what Decide found. What stands already is nothing new. When late
// facts gave other inputs, the new decision supersedes the one that stands, which
// stays readable (design §7, C-02). Error: ErrCountered once the
// payment was reversed.
func (s *State) Record(found Decided) ([]any, error) {
	switch {
	case s.Countered:
		return nil, ErrCountered
	case s.Standing == nil:
		return []any{found}, nil
	case s.Standing.Decision == found.Decision:
		return nil, nil
	}
	found.Supersedes = s.Standing.Decision
	return []any{found}, nil
}

// Counter takes the standing decision back, because the payment was reversed: a
// counter-entry for every share (C-02). Done before, it is nothing new. Error:
// ErrNotConfirmed when nothing was decided.
func (s *State) Counter(reversal Recorded[payment.Reversed]) ([]any, error) {
	switch {
	case s.Standing == nil:
		return nil, ErrNotConfirmed
	case s.Countered:
		return nil, nil
	}
	event := Countered{
		Decision: s.Standing.Decision, Payment: s.Standing.Payment, Customer: s.Standing.Customer,
		Winner: s.Standing.Winner, Shares: make([]Share, 0, len(s.Standing.Shares)), Reversal: reversal.Fact.Event,
	}
	for _, share := range s.Standing.Shares {
		share.PerTenThousand, share.AmountFen = -share.PerTenThousand, -share.AmountFen
		event.Shares = append(event.Shares, share)
		event.AmountFen += share.AmountFen
	}
	return []any{event}, nil
}

// Delta is what changes for each advisor from one decision to the next, by the
// order of the old shares and then the new; who keeps the same is left out.
func Delta(before, after Decided) []Share {
	var delta []Share
	add := func(share Share, sign int) {
		at := slices.IndexFunc(delta, func(d Share) bool { return d.Advisor == share.Advisor })
		if at < 0 {
			at = len(delta)
			delta = append(delta, Share{Advisor: share.Advisor, Unit: share.Unit, Attachment: share.Attachment})
		}
		delta[at].PerTenThousand += sign * share.PerTenThousand
		delta[at].AmountFen += domain.Fen(sign) * share.AmountFen
	}
	for _, share := range before.Shares {
		add(share, -1)
	}
	for _, share := range after.Shares {
		add(share, 1)
	}
	return slices.DeleteFunc(delta, func(d Share) bool { return d.PerTenThousand == 0 && d.AmountFen == 0 })
}

// Same says whether a decision as stored is the one computed again, but for what
// it superseded: the test that an audit applies to every decision.
func Same(stored, computed Decided) bool {
	return slices.Equal(stored.Shares, computed.Shares) &&
		slices.Equal(stored.Inputs, computed.Inputs) &&
		slices.EqualFunc(stored.Candidates, computed.Candidates, sameCandidate) &&
		stored.Explanation.Code == computed.Explanation.Code &&
		slices.Equal(stored.Explanation.Params, computed.Explanation.Params) &&
		stored.head() == computed.head()
}

// head is the part of a decision that can be compared as it is.
type head struct {
	decision      domain.DecisionID
	payment       domain.PaymentID
	customer      domain.CustomerID
	product       domain.ProductID
	amount        domain.Fen
	handler       domain.StaffID
	handlerRank   int
	winner        domain.StaffID
	winnerUnit    domain.UnitID
	ground        Ground
	mode          policy.AttributionMode
	policyVersion int
	confirmation  [16]byte
	inputsHash    string
	reason        Reason
}

func (d Decided) head() head {
	return head{
		d.Decision, d.Payment, d.Customer, d.Product, d.AmountFen, d.Handler, d.HandlerRank, d.Winner, d.WinnerUnit,
		d.Ground, d.Mode, d.PolicyVersion, d.Confirmation, d.InputsHash, d.Reason,
	}
}

func sameCandidate(a, b Candidate) bool {
	sameTimes := a.EntryTime.Equal(b.EntryTime) && a.AssertedTime.Equal(b.AssertedTime)
	sameContact := same(a.LastContact, b.LastContact)
	sameScore := same(a.Score, b.Score)
	for _, one := range []*Candidate{&a, &b} {
		one.EntryTime, one.AssertedTime, one.LastContact, one.Score = time.Time{}, time.Time{}, nil, nil
	}
	return sameTimes && sameContact && sameScore && a == b
}

func same[T comparable](a, b *T) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
