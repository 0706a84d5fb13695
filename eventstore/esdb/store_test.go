package esdb_test

import (
	"testing"

	"guishu/eventstore"
	"guishu/eventstore/esdb"
	"guishu/eventstore/memory"
	"guishu/eventstore/postgres"
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
	runContractOn(t, inner, append(options, esdb.Options{})[0])
}
