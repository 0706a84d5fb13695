package ownership

import "guishu/domain"

// Why an ownership is dissolved that should not have come about. People read it on the
// timeline.
const (
	ownerHadLeft      = "客户经理在关系建立前已离职，系统解除。 The owner had left before, and the ledger dissolved it."
	customerWasErased = "客户个人信息在关系建立前已删除，系统解除。 The customer had been erased before, and the ledger dissolved it."
)

// Untenable says whether the slot has an owner who became it too late: after they had
// left, or after the customer was erased. A decision sees other streams as they are at
// its moment, and what stands in them by the time it is appended it cannot know (L-04).
// The positions are those of the departure and of the erasure, zero for neither.
func (s *State) Untenable(left, erased domain.Position) (reason string, untenable bool) {
	switch {
	case !s.Owned():
		return "", false
	case left > 0 && left < s.Since:
		return ownerHadLeft, true
	case erased > 0 && erased < s.Since:
		return customerWasErased, true
	}
	return "", false
}

// DissolveUntenable leaves a slot without the owner who became it too late.
func (s *State) DissolveUntenable(left, erased domain.Position) []any {
	reason, untenable := s.Untenable(left, erased)
	if !untenable {
		return nil
	}
	return []any{Dissolved{Customer: s.Customer, Line: s.Line, Owner: s.Owner, Application: s.Application, Reason: reason}}
}
