package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/staff"
)

// LinkCustomer ties a sales customer to the core bank's customer number.
type LinkCustomer struct {
	Customer   domain.CustomerID `json:"customer"`
	CustomerNo string            `json:"customer_no"`
}

// LinkCustomer links. Errors: association/already-linked, association/key-format.
func (l *Ledger) LinkCustomer(ctx context.Context, call Call, c LinkCustomer) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"link-customer", c})
	if err != nil {
		return Answer{}, err
	}
	return t.writeCustomer(ctx, c.Customer, staff.LinkCustomer, func(s *customer.State, _ customer.Relation) ([]any, error) {
		return s.Link(c.CustomerNo)
	})
}
