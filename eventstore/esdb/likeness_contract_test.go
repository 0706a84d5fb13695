package esdb_test

import (
	"sync"
	"testing"

	"guishu/eventstore"
	"guishu/eventstore/esdb"
	"guishu/eventstore/gateway"
	"guishu/eventstore/memory"
	"guishu/eventstore/storetest"
)

// like makes a gateway one that has the ways of a version of EventStoreDB.
func like(t testing.TB, name string) func(*gateway.Config) {
	t.Helper()
	likeness, err := gateway.ParseLikeness(name)
	if err != nil {
		t.Fatal(err)
	}
	return func(config *gateway.Config) { config.Likeness = likeness }
}

// The contract holds on what is like each version of EventStoreDB from 23.10 on.
func TestContractOnLikenesses(t *testing.T) {
	t.Parallel()
	for _, name := range gateway.Likenesses() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			runContractOn(t, func(t *testing.T) eventstore.Store { return memory.New() }, esdb.Options{}, like(t, name))
		})
	}
}

// runContractOn runs the contract through gateways that are configured so.
func runContractOn(t *testing.T, inner func(t *testing.T) eventstore.Store, options esdb.Options, configure ...func(*gateway.Config)) {
	var houses sync.Map // from a store to the house it was opened in
	open := func(t *testing.T) eventstore.Store {
		store := inner(t)
		t.Cleanup(func() { _ = store.Close() })
		h := serve(t, store, configure...)
		opened := h.open(t, options)
		houses.Store(opened, h)
		return opened
	}
	of := func(store eventstore.Store) *house {
		h, _ := houses.Load(store)
		return h.(*house)
	}
	storetest.Run(t, open, storetest.WithoutInStore(),
		storetest.Second(func(t *testing.T, first eventstore.Store) eventstore.Store { return of(first).open(t, options) }),
		storetest.Interrupt(func(_ *testing.T, store eventstore.Store) { of(store).network.cut() }),
		storetest.Damage(damages(func(store eventstore.Store) string { return of(store).address })))
}
