package app_test

import (
	"errors"
	"testing"

	"guishu/eventstore/esdb"
	"guishu/eventstore/gateway"
	"guishu/eventstore/memory"
	"guishu/internal/esdbtest"
)

// E-14: a user who may read and not write lets nobody think that all is well.
func TestAUserWithoutTheRightToWriteIsNoticed(t *testing.T) {
	t.Parallel()
	here, store := newPlace(t), memory.New()
	here.begun(t, esdbtest.On(t, store))
	for _, may := range []bool{true, false} {
		reader := gateway.Administrator("reader")
		reader.ReadOnly = !may
		address := esdbtest.On(t, store, func(config *gateway.Config) { config.Access = gateway.Access{Anonymous: reader} })
		a, err := here.open(t, address)
		if err != nil {
			t.Fatal(err)
		}
		err = a.StoreAnswers(t.Context())
		if refused := (*esdb.RefusedError)(nil); errors.As(err, &refused) == may || may && err != nil {
			t.Errorf("a user who may write: %t, gives %v", may, err)
		}
		closed(t, a)
	}
}
