package api

import (
	"context"

	"guishu/commands"
	"guishu/domain/staff"
	"guishu/http/question"
)

// customerRoutes are about customers, from first entry to erasure.
func (a *API) customerRoutes() {
	const area = "客户 Customers"
	// Customers within the reader's scope: own ones or a jurisdiction's (A-41, B-16, B-35).
	list(a, area, "/v1/customers", question.Customers())
	// The same by name, document, phone or number, which never stand in an address.
	search(a, area, "/v1/customers/search", question.SearchCustomers())
	// One customer.
	one(a, area, "/v1/customers/{customer}", question.OneCustomer())
	// Who owned the customer on a day, and what was known then (A-70, C-02, C-07).
	one(a, area, "/v1/customers/{customer}/ownership", question.OneOwnership())
	// Every event of a customer in order, readable, as the reader may see it (C-03).
	list(a, area, "/v1/customers/{customer}/timeline", question.Timeline(a.Records))
	// Enter a customer.
	command(a, area, given("/v1/customers", "register-customer", "登记客户", "Register a customer"), a.Ledger.RegisterCustomer)
	// Complete a potential customer.
	command(a, area, given("/v1/customers/{customer}/supplement", "supplement-customer", "信息补充", "Supplement"), a.Ledger.SupplementCustomer)
	// Record what the citizen-ID check gave.
	command(a, area, given("/v1/customers/{customer}/verification", "record-identity-verification", "联网核查登记", "Record an identity verification"), a.Ledger.RecordIdentityVerification)
	// Tie to the core bank's customer number.
	command(a, area, given("/v1/customers/{customer}/link", "link-customer", "关联客户号", "Link to a customer number"), a.Ledger.LinkCustomer)
	// Erase the person: the key is destroyed.
	command(a, area, given("/v1/customers/{customer}/erasure", "erase-customer", "删除个人信息", "Erase"), a.Ledger.EraseCustomer)
	// Show masked fields in full, on record, for a stated purpose.
	telling(a, area, given("/v1/customers/{customer}/reveal", "reveal-fields", "查看完整信息", "Reveal masked fields"), nil, a.reveal)
}

// revealed is fields in the clear, once the reveal is on record.
type revealed struct {
	commands.Answer
	Fields map[staff.Field]string `json:"fields" doc:"所要的字段，明文。 The fields in full."`
}

func (a revealed) taken() commands.Answer { return a.Answer }

func (a *API) reveal(ctx context.Context, call commands.Call, c commands.RevealFields) (revealed, error) {
	answer, fields, err := a.Ledger.RevealFields(ctx, call, c)
	return revealed{Answer: answer, Fields: fields}, err
}
