package product_test

import (
	"testing"

	"guishu/domain"
	"guishu/domain/domaintest"
	"guishu/domain/product"
)

// C-01, C-02: the stored form of every event that was ever released is held in
// testdata/events; a type without its file fails, and so does one that would be
// stored differently by now.
func TestGoldenEventsAreStoredAsReleased(t *testing.T) {
	t.Parallel()
	var fund = domaintest.Sample[domain.ProductID]("fund")
	domaintest.Golden(t, product.Aggregate(),
		product.Launched{Product: fund, Code: "FUND-01", Name: "示例稳健一号", Series: "稳健", Supplier: "示例基金", ListPriceFen: 10_000_000, RiskLevel: "R2"},
		product.SubscriptionOpened{Product: fund},
		product.SubscriptionClosed{Product: fund, Reason: "额满"},
		product.InceptionRecorded{Product: fund, EstablishedOn: domaintest.Day(t, "2026-04-01"), MaturesOn: domaintest.Day(t, "2027-04-01")},
	)
}
