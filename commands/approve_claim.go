package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/ownership"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// ApproveClaim is the approver's yes.
type ApproveClaim struct {
	Customer    domain.CustomerID    `json:"customer"`
	Line        domain.BusinessLine  `json:"line"`
	Application domain.ApplicationID `json:"application"`
}

// ApproveClaim approves: the one owner of the slot is decided here, and every
// rival application superseded. Errors: claim/already-owned,
// approval/not-pending, approval/phone-required, approval/self-approval,
// approval/out-of-jurisdiction, approval/second-approver-required.
func (l *Ledger) ApproveClaim(ctx context.Context, call Call, c ApproveClaim) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"approve-claim", c})
	if err != nil {
		return Answer{}, err
	}
	return t.writeSlot(ctx, slotOf{c.Customer, c.Line, staff.DecideClaim}, uuid.UUID(c.Application), func(ctx context.Context, s slotCase) ([]any, error) {
		application, err := t.inJurisdiction(s, c.Application)
		if err != nil {
			return nil, err
		}
		gains, err := l.owningPerson(ctx, application.Gains(), s.rules)
		if err != nil {
			return nil, err
		}
		return s.slot.Approve(ownership.Approval{Application: c.Application, Approver: call.Actor}, s.customer, gains, s.rules)
	})
}
