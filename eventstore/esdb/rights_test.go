package esdb_test

import (
	"errors"
	"testing"

	"guishu/eventstore/esdb"
	"guishu/eventstore/gateway"
	"guishu/eventstore/memory"
)

// E-14: whether a user may write is found out without writing.
func TestWhetherAUserMayWriteIsFoundOut(t *testing.T) {
	t.Parallel()
	for name, may := range map[string]bool{"writer": true, "reader": false} {
		inner := memory.New()
		principal := gateway.Administrator(name)
		principal.ReadOnly = !may
		store := serve(t, inner, func(config *gateway.Config) { config.Access = gateway.Access{Anonymous: principal} }).open(t, esdb.Options{})
		for range 3 {
			err := store.MayWrite(t.Context())
			if refused := (*esdb.RefusedError)(nil); errors.As(err, &refused) == may || may && err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if last, err := inner.LastPosition(t.Context()); last != 0 || err != nil {
			t.Errorf("something was written: %d, %v", last, err)
		}
	}
}
