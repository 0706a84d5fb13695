package commands

import (
	"context"
	"strings"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/staff"
)

// RecordIdentityVerification records the front office's answer about name and
// number.
type RecordIdentityVerification struct {
	Customer domain.CustomerID     `json:"customer"`
	Result   domain.IDVerification `json:"result"`
	Evidence string                `json:"evidence" doc:"Reference of the front office's slip."`
}

// LinkCustomer ties a sales customer to the core bank's customer number.
type LinkCustomer struct {
	Customer   domain.CustomerID `json:"customer"`
	CustomerNo string            `json:"customer_no"`
}

// RecordIdentityVerification records. Errors: form/value, form/required,
// customer/required.
func (l *Ledger) RecordIdentityVerification(ctx context.Context, call Call, c RecordIdentityVerification) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"record-identity-verification", c})
	if err != nil {
		return Answer{}, err
	}
	return t.writeCustomer(ctx, c.Customer, staff.VerifyIdentity, nil, func(s *customer.State, _ customer.Relation) ([]any, error) {
		return s.VerifyIdentity(customer.Verification{Result: c.Result, Evidence: c.Evidence})
	})
}

// LinkCustomer links. Errors: association/already-linked, association/key-format.
func (l *Ledger) LinkCustomer(ctx context.Context, call Call, c LinkCustomer) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"link-customer", c})
	if err != nil {
		return Answer{}, err
	}
	keys := []uniqueKey{{UniqueCustomerNo, []byte(strings.TrimSpace(c.CustomerNo)), domain.ErrAssociationAlreadyLinked.At("customer_no")}}
	return t.writeCustomer(ctx, c.Customer, staff.LinkCustomer, keys, func(s *customer.State, _ customer.Relation) ([]any, error) {
		return s.Link(c.CustomerNo)
	})
}
