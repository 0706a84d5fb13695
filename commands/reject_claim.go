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

// RejectClaim is the approver's no, with its reason.
type RejectClaim struct {
	Customer    domain.CustomerID    `json:"customer"`
	Line        domain.BusinessLine  `json:"line"`
	Application domain.ApplicationID `json:"application"`
	Reason      string               `json:"reason"`
}

var rejectClaim = ledger.Verb{
	Name: "reject-claim", Needs: staff.DecideClaim, OwnName: true,
	Title:   ledger.Say("不同意认领", "Reject"),
	Does:    ledger.Say("不同意申请，并说明理由。", "Turns an application down, with the reason."),
	Refuses: slices.Concat(undecidable, []domain.Code{ownership.ErrRejectReasonRequired}),
}

// Verb is reject-claim.
func (RejectClaim) Verb() ledger.Verb { return rejectClaim }

// Run carries it out.
func (c RejectClaim) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return writeSlot(ctx, t, c.Customer, c.Line, uuid.UUID(c.Application), func(_ context.Context, s slotCase) ([]any, error) {
		if _, err := inJurisdiction(t, s, c.Application); err != nil {
			return nil, err
		}
		return s.Reject(ownership.Rejection{Application: c.Application, Approver: t.Actor(), Reason: c.Reason}, s.rules)
	})
}
