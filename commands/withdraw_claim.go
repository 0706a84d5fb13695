package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/ownership"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// WithdrawClaim takes one's own application back while it is pending.
type WithdrawClaim struct {
	Customer    domain.CustomerID    `json:"customer"`
	Line        domain.BusinessLine  `json:"line"`
	Application domain.ApplicationID `json:"application"`
}

var withdrawClaim = ledger.Verb{
	Name: "withdraw-claim", Needs: staff.ReadUnits, OwnName: true,
	Title:   ledger.Say("撤回申请", "Withdraw"),
	Does:    ledger.Say("撤回本人尚未审批的申请。", "Takes one's own application back while it is pending."),
	Refuses: []domain.Code{ownership.ErrNotApplicant, ownership.ErrNotPending, ownership.ErrLineMismatch},
}

// Verb is withdraw-claim.
func (WithdrawClaim) Verb() ledger.Verb { return withdrawClaim }

// Run withdraws, whatever role the applicant has by now.
func (c WithdrawClaim) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return writeSlot(ctx, t, c.Customer, c.Line, uuid.UUID(c.Application), func(_ context.Context, s slotCase) ([]any, error) {
		application, _ := s.Find(c.Application)
		if application.Applicant != t.Actor() && !t.Who().May(staff.ReadClaims, s.tree.Path(application.Unit), c.Line) {
			return nil, domain.ErrQueryNotFoundOrOutOfScope
		}
		return s.Withdraw(c.Application, t.Actor())
	})
}
