package reactions

import (
	"sync"
	"testing"

	"guishu/eventstore/subscriber"
	"guishu/internal/pgtest"
)

// Processes that start together on a new database do not get into each other's way.
func TestTheTableOfParkedEventsIsMadeByManyAtOnce(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	if _, err := subscriber.OpenCheckpoints(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if _, err := openParking(t.Context(), pool); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}
