package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/ownership"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// RejectClaim is the approver's no, with its reason.
type RejectClaim struct {
	Customer    domain.CustomerID    `json:"customer"`
	Line        domain.BusinessLine  `json:"line"`
	Application domain.ApplicationID `json:"application"`
	Reason      string               `json:"reason"`
}

// RejectClaim rejects. Errors: approval/reject-reason-required,
// approval/not-pending, approval/self-approval, approval/out-of-jurisdiction.
func (l *Ledger) RejectClaim(ctx context.Context, call Call, c RejectClaim) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"reject-claim", c})
	if err != nil {
		return Answer{}, err
	}
	return t.writeSlot(ctx, slotOf{c.Customer, c.Line, staff.DecideClaim}, uuid.UUID(c.Application), func(ctx context.Context, s slotCase) ([]any, error) {
		if _, err := t.inJurisdiction(s, c.Application); err != nil {
			return nil, err
		}
		return s.slot.Reject(ownership.Rejection{Application: c.Application, Approver: call.Actor, Reason: c.Reason}, s.rules)
	})
}
