package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
)

// DestroyCustomerKey destroys the key of an erased customer and forgets the
// hashes they could be looked up by: the reaction to the erasure, which may have
// been cut off behind its event.
type DestroyCustomerKey struct{ Customer domain.CustomerID }

var destroyCustomerKey = ledger.Verb{
	Name: "destroy-customer-key", ByLedger: true,
	Title: ledger.Say("销毁客户密钥", "Destroy a customer's key"),
	Does:  ledger.Say("完成对客户个人信息的删除。", "Finishes the erasure of a customer."),
}

// Verb is destroy-customer-key.
func (DestroyCustomerKey) Verb() ledger.Verb { return destroyCustomerKey }

// Run finishes an erasure.
func (c DestroyCustomerKey) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Answer{}, t.Ledger().Erase(ctx, c.Customer)
}
