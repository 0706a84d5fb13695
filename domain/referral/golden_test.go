package referral_test

import (
	"testing"

	"guishu/domain"
	"guishu/domain/domaintest"
	"guishu/domain/referral"
)

// C-01, C-02: the stored form of every event that was ever released is held in
// testdata/events; a type without its file fails, and so does one that would be
// stored differently by now.
func TestGoldenEventsAreStoredAsReleased(t *testing.T) {
	t.Parallel()
	var (
		id, wang = domaintest.Sample[domain.ReferralID]("referral"), domaintest.Sample[domain.CustomerID]("wang")
		ann, bo  = domaintest.Sample[domain.StaffID]("ann"), domaintest.Sample[domain.StaffID]("bo")
	)
	domaintest.Golden(t, referral.Aggregate(),
		referral.Offered{
			Referral: id, Customer: wang, Line: domain.SelfOperated, Referrer: ann, Unit: domaintest.Sample[domain.UnitID]("outlet"),
			Target: bo, TargetUnit: domaintest.Sample[domain.UnitID]("other outlet"), Remark: domain.NewPersonal("想买理财"), ExpiresOn: domaintest.Day(t, "2026-03-09"),
		},
		referral.Accepted{Referral: id, Customer: wang, By: bo},
		referral.Rejected{Referral: id, Customer: wang, By: bo, Reason: "客户已满"},
		referral.Cancelled{Referral: id, Customer: wang, By: ann},
	)
}
