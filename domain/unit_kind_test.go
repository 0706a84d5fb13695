package domain_test

import (
	"testing"

	"guishu/domain"
)

// A-61, B-03: what may stand below what.
func TestMayStandBelow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		below, above domain.UnitKind
		want         bool
	}{
		{domain.Province, domain.HeadOffice, true}, {domain.City, domain.Province, true}, {domain.County, domain.City, true},
		{domain.SecondLevel, domain.County, true}, {domain.Outlet, domain.SecondLevel, true},
		{domain.Outlet, domain.County, true}, {domain.Outlet, domain.HeadOffice, true}, {domain.County, domain.HeadOffice, true},
		{domain.Outlet, domain.Outlet, false}, {domain.City, domain.County, false}, {domain.HeadOffice, domain.Province, false},
		{domain.HeadOffice, domain.HeadOffice, false},
		{domain.Branch, domain.HeadOffice, true}, {domain.Branch, domain.Branch, true}, {domain.Branch, domain.County, false},
		{domain.Outlet, domain.Branch, true}, {domain.County, domain.Branch, false},
		{domain.Department, domain.Outlet, true}, {domain.Department, domain.Department, true}, {domain.Department, domain.OperationsUnit, false},
		{domain.OperationsUnit, domain.HeadOffice, true}, {domain.HQIT, domain.HQIT, false}, {domain.Outlet, domain.Department, true},
		{domain.Province, domain.Department, false}, {domain.Outlet, domain.OperationsUnit, false},
		{"KIOSK", domain.HeadOffice, false}, {domain.Outlet, "KIOSK", false}, {domain.Department, "", false}, {domain.Branch, "", false},
	} {
		if got := c.below.MayStandBelow(c.above); got != c.want {
			t.Errorf("%s below %s: %v, want %v", c.below, c.above, got, c.want)
		}
	}
	for _, kind := range domain.UnitKinds.Values() {
		if kind.MayBeRoot() == (kind.IsDepartment() || kind == domain.Outlet) {
			t.Errorf("%s as root: %v", kind, kind.MayBeRoot())
		}
		word := domain.WordFor(kind.Words(), string(kind))
		if parsed, err := domain.UnitKinds.Parse(word.Chinese); err != nil || parsed != kind || word.English == "" {
			t.Errorf("%s does not read back from %q", kind, word.Chinese)
		}
	}
	for _, model := range domain.OwnershipModels.Values() {
		if parsed, err := domain.OwnershipModels.Parse(string(model)); err != nil || parsed != model {
			t.Errorf("%s does not read back", model)
		}
	}
	if domain.UnitKind("KIOSK").MayBeRoot() || domain.OwnershipModel("SHARED").Valid() {
		t.Error("what is not in the list is valid")
	}
}
