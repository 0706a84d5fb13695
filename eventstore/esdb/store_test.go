package esdb_test

import (
	"sync"
	"testing"

	"guishu/eventstore"
	"guishu/eventstore/esdb"
	"guishu/eventstore/memory"
	"guishu/eventstore/postgres"
	"guishu/eventstore/storetest"
	"guishu/internal/pgtest"
)

func TestContractThroughTheGatewayOnMemory(t *testing.T) {
	t.Parallel()
	runContract(t, func(t *testing.T) eventstore.Store { return memory.New() })
}

func TestContractThroughTheGatewayOnPostgreSQL(t *testing.T) {
	t.Parallel()
	runContract(t, func(t *testing.T) eventstore.Store {
		store, err := postgres.Open(t.Context(), pgtest.New(t), postgres.Options{AllowUnsafe: true})
		if err != nil {
			t.Fatal(err)
		}
		return store
	})
}

// The contract holds too where every append has a call of its own.
func TestContractWithSingleCalls(t *testing.T) {
	t.Parallel()
	runContract(t, func(t *testing.T) eventstore.Store { return memory.New() }, esdb.Options{SingleCalls: true})
}

// runContract runs the contract on stores opened with the options, the usual
// ones if none are given.
func runContract(t *testing.T, inner func(t *testing.T) eventstore.Store, options ...esdb.Options) {
	chosen := append(options, esdb.Options{})[0]
	var houses sync.Map // from a store to the house it was opened in
	open := func(t *testing.T) eventstore.Store {
		store := inner(t)
		t.Cleanup(func() { _ = store.Close() })
		h := serve(t, store)
		opened := h.open(t, chosen)
		houses.Store(opened, h)
		return opened
	}
	of := func(store eventstore.Store) *house {
		h, _ := houses.Load(store)
		return h.(*house)
	}
	storetest.Run(t, open, storetest.WithoutInStore(),
		storetest.Second(func(t *testing.T, first eventstore.Store) eventstore.Store {
			return of(first).open(t, chosen)
		}),
		storetest.Interrupt(func(_ *testing.T, store eventstore.Store) { of(store).network.cut() }),
		storetest.Damage(damages(func(store eventstore.Store) string { return of(store).address })))
}
