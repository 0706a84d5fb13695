package ledger

import (
	"slices"
	"strings"

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

// OwnsStream says whether a stream is the ledger's own, in which commands alone
// may write: what anybody else appends there would pass for a decision.
func OwnsStream(stream eventstore.Stream) bool {
	if stream == organisation.Stream || stream == policy.Stream {
		return true
	}
	return slices.ContainsFunc([]string{
		staff.StreamPrefix, customer.StreamPrefix, ownership.StreamPrefix, attachment.StreamPrefix, attachment.ContactStreamPrefix,
		product.StreamPrefix, payment.StreamPrefix, attribution.StreamPrefix, migration.StreamPrefix,
		lookup.StreamPrefix, lookup.RevealStreamPrefix,
	}, func(prefix string) bool { return strings.HasPrefix(string(stream), prefix) })
}
