package commands

import (
	"context"
	"slices"

	"guishu/commands/ledger"
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

var approveClaim = ledger.Verb{
	Name: "approve-claim", Needs: staff.DecideClaim, OwnName: true,
	Title: ledger.Say("同意认领", "Approve"),
	Does:  ledger.Say("同意申请：就此确定客户在该条线的唯一归属，其他申请随之失效。", "Approves: the one owner of the slot is decided here, and every rival application superseded."),
	Refuses: slices.Concat(undecidable, unfitOwner, []domain.Code{
		ownership.ErrNotOwned, ownership.ErrSameOwner, ownership.ErrPhoneRequired, ownership.ErrSecondApproverRequired,
	}),
}

// Verb is approve-claim.
func (ApproveClaim) Verb() ledger.Verb { return approveClaim }

// Run carries it out.
func (c ApproveClaim) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return writeSlot(ctx, t, c.Customer, c.Line, uuid.UUID(c.Application), func(ctx context.Context, s slotCase) ([]any, error) {
		application, err := inJurisdiction(t, s, c.Application)
		if err != nil {
			return nil, err
		}
		gains, err := owningPerson(ctx, t.Ledger(), application.Gains(), s.rules)
		if err != nil {
			return nil, err
		}
		return s.Approve(ownership.Approval{Application: c.Application, Approver: t.Actor()}, s.customer, gains, s.rules)
	})
}
