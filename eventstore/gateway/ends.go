package gateway

import (
	"context"

	"google.golang.org/grpc/codes"

	"guishu/eventstore"
)

// refusedStart refuses what a likeness of EventStoreDB cannot read from: a place in
// $all without an event, and, for reads, backwards from beyond the end or a stream
// forwards from its end (E-09, G-22). The house's own way reads all of them.
func (r *reader) refusedStart(ctx context.Context) error {
	if !r.ways.refusesEnds {
		return nil
	}
	if !r.all() {
		if !r.subscription && !r.backwards && r.from.kind == fromEnd {
			return unexpectedResult("ReadStreamResult")
		}
		return nil
	}
	if r.from.kind != fromPlace || r.from.at == 0 {
		return nil
	}
	last, err := r.store.LastPosition(ctx)
	if err != nil {
		return err
	}
	places, at := &r.ways.places, eventstore.Position(r.from.at)
	next := places.of(places.upTo(last) + 1)
	switch {
	case at > next && r.backwards:
		return unexpectedResult("ReadAllResult")
	case at >= next || places.names(at):
		return nil
	case r.ways.namesPlaces:
		return &exception{code: codes.InvalidArgument, message: "Trying to read from an invalid position."}
	}
	return unexpectedResult("ReadAllResult")
}

func unexpectedResult(kind string) *exception {
	return &exception{code: codes.Unknown, message: "Unexpected " + kind + ": Error"}
}
