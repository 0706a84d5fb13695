package domain_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"

	"guishu/domain"
)

func TestAPathContainsItsSubtree(t *testing.T) {
	t.Parallel()
	units := make([]domain.UnitID, 4)
	for i := range units {
		units[i] = domain.DeriveID[domain.UnitID](uuid.NameSpaceOID, string(rune('a'+i)))
	}
	top := domain.RootPath(units[0])
	city := child(t, top, units[1])
	outlet, sister := child(t, city, units[2]), child(t, city, units[3])
	for _, c := range []struct {
		who, whose domain.Path
		want       bool
	}{
		{top, top, true}, {top, outlet, true}, {city, outlet, true}, {outlet, city, false}, {outlet, sister, false},
		{outlet, outlet, true}, {"", outlet, false}, {outlet, "", false}, {"", "", false},
	} {
		if got := c.who.Contains(c.whose); got != c.want {
			t.Errorf("%s contains %s: %v", c.who, c.whose, got)
		}
	}
	if outlet.Depth() != 3 || outlet.Unit() != units[2] || outlet.Parent() != city || top.Parent() != "" || !slices.Equal(outlet.Units(), units[:3]) {
		t.Errorf("%s: %d %s %s %v", outlet, outlet.Depth(), outlet.Unit(), outlet.Parent(), outlet.Units())
	}
	if !outlet.Passes(units[0]) || outlet.Passes(units[3]) || outlet.Passes(domain.UnitID{}) {
		t.Error("Passes")
	}
	if _, err := outlet.Child(units[0]); !errors.Is(err, domain.ErrUnitCycle) {
		t.Errorf("a unit below itself: %v", err)
	}
	if read, err := domain.ParsePath(string(outlet)); err != nil || read != outlet {
		t.Errorf("reads back %s, %v", read, err)
	}
	for _, text := range []domain.Path{"", "/", "x", outlet[1:], outlet[:len(outlet)-1], "/" + outlet, outlet + outlet[1:]} {
		if read, err := domain.ParsePath(string(text)); err == nil {
			t.Errorf("%q reads %s", text, read)
		}
	}
}

func child(t *testing.T, parent domain.Path, unit domain.UnitID) domain.Path {
	t.Helper()
	path, err := parent.Child(unit)
	if err != nil {
		t.Fatal(err)
	}
	return path
}
