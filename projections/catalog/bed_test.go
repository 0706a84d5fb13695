package catalog_test

import (
	"context"
	"testing"

	"guishu/domain"
	"guishu/domain/staff"
	"guishu/eventstore/sealing"
	"guishu/projections"
	"guishu/projections/catalog"
	"guishu/projections/customers"
	"guishu/projections/projectiontest"
	"guishu/projections/query"
	"guishu/projections/units"
)

// bed is a ledger with a story told, all read models current.
type bed struct {
	*projectiontest.Ledger
	story  *projectiontest.Story
	runner *projections.Runner
	hash   customers.Hash
	ctx    context.Context
}

func setup(t *testing.T, outlets, count int) *bed {
	t.Helper()
	hasher := sealing.NewHasher()
	b := &bed{Ledger: projectiontest.New(t), story: projectiontest.NewStory(outlets), ctx: context.Background()}
	b.hash = func(kind, text string) []byte { sum := hasher.Hash(kind, text); return sum[:] }
	b.runner, _ = b.Run(catalog.Models(hasher, domain.ChinaZone())...)
	b.Tell(b.story, count)
	b.Wait(b.runner)
	return b
}

var (
	everywhere = staff.Scope{Everywhere: true}
	seesAll    = query.Reader{Scope: everywhere}
)

// area is everything at a unit and below it.
func (b *bed) area(t *testing.T, unit domain.UnitID, line domain.BusinessLine) staff.Scope {
	t.Helper()
	u, err := units.Units().One(b.ctx, b.Pool, query.Reader{}, unit)
	if err != nil {
		t.Fatal(err)
	}
	return staff.Scope{Areas: []staff.Area{{Path: u.Path, Line: line}}}
}
