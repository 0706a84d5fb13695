package ledger

import (
	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/attribution"
	"guishu/domain/customer"
	"guishu/domain/lookup"
	"guishu/domain/migration"
	"guishu/domain/organisation"
	"guishu/domain/ownership"
	"guishu/domain/payment"
	"guishu/domain/policy"
	"guishu/domain/product"
	"guishu/domain/staff"
	"guishu/eventstore"
)

// Events is the registry of everything that is written in the ledger. It fails
// when a type is described twice or a version is missing (design §4).
func Events() (*eventstore.Registry, error) {
	return eventstore.NewRegistry(
		[]domain.EventType{domain.DescribeEvent[domain.ReservationAbandoned]("ledger.reservation-abandoned", 1)},
		organisation.Events(), staff.Events(), customer.Events(), ownership.Events(), attachment.Events(),
		product.Events(), payment.Events(), attribution.Events(), policy.Events(), migration.Events(), lookup.Events(),
	)
}
