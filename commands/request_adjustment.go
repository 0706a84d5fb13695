package commands

import (
	"context"
	"slices"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/ownership"
	"guishu/domain/staff"
)

// RequestAdjustment asks that somebody else shall own a customer (A-11, A-70,
//
type RequestAdjustment struct {
	Customer domain.CustomerID   `json:"customer"`
	Line     domain.BusinessLine `json:"line"`
	NewOwner domain.StaffID      `json:"new_owner"`
	Reason   string              `json:"reason"`
}

var requestAdjustment = ledger.Verb{
	Name: "request-adjustment", Needs: staff.FileChange, OwnName: true,
	Title:   ledger.Say("申请调整客户关系", "Request an adjustment"),
	Does:    ledger.Say("申请把客户改由另一位客户经理归属。", "Asks that somebody else shall own a customer."),
	Refuses: slices.Concat(unchangeable, unfitOwner, []domain.Code{ownership.ErrSameOwner}),
}

// Verb is request-adjustment.
func (RequestAdjustment) Verb() ledger.Verb { return requestAdjustment }

// Run files and answers with the application's id.
func (c RequestAdjustment) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	id := t.Made("application")
	return writeSlot(ctx, t, c.Customer, c.Line, id, func(ctx context.Context, s slotCase) ([]any, error) {
		change, applicant, err := change(ctx, t, s, domain.ApplicationID(id), c.Reason)
		if err != nil {
			return nil, err
		}
		newOwner, err := owningPerson(ctx, t.Ledger(), c.NewOwner, s.rules)
		if err != nil {
			return nil, err
		}
		return s.FileAdjustment(change, s.customer, applicant, newOwner, s.rules)
	})
}
