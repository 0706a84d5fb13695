package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/staff"
)

// LinkCustomer ties a sales customer to the core bank's customer number.
type LinkCustomer struct {
	Customer   domain.CustomerID `json:"customer"`
	CustomerNo string            `json:"customer_no"`
}

var linkCustomer = ledger.Verb{
	Name: "link-customer", Needs: staff.LinkCustomer,
	Title:   ledger.Say("关联客户号", "Link to a customer number"),
	Does:    ledger.Say("把销售客户与核心系统客户号关联。", "Ties a sales customer to the core bank's customer number."),
	Refuses: []domain.Code{customer.ErrLinkKeyFormat, customer.ErrAlreadyLinked, customer.ErrErased},
}

// Verb is link-customer.
func (LinkCustomer) Verb() ledger.Verb { return linkCustomer }

// Run carries it out.
func (c LinkCustomer) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, theCustomer(c.Customer), func(_ context.Context, s customerCase) ([]any, error) {
		return s.Link(c.CustomerNo)
	})
}
