package attachment

import "guishu/domain"

// Why an attachment ends that should not have come about. People read it on the timeline.
const (
	advisorHadLeft    = "财富管理师在下挂前已离职，系统结束。 The advisor had left before, and the ledger ended it."
	customerWasErased = "客户个人信息在下挂前已删除，系统结束。 The customer had been erased before, and the ledger ended it."
)

// Untenable says whether an attachment lasts that was entered too late: after the advisor
// had left, or after the customer was erased. A decision sees other streams as they are at
// its moment, and what stands in them by the time it is appended it cannot know (L-04).
// The positions are those of the departure and of the erasure, zero for neither. Approved
// history may name people who have left.
func (s *State) Untenable(id domain.AttachmentID, left, erased domain.Position) (reason string, untenable bool) {
	a, known := s.Attachment(id)
	switch {
	case !known, !a.Active(), !a.Entry.Batch.IsZero():
		return "", false
	case left > 0 && left < a.Entry.Position:
		return advisorHadLeft, true
	case erased > 0 && erased < a.Entry.Position:
		return customerWasErased, true
	}
	return "", false
}

// EndUntenable ends an attachment that was entered too late.
func (s *State) EndUntenable(customer domain.CustomerID, id domain.AttachmentID, left, erased domain.Position) []any {
	reason, untenable := s.Untenable(id, left, erased)
	if !untenable {
		return nil
	}
	a, _ := s.Attachment(id)
	return []any{Ended{Attachment: id, Customer: customer, Advisor: a.Advisor, Reason: reason}}
}
