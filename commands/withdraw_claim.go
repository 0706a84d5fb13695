package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// WithdrawClaim takes an own application back while it is pending.
type WithdrawClaim struct {
	Customer    domain.CustomerID    `json:"customer"`
	Line        domain.BusinessLine  `json:"line"`
	Application domain.ApplicationID `json:"application"`
}

// WithdrawClaim withdraws, whatever role the applicant has by now. Errors:
// claim/not-applicant, approval/not-pending.
func (l *Ledger) WithdrawClaim(ctx context.Context, call Call, c WithdrawClaim) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"withdraw-claim", c})
	if err != nil {
		return Answer{}, err
	}
	return t.writeSlot(ctx, slotOf{c.Customer, c.Line, staff.ReadUnits}, uuid.UUID(c.Application), func(_ context.Context, s slotCase) ([]any, error) {
		application, _ := s.slot.Find(c.Application)
		at := place{path: s.tree.Path(application.Unit), line: c.Line, mine: application.Applicant == call.Actor}
		if !at.mine && !t.who.May(staff.ReadClaims, at.path, at.line) {
			return nil, domain.ErrQueryNotFoundOrOutOfScope
		}
		return s.slot.Withdraw(c.Application, call.Actor)
	})
}
