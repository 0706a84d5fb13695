package organisation_test

import (
	"testing"

	"guishu/domain"
	"guishu/domain/domaintest"
	"guishu/domain/organisation"
)

// C-01, C-02: the stored form of every event that was ever released is held in
// testdata/events; a type without its file fails, and so does one that would be
// stored differently by now.
func TestGoldenEventsAreStoredAsReleased(t *testing.T) {
	t.Parallel()
	var (
		root   = domaintest.Sample[domain.UnitID]("root")
		outlet = domaintest.Sample[domain.UnitID]("outlet")
		other  = domaintest.Sample[domain.UnitID]("other outlet")
	)
	domaintest.Golden(t, organisation.Aggregate(),
		organisation.UnitEstablished{Unit: outlet, Parent: root, Code: "N01", Name: "示例支局", Kind: domain.Outlet, Line: domain.SelfOperated, Model: domain.Exclusive},
		organisation.UnitRenamed{Unit: outlet, Name: "示例中心支局"},
		organisation.UnitMoved{Unit: outlet, Parent: other},
		organisation.UnitClosed{Unit: outlet, Reason: "网点合并"},
	)
}
