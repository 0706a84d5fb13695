package api

import (
	"context"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/http/question"
)

// customerRoutes are about customers, from first entry to erasure.
func (a *API) customerRoutes() {
	const area = "客户 Customers"
	list(a, area, "/v1/customers", question.Customers())
	search(a, area, "/v1/customers/search", question.SearchCustomers())
	one(a, area, "/v1/customers/{customer}", question.OneCustomer())
	one(a, area, "/v1/customers/{customer}/ownership", question.OneOwnership())
	list(a, area, "/v1/customers/{customer}/timeline", question.Timeline())
	command[commands.RegisterCustomer](a, area, "/v1/customers")
	command[commands.SupplementCustomer](a, area, "/v1/customers/{customer}/supplement")
	command[commands.RecordIdentityVerification](a, area, "/v1/customers/{customer}/verification")
	command[commands.LinkCustomer](a, area, "/v1/customers/{customer}/link")
	command[commands.EraseCustomer](a, area, "/v1/customers/{customer}/erasure")
	telling(a, area, "/v1/customers/{customer}/reveal", a.reveal)
}

// revealed is fields in the clear, once the reveal is on record.
type revealed struct{ commands.Revealed }

func (r revealed) taken() ledger.Answer { return r.Answer }

func (a *API) reveal(ctx context.Context, call ledger.Call, c commands.RevealFields) (revealed, error) {
	shown, err := ledger.Ask(ctx, a.Ledger, call, c)
	return revealed{shown}, err
}
