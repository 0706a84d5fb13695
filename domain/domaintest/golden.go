package domaintest

import (
	"testing"

	"guishu/domain"
	"guishu/eventstore"
	"guishu/eventstore/goldentest"
)

// Golden compares a sample of every event of an aggregate with the form in which it
// was released, which testdata/events holds.
func Golden(t testing.TB, of domain.Aggregate, samples ...any) {
	t.Helper()
	types := of.Anywhere
	for _, category := range of.Categories {
		types = append(types, category.Events...)
	}
	registry, err := eventstore.NewRegistry(types)
	if err != nil {
		t.Fatal(err)
	}
	goldentest.Check(t, registry, "testdata/events", samples...)
}
