package lookup_test

import (
	"testing"

	"guishu/domain"
	"guishu/domain/domaintest"
	"guishu/domain/lookup"
)

// C-01, C-02: the stored form of every event that was ever released is held in
// testdata/events; a type without its file fails, and so does one that would be
// stored differently by now.
func TestGoldenEventsAreStoredAsReleased(t *testing.T) {
	t.Parallel()
	var (
		outlet = domaintest.Sample[domain.UnitID]("outlet")
		ann    = domaintest.Sample[domain.StaffID]("ann")
		wang   = domaintest.Sample[domain.CustomerID]("wang")
	)
	domaintest.Golden(t, lookup.Aggregate(),
		lookup.LookedUp{Staff: ann, Unit: outlet, By: lookup.ByIdentity, Customer: wang, Answer: lookup.Claimable},
		lookup.Revealed{Customer: wang, Staff: ann, Fields: []string{"phone"}, Purpose: "回访"},
	)
}
