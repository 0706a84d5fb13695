package app_test

import (
	"fmt"
	"testing"
	"time"

	"guishu/eventstore/postgres/locks"
	"guishu/eventstore/sealing"
	"guishu/projections/catalog"
)

// A lock of the program is told from every other by its number, also where the
// number is made from a name.
func TestNoTwoLocksHaveOneNumber(t *testing.T) {
	t.Parallel()
	const versions = 200 // of a read model, more than there will be
	a, err := newPlace(t).open(t, "")
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, a)
	held := map[string]locks.Lock{"of an import": locks.Import("firm")}
	for i, lock := range locks.All() {
		held[fmt.Sprintf("number %d of the table", i)] = lock
	}
	consumers, err := a.Reactions.CountParked(t.Context())
	if err != nil || len(consumers) == 0 {
		t.Fatalf("%d reactions, %v", len(consumers), err)
	}
	for name := range consumers {
		held["of reaction "+name] = locks.Consumer(name)
	}
	models := catalog.Models(sealing.NewHasher(), time.UTC)
	for _, model := range models {
		for version := range versions {
			held[fmt.Sprintf("of read model %s@%d", model.Name, version)] = locks.ReadModel(model.Name, version)
		}
	}
	holders := make(map[int64]string, len(held))
	for name, lock := range held {
		number, err := lock.Number(t.Context(), a.Pool)
		if err != nil {
			t.Fatal(err)
		}
		if other, taken := holders[number]; taken {
			t.Errorf("the locks %s and %s are both %d", name, other, number)
		}
		holders[number] = name
	}
	if want := len(locks.All()) + len(consumers) + versions*len(models) + 1; len(holders) != want {
		t.Errorf("%d locks were compared, want %d", len(holders), want)
	}
}
