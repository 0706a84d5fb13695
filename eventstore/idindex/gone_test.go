package idindex_test

import (
	"context"
	"errors"
	"testing"

	"guishu/eventstore"
	"guishu/internal/pgtest"

	"github.com/google/uuid"
)

// What the log has shown and its stream does not hold any more is not written a
// second time by whoever repeats it.
func TestARepeatOfWhatIsGoneIsNotWrittenAnew(t *testing.T) {
	t.Parallel()
	pool, inner := pgtest.New(t), newServer()
	store := open(t, pool, inner)
	first := inStore("s", eventstore.NoStream, uuid.New())
	done, err := store.Append(within(t), first)
	if err != nil {
		t.Fatal(err)
	}
	indexedTo(t, pool, done.Position)
	inner.lose("s")
	inner.at(func(_ context.Context, a eventstore.Append, _ func() (eventstore.Appended, error)) (eventstore.Appended, error) {
		t.Errorf("%s was appended to", a.Stream)
		return eventstore.Appended{}, nil
	})
	var damaged *eventstore.DamagedError
	if _, err := store.Append(within(t), first); !errors.As(err, &damaged) || damaged.Stream != "s" {
		t.Errorf("got %v", err)
	}
	if _, _, err := store.FindID(within(t), first.Events[0].ID); !errors.As(err, &damaged) {
		t.Errorf("looking for it gave %v", err)
	}
}
