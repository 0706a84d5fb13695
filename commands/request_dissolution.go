package commands

import (
	"context"
	"slices"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/staff"
)

// RequestDissolution asks that nobody shall own a customer any more.
type RequestDissolution struct {
	Customer domain.CustomerID   `json:"customer"`
	Line     domain.BusinessLine `json:"line"`
	Reason   string              `json:"reason"`
}

var requestDissolution = ledger.Verb{
	Name: "request-dissolution", Needs: staff.FileChange, OwnName: true,
	Title:   ledger.Say("申请解除客户关系", "Request a dissolution"),
	Does:    ledger.Say("申请解除客户归属，此后客户无人归属。", "Asks that nobody shall own a customer."),
	Refuses: slices.Concat(unchangeable, []domain.Code{staff.ErrInactive}),
}

// Verb is request-dissolution.
func (RequestDissolution) Verb() ledger.Verb { return requestDissolution }

// Run files and answers with the application's id.
func (c RequestDissolution) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	id := t.Made("application")
	return writeSlot(ctx, t, c.Customer, c.Line, id, func(ctx context.Context, s slotCase) ([]any, error) {
		change, applicant, err := change(ctx, t, s, domain.ApplicationID(id), c.Reason)
		if err != nil {
			return nil, err
		}
		return s.FileDissolution(change, s.customer, applicant)
	})
}
