package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/staff"
)

// RecordIdentityVerification records the front office's answer about name and
// number.
type RecordIdentityVerification struct {
	Customer domain.CustomerID       `json:"customer"`
	Result   customer.IDVerification `json:"result"`
	Evidence string                  `json:"evidence" doc:"Reference of the front office's slip."`
}

// RecordIdentityVerification records. Errors: form/value, form/required,
// customer/required.
func (l *Ledger) RecordIdentityVerification(ctx context.Context, call Call, c RecordIdentityVerification) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"record-identity-verification", c})
	if err != nil {
		return Answer{}, err
	}
	return t.writeCustomer(ctx, c.Customer, staff.VerifyIdentity, func(s *customer.State, _ customer.Relation) ([]any, error) {
		return s.VerifyIdentity(customer.Verification{Result: c.Result, Evidence: c.Evidence})
	})
}
