// Package aggregates is the list of what the domain consists of.
package aggregates

import (
	"slices"

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
	"guishu/domain/staff"
)

// Codes is every code of the domain, by which the sentence of a stored name is
// found.
func Codes() []domain.Code {
	return slices.Concat(
		domain.Codes(), attachment.Codes(), attribution.Codes(), calendar.Codes(), customer.Codes(),
		identity.Codes(), lookup.Codes(), migration.Codes(), organisation.Codes(), ownership.Codes(),
		payment.Codes(), policy.Codes(), product.Codes(), staff.Codes(),
	)
}
