package storetest

import (
	"fmt"
	"iter"

	"github.com/google/uuid"

	"guishu/eventstore"
)

// Collect gathers a sequence up to its end or its error.
func Collect[T any](sequence iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for value, err := range sequence {
		if err != nil {
			return all, err
		}
		all = append(all, value)
	}
	return all, nil
}

// CheckOrder says what is wrong with a whole ledger, read from its beginning:
// positions must rise, by one from 1 where they are contiguous; the revisions
// of a stream must be 0, 1, 2 …; no stream may hold an id twice.
func CheckOrder(events []eventstore.Event, contiguous bool) error {
	type identity struct {
		stream eventstore.Stream
		id     uuid.UUID
	}
	previous := eventstore.Position(0)
	revisions := make(map[eventstore.Stream]eventstore.Revision)
	ids := make(map[identity]bool)
	for _, event := range events {
		if event.Position <= previous || contiguous && event.Position != previous+1 {
			return fmt.Errorf("position %d follows %d", event.Position, previous)
		}
		previous = event.Position
		if event.Revision != revisions[event.Stream] {
			return fmt.Errorf("stream %s: revision %d stands where %d is due", event.Stream, event.Revision, revisions[event.Stream])
		}
		revisions[event.Stream]++
		if ids[identity{event.Stream, event.ID}] {
			return fmt.Errorf("stream %s holds id %s twice", event.Stream, event.ID)
		}
		ids[identity{event.Stream, event.ID}] = true
	}
	return nil
}
