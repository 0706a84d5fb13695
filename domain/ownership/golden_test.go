package ownership_test

import (
	"testing"

	"guishu/domain"
	"guishu/domain/domaintest"
	"guishu/domain/ownership"
)

// C-01, C-02: the stored form of every event that was ever released is held in
// testdata/events; a type without its file fails, and so does one that would be
// stored differently by now.
func TestGoldenEventsAreStoredAsReleased(t *testing.T) {
	t.Parallel()
	var (
		outlet = domaintest.Sample[domain.UnitID]("outlet")
		other  = domaintest.Sample[domain.UnitID]("other outlet")
		ann    = domaintest.Sample[domain.StaffID]("ann")
		bo     = domaintest.Sample[domain.StaffID]("bo")
		head   = domaintest.Sample[domain.StaffID]("head")
		wang   = domaintest.Sample[domain.CustomerID]("wang")
		claim  = domaintest.Sample[domain.ApplicationID]("claim")
		rival  = domaintest.Sample[domain.ApplicationID]("rival")
	)
	domaintest.Golden(t, ownership.Aggregate(),
		ownership.ClaimFiled{
			Application: claim, Kind: ownership.AdjustRelation, Customer: wang, Line: domain.SelfOperated, Applicant: ann,
			Unit: outlet, HomeUnit: other, Phone: domain.NewPersonal("+8613800138000"), NewOwner: bo, Reason: "休假交接",
		},
		ownership.HomeHeadConsented{Application: claim, By: head},
		ownership.ClaimApproved{Application: claim, Approver: head},
		ownership.ClaimRejected{Application: claim, Approver: head, Reason: "电话号码不实"},
		ownership.ClaimWithdrawn{Application: claim},
		ownership.ClaimSuperseded{Application: rival, Winner: claim},
		ownership.Established{Customer: wang, Line: domain.SelfOperated, Owner: ann, Unit: outlet, Application: claim},
		ownership.Adjusted{Customer: wang, Line: domain.SelfOperated, From: ann, To: bo, Unit: other, Application: claim, Reason: "休假交接"},
		ownership.Dissolved{Customer: wang, Line: domain.SelfOperated, Owner: ann, Application: claim, Reason: "客户销户"},
	)
}
