package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/staff"
)

// RequestDissolution asks that nobody shall own a customer any more.
type RequestDissolution struct {
	Customer domain.CustomerID   `json:"customer"`
	Line     domain.BusinessLine `json:"line"`
	Reason   string              `json:"reason"`
}

// RequestDissolution files and answers with the application's id. Errors: as
// RequestAdjustment.
func (l *Ledger) RequestDissolution(ctx context.Context, call Call, c RequestDissolution) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"request-dissolution", c})
	if err != nil {
		return Answer{}, err
	}
	id := domain.ApplicationID(t.made("application", 0))
	return t.writeSlot(ctx, slotOf{c.Customer, c.Line, staff.FileChange}, t.made("application", 0), func(ctx context.Context, s slotCase) ([]any, error) {
		change, applicant, err := t.change(ctx, s, id, c.Reason)
		if err != nil {
			return nil, err
		}
		return s.slot.FileDissolution(change, s.customer, applicant)
	})
}
