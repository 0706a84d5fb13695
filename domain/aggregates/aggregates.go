// Package aggregates is the one list of the ledger's aggregates. What must know
// every stream, event, code or unique key follows from it: the registries of events
// and of unique keys, the timeline, what strangers may write, and the tables in
// docs/architecture.md.
package aggregates

import (
	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/attribution"
	"guishu/domain/calendar"
	"guishu/domain/customer"
	"guishu/domain/identity"
	"guishu/domain/lookup"
	"guishu/domain/migration"
	"guishu/domain/organisation"
	"guishu/domain/ownership"
	"guishu/domain/payment"
	"guishu/domain/policy"
	"guishu/domain/product"
	"guishu/domain/referral"
	"guishu/domain/staff"
)

// List is every aggregate of the ledger. A new one is added here.
func List() []domain.Aggregate {
	return []domain.Aggregate{
		domain.Ledger(), organisation.Aggregate(), staff.Aggregate(), customer.Aggregate(), ownership.Aggregate(),
		attachment.Aggregate(), referral.Aggregate(), product.Aggregate(), payment.Aggregate(), attribution.Aggregate(), policy.Aggregate(),
		migration.Aggregate(), lookup.Aggregate(),
	}
}

// Codes is every code of the domain, by which the sentence of a stored name is
// found.
func Codes() []domain.Code {
	codes := append(identity.Codes(), calendar.Codes()...)
	for _, a := range List() {
		codes = append(codes, a.Codes...)
	}
	return codes
}
