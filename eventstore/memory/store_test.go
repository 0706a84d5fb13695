package memory_test

import (
	"testing"

	"guishu/eventstore"
	"guishu/eventstore/memory"
	"guishu/eventstore/storetest"
)

func TestContract(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(*testing.T) eventstore.Store { return memory.New() })
}
