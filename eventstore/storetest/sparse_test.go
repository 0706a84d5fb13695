package storetest_test

import (
	"testing"

	"guishu/eventstore"
	"guishu/eventstore/memory"
	"guishu/eventstore/storetest"
)

// A store whose positions have gaps is one all the same.
func TestASparseStoreKeepsTheContract(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(*testing.T) eventstore.Store { return storetest.Sparse(memory.New()) })
}
