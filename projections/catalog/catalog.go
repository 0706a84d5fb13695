// Package catalog lists the read models, and answers what is counted over
// several of them.
package catalog

import (
	"time"

	"guishu/eventstore/sealing"
	"guishu/projections"
	"guishu/projections/applications"
	"guishu/projections/attachments"
	"guishu/projections/attributions"
	"guishu/projections/customers"
	"guishu/projections/migrations"
	"guishu/projections/ownership"
	"guishu/projections/payments"
	"guishu/projections/performance"
	"guishu/projections/policies"
	"guishu/projections/products"
	"guishu/projections/purchases"
	"guishu/projections/referrals"
	"guishu/projections/requests"
	"guishu/projections/staff"
	"guishu/projections/timeline"
	"guishu/projections/units"
)

// Models is every read model. The hasher is the ledger's, for what is looked up
// without being kept; the zone is the business's, by which days are told.
func Models(hasher *sealing.Hasher, zone *time.Location) []projections.Model {
	hash := func(kind, text string) []byte {
		sum := hasher.Hash(kind, text)
		return sum[:]
	}
	return []projections.Model{
		units.Model(), staff.Model(), products.Model(), policies.Model(), migrations.Model(),
		customers.Model(hash), applications.Model(), ownership.Model(), attachments.Model(), requests.Model(), referrals.Model(),
		payments.Model(), purchases.Model(zone), performance.Model(zone), attributions.Model(), timeline.Model(),
	}
}
